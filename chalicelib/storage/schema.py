"""The schema: every table of Dray, and how tables come into being at any endpoint."""

from __future__ import annotations

import time
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import TTLAttribute
from pynamodb.exceptions import TableError

from chalicelib.storage.tables import Table, bind, connection_of, table_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from chalicelib.storage.tables import TableSettings

TABLE_MODULES = (
    "accounts",
    "api_keys",
    "connections",
    "idempotency",
    "rate_limits",
    "sandbox_ledger",
    "shipments",
    "trackers",
)
"""The modules of `chalicelib.storage` that define tables: imported when asked for, as some need pydantic."""

WAIT_S = 120
POLL_S = 0.25

RECOVERY = {"PointInTimeRecoveryEnabled": True}

UNSUPPORTED = frozenset({"UnknownOperationException", "UnsupportedOperationException", "InvalidAction"})
"""What engines answer to a call that they do not know; backups are AWS's."""


class SchemaError(Exception):
    """A table cannot be made, or is not as Dray needs it: a sentence for the operator."""


def all_tables() -> tuple[type[Table], ...]:
    """Return the models of all tables, not bound, in the order of `TABLE_MODULES`."""
    modules = [import_module(f"chalicelib.storage.{name}") for name in TABLE_MODULES]
    return tuple(
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Table) and "table" in vars(thing)
        if thing.__module__ == module.__name__
    )


def create_tables(
    settings: TableSettings, models: Iterable[type[Table]], sleep: Callable[[float], None] = time.sleep
) -> list[str]:
    """Make the tables that are missing, wait until all can be used, and return the names of the new ones.

    A table that an earlier version made gets the indexes that are new since.
    On demand, encrypted (DynamoDB always is), with point-in-time recovery and expiry where the endpoint has them.
    Raises `SchemaError` when a table exists with other keys, or takes longer than `WAIT_S` to be ready.
    """
    bound = [bind(model, settings) for model in models]
    made = [table_name(model) for model in bound if _is_made_now(model, sleep)]
    for model in bound:
        _wait_until_active(model, sleep)
        _where_supported(partial(_recover, model, sleep))
        _where_supported(partial(_expire, model))
    return made


def ttl_attribute(model: type[Table]) -> str | None:
    """Return the name of the attribute by which rows expire, None where they never do."""
    names = [
        attribute.attr_name for attribute in model.get_attributes().values() if isinstance(attribute, TTLAttribute)
    ]
    return names[0] if names else None


def _is_made_now(model: type[Table], sleep: Callable[[float], None]) -> bool:
    """Make the table unless it is there; then check it, and add the indexes that it lacks."""
    found = _description(model)
    if found is None:
        _create(model)
        return True
    if differences := _differences(model, found):
        raise SchemaError(f"The table {table_name(model)} exists, but {'; '.join(differences)}")
    _add_indexes(model, found, sleep)
    return False


def _add_indexes(model: type[Table], found: dict[str, Any], sleep: Callable[[float], None]) -> None:
    """Make the missing indexes one after the other, as DynamoDB wants it (developer guide, GSI.OnlineOps)."""
    schema = model._get_schema()  # noqa: SLF001 - see below
    kinds = {attribute["AttributeName"]: attribute for attribute in schema["attribute_definitions"]}
    kinds_there = {attribute["AttributeName"]: attribute for attribute in found["AttributeDefinitions"]}
    there = {index["IndexName"] for index in found.get("GlobalSecondaryIndexes") or ()}
    for index in schema["global_secondary_indexes"]:
        if index["index_name"] in there:
            continue
        keys = index["key_schema"]
        kinds_there |= {part["AttributeName"]: kinds[part["AttributeName"]] for part in keys}
        create = {"IndexName": index["index_name"], "KeySchema": keys, "Projection": index["projection"]}
        asked = {
            "AttributeDefinitions": list(kinds_there.values()),
            "GlobalSecondaryIndexUpdates": [{"Create": create}],
        }
        _call(model, "UpdateTable", asked)
        _wait_until_active(model, sleep)


def _create(model: type[Table]) -> None:
    schema = cast("dict[str, Any]", model._get_schema())  # noqa: SLF001 - PynamoDB tells a model's keys no other way
    try:
        connection_of(model).create_table(table_name(model), billing_mode="PAY_PER_REQUEST", **schema)
    except TableError as error:
        if error.cause_response_code != "ResourceInUseException":  # that is somebody who makes it at the same time
            raise SchemaError(
                f"The table {table_name(model)} cannot be made: {error.cause_response_message}"
            ) from error


def _description(model: type[Table]) -> dict[str, Any] | None:
    try:
        answer = _call(model, "DescribeTable")
    except ClientError as error:
        if _code(error) == "ResourceNotFoundException":
            return None
        raise
    return cast("dict[str, Any]", answer["Table"])


def _differences(model: type[Table], found: dict[str, Any]) -> list[str]:
    """Return what is not as the model says, one clause each."""
    schema = model._get_schema()  # noqa: SLF001 - see above
    kinds = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in schema["attribute_definitions"]}
    stored_kinds = {one["AttributeName"]: one["AttributeType"] for one in found["AttributeDefinitions"]}
    stored = {index["IndexName"]: _keys(index["KeySchema"]) for index in found.get("GlobalSecondaryIndexes") or ()}
    wanted = {index["index_name"]: _keys(index["key_schema"]) for index in schema["global_secondary_indexes"]}
    told = []
    if _keys(found["KeySchema"]) != _keys(schema["key_schema"]):
        told.append(f"its key is {_keys(found['KeySchema'])} and not {_keys(schema['key_schema'])}")
    told += [
        f"{name} is of type {stored_kinds[name]} and not {kind}"
        for name, kind in kinds.items()
        if stored_kinds.get(name, kind) != kind
    ]
    told += [
        f"its index {name} is on {stored[name]} and not {keys}"
        for name, keys in wanted.items()
        if stored.get(name, keys) != keys
    ]
    return told


def _keys(key_schema: Iterable[Any]) -> str:
    """Return a key as text: its partition attribute, then its sort attribute."""
    return ", ".join(part["AttributeName"] for part in sorted(key_schema, key=lambda part: str(part["KeyType"])))


def _wait_until_active(model: type[Table], sleep: Callable[[float], None]) -> None:
    for _ in _polls(model, sleep):
        found = _description(model) or {}
        indexes = found.get("GlobalSecondaryIndexes") or ()
        if {found.get("TableStatus"), *(index.get("IndexStatus", "ACTIVE") for index in indexes)} == {"ACTIVE"}:
            return


def _recover(model: type[Table], sleep: Callable[[float], None]) -> None:
    """Switch on point-in-time recovery."""
    for _ in _polls(model, sleep):
        backups = _call(model, "DescribeContinuousBackups")["ContinuousBackupsDescription"]
        if backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED":
            return
        try:
            _call(model, "UpdateContinuousBackups", {"PointInTimeRecoverySpecification": RECOVERY})
        except ClientError as error:
            if _code(error) != "ContinuousBackupsUnavailableException":  # a table's first moments
                raise


def _expire(model: type[Table]) -> None:
    """Switch on expiry, where the model has an attribute for it."""
    name = ttl_attribute(model)
    if name is None:
        return
    if _call(model, "DescribeTimeToLive")["TimeToLiveDescription"]["TimeToLiveStatus"] not in {"ENABLED", "ENABLING"}:
        _call(model, "UpdateTimeToLive", {"TimeToLiveSpecification": {"AttributeName": name, "Enabled": True}})


def _polls(model: type[Table], sleep: Callable[[float], None]) -> Iterator[None]:
    """Come back until the caller is content; raises `SchemaError` when that takes too long."""
    for _ in range(int(WAIT_S / POLL_S)):
        yield
        sleep(POLL_S)
    raise SchemaError(f"The table {table_name(model)} is not ready after {WAIT_S} s; run this again")


def _where_supported(ask: Callable[[], None]) -> None:
    try:
        ask()
    except ClientError as error:
        if _code(error) not in UNSUPPORTED:
            raise


def _call(model: type[Table], operation: str, arguments: dict[str, Any] | None = None) -> dict[str, Any]:
    """Make a call about the table itself, which has no capacity to be counted."""
    client: Any = connection_of(model).client
    asked = {"TableName": table_name(model), **(arguments or {})}
    try:
        return cast("dict[str, Any]", client._make_api_call(operation, asked))  # noqa: SLF001 - as PynamoDB calls it
    except BotoCoreError as error:
        raise SchemaError(f"DynamoDB cannot be asked: {error}") from error


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
