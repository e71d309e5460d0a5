"""Rates as carriers tell them, made exact, or left out with a word about why."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.carriers.catalogue import FieldFacts
from chalicelib.carriers.gateway.answers import rates_of
from chalicelib.carriers.gateway.messages import translated
from chalicelib.carriers.gateway.prices import amount_of, day_of, days_of, rounded
from chalicelib.domain.currencies import CURRENCIES
from chalicelib.domain.messages import Message
from chalicelib.domain.rates import Rate
from tests.sdk_cases import IDS, a_connection, a_dialect, a_told_rate, a_word, model

ABSURD: list[Any] = [None, "", "x", True, float("nan"), float("inf"), -float("inf"), 1e300, [], {}]


def read(*told: dict[str, Any]) -> tuple[list[Rate], list[Message]]:
    return rates_of(a_connection(), a_dialect(), told, IDS)


def the_rate(**changes: Any) -> Rate:
    rates, messages = read(a_told_rate(**changes))
    assert messages == []
    return rates[0]


def charge(amount: Any, name: str = "BASE", currency: str | None = "USD") -> Any:
    return model("ChargeDetails", name=name, amount=amount, currency=currency)


def lines_of(rate: Rate) -> list[tuple[str | None, Decimal | None]]:
    return [(line.name, line.amount) for line in rate.extra_charges]


def test_a_rate_is_typed_under_the_connections_name() -> None:
    rate = the_rate(transit_days=3, estimated_delivery="2026-11-27", meta={"service_name": "Ground", "zone": None})

    assert (rate.carrier_name, rate.carrier_id, rate.service) == ("ups", "acme-main", "acme_ground")
    assert (rate.total_charge, rate.currency) == (Decimal("12.50"), "USD")
    assert (rate.transit_days, rate.estimated_delivery) == (3, date(2026, 11, 27))
    assert rate.meta == {"service_name": "Ground"}
    assert rate.test_mode
    assert rate.id.startswith("rate_")


def test_each_rate_has_an_id_of_its_own() -> None:
    rates, _ = read(a_told_rate(), a_told_rate())

    assert rates[0].id != rates[1].id


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (0.1 + 0.2, "0.30"),
        (98.39, "98.39"),
        (19.989999, "19.99"),
        (2.675, "2.68"),
        ("12.3", "12.30"),
        (7, "7.00"),
        (Decimal("5.005"), "5.00"),
        (1e3, "1000.00"),
    ],
)
def test_a_price_is_rounded_to_its_currencys_digits(told: Any, meant: str) -> None:
    assert str(the_rate(total_charge=told).total_charge) == meant


@pytest.mark.parametrize(("currency", "meant"), [("jpy", "12"), ("KWD", "12.500"), (" usd ", "12.50")])
def test_a_currency_is_in_upper_case_and_has_its_own_digits(currency: str, meant: str) -> None:
    rate = the_rate(currency=currency)

    assert (rate.currency, str(rate.total_charge)) == (currency.strip().upper(), meant)


@given(st.integers(-(10**9), 10**9), st.sampled_from(sorted(CURRENCIES)))
def test_a_price_that_passed_through_a_float_is_the_same_again(units: int, currency: str) -> None:
    price = Decimal(units).scaleb(-CURRENCIES[currency])

    amount = amount_of(float(price))

    assert amount is not None
    assert rounded(amount, currency) == price


@given(st.one_of(st.floats(), st.text(), st.booleans(), st.none(), st.integers()))
def test_an_amount_is_finite_or_none(told: Any) -> None:
    amount = amount_of(told)

    assert amount is None or amount.is_finite()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"total_charge": -1.0}, "with a price below zero"),
        ({"total_charge": 0.0}, "with a price of nothing"),
        ({"total_charge": 0.001}, "with a price of nothing"),
        ({"currency": None}, "without a currency"),
        ({"currency": "ZZZ"}, "in an unknown currency (ZZZ)"),
        ({"service": None}, "without a service"),
        *(({"total_charge": price}, "without a price") for price in ABSURD),
    ],
)
def test_a_rate_that_cannot_be_meant_is_a_message_that_names_the_carrier(changes: dict[str, Any], why: str) -> None:
    rates, messages = read(a_told_rate(**changes), a_told_rate(service="acme_air"))

    assert [rate.service for rate in rates] == ["acme_air"]
    assert [message.code for message in messages] == ["invalid_answer"]
    assert (messages[0].carrier_name, messages[0].carrier_id) == ("ups", "acme-main")
    assert f"The carrier acme-main answered with a rate {why}" in messages[0].message


def test_charges_that_add_up_stay_as_they_are() -> None:
    rate = the_rate(total_charge=12.5, extra_charges=[charge(12.0), charge(0.5, "FUEL")])

    assert lines_of(rate) == [("BASE", Decimal("12.00")), ("FUEL", Decimal("0.50"))]


@pytest.mark.parametrize(("total", "other"), [(344.00, "53.48"), (98.39, "-192.13")])
def test_what_the_charges_leave_out_is_a_line_of_its_own(total: float, other: str) -> None:
    rate = the_rate(total_charge=total, extra_charges=[charge(290.52)])

    assert lines_of(rate) == [("BASE", Decimal("290.52")), ("other", Decimal(other))]
    assert sum(line.amount or 0 for line in rate.extra_charges) == rate.total_charge


def test_a_rate_without_charges_gets_none() -> None:
    assert the_rate().extra_charges == ()


@given(st.lists(st.floats(-1000, 1000), min_size=1, max_size=6), st.floats(0.01, 5000))
def test_charges_always_add_up_to_the_total(amounts: list[float], total: float) -> None:
    rate = the_rate(total_charge=total, extra_charges=[charge(amount) for amount in amounts])

    assert sum((line.amount or Decimal(0) for line in rate.extra_charges), Decimal(0)) == rate.total_charge


def test_a_charge_in_another_currency_keeps_it_and_counts_for_nothing() -> None:
    rate = the_rate(total_charge=10.0, extra_charges=[charge(10.0), charge(3.0, "DUTY", "EUR")])

    assert [(line.name, line.currency) for line in rate.extra_charges] == [("BASE", "USD"), ("DUTY", "EUR")]


def test_a_charge_without_amount_is_left_out() -> None:
    assert lines_of(the_rate(extra_charges=[charge(None), charge(12.5)])) == [("BASE", Decimal("12.50"))]


@pytest.mark.parametrize(("told", "meant"), [(2, 2), ("2", 2), (2.0, 2), (0, 0), (None, None), (2.5, None), (-1, None)])
def test_transit_days_are_whole_days_or_unknown(told: Any, meant: int | None) -> None:
    assert the_rate(transit_days=told).transit_days == meant


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2026-11-27", date(2026, 11, 27)),
        ("2026-11-27T18:00:00", date(2026, 11, 27)),
        ("2026-11-27 18:00", date(2026, 11, 27)),
        ("2026-02-30", None),
        ("27.11.2026", None),
        (None, None),
    ],
)
def test_the_day_of_delivery_is_a_date_or_unknown(told: Any, meant: date | None) -> None:
    assert the_rate(estimated_delivery=told).estimated_delivery == meant


def test_no_day_of_delivery_is_made_up_from_transit_days() -> None:
    assert the_rate(transit_days=2).estimated_delivery is None


def test_what_cannot_be_read_as_a_day_is_kept_verbatim() -> None:
    meta = the_rate(estimated_delivery="by Friday", transit_days="2-4").meta

    assert meta == {"service_name": "acme_ground", "estimated_delivery": "by Friday", "transit_days": "2-4"}


@given(st.one_of(st.dates().map(str), st.datetimes().map(str), st.text()))
def test_any_text_is_a_day_or_none(text: str) -> None:
    assert day_of(text) is None or str(day_of(text)) == text.strip()[:10]


@given(st.one_of(st.integers(), st.floats(), st.text()))
def test_any_value_is_a_number_of_days_or_none(value: Any) -> None:
    assert days_of(value) is None or 0 <= (days_of(value) or 0) <= 365


def test_a_service_told_by_the_carriers_code_gets_our_name() -> None:
    rate = the_rate(service="01")

    assert rate.service == "acme_air"
    assert rate.meta is not None
    assert "unlisted_service" not in rate.meta


def test_a_service_that_nobody_lists_is_offered_verbatim_and_marked() -> None:
    rate = the_rate(service="346")

    assert rate.service == "346"
    assert rate.meta == {"service_name": "346", "unlisted_service": True}


class TestMessages:
    def test_a_known_code_becomes_ours_and_the_carriers_own_stays(self) -> None:
        message = translated(a_connection(), a_dialect(), [a_word("e-limit", "Slow down")])[0]

        assert (message.code, message.details["carrier_code"]) == ("rate_limited", "e-limit")
        assert (message.message, message.level) == ("Slow down", "error")
        assert (message.carrier_name, message.carrier_id) == ("ups", "acme-main")

    def test_an_unknown_code_stays_verbatim(self) -> None:
        message = translated(a_connection(), a_dialect(), [a_word("E-99")])[0]

        assert (message.code, message.details) == ("E-99", {"carrier_code": "E-99"})

    def test_details_are_texts_by_name(self) -> None:
        word = a_word(details={"field": "zip", "count": 2, "nothing": None})

        message = translated(a_connection(), a_dialect(), [word])[0]

        assert message.details == {"field": "zip", "count": "2", "carrier_code": "E-42"}

    @pytest.mark.parametrize(
        ("code", "text", "said"),
        [("E-7", None, "E-7"), (None, None, "The carrier acme-main gave no reason"), (7, ["a"], "['a']")],
    )
    def test_a_message_always_has_words_and_a_code(self, code: Any, text: Any, said: str) -> None:
        message = translated(a_connection(), a_dialect(), [a_word(code, text)])[0]

        assert message.message == said
        assert message.code

    @pytest.mark.parametrize(
        ("told", "level"), [("Warning", "warning"), ("info", "info"), (None, "error"), ("odd", "error")]
    )
    def test_a_level_is_one_of_three(self, told: Any, level: str) -> None:
        assert translated(a_connection(), a_dialect(), [a_word(level=told)])[0].level == level

    def test_a_page_of_words_is_cut(self) -> None:
        assert len(translated(a_connection(), a_dialect(), [a_word(message="x" * 50_000)])[0].message) == 1000

    def test_a_secret_that_the_carrier_repeats_is_hidden_wherever_it_stands(self) -> None:
        connection = a_connection(credentials={"client_id": "shop-7", "client_secret": "s3cret-word", "pin": "12"})
        secret = FieldFacts("string", secret=True)
        fields = {"client_secret": secret, "client_id": FieldFacts("string"), "pin": secret}
        details = {"sent": ["s3cret-word"], "deep": {"told": "s3cret-word"}}
        word = a_word("E s3cret-word", "shop-7 with s3cret-word, 12 times", details=details)

        message = translated(connection, a_dialect(connection_fields=fields), [word])[0]

        assert message.message == "shop-7 with [hidden], 12 times"
        assert "s3cret-word" not in message.model_dump_json()
