"""Cancellations: what stays of a label that was taken back, and what is told of one that was not."""

from typing import Any

import pytest

from chalicelib.domain.attempts import begun, new_attempt, not_voided
from chalicelib.domain.cancellations import closed, given_up, is_on_its_way, voided
from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierTimeout
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Voided
from chalicelib.domain.shipments import LEASE, ShipmentRecord, State
from tests.builders import NOW, a_message, a_rate, a_shipment, an_attempt

LATER = NOW + LEASE
OF_IT = a_message(code="late_sale", details={"purchase_id": "pur_1"})
OF_ANOTHER = a_message(code="late_sale", details={"purchase_id": "pur_0"})
PASSING = a_message(code="slow")

NOT_VOIDED = "The carrier ups did not void the label: it stays valid and may be billed; look at your account there"
NOT_ASKED = (
    "The carrier ups could not be asked to void the label: it stays valid and may be billed; look at your account there"
)
NOT_KNOWN = (
    "Whether the carrier ups voided the label is not known: it may still be valid and be billed; "
    "look at your account there"
)


def a_bought_shipment(**changes: Any) -> ShipmentRecord:
    fields: dict[str, Any] = {
        "state": "created",
        "purchase_id": "pur_1",
        "tracking_number": "1Z1",
        "shipment_identifier": "ID-1",
        "carrier_name": "ups",
        "carrier_id": "ups-berlin",
        "messages": (PASSING, OF_IT, OF_ANOTHER),
    }
    return a_shipment(**fields | changes)


def being_voided() -> ShipmentRecord:
    return begun(a_bought_shipment(), "voiding", new_attempt("void_1", NOW, a_rate()), {})


def changes(before: ShipmentRecord, after: ShipmentRecord) -> dict[str, Any]:
    """All that differs, by name."""
    fields = {name: getattr(after, name) for name in ShipmentRecord.model_fields}
    return {name: value for name, value in fields.items() if value != getattr(before, name)}


def test_a_draft_that_is_closed_says_that_there_is_no_money_to_give_back() -> None:
    draft = a_shipment(messages=(PASSING,))

    assert changes(draft, closed(draft, LATER)) == {
        "state": "cancelled",
        "refund_status": "not_applicable",
        "updated_at": LATER,
    }


def test_a_voided_label_tells_its_void_and_no_question_about_it_is_left() -> None:
    word = a_message(code="void_accepted")

    record = being_voided()

    assert changes(record, voided(record, Voided("void_1", NOW, "refunded", (word,)), LATER)) == {
        "state": "cancelled",
        "attempt": None,
        "refund_status": "refunded",
        "void_id": "void_1",
        "messages": (OF_ANOTHER, word),
        "updated_at": LATER,
    }


def test_a_label_that_is_given_up_stays_named_behind_what_lasts() -> None:
    record = being_voided()

    left = changes(record, given_up(record, CarrierRejected("Too old"), LATER))

    message = left.pop("messages")
    assert message[:-1] == (OF_IT, OF_ANOTHER)
    assert message[-1] == Message(
        message=f"{NOT_VOIDED} (Too old)",
        code="label_still_valid",
        level="warning",
        details={
            "purchase_id": "pur_1",
            "tracking_number": "1Z1",
            "shipment_identifier": "ID-1",
            "void": "not_done",
        },
        carrier_name="ups",
        carrier_id="ups-berlin",
    )
    assert left == {
        "state": "cancelled",
        "attempt": None,
        "refund_status": "not_applicable",
        "updated_at": LATER,
    }


@pytest.mark.parametrize(
    ("state", "reason", "sentence", "void"),
    [
        ("voiding", CarrierRejected("Too old"), f"{NOT_VOIDED} (Too old)", "not_done"),
        ("voiding", CarrierTimeout("It was late", maybe_done=True), f"{NOT_KNOWN} (It was late)", "unknown"),
        ("created", "its connection is gone", f"{NOT_ASKED} (its connection is gone)", "not_done"),
        ("voiding", "its connection is gone", f"{NOT_KNOWN} (its connection is gone)", "unknown"),
    ],
)
def test_the_message_says_whether_the_label_is_known_to_be_valid_and_why(
    state: State, reason: CarrierError | str, sentence: str, void: str
) -> None:
    message = given_up(a_bought_shipment(state=state), reason, LATER).messages[-1]

    assert (message.message, message.details["void"]) == (sentence, void)


def test_what_a_shipment_does_not_know_of_its_label_is_told_as_nothing() -> None:
    unknown = dict.fromkeys(("purchase_id", "tracking_number", "shipment_identifier", "carrier_name", "carrier_id"))

    message = given_up(a_bought_shipment(**unknown), CarrierRejected("Too old"), LATER).messages[-1]

    assert message.details == {
        "purchase_id": "",
        "tracking_number": "",
        "shipment_identifier": "",
        "void": "not_done",
    }
    assert (message.carrier_name, message.carrier_id) == ("", "")


@pytest.mark.parametrize("end", ["closed", "voided", "given up"])
def test_earlier_purchases_of_a_cancelled_shipment_are_asked_about_further_and_its_voids_not(end: str) -> None:
    purchase = an_attempt(id="pur_0", look_at=LATER)
    record = not_voided(being_voided(), NOW).model_copy(update={"attempt": None})
    record = record.model_copy(update={"given_up": (*record.given_up, purchase)})

    ends = {
        "closed": closed(record, LATER),
        "voided": voided(record, Voided("void_1", NOW), LATER),
        "given up": given_up(record, "its connection is gone", LATER),
    }

    assert [attempt.id for attempt in record.given_up] == ["void_1", "pur_0"]
    assert ends[end].given_up == (purchase,)


@pytest.mark.parametrize(
    ("codes", "travels"),
    [((), False), (("void_not_supported",), False), (("slow", "already_picked_up"), True)],
)
def test_a_parcel_travels_where_any_of_the_carriers_words_says_so(codes: tuple[str, ...], travels: bool) -> None:  # noqa: FBT001
    refusal = CarrierRejected("No", tuple(a_message(code=code) for code in codes))

    assert is_on_its_way(refusal) is travels
