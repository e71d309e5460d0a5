"""Rates: all carriers asked, whoever fails named, nobody's failure hiding the others' offers."""

from decimal import Decimal

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, CarrierUnavailable, DrayError, InvalidRequest
from chalicelib.domain.ports import Connection
from chalicelib.domain.purchases import rate_request
from chalicelib.domain.rates import Quote, RateRequest
from chalicelib.services.rates import RATE_S, Rates
from tests.builders import A_TENANT, ITS_LIVE_MODE, a_message, a_rate, a_shipment
from tests.fake_carrier import LATE, REFUSED, SMOOTH, UNAVAILABLE, FakeCarrier, FakeRegistry, Scripted, Turn, raising
from tests.service_cases import IN_TIME, Clock


class Market:
    """Two connections, each with a carrier of its own; what is asked of them is the same."""

    def __init__(self) -> None:
        self.near = Scripted(FakeCarrier(Clock()))
        self.far = Scripted(FakeCarrier(Clock()))
        self.near.inner.offered = (a_rate("ground", total_charge=Decimal(9)),)
        self.far.inner.offered = (a_rate("air", total_charge=Decimal(7)),)
        registry = FakeRegistry({"near": self.near, "far": self.far})
        self.rates = Rates(registry)

    def compare(self, request: RateRequest | None = None) -> Quote:
        return self.rates.compare(A_TENANT, request or a_request(), IN_TIME)

    def quote(self, request: RateRequest | None = None) -> Quote:
        return self.rates.quote(A_TENANT, request or a_request(), IN_TIME)


def a_request(**changes: object) -> RateRequest:
    return rate_request(a_shipment()).model_copy(update=changes)


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
    ("near", "far", "error"),
    [
        (LATE, LATE, CarrierTimeout),
        (LATE, UNAVAILABLE, CarrierUnavailable),
        (UNAVAILABLE, UNAVAILABLE, CarrierUnavailable),
    ],
)
def test_when_nobody_answers_comparing_fails_and_names_everybody(near: Turn, far: Turn, error: type[DrayError]) -> None:
    market = Market()
    market.near.will("rate", near)
    market.far.will("rate", far)

    with pytest.raises(error) as caught:
        market.compare()

    assert type(caught.value) is error
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

    assert caught.value.details.keys() == {"carrier_ids.1", "carrier_ids.2"}
    assert market.far.calls == []


@pytest.mark.parametrize(("left_s", "given_s"), [(28.0, RATE_S), (3.0, 3.0)])
def test_carriers_get_eight_seconds_or_what_is_left(left_s: float, given_s: float) -> None:
    given = []

    class Watch(FakeCarrier):
        def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
            given.append(deadline.left_s())
            return super().rate(connection, request, deadline)

    rates = Rates(FakeRegistry({"near": Watch(Clock())}))

    rates.quote(A_TENANT, a_request(), Deadline(left_s, lambda: 0.0))

    assert given == [given_s]


def test_a_bug_in_an_adapter_is_not_mistaken_for_a_carriers_failure() -> None:
    market = Market()
    market.near.will("rate", SMOOTH, Turn(before=raising(ZeroDivisionError)))
    market.compare()

    with pytest.raises(ZeroDivisionError):
        market.compare()
