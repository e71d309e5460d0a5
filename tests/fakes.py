"""The ports in memory: each does what the real adapter does, proven by the same tests."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from chalicelib.domain.attempts import look_at
from chalicelib.domain.connections import MOST_CONNECTIONS, ConnectionRecord
from chalicelib.domain.errors import ChangedMeanwhile, Conflict, InvalidRequest, NotFound
from chalicelib.domain.filters import connection_matches, shipment_matches, tracker_matches
from chalicelib.domain.ids import made_at
from chalicelib.domain.pages import MOST_BYTES, MOST_READ, Page, PageRequest
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.trackers import Tracker, adopted
from chalicelib.domain.tracking_numbers import normalized
from chalicelib.storage import rows

T = TypeVar("T", ShipmentRecord, Tracker, ConnectionRecord)


class FakeTrackers:
    """Trackers in a dictionary."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Tracker] = {}

    def add(self, tenant: Tenant, tracker: Tracker) -> Tracker:
        existing = self.guarded(tenant, tracker.carrier_name, tracker.tracking_number)
        return existing or self.stored.setdefault((tenant.key, tracker.id), tracker)

    def get(self, tenant: Tenant, tracker_id: str) -> Tracker:
        return _get(self.stored, tenant, tracker_id)

    def find(self, tenant: Tenant, carrier_name: str, tracking_number: str) -> Tracker | None:
        number = normalized(tracking_number)
        of_parcels = (
            tracker
            for tracker in _newest_first(self.stored, tenant)
            if tracker.carrier_name == carrier_name and number in map(normalized, tracker.parcel_numbers)
        )
        return self.guarded(tenant, carrier_name, tracking_number) or next(of_parcels, None)

    def guarded(self, tenant: Tenant, carrier_name: str, tracking_number: str) -> Tracker | None:
        wanted = carrier_name, normalized(tracking_number)
        for tracker in _newest_first(self.stored, tenant):
            if (tracker.carrier_name, normalized(tracker.tracking_number)) == wanted:
                return tracker
        return None

    def page(self, tenant: Tenant, request: PageRequest) -> Page[Tracker]:
        return _page(_newest_first(self.stored, tenant), request, tracker_matches, "trk_")

    def save(self, tenant: Tenant, tracker: Tracker) -> Tracker:
        return _save(self.stored, tenant, tracker)

    def remove(self, tenant: Tenant, tracker: Tracker) -> None:
        if self.stored.pop((tenant.key, tracker.id), None) is None:
            raise NotFound("There is no such tracker")


class FakeShipments:
    """Shipments in a dictionary; the trackers of those that are bought go to `trackers`."""

    def __init__(self, trackers: FakeTrackers | None = None) -> None:
        self.stored: dict[tuple[str, str], ShipmentRecord] = {}
        self.trackers = trackers or FakeTrackers()

    def add(self, tenant: Tenant, record: ShipmentRecord) -> None:
        if self.stored.setdefault((tenant.key, record.id), record) != record:
            raise ChangedMeanwhile("There is another shipment with this id")

    def get(self, tenant: Tenant, shipment_id: str) -> ShipmentRecord:
        return _get(self.stored, tenant, shipment_id)

    def page(self, tenant: Tenant, request: PageRequest) -> Page[ShipmentRecord]:
        return _page(_newest_first(self.stored, tenant), request, shipment_matches, "shp_")

    def due(self, now: datetime) -> Iterator[tuple[Tenant, str]]:
        for (owner, shipment_id), record in list(self.stored.items()):
            look = look_at(record)
            if look is not None and look <= now:
                yield rows.tenant_of({"tenant": {"S": owner}}), shipment_id

    def save(self, tenant: Tenant, record: ShipmentRecord) -> ShipmentRecord:
        return _save(self.stored, tenant, record)

    def complete(self, tenant: Tenant, record: ShipmentRecord, tracker: Tracker) -> ShipmentRecord:
        stored = self.get(tenant, record.id)
        if record.purchase_id is None:
            raise ValueError("a bought shipment names its purchase")
        if stored.attempt is None or stored.attempt.id != record.purchase_id:
            if stored.purchase_id == record.purchase_id:
                return stored
            raise Conflict("Another attempt is under way, or none")
        if stored.version != record.version:
            raise Conflict("Somebody else changed it")
        existing = self.trackers.guarded(tenant, tracker.carrier_name, tracker.tracking_number)
        if existing is None:
            followed = self.trackers.add(tenant, tracker)
        else:
            followed = self.trackers.save(tenant, adopted(existing, tracker))
        bought = record.model_copy(update={"tracker_id": followed.id, "version": record.version + 1})
        self.stored[tenant.key, record.id] = bought.model_copy(update={"version": stored.version + 1})
        return bought


class FakeConnections:
    """Connections in a dictionary."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], ConnectionRecord] = {}

    def add(self, tenant: Tenant, record: ConnectionRecord) -> ConnectionRecord:
        if earlier := self.stored.get((tenant.key, record.id)):
            return earlier
        if self.find(tenant, record.carrier_id):
            raise Conflict("There is one already", {"carrier_id": "Is taken by another connection"})
        if len(self.all(tenant)) >= MOST_CONNECTIONS:
            raise Conflict("There are too many")
        self.stored[tenant.key, record.id] = record
        return record

    def get(self, tenant: Tenant, connection_id: str) -> ConnectionRecord:
        return _get(self.stored, tenant, connection_id)

    def find(self, tenant: Tenant, carrier_id: str) -> ConnectionRecord | None:
        return next((record for record in self.all(tenant) if record.carrier_id == carrier_id), None)

    def all(self, tenant: Tenant) -> list[ConnectionRecord]:
        return _newest_first(self.stored, tenant)[::-1]

    def page(self, tenant: Tenant, request: PageRequest) -> Page[ConnectionRecord]:
        return _page(_newest_first(self.stored, tenant), request, connection_matches, "con_")

    def save(self, tenant: Tenant, record: ConnectionRecord) -> ConnectionRecord:
        return _save(self.stored, tenant, record)

    def remove(self, tenant: Tenant, record: ConnectionRecord) -> None:
        if self.stored.pop((tenant.key, record.id), None) is None:
            raise NotFound("There is no such connection")


class FakeLabels:
    """A label store in a dictionary."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], bytes] = {}

    def put(self, tenant: Tenant, object_key: str, content: bytes) -> None:
        self._check(object_key)
        self.stored[tenant.key, object_key] = content

    def check(self, tenant: Tenant) -> None:
        """Always writable; a script lets it fail."""

    def get(self, tenant: Tenant, object_key: str) -> bytes:
        self._check(object_key)
        try:
            return self.stored[tenant.key, object_key]
        except KeyError:
            raise NotFound("There is no such document") from None

    def link(self, tenant: Tenant, object_key: str) -> None:
        """None: the bytes are answered directly."""

    @staticmethod
    def _check(object_key: str) -> None:
        if not all(re.fullmatch(r"[\w-][\w.-]*", part, re.ASCII) for part in object_key.split("/")):
            raise ValueError(f"{object_key!r} is no key of an object")


def _get(stored: dict[tuple[str, str], T], tenant: Tenant, identifier: str) -> T:
    try:
        return stored[tenant.key, identifier]
    except KeyError:
        raise NotFound("There is no such thing") from None


def _save(stored: dict[tuple[str, str], T], tenant: Tenant, thing: T) -> T:
    saved = thing.model_copy(update={"version": thing.version + 1})
    before = _get(stored, tenant, thing.id)
    if before.version != thing.version and before != saved:
        raise Conflict("Somebody else changed it")
    stored[tenant.key, thing.id] = saved
    return saved


def _newest_first(stored: dict[tuple[str, str], T], tenant: Tenant) -> list[T]:
    mine = [thing for (owner, _), thing in stored.items() if owner == tenant.key]
    return sorted(mine, key=lambda thing: thing.id, reverse=True)


def _page(things: list[T], request: PageRequest, matches: Callable[[T, PageRequest], bool], prefix: str) -> Page[T]:
    after = request.after
    if after is not None and (not after.startswith(prefix) or len(after) > LONGEST_KEY):
        raise InvalidRequest("The list cannot be continued", {"cursor": "This is not a cursor of this list"})
    looked_up = {field: value for field, value in request.equals.items() if field in LOOKED_UP}
    inside = [
        thing
        for thing in things
        if (after is None or thing.id < after)
        and (request.created_after is None or made_at(thing.id) > request.created_after)
        and (request.created_before is None or made_at(thing.id) < request.created_before)
        and matches(thing, PageRequest(equals=looked_up))
    ]
    results: list[T] = []
    size = 0
    for read, thing in enumerate(inside):
        if len(results) == request.limit or read == MOST_READ:
            return Page(tuple(results), inside[read - 1].id)
        if matches(thing, request):
            size += len(thing.model_dump_json())
            if results and size >= MOST_BYTES:
                return Page(tuple(results), inside[read - 1].id)
            results.append(thing)
    return Page(tuple(results), None)


LONGEST_KEY = 1024
LOOKED_UP = frozenset({"reference", "order_id", "tracking_number"})
"""What has an index: nothing else is read for it."""
