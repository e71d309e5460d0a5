"""Carriers asked for rates: who is asked, what each is shown, in which order all speak, and what an answer tells."""

import json
import threading

import pytest

from chalicelib import logs
from chalicelib.domain.circuit_breaker import FAILURES
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.ports import Connection
from chalicelib.domain.rates import Quote, RateRequest
from chalicelib.services.rates import Rates
from chalicelib.services.simultaneous_calls import SimultaneousCalls
from tests.builders import A_TENANT, ANOTHER_TENANT, a_message, a_rate
from tests.fake_carrier import LATE, REFUSED, SMOOTH, UNAVAILABLE, FakeCarrier, FakeRegistry, Turn, raising
from tests.service_cases import IN_TIME, Clock
from tests.two_carriers import Market, a_request

OURS = Turn(before=raising(ZeroDivisionError))


def used_for(*capabilities: str) -> Connection:
    return Connection("near", "near", A_TENANT, capabilities=frozenset(capabilities))


class Watchful(FakeCarrier):
    """Notes what it is shown."""

    def __init__(self) -> None:
        super().__init__(Clock())
        self.shown: list[tuple[Connection, RateRequest, float]] = []

    def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
        self.shown.append((connection, request, deadline.left_s()))
        return super().rate(connection, request, deadline)


def test_a_carrier_is_shown_the_tenants_own_connection_the_request_and_the_time_left() -> None:
    carrier = Watchful()
    rates = Rates(FakeRegistry({"near": carrier}))
    request, three_seconds = a_request(reference="order 7"), Deadline(3.0, lambda: 0.0)

    for tenant in (A_TENANT, ANOTHER_TENANT):
        rates.compare(tenant, request, three_seconds)

    assert carrier.shown == [
        (Connection("near", "near", A_TENANT), request, 3.0),
        (Connection("near", "near", ANOTHER_TENANT), request, 3.0),
    ]


def test_a_connection_that_is_used_for_rating_among_others_is_asked() -> None:
    carrier = Watchful()
    rates = Rates(FakeRegistry({"near": carrier}, (used_for("rating", "tracking"), used_for("shipping"))))

    rates.quote(A_TENANT, a_request(), IN_TIME)

    assert [connection for connection, _, _ in carrier.shown] == [used_for("rating", "tracking")]


def test_what_is_missing_is_told_first_then_what_carriers_say_then_who_failed() -> None:
    market = Market()
    market.near.will("rate", LATE)
    market.far.inner.said = (a_message(code="told_1"), a_message(code="told_2"))

    quote = market.compare(a_request(services=("ground", "air", "sea")))

    assert [message.code for message in quote.messages] == [
        "service_not_offered",
        "told_1",
        "told_2",
        "carrier_timeout",
    ]


def test_what_one_carrier_says_does_not_hide_another_s_words() -> None:
    market = Market()
    market.near.inner.said, market.far.inner.said = (a_message(code="near"),), (a_message(code="far"),)

    quote = market.compare(a_request(services=("ground", "air", "sea")))

    assert [message.code for message in quote.messages] == ["service_not_offered", "near", "far"]


def test_who_is_left_alone_hides_nobody_that_comes_after_it() -> None:
    market = Market()
    market.near.will("rate", *[UNAVAILABLE] * FAILURES)
    for _ in range(FAILURES):
        market.quote()

    quote = market.compare()

    assert [message.code for message in quote.messages] == ["circuit_open"]
    assert [rate.service for rate in quote.rates] == ["air"]


@pytest.mark.parametrize(
    ("between", "asked_again"),
    [(SMOOTH, True), (REFUSED, True), (OURS, False)],
    ids=["an answer", "a refusal", "our own fault"],
)
def test_an_answer_between_failures_starts_their_count_anew_and_a_fault_of_ours_does_not(
    between: Turn, *, asked_again: bool
) -> None:
    market = Market()
    turns = [*[UNAVAILABLE] * (FAILURES - 1), between, UNAVAILABLE]
    market.near.will("rate", *turns)
    for _ in turns:
        market.quote()

    market.quote()

    assert (len(market.near.calls) > len(turns)) is asked_again


class Pausing(FakeCarrier):
    """Answers after a hundredth of a second."""

    def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
        threading.Event().wait(0.01)
        return super().rate(connection, request, deadline)


def noted_ms() -> dict[str, float]:
    record = logs.logger().makeRecord("", 20, "", 1, "", (), None)
    noted: dict[str, float] = json.loads(logs.JsonLine().format(record))["carriers_ms"]
    return noted


def test_one_that_answers_is_noted_with_the_time_it_took() -> None:
    logs.start_request()

    Rates(FakeRegistry({"near": Pausing(Clock())})).quote(A_TENANT, a_request(), IN_TIME)

    assert 9 <= noted_ms()["near"] < 8000


def test_one_without_a_thread_is_noted_with_the_time_it_was_given() -> None:
    logs.start_request()
    rates = Rates(FakeRegistry({"near": FakeCarrier(Clock())}), 0.01, SimultaneousCalls(0))

    rates.quote(A_TENANT, a_request(), Deadline(5.0, lambda: 5.0 - 0.25))

    assert noted_ms() == {"near": 10.0}


def test_a_carrier_that_says_why_it_offers_nothing_suitable_is_not_spoken_for() -> None:
    market = Market()
    market.far.inner.offered = (a_rate("air_freight"),)
    market.far.inner.said = (a_message(code="no_air_today"),)

    quote = market.compare(a_request(services=("air",)))

    assert [message.code for message in quote.messages] == ["no_air_today"]
