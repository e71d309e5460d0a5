"""Trackers: what a carrier's answer and a bought label make of one."""

from datetime import date, timedelta

import pytest

from chalicelib.domain.objects import MOST_PAIRS
from chalicelib.domain.trackers import FINAL_STATUSES, TRACKER_STATUSES, Tracking, TrackingInfo, adopted, with_tracking
from tests.builders import NOW, a_message, a_shipment, a_tracker, a_tracker_of, an_attempt, an_event, bought

LATER = NOW + timedelta(hours=1)


class TestWithTracking:
    def test_the_journey_is_the_carriers(self) -> None:
        answer = Tracking(
            status="delivered",
            events=(an_event(status="delivered"),),
            estimated_delivery=date(2026, 11, 28),
            messages=(a_message(),),
            meta={"depot": 7},
        )

        tracker = with_tracking(a_tracker(), answer, LATER)

        assert (tracker.status, tracker.delivered, tracker.events) == ("delivered", True, answer.events)
        assert (tracker.estimated_delivery, tracker.messages) == (answer.estimated_delivery, answer.messages)
        assert (tracker.meta, tracker.updated_at) == ({"depot": 7}, LATER)

    def test_what_is_the_customers_stays(self) -> None:
        before = a_tracker(reference="PO-7", order_id="1001", metadata={"a": "b"}, info=TrackingInfo(note="fragile"))

        after = with_tracking(before, Tracking(status="in_transit", info=TrackingInfo(note="?", source="x")), LATER)

        assert after.info == TrackingInfo(note="fragile", source="x")
        assert (after.id, after.reference, after.order_id, after.metadata) == (before.id, "PO-7", "1001", {"a": "b"})
        assert (after.created_at, after.version) == (before.created_at, before.version)

    @pytest.mark.parametrize(
        ("told", "found", "info"),
        [
            (TrackingInfo(note="fragile"), None, TrackingInfo(note="fragile")),
            (None, TrackingInfo(source="x"), TrackingInfo(source="x")),
            (None, None, None),
            (None, TrackingInfo(), None),
            (TrackingInfo(), None, None),
        ],
        ids=["the customer alone", "the carrier alone", "nobody", "an empty answer", "an empty request"],
    )
    def test_what_either_knows_is_known_and_when_nobody_knows_anything_there_is_no_info(
        self, told: TrackingInfo | None, found: TrackingInfo | None, info: TrackingInfo | None
    ) -> None:
        assert with_tracking(a_tracker(info=told), Tracking(status="pending", info=found), NOW).info == info


class TestAdopted:
    def test_a_followed_number_becomes_the_trackers_of_the_label_and_keeps_what_is_the_customers(self) -> None:
        record = bought(a_shipment(state="purchasing", attempt=an_attempt()), order_id="1001", reference="label's")
        existing = a_tracker(reference="mine", metadata={"a": 1}, tracking_number=record.tracking_number)
        new = a_tracker_of(record, metadata={"a": 2, "b": 3}, updated_at=LATER)

        tracker = adopted(existing, new)

        assert (tracker.id, tracker.shipment_id) == (existing.id, record.id)
        assert (tracker.reference, tracker.order_id) == ("mine", "1001")
        assert tracker.metadata == {"a": 1, "b": 3}
        assert (tracker.status, tracker.events) == (existing.status, existing.events)
        assert tracker.updated_at == LATER

    def test_it_is_asked_as_the_label_is_and_takes_from_it_what_the_customer_did_not_tell(self) -> None:
        existing = a_tracker(carrier_id="own", reference=None, order_id=None)
        new = a_tracker(
            carrier_id="seller", shipment_id="shp_1", parcel_numbers=("N1", "N2"), reference="PO-7", order_id="1001"
        )

        tracker = adopted(existing, new)

        assert (tracker.carrier_id, tracker.parcel_numbers) == ("seller", ("N1", "N2"))
        assert (tracker.reference, tracker.order_id) == ("PO-7", "1001")

    def test_the_customers_own_words_come_before_the_labels(self) -> None:
        tracker = adopted(a_tracker(reference="", order_id=""), a_tracker(reference="PO-7", order_id="1001"))

        assert (tracker.reference, tracker.order_id) == ("", "")

    def test_no_more_metadata_is_kept_than_an_object_may_have(self) -> None:
        own = {f"own_{number}": number for number in range(MOST_PAIRS - 1)}

        tracker = adopted(a_tracker(metadata=own), a_tracker(metadata={"first": 1, "second": 2}))

        assert tracker.metadata == own | {"first": 1}


@pytest.mark.parametrize("status", sorted(FINAL_STATUSES))
def test_a_final_status_is_one_of_the_twelve(status: str) -> None:
    assert status in TRACKER_STATUSES
    assert len(TRACKER_STATUSES) == 12
