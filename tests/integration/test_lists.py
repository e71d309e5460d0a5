"""A walk over a list gives each object once, newest first, and costs what the page costs; the fakes do the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.ids import first_id_at
from chalicelib.domain.pages import MOST_BYTES, PageRequest
from chalicelib.domain.ports import ShipmentRepository, TrackerRepository
from chalicelib.domain.shipments import ShipmentRecord
from tests.builders import (
    A_TENANT,
    ANOTHER_TENANT,
    ITS_LIVE_MODE,
    NOW,
    a_message,
    a_shipment,
    a_tracker,
    a_tracker_of,
    an_attempt,
    bought,
)
from tests.fakes import FakeShipments, FakeTrackers
from tests.integration.tables import Repositories, settings_of

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
MICROSECOND = timedelta(microseconds=1)


@dataclass
class Adapters:
    shipments: ShipmentRepository
    trackers: TrackerRepository


@pytest.fixture(params=["fake", "dynamodb"])
def both(request: pytest.FixtureRequest) -> Adapters:
    if request.param == "fake":
        trackers = FakeTrackers()
        return Adapters(FakeShipments(trackers), trackers)
    endpoint, prefix = request.getfixturevalue("dynamodb_endpoint"), request.getfixturevalue("table_prefix")
    real = Repositories(settings_of(endpoint, prefix))
    return Adapters(real.shipments, real.trackers)


@pytest.fixture
def shipments(both: Adapters) -> ShipmentRepository:
    return both.shipments


def stored(shipments: ShipmentRepository, count: int, **changes: Any) -> list[ShipmentRecord]:
    """Shipments made a second apart, newest first."""
    records = [a_shipment(now=NOW + at * SECOND, **({"rates": ()} | changes)) for at in range(count)]
    for record in records:
        shipments.add(A_TENANT, record)
    return records[::-1]


def ids(records: Sequence[ShipmentRecord]) -> list[str]:
    return [record.id for record in records]


def walk(shipments: ShipmentRepository, **request: Any) -> list[list[str]]:
    """The ids of each page, until there is none."""
    pages, after = [], None
    while True:
        page = shipments.page(A_TENANT, PageRequest(after=after, **request))
        pages.append(ids(page.results))
        if page.after is None:
            return pages
        assert after is None or page.after < after, "a walk goes on"
        after = page.after


class TestWalks:
    @pytest.mark.parametrize("count", [0, 1, 6, 7])
    def test_each_shipment_comes_once_newest_first(self, shipments: ShipmentRepository, count: int) -> None:
        records = stored(shipments, count)

        pages = walk(shipments, limit=3)

        assert [one for page in pages for one in page] == ids(records)
        assert [len(page) for page in pages[:-1]] == [3] * (len(pages) - 1)

    def test_a_page_that_holds_everything_says_that_it_is_the_last(self, shipments: ShipmentRepository) -> None:
        stored(shipments, 20)

        assert shipments.page(A_TENANT, PageRequest(limit=20)).after is None

    def test_what_is_made_meanwhile_disturbs_no_walk(self, shipments: ShipmentRepository) -> None:
        records = stored(shipments, 4)
        first = shipments.page(A_TENANT, PageRequest(limit=2))
        shipments.add(A_TENANT, a_shipment(now=NOW + 99 * SECOND))

        second = shipments.page(A_TENANT, PageRequest(limit=2, after=first.after))

        assert ids(first.results) + ids(second.results) == ids(records)

    def test_other_tenants_and_look_up_rows_are_not_in_it(self, both: Adapters) -> None:
        for tenant in (ANOTHER_TENANT, ITS_LIVE_MODE):
            both.shipments.add(tenant, a_shipment())
            both.trackers.add(tenant, a_tracker())
        sold = a_completed_sale(both)

        assert walk(both.shipments) == [[sold.id]]
        assert len(both.trackers.page(A_TENANT, PageRequest()).results) == 1

    @pytest.mark.parametrize("cursor", ["", "number#1", "trk_01KAT5F2G8", "shp_" + "x" * 2000])
    def test_a_cursor_of_another_list_is_refused(self, shipments: ShipmentRepository, cursor: str) -> None:
        with pytest.raises(InvalidRequest) as raised:
            shipments.page(A_TENANT, PageRequest(after=cursor))

        assert "cursor" in raised.value.details

    def test_a_cursor_of_an_object_that_never_was_is_a_place_like_any(self, shipments: ShipmentRepository) -> None:
        records = stored(shipments, 4)
        between = first_id_at("shp", NOW + 2 * SECOND)

        assert ids(shipments.page(A_TENANT, PageRequest(after=between)).results) == ids(records[2:])

    def test_a_page_reads_500_and_goes_on_with_the_next(self, shipments: ShipmentRepository) -> None:
        records = stored(shipments, 503, metadata={}, options={}, parcels=())
        rare: dict[str, Any] = {"equals": {"service": "rare"}}
        shipments.save(A_TENANT, records[-1].model_copy(update={"service": "rare"}))

        page = shipments.page(A_TENANT, PageRequest(**rare))

        assert (page.results, page.after) == ((), records[499].id)
        assert walk(shipments, **rare) == [[], [records[-1].id]]

    def test_a_page_ends_before_4_mb(self, shipments: ShipmentRepository) -> None:
        wide = tuple(a_message(message="m" * 2000) for _ in range(100))
        records = stored(shipments, 25, messages=wide)

        pages = walk(shipments, limit=100)

        assert [one for page in pages for one in page] == ids(records)
        size = len(records[0].model_dump_json())
        assert [len(page) for page in pages] == [(MOST_BYTES - 1) // size, 25 - (MOST_BYTES - 1) // size]


class TestTimes:
    @pytest.mark.parametrize(
        ("after", "before", "expected"),
        [
            (NOW, None, [4, 3, 2, 1]),
            (NOW - MICROSECOND, None, [4, 3, 2, 1, 0]),
            (None, NOW + 2 * MILLISECOND, [1, 0]),
            (None, NOW + 2 * MILLISECOND + MICROSECOND, [2, 1, 0]),
            (NOW + MILLISECOND, NOW + 3 * MILLISECOND, [2]),
            (NOW + 3 * MILLISECOND, NOW + MILLISECOND, []),
            (datetime.max.replace(tzinfo=UTC), None, []),
            (None, datetime.min.replace(tzinfo=UTC), []),
            (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), [4, 3, 2, 1, 0]),
        ],
    )
    def test_both_ends_are_exclusive(
        self, shipments: ShipmentRepository, after: datetime | None, before: datetime | None, expected: list[int]
    ) -> None:
        records = [a_shipment(now=NOW + at * MILLISECOND) for at in range(5)]
        for record in records:
            shipments.add(A_TENANT, record)

        pages = walk(shipments, limit=2, created_after=after, created_before=before)

        assert [one for page in pages for one in page] == [records[at].id for at in expected]


class TestLookUps:
    @pytest.mark.parametrize("field", ["reference", "order_id"])
    def test_by_reference_and_order(self, shipments: ShipmentRepository, field: str) -> None:
        wanted = stored(shipments, 5, **{field: "A#1"})
        stored(shipments, 3, **{field: "A"})
        stored(shipments, 3)

        pages = walk(shipments, limit=2, equals={field: "A#1"})

        assert [one for page in pages for one in page] == ids(wanted)

    def test_the_largest_page_of_a_look_up(self, shipments: ShipmentRepository) -> None:
        wanted = stored(shipments, 101, reference="R")

        assert walk(shipments, limit=100, equals={"reference": "R"}) == [ids(wanted[:100]), ids(wanted[100:])]

    def test_a_reference_that_is_taken_away_is_found_no_more(self, shipments: ShipmentRepository) -> None:
        (record,) = stored(shipments, 1, reference="R", order_id="O")
        shipments.save(A_TENANT, record.model_copy(update={"reference": None, "order_id": None}))

        assert walk(shipments, equals={"reference": "R"}) == [[]]
        assert walk(shipments, equals={"order_id": "O"}) == [[]]

    @pytest.mark.parametrize("value", ["", "x" * 3000, "é"])
    def test_a_reference_that_nothing_has_finds_nothing(self, shipments: ShipmentRepository, value: str) -> None:
        stored(shipments, 1)

        assert walk(shipments, equals={"reference": value}) == [[]]

    def test_by_any_parcels_number(self, both: Adapters) -> None:
        sold = a_completed_sale(both, meta={"tracking_numbers": ["SBX-A", "SBX-B"]})

        assert walk(both.shipments, equals={"tracking_number": str(sold.tracking_number)}) == [[sold.id]]
        assert walk(both.shipments, equals={"tracking_number": "sbx-b "}) == [[sold.id]]
        assert walk(both.shipments, equals={"tracking_number": "SBX"}) == [[]]
        assert walk(both.shipments, equals={"tracking_number": "9" * 3000}) == [[]]

    def test_a_number_is_narrowed_by_time_and_cursor_too(self, both: Adapters) -> None:
        sold = a_completed_sale(both)
        number = {"tracking_number": str(sold.tracking_number)}

        assert walk(both.shipments, equals=number, created_after=NOW) == [[]]
        assert walk(both.shipments, equals=number, created_before=NOW + SECOND) == [[sold.id]]
        assert both.shipments.page(A_TENANT, PageRequest(after=sold.id, equals=number)).results == ()

    def test_a_look_up_is_narrowed_by_the_other_filters(self, shipments: ShipmentRepository) -> None:
        stored(shipments, 2, reference="R", order_id="other")
        (wanted,) = stored(shipments, 1, reference="R", order_id="O", metadata={"a": "b"})

        assert walk(shipments, equals={"reference": "R", "order_id": "O"}, metadata=("a", "b")) == [[wanted.id]]

    def test_trackers_by_reference_and_number(self, both: Adapters) -> None:
        trackers = [a_tracker(now=NOW + at * SECOND, reference="R") for at in range(3)]
        for tracker in (*trackers, a_tracker()):
            both.trackers.add(A_TENANT, tracker)

        by_reference = both.trackers.page(A_TENANT, PageRequest(limit=2, equals={"reference": "R"}))
        number = trackers[0].tracking_number.lower()
        by_number = both.trackers.page(A_TENANT, PageRequest(equals={"tracking_number": number}))

        assert by_reference.results == (trackers[2], trackers[1])
        assert by_number.results == (trackers[0],)


class TestFilters:
    def test_by_the_status_that_is_shown(self, shipments: ShipmentRepository) -> None:
        held, over = an_attempt(), an_attempt(lease_until=NOW - SECOND)
        buying = stored(shipments, 1, state="purchasing", attempt=held)
        stuck = stored(shipments, 1, state="purchasing", attempt=over)
        draft = stored(shipments, 1)

        assert sorted(walk(shipments, now=NOW, equals={"status": "draft"})[0]) == sorted(ids([*buying, *draft]))
        assert walk(shipments, now=NOW, equals={"status": "needs_attention"}) == [ids(stuck)]

    def test_by_carrier_and_service(self, both: Adapters) -> None:
        stored(both.shipments, 2)
        sold = a_completed_sale(both)

        assert walk(both.shipments, equals={"carrier_name": "sandbox", "service": "sandbox_ground"}) == [[sold.id]]
        assert walk(both.shipments, equals={"carrier_name": "ups"}) == [[]]

    @pytest.mark.parametrize(
        ("value", "text"),
        [("a b", "a b"), (True, "true"), (False, "false"), (Decimal(7), "7"), (Decimal("1.50"), "1.5")],
    )
    def test_by_metadata_as_text(self, shipments: ShipmentRepository, value: object, text: str) -> None:
        (wanted,) = stored(shipments, 1, metadata={"key": value})
        stored(shipments, 1, metadata={"key": "another", "other": value})

        assert walk(shipments, metadata=("key", text)) == [[wanted.id]]

    def test_trackers_by_status_and_carrier(self, both: Adapters) -> None:
        delivered = both.trackers.add(A_TENANT, a_tracker(status="delivered"))
        both.trackers.add(A_TENANT, a_tracker())

        page = both.trackers.page(A_TENANT, PageRequest(equals={"status": "delivered", "carrier_name": "sandbox"}))

        assert page.results == (delivered,)

    def test_a_filter_that_does_not_exist_is_no_filter_that_passes(self, both: Adapters) -> None:
        stored(both.shipments, 1)

        with pytest.raises(ValueError, match="colour"):
            both.shipments.page(A_TENANT, PageRequest(equals={"colour": "red"}))

    def test_a_status_needs_an_instant(self, shipments: ShipmentRepository) -> None:
        stored(shipments, 1)

        with pytest.raises(ValueError, match="now"):
            shipments.page(A_TENANT, PageRequest(equals={"status": "draft"}))


def a_completed_sale(both: Adapters, **changes: Any) -> ShipmentRecord:
    record = a_shipment()
    both.shipments.add(A_TENANT, record)
    under_way = record.model_copy(update={"state": "purchasing", "attempt": an_attempt()})
    sold = bought(both.shipments.save(A_TENANT, under_way), **changes)
    return both.shipments.complete(A_TENANT, sold, a_tracker_of(sold))
