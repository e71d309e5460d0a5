"""Attempts: when a carrier is asked again, what stays of a purchase that was given up, and which moves there are."""

from datetime import timedelta
from typing import get_args

import pytest

from chalicelib.domain.attempts import (
    ASKED_FOR,
    MOST_GIVEN_UP,
    MOVES,
    begun,
    look_at,
    new_attempt,
    next_look,
    not_sold,
    put_back,
    rested,
    unconfirmed,
)
from chalicelib.domain.late_sales import LATE_SALE
from chalicelib.domain.shipments import LEASE, ShipmentRecord, State
from tests.builders import NOW, a_message, a_rate, a_shipment, an_attempt

LATER = NOW + LEASE


def buying() -> ShipmentRecord:
    return begun(a_shipment(), "purchasing", new_attempt("pur_1", NOW, a_rate()), {})


def test_a_shipment_that_nobody_buys_is_never_looked_at() -> None:
    assert look_at(a_shipment()) is None


def test_one_that_is_being_bought_is_looked_at_when_its_lease_has_run_out() -> None:
    assert look_at(buying()) == NOW + LEASE


def test_questions_about_earlier_purchases_wait_for_the_lease() -> None:
    earlier = an_attempt(look_at=NOW - LEASE)

    assert look_at(buying().model_copy(update={"given_up": (earlier,)})) == NOW + LEASE


def test_an_attempt_stored_by_an_earlier_version_is_left_to_the_next_request() -> None:
    stored = buying().model_dump(mode="json", exclude_none=True)
    del stored["given_up"], stored["attempt"]["look_at"]

    record = ShipmentRecord.model_validate(stored)

    assert (look_at(record), record.given_up) == (None, ())
    assert record.attempt is not None


@pytest.mark.parametrize("age", [timedelta(minutes=1), timedelta(hours=5), ASKED_FOR - timedelta(seconds=1)])
def test_a_question_rests_as_long_as_it_is_old(age: timedelta) -> None:
    assert next_look(NOW, NOW + age) == NOW + 2 * age


def test_a_young_question_rests_a_minute_and_an_old_one_for_ever() -> None:
    assert next_look(NOW, NOW) == NOW + timedelta(minutes=1)
    assert next_look(NOW, NOW + ASKED_FOR) is None


def test_an_unconfirmed_purchase_is_asked_about_again() -> None:
    assert look_at(unconfirmed(buying(), LATER)) == LATER + LEASE


def test_a_purchase_that_sold_nothing_stays_named_without_its_rate() -> None:
    draft = not_sold(buying(), LATER)

    (kept,) = draft.given_up
    assert (draft.state, draft.attempt, kept.id, kept.rate) == ("draft", None, "pur_1", None)
    assert look_at(draft) == LATER + LEASE


def test_of_many_that_were_given_up_the_newest_stay() -> None:
    record = buying().model_copy(update={"given_up": tuple(an_attempt() for _ in range(MOST_GIVEN_UP))})

    given_up = not_sold(record, LATER).given_up

    assert len(given_up) == MOST_GIVEN_UP
    assert given_up[-1].id == "pur_1"


def test_what_is_not_due_is_not_put_off() -> None:
    record = buying()

    assert rested(record, NOW) is record


def test_what_was_asked_about_for_a_week_is_forgotten() -> None:
    record = a_shipment(given_up=(an_attempt(look_at=NOW),))

    assert rested(record, NOW + ASKED_FOR).given_up == ()


def test_a_refused_retry_leaves_the_question_as_it_was_and_the_notes_of_others() -> None:
    before = unconfirmed(buying(), LATER)
    taken = begun(before, "purchasing", new_attempt("pur_2", LATER, a_rate()), {})
    note = a_message(code=LATE_SALE, details={"purchase_id": "pur_0"})
    stored = taken.model_copy(update={"messages": (*taken.messages, note), "version": 5})

    record = put_back(before, stored, LATER)

    assert (record.state, record.attempt, record.given_up) == ("unconfirmed", before.attempt, ())
    assert (record.messages, record.version) == ((note,), 5)


def test_every_state_has_its_moves_and_no_move_leads_nowhere() -> None:
    states = set(get_args(State))

    assert MOVES.keys() == states
    assert set().union(*MOVES.values()) == states
    assert not [state for state, after in MOVES.items() if state in after]
