"""A number that is posted again: its tracker is brought up to date, or stays as it is."""

import pytest

from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable, Conflict, Unavailable
from chalicelib.domain.trackers import Tracker, TrackerStatus, Tracking
from chalicelib.services.journeys import TRIES
from chalicelib.services.trackers import NewTracker
from tests.builders import A_TENANT, an_id
from tests.fake_carrier import Turn, raising
from tests.service_cases import IN_TIME, Desk

CANNOT_TELL = Turn(before=raising(lambda: CarrierUnavailable("not now")))


def sold() -> tuple[Desk, Tracker]:
    """A bought label's tracker, which nobody has looked at yet."""
    desk = Desk()
    bought = desk.buy(desk.draft())
    tracker: Tracker = desk.tracker_table.inner.get(A_TENANT, bought.tracker_id)
    return desk, tracker


def posted_again(desk: Desk, tracker: Tracker) -> tuple[Tracker, bool]:
    return desk.trackers.create(A_TENANT, NewTracker(an_id("trk"), tracker.tracking_number, "sandbox"), IN_TIME)


def moves(desk: Desk, tracker: Tracker, status: TrackerStatus) -> None:
    desk.carrier.inner.journeys[tracker.tracking_number] = Tracking(status=status)


def test_it_is_brought_up_to_date_and_its_shipment_with_it() -> None:
    desk, tracker = sold()
    moves(desk, tracker, "out_for_delivery")
    desk.clock.move(60)

    again, is_new = posted_again(desk, tracker)

    assert (again.id, again.status, is_new) == (tracker.id, "out_for_delivery", False)
    assert (again.created_at, again.updated_at) == (tracker.created_at, desk.clock())
    assert desk.tracker_table.inner.get(A_TENANT, tracker.id) == again
    assert desk.table.inner.get(A_TENANT, tracker.shipment_id).state == "out_for_delivery"


def test_nothing_new_writes_nothing() -> None:
    desk, tracker = sold()
    posted_again(desk, tracker)
    seen = desk.tracker_table.inner.get(A_TENANT, tracker.id)
    desk.clock.move(60)

    assert posted_again(desk, tracker) == (seen, False)


def test_a_journey_that_has_ended_asks_nobody() -> None:
    desk, tracker = sold()
    moves(desk, tracker, "delivered")
    posted_again(desk, tracker)
    looks = desk.carrier.calls.count("track")

    assert posted_again(desk, tracker)[0].status == "delivered"
    assert desk.carrier.calls.count("track") == looks


@pytest.mark.parametrize("error", [CarrierUnavailable, CarrierRejected, Unavailable])
def test_a_carrier_that_cannot_tell_leaves_it_as_it_was(error: type[Exception]) -> None:
    desk, tracker = sold()
    desk.carrier.will("track", Turn(before=raising(lambda: error("not now"))))

    assert posted_again(desk, tracker) == (tracker, False)


def test_who_loses_the_race_is_told_what_the_other_found() -> None:
    desk, tracker = sold()
    moves(desk, tracker, "in_transit")
    found = tracker.model_copy(update={"status": "picked_up"})
    desk.tracker_table.will("save", Turn(before=lambda: desk.tracker_table.inner.save(A_TENANT, found)))

    again, is_new = posted_again(desk, tracker)

    assert (again, is_new) == (desk.tracker_table.inner.get(A_TENANT, tracker.id), False)
    assert again.status == "picked_up"


@pytest.mark.parametrize("told", [Turn(), CANNOT_TELL], ids=["nothing new", "nothing at all"])
def test_what_others_found_meanwhile_stands_for_the_shipment_too(told: Turn) -> None:
    desk, tracker = sold()

    def be_faster() -> None:
        desk.trackers.advance(A_TENANT, tracker.id, "delivered")
        told.before()

    desk.carrier.will("track", Turn(before=be_faster))

    posted_again(desk, tracker)

    assert desk.tracker_table.inner.get(A_TENANT, tracker.id).status == "delivered"
    assert desk.table.inner.get(A_TENANT, tracker.shipment_id).state == "delivered"


@pytest.mark.parametrize("error", [Conflict, Unavailable])
def test_a_shipment_that_cannot_be_looked_at_costs_no_answer_where_nothing_is_new(error: type[Exception]) -> None:
    desk, tracker = sold()
    desk.carrier.will("track", CANNOT_TELL)
    desk.table.will("get", *[Turn(before=raising(lambda: error("not now")))] * TRIES)

    assert posted_again(desk, tracker) == (tracker, False)


def test_a_shipment_that_was_left_behind_catches_up_also_when_the_journey_has_ended() -> None:
    desk, tracker = sold()
    desk.tracker_table.inner.save(A_TENANT, tracker.model_copy(update={"status": "delivered"}))

    posted_again(desk, tracker)

    assert desk.table.inner.get(A_TENANT, tracker.shipment_id).state == "delivered"
