"""Purchases and voids: each label bought once, each void carried out once, whatever breaks in between."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from chalicelib import logs
from chalicelib.domain import purchases
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import (
    CarrierError,
    Conflict,
    InvalidRequest,
    PurchaseInProgress,
    PurchaseUnconfirmed,
    Unavailable,
    naming_shipment,
)
from chalicelib.domain.ports import CannotSay, Connection, PurchaseRequest, VoidRequest
from chalicelib.domain.shipments import BUYING_CALL_S, StoredDocument, is_bought, lease_is_held

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Carrier, Carriers, Document, LabelStore, Sale, ShipmentRepository, Voided
    from chalicelib.domain.purchases import Order
    from chalicelib.domain.shipments import Attempt, ShipmentRecord, State
    from chalicelib.domain.tenants import Tenant
    from chalicelib.services.trackers import Trackers

Result = TypeVar("Result")

LEFT_FOR_CALL_S = BUYING_CALL_S + 2
"""No buying call starts with less time left: the answer must still be stored."""

TRIES = 3
"""How often a lost race against another change of the shipment is run again."""


@dataclass(frozen=True)
class Purchases:
    """Takes a shipment through `draft → purchasing → created` and `created → voiding → cancelled`."""

    repository: ShipmentRepository
    carriers: Carriers
    labels: LabelStore
    trackers: Trackers
    clock: Callable[[], datetime]
    new_id: Callable[[str], str]

    def purchase(self, tenant: Tenant, shipment_id: str, order: Order, deadline: Deadline) -> ShipmentRecord:
        """Return the shipment with its label; the same order again on a bought one answers the same.

        Raises `PurchaseInProgress` while somebody else buys, `PurchaseUnconfirmed` when the last purchase's outcome
        cannot be known, `Conflict` when something else was bought, and the carrier's own errors.
        """
        record = self._settled(tenant, self.repository.get(tenant, shipment_id), deadline)
        _refuse_others(record, self.clock(), retry=_may_retry(record, order))
        if record.state == "voiding" and (waiting := purchases.waiting_message(record, self.clock())):
            raise PurchaseUnconfirmed(waiting.message)
        if is_bought(record):
            if purchases.is_same_choice(record, order):
                return record
            raise Conflict("This shipment's label is bought already, with another choice; cancel it to buy anew")
        if record.state == "cancelled":
            raise Conflict("This shipment is cancelled; create a new one")
        if faults := purchases.order_faults(record, order):
            raise InvalidRequest("The shipment could not be bought due to missing required fields", faults)
        rate = purchases.chosen_rate(record, order)
        if deadline.left_s() < LEFT_FOR_CALL_S:
            raise Unavailable("There was not enough time left to buy safely, so nothing was bought; ask again")
        attempt = purchases.new_attempt(order.purchase_id or self.new_id("pur"), self.clock(), rate)
        taken = self._taken(tenant, purchases.begun(record, "purchasing", attempt, order.changes()))
        with naming_shipment(taken.id):
            return self._bought(tenant, taken, attempt, deadline)

    def cancel(self, tenant: Tenant, shipment_id: str, deadline: Deadline) -> ShipmentRecord:
        """Return the shipment, cancelled: a draft is closed, a label voided with its carrier; twice answers the same.

        Raises `PurchaseInProgress`, `PurchaseUnconfirmed`, `Conflict` once the parcel travels, and what carriers raise.
        """
        record = self._settled(tenant, self.repository.get(tenant, shipment_id), deadline)
        now = self.clock()
        if record.state == "cancelled":
            return record
        _refuse_others(record, now, retry=False)
        if record.state == "draft":
            return self.repository.save(tenant, purchases.released(record, "cancelled", now))
        if record.state not in ("created", "voiding") or record.selected_rate is None:
            raise Conflict("This parcel is on its way; only a label that has not been used can be voided")
        if deadline.left_s() < LEFT_FOR_CALL_S:
            raise Unavailable("There was not enough time left to void safely, so nothing was voided; ask again")
        attempt = purchases.new_attempt(self.new_id("void"), now, record.selected_rate)
        taken = self._taken(tenant, purchases.begun(record, "voiding", attempt, {}))
        try:
            voided = _timed(
                attempt,
                lambda: self._carrier(attempt).void(
                    _connection(tenant, attempt), _void_request(taken, attempt), deadline.at_most(BUYING_CALL_S)
                ),
            )
        except CarrierError as error:
            error.shipment_id = taken.id
            self._fail(tenant, taken, error, "created")
            raise
        return self._voided(tenant, taken, voided)

    def _taken(self, tenant: Tenant, begun: ShipmentRecord) -> ShipmentRecord:
        """Return the shipment, now ours to buy or to void; who lost the race for it is told what is under way."""
        try:
            return self.repository.save(tenant, begun)
        except Conflict:
            _refuse_others(self.repository.get(tenant, begun.id), self.clock(), retry=False)
            raise

    def _bought(self, tenant: Tenant, taken: ShipmentRecord, attempt: Attempt, deadline: Deadline) -> ShipmentRecord:
        rate = attempt.rate
        assert rate is not None  # noqa: S101 - a purchase has the rate that it buys
        request = PurchaseRequest(attempt.id, purchases.rate_request(taken), rate, taken.label_type)  # type: ignore[arg-type]
        until = deadline.at_most(BUYING_CALL_S)
        try:
            sale = _timed(attempt, lambda: self._carrier(attempt).buy(_connection(tenant, attempt), request, until))
        except CarrierError as error:
            self._fail(tenant, taken, error, "draft")
            raise
        return self._completed(tenant, taken, sale)

    def _fail(self, tenant: Tenant, taken: ShipmentRecord, error: CarrierError, state: State) -> None:
        """Release what was surely not done; of what may have been done, the error says so."""
        if error.maybe_done and taken.attempt is not None:
            error.message += purchases.doubt(taken.state, taken.attempt)
        else:
            error.message += f"; nothing was {'bought' if taken.state == 'purchasing' else 'voided'}"
            self.repository.save(tenant, purchases.released(taken, state, self.clock()))

    def _completed(self, tenant: Tenant, taken: ShipmentRecord, sale: Sale) -> ShipmentRecord:
        """Store the label, then shipment and tracker in one transaction."""
        folder = f"{taken.id}/{sale.purchase_id}"
        shared = [self._stored(tenant, folder, document, "") for document in sale.documents]
        apart = [
            self._stored(tenant, folder, document, f"-{index}") for index, document in enumerate(sale.parcel_labels)
        ]
        record = purchases.sold(taken, sale, (shared, apart), self.clock())
        try:
            return self.repository.complete(tenant, record, self.trackers.of_shipment(tenant, record))
        except Conflict:
            return self._late(tenant, taken, sale)

    def _late(self, tenant: Tenant, taken: ShipmentRecord, sale: Sale) -> ShipmentRecord:
        """Return the shipment when somebody else completed this sale; void a sale that was given up meanwhile.

        A message tells of the late sale before the void is asked for, and goes only when it was carried out: never
        dropped, whatever breaks in between.
        """
        record = self.repository.get(tenant, taken.id)
        if record.purchase_id == sale.purchase_id:
            return record
        attempt = purchases.new_attempt(self.new_id("void"), self.clock(), sale.rate)
        request = VoidRequest(attempt.id, sale.purchase_id, sale.shipment_identifier, sale.tracking_numbers[0])
        until = Deadline.after(BUYING_CALL_S, time.monotonic)
        message = purchases.late_sale_message(sale)
        record = self._changed(tenant, record, lambda current: _telling(current, (*current.messages, message)))
        try:
            self._carrier(attempt).void(_connection(tenant, attempt), request, until)
        except CarrierError:
            logs.logger().error(message.code, extra={"fields": {"shipment": taken.id, "purchase": sale.purchase_id}})
        else:
            self._changed(tenant, record, lambda current: _telling(current, _without(current.messages, message)))
        told = (
            "The carrier's answer came after this purchase had been given up; the label was voided, or see `messages`"
        )
        raise Conflict(told)

    def _changed(
        self, tenant: Tenant, record: ShipmentRecord, change: Callable[[ShipmentRecord], ShipmentRecord]
    ) -> ShipmentRecord:
        """Return the shipment after `change`, which holds whoever else changes it meanwhile.

        Raises `Conflict` when others were faster each time.
        """
        for _ in range(TRIES):
            changed = change(record)
            if changed is record:
                return record
            try:
                return self.repository.save(tenant, changed)
            except Conflict:
                record = self.repository.get(tenant, record.id)
        raise Conflict("This shipment keeps changing; ask again")

    def _stored(self, tenant: Tenant, folder: str, document: Document, suffix: str) -> StoredDocument:
        kind = document.category.removeprefix("shipping_").removeprefix("return_")
        key = f"{folder}/{kind}{suffix}.{document.format.lower()}"
        self.labels.put(tenant, key, document.content)
        return StoredDocument(
            category=document.category, format=document.format, print_format=document.print_format, object_key=key
        )

    def _settled(self, tenant: Tenant, record: ShipmentRecord, deadline: Deadline) -> ShipmentRecord:
        """Return the shipment after the carrier told what became of an attempt whose lease has run out."""
        attempt = record.attempt
        if attempt is None or lease_is_held(record, self.clock()):
            return record
        if record.state in ("purchasing", "unconfirmed"):
            return self._settled_purchase(tenant, record, attempt, deadline)
        if record.state == "voiding":
            return self._settled_void(tenant, record, attempt, deadline)
        return record

    def _settled_purchase(
        self, tenant: Tenant, record: ShipmentRecord, attempt: Attempt, deadline: Deadline
    ) -> ShipmentRecord:
        until = deadline.at_most(BUYING_CALL_S)
        try:
            sale = self._carrier(attempt).find_purchase(_connection(tenant, attempt), attempt.id, until)
        except CannotSay:
            if record.state == "unconfirmed":
                return record
            unconfirmed = record.model_copy(update={"state": "unconfirmed", "updated_at": self.clock()})
            return self.repository.save(tenant, unconfirmed)
        if sale is None:
            return self.repository.save(tenant, purchases.released(record, "draft", self.clock()))
        return self._completed(tenant, record, sale)

    def _settled_void(
        self, tenant: Tenant, record: ShipmentRecord, attempt: Attempt, deadline: Deadline
    ) -> ShipmentRecord:
        until = deadline.at_most(BUYING_CALL_S)
        try:
            voided = self._carrier(attempt).find_void(
                _connection(tenant, attempt), _void_request(record, attempt), until
            )
        except CannotSay:
            return record  # a cancel voids once more: no label can be voided twice, and no void buys anything
        if voided is None:
            return self.repository.save(tenant, purchases.released(record, "created", self.clock()))
        return self._voided(tenant, record, voided)

    def _voided(self, tenant: Tenant, record: ShipmentRecord, voided: Voided) -> ShipmentRecord:
        """Return the shipment, cancelled: its label is worth nothing now, whoever has changed it meanwhile."""

        def cancelled(current: ShipmentRecord) -> ShipmentRecord:
            if current.state == "cancelled":
                return current
            told = (*purchases.lasting_messages(current), *voided.messages)
            return purchases.released(current, "cancelled", self.clock()).model_copy(
                update={"void_id": voided.void_id, "messages": told}
            )

        stored = self._changed(tenant, record, cancelled)
        self.trackers.label_voided(tenant, stored)
        return stored

    def _carrier(self, attempt: Attempt) -> Carrier:
        return self.carriers.adapter(attempt.carrier_name)


def _telling(record: ShipmentRecord, messages: tuple[Message, ...]) -> ShipmentRecord:
    return record.model_copy(update={"messages": messages})


def _without(messages: tuple[Message, ...], message: Message) -> tuple[Message, ...]:
    return tuple(other for other in messages if other != message)


def _timed(attempt: Attempt, call: Callable[[], Result]) -> Result:
    began = time.monotonic()
    try:
        return call()
    finally:
        logs.note_duration("carriers_ms", attempt.carrier_id, time.monotonic() - began)


def _connection(tenant: Tenant, attempt: Attempt) -> Connection:
    return Connection(attempt.carrier_name, attempt.carrier_id, tenant)


def _void_request(record: ShipmentRecord, attempt: Attempt) -> VoidRequest:
    return VoidRequest(
        attempt.id, record.purchase_id or "", record.shipment_identifier or "", record.tracking_number or ""
    )


def _may_retry(record: ShipmentRecord, order: Order) -> bool:
    """Return whether the order may buy after an unconfirmed purchase: an explicit retry, and not that very purchase."""
    return order.retry_unconfirmed and (record.attempt is None or record.attempt.id != order.purchase_id)


def _refuse_others(record: ShipmentRecord, now: datetime, *, retry: bool) -> None:
    """Raise while somebody else buys or voids, or while the last purchase's outcome is not known."""
    if lease_is_held(record, now) and record.attempt is not None:
        seconds = max(1, int((record.attempt.lease_until - now).total_seconds()))
        what = "bought" if record.state == "purchasing" else "voided"
        raise PurchaseInProgress(f"This shipment's label is being {what} right now; ask again", seconds)
    if record.state == "unconfirmed" and not retry:
        waiting = purchases.waiting_message(record, now)
        raise PurchaseUnconfirmed("" if waiting is None else waiting.message)
