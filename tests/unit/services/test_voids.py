"""Voids: a label taken back once, and what became of it asked, never assumed."""

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import (
    CarrierRejected,
    CarrierTimeout,
    CarrierUnavailable,
    Conflict,
    PurchaseInProgress,
    PurchaseUnconfirmed,
    Unavailable,
)
from chalicelib.domain.shipments import ShipmentRecord
from tests.builders import A_TENANT
from tests.fake_carrier import (
    ANSWER_LOST,
    CANNOT_SAY,
    CRASH_AFTER,
    CRASH_BEFORE,
    LATE,
    LATE_AND_UNDONE,
    REFUSED,
    SMOOTH,
    UNAVAILABLE,
    Crash,
    Turn,
)
from tests.service_cases import AFTER_LEASE_S, IN_TIME, Desk


class TestCancel:
    def test_a_draft_is_closed_without_asking_the_carrier(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.clock.move(5)

        cancelled = desk.cancel(draft)

        assert (cancelled.state, cancelled.attempt) == ("cancelled", None)
        assert cancelled.updated_at == desk.clock()
        assert desk.carrier.calls == []

    def test_a_bought_label_is_voided_once_and_its_tracker_ends(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        cancelled = desk.cancel(bought)

        assert (cancelled.state, cancelled.attempt) == ("cancelled", None)
        assert cancelled.void_id in desk.carrier.voids
        assert not desk.carrier.live
        assert desk.tracker_table.inner.get(A_TENANT, bought.tracker_id).status == "cancelled"

    @pytest.mark.parametrize("buy_first", [True, False])
    def test_cancelling_twice_answers_the_same_and_calls_nobody(self, buy_first: bool) -> None:  # noqa: FBT001
        desk = Desk()
        draft = desk.draft()
        if buy_first:
            desk.buy(draft)
        cancelled = desk.cancel(draft)
        calls = list(desk.carrier.calls)

        again = desk.cancel(draft)

        assert again == cancelled == desk.stored(draft)
        assert desk.carrier.calls == calls

    @pytest.mark.parametrize(
        "state", ["shipped", "in_transit", "out_for_delivery", "delivered", "delivery_failed", "needs_attention"]
    )
    def test_a_parcel_on_its_way_cannot_be_cancelled(self, state: str) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.table.inner.save(A_TENANT, bought.model_copy(update={"state": state}))

        with pytest.raises(Conflict, match="on its way"):
            desk.cancel(bought)

        assert "void" not in desk.carrier.calls

    @pytest.mark.parametrize(
        ("turn", "error"), [(REFUSED, CarrierRejected), (UNAVAILABLE, CarrierUnavailable), (LATE, CarrierTimeout)]
    )
    def test_a_carrier_that_did_not_void_leaves_the_label_bought(self, turn: Turn, error: type[Exception]) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", turn)

        with pytest.raises(error):
            desk.purchases.cancel(A_TENANT, bought.id, IN_TIME)

        stored = desk.stored(bought)
        assert (stored.state, stored.attempt, stored.purchase_id) == ("created", None, bought.purchase_id)
        assert desk.cancel(bought).state == "cancelled"

    def test_a_void_without_answer_shows_the_label_and_holds_a_lease(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", ANSWER_LOST)

        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)

        assert (desk.stored(bought).state, desk.shown(bought)) == ("voiding", "created")
        with pytest.raises(PurchaseInProgress, match="voided"):
            desk.cancel(bought)

    def test_no_void_starts_without_time_for_its_answer(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        with pytest.raises(Unavailable):
            desk.cancel(bought, Deadline(16.9, lambda: 0.0))

        assert desk.stored(bought) == bought

    @pytest.mark.parametrize("act", ["buy", "cancel"])
    def test_a_void_that_was_carried_out_is_found_after_its_lease(self, act: str) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)
        desk.after_lease()

        if act == "cancel":
            desk.cancel(bought)
        else:
            with pytest.raises(Conflict, match="cancelled"):
                desk.buy(bought)

        assert desk.stored(bought).state == "cancelled"
        assert desk.carrier.calls.count("void") == 1

    def test_a_void_that_never_was_is_asked_again(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)
        desk.after_lease()

        assert desk.cancel(bought).state == "cancelled"
        assert desk.carrier.calls[-2:] == ["find_void", "void"]

    def test_a_void_that_never_was_leaves_the_label_to_the_same_purchase(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)
        desk.after_lease()

        again = desk.buy(bought)

        assert (again.state, again.purchase_id) == ("created", bought.purchase_id)

    def unconfirmed(self, turn: Turn) -> tuple[Desk, ShipmentRecord]:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", turn)
        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)
        desk.after_lease()
        desk.carrier.will("find_void", CANNOT_SAY, CANNOT_SAY)
        return desk, bought

    def test_a_void_of_which_the_carrier_cannot_say_is_not_assumed(self) -> None:
        desk, bought = self.unconfirmed(ANSWER_LOST)

        with pytest.raises(PurchaseUnconfirmed):
            desk.buy(bought)

        assert desk.stored(bought).state == "voiding"

    @pytest.mark.parametrize("turn", [ANSWER_LOST, LATE_AND_UNDONE])
    def test_a_void_of_which_the_carrier_cannot_say_is_asked_for_again_under_its_id(self, turn: Turn) -> None:
        desk, bought = self.unconfirmed(turn)

        cancelled = desk.cancel(bought)

        assert (cancelled.state, cancelled.void_id) == ("cancelled", *desk.carrier.voids)
        assert len(desk.carrier.voids) == 1

    def test_a_refusal_does_not_tell_that_the_first_try_was_not_carried_out(self) -> None:
        desk, bought = self.unconfirmed(ANSWER_LOST)
        desk.carrier.will("void", REFUSED)

        with pytest.raises(CarrierRejected) as caught:
            desk.cancel(bought)

        assert "not known" in caught.value.message
        assert desk.stored(bought).state == "voiding"

    @pytest.mark.parametrize(
        ("port", "call", "turn"),
        [
            ("table", "save", CRASH_BEFORE),
            ("table", "save", CRASH_AFTER),
            ("carrier", "void", CRASH_BEFORE),
            ("carrier", "void", CRASH_AFTER),
            ("table", "save", "second save"),
            ("tracker_table", "save", CRASH_BEFORE),
            ("tracker_table", "save", CRASH_AFTER),
        ],
    )
    def test_a_crash_at_any_step_of_a_void_is_mended_by_the_next_cancel(
        self, port: str, call: str, turn: Turn | str
    ) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        getattr(desk, port).will(call, *([SMOOTH, CRASH_BEFORE] if isinstance(turn, str) else [turn]))
        with pytest.raises(Crash):
            desk.cancel(bought)
        desk.after_lease()

        assert desk.cancel(bought).state == "cancelled"
        assert not desk.carrier.live

    def test_a_void_that_was_carried_out_late_cancels_what_was_released_meanwhile(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        def release() -> None:
            desk.clock.move(AFTER_LEASE_S)
            assert desk.buy(bought).state == "created"

        desk.carrier.will("void", Turn(before=release))

        cancelled = desk.cancel(bought)

        assert cancelled == desk.stored(bought)
        assert (cancelled.state, cancelled.void_id) == ("cancelled", *desk.carrier.voids)
        assert desk.tracker_table.inner.get(A_TENANT, bought.tracker_id).status == "cancelled"

    def test_who_was_overtaken_by_somebody_who_found_the_void_answers_the_same(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        found = []

        def find() -> None:
            desk.clock.move(AFTER_LEASE_S)
            found.append(desk.cancel(bought))
            desk.clock.move(1)

        desk.carrier.will("void", Turn(after=find))

        assert [desk.cancel(bought)] == found
        assert desk.carrier.calls.count("void") == 1

    def test_a_tracker_that_changes_meanwhile_does_not_keep_the_label_from_being_cancelled(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        def remove() -> None:
            desk.tracker_table.inner.stored.clear()

        desk.tracker_table.will("save", Turn(before=remove))

        assert desk.cancel(bought).state == "cancelled"
