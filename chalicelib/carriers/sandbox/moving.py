"""Following and moving sandbox parcels by their numbers, with what the ledger says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.courses import Course, course_of_number, course_of_sale
from chalicelib.carriers.sandbox.journeys import fixed_journey, journey, voided_journey
from chalicelib.carriers.sandbox.load import origin_and_destination
from chalicelib.carriers.sandbox.numbers import FIXED_NUMBERS, ParcelNumber, read
from chalicelib.carriers.sandbox.scenarios import rejected, unavailable
from chalicelib.carriers.sandbox.services import BY_CODE
from chalicelib.domain.errors import CarrierRejected, Conflict
from chalicelib.domain.messages import Message
from chalicelib.domain.sandbox_ledger import SandboxMove, SandboxParcel
from chalicelib.domain.trackers import TrackingInfo
from chalicelib.domain.tracking_numbers import normalized

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.ports import Connection
    from chalicelib.domain.sandbox_ledger import SandboxLedger, SandboxSale
    from chalicelib.domain.trackers import TrackerStatus, Tracking

MOST_ATTEMPTS = 10
"""How many times a move may lose against other moves of the same parcel."""

VOIDABLE = frozenset({"pending", "cancelled", "unknown"})
"""Where a parcel may be when its label is voided: not with the carrier."""


@dataclass(frozen=True)
class KnownParcel:
    """A parcel with all that decides where it is."""

    course: Course
    parcel: SandboxParcel
    sale: SandboxSale | None
    """None where the number was not sold here."""

    def tracking(self, now: datetime) -> Tracking:
        """Return the journey until `now`."""
        if self.sale is None:
            return journey(self.course, self.parcel.moves, now)
        if self.sale.voided_at is None:
            tracking = journey(self.course, self.parcel.moves, now)
        else:
            tracking = voided_journey(self.course, self.parcel.moves, self.sale.voided_at)
        return tracking.model_copy(update={"info": _info(self.course, self.sale)})

    def moved(self, status: TrackerStatus, now: datetime) -> SandboxParcel:
        """Return the parcel with one more move, never before what happened already."""
        earliest = self.parcel.moves[-1].at if self.parcel.moves else self.course.sold_at
        move = SandboxMove(status=status, at=max(now, earliest))
        return self.parcel.model_copy(update={"moves": (*self.parcel.moves, move)})


def followed(connection: Connection, ledger: SandboxLedger, tracking_number: str, now: datetime) -> Tracking:
    """Return the journey until `now`; raises `CarrierRejected` for a number that cannot be the sandbox's."""
    number = _read(connection, tracking_number)
    if number.text in FIXED_NUMBERS:
        return fixed_journey(number)
    return _known(connection, ledger, number, now).tracking(now)


def advanced(
    connection: Connection, ledger: SandboxLedger, tracking_number: str, move: tuple[TrackerStatus, datetime]
) -> Tracking:
    """Move a parcel to a status at an instant and return the journey so far.

    Raises `CarrierRejected` for fixed test numbers, voided labels and numbers that cannot be the sandbox's.
    """
    status, now = move
    number = _read(connection, tracking_number)
    if number.text in FIXED_NUMBERS:
        raise _refused(connection, "fixed_number", "A fixed test number does not move", number.text)
    for _ in range(MOST_ATTEMPTS):
        known = _known(connection, ledger, number, now)
        if known.sale is not None and known.sale.voided_at is not None:
            raise _refused(connection, "label_voided", "The label was voided; its parcel does not move", number.text)
        moved = known.moved(status, now)
        try:
            ledger.save_parcel(connection.tenant, moved)
        except Conflict:
            continue
        return KnownParcel(known.course, moved, known.sale).tracking(max(now, moved.moves[-1].at))
    raise unavailable(connection)


def is_on_its_way(connection: Connection, ledger: SandboxLedger, sale: SandboxSale, now: datetime) -> bool:
    """Return whether the carrier has, or had, any of the sale's parcels."""
    parcels = (
        ledger.find_parcel(connection.tenant, number) or SandboxParcel(tracking_number=number)
        for number in sale.tracking_numbers
    )
    known = (KnownParcel(_course(sale, parcel), parcel, sale) for parcel in parcels)
    return any(parcel.tracking(now).status not in VOIDABLE for parcel in known)


def _read(connection: Connection, tracking_number: str) -> ParcelNumber:
    number = read(normalized(tracking_number))
    if number is None:
        raise _unknown(connection, tracking_number)
    return number


def _known(connection: Connection, ledger: SandboxLedger, number: ParcelNumber, now: datetime) -> KnownParcel:
    parcel = ledger.find_parcel(connection.tenant, number.text) or SandboxParcel(tracking_number=number.text)
    sale = None if parcel.purchase_id is None else ledger.find(connection.tenant, parcel.purchase_id)
    if sale is not None:
        return KnownParcel(_course(sale, parcel), parcel, sale)
    if number.sold_at > now:
        raise _unknown(connection, number.text)
    return KnownParcel(course_of_number(number), parcel, None)


def _course(sale: SandboxSale, parcel: SandboxParcel) -> Course:
    return course_of_sale(sale, parcel.tracking_number, BY_CODE[sale.rate.service])


def _info(course: Course, sale: SandboxSale) -> TrackingInfo:
    origin, destination = origin_and_destination(sale.shipment)
    return TrackingInfo(
        expected_delivery=course.delivery_on.isoformat(),
        shipping_date=course.ship_on.isoformat(),
        shipment_package_count=str(len(sale.tracking_numbers)),
        shipment_service=course.service.name,
        shipment_origin_country=origin.country_code,
        shipment_origin_postal_code=origin.postal_code,
        shipment_destination_country=destination.country_code,
        shipment_destination_postal_code=destination.postal_code,
    )


def _unknown(connection: Connection, tracking_number: str) -> CarrierRejected:
    return _refused(connection, "unknown_number", "The sandbox does not know this tracking number", tracking_number)


def _refused(connection: Connection, code: str, message: str, tracking_number: str) -> CarrierRejected:
    return rejected(connection, Message(code=code, message=message, details={"tracking_number": tracking_number}))
