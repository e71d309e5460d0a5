"""The registry: which adapter speaks for a carrier, and which connections a tenant has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.ports import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.domain.ports import AdvancingCarrier, Carrier
    from chalicelib.domain.tenants import Tenant


class Registry:
    """The carriers that are built in: in test mode the sandbox, which needs no account."""

    def __init__(self, sandbox: AdvancingCarrier) -> None:
        self._sandbox = sandbox
        self._adapters: Mapping[str, Carrier] = {SANDBOX: sandbox}

    def connections(self, tenant: Tenant) -> Sequence[Connection]:
        """Return the tenant's active connections."""
        return [Connection(SANDBOX, SANDBOX, tenant)] if tenant.is_test else []

    def adapter(self, carrier_name: str) -> Carrier:
        """Return the adapter; raises `KeyError` for an unknown carrier."""
        return self._adapters[carrier_name]

    def sandbox(self) -> AdvancingCarrier:
        """Return the sandbox's adapter."""
        return self._sandbox
