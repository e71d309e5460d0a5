import pytest

from chalicelib.domain.countries import COUNTRIES, default_currency
from chalicelib.domain.currencies import CURRENCIES


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("CLP", 0), ("HUF", 2), ("KWD", 3), ("TND", 3)],
)
def test_amounts_have_the_digits_of_their_currency(currency: str, digits: int) -> None:
    assert CURRENCIES[currency] == digits


def test_digits_are_none_two_or_three() -> None:
    assert set(CURRENCIES.values()) == {0, 2, 3}


def test_codes_are_three_capital_letters_in_order() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isalpha() and code.isupper() for code in CURRENCIES)
    assert list(CURRENCIES) == sorted(CURRENCIES)


def test_each_is_some_country_s_but_two_that_circulate_beside_another() -> None:
    assert set(CURRENCIES) - {default_currency(country) for country in COUNTRIES} == {"SVC", "VED"}


@pytest.mark.parametrize("code", ["XAU", "XXX", "XTS", "XDR", "CLF", "CHE", "USN", "HRK", "BGN", "ANG", "usd"])
def test_metals_funds_tests_and_past_currencies_are_not_there(code: str) -> None:
    assert code not in CURRENCIES
