"""A sandbox parcel's course: every step from the sale to the door, decided by its number and its sale."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.business_days import after_business_days, pick_up_day, weekend
from chalicelib.carriers.sandbox.load import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.carriers.sandbox.numbers import ParcelNumber
    from chalicelib.carriers.sandbox.services import Service
    from chalicelib.domain.addresses import Address
    from chalicelib.domain.sandbox_ledger import SandboxSale
    from chalicelib.domain.trackers import TrackerStatus

PICK_UP = time(17, tzinfo=UTC)
DEPARTURE = time(20, tzinfo=UTC)
SORTING = time(4, tzinfo=UTC)
ARRIVAL = time(5, tzinfo=UTC)
OUT_FOR_DELIVERY = time(7, tzinfo=UTC)
DELIVERY = time(9, tzinfo=UTC)
"""Each happens within the hour, delivery within eight: the number decides when."""
DELIVERY_MINUTES = 480
HOUR_MINUTES = 60


@dataclass(frozen=True)
class Step:
    """One event of a course."""

    at: datetime
    status: TrackerStatus
    code: str
    description: str
    location: str
    reason: str | None = None


@dataclass(frozen=True)
class Course:
    """What decides a parcel's journey."""

    number: str
    sold_at: datetime
    service: Service
    ship_on: date
    arrival_days: tuple[date, ...]
    """The business days of its transit; on the last it is delivered."""
    origin: str
    hub: str
    destination: str
    crosses_border: bool

    @property
    def delivery_on(self) -> date:
        """The day of delivery."""
        return self.arrival_days[-1]

    def minutes(self, step: str, most: int) -> timedelta:
        """Return how long after its hour a step happens: below `most` minutes, and always the same."""
        digest = sha256(f"{self.number}/{step}".encode()).digest()
        return timedelta(minutes=int.from_bytes(digest[:4]) % most)


def course_of_number(number: ParcelNumber) -> Course:
    """Return the course of a number that nothing but itself is known of."""
    ship_on = pick_up_day(None, number.sold_at, weekend(""))
    return Course(
        number=number.text,
        sold_at=number.sold_at,
        service=number.service,
        ship_on=ship_on,
        arrival_days=_business_days(ship_on, number.service.typical_transit_days, weekend("")),
        origin="Sandbox depot",
        hub="Sandbox hub",
        destination="Sandbox delivery depot",
        crosses_border=number.service.international,
    )


def course_of_sale(sale: SandboxSale, number: str, service: Service) -> Course:
    """Return the course of a parcel that was sold: on the days that its rate told."""
    carried = load(sale.shipment, sale.sold_at)
    days = sale.rate.transit_days or service.typical_transit_days
    return Course(
        number=number,
        sold_at=sale.sold_at,
        service=service,
        ship_on=carried.ship_on,
        arrival_days=_business_days(carried.ship_on, days, carried.delivery_weekend),
        origin=place(carried.origin),
        hub=f"Sandbox hub, {carried.destination.country_code}",
        destination=place(carried.destination),
        crosses_border=carried.needs_customs,
    )


def place(address: Address) -> str:
    """Return city, state and country, as far as they are known."""
    return ", ".join(part for part in (address.city, address.state_code, address.country_code) if part)


def steps(course: Course) -> tuple[Step, ...]:
    """Return all that happens when nothing goes wrong, in order of time."""
    return (
        Step(course.sold_at, "pending", "LABEL_CREATED", "Label created, waiting for the parcel", course.origin),
        Step(_at(course, course.ship_on, PICK_UP), "picked_up", "PICKED_UP", "Picked up", course.origin),
        Step(_at(course, course.ship_on, DEPARTURE), "in_transit", "DEPARTED", "Departed from depot", course.origin),
        *_sorting(course),
        *_last_day(course),
    )


def _sorting(course: Course) -> Iterator[Step]:
    for day in course.arrival_days[:-1]:
        yield Step(_at(course, day, SORTING), "in_transit", "SORTED", "Processed at sorting centre", course.hub)
    if course.crosses_border:
        cleared_at = _at(course, course.delivery_on, SORTING)
        yield Step(cleared_at, "in_transit", "CUSTOMS_CLEARED", "Cleared by customs", course.hub)


def _last_day(course: Course) -> Sequence[Step]:
    day, where = course.delivery_on, course.destination
    delivered_at = datetime.combine(day, DELIVERY) + course.minutes("delivery", DELIVERY_MINUTES)
    return (
        Step(_at(course, day, ARRIVAL), "in_transit", "ARRIVED", "Arrived at delivery depot", where),
        Step(_at(course, day, OUT_FOR_DELIVERY), "out_for_delivery", "OUT_FOR_DELIVERY", "Out for delivery", where),
        Step(delivered_at, "delivered", "DELIVERED", "Delivered", where),
    )


def _at(course: Course, day: date, hour: time) -> datetime:
    return datetime.combine(day, hour) + course.minutes(f"{day}/{hour}", HOUR_MINUTES)


def _business_days(day: date, count: int, weekend_days: frozenset[int]) -> tuple[date, ...]:
    return tuple(after_business_days(day, index, weekend_days) for index in range(1, count + 1))
