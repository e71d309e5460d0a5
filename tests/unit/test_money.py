"""Money: exact, in one currency, rounded in one place."""

from decimal import ROUND_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.currencies import CURRENCIES
from chalicelib.domain.money import Money, total

amounts = st.decimals("-1000000", "1000000", places=5)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_a_sum_is_exact() -> None:
    assert total([usd("0.10"), usd("0.20"), usd("0.70")]) == usd("1.00")


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([usd("1"), Money(Decimal(1), "EUR")], "cannot add EUR to USD"),
        ([usd("1"), usd("1"), Money(Decimal(0), "CAD")], "cannot add CAD to USD"),
    ],
)
def test_a_sum_across_currencies_is_refused(parts: list[Money], told: str) -> None:
    with pytest.raises(ValueError, match=rf"^{told}$"):
        total(parts)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.125", "USD", "0.12"),
        ("0.135", "USD", "0.14"),
        ("-0.125", "USD", "-0.12"),
        ("2.5", "JPY", "2"),
        ("3.5", "JPY", "4"),
        ("1.0005", "KWD", "1.000"),
        ("1.0015", "KWD", "1.002"),
    ],
)
def test_money_is_rounded_half_to_even_at_its_currencys_digits(amount: str, currency: str, rounded: str) -> None:
    result = Money(Decimal(amount), currency).rounded()

    assert str(result.amount) == rounded
    assert result.currency == currency


def test_money_of_a_currency_that_is_not_listed_is_rounded_at_two_digits() -> None:
    assert str(Money(Decimal("1.0149"), "XTS").rounded().amount) == "1.01"


def test_money_is_rounded_half_to_even_whatever_the_threads_arithmetic_does() -> None:
    with localcontext(rounding=ROUND_UP):
        assert usd("0.125").rounded() == usd("0.12")


@given(amounts, st.sampled_from(sorted(CURRENCIES)))
def test_rounding_moves_by_half_a_digit_at_most_and_only_once(amount: Decimal, currency: str) -> None:
    money = Money(amount, currency)
    digit = Decimal(1).scaleb(-CURRENCIES[currency])

    rounded = money.rounded()

    assert abs(rounded.amount - amount) <= digit / 2
    assert rounded.amount % digit == 0
    assert rounded.rounded() == rounded


def test_a_product_is_not_rounded() -> None:
    assert usd("9.99").times(Decimal("0.075")) == usd("0.74925")


@given(st.lists(amounts, min_size=1, max_size=20))
def test_a_total_does_not_depend_on_the_order(parts: list[Decimal]) -> None:
    monies = [Money(part, "USD") for part in parts]

    assert total(monies) == total(reversed(monies)) == Money(sum(parts, Decimal(0)), "USD")
