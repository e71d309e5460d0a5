"""Shipments: their table, and the repository that reads and changes it."""

from __future__ import annotations

import random
from datetime import UTC
from typing import TYPE_CHECKING, Any
from zlib import crc32

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.domain.attempts import look_at
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.filters import numbers_of, shipment_matches
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.domain.trackers import adopted
from chalicelib.domain.tracking_numbers import normalized
from chalicelib.storage import rows, walks
from chalicelib.storage.pages import page_of
from chalicelib.storage.tables import ConditionFailed, RawItem, dispatch
from chalicelib.storage.trackers import StoredTrackers, TrackersTable, addition, change

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.domain.pages import Page, PageRequest
    from chalicelib.domain.tenants import Tenant
    from chalicelib.domain.trackers import Tracker

SHARDS = tuple(f"{number:x}" for number in range(8))
"""The partitions of the index of what is stuck. Each purchase enters it and leaves it, so that one alone would be the
hottest of all (1,000 writes a second); and a sweep that finds nothing makes no more calls than these."""

DUE_PAGE = 100
"""So many keys of what is stuck are read at once."""

ADOPTION_TRIES = 4
"""How often a number's tracker may change under a purchase's hands before it gives up."""


class ByReference(GlobalSecondaryIndex["ShipmentsTable"]):  # type: ignore[no-untyped-call]  # PynamoDB's
    """A tenant's shipments by the customer's reference, newest last."""

    class Meta:
        """How PynamoDB is told."""

        index_name = "by_reference"
        projection = KeysOnlyProjection()

    reference_key = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ByOrder(GlobalSecondaryIndex["ShipmentsTable"]):  # type: ignore[no-untyped-call]  # PynamoDB's
    """A tenant's shipments by the customer's order, newest last."""

    class Meta:
        """How PynamoDB is told."""

        index_name = "by_order"
        projection = KeysOnlyProjection()

    order_key = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ByLook(GlobalSecondaryIndex["ShipmentsTable"]):  # type: ignore[no-untyped-call]  # PynamoDB's
    """Everybody's shipments about which a carrier is to be asked, by when: few, so that no other is ever read."""

    class Meta:
        """How PynamoDB is told."""

        index_name = "by_look"
        projection = KeysOnlyProjection()

    look_shard = UnicodeAttribute(hash_key=True)
    look_at = UnicodeAttribute(range_key=True)


class ShipmentsTable(rows.ObjectTable):
    """Shipments, and look-up rows `number#<tracking number>#<shipment id>` that name their trackers."""

    table = "shipments"
    noun = "shipment"
    prefix = "shp"

    state = UnicodeAttribute(null=True)
    attempt_id = UnicodeAttribute(null=True)
    """The purchase or void under way."""
    purchase_id = UnicodeAttribute(null=True)
    """The purchase that got the label."""
    reference_key = UnicodeAttribute(null=True)
    order_key = UnicodeAttribute(null=True)
    look_shard = UnicodeAttribute(null=True)
    """One of `SHARDS`, of those alone that the sweep is to look at."""
    look_at = UnicodeAttribute(null=True)
    """When it is: an instant whose text sorts by time."""
    tracker_id = UnicodeAttribute(null=True)
    """Of look-up rows only."""
    by_reference = ByReference()
    by_order = ByOrder()
    by_look = ByLook()


class StoredShipments:
    """The shipments of all tenants, in bound tables."""

    def __init__(self, shipments: type[ShipmentsTable], trackers: type[TrackersTable]) -> None:
        self._shipments = shipments
        self._trackers = trackers
        self._follow = StoredTrackers(trackers, shipments)

    def add(self, tenant: Tenant, record: ShipmentRecord) -> None:
        """Store a new draft; raises `Conflict` when there is another shipment with its id."""
        rows.add_item(self._shipments, rows.key_of(tenant, record.id), _columns(tenant, record), record.version)

    def get(self, tenant: Tenant, shipment_id: str) -> ShipmentRecord:
        """Return it, strongly consistent; raises `NotFound`."""
        return _record(rows.get_item(self._shipments, tenant, shipment_id))

    def page(self, tenant: Tenant, request: PageRequest) -> Page[ShipmentRecord]:
        """Return one page, newest first; by number, reference or order without reading any other shipment."""
        return page_of(self._chunks(tenant, request), request, ShipmentRecord, shipment_matches)

    def due(self, now: datetime) -> Iterator[tuple[Tenant, str]]:
        """Return, of all tenants, who is to be looked at by `now`: the ids of stuck shipments, read as far as asked.

        The longest due come first within each shard; the shards come in any order, so that a sweep that has to stop
        early starves none. The index may lag behind: read the shipment before acting on it.
        """
        for shard in random.sample(SHARDS, len(SHARDS)):
            asked: dict[str, Any] = {
                "IndexName": ByLook.Meta.index_name,
                "KeyConditionExpression": "look_shard = :shard AND look_at <= :now",
                "ExpressionAttributeValues": {":shard": {"S": shard}, ":now": {"S": _sortable(now)}},
                "Limit": DUE_PAGE,
            }
            while True:
                answer = dispatch(self._shipments, "Query", asked)
                for key in answer["Items"]:
                    yield rows.tenant_of(key), key["id"]["S"]
                if "LastEvaluatedKey" not in answer:
                    break
                asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def save(self, tenant: Tenant, record: ShipmentRecord) -> ShipmentRecord:
        """Store a change conditional on `record.version`; return it with the version counted up.

        Raises `Conflict` when somebody else changed it.
        """
        rows.save_item(self._shipments, rows.key_of(tenant, record.id), _columns(tenant, record), record.version)
        return _counted_up(record)

    def complete(self, tenant: Tenant, record: ShipmentRecord, tracker: Tracker) -> ShipmentRecord:
        """Store a bought shipment, its tracker and its numbers in one transaction, or return what was stored before.

        Conditional on the attempt under way being `record.purchase_id`, and on the version, so that no note of others
        is lost. A purchase that is complete already is answered as it is stored. Raises `Conflict` when
        another attempt is under way, or none, or somebody changed the shipment.
        """
        existing: Tracker | None = None
        for _ in range(ADOPTION_TRIES):
            followed = tracker if existing is None else adopted(existing, tracker)
            bought = record.model_copy(update={"tracker_id": followed.id})
            add = addition if existing is None else change
            writes = [
                self._completion(tenant, bought),
                *self._number_rows(tenant, bought),
                *add(self._trackers, tenant, followed),
            ]
            try:
                rows.transact(self._shipments, writes)
            except ConditionFailed as lost:
                if 0 in lost.stored:
                    return _already_complete(lost, record)
                existing = self._follow.guarded(tenant, tracker.carrier_name, tracker.tracking_number)
            else:
                return _counted_up(bought)
        raise Unavailable("The parcel's tracker keeps changing; try again")

    def _chunks(self, tenant: Tenant, request: PageRequest) -> Iterator[walks.Chunk]:
        table, equals = self._shipments, request.equals
        stretch = walks.Stretch.of(table.prefix, request)
        if "tracking_number" in equals:
            found = walks.number_rows(table, tenant, normalized(equals["tracking_number"]))
            return walks.of_ids(table, tenant, [row["id"]["S"].rpartition("#")[2] for row in found], stretch)
        if "reference" in equals:
            index = walks.Index("by_reference", "reference_key", equals["reference"])
            return walks.of_index(table, tenant, index, stretch)
        if "order_id" in equals:
            index = walks.Index("by_order", "order_key", equals["order_id"])
            return walks.of_index(table, tenant, index, stretch)
        return walks.of_table(table, tenant, stretch)

    def _completion(self, tenant: Tenant, bought: ShipmentRecord) -> rows.Write:
        if bought.purchase_id is None:
            raise ValueError("a bought shipment names its purchase")
        under_way = {"attempt_id": {"S": bought.purchase_id}, "version": {"N": str(bought.version)}}
        key = rows.key_of(tenant, bought.id)
        return "Update", rows.update(self._shipments, key, _columns(tenant, bought), under_way)

    def _number_rows(self, tenant: Tenant, bought: ShipmentRecord) -> Iterator[rows.Write]:
        for number in numbers_of(bought):
            key = rows.key_of(tenant, f"{rows.NUMBERS}{normalized(number)}#{bought.id}")
            yield "Put", rows.put(self._shipments, key | {"tracker_id": {"S": bought.tracker_id}})


def _columns(tenant: Tenant, record: ShipmentRecord) -> rows.Columns:
    look = look_at(record)
    return {
        **rows.body_of(record),
        "state": {"S": record.state},
        "attempt_id": None if record.attempt is None else {"S": record.attempt.id},
        "purchase_id": None if record.purchase_id is None else {"S": record.purchase_id},
        "reference_key": None if record.reference is None else rows.index_key(tenant, record.reference),
        "order_key": None if record.order_id is None else rows.index_key(tenant, record.order_id),
        "look_shard": None if look is None else {"S": _shard(record.id)},
        "look_at": None if look is None else {"S": _sortable(look)},
    }


def _shard(shipment_id: str) -> str:
    return SHARDS[crc32(shipment_id.encode()) % len(SHARDS)]


def _sortable(at: datetime) -> str:
    """Return an instant as a text that sorts by time: UTC, to the second, the fraction cut off."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _record(item: RawItem) -> ShipmentRecord:
    return ShipmentRecord.model_validate_json(rows.json_of(item))


def _counted_up(record: ShipmentRecord) -> ShipmentRecord:
    return record.model_copy(update={"version": record.version + 1})


def _already_complete(lost: ConditionFailed, record: ShipmentRecord) -> ShipmentRecord:
    """Return the shipment as stored when this very purchase was complete before; else raise `lost` or `NotFound`."""
    stored = lost.stored[0]
    if stored is None:
        raise rows.not_found(ShipmentsTable) from lost
    if stored.get("purchase_id") != {"S": record.purchase_id}:
        raise lost
    return _record(stored)
