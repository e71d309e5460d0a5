"""Idempotency: the same request under the same key is carried out once, and answered the same again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.domain.errors import ChangedMeanwhile, Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from chalicelib.domain.errors import DrayError
    from chalicelib.domain.tenants import Tenant

REMEMBERED_FOR = timedelta(hours=24)
LEASE = timedelta(seconds=30)
"""A request takes 29 s at most: after its lease it is over, or its process is dead."""

REMEMBERED_STATUSES = frozenset({200, 201, 302, 400, 404, 422})
"""What the same request is answered again: what was done, and errors that it will always meet."""

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class Claim:
    """The right to carry a request out: it names the object to be made before any work starts."""

    object_id: str
    """The id of what the request makes: a shipment, a tracker, a key, a purchase."""
    resumed: bool = False
    """Whether an earlier try may have begun: its object is to be found and gone on with, never made beside it."""
    lease_id: str | None = None
    """Who holds the key for now; None without an `Idempotency-Key`."""


@dataclass(frozen=True)
class Remembered:
    """An answer as it was first given."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    sealed: bool = False
    """Whether the body is encrypted, as it shows a secret."""


@dataclass(frozen=True)
class IdempotencyRecord:
    """What is kept under a key."""

    fingerprint: str
    object_id: str
    lease_id: str
    lease_until: datetime
    expires_at: datetime
    answer: Remembered | None = None


class IdempotencyRepository(Protocol):
    """The keys' table: the tenant's, by the text of the key."""

    def add(self, tenant: Tenant, key: str, record: IdempotencyRecord, now: datetime) -> IdempotencyRecord | None:
        """Store the record unless there is one that has not expired; return that one, None when ours was stored."""

    def take(self, tenant: Tenant, key: str, before: IdempotencyRecord, record: IdempotencyRecord) -> bool:
        """Replace the lease of `before` by that of `record`; return whether nobody else was faster."""

    def finish(self, tenant: Tenant, key: str, lease_id: str, answer: Remembered) -> None:
        """Keep the answer, if this lease still holds."""

    def release(self, tenant: Tenant, key: str, lease_id: str) -> None:
        """Give the lease up, if it still holds: the next try goes on from the object's state."""


def is_key(text: str) -> bool:
    """Return whether `text` can be an idempotency key: 1 to 255 visible ASCII characters."""
    return _KEY.fullmatch(text) is not None


def told_apart(method: str, path: str, body: Mapping[str, Any]) -> str:
    """Return what tells one request from another: method, path and parsed body.

    The order of names and the spelling of numbers (1.20 for 1.2) make no difference. It holds what the body holds,
    secrets too: only a keyed mark of it is kept.
    """
    return json.dumps([method, path, body], sort_keys=True, default=_plain)


def _plain(number: Decimal) -> int | float:
    # beyond a double's 15 digits goes only a connection's `config`, which is kept as doubles; and so an exponent of any
    # size costs no more here than a small one
    near = float(number)
    return int(near) if near.is_integer() else near


def is_remembered(status: int, error: DrayError | None) -> bool:
    """Return whether an answer is given again; after any other the key goes on from the object's state.

    Of the conflicts it is the plain one: not what passes by itself, nor a race that the next try may win.
    """
    if status in REMEMBERED_STATUSES:
        return True
    return error is not None and error.code == Conflict.code and not isinstance(error, ChangedMeanwhile)
