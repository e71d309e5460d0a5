"""The sandbox carrier: rates, labels, voids and journeys without any carrier, on its own books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.moving import advanced, followed, is_on_its_way
from chalicelib.carriers.sandbox.rating import quote
from chalicelib.carriers.sandbox.refusals import spoken_by
from chalicelib.carriers.sandbox.scenarios import is_asked, late, play, refusal, rejected
from chalicelib.carriers.sandbox.selling import bought_rate, entered, handed_over, leave_unanswered
from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.errors import Conflict
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import CannotSay, Voided
from chalicelib.domain.rates import Quote
from chalicelib.domain.sandbox_ledger import SandboxSale

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.ports import Connection, PurchaseRequest, Sale, VoidRequest
    from chalicelib.domain.rates import RateRequest
    from chalicelib.domain.sandbox_ledger import SandboxLedger
    from chalicelib.domain.trackers import TrackerStatus, Tracking


class SandboxCarrier:
    """The port `AdvancingCarrier` over a ledger; deterministic but for the clock and the rates' ids."""

    carrier_name = SANDBOX

    def __init__(
        self, ledger: SandboxLedger, clock: Callable[[], datetime], random_bytes: Callable[[int], bytes]
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._random_bytes = random_bytes

    def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
        """Return what every service would cost; a refusal is a message, never an error."""
        _keep(connection, deadline)
        if is_asked(request, "rate_late"):
            raise late(connection)
        if is_asked(request, "rate_refused"):
            return Quote(messages=spoken_by(connection, [refusal("rate_refused")]))
        play(connection, request, "rate")
        return quote(connection, request, self._clock(), self._random_bytes)

    def buy(self, connection: Connection, request: PurchaseRequest, deadline: Deadline) -> Sale:
        """Sell one label; a second call with the same purchase id gets the same label.

        Raises `CarrierRejected` with its reasons, and what the shipment's scenario asks for.
        """
        _keep(connection, deadline)
        sold = self._ledger.find(connection.tenant, request.purchase_id)
        if sold is None:
            sold = self._sell(connection, request)
            if is_asked(request.shipment, "purchase_late"):
                raise late(connection, maybe_done=True)
        return handed_over(connection, sold)

    def void(self, connection: Connection, request: VoidRequest, deadline: Deadline) -> Voided:
        """Take the label back; twice is the same answer. Refused once a parcel was picked up."""
        _keep(connection, deadline)
        sale = self._sale_to_void(connection, request)
        if sale.void_id is not None:
            return _voided(sale)
        play(connection, sale.shipment, "void")
        if is_asked(sale.shipment, "void_unconfirmed") and sale.unanswered_void_id is None:
            self._ledger.save(connection.tenant, sale.model_copy(update={"unanswered_void_id": request.void_id}))
            raise late(connection, maybe_done=True)
        voided = self._take_back(connection, request, sale)
        if is_asked(sale.shipment, "void_late"):
            raise late(connection, maybe_done=True)
        return voided

    def track(self, connection: Connection, tracking_number: str, deadline: Deadline) -> Tracking:
        """Return the journey so far; raises `CarrierRejected` for a number that cannot be the sandbox's."""
        _keep(connection, deadline)
        return followed(connection, self._ledger, tracking_number, self._clock())

    def find_purchase(self, connection: Connection, purchase_id: str, deadline: Deadline) -> Sale | None:
        """Return the label that was sold under this purchase id, None when none was.

        Raises `CannotSay` for a purchase that the scenario `purchase_unconfirmed` left open.
        """
        _keep(connection, deadline)
        sale = self._ledger.find(connection.tenant, purchase_id)
        if sale is not None:
            return handed_over(connection, sale)
        if self._ledger.is_unanswered(connection.tenant, purchase_id):
            raise CannotSay(f"The sandbox does not know what became of {purchase_id}")
        return None

    def find_void(self, connection: Connection, request: VoidRequest, deadline: Deadline) -> Voided | None:
        """Return the void of the label, whichever void id it was carried out under; None when it is valid.

        Raises `CannotSay` for a void that the scenario `void_unconfirmed` left open.
        """
        _keep(connection, deadline)
        sale = self._ledger.find(connection.tenant, request.shipment_identifier)
        if sale is None:
            return None
        if sale.void_id is not None:
            return _voided(sale)
        if sale.unanswered_void_id == request.void_id:
            raise CannotSay(f"The sandbox does not know what became of {request.void_id}")
        return None

    def check(self, connection: Connection, deadline: Deadline) -> tuple[Message, ...]:
        """Return a greeting: the sandbox knows everybody."""
        _keep(connection, deadline)
        return spoken_by(connection, [Message(code="ready", message="The sandbox is ready")], "info")

    def advance(self, connection: Connection, tracking_number: str, status: TrackerStatus, now: datetime) -> Tracking:
        """Move the parcel to `status` and return the journey so far; from then on it moves by hand only.

        Raises `CarrierRejected` for fixed test numbers, voided labels and numbers that cannot be the sandbox's.
        """
        return advanced(connection, self._ledger, tracking_number, (status, now))

    def _sell(self, connection: Connection, request: PurchaseRequest) -> SandboxSale:
        now = self._clock()
        shipment = request.shipment
        play(connection, shipment, "purchase")
        if is_asked(shipment, "purchase_unconfirmed"):
            leave_unanswered(connection, request, self._ledger)
        sale = SandboxSale(
            purchase_id=request.purchase_id,
            carrier_id=connection.carrier_id,
            sold_at=now,
            tracking_numbers=(),
            label_type=request.label_type,
            shipment=shipment,
            rate=bought_rate(connection, request, now),
        )
        return entered(connection, self._ledger, sale)

    def _sale_to_void(self, connection: Connection, request: VoidRequest) -> SandboxSale:
        sale = self._ledger.find(connection.tenant, request.shipment_identifier)
        if sale is None:
            raise rejected(
                connection,
                Message(
                    code="unknown_shipment",
                    message="The sandbox sold no such label",
                    details={"shipment_identifier": request.shipment_identifier},
                ),
            )
        return sale

    def _take_back(self, connection: Connection, request: VoidRequest, sale: SandboxSale) -> Voided:
        now = self._clock()
        if is_on_its_way(connection, self._ledger, sale, now):
            message = "A label cannot be voided once its parcel was picked up"
            details = {"tracking_number": request.tracking_number}
            raise rejected(connection, Message(code="already_picked_up", message=message, details=details))
        taken_back = sale.model_copy(update={"void_id": request.void_id, "voided_at": now})
        try:
            return _voided(self._ledger.save(connection.tenant, taken_back))
        except Conflict:
            other = self._ledger.find(connection.tenant, sale.purchase_id)
            if other is None or other.void_id is None:
                raise
            return _voided(other)


def _keep(connection: Connection, deadline: Deadline) -> None:
    """Raise a time-out when no time is left, before anything is done."""
    if deadline.left_s() <= 0:
        raise late(connection)


def _voided(sale: SandboxSale) -> Voided:
    if sale.void_id is None or sale.voided_at is None:
        raise ValueError(f"the sale {sale.purchase_id} is not voided")
    return Voided(void_id=sale.void_id, voided_at=sale.voided_at, refund_status="refunded")
