"""The app's own object graph, its ports wrapped so that any call of them can be the last, and its clock moved."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from chalicelib.carriers.sandbox.carrier import SandboxCarrier
from chalicelib.config import Settings
from chalicelib.domain.api_keys import plan_limits
from chalicelib.domain.tenants import Tenant
from chalicelib.services.api_keys import ApiKeys
from chalicelib.storage.accounts import AccountsTable
from chalicelib.storage.api_keys import ApiKeysTable, StoredApiKeys
from chalicelib.storage.rate_limits import RateLimitsTable, StoredBuckets
from chalicelib.wiring import Services
from tests.fake_carrier import SMOOTH, Scripted, Turn
from tests.faults.points import Point


class FaultyServices(Services):
    """Services whose ports play a script, `offset_s` seconds after now."""

    def __init__(self, settings: Settings, offset_s: float = 0) -> None:
        super().__init__(settings)
        self._offset = timedelta(seconds=offset_s)

    def clock(self) -> datetime:  # type: ignore[override]  # the true one is the same for all
        return datetime.now(UTC) + self._offset

    def fail_at(self, point: Point, fault: Callable[[], object]) -> None:
        """Let `fault` strike at the point."""
        turn = Turn(before=fault) if point.when == "before" else Turn(after=fault)
        self.port(point.port).will(point.call, *[SMOOTH] * (point.nth - 1), turn)

    def port(self, name: str) -> Scripted:
        """Return one of the ports by the name that points call it by."""
        names = {"shipments": "shipment_repository", "trackers": "tracker_repository", "ledger": "sandbox_ledger"}
        port: Scripted = getattr(self, names.get(name, name))
        return port

    @cached_property
    def shipment_repository(self) -> Any:
        return Scripted(super().shipment_repository)

    @cached_property
    def tracker_repository(self) -> Any:
        return Scripted(super().tracker_repository)

    @cached_property
    def labels(self) -> Any:
        return Scripted(super().labels)

    @cached_property
    def sandbox_ledger(self) -> Any:
        return Scripted(super().sandbox_ledger)

    @cached_property
    def keys(self) -> Scripted:
        return Scripted(StoredApiKeys(self._bound(ApiKeysTable), self._bound(AccountsTable)))

    @cached_property
    def buckets(self) -> Scripted:
        return Scripted(StoredBuckets(self._bound(RateLimitsTable)))

    @cached_property
    def api_keys(self) -> ApiKeys:
        limits = plan_limits(self.settings.self_hosted_limit_per_minute)
        return ApiKeys(self.keys, self.buckets, limits, os.urandom)

    @cached_property
    def carrier(self) -> Scripted:
        return Scripted(SandboxCarrier(self.sandbox_ledger, self.clock, os.urandom))

    @cached_property
    def carriers(self) -> Any:
        return OneCarrier(super().carriers, self.carrier)


class OneCarrier:
    """The app's registry, with the scripted sandbox in the place of its own."""

    def __init__(self, registry: Any, carrier: Scripted) -> None:
        self._registry = registry
        self._carrier = carrier

    def adapter(self, _carrier_name: str) -> Any:
        return self._carrier

    def connections(self, tenant: Tenant) -> Any:
        return self._registry.connections(tenant)

    def connection(self, tenant: Tenant, carrier_name: str, carrier_id: str) -> Any:
        return self._registry.connection(tenant, carrier_name, carrier_id)
