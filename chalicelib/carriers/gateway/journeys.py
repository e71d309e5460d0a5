"""Journeys: what a carrier said of one number, in Dray's statuses, the newest event first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.answers import without_nulls
from chalicelib.carriers.gateway.hooks import zoned_times_of
from chalicelib.carriers.gateway.prices import day_of
from chalicelib.carriers.gateway.times import instant_at, instants, time_of_day
from chalicelib.domain.trackers import INCIDENT_REASONS, TRACKER_STATUSES, Tracking, TrackingEvent, TrackingInfo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from chalicelib.carriers.profiles.profile import Profile
    from chalicelib.domain.messages import Message
    from chalicelib.domain.trackers import TrackerStatus

LONGEST_TEXT = 250
LONGEST_LINK = 1000
NOT_FOR_META = frozenset({"signature_image", "delivery_image", "images"})
"""Pictures, which an object that is stored and listed must not hold."""


@dataclass(frozen=True)
class Codebook:
    """How one answer's events are read."""

    profile: Profile
    known: Mapping[tuple[str, str], set[datetime]]
    """The instants that the raw answers tell."""
    sdk_knows_statuses: bool
    """Whether the SDK gave any of the events a status."""

    def status_of(self, event: Mapping[str, Any]) -> TrackerStatus | None:
        """Return an event's status; `unknown` for a code that nobody knows, None where nothing is to be known."""
        code = _text(event.get("code"))
        told = _known_status(event.get("status"))
        if code and self.profile.statuses:
            fallback = told if self.profile.sdk_statuses else None
            return self.profile.statuses.get(code.upper(), fallback or "unknown")
        if told is None and code and self.sdk_knows_statuses:
            return "unknown"
        return told

    def reason_of(self, event: Mapping[str, Any]) -> str | None:
        """Return why an event is an incident, None where it is none; what a table says of codes, it says of reasons."""
        if self.profile.reasons or self.profile.statuses:
            return self.profile.reasons.get((_text(event.get("code")) or "").upper())
        reason = event.get("reason")
        return reason if reason in INCIDENT_REASONS else None


def tracking_of(
    profile: Profile, detail: Mapping[str, Any], bodies: Sequence[bytes], messages: tuple[Message, ...]
) -> Tracking:
    """Return the journey of one number.

    Its status is that of the newest event that is understood. Times are the place's own; an instant is told only where
    the carrier's raw answer tells the zone, for the SDK writes local times as if they were UTC.
    """
    told = [event for event in detail.get("events") or () if isinstance(event, dict)]
    book = Codebook(
        profile, instants(bodies, zoned_times_of(profile)), any(_known_status(event.get("status")) for event in told)
    )
    dated = [event for event in told if day_of(event.get("date")) is not None]
    events = tuple(_event(event, book) for event in _newest_first(dated))
    unknown = sorted({event.code for event in events if event.status == "unknown" and event.code})
    undated = [without_nulls(event) for event in told if event not in dated]
    meta = {name: value for name, value in without_nulls(detail.get("meta")).items() if name not in NOT_FOR_META}
    if unknown:
        meta["unknown_codes"] = unknown
    if undated:
        meta["undated_events"] = undated
    return Tracking(
        status=_status(profile, detail, events),
        events=events,
        estimated_delivery=day_of(detail.get("estimated_delivery")),
        info=_info(detail.get("info")),
        messages=messages,
        meta=meta or None,
    )


def detail_of(result: object, tracking_number: str) -> Mapping[str, Any] | None:
    """Return what was said of this number, whatever its spaces and case; None where nothing was."""
    details = [detail for detail in result if isinstance(detail, dict)] if isinstance(result, list) else []
    wanted = _bare(tracking_number)
    same = (detail for detail in details if _bare(str(detail.get("tracking_number") or "")) == wanted)
    return next(same, details[0] if len(details) == 1 else None)


def _status(profile: Profile, detail: Mapping[str, Any], events: Sequence[TrackingEvent]) -> TrackerStatus:
    if detail.get("delivered") is True and not events:
        return "delivered"
    if not events:
        return "pending"
    understood = next((event.status for event in events if event.status not in (None, "unknown")), None)
    whole = None if profile.statuses else _known_status(detail.get("status"))
    last: TrackerStatus = "delivered" if detail.get("delivered") is True else "unknown"
    return whole or _known_status(understood) or last


def _event(event: Mapping[str, Any], book: Codebook) -> TrackingEvent:
    day = day_of(event.get("date"))
    date = day.isoformat() if day is not None else ""
    clock = time_of_day(event.get("time"))
    return TrackingEvent(
        date=date,
        time=clock,
        timestamp=instant_at(book.known, date, clock),
        status=book.status_of(event),
        code=_text(event.get("code")),
        reason=book.reason_of(event),
        description=_text(event.get("description")),
        location=_text(event.get("location")) or "",
        latitude=_degrees(event.get("latitude"), 90),
        longitude=_degrees(event.get("longitude"), 180),
    )


def _newest_first(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the events by their local time, newest first; where times are equal or missing, the carrier's order."""
    keys = [_moment(event) for event in events]
    oldest_first = bool(keys) and keys[0] < keys[-1]
    ordered = reversed(events) if oldest_first else events
    return sorted(ordered, key=_moment, reverse=True)


def _moment(event: Mapping[str, Any]) -> tuple[str, str]:
    return str(day_of(event.get("date"))), time_of_day(event.get("time")) or ""


def _info(told: object) -> TrackingInfo | None:
    if not isinstance(told, dict):
        return None
    found = {
        name: str(value)[: LONGEST_LINK if name == "carrier_tracking_link" else LONGEST_TEXT]
        for name, value in told.items()
        if name in TrackingInfo.model_fields and value not in (None, "")
    }
    return TrackingInfo(**found) if found else None


def _known_status(value: object) -> TrackerStatus | None:
    return value if value in TRACKER_STATUSES else None


def _degrees(value: object, most: float) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) <= most else None  # type: ignore[arg-type]


def _text(value: object) -> str | None:
    return (str(value).strip() or None) if value is not None else None


def _bare(number: str) -> str:
    return "".join(number.split()).upper()
