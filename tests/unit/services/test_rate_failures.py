"""Rate failures: what customers read of carriers that offer nothing, word for word."""

import pytest

from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, CarrierUnavailable, Conflict, DrayError
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Connection
from chalicelib.services import rate_failures
from chalicelib.services.circuit_breakers import Admission
from tests.builders import A_TENANT, a_message

UPS = Connection("ups", "ups-main", A_TENANT)


def about_ups(what: str, code: str, level: str = "error", **details: str) -> Message:
    sentence = f"The carrier ups-main {what}"
    return Message(message=sentence, code=code, level=level, carrier_name="ups", carrier_id="ups-main", details=details)


def test_an_account_without_connection_hears_in_which_mode_it_has_none() -> None:
    assert rate_failures.no_connection(A_TENANT) == Message(
        message="This account has no active carrier connection in test mode: nobody was asked for rates",
        code="no_connection",
    )


def test_services_that_nobody_has_are_all_named() -> None:
    assert rate_failures.nobody_offers(["sea", "rail"]) == Message(
        message="No carrier that could be asked has the service sea or rail", code="service_not_offered"
    )


def test_offering_other_services_is_worth_a_warning_only() -> None:
    expected = about_ups("offers none of the services that were asked for", "service_not_offered", "warning")

    assert rate_failures.not_offered(UPS) == expected


@pytest.mark.parametrize(("given_s", "told"), [(8.0, "8"), (2.34567, "2.35")])
def test_a_late_carrier_is_told_how_long_it_had(given_s: float, told: str) -> None:
    error = rate_failures.late(UPS, given_s)

    assert error.messages == (about_ups(f"did not answer within {told} s", "carrier_timeout"),)
    assert error.message == error.messages[0].message


@pytest.mark.parametrize(("wait_s", "told"), [(30.0, "30"), (1.2, "2"), (0.001, "1")])
def test_one_left_alone_is_told_with_the_whole_seconds_until_it_is_tried_again(wait_s: float, told: str) -> None:
    error = rate_failures.left_alone(UPS, Admission(wait_s, "host_unknown"))

    what = f"was not asked, because it kept failing (host_unknown); it is tried again in at most {told} s"
    assert error.messages == (about_ups(what, "circuit_open", "warning", retry_after_s=told, last_code="host_unknown"),)
    assert error.message == error.messages[0].message


def test_one_without_a_thread_is_told_to_be_no_fault_of_its_own() -> None:
    error = rate_failures.no_thread(UPS)

    what = "was not asked: too many calls are waiting for carriers that do not answer; ask again"
    assert error.messages == (about_ups(what, "too_busy"),)
    assert error.message == error.messages[0].message


@pytest.mark.parametrize(
    ("error", "code", "level"),
    [
        (CarrierRejected("Not there"), "carrier_rejected", "warning"),
        (CarrierUnavailable("Not there"), "carrier_unavailable", "error"),
    ],
)
def test_a_carriers_error_without_messages_is_told_by_its_sentence(error: Exception, code: str, level: str) -> None:
    expected = Message(message="Not there", code=code, level=level, carrier_name="ups", carrier_id="ups-main")

    assert rate_failures.messages(UPS, error) == [expected]


def test_each_word_of_a_carrier_keeps_its_own_name_or_gets_the_connections() -> None:
    named, nameless, half = (
        a_message(),
        a_message(carrier_name="", carrier_id=""),
        a_message(carrier_name="fedex", carrier_id=""),
    )

    told = rate_failures.messages(UPS, CarrierUnavailable("down", (named, nameless, half)))

    assert [(message.carrier_name, message.carrier_id) for message in told] == [
        ("sandbox", "sandbox"),
        ("ups", "ups-main"),
        ("fedex", "ups-main"),
    ]
    assert {message.message for message in told} == {a_message().message}


@pytest.mark.parametrize(("error", "code"), [(Conflict("hush"), "conflict"), (KeyError("hush"), "internal_error")])
def test_a_fault_of_ours_is_told_by_its_code_alone(error: Exception, code: str) -> None:
    what = "could not be asked through a fault of ours; the request id finds it in our logs"

    assert rate_failures.messages(UPS, error) == [about_ups(what, code)]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CarrierUnavailable("down", (a_message(code="host_unknown"), a_message(code="late"))), "host_unknown"),
        (CarrierTimeout("late"), "carrier_timeout"),
        (Conflict("ours"), "conflict"),
        (ZeroDivisionError(), DrayError.code),
        (None, DrayError.code),
    ],
)
def test_the_code_of_a_failure_is_the_carriers_first_or_the_errors(error: Exception | None, code: str) -> None:
    assert rate_failures.code(error) == code
