"""Shipments are kept as they were, changed by one at a time, and bought once; the fake does the same."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.domain.ports import ShipmentRepository, TrackerRepository
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.domain.tenants import Tenant
from tests.builders import (
    A_TENANT,
    ANOTHER_TENANT,
    ITS_LIVE_MODE,
    a_message,
    a_parcel,
    a_rate,
    a_shipment,
    a_tracker,
    a_tracker_of,
    an_attempt,
    an_id,
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


def taken(shipments: ShipmentRepository, **changes: Any) -> ShipmentRecord:
    """A stored shipment whose label is being bought."""
    record = a_shipment(**changes)
    shipments.add(A_TENANT, record)
    return shipments.save(A_TENANT, record.model_copy(update={"state": "purchasing", "attempt": an_attempt()}))


class TestKeeping:
    def test_a_shipment_comes_back_as_it_was(self, both: Adapters) -> None:
        parcel = a_parcel(weight=Decimal("0.123456789012345"), meta={"nothing": None, "deep": [{"n": 1.5}]})
        record = a_shipment(
            parcels=(parcel, a_parcel()),
            rates=(a_rate(total_charge=Decimal("12345678.91")),),
            messages=(a_message(details={"a": "ü€𝄞"}),),
            reference="R/1#2",
            order_id="",
            metadata={"text": "ß", "yes": True, "number": Decimal("1.50"), "whole": 7},
        )

        both.shipments.add(A_TENANT, record)

        assert both.shipments.get(A_TENANT, record.id) == record

    @pytest.mark.parametrize("tenant", [ANOTHER_TENANT, ITS_LIVE_MODE])
    def test_nobody_else_finds_it(self, both: Adapters, tenant: Tenant) -> None:
        record = a_shipment()
        both.shipments.add(A_TENANT, record)

        with pytest.raises(NotFound):
            both.shipments.get(tenant, record.id)

    def test_the_same_draft_added_again_is_the_same(self, both: Adapters) -> None:
        record = a_shipment()
        both.shipments.add(A_TENANT, record)

        both.shipments.add(A_TENANT, record)

        assert both.shipments.get(A_TENANT, record.id) == record

    def test_another_draft_with_the_same_id_is_a_conflict(self, both: Adapters) -> None:
        record = a_shipment()
        both.shipments.add(A_TENANT, record)

        with pytest.raises(Conflict):
            both.shipments.add(A_TENANT, record.model_copy(update={"reference": "another"}))

    @pytest.mark.parametrize("identifier", ["", "shp_", "shp_" + "x" * 2000, "number#1", "trk_01KAT5F2G8", "shp_ü"])
    def test_what_is_no_id_is_not_found(self, both: Adapters, identifier: str) -> None:
        with pytest.raises(NotFound):
            both.shipments.get(A_TENANT, identifier)


class TestChanging:
    def test_a_change_counts_the_version_up(self, both: Adapters) -> None:
        record = a_shipment()
        both.shipments.add(A_TENANT, record)

        saved = both.shipments.save(A_TENANT, record.model_copy(update={"reference": "new"}))

        assert (saved.version, saved.reference) == (1, "new")
        assert both.shipments.get(A_TENANT, record.id) == saved

    def test_who_read_before_the_last_change_changes_nothing(self, both: Adapters) -> None:
        record = a_shipment()
        both.shipments.add(A_TENANT, record)
        saved = both.shipments.save(A_TENANT, record.model_copy(update={"reference": "first"}))

        with pytest.raises(Conflict):
            both.shipments.save(A_TENANT, record.model_copy(update={"reference": "second"}))

        assert both.shipments.get(A_TENANT, record.id) == saved

    def test_the_same_change_made_twice_is_made_once(self, both: Adapters) -> None:
        record = a_shipment()
        both.shipments.add(A_TENANT, record)
        changed = record.model_copy(update={"reference": "new"})
        both.shipments.save(A_TENANT, changed)

        again = both.shipments.save(A_TENANT, changed)

        assert again == both.shipments.get(A_TENANT, record.id)
        assert again.version == 1

    def test_what_does_not_exist_cannot_be_changed(self, both: Adapters) -> None:
        with pytest.raises(NotFound):
            both.shipments.save(A_TENANT, a_shipment())

    def test_of_16_who_take_a_purchase_one_gets_it(self, repositories: Repositories) -> None:
        record = a_shipment()
        repositories.shipments.add(A_TENANT, record)

        with ThreadPoolExecutor(16) as threads:
            winners = [winner for winner in threads.map(lambda _: take(repositories, record), range(16)) if winner]

        assert len(winners) == 1
        assert repositories.shipments.get(A_TENANT, record.id) == winners[0]


def take(repositories: Repositories, record: ShipmentRecord) -> ShipmentRecord | None:
    try:
        wanted = record.model_copy(update={"state": "purchasing", "attempt": an_attempt()})
        return repositories.shipments.save(A_TENANT, wanted)
    except Conflict:
        return None


class TestCompletingAPurchase:
    def test_shipment_and_tracker_are_stored_together(self, both: Adapters) -> None:
        sold = bought(taken(both.shipments))
        tracker = a_tracker_of(sold)

        completed = both.shipments.complete(A_TENANT, sold, tracker)

        assert completed == sold.model_copy(update={"tracker_id": tracker.id, "version": 2})
        assert both.shipments.get(A_TENANT, sold.id) == completed
        assert both.trackers.get(A_TENANT, tracker.id) == tracker

    def test_a_purchase_that_was_released_is_not_completed(self, both: Adapters) -> None:
        under_way = taken(both.shipments)
        both.shipments.save(A_TENANT, under_way.model_copy(update={"state": "draft", "attempt": None}))
        sold = bought(under_way)

        with pytest.raises(Conflict):
            both.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        assert both.shipments.get(A_TENANT, sold.id).state == "draft"
        assert both.trackers.find(A_TENANT, "sandbox", str(sold.tracking_number)) is None

    def test_another_attempt_that_is_under_way_is_left_alone(self, both: Adapters) -> None:
        sold = bought(taken(both.shipments)).model_copy(update={"purchase_id": an_id("pur")})

        with pytest.raises(Conflict):
            both.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

    def test_a_shipment_that_does_not_exist_is_not_found(self, both: Adapters) -> None:
        sold = bought(a_shipment(state="purchasing", attempt=an_attempt()))

        with pytest.raises(NotFound):
            both.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

    def test_completing_twice_answers_what_was_stored_first(self, both: Adapters) -> None:
        sold = bought(taken(both.shipments))
        first = both.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        again = both.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        assert again == first

    def test_a_note_left_meanwhile_is_not_overwritten(self, both: Adapters) -> None:
        under_way = taken(both.shipments)
        noted = both.shipments.save(A_TENANT, under_way.model_copy(update={"metadata": {"by": "another"}}))
        sold = bought(under_way)

        with pytest.raises(Conflict):
            both.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        assert both.shipments.get(A_TENANT, sold.id) == noted

    def test_a_tracker_that_follows_the_number_already_is_adopted(self, both: Adapters) -> None:
        sold = bought(taken(both.shipments, reference="R-1", order_id="O-1"))
        posted = a_tracker(
            tracking_number=sold.tracking_number, carrier_id="elsewhere", metadata={"gift": True}, reference="mine"
        )
        both.trackers.add(A_TENANT, posted)

        completed = both.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        adopted = both.trackers.get(A_TENANT, posted.id)
        assert completed.tracker_id == posted.id
        assert (adopted.shipment_id, adopted.reference, adopted.order_id) == (sold.id, "mine", "O-1")
        assert (adopted.carrier_id, adopted.events) == ("sandbox", posted.events)
        assert adopted.metadata == sold.metadata | {"gift": True}

    def test_fifty_parcels_are_stored_in_one_transaction(self, both: Adapters) -> None:
        sold = bought(taken(both.shipments, parcels=tuple(a_parcel() for _ in range(50))))
        numbers = tuple(f"SBX{at:015}" for at in range(50))
        sold = sold.model_copy(update={"tracking_number": numbers[0], "meta": {"tracking_numbers": list(numbers)}})
        tracker = a_tracker_of(sold, parcel_numbers=numbers)

        both.shipments.complete(A_TENANT, sold, tracker)

        assert [both.trackers.find(A_TENANT, "sandbox", number) for number in numbers] == [tracker] * 50

    def test_a_sale_that_names_no_purchase_is_refused(self, both: Adapters) -> None:
        sold = bought(taken(both.shipments), purchase_id=None)

        with pytest.raises(ValueError, match="purchase"):
            both.shipments.complete(A_TENANT, sold, a_tracker_of(sold))
