"""Attempts: how a purchase or void begins and ends, and when its carrier is asked what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.domain.late_sales import SUPERSEDED, lasting_messages, superseded_message
from chalicelib.domain.shipments import LEASE, STATE_BY_TRACKING, Attempt, ShipmentRecord, is_under_way

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.domain.messages import Message
    from chalicelib.domain.rates import Rate
    from chalicelib.domain.shipments import State

TRAVELLING = frozenset(STATE_BY_TRACKING.values())
"""The states that a parcel's journey gives."""

MOVES: Mapping[State, frozenset[State]] = {
    "draft": frozenset({"purchasing", "cancelled"}),
    "purchasing": frozenset({"created", "draft", "unconfirmed"}),
    "unconfirmed": frozenset({"created", "draft", "purchasing"}),
    "created": frozenset({"voiding", "cancelled", *TRAVELLING}),
    "voiding": frozenset({"created", "cancelled"}),
    "cancelled": frozenset(),
    **{state: frozenset({"cancelled", *(TRAVELLING - {state})}) for state in TRAVELLING},
}
"""Every move of a stored shipment, by the state that it leaves; docs/architecture.md draws them.

One that travels is cancelled only by the answer to a void that outlived its lease: the label is worth nothing then.
"""

FIRST_REST = timedelta(minutes=1)
"""How long a question that was not answered rests at least before the sweep asks it again."""

ASKED_FOR = timedelta(days=7)
"""An attempt that is older is not asked about again by the sweep: who could not say in a week never will."""

MOST_GIVEN_UP = 20
"""So many attempts that were given up are kept on a shipment: the oldest is then more than 20 leases old."""


def new_attempt(identifier: str, now: datetime, rate: Rate, order_id: str | None = None) -> Attempt:
    """Return a purchase or void that begins now."""
    return Attempt(
        id=identifier,
        order_id=order_id,
        since=now,
        lease_until=now + LEASE,
        look_at=now + LEASE,
        rate=rate,
        carrier_name=rate.carrier_name,
        carrier_id=rate.carrier_id,
    )


def begun(record: ShipmentRecord, state: State, attempt: Attempt, changes: Mapping[str, Any]) -> ShipmentRecord:
    """Return the shipment with a purchase or void under way, leased until it is due.

    An unconfirmed purchase that it supersedes stays named, in a message and among those that were given up.
    """
    begun = record.model_copy(
        update={**changes, "state": state, "attempt": attempt, "updated_at": attempt.since},
    )
    if record.state != "unconfirmed" or record.attempt is None:
        return begun
    told = (*record.messages, superseded_message(record.attempt))
    return begun.model_copy(update={"messages": told, "given_up": _with(record, record.attempt, attempt.since)})


def unconfirmed(record: ShipmentRecord, now: datetime) -> ShipmentRecord:
    """Return the shipment after its carrier could not say whether it sold the label."""
    return _resting(record, now).model_copy(update={"state": "unconfirmed", "updated_at": now})


def not_sold(record: ShipmentRecord, now: datetime) -> ShipmentRecord:
    """Return the draft again, its purchase given up: it stays named, for its sale may still come in."""
    given_up = record.given_up if record.attempt is None else _with(record, record.attempt, now)
    return released(record, "draft", now).model_copy(update={"given_up": given_up})


def not_voided(record: ShipmentRecord, now: datetime) -> ShipmentRecord:
    """Return the shipment with its label, the void given up: it stays named, for it may still be carried out."""
    given_up = record.given_up if record.attempt is None else _with(record, record.attempt, now)
    return released(record, "created", now).model_copy(update={"given_up": given_up})


def is_void(attempt: Attempt) -> bool:
    """Return whether the attempt is a void; else it is a purchase."""
    return attempt.id.startswith("void_")


def released(record: ShipmentRecord, state: State, now: datetime) -> ShipmentRecord:
    """Return the shipment after a purchase or void that did not take place."""
    return record.model_copy(update={"state": state, "attempt": None, "updated_at": now})


def put_back(before: ShipmentRecord, stored: ShipmentRecord, now: datetime) -> ShipmentRecord:
    """Return the shipment as it was before an attempt that did nothing; notes left on it meanwhile stay."""
    again = None if before.attempt is None else before.attempt.id  # which nothing supersedes any more
    notes = tuple(
        message
        for message in lasting_messages(stored)
        if message not in before.messages and not _supersedes(message, again)
    )
    return before.model_copy(
        update={
            "version": stored.version,
            "messages": (*before.messages, *notes),
            "given_up": tuple(one for one in stored.given_up if one.id != again),
            "updated_at": now,
        }
    )


def noting(taken: ShipmentRecord, stored: ShipmentRecord) -> ShipmentRecord:
    """Return the shipment that is being bought with the notes that others left on what is stored."""
    noted = {"messages": stored.messages, "given_up": stored.given_up, "version": stored.version}
    return taken.model_copy(update=noted)


def next_look(since: datetime, now: datetime) -> datetime | None:
    """Return when to ask again about what began at `since`: each rest is as long as all before it; None for never."""
    age = now - since
    return now + max(age, FIRST_REST) if age < ASKED_FOR else None


def look_at(record: ShipmentRecord) -> datetime | None:
    """Return when a carrier is to be asked about the shipment, never within a lease; None when there is no question."""
    looks = [one.look_at for one in (record.attempt, *record.given_up) if one is not None and one.look_at is not None]
    if looks and record.attempt is not None and is_under_way(record):
        return max(min(looks), record.attempt.lease_until)
    return min(looks, default=None)


def is_due(attempt: Attempt | None, now: datetime) -> bool:
    """Return whether the carrier is to be asked about the attempt by now."""
    return attempt is not None and attempt.look_at is not None and attempt.look_at <= now


def rested(record: ShipmentRecord, now: datetime) -> ShipmentRecord:
    """Return the shipment with every question that was due put off; itself when none was.

    An attempt that was given up and asked about for long enough is forgotten; what messages tell of it stays.
    """
    if not any(is_due(one, now) for one in (record.attempt, *record.given_up)):
        return record
    looked = [_put_off(one, now) if is_due(one, now) else one for one in record.given_up]
    return _resting(record, now).model_copy(update={"given_up": tuple(one for one in looked if one.look_at)})


def _resting(record: ShipmentRecord, now: datetime) -> ShipmentRecord:
    attempt = record.attempt
    if attempt is None or not is_due(attempt, now):
        return record
    return record.model_copy(update={"attempt": _put_off(attempt, now)})


def _put_off(attempt: Attempt, now: datetime) -> Attempt:
    return attempt.model_copy(update={"look_at": next_look(attempt.since, now)})


def _with(record: ShipmentRecord, attempt: Attempt, now: datetime) -> tuple[Attempt, ...]:
    """Return what was given up, one more, the oldest left out where there are too many."""
    look = next_look(attempt.since, now) or now + FIRST_REST  # once at least
    kept = attempt.model_copy(update={"rate": None, "order_id": None, "look_at": look})
    return (*record.given_up, kept)[-MOST_GIVEN_UP:]


def _supersedes(message: Message, purchase_id: str | None) -> bool:
    return message.code == SUPERSEDED and message.details.get("purchase_id") == purchase_id
