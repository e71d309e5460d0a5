"""The registry: which adapter speaks for a carrier, and which connections a tenant has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.errors import NotFound
from chalicelib.domain.ports import Connection

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from chalicelib.domain.ports import AdvancingCarrier, Carrier
    from chalicelib.domain.tenants import Tenant


class Registry:
    """The sandbox, which every account has in test mode, and the customers' own connections."""

    def __init__(self, sandbox: AdvancingCarrier) -> None:
        self._sandbox = sandbox
        self._adapters: Mapping[str, Carrier] = {SANDBOX: sandbox}

    def connections(self, tenant: Tenant) -> Sequence[Connection]:
        """Return the tenant's active connections, the oldest first."""
        return [Connection(SANDBOX, SANDBOX, tenant)] if tenant.is_test else []

    def connection(self, tenant: Tenant, carrier_name: str, carrier_id: str) -> Connection:
        """Return one connection, also one that is not active; raises `NotFound`."""
        for known in self.connections(tenant):
            if (known.carrier_name, known.carrier_id) == (carrier_name, carrier_id):
                return known
        raise NotFound(f"There is no connection {carrier_id} to {carrier_name}")

    def offers(self, carrier_name: str, services: Collection[str]) -> bool:
        """Return whether the carrier may have one of the services; False saves a call."""
        return bool(services) and carrier_name in self._adapters

    def adapter(self, carrier_name: str) -> Carrier:
        """Return the adapter; raises `KeyError` for an unknown carrier."""
        return self._adapters[carrier_name]

    def sandbox(self) -> AdvancingCarrier:
        """Return the sandbox's adapter."""
        return self._sandbox
