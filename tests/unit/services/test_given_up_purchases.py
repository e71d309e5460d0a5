"""What was given up, or superseded by a retry: asked about again; late sales are voided or shown, late voids kept."""

import time

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierUnavailable, Conflict
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.services.sweeps import Swept
from tests.builders import A_TENANT
from tests.fake_carrier import (
    ANSWER_LOST,
    CANNOT_SAY,
    CRASH_AFTER,
    CRASH_BEFORE,
    LATE_AND_UNDONE,
    SMOOTH,
    UNAVAILABLE,
    Crash,
    Turn,
)
from tests.service_cases import AFTER_LEASE_S, EXPRESS, GROUND, RETRY, Desk, a_bought_desk, interrupted


class TestGivenUp:
    def late_and_dead(self, desk: Desk, step: tuple[str, str, Turn], *, meanwhile: bool) -> ShipmentRecord:
        """A purchase whose carrier sells only after its release, and whose process dies at `step`."""
        draft = desk.draft()

        def release() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.sweep()
            if meanwhile:
                desk.buy(draft, EXPRESS)
            port, call, turn = step
            getattr(desk, port).will(call, turn)

        desk.carrier.will("buy", Turn(before=release))
        with pytest.raises((Crash, Conflict)):
            desk.buy(draft)
        desk.after_lease()
        return draft

    @pytest.mark.parametrize("meanwhile", [True, False], ids=["bought again", "draft"])
    @pytest.mark.parametrize(
        "step",
        [
            ("table", "complete", CRASH_BEFORE),
            ("table", "save", CRASH_BEFORE),
            ("table", "save", CRASH_AFTER),
            ("carrier", "void", CRASH_BEFORE),
            ("carrier", "void", CRASH_AFTER),
            ("carrier", "void", ANSWER_LOST),
            ("carrier", "void", UNAVAILABLE),
        ],
        ids=lambda step: f"{step[0]}.{step[1]}",
    )
    def test_a_late_sale_whose_process_died_is_found_and_voided(
        self, step: tuple[str, str, Turn], *, meanwhile: bool
    ) -> None:
        desk = Desk()
        draft = self.late_and_dead(desk, step, meanwhile=meanwhile)
        desk.clock.move(600)

        desk.sweep()

        stored = desk.stored(draft)
        assert desk.carrier.live == ({stored.purchase_id} if meanwhile else set())
        assert (stored.messages, stored.given_up) == ((), ())

    def test_a_late_sale_that_cannot_be_voided_is_kept_and_shown(self) -> None:
        desk = Desk()
        draft = self.late_and_dead(desk, ("table", "complete", CRASH_BEFORE), meanwhile=False)
        desk.clock.move(600)
        desk.carrier.will("void", UNAVAILABLE)

        desk.sweep()

        (message,) = desk.stored(draft).messages
        assert (message.code, {message.details["purchase_id"]}) == ("late_sale", desk.carrier.live)

    def test_what_sold_nothing_is_asked_about_for_a_week_and_forgotten(self) -> None:
        desk = Desk()
        draft = interrupted(desk, LATE_AND_UNDONE)
        for _ in range(40):
            desk.sweep()
            desk.clock.move(86400 / 2)

        assert desk.stored(draft).given_up == ()
        assert 2 <= desk.carrier.calls.count("find_purchase") <= 16
        assert desk.sweep() == Swept()


class TestSuperseded:
    def superseded(self) -> tuple[Desk, ShipmentRecord, str]:
        """A shipment bought by an explicit retry, and the unconfirmed purchase before."""
        desk = Desk()
        draft = interrupted(desk, LATE_AND_UNDONE)
        desk.carrier.will("find_purchase", CANNOT_SAY)
        desk.sweep()
        first = desk.stored(draft).attempt
        assert first is not None
        desk.carrier.will("find_purchase", CANNOT_SAY)
        desk.buy(draft, RETRY)
        return desk, draft, first.id

    def test_it_stays_named(self) -> None:
        desk, draft, first = self.superseded()

        for _ in range(40):
            desk.carrier.will("find_purchase", CANNOT_SAY)
            desk.sweep()
            desk.clock.move(86400)

        (message,) = desk.stored(draft).messages
        assert (message.code, message.details["purchase_id"]) == ("purchase_superseded", first)

    def test_a_carrier_that_says_at_last_that_it_sold_nothing_ends_the_question(self) -> None:
        desk, draft, _ = self.superseded()
        desk.clock.move(600)

        desk.sweep()

        assert desk.stored(draft).messages == ()

    def test_its_sale_that_comes_in_later_is_voided(self) -> None:
        desk, draft, first = self.superseded()
        sold = next(iter(desk.carrier.book.values()))
        desk.carrier.book[first] = type(sold)(**{**vars(sold), "purchase_id": first})
        desk.clock.move(600)

        desk.sweep()

        stored = desk.stored(draft)
        assert desk.carrier.live == {stored.purchase_id}
        assert stored.purchase_id != first
        assert (stored.messages, stored.given_up) == ((), ())

    def test_a_retry_that_the_carrier_refuses_leaves_what_was_before(self) -> None:
        desk = Desk()
        draft = interrupted(desk, LATE_AND_UNDONE)
        desk.carrier.will("find_purchase", *[CANNOT_SAY] * 2)
        desk.sweep()
        before = desk.stored(draft)
        desk.carrier.will("buy", UNAVAILABLE)

        with pytest.raises(CarrierUnavailable):
            desk.purchases.purchase(A_TENANT, draft.id, RETRY, Deadline.after(60, time.monotonic))

        stored = desk.stored(draft)
        assert (stored.state, stored.attempt, stored.messages, stored.given_up) == (
            "unconfirmed",
            before.attempt,
            (),
            (),
        )


class TestVoids:
    def late_and_dead(self, turn: Turn) -> tuple[Desk, ShipmentRecord]:
        """A void that its carrier carries out only after its release, and whose process dies as it stores that."""
        desk, bought = a_bought_desk()

        def release() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.sweep()
            desk.table.will("save", SMOOTH, turn)  # the first meets the release

        desk.carrier.will("void", Turn(before=release))
        with pytest.raises(Crash):
            desk.cancel(bought)
        desk.after_lease()
        desk.clock.move(600)
        return desk, bought

    @pytest.mark.parametrize("turn", [CRASH_BEFORE, CRASH_AFTER])
    def test_a_void_that_was_carried_out_after_its_release_cancels_the_shipment(self, turn: Turn) -> None:
        desk, bought = self.late_and_dead(turn)

        desk.sweep()

        assert not desk.carrier.live
        assert (desk.stored(bought).state, desk.stored(bought).given_up) == ("cancelled", ())
        assert desk.sweep() == Swept()

    def test_one_that_was_never_carried_out_leaves_the_label(self) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", CRASH_BEFORE)
        with pytest.raises(Crash):
            desk.cancel(bought)
        desk.after_lease()

        for _ in range(10):
            desk.sweep()
            desk.clock.move(2 * 86400)

        assert (desk.stored(bought).state, desk.stored(bought).given_up) == ("created", ())
        assert desk.carrier.live == {bought.purchase_id}


def test_a_purchase_that_was_given_up_does_not_hinder_the_next() -> None:
    desk = Desk()
    draft = interrupted(desk, LATE_AND_UNDONE)

    bought = desk.buy(draft, GROUND)

    assert bought.state == "created"
    assert len(bought.given_up) == 1
