"""The database fails at any call of an operation: what was answered holds, and one sweep and a second try end all."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.config import Settings
from chalicelib.domain.api_keys import KeyTerms
from chalicelib.domain.errors import DrayError, Unauthorized
from chalicelib.domain.objects import JsonObject
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.capacity import READS
from chalicelib.storage.schema import all_tables, create_tables
from chalicelib.storage.tables import T, bind_to
from local.engine import Engine
from local.engine_package import engine_program
from tests.builders import a_shipment
from tests.faults.faulty_services import FaultyServices
from tests.faults.machine import settings_for
from tests.faults.operations import AFTER_LEASE_S, a_number, carry_out, in_time
from tests.faults.verdicts import judged, live_of
from tests.integration.tables import Ask, FaultyConnection, answered

pytestmark = pytest.mark.xdist_group("faults")

TRIES = 4
"""So often a write that meets transactions is tried (`CONFLICT_PAUSES_S`): the fault lasts as long."""


class Faulty(FaultyServices):
    """Services whose database fails as it is told."""

    @cached_property
    def connection(self) -> FaultyConnection:
        return FaultyConnection(self.tables)

    def _bound(self, table: type[T]) -> type[T]:
        return bind_to(self.connection, table, self.tables)

    def strike(self, position: int, fault: Callable[[Ask, str, JsonObject], JsonObject], times: int) -> list[int]:
        """Let the calls from `position` on go by `fault`, so many of them; return a list that counts the calls."""
        calls: list[int] = []

        def around(ask: Ask, operation: str, arguments: JsonObject) -> JsonObject:
            calls.append(len(calls))
            is_hit = position <= calls[-1] < position + times
            return fault(ask, operation, arguments) if is_hit else ask(operation, arguments)

        self.connection.around = around
        return calls


def throttled(_ask: Ask, _operation: str, _arguments: JsonObject) -> JsonObject:
    raise answered("ThrottlingException")


def in_conflict(_ask: Ask, operation: str, _arguments: JsonObject) -> JsonObject:
    if operation == "TransactWriteItems":
        raise answered("TransactionCanceledException", "None", "TransactionConflict")
    raise answered("TransactionConflictException")


def silent(_ask: Ask, _operation: str, _arguments: JsonObject) -> JsonObject:
    raise ReadTimeoutError(endpoint_url="http://127.0.0.1")


def silent_after_the_effect(ask: Ask, operation: str, arguments: JsonObject) -> JsonObject:
    ask(operation, arguments)
    raise ReadTimeoutError(endpoint_url="http://127.0.0.1")


def asked_twice(ask: Ask, operation: str, arguments: JsonObject) -> JsonObject:
    if operation not in READS:
        ask(operation, arguments)
    return ask(operation, arguments)


FAULTS = {
    "throttled": (throttled, TRIES),
    "in conflict": (in_conflict, TRIES),
    "in conflict once": (in_conflict, 1),
    "silent": (silent, 1),
    "silent after the effect": (silent_after_the_effect, 1),
    "asked twice": (asked_twice, 1),
    "changed meanwhile": (None, 1),
}


class Case:
    """One account on the engine; each round has its own object."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = Settings.read(settings)
        self.healthy = FaultyServices(self.settings)
        create_tables(self.healthy.tables, all_tables())
        self.tenant = Tenant(self.healthy.accounts.create("Faults", datetime.now(UTC)).id, "test")

    def draft(self) -> str:
        record = a_shipment(now=datetime.now(UTC))
        self.healthy.shipment_repository.add(self.tenant, record)
        return record.id

    def bought(self) -> str:
        shipment_id = self.draft()
        carry_out(self.healthy, self.tenant.account_id, "purchase", shipment_id)
        return shipment_id

    def change(self, shipment_id: str) -> None:
        """Somebody else leaves a mark on the shipment."""
        repository = self.healthy.shipment_repository
        record = repository.get(self.tenant, shipment_id)
        repository.save(self.tenant, record.model_copy(update={"metadata": {"mark": uuid.uuid4().hex}}))

    def answer(self, services: FaultyServices, operation: str, target: str) -> dict[str, Any]:
        try:
            return carry_out(services, self.tenant.account_id, operation, target)
        except DrayError as error:
            return {"error": error.code}

    def struck(self, operation: str, target: str, position: int, name: str) -> tuple[dict[str, Any], bool]:
        """Return the answer under a fault at the `position`th call, and whether there is such a call."""
        fault, times = FAULTS[name]

        def changed_first(ask: Ask, asked: str, arguments: JsonObject) -> JsonObject:
            with suppress(DrayError):
                self.change(target)
            return ask(asked, arguments)

        services = Faulty(self.settings)
        calls = services.strike(position, fault or changed_first, times)
        return self.answer(services, operation, target), len(calls) > position

    def check_shipment(self, shipment_id: str, operation: str, answer: dict[str, Any]) -> None:
        swept = FaultyServices(self.settings, AFTER_LEASE_S)
        swept.sweeps.settle(in_time())
        now = datetime.now(UTC) + timedelta(seconds=AFTER_LEASE_S)
        assert judged(self.healthy, self.tenant, shipment_id, now).faults == []
        record = self.healthy.shipment_repository.get(self.tenant, shipment_id)
        if "state" in answer:
            assert (record.state, record.purchase_id) == (answer["state"], answer["purchase_id"])
        again = self.answer(self.healthy, operation, shipment_id)
        assert again["state"] == {"purchase": "created", "void": "cancelled"}[operation]
        assert len(live_of(self.healthy, self.tenant, record)) == {"purchase": 1, "void": 0}[operation]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder: Path = tmp_path_factory.mktemp("engine-faults")
    with Engine(engine_program()) as engine:
        yield Case(settings_for(engine.endpoint, f"test-{uuid.uuid4().hex[:12]}-", folder))


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("operation", ["purchase", "void"])
def test_a_label_is_bought_and_voided_once_whatever_call_fails(case: Case, operation: str, name: str) -> None:
    reached, position = True, 0
    while reached:
        shipment_id = case.draft() if operation == "purchase" else case.bought()

        answer, reached = case.struck(operation, shipment_id, position, name)

        case.check_shipment(shipment_id, operation, answer)
        position += 1
    assert position > 5


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "changed meanwhile"])
def test_a_number_has_one_tracker_whatever_call_fails(case: Case, name: str) -> None:
    reached, position = True, 0
    while reached:
        number = a_number()

        answer, reached = case.struck("tracker", number, position, name)

        again = case.answer(case.healthy, "tracker", number)
        found = case.healthy.trackers.list(case.tenant, PageRequest(equals={"tracking_number": number}))
        assert [tracker.id for tracker in found.results] == [again["id"]]
        assert answer.get("id", again["id"]) == again["id"]
        position += 1
    assert position > 2


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "changed meanwhile"])
def test_a_revoked_key_stays_revoked_whatever_call_fails(case: Case, name: str) -> None:
    reached, position = True, 0
    while reached:
        terms = KeyTerms("test", "standard", "scale")
        new = case.healthy.api_keys.grant(case.tenant.account_id, terms, datetime.now(UTC))

        answer, reached = case.struck("revocation", new.key.id, position, name)

        if "error" in answer:
            case.answer(case.healthy, "revocation", new.key.id)
        with pytest.raises(Unauthorized):
            case.healthy.api_keys.authenticate(new.token, datetime.now(UTC))
        position += 1
    assert position > 2
