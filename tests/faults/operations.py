"""What a process does before it dies: each operation as a customer's request, or a job, would do it."""

import os
import time
from datetime import UTC, datetime
from typing import Any

from chalicelib.carriers.sandbox.numbers import NumberSeries
from chalicelib.carriers.sandbox.services import BY_CODE
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.ids import AccountId, KeyId, new_id
from chalicelib.domain.purchases import Order
from chalicelib.domain.tenants import Tenant
from chalicelib.services.trackers import NewTracker
from tests.fake_carrier import Turn
from tests.faults.faulty_services import FaultyServices

GROUND = Order(service="sandbox_ground")
AFTER_LEASE_S = 62.0


def in_time() -> Deadline:
    return Deadline.after(120, time.monotonic)


def a_number() -> str:
    """Return a number of the sandbox's that nobody follows."""
    now = datetime.now(UTC)
    series = NumberSeries(new_id("pur", now, os.urandom), now, BY_CODE["sandbox_ground"])
    return series.numbers(1, set())[0]


def carry_out(services: FaultyServices, account: str, operation: str, target: str) -> dict[str, Any]:
    """Return what is answered: the object's id and state, and its purchase where it has one."""
    tenant = Tenant(AccountId(account), "test")
    if operation.startswith("late"):  # the process sleeps for longer than its lease, and a sweep gives it up
        later = FaultyServices(services.settings, AFTER_LEASE_S)
        port, call = ("carrier", "buy") if operation == "late purchase" else ("ledger", "find")
        services.port(port).will(call, Turn(before=lambda: later.sweeps.settle(in_time())))
    if operation in ("purchase", "late purchase"):
        record = services.purchases.purchase(tenant, target, GROUND, in_time())
        return {"state": record.state, "purchase_id": record.purchase_id}
    if operation in ("void", "late void"):
        record = services.purchases.cancel(tenant, target, in_time())
        return {"state": record.state, "purchase_id": record.purchase_id}
    if operation == "tracker":
        wanted = NewTracker(services.new_id("trk"), target, "sandbox")
        tracker, _ = services.trackers.create(tenant, wanted, in_time())
        return {"id": tracker.id}
    if operation == "revocation":
        key = services.api_keys.revoke(tenant, KeyId(target), datetime.now(UTC))
        return {"id": key.id}
    return dict(vars(services.sweeps.settle(in_time())))
