"""Purchases and voids in any order, with any fault at any step: never two labels, never one that nobody can find."""

import contextlib
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.domain.cancellations import LABEL_STILL_VALID
from chalicelib.domain.errors import Conflict, DrayError, Unavailable
from chalicelib.domain.late_sales import LATE_SALE
from chalicelib.domain.purchases import Order
from chalicelib.domain.shipments import is_bought
from tests.builders import A_TENANT
from tests.fake_carrier import (
    ANSWER_LOST,
    CANNOT_SAY,
    CRASH_AFTER,
    CRASH_BEFORE,
    LATE_AND_UNDONE,
    REFUSED,
    SMOOTH,
    UNAVAILABLE,
    Crash,
    Turn,
    raising,
)
from tests.service_cases import AFTER_LEASE_S, EXPRESS, GROUND, IN_TIME, Desk

TABLE_DOWN = raising(lambda: Unavailable("The database is too busy"))
AT_CARRIER = [SMOOTH, REFUSED, UNAVAILABLE, LATE_AND_UNDONE, ANSWER_LOST, CRASH_BEFORE, CRASH_AFTER]
AT_HOME = [SMOOTH, CRASH_BEFORE, CRASH_AFTER, Turn(before=TABLE_DOWN), Turn(after=TABLE_DOWN)]
BUYING = {
    ("carrier", "buy"): AT_CARRIER,
    ("carrier", "find_purchase"): [SMOOTH, UNAVAILABLE, CRASH_BEFORE, CANNOT_SAY],
    ("table", "complete"): AT_HOME,
    ("labels", "put"): AT_HOME,
    ("table", "save"): AT_HOME,
}
VOIDING = {
    ("carrier", "void"): AT_CARRIER,
    ("carrier", "find_void"): [SMOOTH, UNAVAILABLE, CRASH_BEFORE, CANNOT_SAY],
    ("tracker_table", "save"): AT_HOME,
    ("table", "save"): AT_HOME,
}
TOLD = (LATE_SALE, LABEL_STILL_VALID)
Fault = tuple[str, str, Turn]


def fault_of(turns: dict[tuple[str, str], list[Turn]]) -> st.SearchStrategy[Fault]:
    """One call, evenly chosen, and how it goes."""
    return st.sampled_from([(*call, turn) for call, known in turns.items() for turn in known])


NOT_BOUGHT = ("draft", "purchasing", "unconfirmed")
ORDERS = [GROUND, EXPRESS, Order(rate="cheapest"), Order(rate="fastest", label_type="ZPL")]

orders = st.sampled_from(ORDERS)
pauses = st.sampled_from([AFTER_LEASE_S, AFTER_LEASE_S, AFTER_LEASE_S, 5])


class PurchaseStates(RuleBasedStateMachine):
    """One shipment, its customer, and all that can go wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.draft = self.desk.draft()

    @precondition(lambda self: self.state() in NOT_BOUGHT)
    @rule(pause=pauses, order=orders, fault=fault_of(BUYING))
    def purchase(self, pause: float, order: Order, fault: Fault) -> None:
        self.desk.clock.move(pause)
        self._try(lambda: self.desk.buy(self.draft, order), fault)

    @precondition(lambda self: self.state() in ("created", "voiding", "purchasing", "unconfirmed"))
    @rule(pause=pauses, fault=fault_of(VOIDING), force=st.booleans())
    def cancel(self, pause: float, fault: Fault, force: bool) -> None:  # noqa: FBT001
        self.desk.clock.move(pause)
        self._try(lambda: self.desk.cancel(self.draft, force=force), fault)

    @precondition(lambda self: self.state() != "cancelled")
    @rule(pause=pauses, order=orders)
    def rate_and_purchase_again(self, pause: float, order: Order) -> None:
        self.desk.clock.move(pause)
        self._try(lambda: self.desk.shipments.rate(A_TENANT, self.draft.id, {}, IN_TIME))
        self._try(lambda: self.desk.buy(self.draft, order))

    @precondition(lambda self: self.state() != "draft")
    @rule()
    def begin_another_shipment(self) -> None:
        self.teardown()
        self.desk = Desk()
        self.draft = self.desk.draft()

    @precondition(lambda self: self.state() != "cancelled")
    @rule(
        moment=st.tuples(st.sampled_from(sorted(BUYING | VOIDING)), st.sampled_from(["before", "after"])),
        seconds=pauses,
        wants=st.tuples(st.none() | orders, st.none() | orders),
        fault=fault_of(BUYING | VOIDING),
    )
    def two_at_once(
        self,
        moment: tuple[tuple[str, str], str],
        seconds: float,
        wants: tuple[Order | None, Order | None],
        fault: Fault,
    ) -> None:
        """While the first is at one step, perhaps for longer than its lease, the second does all that it wants."""

        def break_in() -> None:
            self.desk.clock.move(seconds)
            self._try(self._act(wants[1]), fault)

        call, when = moment
        self._try(self._act(wants[0]), (*call, Turn(**{when: break_in})))

    def teardown(self) -> None:
        self.desk.after_lease()
        self.desk.clock.move(AFTER_LEASE_S)
        with contextlib.suppress(Conflict):
            self.desk.cancel(self.draft)
        assert self.desk.stored(self.draft).state == "cancelled"
        assert self.desk.carrier.live <= self._told()

    @invariant()
    def at_most_one_label_is_live_but_for_those_that_the_messages_tell_of(self) -> None:
        assert len(self.desk.carrier.live - self._told()) <= 1

    @invariant()
    def every_live_label_is_found_from_the_shipment(self) -> None:
        record = self.desk.stored(self.draft)
        found = {record.purchase_id} if is_bought(record) else set()
        if record.attempt is not None:
            found.add(record.attempt.id)

        assert self.desk.carrier.live <= found | self._told()

    @invariant()
    def a_bought_shipment_has_its_label_and_its_tracker(self) -> None:
        record = self.desk.stored(self.draft)
        if is_bought(record):
            assert all(self.desk.labels.inner.get(A_TENANT, paper.object_key) for paper in record.documents)
            tracker = self.desk.tracker_table.inner.get(A_TENANT, record.tracker_id)
            assert tracker.tracking_number == record.tracking_number

    def state(self) -> str:
        return self.desk.stored(self.draft).state

    def _act(self, order: Order | None) -> Callable[[], object]:
        if order is None:
            return lambda: self.desk.cancel(self.draft)
        return lambda: self.desk.buy(self.draft, order)

    def _try(self, act: Callable[[], object], fault: Fault | None = None) -> None:
        port, call, turn = fault or ("carrier", "buy", SMOOTH)
        scripted = getattr(self.desk, port)
        scripted.will(call, turn)
        with contextlib.suppress(DrayError, Crash):
            act()
        scripted.will(call)

    def _told(self) -> set[str]:
        messages = self.desk.stored(self.draft).messages
        return {message.details["purchase_id"] for message in messages if message.code in TOLD}


TestPurchaseStates = PurchaseStates.TestCase
TestPurchaseStates.settings = settings(max_examples=100, stateful_step_count=12, deadline=None)
