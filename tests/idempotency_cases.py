"""Idempotency on keys in memory, its clock in hand: what its tests share."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from chalicelib.domain.errors import Conflict
from chalicelib.domain.idempotency import Claim, IdempotencyRecord, Remembered
from chalicelib.domain.tenants import Tenant
from chalicelib.services.idempotency import Idempotency
from tests.builders import A_TENANT, NOW
from tests.service_cases import Clock

BOUGHT = Remembered(201, b'{"id": "shp_1",  "tracking_number":"\xc3\xbc"}', {"Location": "/v1/shipments/shp_1"})
REFUSED = Remembered(422, b'{"error":{"code":"carrier_rejected"}}', {"Content-Type": "application/json"})


class KeptKeys:
    """The keys' table in memory; `fails` is what each write of an answer raises, `rivals` how many take a key first."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], IdempotencyRecord] = {}
        self.fails: Exception | None = None
        self.rivals = 0

    def add(self, tenant: Tenant, key: str, record: IdempotencyRecord, now: datetime) -> IdempotencyRecord | None:
        stored = self.rows.get((tenant.key, key))
        if stored is not None and now < stored.expires_at:
            return stored
        self.rows[tenant.key, key] = record
        return None

    def take(self, tenant: Tenant, key: str, before: IdempotencyRecord, record: IdempotencyRecord) -> bool:
        stored = self.rows[tenant.key, key]
        if self.rivals:
            self.rivals -= 1
            stored = self.rows[tenant.key, key] = replace(stored, lease_id=f"lease_rival_{self.rivals}")
        if stored.lease_id != before.lease_id or stored.answer is not None:
            return False
        self.rows[tenant.key, key] = replace(stored, lease_id=record.lease_id, lease_until=record.lease_until)
        return True

    def finish(self, tenant: Tenant, key: str, lease_id: str, answer: Remembered) -> None:
        self.rows[tenant.key, key] = replace(self._held(tenant, key, lease_id), answer=answer)

    def release(self, tenant: Tenant, key: str, lease_id: str) -> None:
        held = self._held(tenant, key, lease_id)
        self.rows[tenant.key, key] = replace(held, lease_until=NOW - timedelta(days=9))

    def _held(self, tenant: Tenant, key: str, lease_id: str) -> IdempotencyRecord:
        if self.fails:
            raise self.fails
        stored = self.rows[tenant.key, key]
        if stored.lease_id != lease_id:
            raise Conflict("Somebody else holds this key")
        return stored


class Box:
    """Encryption that anybody can undo, but only with the context that it was done with."""

    def encrypt(self, plaintext: bytes, context: dict[str, str]) -> bytes:
        return json.dumps(context).encode() + plaintext[::-1]

    def decrypt(self, ciphertext: bytes, context: dict[str, str]) -> bytes:
        if not ciphertext.startswith(json.dumps(context).encode()):
            raise ValueError("another context")
        return ciphertext.removeprefix(json.dumps(context).encode())[::-1]


@dataclass
class Desk:
    """The service, on keys in memory and a clock in hand."""

    kept: KeptKeys = field(default_factory=KeptKeys)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        numbers = count(1)
        self.service = Idempotency(self.kept, Box, self.clock, lambda prefix: f"{prefix}_{next(numbers)}")

    def begin(self, key: str = "k", mark: str = "one", tenant: Tenant = A_TENANT) -> Claim | Remembered:
        return self.service.begin(tenant, key, mark, "shp")

    def claim(self, key: str = "k", mark: str = "one", tenant: Tenant = A_TENANT) -> Claim:
        claim = self.begin(key, mark, tenant)
        assert isinstance(claim, Claim)
        return claim

    def finish(self, claim: Claim, answer: Remembered | None) -> None:
        self.service.finish(A_TENANT, "k", claim, answer)
