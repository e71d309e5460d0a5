"""API keys as they are sent and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, Field

from chalicelib.api.schemas.fields import GivenInstant, RequestBody
from chalicelib.api.schemas.lists import ObjectList
from chalicelib.domain.objects import Instant
from chalicelib.domain.tenants import Role

if TYPE_CHECKING:
    from chalicelib.domain import api_keys


class ApiKeyData(RequestBody):
    """A key to make; it takes the mode and plan of the key that asks."""

    role: Role = "standard"
    """What it may do: `admin` also makes keys, `standard` reads and writes, `read_only` reads and compares rates."""
    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """What people call it."""
    expires_at: GivenInstant | None = None
    """When it stops being valid; never where it is left out."""


class ApiKey(BaseModel):
    """A key, without what opens."""

    id: str
    """The key's id."""
    object_type: Literal["api_key"] = "api_key"
    """Always `api_key`."""
    name: str | None
    """What people call it."""
    role: str
    """What it may do: `admin`, `standard` or `read_only`."""
    plan: str
    """Which limit it has: `self_hosted`, `scale` or `enterprise`."""
    limit_per_minute: int | None
    """Its own limit; null where the plan's holds."""
    last_four: str
    """How it ends, to tell keys apart."""
    test_mode: bool
    """Whether it opens the world of sandboxes."""
    created_at: Instant
    """When it was made."""
    last_used_at: Instant | None
    """When it was last used, to the hour."""
    expires_at: Instant | None
    """When it stops being valid."""
    revoked_at: Instant | None
    """When it was revoked."""

    @classmethod
    def of(cls, key: api_keys.ApiKey) -> ApiKey:
        """Return the key as it is answered."""
        return cls(**_answered(key))


class NewApiKey(ApiKey):
    """A key just made: shown this once."""

    key: str
    """What opens; it is kept nowhere, so this is the one time to note it."""

    @classmethod
    def made(cls, key: api_keys.ApiKey, token: str) -> NewApiKey:
        """Return the new key with what opens."""
        return cls(**_answered(key), key=token)


class ApiKeyList(ObjectList[ApiKey]):
    """One page of keys, newest first."""


def _answered(key: api_keys.ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.terms.name,
        "role": key.terms.role,
        "plan": key.terms.plan,
        "limit_per_minute": key.terms.limit_per_minute,
        "last_four": key.last_four,
        "test_mode": key.terms.mode == "test",
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "expires_at": key.terms.expires_at,
        "revoked_at": key.revoked_at,
    }
