"""Answers that are none: each is an error that names the carrier, and never an empty list."""

import pytest

from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierTimeout, CarrierUnavailable
from tests.gateway_cases import RATE_PATH, Ups, a_call, failure
from tests.stand_ins.server import (
    Answering,
    Fault,
    Handler,
    Received,
    Reply,
    answer_lost,
    answers,
    cut_short,
    empty,
    hangs,
    html,
    huge,
    json_reply,
    redirect,
    reset,
    truncated,
)

REFUSED = json_reply(
    {"response": {"errors": [{"code": "250002", "message": "Invalid Authentication Information."}]}}, 401
)

CHECK = "Check the connection's credentials and what the account may do."


def no_http(handler: Handler, _: Answering, __: Received) -> None:
    """Speak another protocol."""
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n" * 2)
    handler.close_connection = True


BAD_ANSWERS: dict[str, tuple[Fault, type[CarrierError], str, str]] = {
    "500 as a page": (html(500), CarrierUnavailable, "carrier_down", "UPS failed with status 500."),
    "503 and empty": (empty(503), CarrierUnavailable, "carrier_down", "UPS failed with status 503."),
    "200 as a page": (html(200), CarrierUnavailable, "answer_unreadable", "UPS answered with a web page (status 200)."),
    "404 as a page": (html(404), CarrierUnavailable, "answer_unreadable", "UPS answered with a web page (status 404)."),
    "200 and empty": (empty(200), CarrierUnavailable, "answer_unreadable", "UPS sent an empty answer (status 200)."),
    "404 and empty": (
        empty(404),
        CarrierUnavailable,
        "answer_unreadable",
        "UPS refused the request without a word (status 404).",
    ),
    "truncated": (
        truncated,
        CarrierUnavailable,
        "carrier_down",
        "UPS closed the connection before it had answered.",
    ),
    "half as the whole": (cut_short, CarrierUnavailable, "answer_unreadable", "UPS sent broken JSON (status 200)."),
    "reset": (reset, CarrierUnavailable, "carrier_down", "UPS closed the connection before it had answered."),
    "answer lost": (
        answer_lost,
        CarrierUnavailable,
        "carrier_down",
        "UPS closed the connection before it had answered.",
    ),
    "20 MB": (
        huge,
        CarrierUnavailable,
        "answer_too_large",
        "UPS sent an answer of over 8 MB, which was not read.",
    ),
    "redirect": (
        redirect("https://elsewhere.example/rates"),
        CarrierUnavailable,
        "unexpected_redirect",
        "UPS sent us on to elsewhere.example (302), which is not followed.",
    ),
    "429": (
        answers(Reply(429, b"slow down", "text/plain", {"Retry-After": "7"})),
        CarrierUnavailable,
        "rate_limited",
        "UPS has had too many requests of this account. Ask again in 7 s.",
    ),
    "401": (
        answers(REFUSED),
        CarrierRejected,
        "authentication_failed",
        f"UPS refused the credentials (401). It said: Invalid Authentication Information. {CHECK}",
    ),
    "403 and empty": (
        empty(403),
        CarrierRejected,
        "authentication_failed",
        f"UPS refused the credentials (403). {CHECK}",
    ),
    "no HTTP": (
        no_http,
        CarrierUnavailable,
        "answer_unreadable",
        "UPS sent an answer that breaks off or is not HTTP.",
    ),
}


@pytest.mark.parametrize(("fault", "kind", "code", "sentence"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_a_bad_answer_is_an_error_that_names_the_carrier(
    fault: Fault, kind: type[CarrierError], code: str, sentence: str
):
    with Ups() as ups:
        ups.will(fault, at=RATE_PATH)

        error = failure(lambda: a_call(ups.url))

    assert type(error) is kind
    assert error.message == sentence
    [message] = error.messages
    assert (message.message, message.code) == (sentence, code)
    assert (message.carrier_name, message.carrier_id, message.level) == ("ups", "my-ups", "error")


@pytest.mark.parametrize("operation", ["rate", "ship", "return", "cancel", "track"])
@pytest.mark.parametrize("fault", [html(500), empty(500), html(200), empty(401), empty(429)])
def test_no_operation_takes_a_bad_answer_for_an_empty_one(operation: str, fault: Fault):
    with Ups() as ups:
        ups.will(fault, fault, at="/api/.*")

        error = failure(lambda: a_call(ups.url, operation))  # type: ignore[arg-type]

    assert error.messages[0].carrier_name == "ups"


def test_the_carriers_wait_is_told_for_programs_too():
    with Ups() as ups:
        ups.will(answers(Reply(429, headers={"Retry-After": "7"})), at=RATE_PATH)

        error = failure(lambda: a_call(ups.url))

    assert error.messages[0].details == {"status": "429", "retry_after_s": "7"}


def test_the_carriers_own_code_is_kept():
    with Ups() as ups:
        ups.will(answers(REFUSED), at=RATE_PATH)

        error = failure(lambda: a_call(ups.url))

    assert error.messages[0].details == {"status": "401", "carrier_code": "250002"}


def test_a_carrier_that_says_nothing_is_late():
    with Ups() as ups:
        ups.will(hangs, at=RATE_PATH)

        error = failure(lambda: a_call(ups.url, seconds=0.3))

    assert type(error) is CarrierTimeout
    assert error.message == "UPS did not answer in time."


def test_a_refusal_in_the_carriers_words_is_an_answer():
    refusal = json_reply({"response": {"errors": [{"code": "111210", "message": "Not available."}]}}, 400)
    with Ups() as ups:
        ups.will(answers(refusal), at=RATE_PATH)

        answer = a_call(ups.url)

    assert answer.result == []
    assert answer.statuses == (400,)
    assert [(one["code"], one["message"]) for one in answer.messages] == [("111210", "Not available.")]


def test_a_refusal_that_the_sdk_finds_no_words_in_is_an_error():
    with Ups() as ups:
        ups.will(answers(json_reply({"message": "No such version of the API"}, 404)), at=RATE_PATH)

        error = failure(lambda: a_call(ups.url))

    assert type(error) is CarrierRejected
    assert error.message == "UPS refused the request (status 404). It said: No such version of the API."


def test_what_comes_back_is_plain_and_complete():
    with Ups() as ups:
        answer = a_call(ups.url)

    [rate] = answer.result
    assert (rate["service"], rate["total_charge"], rate["currency"]) == ("ups_ground", 13.45, "USD")
    assert answer.statuses == (200,)
    assert b"RateResponse" in answer.bodies[0]


def test_no_time_left_means_no_call():
    with Ups() as ups:
        error = failure(lambda: a_call(ups.url, seconds=0))

        assert ups.requests == []
    assert type(error) is CarrierTimeout
