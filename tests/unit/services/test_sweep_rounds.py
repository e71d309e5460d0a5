"""A sweep's round: whom it asks, whom it passes over, where it stops, and what it leaves to others."""

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierTimeout, Conflict
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.services.sweeps import LEFT_FOR_LOOK_S, MOST_SILENT, Swept
from tests.builders import A_TENANT, an_attempt
from tests.fake_carrier import (
    ANSWER_LOST,
    CANNOT_SAY,
    LATE_AND_UNDONE,
    REFUSED,
    UNAVAILABLE,
    FakeCarrier,
    Scripted,
    Turn,
    raising,
)
from tests.service_cases import EXPRESS, RETRY, Desk, interrupted


def lagging(desk: Desk, record: ShipmentRecord) -> None:
    """The index still names a shipment about which there is nothing to ask any more."""
    desk.table.inner.due = lambda _now: iter([(A_TENANT, record.id)])


def superseded(desk: Desk) -> ShipmentRecord:
    """A draft whose unconfirmed purchase was given up for a retry, of which no answer came either."""
    draft = interrupted(desk, LATE_AND_UNDONE)
    desk.carrier.will("find_purchase", *[CANNOT_SAY] * 2)
    desk.sweep()
    desk.carrier.will("buy", ANSWER_LOST)
    with pytest.raises(CarrierTimeout):
        desk.buy(draft, RETRY)
    return draft


class TestItsTime:
    @pytest.mark.parametrize(
        ("left_s", "swept"), [(LEFT_FOR_LOOK_S, Swept(settled=1)), (LEFT_FOR_LOOK_S - 0.1, Swept(is_complete=False))]
    )
    def test_no_look_begins_without_time_for_its_answer(self, left_s: float, swept: Swept) -> None:
        desk = Desk()
        interrupted(desk)

        assert desk.sweep(Deadline(left_s, lambda: 0.0)) == swept

    def test_what_was_done_before_the_time_ran_out_is_told(self) -> None:
        desk = Desk()
        for _ in range(3):
            interrupted(desk)
        now = [0.0]
        desk.carrier.will("find_purchase", Turn(before=lambda: now.__setitem__(0, 1.0)))

        swept = desk.sweep(Deadline(LEFT_FOR_LOOK_S, lambda: now[0]))

        assert swept == Swept(settled=1, is_complete=False)
        assert desk.carrier.calls.count("find_purchase") == 1


class TestSilentCarriers:
    @pytest.mark.parametrize("turn", [REFUSED, Turn(before=raising(lambda: Conflict("It is gone")))])
    def test_one_that_answers_is_never_passed_over_whatever_it_says(self, turn: Turn) -> None:
        desk = Desk()
        for _ in range(MOST_SILENT + 1):
            interrupted(desk)
        desk.carrier.will("find_purchase", *[turn] * (MOST_SILENT + 1))

        assert desk.sweep() == Swept(open=MOST_SILENT + 1)

    def test_one_that_is_down_holds_up_nobody_else(self) -> None:
        desk = Desk()
        other = Scripted(FakeCarrier(desk.clock))
        other.inner.offered = tuple(
            rate.model_copy(update={"carrier_name": "other", "carrier_id": "other"}) for rate in other.inner.offered
        )
        for _ in range(MOST_SILENT):
            interrupted(desk)
        desk.carrier, sandbox = other, desk.carrier
        desk.registry.carriers["other"] = other
        last = interrupted(desk)
        sandbox.will("find_purchase", *[UNAVAILABLE] * MOST_SILENT)

        assert desk.sweep() == Swept(settled=1, open=MOST_SILENT)

        assert desk.stored(last).state == "created"

    def test_a_shipment_that_another_carrier_may_know_of_is_looked_at(self) -> None:
        desk = Desk()
        for _ in range(MOST_SILENT):
            interrupted(desk)
        stored = desk.stored(interrupted(desk))
        elsewhere = an_attempt(carrier_name="elsewhere", look_at=desk.clock())
        desk.table.inner.save(A_TENANT, stored.model_copy(update={"given_up": (elsewhere,)}))
        desk.carrier.will("find_purchase", *[UNAVAILABLE] * (MOST_SILENT + 1))

        assert desk.sweep() == Swept(open=MOST_SILENT + 1)


class TestAnIndexThatLagsBehind:
    def test_what_somebody_is_at_right_now_is_left_to_them(self) -> None:
        desk = Desk()
        draft = superseded(desk)
        desk.clock.move(45)  # the purchase before is due by now; the retry still has its lease
        before, calls = desk.stored(draft), list(desk.carrier.calls)
        lagging(desk, draft)

        assert desk.sweep() == Swept(settled=1)

        assert desk.stored(draft) == before
        assert desk.carrier.calls == calls

    def test_what_was_settled_meanwhile_asks_nobody(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        lagging(desk, bought)

        assert desk.sweep() == Swept(settled=1)

        assert desk.stored(bought) == bought
        assert desk.carrier.calls == ["buy"]


class TestSeveralQuestions:
    def unconfirmed_twice(self) -> tuple[Desk, ShipmentRecord]:
        """A retry that is unconfirmed too; the purchase before it is not due."""
        desk = Desk()
        draft = superseded(desk)
        desk.after_lease()
        return desk, draft

    def test_each_that_is_due_is_asked_once(self) -> None:
        desk, draft = self.unconfirmed_twice()
        asked: list[str] = []
        find = desk.carrier.inner.find_purchase
        desk.carrier.inner.find_purchase = lambda connection, purchase_id, deadline: (
            asked.append(purchase_id) or find(connection, purchase_id, deadline)  # type: ignore[func-returns-value]
        )
        stored = desk.stored(draft)
        assert stored.attempt is not None

        assert desk.sweep() == Swept(settled=1)

        assert asked == [stored.attempt.id, stored.given_up[0].id]

    def test_one_that_rests_is_not_asked_with_one_that_is_due(self) -> None:
        desk, draft = self.unconfirmed_twice()
        stored = desk.stored(draft)
        rests = stored.given_up[0].model_copy(update={"look_at": None})
        desk.table.inner.save(A_TENANT, stored.model_copy(update={"given_up": (rests,)}))
        before = desk.carrier.calls.count("find_purchase")

        desk.sweep()

        assert desk.carrier.calls.count("find_purchase") == before + 1

    def test_one_that_stays_open_keeps_the_shipment_open(self) -> None:
        desk, draft = self.unconfirmed_twice()
        desk.carrier.will("find_purchase", Turn(), CANNOT_SAY)

        assert desk.sweep() == Swept(open=1)

        assert desk.stored(draft).state == "created"

    def test_one_that_somebody_else_has_ended_meanwhile_is_not_asked(self) -> None:
        desk, draft = self.unconfirmed_twice()
        before = desk.carrier.calls.count("find_purchase")

        def forget() -> None:
            stored = desk.stored(draft)
            desk.table.inner.save(A_TENANT, stored.model_copy(update={"given_up": ()}))

        desk.carrier.will("find_purchase", Turn(after=forget))

        assert desk.sweep() == Swept(settled=1)

        assert desk.carrier.calls.count("find_purchase") == before + 1


def test_nothing_is_put_off_of_a_shipment_that_somebody_begins_to_buy_meanwhile() -> None:
    desk = Desk()
    draft = superseded(desk)
    desk.after_lease()
    begun: list[ShipmentRecord] = []

    def begin() -> None:
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft, EXPRESS)
        begun.append(desk.stored(draft))

    desk.carrier.inner.book.clear()  # neither purchase has sold anything
    desk.carrier.will("find_purchase", Turn(before=begin))

    desk.sweep()

    stored = desk.stored(draft)
    assert [(stored.attempt, stored.given_up)] == [(one.attempt, one.given_up) for one in begun]
