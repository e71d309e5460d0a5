"""Trackers: their table, and the repository that keeps one a carrier and number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.filters import tracker_matches
from chalicelib.domain.trackers import Tracker
from chalicelib.domain.tracking_numbers import normalized
from chalicelib.storage import rows, walks
from chalicelib.storage.pages import page_of
from chalicelib.storage.tables import ConditionFailed, RawItem, table_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.domain.pages import Page, PageRequest
    from chalicelib.domain.tenants import Tenant
    from chalicelib.storage.shipments import ShipmentsTable

TRIES = 4
"""How often a number's tracker may be made and removed by others before `add` gives up."""


class ByReference(GlobalSecondaryIndex["TrackersTable"]):  # type: ignore[no-untyped-call]  # PynamoDB's
    """A tenant's trackers by the customer's reference, newest last."""

    class Meta:
        """How PynamoDB is told."""

        index_name = "by_reference"
        projection = KeysOnlyProjection()

    reference_key = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class TrackersTable(rows.ObjectTable):
    """Trackers, and guard rows `number#<tracking number>#<carrier>` that name the one tracker of a number."""

    table = "trackers"
    noun = "tracker"
    prefix = "trk"

    reference_key = UnicodeAttribute(null=True)
    tracker_id = UnicodeAttribute(null=True)
    """Of guard rows only."""
    by_reference = ByReference()


class StoredTrackers:
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
                rows.transact(self._trackers, addition(self._trackers, tenant, tracker))
            except ConditionFailed:
                if existing := self.guarded(tenant, tracker.carrier_name, tracker.tracking_number):
                    return existing
            else:
                return tracker
        raise Unavailable("This number's tracker keeps changing; try again")

    def get(self, tenant: Tenant, tracker_id: str) -> Tracker:
        """Return it, strongly consistent; raises `NotFound`."""
        return _tracker(rows.get_item(self._trackers, tenant, tracker_id))

    def find(self, tenant: Tenant, carrier_name: str, tracking_number: str) -> Tracker | None:
        """Return the tracker of this number, or the one of the shipment that has a parcel with it."""
        if tracker := self.guarded(tenant, carrier_name, tracking_number):
            return tracker
        found = rows.find_items(self._trackers, tenant, self._ids_of_parcels(tenant, tracking_number))
        return next((tracker for tracker in map(_tracker, found) if tracker.carrier_name == carrier_name), None)

    def guarded(self, tenant: Tenant, carrier_name: str, tracking_number: str) -> Tracker | None:
        """Return the tracker that the number's guard names, which stands for no other number."""
        guard_id = _guard_id(carrier_name, tracking_number)
        guard = rows.find_item(self._trackers, tenant, guard_id) if rows.fits(guard_id) else None
        item = rows.find_item(self._trackers, tenant, guard["tracker_id"]["S"]) if guard else None
        return _tracker(item) if item else None

    def page(self, tenant: Tenant, request: PageRequest) -> Page[Tracker]:
        """Return one page, newest first; by number or reference without reading any other tracker."""
        return page_of(self._chunks(tenant, request), request, Tracker, tracker_matches)

    def save(self, tenant: Tenant, tracker: Tracker) -> Tracker:
        """Store a change conditional on `tracker.version`; return it with the version counted up.

        Raises `NotFound` when it was removed, `Conflict` when somebody else changed it.
        """
        rows.save_item(self._trackers, rows.key_of(tenant, tracker.id), _columns(tenant, tracker), tracker.version)
        return tracker.model_copy(update={"version": tracker.version + 1})

    def remove(self, tenant: Tenant, tracker: Tracker) -> None:
        """Delete the tracker and free its number; raises `NotFound` when it was removed before."""
        guard_id = _guard_id(tracker.carrier_name, tracker.tracking_number)
        deleted, freed = (
            {"TableName": table_name(self._trackers), "Key": rows.key_of(tenant, identifier)}
            for identifier in (tracker.id, guard_id)
        )
        deleted["ConditionExpression"] = "attribute_exists(id)"  # then the guard is this tracker's, and no later one's
        try:
            rows.transact(self._trackers, [("Delete", deleted), ("Delete", freed)])
        except ConditionFailed as lost:
            raise rows.not_found(self._trackers) from lost

    def _chunks(self, tenant: Tenant, request: PageRequest) -> Iterator[walks.Chunk]:
        stretch = walks.Stretch.of(self._trackers.prefix, request)
        if number := request.equals.get("tracking_number"):
            guards = walks.number_rows(self._trackers, tenant, normalized(number))
            ids = [*_named(guards), *self._ids_of_parcels(tenant, number)]
            return walks.of_ids(self._trackers, tenant, ids, stretch)
        if "reference" in request.equals:
            index = walks.Index("by_reference", "reference_key", request.equals["reference"])
            return walks.of_index(self._trackers, tenant, index, stretch)
        return walks.of_table(self._trackers, tenant, stretch)

    def _ids_of_parcels(self, tenant: Tenant, tracking_number: str) -> list[str]:
        """Return the ids of the trackers of shipments that have a parcel with this number."""
        return _named(walks.number_rows(self._shipments, tenant, normalized(tracking_number)))


def addition(table: type[TrackersTable], tenant: Tenant, tracker: Tracker) -> list[rows.Write]:
    """Return the writes that store a new tracker and guard its number; they fail when the number has one."""
    key = rows.key_of(tenant, tracker.id)
    columns = {name: column for name, column in _columns(tenant, tracker).items() if column is not None}
    version = {"version": {"N": str(tracker.version)}}
    guard_key = rows.key_of(tenant, _guard_id(tracker.carrier_name, tracker.tracking_number))
    guard = rows.put(table, guard_key | {"tracker_id": key["id"]}, rows.NEW)
    return [("Put", rows.put(table, key | columns | version)), ("Put", guard)]


def change(table: type[TrackersTable], tenant: Tenant, tracker: Tracker) -> list[rows.Write]:
    """Return the write that changes a tracker; it fails when somebody else changed or removed it."""
    unchanged = {"version": {"N": str(tracker.version)}}
    key = rows.key_of(tenant, tracker.id)
    return [("Update", rows.update(table, key, _columns(tenant, tracker), unchanged))]


def _columns(tenant: Tenant, tracker: Tracker) -> rows.Columns:
    reference = tracker.reference
    return {
        **rows.body_of(tracker),
        "reference_key": None if reference is None else rows.index_key(tenant, reference),
    }


def _tracker(item: RawItem) -> Tracker:
    return Tracker.model_validate_json(rows.json_of(item))


def _guard_id(carrier_name: str, tracking_number: str) -> str:
    return f"{rows.NUMBERS}{normalized(tracking_number)}#{carrier_name}"


def _named(look_up_rows: list[RawItem]) -> list[str]:
    """Return the ids of the trackers that the rows lead to, each once."""
    return list(dict.fromkeys(row["tracker_id"]["S"] for row in look_up_rows))
