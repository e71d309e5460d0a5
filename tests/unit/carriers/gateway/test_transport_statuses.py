"""Statuses: what decides before anybody parses, how long to wait, and what may have been done."""

from datetime import UTC, datetime
from email.message import Message

import pytest

from chalicelib.carriers.gateway.faults import Fault, FaultKind
from chalicelib.carriers.gateway.statuses import fault_of_answer, retry_after_s
from chalicelib.carriers.gateway.transport import Answer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def headers(**told: str) -> Message:
    message = Message()
    for name, value in told.items():
        message[name.replace("_", "-")] = value
    return message


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (100, "redirect"),
        (301, "redirect"),
        (304, "redirect"),
        (308, "redirect"),
        (401, "refused_credentials"),
        (403, "refused_credentials"),
        (429, "rate_limited"),
        (500, "carrier_down"),
        (599, "carrier_down"),
    ],
)
def test_some_statuses_decide_whatever_the_body_says(status: int, kind: str):
    fault = fault_of_answer(Answer(status, "", headers(), b'{"rates": []}'), NOW)

    assert fault is not None
    assert (fault.kind, fault.status) == (kind, status)


@pytest.mark.parametrize("status", [200, 201, 202, 400, 404, 422])
def test_other_statuses_leave_it_to_the_body(status: int):
    assert fault_of_answer(Answer(status, "", headers(), b"{}"), NOW) is None
    assert fault_of_answer(Answer(status, "", headers(), b"{"), NOW) is not None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("0", 0),
        ("99999999999999", 86_400),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("Tue, 24 Nov 9999 11:00:00 GMT", 86_400),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_the_wait_that_a_carrier_asks_for_is_told_in_seconds(text: str, seconds: int | None):
    assert retry_after_s(headers(Retry_After=text), NOW) == seconds


def test_no_wait_is_told_where_none_is_asked_for():
    assert retry_after_s(headers(), NOW) is None


@pytest.mark.parametrize("location", ["https://[::1/x", "/elsewhere", ""])
def test_an_odd_place_to_go_is_another_address(location: str):
    fault = fault_of_answer(Answer(302, "", headers(Location=location), b""), NOW)

    assert fault is not None
    assert fault.sentence == "sent us on to another address (302), which is not followed"


@pytest.mark.parametrize("status", [408, 499, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524])
def test_after_a_failure_inside_the_carrier_it_may_be_done(status: int):
    assert Fault("carrier_down", "", has_left=True, status=status).may_be_done


@pytest.mark.parametrize("status", [501, 505, 525, 526])
def test_after_a_refusal_at_the_carriers_door_it_is_not_done(status: int):
    assert not Fault("carrier_down", "", has_left=True, status=status).may_be_done


@pytest.mark.parametrize("seconds", [0, 30])
def test_a_carrier_that_names_a_time_to_come_back_has_done_nothing(seconds: int):
    assert not Fault("carrier_down", "", has_left=True, status=503, retry_after_s=seconds).may_be_done
    assert Fault("carrier_down", "", has_left=True, status=500, retry_after_s=seconds).may_be_done


@pytest.mark.parametrize("status", [408, 499])
def test_who_gave_up_waiting_has_not_refused_whatever_the_body_says(status: int):
    fault = fault_of_answer(Answer(status, "", headers(), b'{"error": "late"}'), NOW)

    assert fault is not None
    assert fault.may_be_done


@pytest.mark.parametrize("kind", ["timeout", "connection_lost", "redirect", "too_large", "unreadable"])
def test_a_request_that_left_and_was_not_answered_may_be_done(kind: FaultKind):
    assert Fault(kind, "", has_left=True).may_be_done
    assert not Fault(kind, "", has_left=False).may_be_done
    assert not Fault(kind, "", has_left=True, status=404).may_be_done


@pytest.mark.parametrize(
    "kind", ["unreachable", "certificate", "address_refused", "refused", "refused_credentials", "rate_limited"]
)
def test_what_was_refused_or_never_sent_is_not_done(kind: FaultKind):
    assert not Fault(kind, "", has_left=True).may_be_done
