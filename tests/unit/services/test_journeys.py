"""Journeys: a parcel's tracker moves its shipment, and nothing that is bought, voided or cancelled moves by mistake."""

import pytest

from chalicelib.domain.errors import Conflict
from chalicelib.domain.shipments import STATE_BY_TRACKING, ShipmentRecord, State, followed
from chalicelib.domain.trackers import TRACKER_STATUSES, Tracker, TrackerStatus
from chalicelib.services.journeys import TRIES, Journeys
from tests.builders import A_TENANT, NOW, a_shipment, a_tracker
from tests.fake_carrier import SMOOTH, Turn, raising
from tests.service_cases import Desk, a_bought_desk

SHOWN = {
    "pending": None,
    "unknown": None,
    "cancelled": None,
    "picked_up": "shipped",
    "in_transit": "in_transit",
    "delivery_delayed": "in_transit",
    "ready_for_pickup": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "delivery_failed": "delivery_failed",
    "on_hold": "needs_attention",
    "return_to_sender": "needs_attention",
}

SOMEBODY_ELSE = Turn(before=raising(lambda: Conflict("Somebody else changed it")))


@pytest.mark.parametrize("status", TRACKER_STATUSES)
def test_each_tracker_status_gives_its_shipment_the_state_that_it_means(status: str) -> None:
    bought = a_shipment(state="created")

    moved = followed(bought, status, NOW)

    assert (None if moved is None else moved.state) == SHOWN[status]
    assert STATE_BY_TRACKING.get(status) == SHOWN[status]


@pytest.mark.parametrize("state", ["draft", "purchasing", "unconfirmed", "voiding", "cancelled"])
def test_a_shipment_without_a_valid_label_does_not_move(state: State) -> None:
    assert followed(a_shipment(state=state), "delivered", NOW) is None


def test_a_shipment_that_is_there_already_is_not_written() -> None:
    assert followed(a_shipment(state="delivered"), "delivered", NOW) is None


class TestFollow:
    def test_the_trackers_shipment_moves_and_says_when(self) -> None:
        desk, bought, tracker = moved("in_transit")
        desk.clock.move(60)

        journeys(desk).follow(A_TENANT, tracker)

        stored = desk.stored(bought)
        assert (stored.state, stored.updated_at) == ("in_transit", desk.clock())
        assert stored.version == bought.version + 1

    def test_a_tracker_without_shipment_moves_nothing(self) -> None:
        desk = Desk()

        journeys(desk).follow(A_TENANT, a_tracker(shipment_id=None))

        assert desk.table.calls == []

    def test_a_shipment_that_is_not_there_is_left_alone(self) -> None:
        desk = Desk()

        journeys(desk).follow(A_TENANT, a_tracker(shipment_id="shp_0"))

        assert desk.table.calls == ["get"]

    def test_a_tracker_that_was_deleted_meanwhile_moves_nothing(self) -> None:
        desk, bought, tracker = moved("delivered")
        desk.trackers.delete(A_TENANT, tracker.id)

        journeys(desk).follow(A_TENANT, tracker)

        assert desk.stored(bought) == bought

    def test_a_lost_race_is_run_again_from_what_is_stored_now(self) -> None:
        desk, bought, tracker = moved("delivered")

        def be_faster() -> None:
            desk.table.inner.save(A_TENANT, bought.model_copy(update={"reference": "PO-9"}))

        desk.table.will("save", Turn(before=be_faster))

        journeys(desk).follow(A_TENANT, tracker)

        assert (desk.stored(bought).state, desk.stored(bought).reference) == ("delivered", "PO-9")

    @pytest.mark.parametrize("operation", ["get", "save"])
    def test_who_is_late_does_not_move_it_back(self, operation: str) -> None:
        desk, bought, tracker = moved("in_transit")

        def be_faster() -> None:
            newer = desk.tracker_table.inner.save(A_TENANT, tracker.model_copy(update={"status": "delivered"}))
            journeys(desk).follow(A_TENANT, newer)

        desk.table.will(operation, Turn(before=be_faster))

        journeys(desk).follow(A_TENANT, tracker)

        assert desk.stored(bought).state == "delivered"

    def test_a_race_lost_each_time_is_told(self) -> None:
        desk, _, tracker = moved("delivered")
        desk.table.will("save", *[SOMEBODY_ELSE] * TRIES)

        with pytest.raises(Conflict):
            journeys(desk).follow(A_TENANT, tracker)

    def test_the_last_try_counts(self) -> None:
        desk, bought, tracker = moved("delivered")
        desk.table.will("save", *[SOMEBODY_ELSE] * (TRIES - 1), SMOOTH)

        journeys(desk).follow(A_TENANT, tracker)

        assert desk.stored(bought).state == "delivered"


def moved(status: TrackerStatus) -> tuple[Desk, ShipmentRecord, Tracker]:
    """A bought shipment, and its tracker that has moved on without it."""
    desk, bought = a_bought_desk()
    tracker = desk.tracker_table.inner.get(A_TENANT, bought.tracker_id)
    return desk, bought, desk.tracker_table.inner.save(A_TENANT, tracker.model_copy(update={"status": status}))


def journeys(desk: Desk) -> Journeys:
    return Journeys(desk.table, desk.tracker_table, desk.clock)
