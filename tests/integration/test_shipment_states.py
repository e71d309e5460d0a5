"""The states of a shipment on the real engine, in any order of requests, sweeps, faults and time."""

import contextlib
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from chalicelib.domain.attempts import MOVES, look_at
from chalicelib.domain.errors import DrayError, Unavailable
from chalicelib.domain.late_sales import OPEN_QUESTIONS
from chalicelib.domain.purchases import Order
from chalicelib.domain.shipments import LEASE, ShipmentRecord, State, is_bought, is_under_way
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.trackers import Tracker
from chalicelib.services.shipments import Change
from chalicelib.storage.shipments import StoredShipments
from tests.builders import A_TENANT
from tests.fake_carrier import (
    ANSWER_LOST,
    CANNOT_SAY,
    CRASH_AFTER,
    CRASH_BEFORE,
    LATE_AND_UNDONE,
    REFUSED,
    UNAVAILABLE,
    Crash,
    Turn,
    raising,
)
from tests.integration.tables import Repositories, settings_of
from tests.service_cases import AFTER_LEASE_S, EXPRESS, GROUND, IN_TIME, RETRY, Desk

THROTTLED = raising(lambda: Unavailable("The database is too busy"))
AT_CARRIER = [REFUSED, UNAVAILABLE, LATE_AND_UNDONE, ANSWER_LOST, CRASH_BEFORE, CRASH_AFTER]
AT_HOME = [CRASH_BEFORE, CRASH_AFTER, Turn(before=THROTTLED), Turn(after=THROTTLED)]
WHEN_ASKED = [UNAVAILABLE, CANNOT_SAY, CRASH_BEFORE, CRASH_AFTER]
STORING = [("table", "save", turn) for turn in AT_HOME]
COMPLETING = [(*call, turn) for call in (("labels", "put"), ("table", "complete")) for turn in AT_HOME]
BUYING = [*(("carrier", "buy", turn) for turn in AT_CARRIER), *STORING, *COMPLETING]
VOIDING = [*(("carrier", "void", turn) for turn in AT_CARRIER), *STORING]
ASKING = [("carrier", call, turn) for call in ("find_purchase", "find_void") for turn in WHEN_ASKED]
WAKING = [("carrier", "void", turn) for turn in AT_CARRIER] + [("table", "complete", CRASH_BEFORE), *STORING]
BREAKS = [("carrier", "buy", "before"), ("carrier", "buy", "before"), ("carrier", "buy", "after")]
BREAKS += [("labels", "put", "after"), ("carrier", "void", "before"), ("carrier", "void", "after")]

DAY_S = 86400.0
EXPECTED = (DrayError, Crash)
NOT_BOUGHT = ("draft", "purchasing", "unconfirmed")


def perhaps(faults: list[tuple[str, str, Turn]]) -> st.SearchStrategy[Any]:
    """Mostly one of the faults, sometimes none."""
    return st.sampled_from([None, None, *faults])


pauses = st.sampled_from([5, AFTER_LEASE_S, AFTER_LEASE_S, 600, DAY_S])


class Watched:
    """The shipments' table, every move of a stored shipment noted."""

    def __init__(self, inner: StoredShipments) -> None:
        self._inner = inner
        self.moves: set[tuple[State, State]] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def save(self, tenant: Tenant, record: ShipmentRecord) -> ShipmentRecord:
        before = self._inner.get(tenant, record.id)
        saved = self._inner.save(tenant, record)
        self.moves.add((before.state, saved.state))
        return saved

    def complete(self, tenant: Tenant, record: ShipmentRecord, tracker: Tracker) -> ShipmentRecord:
        before = self._inner.get(tenant, record.id)
        saved = self._inner.complete(tenant, record, tracker)
        self.moves.add((before.state, saved.state))
        return saved


class ShipmentStates(RuleBasedStateMachine):
    """One shipment, its customer, the sweep, the carrier, and all that can go wrong."""

    def __init__(self, tables: Callable[[], Repositories]) -> None:
        super().__init__()
        repositories = tables()
        self.watched = Watched(repositories.shipments)
        self.desk = Desk(tables=(self.watched, repositories.trackers))
        self.draft = self.desk.draft()

    @precondition(lambda self: self.record.state in NOT_BOUGHT)
    @rule(pause=pauses, order=st.sampled_from([GROUND, EXPRESS, RETRY]), fault=perhaps(BUYING))
    def purchase(self, pause: float, order: Order, fault: Any) -> None:
        self.desk.clock.move(pause)
        self._try(lambda: self.desk.buy(self.draft, order), fault)

    @precondition(lambda self: self.record.state not in ("draft", "cancelled"))
    @rule(pause=pauses, fault=perhaps(VOIDING))
    def cancel(self, pause: float, fault: Any) -> None:
        self.desk.clock.move(pause)
        self._try(lambda: self.desk.cancel(self.draft), fault)

    @rule(reference=st.sampled_from(["PO-1", "PO-2"]), fault=perhaps(STORING))
    def patch(self, reference: str, fault: Any) -> None:
        change = Change(frozenset({"reference"}), lambda record: record.model_copy(update={"reference": reference}))
        self._try(lambda: self.desk.shipments.update(A_TENANT, self.draft.id, change, IN_TIME), fault)

    @precondition(lambda self: look_at(self.record) is not None)
    @rule(pause=pauses, fault=perhaps([*ASKING, *ASKING, *STORING, *COMPLETING]))
    def sweep(self, pause: float, fault: Any) -> None:
        self.desk.clock.move(pause)
        self._try(self.desk.sweep, fault)

    @precondition(lambda self: self.record.state != "cancelled")
    @rule(step=st.sampled_from(BREAKS), then=st.sampled_from([None, GROUND, EXPRESS]), fault=perhaps(WAKING))
    def sleeps_for_longer_than_the_lease(self, step: tuple[str, str, str], then: Order | None, fault: Any) -> None:
        """While a request sleeps at one step, others find its lease run out; it wakes, and a fault may follow."""

        def others() -> None:
            self.desk.clock.move(AFTER_LEASE_S)
            self._try(self.desk.sweep)
            if then is not None:
                self._try(lambda: self.desk.buy(self.draft, then))
            if fault is not None:
                getattr(self.desk, fault[0]).will(fault[1], fault[2])

        port, call, when = step
        act = self.desk.cancel if call == "void" else self.desk.buy
        self._try(lambda: act(self.draft), (port, call, Turn(**{when: others})))

    @invariant()
    def every_live_label_is_named_by_its_shipment(self) -> None:
        record = self.record
        named = {record.purchase_id, *(message.details.get("purchase_id") for message in record.messages)}
        named |= {one.id for one in (record.attempt, *record.given_up) if one is not None}
        assert self.desk.carrier.live <= named

    @invariant()
    def no_lease_is_for_ever(self) -> None:
        attempt = self.record.attempt
        if attempt is not None and is_under_way(self.record):
            assert attempt.lease_until <= self.desk.clock() + LEASE
            assert look_at(self.record) is not None

    @invariant()
    def every_move_is_drawn(self) -> None:
        assert [(old, new) for old, new in self.watched.moves if new != old and new not in MOVES[old]] == []

    def teardown(self) -> None:
        """Everybody behaves at last: one sweep after the lease ends all, and within days each late sale is found."""
        self.desk.after_lease()
        self.desk.clock.move(DAY_S)
        self.desk.sweep()
        assert self.record.state not in ("purchasing", "unconfirmed", "voiding")
        for _ in range(8):
            self.desk.clock.move(2 * DAY_S)
            self.desk.sweep()
        record, live = self.record, self.desk.carrier.live
        assert live == ({record.purchase_id} if is_bought(record) else set())
        assert look_at(record) is None
        assert [message for message in record.messages if message.code in OPEN_QUESTIONS] == []

    @property
    def record(self) -> ShipmentRecord:
        return self.desk.stored(self.draft)

    def _try(self, act: Callable[[], object], fault: Any = None) -> None:
        for port in (self.desk.carrier, self.desk.table, self.desk.labels):
            port.behave()
        if fault is not None:
            port, call, turn = fault
            getattr(self.desk, port).will(call, turn)
        with contextlib.suppress(*EXPECTED):
            act()


@pytest.fixture
def fresh(dynamodb_endpoint: str, table_prefix: str) -> Callable[[], Repositories]:
    numbers = itertools.count()
    return lambda: Repositories(settings_of(dynamodb_endpoint, f"{table_prefix}{next(numbers)}-"))


def test_whatever_happens_in_whatever_order_no_label_is_lost_and_none_bought_twice(
    fresh: Callable[[], Repositories],
) -> None:
    states = lambda: ShipmentStates(fresh)  # noqa: E731 - it is taken for a class
    few = settings(max_examples=20, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck))

    run_state_machine_as_test(states, settings=few)  # type: ignore[arg-type]  # it calls what it is given
