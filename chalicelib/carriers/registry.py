"""Registry: which adapter speaks for a carrier, and which connections a tenant has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from chalicelib.carriers import catalogue
from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.connections import SERVER_URL
from chalicelib.domain.credentials import Credentials
from chalicelib.domain.errors import CarrierUnavailable, NotFound
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from chalicelib.carriers.vault import Vault
    from chalicelib.domain.connections import CarrierKinds, ConnectionRecord, ConnectionRepository
    from chalicelib.domain.ports import AdvancingCarrier, Carrier
    from chalicelib.domain.tenants import Tenant


@dataclass(frozen=True)
class OwnConnections:
    """The customers' own connections: where they are stored, what opens them, and who speaks for their carriers."""

    repository: ConnectionRepository
    vault: Vault
    kinds: CarrierKinds
    """The carriers that this stage offers: others are not asked, whoever has a connection."""
    made: Callable[[str], Carrier]
    """Make the adapter of a carrier that is not the sandbox."""
    may_leave: bool = False
    """Whether a live connection may go to its own `server_url`."""


class Registry:
    """The sandbox, which every account has in test mode, and the customers' own connections."""

    def __init__(self, sandbox: AdvancingCarrier, own: OwnConnections | None = None) -> None:
        self._sandbox = sandbox
        self._own = own
        self._adapters: dict[str, Carrier] = {SANDBOX: sandbox}

    def connections(self, tenant: Tenant) -> Sequence[Connection]:
        """Return the tenant's active connections, the oldest first: in test mode the embedded sandbox is before all."""
        embedded = [Connection(SANDBOX, SANDBOX, tenant)] if tenant.is_test else []
        if self._own is None:
            return embedded
        active = [record for record in self._own.repository.all(tenant) if record.active]
        offered = self._own.kinds.names() if active else ()
        return embedded + [
            _connection(self._own, tenant, record) for record in active if record.carrier_name in offered
        ]

    def connection(self, tenant: Tenant, carrier_name: str, carrier_id: str) -> Connection:
        """Return one connection, also one that is not active; raises `NotFound`."""
        if carrier_id == SANDBOX and carrier_name == SANDBOX and tenant.is_test:
            return Connection(SANDBOX, SANDBOX, tenant)
        if self._own is not None and carrier_name in self._own.kinds.names():
            record = self._own.repository.find(tenant, carrier_id)
            if record is not None and record.carrier_name == carrier_name:
                return _connection(self._own, tenant, record)
        raise NotFound(f"There is no connection {carrier_id} to {carrier_name}")

    def offers(self, carrier_name: str, services: Collection[str]) -> bool:
        """Return whether the carrier may have one of the services; False saves a call."""
        return catalogue.offers(carrier_name, services)

    def adapter(self, carrier_name: str) -> Carrier:
        """Return the adapter; raises `KeyError` for an unknown carrier."""
        if carrier_name not in self._adapters:
            if self._own is None or carrier_name not in self._own.kinds.names():
                raise KeyError(carrier_name)
            self._adapters.setdefault(carrier_name, self._own.made(carrier_name))
        return self._adapters[carrier_name]

    def sandbox(self) -> AdvancingCarrier:
        """Return the sandbox's adapter."""
        return self._sandbox


def _connection(own: OwnConnections, tenant: Tenant, record: ConnectionRecord) -> Connection:
    credentials = own.vault.credentials(tenant, record)
    if SERVER_URL in record.config and not tenant.is_test and not own.may_leave:  # it was allowed once
        credentials = Credentials(partial(_refuse_to_leave, record))
    return Connection(
        carrier_name=record.carrier_name,
        carrier_id=record.carrier_id,
        tenant=tenant,
        id=record.id,
        version=record.version,
        credentials=credentials,
        config=record.config,
        capabilities=frozenset(record.capabilities),
    )


def _refuse_to_leave(record: ConnectionRecord) -> NoReturn:
    told = (
        f"The connection {record.carrier_id} to {record.carrier_name} goes to a config.{SERVER_URL} of its own, "
        "which this server no longer allows in live mode: remove it"
    )
    message = Message(
        message=told, code="server_url_refused", carrier_name=record.carrier_name, carrier_id=record.carrier_id
    )
    raise CarrierUnavailable(told, (message,))
