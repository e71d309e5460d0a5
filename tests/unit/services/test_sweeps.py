"""Sweeps: whatever a crash left is brought to an end without anybody's request, once, and nothing else is touched."""

import itertools
import time

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierTimeout, PurchaseUnconfirmed
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.services.sweeps import MOST_SILENT, Swept
from tests.builders import A_TENANT
from tests.fake_carrier import (
    ANSWER_LOST,
    CANNOT_SAY,
    CRASH_AFTER,
    CRASH_BEFORE,
    LATE_AND_UNDONE,
    UNAVAILABLE,
    Crash,
    Turn,
    raising,
)
from tests.service_cases import Desk, a_bought_desk, interrupted

WEEK_S = 7 * 86400


def voiding(turn: Turn) -> tuple[Desk, ShipmentRecord]:
    """A shipment whose void nobody saw the end of, its lease run out."""
    desk, bought = a_bought_desk()
    desk.carrier.will("void", turn)
    with pytest.raises((CarrierTimeout, Crash)):
        desk.cancel(bought)
    desk.after_lease()
    return desk, bought


class TestWhatIsStuck:
    def test_a_label_that_was_sold_is_taken_over(self) -> None:
        desk = Desk()
        draft = interrupted(desk)

        assert desk.sweep() == Swept(settled=1)

        stored = desk.stored(draft)
        assert (stored.state, stored.purchase_id) == ("created", *desk.carrier.live)
        assert desk.labels.get(A_TENANT, stored.documents[0].object_key)

    def test_a_label_that_was_not_sold_leaves_a_draft(self) -> None:
        desk = Desk()
        draft = interrupted(desk, LATE_AND_UNDONE)

        assert desk.sweep() == Swept(settled=1)

        assert desk.stored(draft).state == "draft"

    @pytest.mark.parametrize(
        ("turn", "state"), [(CRASH_AFTER, "cancelled"), (ANSWER_LOST, "cancelled"), (CRASH_BEFORE, "created")]
    )
    def test_a_void_is_completed_or_released(self, turn: Turn, state: str) -> None:
        desk, bought = voiding(turn)

        assert desk.sweep() == Swept(settled=1)

        assert desk.stored(bought).state == state
        assert desk.carrier.calls.count("void") == 1

    def test_within_the_lease_nothing_is_asked(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)

        assert desk.sweep() == Swept()

        assert desk.carrier.calls == ["buy"]

    def test_what_is_settled_is_not_looked_at_again(self) -> None:
        desk = Desk()
        interrupted(desk)
        desk.sweep()

        assert desk.sweep() == Swept()

    def test_two_sweeps_at_once_are_one(self) -> None:
        desk = Desk()
        draft = interrupted(desk)
        desk.carrier.will("find_purchase", Turn(after=lambda: desk.sweeps.settle(Deadline.after(60, time.monotonic))))

        desk.sweep()

        assert desk.stored(draft).purchase_id in desk.carrier.live
        assert len(desk.carrier.book) == 1
        assert "void" not in desk.carrier.calls


class TestWhenACarrierCannotSay:
    def test_the_shipment_needs_attention_and_nothing_is_bought(self) -> None:
        desk = Desk()
        draft = interrupted(desk, LATE_AND_UNDONE)
        desk.carrier.will("find_purchase", CANNOT_SAY)

        assert desk.sweep() == Swept(open=1)

        assert (desk.stored(draft).state, desk.shown(draft)) == ("unconfirmed", "needs_attention")
        desk.carrier.will("find_purchase", CANNOT_SAY)
        with pytest.raises(PurchaseUnconfirmed):
            desk.buy(draft)

    def test_it_is_asked_again_ever_more_rarely_and_after_a_week_no_more(self) -> None:
        desk = Desk()
        interrupted(desk, LATE_AND_UNDONE)
        desk.carrier.will("find_purchase", *[CANNOT_SAY] * 100)
        asked_at = []
        began = desk.clock()
        while (desk.clock() - began).total_seconds() < 3 * WEEK_S:
            before = desk.carrier.calls.count("find_purchase")
            desk.sweep()
            if desk.carrier.calls.count("find_purchase") > before:
                asked_at.append((desk.clock() - began).total_seconds())
            desk.clock.move(600)

        rests = [later - earlier for earlier, later in itertools.pairwise(asked_at)]
        assert rests == sorted(rests)
        assert 8 <= len(asked_at) <= 16
        assert WEEK_S < asked_at[-1] < 2 * WEEK_S + 600

    def test_a_void_that_nobody_can_tell_of_is_not_repeated(self) -> None:
        desk, bought = voiding(CRASH_BEFORE)
        desk.carrier.will("find_void", CANNOT_SAY)

        assert desk.sweep() == Swept(open=1)

        assert desk.stored(bought).state == "voiding"
        assert desk.carrier.calls.count("void") == 1
        assert desk.sweep() == Swept()


class TestFailures:
    def test_failures_do_not_stop_the_others(self) -> None:
        desk = Desk()
        drafts = [interrupted(desk) for _ in range(4)]
        desk.table.will("complete", *[Turn(before=raising(lambda: RuntimeError("a fault of ours")))] * 2)

        assert desk.sweep() == Swept(settled=2, open=2)

        assert sorted(desk.stored(draft).state for draft in drafts) == ["created"] * 2 + ["purchasing"] * 2

    def test_what_failed_is_put_off_and_then_settled(self) -> None:
        desk = Desk()
        draft = interrupted(desk)
        desk.carrier.will("find_purchase", UNAVAILABLE)

        assert [desk.sweep(), desk.sweep()] == [Swept(open=1), Swept()]

        desk.clock.move(600)
        assert desk.sweep() == Swept(settled=1)
        assert desk.stored(draft).state == "created"

    def test_a_carrier_that_is_down_is_left_alone(self) -> None:
        desk = Desk()
        for _ in range(MOST_SILENT + 4):
            interrupted(desk)
        desk.carrier.will("find_purchase", *[UNAVAILABLE] * 10)

        assert desk.sweep() == Swept(open=MOST_SILENT, passed_over=4)

        assert desk.carrier.calls.count("find_purchase") == MOST_SILENT

    def test_a_connection_that_is_gone_leaves_the_question_open(self) -> None:
        desk = Desk()
        draft = interrupted(desk)
        carriers = dict(desk.registry.carriers)
        desk.registry.carriers.clear()

        assert desk.sweep() == Swept(open=1)

        desk.registry.carriers.update(carriers)
        desk.clock.move(600)
        desk.sweep()
        assert desk.stored(draft).state == "created"

    def test_it_stops_early_when_time_runs_out_and_says_so(self) -> None:
        desk = Desk()
        interrupted(desk)

        assert desk.sweep(Deadline.after(10, time.monotonic)) == Swept(is_complete=False)

        assert "find_purchase" not in desk.carrier.calls
