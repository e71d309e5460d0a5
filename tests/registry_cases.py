"""A registry on fakes, with customers' own connections, and a clock in seconds."""

from dataclasses import dataclass
from typing import Any

from chalicelib.carriers.registry import OwnConnections, Registry
from chalicelib.carriers.vault import Vault
from chalicelib.domain.connections import ConnectionRecord
from chalicelib.domain.credentials import as_plaintext, encryption_context
from chalicelib.domain.ports import Connection
from chalicelib.domain.tenants import Tenant
from tests.builders import A_TENANT, a_connection, an_id
from tests.connection_cases import FakeKinds, GlassEncryption, credentials
from tests.fake_carrier import FakeCarrier
from tests.fakes import FakeConnections
from tests.service_cases import Clock


@dataclass
class Seconds:
    """A monotonic clock that stands until it is moved."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


class World:
    """A registry on fakes."""

    def __init__(self, *, may_leave: bool = False) -> None:
        self.table = FakeConnections()
        self.encryption = GlassEncryption()
        self.seconds = Seconds()
        self.kinds = FakeKinds()
        self.made: list[str] = []
        self.sandbox = FakeCarrier(Clock())
        vault = Vault(lambda: self.encryption, self.seconds)
        own = OwnConnections(self.table, vault, self.kinds, self._make, may_leave=may_leave)
        self.registry = Registry(self.sandbox, own)

    def _make(self, carrier_name: str) -> FakeCarrier:
        self.made.append(carrier_name)
        return FakeCarrier(Clock())

    def add(self, carrier_id: str = "ups-berlin", tenant: Tenant = A_TENANT, **changes: object) -> ConnectionRecord:
        identifier = an_id("con")
        sealed = self.encryption.encrypt(as_plaintext(credentials()), encryption_context(tenant, identifier))
        fields: dict[str, Any] = {"id": identifier, "sealed_credentials": sealed, "carrier_id": carrier_id} | changes
        return self.table.add(tenant, a_connection(**fields))

    def one(self, tenant: Tenant = A_TENANT, carrier_id: str = "ups-berlin") -> Connection:
        return self.registry.connection(tenant, "ups", carrier_id)
