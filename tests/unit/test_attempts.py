"""Attempts: when a carrier is asked again, what stays of a purchase that was given up, and which moves there are."""

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from chalicelib.domain.attempts import (
    ASKED_FOR,
    MOST_GIVEN_UP,
    MOVES,
    begun,
    is_due,
    is_void,
    look_at,
    new_attempt,
    next_look,
    not_sold,
    not_voided,
    noting,
    put_back,
    rested,
    unconfirmed,
)
from chalicelib.domain.late_sales import LATE_SALE, SUPERSEDED, superseded_message
from chalicelib.domain.shipments import LEASE, Attempt, ShipmentRecord, State
from tests.builders import NOW, a_message, a_rate, a_shipment, an_attempt

LATER = NOW + LEASE


def buying() -> ShipmentRecord:
    return begun(a_shipment(), "purchasing", new_attempt("pur_1", NOW, a_rate(), "ord_1"), {})


def changes(before: ShipmentRecord, after: ShipmentRecord) -> dict[str, Any]:
    """All that differs, by name."""
    fields = {name: getattr(after, name) for name in ShipmentRecord.model_fields}
    return {name: value for name, value in fields.items() if value != getattr(before, name)}


def given_up(attempt: Attempt, look: datetime) -> Attempt:
    """What stays of an attempt that was given up."""
    return attempt.model_copy(update={"rate": None, "order_id": None, "look_at": look})


def test_an_attempt_names_its_order_and_its_rates_carrier_and_is_asked_about_after_its_lease() -> None:
    rate = a_rate(carrier_name="ups", carrier_id="ups-berlin")

    assert new_attempt("pur_1", NOW, rate, "ord_1") == Attempt(
        id="pur_1",
        order_id="ord_1",
        since=NOW,
        lease_until=NOW + LEASE,
        look_at=NOW + LEASE,
        rate=rate,
        carrier_name="ups",
        carrier_id="ups-berlin",
    )


def test_what_begins_changes_the_shipment_from_then_on() -> None:
    draft, attempt = a_shipment(), new_attempt("pur_1", LATER, a_rate())

    taken = begun(draft, "purchasing", attempt, {"reference": "PO-8"})

    assert changes(draft, taken) == {
        "state": "purchasing",
        "attempt": attempt,
        "reference": "PO-8",
        "updated_at": LATER,
    }


def test_an_unconfirmed_purchase_that_is_superseded_stays_named_and_is_asked_about() -> None:
    note = a_message()
    before = unconfirmed(buying(), LATER).model_copy(update={"messages": (note,)})
    second = new_attempt("pur_2", LATER, a_rate())

    taken = begun(before, "purchasing", second, {})

    assert before.attempt is not None
    assert changes(before, taken) == {
        "state": "purchasing",
        "attempt": second,
        "messages": (note, superseded_message(before.attempt)),
        "given_up": (given_up(before.attempt, LATER + LEASE),),
    }


def test_a_void_of_which_nobody_knows_is_not_told_as_a_purchase() -> None:
    voiding = begun(a_shipment(state="created"), "voiding", new_attempt("void_1", NOW, a_rate()), {})

    again = begun(voiding, "voiding", new_attempt("void_2", LATER, a_rate()), {})

    assert changes(voiding, again).keys() == {"attempt", "updated_at"}


def test_voids_and_purchases_are_told_apart_by_their_ids() -> None:
    assert is_void(an_attempt(id="void_01KAT5F2G8"))
    assert not is_void(an_attempt(id="pur_01KAT5F2G8"))


def test_a_shipment_that_nobody_buys_is_never_looked_at() -> None:
    assert look_at(a_shipment()) is None


def test_one_that_is_being_bought_is_looked_at_when_its_lease_has_run_out() -> None:
    assert look_at(buying()) == NOW + LEASE


def test_questions_about_earlier_purchases_wait_for_the_lease() -> None:
    earlier = an_attempt(look_at=NOW - LEASE)

    assert look_at(buying().model_copy(update={"given_up": (earlier,)})) == NOW + LEASE


def test_the_earliest_of_all_questions_is_asked_first() -> None:
    never, later, sooner = (an_attempt(look_at=look) for look in (None, LATER + LEASE, LATER))
    unanswered = buying().model_copy(update={"state": "unconfirmed"})

    assert look_at(a_shipment(given_up=(never, later, sooner))) == LATER
    assert look_at(unanswered.model_copy(update={"given_up": (an_attempt(look_at=NOW),)})) == NOW
    assert look_at(a_shipment(given_up=(never,))) is None


def test_a_lease_holds_back_no_question_longer_than_that() -> None:
    record = buying().model_copy(update={"given_up": (an_attempt(look_at=NOW + 3 * LEASE),)})
    assert record.attempt is not None
    record = record.model_copy(update={"attempt": record.attempt.model_copy(update={"look_at": NOW + 2 * LEASE})})

    assert look_at(record) == NOW + 2 * LEASE


def test_an_attempt_is_due_from_the_moment_on_that_it_names() -> None:
    attempt = an_attempt(look_at=LATER)

    assert is_due(attempt, LATER)
    assert not is_due(attempt, LATER - timedelta(microseconds=1))
    assert not is_due(an_attempt(look_at=None), LATER)
    assert not is_due(None, LATER)


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
    record = buying()
    attempt = record.attempt

    unanswered = unconfirmed(record, LATER)

    assert attempt is not None
    assert changes(record, unanswered) == {
        "state": "unconfirmed",
        "attempt": attempt.model_copy(update={"look_at": LATER + LEASE}),
        "updated_at": LATER,
    }


@pytest.mark.parametrize(("end", "state"), [(not_sold, "draft"), (not_voided, "created")])
def test_what_did_not_take_place_stays_named_without_its_rate_and_is_asked_about(end: Any, state: State) -> None:
    earlier = an_attempt()
    record = buying().model_copy(update={"given_up": (earlier,)})

    released = end(record, LATER)

    assert record.attempt is not None
    assert changes(record, released) == {
        "state": state,
        "attempt": None,
        "given_up": (earlier, given_up(record.attempt, LATER + LEASE)),
        "updated_at": LATER,
    }


@pytest.mark.parametrize("end", [not_sold, not_voided])
def test_where_nothing_was_under_way_nothing_more_is_given_up(end: Any) -> None:
    record = a_shipment(state="purchasing", given_up=(an_attempt(),))

    assert end(record, LATER).given_up == record.given_up


def test_an_old_purchase_that_is_given_up_is_asked_about_once_more() -> None:
    old = NOW + ASKED_FOR

    (kept,) = not_sold(buying(), old).given_up

    assert kept.look_at == old + timedelta(minutes=1)


def test_of_many_that_were_given_up_the_newest_stay() -> None:
    earlier = tuple(an_attempt(id=f"pur_{number}") for number in range(100, 120))
    record = buying().model_copy(update={"given_up": earlier})

    kept = not_sold(record, LATER).given_up

    assert MOST_GIVEN_UP == 20
    assert kept[:-1] == earlier[1:]
    assert kept[-1].id == "pur_1"


def test_what_is_not_due_is_not_put_off() -> None:
    record = buying()

    assert rested(record, NOW) is record


def test_what_is_due_is_put_off_and_the_rest_is_left_as_it_is() -> None:
    due, waiting = an_attempt(look_at=LATER), an_attempt(look_at=LATER + 2 * LEASE)
    record = buying().model_copy(update={"given_up": (due, waiting)})

    left = changes(record, rested(record, LATER))

    assert record.attempt is not None
    assert left == {
        "attempt": record.attempt.model_copy(update={"look_at": LATER + LEASE}),
        "given_up": (due.model_copy(update={"look_at": LATER + LEASE}), waiting),
    }


def test_an_attempt_whose_time_has_not_come_is_not_put_off_with_the_others() -> None:
    waiting = an_attempt(look_at=NOW + 2 * LEASE)
    record = a_shipment(state="unconfirmed", attempt=waiting, given_up=(an_attempt(look_at=NOW),))

    assert changes(record, rested(record, NOW)).keys() == {"given_up"}


def test_what_was_asked_about_for_a_week_is_forgotten() -> None:
    record = a_shipment(given_up=(an_attempt(look_at=NOW),))

    assert rested(record, NOW + ASKED_FOR).given_up == ()


def test_a_refused_retry_leaves_the_question_as_it_was_and_the_notes_of_others() -> None:
    word, passing = a_message(), a_message(code="slow")
    before = unconfirmed(buying(), LATER).model_copy(update={"messages": (word,)})
    taken = begun(before, "purchasing", new_attempt("pur_2", LATER, a_rate()), {"reference": "PO-8"})
    notes = tuple(a_message(code=code, details={"purchase_id": "pur_0"}) for code in (LATE_SALE, SUPERSEDED))
    same_purchase = a_message(code=LATE_SALE, details={"purchase_id": "pur_1"})
    stored = taken.model_copy(update={"messages": (*taken.messages, passing, *notes, same_purchase), "version": 5})

    record = put_back(before, stored, LATER + LEASE)

    assert changes(before, record) == {
        "messages": (word, *notes, same_purchase),
        "version": 5,
        "updated_at": LATER + LEASE,
    }


def test_a_refused_purchase_of_a_draft_leaves_what_others_left_and_doubles_nothing() -> None:
    known, note = (a_message(code=code, details={"purchase_id": "pur_0"}) for code in (LATE_SALE, SUPERSEDED))
    earlier = an_attempt()
    before = a_shipment(messages=(known,))
    stored = buying().model_copy(update={"messages": (known, note), "given_up": (earlier,)})

    record = put_back(before, stored, NOW)

    assert changes(before, record) == {"messages": (known, note), "given_up": (earlier,)}


def test_notes_that_others_left_meanwhile_are_kept_by_who_buys() -> None:
    taken, earlier, note = buying(), an_attempt(), a_message()
    stored = taken.model_copy(
        update={"messages": (note,), "given_up": (earlier,), "version": 7, "reference": "PO-9", "state": "draft"}
    )

    assert changes(taken, noting(taken, stored)) == {"messages": (note,), "given_up": (earlier,), "version": 7}


def test_every_state_has_its_moves_and_no_move_leads_nowhere() -> None:
    states = set(get_args(State))

    assert MOVES.keys() == states
    assert set().union(*MOVES.values()) == states
    assert not [state for state, after in MOVES.items() if state in after]
