from collections import Counter

import pytest

from chalicelib.domain.countries import COUNTRIES, default_currency
from chalicelib.domain.currencies import CURRENCIES


def test_every_iso_country_and_kosovo_are_there() -> None:
    assert len(COUNTRIES) == 250
    assert "XK" in COUNTRIES


def test_codes_are_two_capital_letters_in_order() -> None:
    assert all(len(code) == 2 and code.isascii() and code.isalpha() and code.isupper() for code in COUNTRIES)
    assert list(COUNTRIES) == sorted(COUNTRIES)


def test_no_two_countries_share_a_name() -> None:
    assert [name for name, times in Counter(COUNTRIES.values()).items() if times > 1] == []


@pytest.mark.parametrize("code", ["EU", "UK", "AN", "YU", "ZZ", "AA", "IC", "us"])
def test_codes_that_are_no_countries_are_not_there(code: str) -> None:
    assert code not in COUNTRIES


def test_every_country_has_a_currency_that_exists() -> None:
    assert {code for code in COUNTRIES if default_currency(code) not in CURRENCIES} == set()


@pytest.mark.parametrize(
    ("country", "currency"),
    [
        ("US", "USD"),
        ("PR", "USD"),
        ("EC", "USD"),
        ("CA", "CAD"),
        ("GB", "GBP"),
        ("JE", "GBP"),
        ("DE", "EUR"),
        ("HR", "EUR"),
        ("BG", "EUR"),
        ("XK", "EUR"),
        ("RE", "EUR"),
        ("LI", "CHF"),
        ("GL", "DKK"),
        ("SJ", "NOK"),
        ("CW", "XCG"),
        ("SN", "XOF"),
        ("GA", "XAF"),
        ("NC", "XPF"),
        ("LS", "LSL"),
        ("PA", "PAB"),
        ("SL", "SLE"),
        ("JP", "JPY"),
    ],
)
def test_amounts_are_in_the_currency_of_the_origin(country: str, currency: str) -> None:
    assert default_currency(country) == currency


def test_an_unknown_country_has_no_currency() -> None:
    with pytest.raises(KeyError):
        default_currency("ZZ")
