"""Rows: how an object of a tenant becomes an item, and an item an object again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.domain.errors import NotFound, Unavailable
from chalicelib.domain.ids import AccountId
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.bodies import SCHEMA, packed, unpacked
from chalicelib.storage.tables import ConditionFailed, RawItem, Table, connection_of, dispatch, table_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.domain.objects import DrayObject
    from chalicelib.domain.tenants import Mode

Columns = Mapping[str, dict[str, Any] | None]
"""An object's attributes but its key and version; None for one that it does not have."""

Write = tuple[str, dict[str, Any]]
"""A part of a transaction: `Put`, `Update` or `Delete`, and its arguments."""

LONGEST_SORT_KEY = 1024
"""Bytes (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html)."""
LONGEST_PARTITION_KEY = 2048
NEW = "attribute_not_exists(id)"
"""The condition that there is no item with this key yet."""

BATCH = 100
"""So many items a BatchGetItem takes (DynamoDB's limit)."""
BATCH_TRIES = 5
BATCH_PAUSE_S = 0.1

NUMBERS = "number#"
"""What the sort keys of look-up rows by tracking number start with: lists of objects never meet them."""


class ObjectTable(Table):
    """A tenant's objects of one noun: the object is one compressed body, and what is conditioned on stands beside it.

    `number#…` rows in the same partition have keys and no body.
    """

    noun: ClassVar[str]
    prefix: ClassVar[str]
    """What the objects' ids start with."""

    tenant = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    body = BinaryAttribute(null=True, legacy_encoding=False)
    schema = NumberAttribute(null=True)
    version = NumberAttribute(null=True)
    """The truth about the version; a body does not hold it, so that it can be counted up unread."""


def key_of(tenant: Tenant, identifier: str) -> RawItem:
    """Return the key of an item."""
    return {"tenant": {"S": tenant.key}, "id": {"S": identifier}}


def tenant_of(key: RawItem) -> Tenant:
    """Return whose item it is."""
    account_id, _, mode = key["tenant"]["S"].partition("#")
    return Tenant(AccountId(account_id), cast("Mode", mode))


def fits(sort_key: str) -> bool:
    """Return whether such a sort key can exist at all: DynamoDB refuses to look for others."""
    return len(sort_key.encode()) <= LONGEST_SORT_KEY


def index_key(tenant: Tenant, value: str) -> dict[str, str]:
    """Return the partition of an index that holds those of the tenant's objects that have `value`."""
    return {"S": f"{tenant.key}#{value}"}


def body_of(thing: DrayObject) -> RawItem:
    """Return the attributes `body` and `schema`."""
    json_text = thing.model_dump_json(exclude_none=True, exclude={"version"})
    return {"body": {"B": packed(json_text.encode())}, "schema": {"N": str(SCHEMA)}}


def json_of(item: RawItem) -> bytes:
    """Return an item's object as JSON, with its version."""
    json_text = unpacked(item["body"]["B"], int(item["schema"]["N"]))
    return b'{"version":%s,%s' % (item["version"]["N"].encode(), json_text[1:])


def find_item(table: type[Table], tenant: Tenant, identifier: str) -> RawItem | None:
    """Return the item, strongly consistent."""
    answer = dispatch(table, "GetItem", {"Key": key_of(tenant, identifier), "ConsistentRead": True})
    return answer.get("Item")


def get_item(table: type[ObjectTable], tenant: Tenant, identifier: str) -> RawItem:
    """Return an object's item, strongly consistent; raises `NotFound`."""
    if identifier.startswith(f"{table.prefix}_") and fits(identifier):
        item = find_item(table, tenant, identifier)
        if item is not None:
            return item
    raise not_found(table)


def find_items(table: type[Table], tenant: Tenant, identifiers: Sequence[str]) -> list[RawItem]:
    """Return those of the items that exist, strongly consistent, in the order of `identifiers`, which differ.

    Raises `Unavailable` when the database keeps answering only a part.
    """
    found: dict[str, RawItem] = {}
    for start in range(0, len(identifiers), BATCH):
        found |= _find_batch(table, [key_of(tenant, one) for one in identifiers[start : start + BATCH]])
    return [found[identifier] for identifier in identifiers if identifier in found]


def _find_batch(table: type[Table], wanted: list[RawItem]) -> dict[str, RawItem]:
    """Return by id those of at most `BATCH` items that exist."""
    found: dict[str, RawItem] = {}
    name = table_name(table)
    for _ in range(BATCH_TRIES):
        asked = {"RequestItems": {name: {"Keys": wanted, "ConsistentRead": True}}}
        answer = dispatch(table, "BatchGetItem", asked)
        found |= {item["id"]["S"]: item for item in answer["Responses"].get(name, ())}
        wanted = answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys", [])
        if not wanted:
            return found
        connection_of(table).pause(BATCH_PAUSE_S)
    raise Unavailable("The database is too busy; try again")


def add_item(table: type[ObjectTable], key: RawItem, columns: Columns, version: int) -> None:
    """Store a new object; raises `ConditionFailed` when there is another one with its key."""
    item: RawItem = key | {name: column for name, column in columns.items() if column is not None}
    item["version"] = {"N": str(version)}
    try:
        dispatch(table, "PutItem", put(table, item, NEW))
    except ConditionFailed as lost:
        if not _holds(lost.stored[0], item):
            raise


def save_item(table: type[ObjectTable], key: RawItem, columns: Columns, version: int) -> None:
    """Store a changed object if it still has this version, and count the version up.

    Raises `NotFound` when it is gone, `ConditionFailed` when somebody else changed it.
    """
    try:
        dispatch(table, "UpdateItem", update(table, key, columns, {"version": {"N": str(version)}}))
    except ConditionFailed as lost:
        if lost.stored[0] is None:
            raise not_found(table) from lost
        if not _holds(lost.stored[0], {**columns, "version": {"N": str(version + 1)}}):
            raise


def put(table: type[Table], item: RawItem, condition: str | None = None) -> dict[str, Any]:
    """Return the arguments of a Put, alone or in a transaction."""
    arguments = {"TableName": table_name(table), "Item": item}
    return arguments if condition is None else arguments | {"ConditionExpression": condition}


def update(table: type[Table], key: RawItem, columns: Columns, expected: RawItem) -> dict[str, Any]:
    """Return the arguments of an Update that sets the columns (None: removes) and counts the version up.

    Its condition is that the columns of `expected` are stored as they are there.
    """
    kept = {name: column for name, column in columns.items() if column is not None}
    gone = [f"#{name}" for name, column in columns.items() if column is None]
    sets = ", ".join(f"#{name} = :{name}" for name in kept)
    removes = f" REMOVE {', '.join(gone)}" if gone else ""
    return {
        "TableName": table_name(table),
        "Key": key,
        "UpdateExpression": f"SET {sets}, #version = #version + :one{removes}",
        "ConditionExpression": " AND ".join(f"#{name} = :expected_{name}" for name in expected),
        "ExpressionAttributeNames": {f"#{name}": name for name in (*columns, *expected, "version")},
        "ExpressionAttributeValues": {
            **{f":{name}": column for name, column in kept.items()},
            **{f":expected_{name}": column for name, column in expected.items()},
            ":one": {"N": "1"},
        },
    }


def transact(table: type[Table], writes: Iterable[Write]) -> None:
    """Carry out all writes or none; raises `ConditionFailed`, whose positions are those in `writes`."""
    parts = [{kind: arguments} for kind, arguments in writes]
    dispatch(table, "TransactWriteItems", {"TransactItems": parts})


def _holds(stored: RawItem | None, written: Columns) -> bool:
    """Whether what is stored is what was to be written: our own write, which the client tried again."""
    return stored is not None and all(stored.get(name) == column for name, column in written.items())


def not_found(table: type[ObjectTable]) -> NotFound:
    """Return what to raise where a tenant has no such object."""
    return NotFound(f"There is no such {table.noun}")
