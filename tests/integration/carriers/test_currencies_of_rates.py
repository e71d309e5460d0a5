"""What UPS asks for: an amount and its currency are of one price, or there is none."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from chalicelib.domain.rates import Quote
from tests.integration.carriers import test_ups
from tests.integration.carriers.cases import at_home
from tests.stand_ins.server import Answering, Handler, Received, json_reply
from tests.stand_ins.ups import UpsStandIn


def quoted(change: Callable[[Any], object]) -> Quote:
    """What is quoted where UPS answers with the first rate changed."""

    def changed(handler: Handler, answering: Answering, received: Received) -> None:
        body = json.loads(answering(received).body)
        change(body["RateResponse"]["RatedShipment"][0])
        handler.send(json_reply(body))

    with UpsStandIn(test_ups.GEARS) as ups:
        customer = test_ups.customer_of(ups)
        ups.will(changed, at=test_ups.RATES)
        return customer.quote(at_home())


def in_pesos(rated: Any) -> None:
    negotiated = rated["NegotiatedRateCharges"]
    parts = (negotiated["TotalCharge"], negotiated["BaseServiceCharge"], *negotiated.get("ItemizedCharges", ()))
    for part in parts:
        part["CurrencyCode"] = "MXN"
    negotiated["TotalCharge"]["MonetaryValue"] = "1.50"


def without_currency(rated: Any) -> None:
    rated["NegotiatedRateCharges"]["TotalCharge"]["CurrencyCode"] = None


def test_a_contracts_price_has_its_own_currency_and_not_the_lists() -> None:
    quote = quoted(in_pesos)

    (rate,) = [rate for rate in quote.rates if rate.total_charge == Decimal("1.50")]
    assert {rate.currency, *(line.currency for line in rate.extra_charges)} == {"MXN"}


def test_parts_in_another_currency_are_not_told_as_parts() -> None:
    def change(rated: Any) -> None:
        rated["NegotiatedRateCharges"]["TotalCharge"] = {"MonetaryValue": "1.50", "CurrencyCode": "MXN"}

    (rate,) = [rate for rate in quoted(change).rates if rate.currency == "MXN"]

    assert rate.extra_charges == ()


def test_a_price_without_a_currency_is_no_rate_and_costs_no_other() -> None:
    whole = quoted(lambda _: None)

    quote = quoted(without_currency)

    assert len(quote.rates) == len(whole.rates) - 1
    assert [message.code for message in quote.messages] == ["invalid_answer"]
