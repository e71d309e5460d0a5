"""The tracker of a label that was just bought: it leads back to its shipment and tells the parcel's way."""

from datetime import date
from typing import Any

import pytest

from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.domain.trackers import Tracker, TrackingInfo
from tests.builders import (
    A_TENANT,
    ITS_LIVE_MODE,
    NOW,
    a_parcel,
    a_rate,
    a_recipient,
    a_shipment,
    an_address,
    an_attempt,
)
from tests.builders import bought as sold
from tests.service_cases import Desk


def a_label(**changes: Any) -> ShipmentRecord:
    """A shipment whose label is bought, and that nobody follows yet."""
    return sold(a_shipment(state="purchasing", attempt=an_attempt()), **changes)


def tracker_of(label: ShipmentRecord) -> Tracker:
    return Desk().trackers.of_shipment(A_TENANT, label)


def followed(desk: Desk, record: ShipmentRecord) -> Tracker:
    tracker: Tracker = desk.tracker_table.inner.get(A_TENANT, record.tracker_id)
    return tracker


def test_it_leads_back_and_tells_the_way() -> None:
    label = a_label(
        id="shp_1",
        reference="PO-7",
        order_id="1001",
        metadata={"a": "b"},
        parcels=(a_parcel(), a_parcel()),
        recipient=a_recipient(country_code="CA", postal_code="K1A 0B1"),
        tracking_url="https://example.com/track/1",
        carrier_name="ups",
        carrier_id="ups-west",
    )

    tracker = tracker_of(label)

    assert (tracker.shipment_id, tracker.reference, tracker.order_id) == ("shp_1", "PO-7", "1001")
    assert (tracker.carrier_name, tracker.carrier_id) == ("ups", "ups-west")
    assert (tracker.tracking_number, tracker.metadata) == (label.tracking_number, {"a": "b"})
    assert (tracker.status, tracker.events, tracker.delivered) == ("pending", (), False)
    assert tracker.info == TrackingInfo(
        carrier_tracking_link="https://example.com/track/1",
        order_id="1001",
        shipment_service="sandbox_ground",
        shipment_package_count="2",
        shipment_origin_country="US",
        shipment_origin_postal_code="10118",
        shipment_destination_country="CA",
        shipment_destination_postal_code="K1A 0B1",
    )


def test_it_is_stored_with_the_sale() -> None:
    desk = Desk()

    bought = desk.buy(desk.draft(parcels=(a_parcel(), a_parcel())))

    tracker = followed(desk, bought)
    assert tracker.shipment_id == bought.id
    assert tracker.parcel_numbers == tuple(bought.meta["tracking_numbers"] if bought.meta else ())
    assert len(tracker.parcel_numbers) == 2


def test_a_return_travels_the_other_way() -> None:
    label = a_label(is_return=True, shipper=an_address(country_code="CA", postal_code="K1A 0B1"))

    info = tracker_of(label).info

    assert info is not None
    assert (info.shipment_origin_country, info.shipment_origin_postal_code) == ("US", "94103")
    assert (info.shipment_destination_country, info.shipment_destination_postal_code) == ("CA", "K1A 0B1")


def test_one_parcel_has_no_numbers_beside_the_trackers_own() -> None:
    desk = Desk()

    bought = desk.buy(desk.draft())

    assert followed(desk, bought).parcel_numbers == ()


def test_parcels_without_a_number_are_left_out() -> None:
    numbers = ("1Z1", None, "1Z2")

    parcels = (a_parcel(), *(a_parcel(meta={"tracking_number": number}) for number in numbers))

    assert tracker_of(a_label(parcels=parcels)).parcel_numbers == ("1Z1", "1Z2")


def test_it_expects_the_parcel_on_the_day_that_its_rate_promised() -> None:
    label = a_label(selected_rate=a_rate(estimated_delivery=date(2026, 12, 1)))

    assert tracker_of(label).estimated_delivery == date(2026, 12, 1)
    assert tracker_of(label.model_copy(update={"selected_rate": None})).estimated_delivery is None


def test_it_is_made_at_the_instant_of_its_id_to_the_millisecond() -> None:
    desk = Desk()
    desk.clock.now = NOW.replace(microsecond=123_456)

    tracker = desk.trackers.of_shipment(A_TENANT, a_label())

    assert tracker.id.startswith("trk_")
    assert (tracker.created_at, tracker.updated_at) == (NOW.replace(microsecond=123_000),) * 2


@pytest.mark.parametrize("tenant", [A_TENANT, ITS_LIVE_MODE])
def test_it_belongs_to_the_mode_that_bought_the_label(tenant: Any) -> None:
    assert Desk().trackers.of_shipment(tenant, a_label()).test_mode == (tenant is A_TENANT)


@pytest.mark.parametrize(("told", "kept"), [(1000, 1000), (1001, 1000), (0, None)])
def test_a_long_link_is_cut_and_none_is_none(told: int, kept: int | None) -> None:
    info = tracker_of(a_label(tracking_url="x" * told or None)).info

    assert info is not None
    assert info.carrier_tracking_link == (None if kept is None else "x" * kept)


def test_it_is_cancelled_at_the_instant_when_its_label_is_voided() -> None:
    desk = Desk()
    bought = desk.buy(desk.draft())
    desk.clock.move(60)

    desk.trackers.label_voided(A_TENANT, bought)

    tracker = followed(desk, bought)
    assert (tracker.status, tracker.updated_at) == ("cancelled", desk.clock())
    assert tracker.created_at == bought.created_at


def test_a_shipment_without_tracker_has_none_to_cancel() -> None:
    desk = Desk()

    desk.trackers.label_voided(A_TENANT, a_shipment())

    assert desk.tracker_table.calls == []
