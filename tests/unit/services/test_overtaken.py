"""Who is overtaken by somebody else while a carrier is asked: what others have begun or ended since stays theirs."""

import pytest

from chalicelib.domain import attempts
from chalicelib.domain.cancellations import LABEL_STILL_VALID
from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, ChangedMeanwhile, Conflict, Unavailable
from tests.builders import A_TENANT, an_attempt
from tests.fake_carrier import ANSWER_LOST, REFUSED, Turn, raising
from tests.service_cases import AFTER_LEASE_S, EXPRESS, Desk, a_bought_desk, refusing

NO_VOID = refusing("void_not_supported")
LOST_RACE = Turn(before=raising(lambda: Conflict("Somebody else changed it")))


class TestARefusal:
    def test_it_leaves_the_purchase_alone_that_somebody_else_has_begun_since(self) -> None:
        desk = Desk()
        draft = desk.draft()

        def begin_another() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.carrier.will("buy", ANSWER_LOST)
            with pytest.raises(CarrierTimeout):
                desk.buy(draft, EXPRESS)
            REFUSED.before()

        desk.carrier.will("buy", Turn(before=begin_another))

        with pytest.raises(CarrierRejected):
            desk.buy(draft)

        stored = desk.stored(draft)
        assert stored.attempt is not None
        assert stored.attempt.rate is not None
        assert (stored.state, stored.attempt.rate.service) == ("purchasing", "sandbox_express")

    def test_it_leaves_a_draft_as_it_was_given_up_meanwhile(self) -> None:
        desk = Desk()
        draft = desk.draft()
        given_up = []

        def give_up() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.sweep()
            given_up.append(desk.stored(draft))
            desk.clock.move(1)
            REFUSED.before()

        desk.carrier.will("buy", Turn(before=give_up))

        with pytest.raises(CarrierRejected):
            desk.buy(draft)

        assert [desk.stored(draft)] == given_up


class TestASale:
    def test_one_that_was_given_up_says_where_to_read_of_its_label(self) -> None:
        desk = Desk()
        draft = desk.draft()

        def close() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.cancel(draft)

        desk.carrier.will("buy", Turn(before=close))

        with pytest.raises(Conflict) as caught:
            desk.buy(draft)

        assert caught.value.message == (
            "The carrier's answer came after this purchase had been given up; the label was voided, or see `messages`"
        )

    def test_one_that_loses_every_race_is_told_of_on_the_shipment_and_found_by_the_next_try(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.table.will("complete", *[LOST_RACE] * 3)

        with pytest.raises(Unavailable) as caught:
            desk.buy(draft)

        assert caught.value.message == "This shipment keeps changing; ask again, and its label is found"
        assert [message.code for message in desk.stored(draft).messages] == ["sale_not_stored"]
        desk.after_lease()
        assert desk.buy(draft).state == "created"
        assert len(desk.carrier.book) == 1

    def test_one_that_loses_two_races_wins_the_third(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.table.will("complete", *[LOST_RACE] * 2)

        assert desk.buy(draft).state == "created"


class TestACancelByForce:
    def test_it_answers_the_void_that_somebody_else_got_meanwhile(self) -> None:
        desk, bought = a_bought_desk()

        def void_it() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.cancel(bought)
            desk.clock.move(1)
            NO_VOID.before()

        desk.carrier.will("void", Turn(before=void_it))

        cancelled = desk.cancel(bought, force=True)

        assert cancelled == desk.stored(bought)
        assert (cancelled.refund_status, cancelled.messages) == ("submitted", ())

    def test_it_closes_what_somebody_else_has_released_meanwhile(self) -> None:
        desk, bought = a_bought_desk()

        def release() -> None:
            desk.clock.move(AFTER_LEASE_S)
            assert desk.buy(bought).state == "created"
            NO_VOID.before()

        desk.carrier.will("void", Turn(before=release))

        cancelled = desk.cancel(bought, force=True)

        assert (cancelled.state, [message.code for message in cancelled.messages]) == ("cancelled", [LABEL_STILL_VALID])
        assert cancelled.updated_at == desk.clock()

    def test_it_does_not_break_into_a_void_that_began_before_the_connection_went(self) -> None:
        desk, bought = a_bought_desk()
        desk.registry.known = ()

        def begin_void() -> None:
            begun = attempts.begun(bought, "voiding", an_attempt(id="void_other"), {})
            desk.table.inner.save(A_TENANT, begun)

        desk.table.will("save", Turn(before=begin_void))

        with pytest.raises(ChangedMeanwhile) as caught:
            desk.cancel(bought, force=True)

        assert caught.value.message == "Somebody else is voiding this shipment's label; ask again"
        assert desk.stored(bought).state == "voiding"
