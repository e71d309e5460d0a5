"""Rates: in order of price, and the cheapest or fastest of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.rates import Rate, RateChoice, chosen_by, in_order_of_price
from tests.builders import a_rate


def rate(charge: str, days: int | None, currency: str = "USD", service: str = "x") -> Rate:
    return a_rate(service, total_charge=Decimal(charge), transit_days=days, currency=currency)


SAME_DAY, CHEAP, FAST, UNKNOWN = rate("40", 0), rate("5", 5), rate("30", 1), rate("5", None)
RATES = [SAME_DAY, CHEAP, FAST, UNKNOWN]


@given(st.permutations(RATES))
def test_rates_come_cheapest_first_and_the_faster_of_equals_before(rates: list[Rate]) -> None:
    assert in_order_of_price(rates) == (CHEAP, UNKNOWN, FAST, SAME_DAY)


@pytest.mark.parametrize(("choice", "expected"), [("cheapest", CHEAP), ("fastest", SAME_DAY)])
@given(rates=st.permutations(RATES))
def test_the_cheapest_and_the_fastest_are_found_in_any_order(
    choice: RateChoice, expected: Rate, rates: list[Rate]
) -> None:
    assert chosen_by(choice, rates) == expected


def test_the_cheaper_of_two_fastest_is_chosen() -> None:
    dear, cheap = rate("9", 1), rate("8", 1)

    assert chosen_by("fastest", [dear, cheap, UNKNOWN]) == cheap


def test_of_no_rates_none_is_chosen() -> None:
    assert chosen_by("cheapest", []) is None
    assert chosen_by("fastest", []) is None


def test_currencies_are_not_mixed_up() -> None:
    euros, dollars = rate("9", 1, "EUR"), rate("2", 1, "USD")

    assert in_order_of_price([dollars, rate("3", 1, "EUR"), euros])[-1] == dollars
