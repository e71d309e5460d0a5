"""API keys: who asks with one, and how they are made, listed and revoked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.domain.accounts import checked_name
from chalicelib.domain.api_keys import MOST_PER_MINUTE, ApiKey, KeyTerms, hash_of, is_well_formed, new_token
from chalicelib.domain.errors import DrayError, InvalidRequest, NotFound, Unauthorized
from chalicelib.domain.ids import AccountId, KeyId, new_id
from chalicelib.domain.tenants import Caller, Plan, Role, Tenant
from chalicelib.domain.token_bucket import Buckets, microseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.domain.api_keys import ApiKeyRepository
    from chalicelib.domain.pages import Page, PageRequest

NOT_VALID = "This API key is not valid"

LAST_YEAR = 9998
"""In the year after, an instant in another time zone may have no name in UTC."""


@dataclass(frozen=True)
class KeyWish:
    """What a customer may choose about a new key; mode and plan are those of the key that asks."""

    role: Role
    name: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class NewKey:
    """A key just made."""

    key: ApiKey
    token: str
    """What opens; it is kept nowhere, so this is the one time to show it."""


class ApiKeys:
    """The keys of all accounts."""

    def __init__(
        self,
        keys: ApiKeyRepository,
        buckets: Buckets,
        plan_limits: Mapping[Plan, int],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._keys = keys
        self._buckets = buckets
        self._plan_limits = plan_limits
        self._random_bytes = random_bytes

    def authenticate_header(self, header: str, now: datetime) -> Caller:
        """Return who asks with an `Authorization` header; otherwise as `authenticate`.

        The scheme may be written in any case (RFC 9110, section 11.1), with any spaces round the key.
        """
        scheme, _, token = header.strip().partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized("Send an API key: Authorization: Bearer dray_…")
        return self.authenticate(token.strip(), now)

    def authenticate(self, token: str, now: datetime) -> Caller:
        """Return who asks with `token`: one read, and none for what can't be a key of ours.

        Raises `Unauthorized` for a malformed, unknown, expired or revoked key, and `Unavailable` when it can't be read.
        """
        if not is_well_formed(token):
            raise Unauthorized(NOT_VALID)
        key_hash = hash_of(token)
        key = self._keys.find_by_hash(key_hash)
        if key is None or not key.is_valid(now):
            raise Unauthorized(NOT_VALID)
        if key.is_due_for_use_mark(now):
            self._mark_used(key_hash, now)
        return key.caller(self._plan_limits)

    def create(self, caller: Caller, wish: KeyWish, now: datetime, key_id: KeyId | None = None) -> NewKey:
        """Make a key with the caller's mode and plan.

        With the `key_id` of an earlier attempt, that attempt's key is given a new secret instead of a second key beside
        it. Raises `InvalidRequest`, and `Conflict` when the account has `MOST_KEYS` keys.
        """
        terms = KeyTerms(caller.tenant.mode, wish.role, caller.plan, name=wish.name, expires_at=wish.expires_at)
        return self.grant(caller.tenant.account_id, terms, now, key_id)

    def grant(self, account_id: AccountId, terms: KeyTerms, now: datetime, key_id: KeyId | None = None) -> NewKey:
        """Make a key on any terms: the operator's right. As `create`, and raises `NotFound` for an unknown account."""
        terms = _checked(terms, now)
        tenant, token = Tenant(account_id, terms.mode), new_token(terms.mode, self._random_bytes)
        earlier = self._find(tenant, key_id) if key_id else None
        if earlier:
            key = replace(earlier, last_four=token[-4:])
            self._keys.replace(tenant, key, hash_of(token))
        else:
            new = key_id or KeyId(new_id("key", now, self._random_bytes))
            key = ApiKey(new, account_id, terms, last_four=token[-4:], created_at=now)
            self._keys.add(tenant, key, hash_of(token))
        return NewKey(key, token)

    def list(self, tenant: Tenant, request: PageRequest) -> Page[ApiKey]:
        """Return one page of the tenant's keys, newest first, revoked ones too."""
        return self._keys.page(tenant, request)

    def revoke(self, tenant: Tenant, key_id: KeyId, now: datetime) -> ApiKey:
        """Revoke a key at once: its bucket is closed too, as a gateway may remember its authorization for a while.

        Twice answers the same. Raises `NotFound`, also for another account's and the other mode's keys.
        """
        key = self._keys.revoke(tenant, key_id, now)
        # also when it had been revoked before: that attempt may have died before it came here
        self._buckets.close(key_id, microseconds(now))
        return key

    def _find(self, tenant: Tenant, key_id: KeyId) -> ApiKey | None:
        try:
            return self._keys.get(tenant, key_id)
        except NotFound:
            return None

    def _mark_used(self, key_hash: str, now: datetime) -> None:
        try:
            self._keys.mark_used(key_hash, now)
        except DrayError:
            return  # a note for people, which the next request tries again


def _checked(terms: KeyTerms, now: datetime) -> KeyTerms:
    """Return the terms with a tidy name; raises `InvalidRequest` for terms under which no key may be made."""
    faults = {}
    if terms.expires_at is not None and terms.expires_at <= now:
        faults["expires_at"] = "This time has passed"
    elif terms.expires_at is not None and terms.expires_at.year > LAST_YEAR:
        faults["expires_at"] = f"At the latest in the year {LAST_YEAR}"
    if terms.limit_per_minute is not None and not 1 <= terms.limit_per_minute <= MOST_PER_MINUTE:
        faults["limit_per_minute"] = f"Between 1 and {MOST_PER_MINUTE}"
    if faults:
        raise InvalidRequest("The API key could not be created", faults)
    return terms if terms.name is None else replace(terms, name=checked_name(terms.name))
