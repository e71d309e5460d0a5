"""What an engine on this machine never does: conflicts, throttling, a lost answer, an index that lags behind."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.domain.trackers import Tracker
from chalicelib.storage.tables import CONFLICT_PAUSES_S
from tests.builders import (
    A_TENANT,
    NOW,
    a_shipment,
    a_tracker,
    a_tracker_of,
    an_attempt,
    bought,
)
from tests.integration.tables import Repositories, answered, settings_of

TRANSACTION = "TransactWriteItems"
CANCELLED = "TransactionCanceledException"
TOO_OFTEN = len(CONFLICT_PAUSES_S) + 1
THROTTLED = [
    answered("ProvisionedThroughputExceededException"),
    answered("RequestLimitExceeded"),
    answered("ThrottlingException"),
    answered(CANCELLED, "None", "ThrottlingError"),
    answered(CANCELLED, "ProvisionedThroughputExceeded", "None"),
    answered("InternalServerError", status=500),
]
NO_ANSWER = ReadTimeoutError(endpoint_url="http://127.0.0.1")


@pytest.fixture
def stored(dynamodb_endpoint: str, table_prefix: str) -> Repositories:
    return Repositories(settings_of(dynamodb_endpoint, table_prefix))


class TestConflictsWithTransactions:
    def test_a_change_that_met_a_transaction_is_made_a_moment_later(self, stored: Repositories) -> None:
        record = a_shipment()
        stored.shipments.add(A_TENANT, record)
        stored.fail(*[answered("TransactionConflictException")] * (TOO_OFTEN - 1))

        saved = stored.shipments.save(A_TENANT, record)

        assert saved.version == 1
        assert len(stored.connection.pauses) == TOO_OFTEN - 1
        paused = zip(stored.connection.pauses, CONFLICT_PAUSES_S, strict=True)
        assert all(0 <= pause <= longest for pause, longest in paused)

    def test_a_cancelled_transaction_is_tried_again(self, stored: Repositories) -> None:
        tracker = a_tracker()
        stored.fail(answered(CANCELLED, "TransactionConflict", "None"))

        added = stored.trackers.add(A_TENANT, tracker)

        assert added == stored.trackers.get(A_TENANT, tracker.id) == tracker

    def test_one_that_always_meets_others_is_unavailable_and_nothing_is_stored(self, stored: Repositories) -> None:
        tracker = a_tracker()
        stored.fail(*[answered(CANCELLED, "TransactionConflict", "None")] * TOO_OFTEN)

        with pytest.raises(Unavailable):
            stored.trackers.add(A_TENANT, tracker)

        assert stored.trackers.find(A_TENANT, tracker.carrier_name, tracker.tracking_number) is None

    def test_a_lost_condition_beside_a_conflict_is_looked_into_without_waiting(self, stored: Repositories) -> None:
        sold = a_stored_sale(stored)
        stored.fail(answered(CANCELLED, "None", "TransactionConflict", "None", "ConditionalCheckFailed"))

        completed = stored.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        assert completed == stored.shipments.get(A_TENANT, sold.id)
        assert stored.connection.pauses == []


class TestThrottling:
    @pytest.mark.parametrize("fault", THROTTLED, ids=lambda fault: str(fault.response))
    def test_it_is_unavailable_for_a_second(self, stored: Repositories, fault: ClientError) -> None:
        sold = a_stored_sale(stored)
        stored.fail(fault)

        with pytest.raises(Unavailable) as raised:
            stored.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        assert raised.value.retry_after_s == 1
        assert raised.value.__cause__ is fault

    def test_no_answer_is_unavailable_too(self, stored: Repositories) -> None:
        stored.fail(NO_ANSWER)

        with pytest.raises(Unavailable):
            stored.shipments.get(A_TENANT, a_shipment().id)

    def test_a_fault_of_ours_stays_what_it_is(self, stored: Repositories) -> None:
        stored.fail(answered("ValidationException"))

        with pytest.raises(ClientError):
            stored.shipments.get(A_TENANT, a_shipment().id)

    def test_a_part_of_a_batch_is_asked_for_again(self, stored: Repositories) -> None:
        records = [a_shipment(reference="R", now=NOW + timedelta(seconds=at)) for at in range(3)]
        for record in records:
            stored.shipments.add(A_TENANT, record)
        stored.answer_parts(1)

        page = stored.shipments.page(A_TENANT, PageRequest(equals={"reference": "R"}))

        assert [record.id for record in page.results] == [record.id for record in reversed(records)]

    def test_a_batch_that_stays_unanswered_is_unavailable(self, stored: Repositories) -> None:
        stored.shipments.add(A_TENANT, a_shipment(reference="R"))
        stored.answer_parts(0)

        with pytest.raises(Unavailable):
            stored.shipments.page(A_TENANT, PageRequest(equals={"reference": "R"}))


class TestAnswersThatWereLost:
    """The client asks again by itself: the second try meets what the first one wrote."""

    def test_a_purchase_that_was_taken_is_taken(self, stored: Repositories) -> None:
        record = a_shipment()
        stored.shipments.add(A_TENANT, record)
        wanted = record.model_copy(update={"state": "purchasing", "attempt": an_attempt()})
        stored.ask_twice()

        taken = stored.shipments.save(A_TENANT, wanted)

        assert taken == wanted.model_copy(update={"version": 1})

    def test_a_sale_that_was_stored_is_stored(self, stored: Repositories) -> None:
        sold = a_stored_sale(stored)
        stored.ask_twice()

        completed = stored.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        assert completed == stored.shipments.get(A_TENANT, sold.id)

    def test_a_tracker_that_was_added_is_added(self, stored: Repositories) -> None:
        tracker = a_tracker()
        stored.ask_twice()

        assert stored.trackers.add(A_TENANT, tracker) == tracker


class TestIndexesThatLagBehind:
    def test_a_shipment_whose_reference_changed_is_not_listed_under_the_old_one(self, stored: Repositories) -> None:
        record = a_shipment(reference="old")
        stored.shipments.add(A_TENANT, record)
        changed = record.model_copy(update={"reference": "new"})
        stored.meanwhile(lambda: stored.shipments.save(A_TENANT, changed), after="Query")

        page = stored.shipments.page(A_TENANT, PageRequest(equals={"reference": "old"}))

        assert page.results == ()

    def test_a_tracker_that_was_removed_is_not_listed(self, stored: Repositories) -> None:
        tracker, other = a_tracker(reference="R"), a_tracker(reference="R", now=NOW + timedelta(seconds=1))
        stored.trackers.add(A_TENANT, tracker)
        stored.trackers.add(A_TENANT, other)
        stored.meanwhile(lambda: stored.trackers.remove(A_TENANT, tracker), after="Query")

        page = stored.trackers.page(A_TENANT, PageRequest(equals={"reference": "R"}))

        assert page.results == (other,)

    def test_a_walk_goes_on_behind_a_page_whose_objects_are_all_gone(self, stored: Repositories) -> None:
        trackers = [a_tracker(reference="R", now=NOW + timedelta(seconds=at)) for at in range(5)]
        for tracker in trackers:
            stored.trackers.add(A_TENANT, tracker)
        stored.meanwhile(lambda: remove_all(stored, trackers[2:]), after="Query")

        page = stored.trackers.page(A_TENANT, PageRequest(limit=2, equals={"reference": "R"}))

        assert page.results == (trackers[1], trackers[0])


class TestTrackersUnderOurHands:
    def test_a_purchase_whose_tracker_changes_while_it_is_adopted_reads_it_again(self, stored: Repositories) -> None:
        sold = a_stored_sale(stored)
        posted = stored.trackers.add(A_TENANT, a_tracker(tracking_number=sold.tracking_number))
        stored.meanwhile(lambda: stored.trackers.save(A_TENANT, posted), after="GetItem", skip=1)

        completed = stored.shipments.complete(A_TENANT, sold, a_tracker_of(sold))

        assert completed.tracker_id == posted.id
        assert stored.trackers.get(A_TENANT, posted.id).version == 2

    def test_a_purchase_whose_tracker_is_removed_while_it_is_adopted_adds_its_own(self, stored: Repositories) -> None:
        sold = a_stored_sale(stored)
        posted = stored.trackers.add(A_TENANT, a_tracker(tracking_number=sold.tracking_number))
        stored.meanwhile(lambda: stored.trackers.remove(A_TENANT, posted), after="GetItem", skip=1)
        tracker = a_tracker_of(sold)

        completed = stored.shipments.complete(A_TENANT, sold, tracker)

        assert completed.tracker_id == tracker.id
        assert stored.trackers.get(A_TENANT, tracker.id) == tracker

    def test_a_tracker_that_keeps_coming_and_going_makes_a_purchase_wait(self, stored: Repositories) -> None:
        sold = a_stored_sale(stored)
        stored.fail(*[answered(CANCELLED, "None", "None", "None", "ConditionalCheckFailed")] * 4, operation=TRANSACTION)

        with pytest.raises(Unavailable):
            stored.shipments.complete(A_TENANT, sold, a_tracker_of(sold))


def a_stored_sale(stored: Repositories) -> ShipmentRecord:
    """A shipment in `purchasing` as stored, and as its sale leaves it."""
    record = a_shipment()
    stored.shipments.add(A_TENANT, record)
    under_way = record.model_copy(update={"state": "purchasing", "attempt": an_attempt()})
    return bought(stored.shipments.save(A_TENANT, under_way))


def remove_all(stored: Repositories, trackers: list[Tracker]) -> None:
    for tracker in trackers:
        stored.trackers.remove(A_TENANT, tracker)
