"""Late sales: what is told of labels that nobody waits for any more, and how long it stays."""

from typing import Any

import pytest

from chalicelib.domain.late_sales import (
    is_about,
    late_sale_message,
    no_longer_superseded,
    not_stored_message,
    resolved,
    superseded_message,
    telling,
    tells_of_sale,
    with_clues,
)
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Sale
from tests.builders import NOW, a_message, a_rate, a_shipment, an_attempt

SALE = Sale("pur_1", NOW, ("1Z1", "1Z2"), "ID-1", a_rate(carrier_name="ups", carrier_id="ups-berlin"), ())


def about(purchase_id: str, code: str = "late_sale", **changes: Any) -> Message:
    return a_message(code=code, details={"purchase_id": purchase_id}, **changes)


LATE = about("pur_1")
LATE_ANOTHER = about("pur_0")
SUPERSEDED = about("pur_1", "purchase_superseded")
CLUE = about("pur_1", "sale_not_stored")
PASSING = about("pur_1", "slow")


def test_a_label_that_was_sold_late_is_named_with_its_number_and_its_carrier() -> None:
    assert late_sale_message(SALE) == Message(
        message="ups sold a label after its purchase was given up, and it is not known to be voided: "
        "look at your account there, and void it",
        code="late_sale",
        level="error",
        details={"purchase_id": "pur_1", "tracking_number": "1Z1"},
        carrier_name="ups",
        carrier_id="ups-berlin",
    )


def test_a_label_that_could_not_be_stored_is_named_by_all_that_finds_it_at_the_carrier() -> None:
    assert not_stored_message(SALE) == Message(
        message="ups sold the label 1Z1, and it could not be stored: ask again, or look at your account there",
        code="sale_not_stored",
        level="error",
        details={"purchase_id": "pur_1", "tracking_number": "1Z1", "shipment_identifier": "ID-1"},
        carrier_name="ups",
        carrier_id="ups-berlin",
    )


def test_a_purchase_behind_which_another_was_made_is_named_with_its_carrier() -> None:
    attempt = an_attempt(id="pur_1", carrier_name="ups", carrier_id="ups-berlin")

    assert superseded_message(attempt) == Message(
        message="Whether ups sold a label for an earlier purchase is not known, and the label was asked for again, "
        "as retry_unconfirmed wanted: look at your account there",
        code="purchase_superseded",
        level="warning",
        details={"purchase_id": "pur_1"},
        carrier_name="ups",
        carrier_id="ups-berlin",
    )


def test_a_message_is_about_the_purchase_that_it_names() -> None:
    assert is_about(LATE, "pur_1")
    assert not is_about(LATE, "pur_0")
    assert not is_about(a_message(), "pur_1")


def test_of_a_purchase_without_an_id_no_message_tells() -> None:
    assert not is_about(a_message(), None)


@pytest.mark.parametrize(
    ("message", "tells"), [(LATE, True), (LATE_ANOTHER, False), (SUPERSEDED, False), (PASSING, False)]
)
def test_only_a_late_sale_of_this_purchase_tells_of_its_label(message: Message, tells: bool) -> None:  # noqa: FBT001
    assert tells_of_sale(a_shipment(messages=(CLUE, message)), "pur_1") is tells


class TestWithClues:
    def test_only_what_names_a_paid_label_is_added_and_once(self) -> None:
        other = about("pur_1", "sale_incomplete")
        record = a_shipment(messages=(PASSING, CLUE))

        told = with_clues(record, [LATE, CLUE, a_message(), other])

        assert told.messages == (PASSING, CLUE, other)

    @pytest.mark.parametrize("messages", [(), (CLUE,), (PASSING, LATE)], ids=["nothing", "known", "no clue"])
    def test_a_shipment_that_learns_nothing_stays_itself(self, messages: tuple[Message, ...]) -> None:
        record = a_shipment(messages=(CLUE,))

        assert with_clues(record, messages) is record


class TestTelling:
    def test_what_is_told_replaces_the_open_question_about_its_purchase(self) -> None:
        record = a_shipment(messages=(PASSING, SUPERSEDED, LATE_ANOTHER, CLUE))

        told = telling(record, LATE)

        assert told == record.model_copy(update={"messages": (PASSING, LATE_ANOTHER, CLUE, LATE)})

    def test_what_is_told_already_changes_nothing(self) -> None:
        record = a_shipment(messages=(LATE, SUPERSEDED))

        assert telling(record, LATE) is record


class TestNoLongerSuperseded:
    def test_the_question_about_a_purchase_that_sold_nothing_goes(self) -> None:
        another = about("pur_0", "purchase_superseded")
        record = a_shipment(messages=(PASSING, SUPERSEDED, another, CLUE))

        left = no_longer_superseded(record, "pur_1")

        assert left == record.model_copy(update={"messages": (PASSING, another, CLUE)})

    def test_a_label_that_was_sold_stays_told_whatever_its_carrier_says_of_it(self) -> None:
        record = a_shipment(messages=(LATE, SUPERSEDED))

        assert no_longer_superseded(record, "pur_1") is record

    def test_a_shipment_of_which_nothing_is_asked_stays_itself(self) -> None:
        record = a_shipment(messages=(PASSING, LATE_ANOTHER))

        assert no_longer_superseded(record, "pur_1") is record


def test_of_a_purchase_whose_label_was_taken_back_no_question_and_no_attempt_is_left() -> None:
    kept = an_attempt(id="pur_0")
    record = a_shipment(messages=(PASSING, LATE, LATE_ANOTHER), given_up=(kept, an_attempt(id="pur_1")))

    left = resolved(record, "pur_1")

    assert left == record.model_copy(update={"messages": (PASSING, LATE_ANOTHER), "given_up": (kept,)})
