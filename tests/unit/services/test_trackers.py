"""Trackers: one a number, looked at once at its carrier, and gone with its journey's shipment."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain.errors import CarrierRejected, Conflict, NotFound
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Connection
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.trackers import TRACKER_STATUSES, Tracker, TrackerStatus, Tracking, TrackingInfo, with_tracking
from chalicelib.services.trackers import NewTracker
from tests.builders import (
    A_TENANT,
    ANOTHER_TENANT,
    ITS_LIVE_MODE,
    NOW,
    a_message,
    a_tracker,
    an_event,
    an_id,
)
from tests.fake_carrier import LATE, REFUSED, UNAVAILABLE, Turn, raising
from tests.service_cases import IN_TIME, Desk

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBER = "1Z5R89390357567127"
"""UPS's own example."""


def wanted(number: str = NUMBER, **changes: Any) -> NewTracker:
    return NewTracker(**({"id": an_id("trk"), "tracking_number": number, "carrier_name": "sandbox"} | changes))


def create(desk: Desk, **changes: Any) -> tuple[Tracker, bool]:
    return desk.trackers.create(A_TENANT, wanted(**changes), IN_TIME)


class TestCreate:
    def test_a_new_tracker_holds_what_the_carrier_tells_at_once(self) -> None:
        desk = Desk()
        desk.carrier.inner.journeys[NUMBER] = Tracking(
            status="in_transit", events=(an_event(),), estimated_delivery=date(2026, 11, 27), meta={"depot": 7}
        )

        tracker, is_new = create(desk, reference="PO-7", order_id="1001", metadata={"a": "b"})

        assert is_new
        assert (tracker.status, tracker.delivered, len(tracker.events)) == ("in_transit", False, 1)
        assert (tracker.estimated_delivery, tracker.meta) == (date(2026, 11, 27), {"depot": 7})
        assert (tracker.reference, tracker.order_id, tracker.metadata) == ("PO-7", "1001", {"a": "b"})
        assert (tracker.carrier_name, tracker.carrier_id, tracker.test_mode) == ("sandbox", "sandbox", True)
        assert (tracker.created_at, tracker.updated_at) == (NOW, NOW)
        assert desk.tracker_table.inner.get(A_TENANT, tracker.id) == tracker

    def test_the_number_is_kept_without_white_space_and_in_upper_case(self) -> None:
        tracker, _ = create(Desk(), number=" 1z 5r8 939 0357567127 ")

        assert tracker.tracking_number == NUMBER

    def test_the_same_number_twice_is_the_same_tracker(self) -> None:
        desk = Desk()
        first, _ = create(desk)

        second, is_new = create(desk, number=f"  {NUMBER.lower()}")

        assert (second, is_new) == (first, False)

    def test_a_resumed_request_finds_its_own_tracker_as_new(self) -> None:
        desk = Desk()
        tracker_id = an_id("trk")
        first, _ = create(desk, id=tracker_id)

        assert create(desk, id=tracker_id) == (first, True)

    def test_a_resumed_requests_tracker_is_as_old_as_its_first_try_and_as_new_as_its_look(self) -> None:
        desk = Desk()
        desk.clock.move(60)

        seen, _ = create(desk, id=an_id("trk", NOW))
        unseen, _ = create(desk, id=an_id("trk", NOW), carrier_name="ups")

        assert (seen.created_at, seen.updated_at) == (NOW, desk.clock())
        assert (unseen.created_at, unseen.updated_at) == (NOW, desk.clock())

    def test_a_number_that_another_request_added_meanwhile_is_that_requests_tracker(self) -> None:
        desk = Desk()
        other = a_tracker(tracking_number=NUMBER)
        desk.carrier.will("track", Turn(after=lambda: desk.tracker_table.inner.add(A_TENANT, other)))

        assert create(desk) == (other, False)

    def test_the_same_number_in_another_account_or_mode_is_another_tracker(self) -> None:
        desk = Desk()
        tenants = (A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE)

        trackers = [desk.trackers.create(tenant, wanted(carrier_name="ups"), IN_TIME) for tenant in tenants]

        assert [is_new for _, is_new in trackers] == [True, True, True]
        assert [tracker.test_mode for tracker, _ in trackers] == [True, True, False]

    def test_the_carrier_is_told_by_the_number(self) -> None:
        tracker, _ = create(Desk(), carrier_name=None)

        assert tracker.carrier_name == "ups"

    def test_a_carrier_without_connection_leaves_it_pending_and_says_so(self) -> None:
        desk = Desk()

        tracker, is_new = create(desk, carrier_name="ups")

        assert is_new
        assert (tracker.status, tracker.carrier_id) == ("pending", "ups")
        told = Message(
            message="This account has no connection to ups: the number is kept and not followed yet",
            code="no_connection",
            level="warning",
            carrier_name="ups",
            carrier_id="ups",
        )
        assert tracker.messages == (told,)
        assert desk.carrier.calls == []

    @pytest.mark.parametrize(("turn", "code"), [(LATE, "carrier_timeout"), (UNAVAILABLE, "carrier_unavailable")])
    def test_a_carrier_that_fails_leaves_it_pending_and_says_so(self, turn: Turn, code: str) -> None:
        desk = Desk()
        desk.carrier.will("track", turn)

        tracker, is_new = create(desk)

        assert is_new
        assert (tracker.status, [message.code for message in tracker.messages]) == ("pending", [code])

    def test_a_number_that_the_carrier_knows_to_be_wrong_is_not_kept(self) -> None:
        desk = Desk()
        desk.carrier.will("track", REFUSED)

        with pytest.raises(CarrierRejected) as caught:
            create(desk)

        assert caught.value.messages == (a_message(),)
        assert desk.tracker_table.inner.stored == {}

    def test_what_the_customer_knows_stays_beside_what_the_carrier_tells(self) -> None:
        desk = Desk()
        told = TrackingInfo(customer_name="Ada", note="fragile")
        found = TrackingInfo(customer_name="A. B.", signed_by="C. B.")
        desk.carrier.inner.journeys[NUMBER] = Tracking(status="delivered", info=found)

        tracker, _ = create(desk, info=told)

        assert tracker.info == TrackingInfo(customer_name="Ada", note="fragile", signed_by="C. B.")


class TestAdvance:
    def test_a_parcel_moves_and_its_shipment_with_it(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        moved = desk.trackers.advance(A_TENANT, str(bought.tracker_id), "delivered")

        assert (moved.status, moved.delivered) == ("delivered", True)
        assert desk.stored(bought).state == "delivered"

    def test_a_number_without_shipment_moves_alone(self) -> None:
        desk = Desk()
        tracker, _ = create(desk)

        assert desk.trackers.advance(A_TENANT, tracker.id, "on_hold").status == "on_hold"

    def test_the_sandbox_is_told_whose_parcel_moves_when(self) -> None:
        desk = Desk()
        tracker, _ = create(desk)
        desk.clock.move(60)
        told = []
        advance = desk.carrier.inner.advance

        def noting(connection: Connection, *rest: Any) -> Tracking:
            told.append((connection.tenant, *rest))
            tracking: Tracking = advance(connection, *rest)
            return tracking

        desk.carrier.inner.advance = noting

        moved = desk.trackers.advance(A_TENANT, tracker.id, "on_hold")

        assert told == [(A_TENANT, NUMBER, "on_hold", desk.clock())]
        assert (moved.created_at, moved.updated_at) == (NOW, desk.clock())

    @pytest.mark.parametrize(
        ("tenant", "carrier_name", "connected"),
        [
            (A_TENANT, "ups", ["sandbox", "ups"]),
            (A_TENANT, "ups", []),
            (A_TENANT, "sandbox", ["ups"]),
            (ITS_LIVE_MODE, "ups", ["sandbox", "ups"]),
            (ITS_LIVE_MODE, "sandbox", ["sandbox", "ups"]),
        ],
    )
    def test_nothing_but_a_connected_sandboxs_parcel_moves_in_test_mode(
        self, tenant: Tenant, carrier_name: str, connected: list[str]
    ) -> None:
        desk = Desk()
        desk.registry.carriers = dict.fromkeys(connected, desk.carrier)
        tracker = a_tracker(carrier_name=carrier_name)
        desk.tracker_table.inner.add(tenant, tracker)

        with pytest.raises(Conflict, match=r"^Only the sandbox carrier's parcels can be moved, in test mode$"):
            desk.trackers.advance(tenant, tracker.id, "delivered")

        assert desk.tracker_table.inner.get(tenant, tracker.id) == tracker
        assert desk.carrier.calls == []

    @pytest.mark.parametrize("status", TRACKER_STATUSES)
    def test_only_delivered_is_delivered(self, status: TrackerStatus) -> None:
        tracker = with_tracking(a_tracker(), Tracking(status=status), NOW)

        assert (tracker.status, tracker.delivered) == (status, status == "delivered")


class TestChange:
    def test_an_update_stores_what_the_change_makes_of_it(self) -> None:
        desk = Desk()
        tracker, _ = create(desk)
        desk.clock.move(5)

        changed = desk.trackers.update(
            A_TENANT, tracker.id, lambda before: before.model_copy(update={"metadata": {"a": "b"}})
        )

        assert (changed.metadata, changed.updated_at) == ({"a": "b"}, desk.clock())
        assert desk.trackers.get(A_TENANT, tracker.id) == changed

    def test_a_deleted_number_is_free_again(self) -> None:
        desk = Desk()
        tracker, _ = create(desk)

        deleted = desk.trackers.delete(A_TENANT, tracker.id)
        again, is_new = create(desk)

        assert deleted == tracker
        assert is_new
        assert again.id != tracker.id
        with pytest.raises(NotFound):
            desk.trackers.get(A_TENANT, tracker.id)

    def test_another_accounts_tracker_is_not_found(self) -> None:
        desk = Desk()
        tracker, _ = create(desk)

        acts: list[Callable[[], Tracker]] = [
            lambda: desk.trackers.get(ANOTHER_TENANT, tracker.id),
            lambda: desk.trackers.delete(ANOTHER_TENANT, tracker.id),
            lambda: desk.trackers.advance(ITS_LIVE_MODE, tracker.id, "delivered"),
            lambda: desk.trackers.update(ITS_LIVE_MODE, tracker.id, lambda before: before),
        ]
        for act in acts:
            with pytest.raises(NotFound):
                act()

    @pytest.mark.parametrize("error", [NotFound, Conflict])
    def test_a_voided_labels_tracker_that_is_gone_or_busy_is_left_alone(self, error: type[NotFound]) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.tracker_table.will("save", Turn(before=raising(lambda: error("busy"))))

        desk.trackers.label_voided(A_TENANT, bought)

        assert desk.trackers.get(A_TENANT, str(bought.tracker_id)).status == "pending"


def test_a_journeys_times_are_instants_in_utc() -> None:
    event = an_event(timestamp=datetime(2026, 11, 24, 10, 5, 0, 123456, tzinfo=UTC))

    assert event.model_dump(mode="json")["timestamp"] == "2026-11-24T10:05:00.123Z"
