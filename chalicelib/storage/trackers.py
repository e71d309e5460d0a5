"""Trackers: their table, and the repository that keeps one a carrier and number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.domain.errors import NotFound, Unavailable
from chalicelib.domain.filters import tracker_matches
from chalicelib.domain.trackers import Tracker
from chalicelib.domain.tracking_numbers import normalized
from chalicelib.storage import walks
from chalicelib.storage.pages import page_of
from chalicelib.storage.rows import (
    NUMBERS,
    ObjectTable,
    body_of,
    find_item,
    find_items,
    fits,
    index_key,
    is_ours,
    json_of,
    key_of,
    put,
    transact,
    update,
)
from chalicelib.storage.tables import ConditionFailed, RawItem, dispatch, table_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.domain.pages import Page, PageRequest
    from chalicelib.domain.tenants import Tenant
    from chalicelib.storage.shipments import ShipmentsTable

PREFIX = "trk"
TRIES = 4
Writes = list[tuple[str, dict[str, Any]]]


class ByReference(GlobalSecondaryIndex[Any]):
    """A tenant's trackers by the customer's reference, newest last."""

    class Meta:
        index_name = "by_reference"
        projection = KeysOnlyProjection()

    reference_key = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class TrackersTable(ObjectTable):
    """Trackers, and guard rows `number#<tracking number>#<carrier>` that name the one tracker of a number."""

    table = "trackers"

    reference_key = UnicodeAttribute(null=True)
    tracker_id = UnicodeAttribute(null=True)
    """Of guard rows only."""
    by_reference = ByReference()


class DynamoTrackers:
    """The trackers of all tenants, in a bound table.

    The numbers of a shipment's further parcels have no guards: its look-up rows in the shipments' table lead to its
    tracker.
    """

    def __init__(self, trackers: type[TrackersTable], shipments: type[ShipmentsTable]) -> None:
        self._trackers = trackers
        self._shipments = shipments

    def add(self, tenant: Tenant, tracker: Tracker) -> Tracker:
        """Store a new tracker, or return the one that exists for this carrier and number."""
        for _ in range(TRIES):
            try:
                transact(self._trackers, addition(self._trackers, tenant, tracker))
            except ConditionFailed:
                if existing := self.guarded(tenant, tracker.carrier_name, tracker.tracking_number):
                    return existing
            else:
                return tracker
        raise Unavailable("This number's tracker keeps changing; try again")

    def get(self, tenant: Tenant, tracker_id: str) -> Tracker:
        """Return it, strongly consistent; raises `NotFound`."""
        item = None
        if tracker_id.startswith(f"{PREFIX}_") and fits(tracker_id):
            item = find_item(self._trackers, tenant, tracker_id)
        if item is None:
            raise NotFound("There is no such tracker")
        return _tracker(item)

    def find(self, tenant: Tenant, carrier_name: str, tracking_number: str) -> Tracker | None:
        """Return the tracker of this number, or the one of the shipment that has a parcel with it."""
        if tracker := self.guarded(tenant, carrier_name, tracking_number):
            return tracker
        found = find_items(self._trackers, tenant, self._of_parcels(tenant, tracking_number))
        of_carrier = (tracker for tracker in map(_tracker, found) if tracker.carrier_name == carrier_name)
        return next(of_carrier, None)

    def guarded(self, tenant: Tenant, carrier_name: str, tracking_number: str) -> Tracker | None:
        """Return the tracker that the number's guard names."""
        guard_id = _guard_id(carrier_name, tracking_number)
        guard = find_item(self._trackers, tenant, guard_id) if fits(guard_id) else None
        item = guard and find_item(self._trackers, tenant, guard["tracker_id"]["S"])
        return item and _tracker(item)

    def page(self, tenant: Tenant, request: PageRequest) -> Page[Tracker]:
        """Return one page, newest first; by number or reference without reading any other tracker."""
        return page_of(self._chunks(tenant, request), request, Tracker, tracker_matches)

    def save(self, tenant: Tenant, tracker: Tracker) -> Tracker:
        """Store a change conditional on `tracker.version`; return it with the version counted up.

        Raises `NotFound` when it was removed, `Conflict` when somebody else changed it.
        """
        ((_, arguments),) = change(self._trackers, tenant, tracker)
        try:
            dispatch(self._trackers, "UpdateItem", arguments)
        except ConditionFailed as lost:
            if lost.stored[0] is None:
                raise NotFound("There is no such tracker") from lost
            if not is_ours(lost.stored[0], body_of(tracker), tracker.version + 1):
                raise
        return tracker.model_copy(update={"version": tracker.version + 1})

    def remove(self, tenant: Tenant, tracker: Tracker) -> None:
        """Delete the tracker and free its number; raises `NotFound` when it was removed before."""
        guard_id = _guard_id(tracker.carrier_name, tracker.tracking_number)
        name = table_name(self._trackers)
        writes = [
            (
                "Delete",
                {
                    "TableName": name,
                    "Key": key_of(tenant, tracker.id),
                    "ConditionExpression": "attribute_exists(id)",
                },
            ),
            ("Delete", {"TableName": name, "Key": key_of(tenant, guard_id)}),
        ]
        try:
            transact(self._trackers, writes)
        except ConditionFailed as lost:
            raise NotFound("There is no such tracker") from lost
