"""Shipments: their table, and the repository that reads and changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.domain.errors import NotFound, Unavailable
from chalicelib.domain.filters import numbers_of, shipment_matches
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.domain.trackers import adopted
from chalicelib.domain.tracking_numbers import normalized
from chalicelib.storage import walks
from chalicelib.storage.pages import page_of
from chalicelib.storage.rows import (
    NUMBERS,
    ObjectTable,
    body_of,
    find_item,
    fits,
    index_key,
    json_of,
    key_of,
    put,
    transact,
    update,
)
from chalicelib.storage.tables import ConditionFailed, RawItem, dispatch, table_name
from chalicelib.storage.trackers import DynamoTrackers, TrackersTable, addition, change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.domain.pages import Page, PageRequest
    from chalicelib.domain.tenants import Tenant
    from chalicelib.domain.trackers import Tracker

PREFIX = "shp"
ADOPTION_TRIES = 4


class ByReference(GlobalSecondaryIndex[Any]):
    """A tenant's shipments by the customer's reference, newest last."""

    class Meta:
        index_name = "by_reference"
        projection = KeysOnlyProjection()

    reference_key = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ByOrder(GlobalSecondaryIndex[Any]):
    """A tenant's shipments by the customer's order, newest last."""

    class Meta:
        index_name = "by_order"
        projection = KeysOnlyProjection()

    order_key = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ShipmentsTable(ObjectTable):
    """Shipments, and look-up rows `number#<tracking number>#<shipment id>` that name their trackers."""

    table = "shipments"

    state = UnicodeAttribute(null=True)
    attempt_id = UnicodeAttribute(null=True)
    """The purchase or void under way."""
    purchase_id = UnicodeAttribute(null=True)
    """The purchase that got the label."""
    reference_key = UnicodeAttribute(null=True)
    order_key = UnicodeAttribute(null=True)
    tracker_id = UnicodeAttribute(null=True)
    """Of look-up rows only."""
    by_reference = ByReference()
    by_order = ByOrder()


class DynamoShipments:
    """The shipments of all tenants, in bound tables."""

    def __init__(self, shipments: type[ShipmentsTable], trackers: type[TrackersTable]) -> None:
        self._shipments = shipments
        self._trackers = trackers
        self._follow = DynamoTrackers(trackers, shipments)

    def add(self, tenant: Tenant, record: ShipmentRecord) -> None:
        """Store a new draft; raises `Conflict` when there is another shipment with its id."""
        columns = {name: column for name, column in _columns(tenant, record).items() if column is not None}
        item: RawItem = key_of(tenant, record.id) | columns | {"version": {"N": str(record.version)}}
        try:
            dispatch(self._shipments, "PutItem", put(self._shipments, item, "attribute_not_exists(id)"))
        except ConditionFailed as lost:
            if not _is_ours(lost.stored[0], item["body"], record.version):
                raise

    def get(self, tenant: Tenant, shipment_id: str) -> ShipmentRecord:
        """Return it, strongly consistent; raises `NotFound`."""
        item = None
        if shipment_id.startswith(f"{PREFIX}_") and fits(shipment_id):
            item = find_item(self._shipments, tenant, shipment_id)
        if item is None:
            raise NotFound("There is no such shipment")
        return _record(item)

    def page(self, tenant: Tenant, request: PageRequest) -> Page[ShipmentRecord]:
        """Return one page, newest first; by number, reference or order without reading any other shipment."""
        return page_of(self._chunks(tenant, request), request, ShipmentRecord, shipment_matches)

    def save(self, tenant: Tenant, record: ShipmentRecord) -> ShipmentRecord:
        """Store a change conditional on `record.version`; return it with the version counted up."""
        columns = _columns(tenant, record)
        unchanged = {"version": {"N": str(record.version)}}
        try:
            dispatch(
                self._shipments, "UpdateItem", update(self._shipments, key_of(tenant, record.id), columns, unchanged)
            )
        except ConditionFailed as lost:
            if lost.stored[0] is None:
                raise NotFound("There is no such shipment") from lost
            if not _is_ours(lost.stored[0], columns["body"], record.version + 1):
                raise
        return _counted_up(record)

    def complete(self, tenant: Tenant, record: ShipmentRecord, tracker: Tracker) -> ShipmentRecord:
        """Store a bought shipment, its tracker and its numbers in one transaction, or return what was stored before.

        Conditional on nothing but the attempt under way being `record.purchase_id`; a purchase that is complete
        already is answered as it is stored. Raises `Conflict` when another attempt is under way, or none.
        """
        existing: Tracker | None = None
        for _ in range(ADOPTION_TRIES):
            followed = tracker if existing is None else adopted(existing, tracker)
            bought = record.model_copy(update={"tracker_id": followed.id})
            add = addition if existing is None else change
            writes = [
                ("Update", self._completion(tenant, bought)),
                *(("Put", self._number_row(tenant, bought, number)) for number in numbers_of(bought)),
                *add(self._trackers, tenant, followed),
            ]
            try:
                transact(self._shipments, writes)
            except ConditionFailed as lost:
                if 0 in lost.stored:
                    return _already_complete(lost, record)
                existing = self._follow.guarded(tenant, tracker.carrier_name, tracker.tracking_number)
            else:
                return _counted_up(bought)
        raise Unavailable("The parcel's tracker keeps changing; try again")

    def _chunks(self, tenant: Tenant, request: PageRequest) -> Iterator[walks.Chunk]:
        stretch = walks.Stretch.of(PREFIX, request)
        equals = request.equals
        if "tracking_number" in equals:
            rows = walks.number_rows(self._shipments, tenant, normalized(equals["tracking_number"]), f"{PREFIX}_")
            ids = [row["id"]["S"].rpartition("#")[2] for row in rows]
            return walks.of_ids(self._shipments, tenant, ids, stretch)
        if "reference" in equals:
            index = walks.Index("by_reference", "reference_key", equals["reference"])
            return walks.of_index(self._shipments, tenant, index, stretch)
        if "order_id" in equals:
            index = walks.Index("by_order", "order_key", equals["order_id"])
            return walks.of_index(self._shipments, tenant, index, stretch)
        return walks.of_table(self._shipments, tenant, stretch)

    def _completion(self, tenant: Tenant, bought: ShipmentRecord) -> dict[str, Any]:
        if bought.purchase_id is None:
            raise ValueError("a bought shipment names its purchase")
        under_way = {"attempt_id": {"S": bought.purchase_id}}
        return update(self._shipments, key_of(tenant, bought.id), _columns(tenant, bought), under_way)

    def _number_row(self, tenant: Tenant, bought: ShipmentRecord, number: str) -> dict[str, Any]:
        key = key_of(tenant, f"{NUMBERS}{normalized(number)}#{bought.id}")
        return put(self._shipments, key | {"tracker_id": {"S": bought.tracker_id}})


def _columns(tenant: Tenant, record: ShipmentRecord) -> dict[str, dict[str, Any] | None]:
    """Return every attribute of a shipment but its key and version; None for one that it does not have."""
    attempt_id = None if record.attempt is None else record.attempt.id
    return {
        **body_of(record),
        "state": {"S": record.state},
        "attempt_id": attempt_id and {"S": attempt_id},
        "purchase_id": record.purchase_id and {"S": record.purchase_id},
        "reference_key": None if record.reference is None else index_key(tenant, record.reference),
        "order_key": None if record.order_id is None else index_key(tenant, record.order_id),
    }


def _record(item: RawItem) -> ShipmentRecord:
    return ShipmentRecord.model_validate_json(json_of(item))


def _counted_up(record: ShipmentRecord) -> ShipmentRecord:
    return record.model_copy(update={"version": record.version + 1})


def _is_ours(stored: RawItem | None, body: dict[str, Any] | None, version: int) -> bool:
    """Whether what is stored is what we were about to write: our own write, which the client tried again."""
    return stored is not None and stored["body"] == body and stored["version"]["N"] == str(version)


def _already_complete(lost: ConditionFailed, record: ShipmentRecord) -> ShipmentRecord:
    """Return the shipment whose purchase was complete before; raises `lost` when that was another one."""
    stored = lost.stored[0]
    if stored is None or stored.get("purchase_id") != {"S": record.purchase_id}:
        raise lost
    return _record(stored)
