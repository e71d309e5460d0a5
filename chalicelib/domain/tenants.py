"""Tenants and callers: whose data a request may touch, taken from the key alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.ids import AccountId, KeyId

Mode = Literal["test", "live"]
Role = Literal["admin", "standard", "read_only"]
Plan = Literal["self_hosted", "scale", "enterprise"]


@dataclass(frozen=True)
class Tenant:
    """An account in one mode: the partition of everything it owns."""

    account_id: AccountId
    mode: Mode

    @property
    def key(self) -> str:
        """The partition's key."""
        return f"{self.account_id}#{self.mode}"

    @property
    def is_test(self) -> bool:
        """Whether this is the world of sandboxes."""
        return self.mode == "test"


@dataclass(frozen=True)
class Caller:
    """Who asks, as the authorizer found it out."""

    tenant: Tenant
    key_id: KeyId
    role: Role
    plan: Plan
    limit_per_minute: int
    """The capacity of the key's token bucket."""
    expires_at: datetime | None
    """When the key stops being valid; exact, also while the gateway still caches the authorizer's answer."""
