"""What tests of connections share: carriers that can be connected, an encryption that can be looked into, fakes."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.domain.connections import CarrierKind, ConnectionRecord, ServerUrlRules
from chalicelib.domain.credentials import Credentials, encryption_context, of_plaintext
from chalicelib.domain.ports import Connection
from chalicelib.domain.tenants import Tenant
from chalicelib.services.connections import Connections, ConnectionWish
from tests.builders import A_TENANT, an_id
from tests.fake_carrier import FakeCarrier, FakeRegistry, Scripted
from tests.fakes import FakeConnections
from tests.service_cases import Clock

SECRET = "s3cr3t-Zq7vLx"
"""So unlike anything else that a test finds it wherever it leaks to."""


class FakeKinds:
    """UPS, a carrier without a sandbox, and the sandbox."""

    def __init__(self) -> None:
        self.known = {
            kind.carrier_name: kind
            for kind in (
                CarrierKind("ups", "UPS", ("rating", "shipping", "tracking"), has_sandbox=True),
                CarrierKind("liveonly", "Live Only", ("rating",), has_sandbox=False),
                CarrierKind("sandbox", "Sandbox", ("rating", "shipping"), has_sandbox=True),
            )
        }

    def names(self) -> frozenset[str]:
        return frozenset(self.known)

    def kind(self, carrier_name: str) -> CarrierKind:
        return self.known[carrier_name]

    def faults_of_credentials(self, carrier_name: str, credentials: Mapping[str, str | int]) -> dict[str, str]:
        known = set() if carrier_name == "sandbox" else {"client_id", "client_secret", "account_number"}
        required = known - {"account_number"}
        return dict.fromkeys(required - credentials.keys(), "This field is required") | dict.fromkeys(
            credentials.keys() - known, "Unknown field"
        )

    def faults_of_config(self, carrier_name: str, config: Mapping[str, Any]) -> dict[str, str]:
        known = set() if carrier_name == "sandbox" else {"label_type", "cost_center"}
        return dict.fromkeys(config.keys() - known, "Unknown field")


class GlassEncryption:
    """Seals by writing the context before the text, so that another context cannot open it; counts what it opens."""

    def __init__(self) -> None:
        self.opened = 0
        self.fault: Exception | None = None

    def encrypt(self, plaintext: bytes, context: dict[str, str]) -> bytes:
        return json.dumps(context, sort_keys=True).encode() + b"|" + plaintext[::-1]

    def decrypt(self, ciphertext: bytes, context: dict[str, str]) -> bytes:
        if self.fault is not None:
            raise self.fault
        self.opened += 1
        bound, _, reversed_text = ciphertext.partition(b"|")
        if json.loads(bound) != context:
            raise ValueError("another context")
        return reversed_text[::-1]


def credentials(**changes: str | int) -> Credentials:
    return Credentials(lambda: {"client_id": "me", "client_secret": SECRET} | changes)


def a_wish(**changes: Any) -> ConnectionWish:
    fields: dict[str, Any] = {"carrier_name": "ups", "carrier_id": "ups-berlin", "credentials": credentials()}
    return ConnectionWish(**(fields | changes))


class Office:
    """One tenant's connections on fakes."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.carrier = Scripted(FakeCarrier(self.clock))
        self.table = FakeConnections()
        self.kinds = FakeKinds()
        self.encryption = GlassEncryption()
        known = (Connection("ups", "ups-berlin", A_TENANT), Connection("sandbox", "mine", A_TENANT))
        registry = FakeRegistry({"ups": self.carrier, "sandbox": self.carrier}, known)
        self.service = Connections(
            self.table, self.kinds, registry, lambda: self.encryption, ServerUrlRules(), self.clock
        )

    def create(self, tenant: Tenant = A_TENANT, **changes: Any) -> ConnectionRecord:
        return self.service.create(tenant, an_id("con"), a_wish(**changes))

    def change(self, record: ConnectionRecord, **changes: Any) -> ConnectionRecord:
        """Change these and nothing else."""

        def wanted(before: ConnectionRecord) -> ConnectionWish:
            kept = {name: getattr(before, name) for name in ("carrier_name", "carrier_id", "config", "metadata")}
            kept |= {"capabilities": before.capabilities, "active": before.active}
            return ConnectionWish(**({"credentials": None} | kept | changes))

        return self.service.update(A_TENANT, record.id, wanted)

    def opened(self, record: ConnectionRecord, tenant: Tenant = A_TENANT) -> dict[str, str | int]:
        sealed = self.table.get(tenant, record.id).sealed_credentials
        return dict(of_plaintext(self.encryption.decrypt(sealed, encryption_context(tenant, record.id))))
