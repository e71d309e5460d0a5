"""API keys: how they are written, what a key grants, and when it stops being valid."""

from __future__ import annotations

import hashlib
import re
import string
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, cast

from chalicelib.domain.errors import Unauthorized
from chalicelib.domain.ids import AccountId, KeyId
from chalicelib.domain.tenants import Caller, Mode, Plan, Role, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.domain.pages import Page, PageRequest

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase

SECRET_BYTES = 20
SECRET_LENGTH = 27
"""160 bits in base 62, always the same width: 62 ** 27 > 2 ** 160."""

CHECKSUM_LENGTH = 6
"""A CRC-32 in base 62: 62 ** 6 > 2 ** 32."""

MOST_KEYS = 100
"""An account has at most so many keys that are not revoked, in both modes together."""

MOST_PER_MINUTE = 30_000
"""The largest limit of a key: its bucket is one item, that takes about 1,000 writes a second, up to 1.4 a request."""

LAST_USED_STEP = timedelta(hours=1)
"""How exact `last_used_at` is: at most one write in so long."""

_SHAPE = re.compile(rf"dray_(test|live)_[0-9A-Za-z]{{{SECRET_LENGTH + CHECKSUM_LENGTH}}}")


@dataclass(frozen=True)
class KeyTerms:
    """What a key is for: decided when it is made, never changed."""

    mode: Mode
    role: Role
    plan: Plan
    limit_per_minute: int | None = None
    """The key's own limit; None means the plan's."""
    name: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class ApiKey:
    """A key as it is kept: all but the key itself."""

    id: KeyId
    account_id: AccountId
    terms: KeyTerms
    last_four: str
    created_at: datetime
    last_used_at: datetime | None = None
    """To the hour."""
    revoked_at: datetime | None = None

    @property
    def tenant(self) -> Tenant:
        """Whose data the key opens."""
        return Tenant(self.account_id, self.terms.mode)

    def is_valid(self, now: datetime) -> bool:
        """Whether the key opens anything at `now`; expiry is exact and exclusive."""
        expires_at = self.terms.expires_at
        return self.revoked_at is None and (expires_at is None or now < expires_at)

    def is_due_for_use_mark(self, now: datetime) -> bool:
        """Whether `last_used_at` is older than its step."""
        return self.last_used_at is None or now - self.last_used_at >= LAST_USED_STEP

    def caller(self, plan_limits: Mapping[Plan, int]) -> Caller:
        """Return who asks with this key."""
        terms = self.terms
        limit = terms.limit_per_minute or plan_limits[terms.plan]
        return Caller(self.tenant, self.id, terms.role, terms.plan, limit, terms.expires_at)


class ApiKeyRepository(Protocol):
    """The keys' table. An account's counter of keys is kept in the same transactions."""

    def add(self, tenant: Tenant, key: ApiKey, key_hash: str) -> None:
        """Store a new key.

        Raises `NotFound` when there is no such account, and `Conflict` when it has `MOST_KEYS` keys or when a key
        of this id exists.
        """

    def replace(self, tenant: Tenant, key: ApiKey, key_hash: str) -> None:
        """Give the existing key of this id another secret; what was shown before opens nothing any more.

        Raises `NotFound`, and `Conflict` when it has been revoked.
        """

    def find_by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key, by one strongly consistent read. It crosses tenants: the hash is what tells the tenant."""

    def get(self, tenant: Tenant, key_id: KeyId) -> ApiKey:
        """Return it, strongly consistent; raises `NotFound`."""

    def page(self, tenant: Tenant, request: PageRequest) -> Page[ApiKey]:
        """Return one page, newest first, revoked ones too."""

    def revoke(self, tenant: Tenant, key_id: KeyId, now: datetime) -> ApiKey:
        """Revoke it, or return it as it was revoked before; raises `NotFound`."""

    def mark_used(self, key_hash: str, now: datetime) -> None:
        """Write `last_used_at`, unless somebody did within `LAST_USED_STEP`. Crosses tenants as `find_by_hash` does."""


def plan_limits(self_hosted_limit_per_minute: int) -> dict[Plan, int]:
    """Return each plan's requests a minute."""
    return {"self_hosted": self_hosted_limit_per_minute, "scale": 1000, "enterprise": 5000}


def new_token(mode: Mode, random_bytes: Callable[[int], bytes]) -> str:
    """Return a new key as its owner sees it, this once: prefix, mode, 160 random bits, checksum."""
    secret = _base62(int.from_bytes(random_bytes(SECRET_BYTES)), SECRET_LENGTH)
    body = f"dray_{mode}_{secret}"
    return body + _checksum(body)


def is_well_formed(token: str) -> bool:
    """Whether `token` can be a key of ours, so that it is worth a read.

    A CRC-32 finds every error within 32 neighbouring bits (so each single wrong character, two swapped neighbours,
    and the other mode's name); of all other mistakes it misses one in 2 ** 32. Whether the key exists is not its
    matter, and it is no secret: anybody can compute it.
    """
    if not _SHAPE.fullmatch(token):
        return False
    return token[-CHECKSUM_LENGTH:] == _checksum(token[:-CHECKSUM_LENGTH])


def hash_of(token: str) -> str:
    """Return what is kept of a key: its SHA-256. With 160 random bits in it, neither salt nor stretching is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def context_of(caller: Caller) -> dict[str, str]:
    """Return the caller as flat strings, the only thing that a gateway hands on from its authorizer."""
    return {
        "account": caller.tenant.account_id,
        "mode": caller.tenant.mode,
        "role": caller.role,
        "plan": caller.plan,
        "limit": str(caller.limit_per_minute),
        "key_id": caller.key_id,
        "expires_at": caller.expires_at.isoformat() if caller.expires_at else "",
    }


def caller_from(context: Mapping[str, str], now: datetime) -> Caller:
    """Return the caller of `context_of`.

    Raises `Unauthorized` when the key has expired since the gateway asked the authorizer, or when it asked for none.
    """
    if "key_id" not in context:
        raise Unauthorized("Send an API key: Authorization: Bearer dray_…")
    expires_at = datetime.fromisoformat(context["expires_at"]).astimezone(UTC) if context["expires_at"] else None
    if expires_at is not None and now >= expires_at:
        raise Unauthorized("This API key has expired")
    return Caller(
        tenant=Tenant(AccountId(context["account"]), cast("Mode", context["mode"])),
        key_id=KeyId(context["key_id"]),
        role=cast("Role", context["role"]),
        plan=cast("Plan", context["plan"]),
        limit_per_minute=int(context["limit"]),
        expires_at=expires_at,
    )


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), CHECKSUM_LENGTH)


def _base62(value: int, length: int) -> str:
    digits = []
    for _ in range(length):
        value, digit = divmod(value, 62)
        digits.append(BASE62[digit])
    return "".join(reversed(digits))
