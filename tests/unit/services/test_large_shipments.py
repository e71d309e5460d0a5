"""Large shipments: however much carriers say, a shipment is made and fits into the database."""

from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.errors import PayloadTooLarge
from chalicelib.domain.idempotency import Claim
from chalicelib.domain.rates import Rate, in_order_of_price
from chalicelib.domain.shipment_sizes import MOST_BYTES
from chalicelib.domain.shipments import ShipmentFields, ShipmentRecord
from chalicelib.services.shipments import Change
from tests.builders import A_TENANT, a_message, a_parcel, a_rate, a_shipment, an_id
from tests.service_cases import IN_TIME, Desk

MANY = 600


def many_rates(**changes: Any) -> tuple[Rate, ...]:
    prices = (Decimal(number) for number in range(1, MANY + 1))
    return in_order_of_price([a_rate(f"service_{price}", total_charge=price, **changes) for price in prices])


def fields(**changes: Any) -> ShipmentFields:
    record = a_shipment(**changes)
    return ShipmentFields.model_construct(**{name: getattr(record, name) for name in ShipmentFields.model_fields})


def created(desk: Desk, **changes: Any) -> ShipmentRecord:
    return desk.shipments.create(A_TENANT, fields(**changes), Claim(an_id("shp")), IN_TIME)


def size_of(record: ShipmentRecord) -> int:
    return len(record.model_dump_json())


def left_out(record: ShipmentRecord) -> list[int]:
    return [int(told.details["rates"]) for told in record.messages if told.code == "rates_left_out"]


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.carrier.inner.offered = many_rates()
    return desk


def test_the_cheapest_rates_stay_and_how_many_do_not_is_said(desk: Desk) -> None:
    record = created(desk)

    assert 10 < len(record.rates) < MANY
    assert record.rates == desk.carrier.inner.offered[: len(record.rates)]
    assert left_out(record) == [MANY - len(record.rates)]
    assert MOST_BYTES * 0.98 < size_of(record) <= MOST_BYTES
    assert desk.stored(record) == record


def test_the_service_that_is_to_be_bought_stays_however_dear(desk: Desk) -> None:
    record = created(desk, service=f"service_{MANY}")

    assert record.selected_rate is not None
    assert record.selected_rate.service == f"service_{MANY}"


def test_each_currency_keeps_its_cheapest(desk: Desk) -> None:
    euros = tuple(
        rate.model_copy(update={"id": an_id("rate"), "currency": "EUR"}) for rate in desk.carrier.inner.offered
    )
    desk.carrier.inner.offered = in_order_of_price([*euros, *desk.carrier.inner.offered])

    record = created(desk)

    kept = {currency: sum(rate.currency == currency for rate in record.rates) for currency in ("EUR", "USD")}
    assert abs(kept["EUR"] - kept["USD"]) <= 1
    assert record.rates == in_order_of_price(record.rates)


def test_many_words_take_no_more_than_half_of_the_room(desk: Desk) -> None:
    desk.carrier.inner.said = tuple(a_message(message="x" * 900, code=f"E-{number}") for number in range(MANY))

    record = created(desk)

    assert len(record.rates) > 10
    assert size_of(record) <= MOST_BYTES
    assert len(record.messages) > 10


def test_rated_again_and_changed_it_fits_too(desk: Desk) -> None:
    draft = created(desk)

    again = desk.shipments.rate(A_TENANT, draft.id, {}, IN_TIME)
    change = Change(frozenset({"metadata"}), lambda record: record.model_copy(update={"metadata": {"a": "b" * 9000}}))
    changed = desk.shipments.update(A_TENANT, draft.id, change, IN_TIME)

    assert left_out(again) == [MANY - len(again.rates)]
    assert len(changed.rates) < len(again.rates)
    assert left_out(changed) == [MANY - len(changed.rates)]
    assert size_of(changed) <= MOST_BYTES


def test_what_the_customer_makes_too_large_is_refused_all_the_same(desk: Desk) -> None:
    with pytest.raises(PayloadTooLarge):
        created(desk, parcels=tuple(a_parcel(meta={"what": "x" * 6_000}) for _ in range(50)))
