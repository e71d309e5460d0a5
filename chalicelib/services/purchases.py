"""Purchases and voids: each label bought once, each void carried out once, whatever breaks in between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

from chalicelib.domain import attempts, cancellations, purchases
from chalicelib.domain.errors import (
    CarrierError,
    CarrierRejected,
    Conflict,
    InvalidRequest,
    PurchaseInProgress,
    PurchaseUnconfirmed,
    Unavailable,
    naming_shipment,
)
from chalicelib.domain.ports import PurchaseRequest
from chalicelib.domain.shipments import BUYING_CALL_S, is_bought, lease_is_held
from chalicelib.services.asking import connection, gone, ready, timed, void_request
from chalicelib.services.outcomes import Outcomes

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.ports import Carrier, Carriers, Connection, LabelStore, ShipmentRepository
    from chalicelib.domain.purchases import Order
    from chalicelib.domain.shipments import ShipmentRecord
    from chalicelib.domain.tenants import Tenant
    from chalicelib.services.trackers import Trackers

    VoidFailed = Callable[[Tenant, ShipmentRecord, ShipmentRecord, CarrierError], ShipmentRecord]
    """What becomes of a shipment, before and after it was taken, when its carrier did not void the label."""

LEFT_FOR_CALL_S = BUYING_CALL_S + 2
"""No buying call starts with less time left: the answer must still be stored."""

LEASE_FOR_CALL_S = 20
"""No buying call starts with less lease left: others may ask the carrier once it has run out."""


@dataclass(frozen=True)
class Purchases:
    """Takes a shipment through `draft → purchasing → created` and `created → voiding → cancelled`."""

    repository: ShipmentRepository
    carriers: Carriers
    labels: LabelStore
    trackers: Trackers
    clock: Callable[[], datetime]
    new_id: Callable[[str], str]

    @cached_property
    def outcomes(self) -> Outcomes:
        """What comes of what is begun here."""
        return Outcomes(self.repository, self.carriers, self.labels, self.trackers, self.clock)

    def purchase(self, tenant: Tenant, shipment_id: str, order: Order, deadline: Deadline) -> ShipmentRecord:
        """Return the shipment with its label; the same order again on a bought one answers the same.

        Raises `PurchaseInProgress` while somebody else buys, `PurchaseUnconfirmed` when the last purchase's outcome
        cannot be known, `Conflict` when something else was bought, and the carrier's own errors; all name the shipment.
        """
        with naming_shipment(shipment_id):
            return self._purchased(tenant, shipment_id, order, deadline)

    def _purchased(self, tenant: Tenant, shipment_id: str, order: Order, deadline: Deadline) -> ShipmentRecord:
        record = self.outcomes.settled(tenant, self.repository.get(tenant, shipment_id), deadline)
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
        _check_time(deadline)
        attempt = attempts.new_attempt(self.new_id("pur"), self.clock(), rate, order.id)
        adapter, account = ready(self.carriers, tenant, attempt)
        if not account.may("shipping"):
            raise Conflict(f"The connection {account.carrier_id} is not used for shipping; see its `capabilities`")
        self.labels.check(tenant)
        taken = self._taken(tenant, attempts.begun(record, "purchasing", attempt, order.changes()))
        return self._bought((adapter, account), record, taken, deadline)

    def cancel(self, tenant: Tenant, shipment_id: str, deadline: Deadline, *, force: bool = False) -> ShipmentRecord:
        """Return the shipment, cancelled: a draft is closed, a label voided with its carrier; twice answers the same.

        With `force` a label that the carrier does not void is given up here alone, and a message tells so.
        Raises `PurchaseInProgress`, `PurchaseUnconfirmed`, `Conflict` once the parcel travels, and what carriers raise;
        all name the shipment.
        """
        with naming_shipment(shipment_id):
            record = self.repository.get(tenant, shipment_id)
            if not (force and record.state == "voiding"):  # then the void is asked for again, whatever became of it
                record = self.outcomes.settled(tenant, record, deadline)
            return self._cancelled(tenant, record, deadline, force=force)

    def _cancelled(self, tenant: Tenant, record: ShipmentRecord, deadline: Deadline, *, force: bool) -> ShipmentRecord:
        now = self.clock()
        if record.state == "cancelled":
            return record
        _refuse_others(record, now, retry=False)
        if record.state == "draft":
            return self.repository.save(tenant, cancellations.closed(record, now))
        if record.state not in ("created", "voiding") or record.selected_rate is None:
            raise Conflict(cancellations.TRAVELS)
        if force and connection(self.carriers, tenant, record.selected_rate) is None:
            return self.outcomes.given_up(tenant, record, gone(record.selected_rate))
        failed = self._given_up if force else self._not_voided
        return self._voided(tenant, record, deadline, failed)

    def _voided(self, tenant: Tenant, record: ShipmentRecord, deadline: Deadline, failed: VoidFailed) -> ShipmentRecord:
        """Return the shipment, its label voided; what `failed` returns where the carrier does not void it."""
        assert record.selected_rate is not None  # noqa: S101 - a label was bought at some rate
        _check_time(deadline)
        now = self.clock()
        again = record.attempt  # a void without answer, asked for under its id: some carriers know it again
        attempt = attempts.new_attempt(again.id if again else self.new_id("void"), now, record.selected_rate)
        adapter, account = ready(self.carriers, tenant, attempt)
        taken = self._taken(tenant, attempts.begun(record, "voiding", attempt, {}))
        request = void_request(taken, attempt)
        until = deadline.at_most(BUYING_CALL_S)
        self._check_time_again(tenant, record, taken, deadline)
        try:
            voided = timed(attempt, lambda: adapter.void(account, request, until))
        except CarrierError as error:
            error.maybe_done |= again is not None  # a refusal may well mean that the first try was carried out
            return failed(tenant, record, taken, error)
        return self.outcomes.voided(tenant, taken, voided)

    def _not_voided(
        self, tenant: Tenant, before: ShipmentRecord, taken: ShipmentRecord, error: CarrierError
    ) -> NoReturn:
        """Raise the carrier's error, with all put back where it surely did nothing."""
        self.outcomes.failed(tenant, before, taken, error)
        if isinstance(error, CarrierRejected) and not cancellations.is_on_its_way(error):
            error.message += cancellations.HINT
        raise error

    def _given_up(
        self, tenant: Tenant, before: ShipmentRecord, taken: ShipmentRecord, error: CarrierError
    ) -> ShipmentRecord:
        """Return the shipment, closed here alone; raises `Conflict` when the carrier says that its parcel travels."""
        if not cancellations.is_on_its_way(error):
            return self.outcomes.given_up(tenant, taken, error)
        self.outcomes.failed(tenant, before, taken, error)
        refused = Conflict(cancellations.TRAVELS)
        refused.messages = error.messages
        raise refused from error

    def _taken(self, tenant: Tenant, begun: ShipmentRecord) -> ShipmentRecord:
        """Return the shipment, now ours to buy or to void; who lost the race for it is told what is under way."""
        try:
            return self.repository.save(tenant, begun)
        except Conflict:
            _refuse_others(self.repository.get(tenant, begun.id), self.clock(), retry=False)
            raise

    def _bought(
        self, asked: tuple[Carrier, Connection], before: ShipmentRecord, taken: ShipmentRecord, deadline: Deadline
    ) -> ShipmentRecord:
        carrier, account = asked
        tenant, attempt = account.tenant, taken.attempt
        assert attempt is not None  # noqa: S101 - it was taken for this attempt
        rate = attempt.rate
        assert rate is not None  # noqa: S101 - a purchase has the rate that it buys
        request = PurchaseRequest(
            attempt.id,
            purchases.rate_request(taken),
            rate,
            taken.label_type,  # type: ignore[arg-type]
            taken.order_id,
        )
        until = deadline.at_most(BUYING_CALL_S)
        self._check_time_again(tenant, before, taken, deadline)
        try:
            sale = timed(attempt, lambda: carrier.buy(account, request, until))
        except CarrierError as error:
            self.outcomes.failed(tenant, before, taken, error)
            raise
        return self.outcomes.completed(tenant, taken, sale)

    def _check_time_again(
        self, tenant: Tenant, before: ShipmentRecord, taken: ShipmentRecord, deadline: Deadline
    ) -> None:
        """Raise `Unavailable`, with all put back, when the call could outlive the request or the lease.

        Taking the shipment may have been slow, or this machine may have slept.
        """
        assert taken.attempt is not None  # noqa: S101 - it was taken for this attempt
        lease_left = (taken.attempt.lease_until - self.clock()).total_seconds()
        if deadline.left_s() < LEFT_FOR_CALL_S or lease_left < LEASE_FOR_CALL_S:
            self.outcomes.put_back(tenant, before, taken)
            raise _too_late()


def _check_time(deadline: Deadline) -> None:
    if deadline.left_s() < LEFT_FOR_CALL_S:
        raise _too_late()


def _too_late() -> Unavailable:
    return Unavailable("There was not enough time left to ask the carrier safely, so nothing was done; ask again")


def _may_retry(record: ShipmentRecord, order: Order) -> bool:
    """Return whether the order may buy after an unconfirmed purchase: an explicit retry, and not that very purchase."""
    is_that_one = record.attempt is not None and order.id is not None and record.attempt.order_id == order.id
    return order.retry_unconfirmed and not is_that_one


def _refuse_others(record: ShipmentRecord, now: datetime, *, retry: bool) -> None:
    """Raise while somebody else buys or voids, or while the last purchase's outcome is not known."""
    if lease_is_held(record, now) and record.attempt is not None:
        seconds = max(1, int((record.attempt.lease_until - now).total_seconds()))
        what = "bought" if record.state == "purchasing" else "voided"
        raise PurchaseInProgress(f"This shipment's label is being {what} right now; ask again", seconds)
    if record.state == "unconfirmed" and not retry:
        waiting = purchases.waiting_message(record, now)
        assert waiting is not None  # noqa: S101 - an unconfirmed purchase has its attempt
        raise PurchaseUnconfirmed(waiting.message)
