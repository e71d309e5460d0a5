"""Late sales: labels that were sold after their purchase had been given up, found, and voided or kept in a message."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib import logs
from chalicelib.domain import attempts, late_sales
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierError, Conflict, Unavailable
from chalicelib.domain.ports import CannotSay, VoidRequest
from chalicelib.domain.shipments import BUYING_CALL_S
from chalicelib.services.asking import ready
from chalicelib.services.changes import changed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Carriers, Sale, ShipmentRepository
    from chalicelib.domain.shipments import Attempt, ShipmentRecord
    from chalicelib.domain.tenants import Tenant


@dataclass(frozen=True)
class LateSales:
    """Asks about purchases that were given up, and has the labels that they sold taken back."""

    repository: ShipmentRepository
    carriers: Carriers
    clock: Callable[[], datetime]

    def review(self, tenant: Tenant, record: ShipmentRecord, attempt: Attempt, deadline: Deadline) -> None:
        """Ask whether a purchase that was given up has sold a label since: one that has is taken back.

        Raises `CannotSay`, and what carriers raise.
        """
        adapter, account = ready(self.carriers, tenant, attempt)
        sale = adapter.find_purchase(account, attempt.id, deadline.at_most(BUYING_CALL_S))
        if sale is not None:
            self.take_back(tenant, record, sale)
            return
        changed(self.repository, tenant, record, lambda current: late_sales.no_longer_superseded(current, attempt.id))

    def take_back(self, tenant: Tenant, record: ShipmentRecord, sale: Sale) -> None:
        """Have a late sale voided; where that fails, a message on its shipment tells of the label.

        The message is stored before the void is asked for, and goes only when it was carried out: never dropped,
        whatever breaks in between. A try that is repeated is one void with the carrier.
        """
        attempt = attempts.new_attempt(_void_id(sale), self.clock(), sale.rate)
        request = VoidRequest(
            attempt.id,
            sale.purchase_id,
            sale.shipment_identifier,
            sale.tracking_number,
            sale.rate.service,
            sale.meta,
            record,
        )
        message = late_sales.late_sale_message(sale)
        is_repeated = late_sales.tells_of_sale(record, sale.purchase_id)
        noted = self._noted(tenant, record, message)
        try:
            self._void(tenant, attempt, request, is_repeated=is_repeated)
        except (CarrierError, Conflict, Unavailable):
            logs.logger().error(message.code, extra={"fields": {"shipment": record.id, **message.details}})
            return
        if noted is not None:
            changed(self.repository, tenant, noted, lambda current: late_sales.resolved(current, sale.purchase_id))

    def _void(self, tenant: Tenant, attempt: Attempt, request: VoidRequest, *, is_repeated: bool) -> None:
        adapter, account = ready(self.carriers, tenant, attempt)
        until = Deadline.after(BUYING_CALL_S, time.monotonic)
        if is_repeated:
            try:
                if adapter.find_void(account, request, until) is not None:
                    return
            except CannotSay:
                pass  # voided once more: no label can be voided twice
        adapter.void(account, request, until)

    def _noted(self, tenant: Tenant, record: ShipmentRecord, message: Message) -> ShipmentRecord | None:
        """Return the shipment with the note; None when it could not be stored, which stops no void."""
        try:
            return changed(self.repository, tenant, record, lambda current: late_sales.telling(current, message))
        except (Conflict, Unavailable):
            logs.logger().error("late_sale_not_noted", extra={"fields": {"shipment": record.id, **message.details}})
            return None


def _void_id(sale: Sale) -> str:
    """Return the id of the void of a late sale, the same for every try."""
    return f"void_{sale.purchase_id.removeprefix('pur_')}"
