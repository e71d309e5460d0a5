"""One tracker a tenant, carrier and number, whoever comes at the same time; the fake does the same."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.ports import ShipmentRepository, TrackerRepository
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.trackers import TrackingInfo
from tests.builders import (
    A_TENANT,
    ANOTHER_TENANT,
    ITS_LIVE_MODE,
    a_message,
    a_parcel,
    a_shipment,
    a_tracker,
    a_tracker_of,
    an_attempt,
    an_event,
    bought,
)
from tests.fakes import FakeShipments, FakeTrackers
from tests.integration.tables import Repositories, settings_of


@dataclass
class Adapters:
    shipments: ShipmentRepository
    trackers: TrackerRepository


@pytest.fixture
def repositories(dynamodb_endpoint: str, table_prefix: str) -> Repositories:
    return Repositories(settings_of(dynamodb_endpoint, table_prefix))


@pytest.fixture(params=["fake", "dynamodb"])
def both(request: pytest.FixtureRequest) -> Adapters:
    if request.param == "fake":
        trackers = FakeTrackers()
        return Adapters(FakeShipments(trackers), trackers)
    real: Repositories = request.getfixturevalue("repositories")
    return Adapters(real.shipments, real.trackers)


@pytest.fixture
def trackers(both: Adapters) -> TrackerRepository:
    return both.trackers


class TestKeeping:
    def test_a_tracker_comes_back_as_it_was(self, trackers: TrackerRepository) -> None:
        tracker = a_tracker(
            info=TrackingInfo(customer_name="Ä", note="…"),
            events=(an_event(latitude=52.52, longitude=-0.1), an_event(timestamp=None, time=None)),
            messages=(a_message(),),
            meta={"deep": {"nothing": None}},
            reference="R",
        )

        added = trackers.add(A_TENANT, tracker)

        assert added == tracker
        assert trackers.get(A_TENANT, tracker.id) == tracker

    @pytest.mark.parametrize("tenant", [ANOTHER_TENANT, ITS_LIVE_MODE])
    def test_nobody_else_finds_it(self, trackers: TrackerRepository, tenant: Tenant) -> None:
        tracker = trackers.add(A_TENANT, a_tracker())

        assert trackers.find(tenant, tracker.carrier_name, tracker.tracking_number) is None
        with pytest.raises(NotFound):
            trackers.get(tenant, tracker.id)

    @pytest.mark.parametrize("identifier", ["", "trk_", "trk_" + "x" * 2000, "number#1#sandbox", "shp_01KAT5F2G8"])
    def test_what_is_no_id_is_not_found(self, trackers: TrackerRepository, identifier: str) -> None:
        with pytest.raises(NotFound):
            trackers.get(A_TENANT, identifier)

    def test_a_change_counts_the_version_up_and_a_lost_race_is_a_conflict(self, trackers: TrackerRepository) -> None:
        tracker = trackers.add(A_TENANT, a_tracker())
        saved = trackers.save(A_TENANT, tracker.model_copy(update={"status": "delivered"}))

        with pytest.raises(Conflict):
            trackers.save(A_TENANT, tracker.model_copy(update={"status": "on_hold"}))

        assert saved.version == 1
        assert trackers.get(A_TENANT, tracker.id) == saved


class TestOneTrackerANumber:
    def test_the_same_number_again_is_the_same_tracker(self, trackers: TrackerRepository) -> None:
        first = trackers.add(A_TENANT, a_tracker())

        second = trackers.add(A_TENANT, a_tracker(tracking_number=first.tracking_number))

        assert second == first

    def test_another_carrier_may_use_the_same_number(self, trackers: TrackerRepository) -> None:
        first = trackers.add(A_TENANT, a_tracker())

        second = trackers.add(A_TENANT, a_tracker(tracking_number=first.tracking_number, carrier_name="ups"))

        assert second.id != first.id
        assert trackers.find(A_TENANT, "ups", first.tracking_number) == second

    def test_a_number_is_found_however_it_is_written(self, trackers: TrackerRepository) -> None:
        tracker = trackers.add(A_TENANT, a_tracker(tracking_number="SBX123"))

        assert trackers.find(A_TENANT, tracker.carrier_name, " sbx 123 ") == tracker

    @pytest.mark.parametrize("number", ["", "1" * 2000, "SBX1#sandbox", "ü"])
    def test_an_unknown_number_is_not_found(self, trackers: TrackerRepository, number: str) -> None:
        trackers.add(A_TENANT, a_tracker(tracking_number="SBX1"))

        assert trackers.find(A_TENANT, "sandbox", number) is None

    def test_16_who_post_one_number_get_one_tracker(self, repositories: Repositories) -> None:
        number = a_tracker().tracking_number

        with ThreadPoolExecutor(16) as threads:
            post = lambda _: repositories.trackers.add(A_TENANT, a_tracker(tracking_number=number))  # noqa: E731
            added = list(threads.map(post, range(16)))

        assert len({tracker.id for tracker in added}) == 1
        assert repositories.trackers.page(A_TENANT, PageRequest()).results == (added[0],)


class TestRemoving:
    def test_a_removed_tracker_is_gone_and_its_number_free(self, trackers: TrackerRepository) -> None:
        first = trackers.add(A_TENANT, a_tracker())
        trackers.remove(A_TENANT, first)

        second = trackers.add(A_TENANT, a_tracker(tracking_number=first.tracking_number))

        assert second.id != first.id
        assert trackers.find(A_TENANT, first.carrier_name, first.tracking_number) == second
        with pytest.raises(NotFound):
            trackers.get(A_TENANT, first.id)

    def test_who_removes_it_again_does_not_touch_its_successor(self, trackers: TrackerRepository) -> None:
        first = trackers.add(A_TENANT, a_tracker())
        trackers.remove(A_TENANT, first)
        second = trackers.add(A_TENANT, a_tracker(tracking_number=first.tracking_number))

        with pytest.raises(NotFound):
            trackers.remove(A_TENANT, first)

        assert trackers.find(A_TENANT, first.carrier_name, first.tracking_number) == second

    def test_a_change_meanwhile_does_not_hinder_it(self, trackers: TrackerRepository) -> None:
        tracker = trackers.add(A_TENANT, a_tracker())
        trackers.save(A_TENANT, tracker.model_copy(update={"status": "delivered"}))

        trackers.remove(A_TENANT, tracker)

        assert trackers.page(A_TENANT, PageRequest()).results == ()

    def test_a_removed_tracker_is_not_changed_back_to_life(self, trackers: TrackerRepository) -> None:
        tracker = trackers.add(A_TENANT, a_tracker())
        trackers.remove(A_TENANT, tracker)

        with pytest.raises(NotFound):
            trackers.save(A_TENANT, tracker)

        assert trackers.page(A_TENANT, PageRequest()).results == ()


class TestShipmentsOfSeveralParcels:
    def test_each_parcels_number_leads_to_the_shipments_tracker(self, both: Adapters) -> None:
        sold = sold_in_two_parcels(both.shipments)
        tracker = a_tracker_of(sold, parcel_numbers=("SBX-A", "SBX-B"))

        both.shipments.complete(A_TENANT, sold, tracker)

        assert both.trackers.find(A_TENANT, "sandbox", "SBX-B") == tracker
        for number in ("SBX-A", "sbx-b"):
            listed = both.trackers.page(A_TENANT, PageRequest(equals={"tracking_number": number}))
            assert listed.results == (tracker,)

    def test_after_its_removal_no_number_leads_to_it(self, both: Adapters) -> None:
        sold = sold_in_two_parcels(both.shipments)
        tracker = a_tracker_of(sold, parcel_numbers=("SBX-A", "SBX-B"))
        both.shipments.complete(A_TENANT, sold, tracker)

        both.trackers.remove(A_TENANT, tracker)

        assert both.trackers.find(A_TENANT, "sandbox", "SBX-B") is None
        assert both.trackers.page(A_TENANT, PageRequest(equals={"tracking_number": "SBX-B"})).results == ()

    def test_another_carriers_number_is_not_meant(self, both: Adapters) -> None:
        sold = sold_in_two_parcels(both.shipments)
        both.shipments.complete(A_TENANT, sold, a_tracker_of(sold, parcel_numbers=("SBX-A", "SBX-B")))

        assert both.trackers.find(A_TENANT, "ups", "SBX-B") is None


def sold_in_two_parcels(shipments: ShipmentRepository) -> ShipmentRecord:
    """A shipment of two parcels, sold but not completed."""
    record = a_shipment(parcels=(a_parcel(), a_parcel()))
    shipments.add(A_TENANT, record)
    under_way = record.model_copy(update={"state": "purchasing", "attempt": an_attempt()})
    numbers = {"tracking_numbers": ["SBX-A", "SBX-B"]}
    return bought(shipments.save(A_TENANT, under_way), tracking_number="SBX-A", meta=numbers)
