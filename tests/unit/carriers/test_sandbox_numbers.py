"""Sandbox tracking numbers: readable, checked, chosen by the purchase and never given out twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.carriers.sandbox.numbers import CHANCES, DAY_ZERO, FIXED_NUMBERS, TRIES_A_MINUTE, NumberSeries, read
from chalicelib.carriers.sandbox.services import SERVICES, Service
from chalicelib.domain.trackers import TRACKER_STATUSES
from chalicelib.domain.tracking_numbers import candidates
from tests.builders import a_parcel
from tests.sandbox_cases import TUESDAY, Shop, a_request

moments = st.datetimes(datetime(2020, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as hypothesis wants it


@given(moments, st.sampled_from(SERVICES), st.text(max_size=30), st.integers(0, 19))
def test_a_number_tells_its_minute_and_service_and_is_the_sandboxs_alone(
    sold_at: datetime, service: Service, purchase_id: str, attempt: int
) -> None:
    text = NumberSeries(purchase_id, sold_at, service).number(7, attempt)

    number = read(text)

    assert number is not None
    assert number.service == service
    assert timedelta(0) <= sold_at - number.sold_at < timedelta(minutes=1)
    assert [candidate.carrier_name for candidate in candidates(text)] == ["sandbox"]


@given(st.integers(3, 17), st.integers(1, 9))
def test_one_wrong_digit_makes_a_number_unreadable(position: int, shift: int) -> None:
    text = NumberSeries("pur_1", TUESDAY, SERVICES[0]).number(0)
    wrong = f"{text[:position]}{(int(text[position]) + shift) % 10}{text[position + 1 :]}"

    assert read(wrong) is None


@pytest.mark.parametrize("text", ["", "SBX", "SBX00000000010000", "sbx000000000100008", "SBX000000000700005"])
def test_what_is_no_number_is_unreadable(text: str) -> None:
    assert read(text) is None


def test_a_second_attempt_of_a_purchase_gets_the_same_numbers() -> None:
    series = NumberSeries("pur_1", TUESDAY, SERVICES[1])

    assert series.numbers(50, ()) == NumberSeries("pur_1", TUESDAY, SERVICES[1]).numbers(50, ())
    assert series.numbers(50, ()) != NumberSeries("pur_2", TUESDAY, SERVICES[1]).numbers(50, ())


def test_the_parcels_of_one_purchase_have_numbers_of_their_own() -> None:
    for purchase in range(50):
        assert len(set(NumberSeries(str(purchase), TUESDAY, SERVICES[0]).numbers(50, ()))) == 50


def test_when_a_minutes_numbers_are_gone_those_of_earlier_minutes_are_taken() -> None:
    series = NumberSeries("pur_1", TUESDAY, SERVICES[0])
    taken = {series.number(0, attempt) for attempt in range(TRIES_A_MINUTE)}

    (text,) = series.numbers(1, taken)

    number = read(text)
    assert number is not None
    assert number.sold_at == TUESDAY - timedelta(minutes=1)


def test_a_sale_whose_numbers_are_taken_gets_others() -> None:
    shop = Shop()
    order = shop.order(a_request(parcels=(a_parcel(), a_parcel())), rate=shop.rate(a_request(), "sandbox_ground"))
    series = NumberSeries(order.purchase_id, TUESDAY, SERVICES[1])
    for number in series.numbers(2, ()):
        shop.carrier.advance(shop.connection, number, "on_hold", TUESDAY)  # somebody played with these before

    sale = shop.buy(order)

    assert sale.tracking_numbers == series.numbers(2, series.numbers(2, ()))


def test_there_is_a_fixed_number_for_every_status() -> None:
    assert set(FIXED_NUMBERS.values()) == set(TRACKER_STATUSES)
    for text in FIXED_NUMBERS:
        number = read(text)
        assert number is not None
        assert number.sold_at - DAY_ZERO < timedelta(minutes=len(TRACKER_STATUSES))
    assert CHANCES == 10_000
