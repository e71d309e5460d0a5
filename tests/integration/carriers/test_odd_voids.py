"""Voids that no carrier confirms: an answer that says nothing of it is never taken for one, nor read for long."""

import json
import time

import pytest

from chalicelib.carriers.profiles.canadapost import refund_in
from chalicelib.carriers.profiles.usps import cancelled_before
from tests.integration.carriers.canadapost_customers import a_request, customer_of
from tests.integration.carriers.customers import failure
from tests.stand_ins.canadapost import CanadaPost
from tests.stand_ins.server import Reply, answers

ODD = {
    "another document": Reply(200, b"<foo/>", "text/xml"),
    "JSON": Reply(200, b'{"status": "PENDING"}'),
    "a word": Reply(202, b"accepted", "text/plain"),
    "an empty list of messages": Reply(200, b'<messages xmlns="http://www.canadapost.ca/ws/messages"/>', "text/xml"),
}


@pytest.mark.parametrize("reply", ODD.values(), ids=ODD)
@pytest.mark.parametrize("at", [".*/shipment/[0-9]+", ".*/refund"], ids=["the shipment", "its refund"])
def test_canada_post_voids_by_a_ticket_or_an_empty_answer_alone(reply: Reply, at: str) -> None:
    with CanadaPost() as post:
        customer = customer_of(post)
        sale = customer.buy(customer.order(a_request()))
        post.will(*[answers(reply)] * 3, at=at)

        failure(lambda: customer.void(sale))

        assert not next(iter(post.sold.values())).voided


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (cancelled_before, b"already "),
        (refund_in, b"<shipment-refund-request-info><service-ticket-id>"),
    ],
    ids=["usps", "canadapost"],
)
def test_a_long_answer_to_a_void_is_not_read_for_long(read: object, told: bytes) -> None:
    began = time.process_time()

    found = read([told * (4_000_000 // len(told))])  # type: ignore[operator]

    assert found is None
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("words", ["The label has already been canceled", "Already cancelled"])
def test_usps_says_in_one_sentence_that_a_label_was_cancelled_before(words: str) -> None:
    assert cancelled_before([json.dumps({"error": {"code": "400", "message": words}}).encode()]) == "submitted"


def test_two_sentences_of_uspss_are_none() -> None:
    assert cancelled_before([b'{"message": "It was already scanned. It is not canceled"}']) is None
