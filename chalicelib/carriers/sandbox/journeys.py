"""Sandbox journeys: a function of a course, the clock, and what the parcel was told to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.courses import Course, Step, course_of_number, steps
from chalicelib.carriers.sandbox.numbers import FIXED_NUMBERS
from chalicelib.domain.trackers import FINAL_STATUSES, Tracking, TrackingEvent, TrackingInfo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from chalicelib.carriers.sandbox.numbers import ParcelNumber
    from chalicelib.domain.sandbox_ledger import SandboxMove
    from chalicelib.domain.trackers import TrackerStatus

_ORIGIN, _HUB, _DESTINATION = "origin", "hub", "destination"

_MOVES: Mapping[TrackerStatus, tuple[str, str, str, str | None]] = {
    "pending": ("LABEL_CREATED", "Label created, waiting for the parcel", _ORIGIN, None),
    "picked_up": ("PICKED_UP", "Picked up", _ORIGIN, None),
    "unknown": ("NO_INFORMATION", "The parcel is not where it was expected", _HUB, "unknown"),
    "on_hold": ("ON_HOLD", "Held while the parcel is looked into", _HUB, "parcel_being_researched"),
    "cancelled": ("CANCELLED", "Cancelled by the sender", _ORIGIN, "retailer_cancelled"),
    "delivered": ("DELIVERED", "Delivered", _DESTINATION, None),
    "in_transit": ("SORTED", "Processed at sorting centre", _HUB, None),
    "delivery_delayed": ("DELAYED", "Delayed by the weather", _HUB, "weather_delay"),
    "out_for_delivery": ("OUT_FOR_DELIVERY", "Out for delivery", _DESTINATION, None),
    "ready_for_pickup": ("READY_FOR_PICKUP", "Waiting at the parcel shop", _DESTINATION, None),
    "delivery_failed": ("DELIVERY_FAILED", "Nobody was at home", _DESTINATION, "consignee_not_home"),
    "return_to_sender": ("RETURNED", "Refused, returned to the sender", _ORIGIN, "consignee_refused"),
}
"""Code, description, place and reason of the event by which a parcel gets into a status out of turn."""

_BEFORE: Mapping[TrackerStatus, TrackerStatus] = {
    "unknown": "in_transit",
    "on_hold": "in_transit",
    "cancelled": "pending",
    "delivery_delayed": "in_transit",
    "ready_for_pickup": "out_for_delivery",
    "delivery_failed": "out_for_delivery",
    "return_to_sender": "out_for_delivery",
}
"""Up to which status a fixed number's journey goes the usual way; those that are not here go it to their own."""

CONSEQUENCE_AFTER = timedelta(minutes=30)
"""How long after its last usual step a fixed number leaves the usual way."""

LABEL_VOIDED = "Label voided by the sender"


def journey(course: Course, moves: Sequence[SandboxMove], now: datetime) -> Tracking:
    """Return the journey until `now`; a parcel that was moved by hand stays where it was put."""
    told = [move for move in moves if move.at <= now]
    until = min(now, told[0].at) if told else now
    usual = [step for step in steps(course) if step.at <= until]
    return _tracking(course, [*usual, *(move_step(course, move.status, move.at) for move in told)])


def voided_journey(course: Course, moves: Sequence[SandboxMove], voided_at: datetime) -> Tracking:
    """Return the journey of a parcel whose label was voided: it ended there, and `cancelled`."""
    before = journey(course, moves, voided_at)
    void = replace(move_step(course, "cancelled", voided_at), description=LABEL_VOIDED)
    events = (_event(void), *before.events)
    return before.model_copy(update={"status": "cancelled", "events": events, "estimated_delivery": None})


def fixed_journey(number: ParcelNumber) -> Tracking:
    """Return the one journey of a fixed test number, whatever the clock says."""
    status = FIXED_NUMBERS[number.text]
    course = course_of_number(number)
    usual = list(steps(course))
    last = max(at for at, step in enumerate(usual) if step.status == _BEFORE.get(status, status))
    taken = usual[: last + 1]
    if status in _BEFORE:
        taken.append(move_step(course, status, taken[-1].at + CONSEQUENCE_AFTER))
    return _tracking(course, taken)


def move_step(course: Course, status: TrackerStatus, at: datetime) -> Step:
    """Return the event by which a parcel gets into `status` at `at`."""
    code, description, where, reason = _MOVES[status]
    location = {_ORIGIN: course.origin, _HUB: course.hub, _DESTINATION: course.destination}[where]
    return Step(at, status, code, description, location, reason)


def _tracking(course: Course, taken: Sequence[Step]) -> Tracking:
    # A number of a minute ahead of the clock has no step yet: the carrier has heard of it, no more.
    status: TrackerStatus = taken[-1].status if taken else "pending"
    arrives = status == "delivered" or status not in FINAL_STATUSES
    return Tracking(
        status=status,
        events=tuple(_event(step) for step in reversed(taken)),
        estimated_delivery=course.delivery_on if arrives else None,
        info=TrackingInfo(shipment_service=course.service.name),
    )


def _event(step: Step) -> TrackingEvent:
    at = step.at.astimezone(UTC)
    return TrackingEvent(
        date=at.strftime("%Y-%m-%d"),
        time=at.strftime("%H:%M"),
        timestamp=at,
        status=step.status,
        code=step.code,
        reason=step.reason,
        description=step.description,
        location=step.location,
    )
