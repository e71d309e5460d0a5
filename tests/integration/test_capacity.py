"""What the repositories cost, in units as DynamoDB counts them: the budgets of the design, less what others add."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.customs import Customs, Duty
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.parcels import Commodity
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.storage.capacity import counting
from tests.builders import (
    A_TENANT,
    NOW,
    SERVICES,
    a_parcel,
    a_rate,
    a_recipient,
    a_shipment,
    a_tracker,
    a_tracker_of,
    an_address,
    an_attempt,
    an_event,
    an_id,
    bought,
)
from tests.integration.tables import Repositories, settings_of

LIMITER = 1.4
"""What every request pays beside this: 1.19 to 1.40 units (facts), in the budgets of DESIGN section 9."""
EVENTS = 6
"""What is kept free of a purchase's budget for the events that will join its transaction."""
EVENT = 4


@pytest.fixture
def stored(dynamodb_endpoint: str, table_prefix: str) -> Repositories:
    return Repositories(settings_of(dynamodb_endpoint, table_prefix))


def referenced(**changes: Any) -> ShipmentRecord:
    return a_shipment(**({"reference": "INV-2026-00871", "order_id": "100-2041"} | changes))


def across_borders(**changes: Any) -> ShipmentRecord:
    """Two parcels with customs and other carriers, in words that the bodies' dictionary does not know."""
    commodity = Commodity(
        id=an_id("com"),
        weight=Decimal("0.42"),
        weight_unit="KG",
        title="Merino scarf",
        sku="SC-MR-0172",
        hs_code="611710",
        quantity=2,
        value_amount=Decimal("39.90"),
        value_currency="EUR",
        origin_country="PT",
    )
    rates = [
        a_rate(
            f"carrier_{name}", carrier_name="ups", carrier_id="ups-de-main", currency="EUR", meta={"rate_zone": name}
        )
        for name in ("standard", "expedited", "express_saver", "express", "express_plus")
    ]
    fields: dict[str, Any] = {
        "shipper": an_address(person_name="Lagerhaus Süd", city="München", postal_code="80331", country_code="DE"),
        "recipient": a_recipient(
            person_name="Maud Menten", city="Port Lambton", postal_code="N0P 2B0", country_code="CA"
        ),
        "parcels": (a_parcel(items=(commodity,)), a_parcel(items=(commodity,), weight=Decimal("3.175"))),
        "customs": Customs(
            duty=Duty(paid_by="recipient"), content_type="merchandise", commodities=(commodity, commodity)
        ),
        "rates": tuple(rates),
    }
    return referenced(**(fields | changes))


def taken(stored: Repositories, record: ShipmentRecord) -> ShipmentRecord:
    under_way = record.model_copy(update={"state": "purchasing", "attempt": an_attempt(rate=record.rates[1])})
    return stored.shipments.save(A_TENANT, under_way)


class TestWrites:
    def test_a_shipment_with_reference_and_order(self, stored: Repositories) -> None:
        with counting() as consumed:
            stored.shipments.add(A_TENANT, referenced())

        assert (consumed.write_units, consumed.calls) == (3, 1)

    def test_a_shipment_with_a_reference(self, stored: Repositories) -> None:
        with counting() as consumed:
            stored.shipments.add(A_TENANT, referenced(order_id=None))

        assert consumed.write_units == 2
        assert consumed.write_units <= 5 - LIMITER

    def test_a_shipment_across_borders_costs_no_more(self, stored: Repositories) -> None:
        with counting() as consumed:
            stored.shipments.add(A_TENANT, across_borders(order_id=None))

        assert consumed.write_units == 2

    @pytest.mark.parametrize(("make", "units"), [(referenced, 10), (across_borders, 13)])
    def test_a_purchase(self, stored: Repositories, make: Any, units: float) -> None:
        record = make()
        stored.shipments.add(A_TENANT, record)

        with counting() as consumed:
            sold = bought(taken(stored, record))
            stored.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        assert consumed.calls == 2
        assert consumed.write_units <= units
        assert consumed.write_units <= 24 - LIMITER - EVENTS

    def test_a_purchase_that_adopts_a_tracker(self, stored: Repositories) -> None:
        record = referenced()
        stored.shipments.add(A_TENANT, record)
        sold = bought(taken(stored, record))
        stored.trackers.add(A_TENANT, a_tracker(tracking_number=sold.tracking_number))

        with counting() as consumed:
            stored.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        assert (consumed.write_units, consumed.read_units) == (7, 2)

    def test_a_change_that_leaves_the_reference_alone(self, stored: Repositories) -> None:
        record = referenced()
        stored.shipments.add(A_TENANT, record)

        with counting() as consumed:
            stored.shipments.save(A_TENANT, record.model_copy(update={"metadata": {"a": "b"}}))

        assert (consumed.write_units, consumed.calls) == (1, 1)

    def test_a_change_of_the_reference(self, stored: Repositories) -> None:
        record = across_borders()
        stored.shipments.add(A_TENANT, record)

        with counting() as consumed:
            stored.shipments.save(A_TENANT, record.model_copy(update={"reference": "INV-2"}))

        assert 3 <= consumed.write_units <= 4
        assert consumed.write_units <= 6.5 - LIMITER

    def test_a_tracker_with_its_journey(self, stored: Repositories) -> None:
        events = tuple(an_event(location=city) for city in ("Newark, NJ", "Chicago, IL", "Denver, CO", "Reno, NV"))

        with counting() as consumed:
            stored.trackers.add(A_TENANT, a_tracker(reference="INV-1", events=events))

        assert (consumed.write_units, consumed.calls) == (5, 1)
        assert consumed.write_units <= 10.5 - LIMITER - EVENT


class TestReads:
    def test_one_shipment_is_one_unit(self, stored: Repositories) -> None:
        record = across_borders()
        stored.shipments.add(A_TENANT, record)

        with counting() as consumed:
            stored.shipments.get(A_TENANT, record.id)

        assert (consumed.read_units, consumed.calls) == (1, 1)

    @pytest.mark.parametrize("make", [referenced, across_borders])
    def test_a_list_of_20_is_one_call(self, stored: Repositories, make: Any) -> None:
        fill(stored, 25, make)

        with counting() as consumed:
            page = stored.shipments.page(A_TENANT, PageRequest(limit=20))

        assert len(page.results) == 20
        assert consumed.calls == 1
        assert 4 <= consumed.read_units <= 6, "half of it were not strongly consistent, 12 are the budget"

    def test_a_page_costs_the_same_however_many_there_are(self, stored: Repositories) -> None:
        fill(stored, 25, referenced)
        with counting() as among_few:
            stored.shipments.page(A_TENANT, PageRequest(limit=20))
        fill(stored, 200, referenced)

        with counting() as among_many:
            stored.shipments.page(A_TENANT, PageRequest(limit=20))

        assert among_many.read_units == pytest.approx(among_few.read_units, abs=0.5)
        assert among_many.calls == 1

    def test_a_look_up_reads_what_it_finds(self, stored: Repositories) -> None:
        fill(stored, 20, lambda **changes: referenced(**(changes | {"reference": None})))
        stored.shipments.add(A_TENANT, referenced())

        with counting() as consumed:
            page = stored.shipments.page(A_TENANT, PageRequest(equals={"reference": "INV-2026-00871"}))

        assert len(page.results) == 1
        assert (consumed.read_units, consumed.calls) == (1.5, 2)

    def test_a_tracker_by_its_number(self, stored: Repositories) -> None:
        tracker = stored.trackers.add(A_TENANT, a_tracker())

        with counting() as consumed:
            stored.trackers.find(A_TENANT, tracker.carrier_name, tracker.tracking_number)

        assert (consumed.read_units, consumed.calls) == (2, 2)

    def test_a_shipment_by_its_number_is_read_strongly_consistent(self, stored: Repositories) -> None:
        record = referenced()
        stored.shipments.add(A_TENANT, record)
        sold = bought(taken(stored, record))
        stored.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        with counting() as consumed:
            stored.shipments.page(A_TENANT, PageRequest(equals={"tracking_number": str(sold.tracking_number)}))

        assert (consumed.read_units, consumed.calls) == (2, 2)

    @pytest.mark.parametrize("field", ["reference", "order_id", "tracking_number"])
    def test_what_is_longer_than_any_key_is_not_asked_for(self, stored: Repositories, field: str) -> None:
        with counting() as consumed:
            page = stored.shipments.page(A_TENANT, PageRequest(equals={field: "9" * 3000}))

        assert (page.results, page.after, consumed.calls) == ((), None, 0)


def fill(stored: Repositories, count: int, make: Any) -> None:
    for at in range(count):
        stored.shipments.add(A_TENANT, make(now=NOW + timedelta(seconds=at)))


def test_the_builders_tell_five_rates() -> None:
    assert len(a_shipment().rates) == len(SERVICES) == 5
