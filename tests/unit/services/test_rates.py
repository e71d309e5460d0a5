"""Rates: all carriers asked, whoever fails named, nobody's failure hiding the others' offers."""

import json

import pytest

from chalicelib import logs
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import (
    CarrierRejected,
    CarrierTimeout,
    CarrierUnavailable,
    DrayError,
    InvalidRequest,
    Unavailable,
)
from chalicelib.domain.ports import Connection
from chalicelib.domain.rates import Quote, RateRequest
from chalicelib.services.rates import Rates
from tests.builders import A_TENANT, ITS_LIVE_MODE, a_message, a_rate
from tests.fake_carrier import LATE, REFUSED, UNAVAILABLE, FakeCarrier, FakeRegistry, Turn, raising
from tests.service_cases import IN_TIME, Clock
from tests.two_carriers import Market, a_request


def test_the_offers_of_all_carriers_come_cheapest_first() -> None:
    quote = Market().compare()

    assert [rate.service for rate in quote.rates] == ["air", "ground"]


def test_what_carriers_say_beside_their_offers_is_passed_on() -> None:
    market = Market()
    market.near.inner.said = (a_message(message="No express today"),)

    quote = market.compare()

    assert [message.message for message in quote.messages] == ["No express today"]


@pytest.mark.parametrize(
    ("turn", "code", "level"),
    [
        (LATE, "carrier_timeout", "error"),
        (UNAVAILABLE, "carrier_unavailable", "error"),
        (Turn(before=raising(lambda: CarrierRejected("Not there"))), "carrier_rejected", "warning"),
    ],
)
def test_who_fails_is_named_and_the_others_offers_are_returned(turn: Turn, code: str, level: str) -> None:
    market = Market()
    market.near.will("rate", turn)

    quote = market.compare()

    assert [rate.service for rate in quote.rates] == ["air"]
    (message,) = quote.messages
    assert (message.code, message.level, message.carrier_name, message.carrier_id) == (code, level, "near", "near")


def test_a_carriers_own_words_are_kept_when_it_fails() -> None:
    market = Market()
    market.near.will("rate", REFUSED)

    assert market.compare().messages == (a_message(),)


@pytest.mark.parametrize(
    ("near", "far", "error", "reason"),
    [
        (LATE, LATE, CarrierTimeout, "was late"),
        (LATE, UNAVAILABLE, CarrierUnavailable, "failed"),
        (UNAVAILABLE, UNAVAILABLE, CarrierUnavailable, "failed"),
    ],
)
def test_when_nobody_answers_comparing_fails_and_names_everybody(
    near: Turn, far: Turn, error: type[DrayError], reason: str
) -> None:
    market = Market()
    market.near.will("rate", near)
    market.far.will("rate", far)

    with pytest.raises(error) as caught:
        market.compare()

    assert type(caught.value) is error
    assert caught.value.message == f"No carrier answered: every one that was asked {reason}; ask again"
    assert [message.carrier_name for message in caught.value.messages] == ["near", "far"]


def test_a_refusal_is_an_answer_although_the_others_failed() -> None:
    market = Market()
    market.near.will("rate", REFUSED)
    market.far.will("rate", LATE)

    quote = market.compare()

    assert quote.rates == ()
    assert [message.code for message in quote.messages] == ["refused", "carrier_timeout"]


def test_an_answer_that_offers_nothing_counts() -> None:
    market = Market()
    market.near.inner.offered = ()
    market.far.will("rate", UNAVAILABLE)

    assert market.compare().rates == ()


def test_a_draft_is_quoted_although_nobody_answers() -> None:
    market = Market()
    market.near.will("rate", LATE)
    market.far.will("rate", UNAVAILABLE)

    quote = market.quote()

    assert quote.rates == ()
    assert [message.code for message in quote.messages] == ["carrier_timeout", "carrier_unavailable"]


def test_an_account_without_connection_is_told_so() -> None:
    rates = Rates(FakeRegistry({}))

    for ask in (rates.compare, rates.quote):
        quote = ask(ITS_LIVE_MODE, a_request(), IN_TIME)
        assert quote.rates == ()
        (message,) = quote.messages
        assert message.code == "no_connection"
        assert "live mode" in message.message


def test_only_the_connections_that_are_named_are_asked() -> None:
    market = Market()

    quote = market.compare(a_request(carrier_ids=("far",)))

    assert [rate.service for rate in quote.rates] == ["air"]
    assert market.near.calls == []


def test_an_unknown_connection_is_refused_by_its_path_and_nobody_is_asked() -> None:
    market = Market()

    with pytest.raises(InvalidRequest) as caught:
        market.quote(a_request(carrier_ids=("far", "gone", "lost")))

    unknown = "There is no active connection with this carrier_id"
    assert caught.value.details == {"carrier_ids.1": unknown, "carrier_ids.2": unknown}
    assert caught.value.message == "The carriers could not be asked due to invalid fields"
    assert market.far.calls == []


@pytest.mark.parametrize(("left_s", "given_s"), [(28.0, 8.0), (3.0, 3.0)])
def test_carriers_get_eight_seconds_or_what_is_left(left_s: float, given_s: float) -> None:
    given = []

    class Watch(FakeCarrier):
        def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
            given.append(deadline.left_s())
            return super().rate(connection, request, deadline)

    rates = Rates(FakeRegistry({"near": Watch(Clock())}))

    rates.quote(A_TENANT, a_request(), Deadline(left_s, lambda: 0.0))

    assert given == [given_s]


@pytest.mark.parametrize(
    ("error", "code"),
    [(ZeroDivisionError("hush"), "internal_error"), (Unavailable("hush: no key"), "unavailable")],
)
def test_our_own_fault_costs_one_carriers_rates_only(error: Exception, code: str) -> None:
    market = Market()
    market.near.will("rate", Turn(before=raising(lambda: error)))

    quote = market.compare()

    assert [rate.service for rate in quote.rates] == ["air"]
    (message,) = quote.messages
    assert (message.code, message.carrier_name, message.carrier_id) == (code, "near", "near")
    assert "hush" not in message.message


def test_our_own_fault_is_logged_with_its_trace_and_the_carriers_name(caplog: pytest.LogCaptureFixture) -> None:
    market = Market()
    market.near.will("rate", Turn(before=raising(lambda: ZeroDivisionError("hush"))))

    with caplog.at_level("ERROR", logs.LOGGER_NAME):
        market.compare()

    (record,) = caplog.records
    line = logs.JsonLine().format(record)
    assert ("ZeroDivisionError" in line, "fake_carrier.py" in line, "hush" in line) == (True, True, False)
    told = json.loads(line)
    assert (told["message"], told["carrier_name"], told["carrier_id"]) == (
        "asking for rates went wrong",
        "near",
        "near",
    )


def test_when_nobody_could_be_asked_through_our_own_fault_it_is_raised() -> None:
    market = Market()
    market.near.will("rate", Turn(before=raising(lambda: Unavailable("The database is too busy"))))
    market.far.will("rate", Turn(before=raising(ZeroDivisionError)))

    with pytest.raises(Unavailable):
        market.compare()


def test_a_carriers_failure_beside_our_own_fault_is_told_as_the_carriers() -> None:
    market = Market()
    market.near.will("rate", LATE)
    market.far.will("rate", Turn(before=raising(ZeroDivisionError)))

    with pytest.raises(CarrierUnavailable) as caught:
        market.compare()

    assert [message.code for message in caught.value.messages] == ["carrier_timeout", "internal_error"]


def test_who_speaks_without_a_name_is_given_its_own() -> None:
    market = Market()
    spoken = a_message(carrier_name="", carrier_id="")
    market.near.will("rate", Turn(before=raising(lambda: CarrierUnavailable("down", (spoken,)))))

    (message,) = market.compare().messages

    assert (message.message, message.carrier_name, message.carrier_id) == (spoken.message, "near", "near")


def test_a_carrier_that_has_none_of_the_services_is_not_asked() -> None:
    market = Market()

    quote = market.compare(a_request(services=("air",)))

    assert [rate.service for rate in quote.rates] == ["air"]
    assert (market.near.calls, market.far.calls, quote.messages) == ([], ["rate"], ())


def test_services_that_no_carrier_has_are_told_and_nobody_is_asked() -> None:
    market = Market()

    quote = market.compare(a_request(services=("sea", "rail")))

    (message,) = quote.messages
    assert message.code == "service_not_offered"
    assert "sea or rail" in message.message
    assert (quote.rates, market.near.calls, market.far.calls) == ((), [], [])


def test_a_service_that_no_carrier_has_is_told_also_beside_one_that_is_offered() -> None:
    quote = Market().compare(a_request(services=("air", "aire")))

    assert [rate.service for rate in quote.rates] == ["air"]
    (message,) = quote.messages
    assert (message.code, message.message.endswith(" aire")) == ("service_not_offered", True)


def test_a_named_connection_whose_carrier_lacks_the_service_is_not_asked() -> None:
    market = Market()

    quote = market.compare(a_request(carrier_ids=("near",), services=("air",)))

    assert [message.code for message in quote.messages] == ["service_not_offered"]
    assert (market.near.calls, market.far.calls) == ([], [])


def test_rates_of_other_services_are_left_out() -> None:
    market = Market()
    market.far.inner.offered = (a_rate("air"), a_rate("air_freight"))

    assert [rate.service for rate in market.compare(a_request(services=("air",))).rates] == ["air"]


def test_a_carrier_whose_offers_are_all_left_out_is_named() -> None:
    market = Market()
    market.far.inner.offered = (a_rate("air_freight"),)

    quote = market.compare(a_request(services=("air",)))

    (message,) = quote.messages
    assert (quote.rates, message.code, message.carrier_id) == ((), "service_not_offered", "far")
