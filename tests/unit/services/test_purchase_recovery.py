"""Purchases whose outcome is not known, and crashes at every step: asked about, never assumed."""

import pytest

from chalicelib.domain.errors import (
    CarrierTimeout,
    CarrierUnavailable,
    Conflict,
    PurchaseInProgress,
)
from tests.builders import A_TENANT
from tests.fake_carrier import (
    ANSWER_LOST,
    CRASH_AFTER,
    CRASH_BEFORE,
    LATE_AND_UNDONE,
    UNAVAILABLE,
    Crash,
    Turn,
)
from tests.service_cases import EXPRESS, Desk


class TestUnknownOutcome:
    @pytest.mark.parametrize("turn", [ANSWER_LOST, LATE_AND_UNDONE])
    def test_a_purchase_without_answer_keeps_its_lease(self, turn: Turn) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", turn)

        with pytest.raises(CarrierTimeout) as caught:
            desk.buy(draft)

        assert caught.value.shipment_id == draft.id
        assert (desk.stored(draft).state, desk.shown(draft)) == ("purchasing", "draft")
        for act in (desk.buy, desk.cancel):
            with pytest.raises(PurchaseInProgress):
                act(draft)
        assert desk.carrier.calls == ["buy"]

    def test_after_the_lease_it_needs_attention_until_somebody_asks_the_carrier(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)

        desk.after_lease()

        assert desk.shown(draft) == "needs_attention"
        assert desk.carrier.calls == ["buy"]

    def test_a_sale_that_is_found_is_completed_and_not_bought_again(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()

        bought = desk.buy(draft)

        assert desk.carrier.calls == ["buy", "find_purchase"]
        assert (bought.state, bought.purchase_id) == ("created", *desk.carrier.live)
        assert desk.labels.get(A_TENANT, bought.documents[0].object_key)
        assert desk.tracker_table.inner.get(A_TENANT, bought.tracker_id).shipment_id == draft.id

    def test_a_sale_that_is_found_under_another_choice_is_a_conflict_and_completed(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()

        with pytest.raises(Conflict):
            desk.buy(draft, EXPRESS)

        assert desk.stored(draft).state == "created"
        assert len(desk.carrier.book) == 1

    def test_a_sale_that_never_was_is_released_and_bought_once(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()

        bought = desk.buy(draft, EXPRESS)

        assert (bought.state, bought.service) == ("created", "sandbox_express")
        assert len(desk.carrier.live) == 1

    def test_a_cancel_finds_the_sale_and_voids_it(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()

        cancelled = desk.cancel(draft)

        assert desk.carrier.calls == ["buy", "find_purchase", "void"]
        assert cancelled.state == "cancelled"
        assert not desk.carrier.live

    def test_a_cancel_after_a_sale_that_never_was_closes_the_draft(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()

        cancelled = desk.cancel(draft)

        assert cancelled.state == "cancelled"
        assert "void" not in desk.carrier.calls

    def test_a_carrier_that_is_down_when_asked_leaves_the_question_open(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()
        desk.carrier.will("find_purchase", UNAVAILABLE)

        with pytest.raises(CarrierUnavailable):
            desk.buy(draft)

        assert desk.stored(draft).state == "purchasing"
        assert desk.buy(draft).state == "created"


STEPS = [
    ("table", "save", CRASH_BEFORE),
    ("table", "save", CRASH_AFTER),
    ("carrier", "buy", CRASH_BEFORE),
    ("carrier", "buy", CRASH_AFTER),
    ("labels", "put", CRASH_BEFORE),
    ("labels", "put", CRASH_AFTER),
    ("table", "complete", CRASH_BEFORE),
    ("table", "complete", CRASH_AFTER),
]
NAMES = [f"{'before' if turn is CRASH_BEFORE else 'after'} {port}.{call}" for port, call, turn in STEPS]


class TestCrash:
    @pytest.mark.parametrize(("port", "call", "turn"), STEPS, ids=NAMES)
    def test_a_crash_at_any_step_leaves_one_label_that_the_next_purchase_finds(
        self, port: str, call: str, turn: Turn
    ) -> None:
        desk = Desk()
        draft = desk.draft()
        getattr(desk, port).will(call, turn)
        with pytest.raises(Crash):
            desk.buy(draft)
        desk.after_lease()

        bought = desk.buy(draft)

        assert bought.state == "created"
        assert desk.carrier.book.keys() == {bought.purchase_id}
        assert desk.labels.get(A_TENANT, bought.documents[0].object_key)
        assert desk.tracker_table.inner.get(A_TENANT, bought.tracker_id).tracking_number == bought.tracking_number

    @pytest.mark.parametrize(("port", "call", "turn"), STEPS, ids=NAMES)
    def test_a_crash_at_any_step_leaves_nothing_that_a_cancel_does_not_take_back(
        self, port: str, call: str, turn: Turn
    ) -> None:
        desk = Desk()
        draft = desk.draft()
        getattr(desk, port).will(call, turn)
        with pytest.raises(Crash):
            desk.buy(draft)
        desk.after_lease()

        cancelled = desk.cancel(draft)

        assert cancelled.state == "cancelled"
        assert not desk.carrier.live

    @pytest.mark.parametrize(("port", "call", "turn"), STEPS[1:-1], ids=NAMES[1:-1])
    def test_within_the_lease_nobody_touches_what_a_crash_left(self, port: str, call: str, turn: Turn) -> None:
        desk = Desk()
        draft = desk.draft()
        getattr(desk, port).will(call, turn)
        with pytest.raises(Crash):
            desk.buy(draft)
        calls = list(desk.carrier.calls)

        for act in (desk.buy, desk.cancel):
            with pytest.raises(PurchaseInProgress):
                act(draft)

        assert desk.carrier.calls == calls

    @pytest.mark.parametrize("turn", [CRASH_BEFORE, CRASH_AFTER])
    def test_a_crash_while_a_found_sale_is_completed_is_found_again(self, turn: Turn) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()
        desk.labels.will("put", turn)
        with pytest.raises(Crash):
            desk.buy(draft)

        bought = desk.buy(draft)

        assert desk.carrier.book.keys() == {bought.purchase_id}
