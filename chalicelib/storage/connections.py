"""Connections: their table, and the repository that keeps one a name, and no more than an account may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.domain.connections import MOST_CONNECTIONS, ConnectionRecord
from chalicelib.domain.errors import Conflict
from chalicelib.domain.filters import connection_matches
from chalicelib.domain.pages import PageRequest
from chalicelib.storage import rows, walks
from chalicelib.storage.pages import page_of
from chalicelib.storage.tables import ConditionFailed, RawItem, table_name

if TYPE_CHECKING:
    from chalicelib.domain.pages import Page
    from chalicelib.domain.tenants import Tenant

CONNECTION, GUARD = 0, 1
"""The places of two conditions in the transaction that adds a connection; the third is the count's."""

COUNT_ID = "count#"
"""The sort key of the row that counts a tenant's connections."""


class ConnectionsTable(rows.ObjectTable):
    """Connections, guard rows `carrier_id#<carrier_id>` that name the one connection of a name, and `count#` rows."""

    table = "connections"
    noun = "connection"
    prefix = "con"

    connection_id = UnicodeAttribute(null=True)
    """Of guard rows only."""
    connections = NumberAttribute(null=True)
    """Of count rows only: how many the tenant has."""


class StoredConnections:
    """The connections of all tenants, in a bound table."""

    def __init__(self, connections: type[ConnectionsTable]) -> None:
        self._connections = connections

    def add(self, tenant: Tenant, record: ConnectionRecord) -> ConnectionRecord:
        """Store a new connection; return the one with its id that an earlier try has stored, where there is one.

        Raises `Conflict` when its `carrier_id` is taken, or the tenant has `MOST_CONNECTIONS`.
        """
        key = rows.key_of(tenant, record.id)
        version = {"version": {"N": str(record.version)}}
        guard = rows.key_of(tenant, _guard_id(record.carrier_id)) | {"connection_id": key["id"]}
        writes = [
            ("Put", rows.put(self._connections, key | rows.body_of(record) | version, rows.NEW)),
            ("Put", rows.put(self._connections, guard, rows.NEW)),
            ("Update", self._one_more(tenant)),
        ]
        try:
            rows.transact(self._connections, writes)
        except ConditionFailed as lost:
            if stored := lost.stored.get(CONNECTION):
                return _record(stored)
            raise _refusal(record, lost) from lost
        return record

    def get(self, tenant: Tenant, connection_id: str) -> ConnectionRecord:
        """Return it, strongly consistent; raises `NotFound`."""
        return _record(rows.get_item(self._connections, tenant, connection_id))

    def find(self, tenant: Tenant, carrier_id: str) -> ConnectionRecord | None:
        """Return the connection with this name, strongly consistent."""
        guard_id = _guard_id(carrier_id)
        guard = rows.find_item(self._connections, tenant, guard_id) if rows.fits(guard_id) else None
        item = rows.find_item(self._connections, tenant, guard["connection_id"]["S"]) if guard else None
        return _record(item) if item else None

    def all(self, tenant: Tenant) -> list[ConnectionRecord]:
        """Return all of the tenant's connections, strongly consistent, the oldest first."""
        stretch = walks.Stretch.of(self._connections.prefix, PageRequest(limit=MOST_CONNECTIONS))
        chunks = walks.of_table(self._connections, tenant, stretch)
        return [_record(item) for chunk in chunks for item in chunk.items][::-1]

    def page(self, tenant: Tenant, request: PageRequest) -> Page[ConnectionRecord]:
        """Return one page, newest first."""
        stretch = walks.Stretch.of(self._connections.prefix, request)
        chunks = walks.of_table(self._connections, tenant, stretch)
        return page_of(chunks, request, ConnectionRecord, connection_matches)

    def save(self, tenant: Tenant, record: ConnectionRecord) -> ConnectionRecord:
        """Store a change conditional on `record.version`; return it with the version counted up.

        Raises `NotFound` when it was removed, `Conflict` when somebody else changed it.
        """
        rows.save_item(self._connections, rows.key_of(tenant, record.id), rows.body_of(record), record.version)
        return record.model_copy(update={"version": record.version + 1})

    def remove(self, tenant: Tenant, record: ConnectionRecord) -> None:
        """Delete the connection and free its name; raises `NotFound` when it was removed before."""
        deleted, freed = (
            {"TableName": table_name(self._connections), "Key": rows.key_of(tenant, identifier)}
            for identifier in (record.id, _guard_id(record.carrier_id))
        )
        deleted["ConditionExpression"] = "attribute_exists(id)"  # then guard and count are this connection's too
        writes = [("Delete", deleted), ("Delete", freed), ("Update", self._one_less(tenant))]
        try:
            rows.transact(self._connections, writes)
        except ConditionFailed as lost:
            raise rows.not_found(self._connections) from lost

    def _one_more(self, tenant: Tenant) -> dict[str, Any]:
        """Return the update that counts a connection on, below `MOST_CONNECTIONS` only."""
        return {
            "TableName": table_name(self._connections),
            "Key": rows.key_of(tenant, COUNT_ID),
            "UpdateExpression": "SET connections = if_not_exists(connections, :none) + :one",
            "ConditionExpression": "attribute_not_exists(connections) OR connections < :most",
            "ExpressionAttributeValues": {":none": _n(0), ":one": _n(1), ":most": _n(MOST_CONNECTIONS)},
        }

    def _one_less(self, tenant: Tenant) -> dict[str, Any]:
        return {
            "TableName": table_name(self._connections),
            "Key": rows.key_of(tenant, COUNT_ID),
            "UpdateExpression": "SET connections = connections - :one",
            "ExpressionAttributeValues": {":one": _n(1)},
        }


def _refusal(record: ConnectionRecord, lost: ConditionFailed) -> Conflict:
    """Return why a connection could not be added."""
    if GUARD in lost.stored:
        told = f"There is a connection with the carrier_id {record.carrier_id} already; change that one, or use another"
        return Conflict(told, {"carrier_id": "Is taken by another connection of this account and mode"})
    return Conflict(f"An account has at most {MOST_CONNECTIONS} connections in one mode; delete one first")


def _record(item: RawItem) -> ConnectionRecord:
    return ConnectionRecord.model_validate_json(rows.json_of(item))


def _guard_id(carrier_id: str) -> str:
    return f"carrier_id#{carrier_id}"


def _n(number: int) -> dict[str, str]:
    return {"N": str(number)}
