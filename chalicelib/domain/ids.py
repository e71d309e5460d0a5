"""Ids: a prefix that tells the noun, then a ULID, so that ids of one noun sort by the time they were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Callable

AccountId = NewType("AccountId", str)
KeyId = NewType("KeyId", str)
ShipmentId = NewType("ShipmentId", str)
TrackerId = NewType("TrackerId", str)
PurchaseId = NewType("PurchaseId", str)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U (https://www.crockford.com/base32.html)."""

RANDOM_BYTES = 10
ULID_LENGTH = 26
"""48 bits of milliseconds and 80 of randomness, in 26 characters (https://github.com/ulid/spec)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id(prefix: str, now: datetime, random_bytes: Callable[[int], bytes]) -> str:
    """Return `prefix_` and the ULID of `now`: 26 characters that sort by time."""
    value = (_milliseconds(now) << 80) | int.from_bytes(random_bytes(RANDOM_BYTES))
    return f"{prefix}_{_encoded(value)}"


def first_id_at(prefix: str, at: datetime) -> str:
    """Return the lowest id of `prefix` that can have been made in the millisecond of `at`."""
    return f"{prefix}_{_encoded(_milliseconds(at) << 80)}"


def made_at(identifier: str) -> datetime:
    """Return the instant, to the millisecond, at which `identifier` was made.

    Raises `ValueError` when it is not one of ours.
    """
    ulid = identifier.partition("_")[2]
    if len(ulid) != ULID_LENGTH:
        raise ValueError(f"{identifier!r} holds no ULID")
    value = 0
    for character in ulid:
        value = value * 32 + CROCKFORD.index(character)
    try:
        return _EPOCH + timedelta(milliseconds=value >> 80)
    except OverflowError:
        raise ValueError(f"{identifier!r} was made after the year 9999") from None


def _milliseconds(at: datetime) -> int:
    return max(0, (at - _EPOCH) // timedelta(milliseconds=1))


def _encoded(value: int) -> str:
    return "".join(CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))


def is_id(prefix: str, text: str) -> bool:
    """Return whether `text` has the shape of an id of this noun."""
    head, _, ulid = text.partition("_")
    return head == prefix and len(ulid) == ULID_LENGTH and all(character in CROCKFORD for character in ulid)
