"""Tables: how a PynamoDB model is bound to one DynamoDB, and how its calls are counted and its errors translated."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from functools import cache
from threading import Lock
from types import new_class
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast
from urllib.parse import urlsplit

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from pynamodb.connection import Connection, TableConnection
from pynamodb.connection.base import MetaTable
from pynamodb.models import Model

from chalicelib.domain.errors import ChangedMeanwhile, Unavailable
from chalicelib.storage import capacity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pynamodb.connection._botocore_private import BotocoreBaseClientPrivate

RawItem = dict[str, dict[str, Any]]
"""An item as DynamoDB speaks it: attribute → {type: value}."""

CONNECT_TIMEOUT_S = 2
READ_TIMEOUT_S = 3
MAX_RETRIES = 2
"""By the client itself, where an answer stayed away or was a throttle. So a write may find that its own first try
was carried out: who writes under a condition must recognise its own work in `ConditionFailed.stored`."""
POOL_SIZE = 32

CONFLICT_PAUSES_S = (0.02, 0.05, 0.1)
"""At most so long before a write that met a transaction on the same item is tried again; the true pause is random."""

CONFLICTS = frozenset({"TransactionConflictException", "TransactionConflict"})
THROTTLES = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
LOST_CONDITIONS = frozenset({"ConditionalCheckFailedException", "ConditionalCheckFailed"})
SERVER_ERRORS_FROM = 500
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SINGLE_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
MANY_TABLES = frozenset({"TransactWriteItems", "TransactGetItems", "BatchGetItem", "BatchWriteItem"})


@dataclass(frozen=True)
class TableSettings:
    """Where the tables are: all of one stage start with `prefix`; `endpoint` None means AWS itself."""

    prefix: str
    region: str
    endpoint: str | None = None


class ConditionFailed(ChangedMeanwhile):
    """What a write expected is not what is stored.

    `stored` holds, by the write's position in its transaction (0 for a single write), the items whose condition
    failed: as they are stored, None where there is no such item.
    """

    def __init__(self, stored: Mapping[int, RawItem | None]) -> None:
        super().__init__("This was changed by another request at the same time; read it again and repeat the change")
        self.stored = dict(stored)


class Table(Model):
    """The base of all tables; a subclass names its `table` and its key attributes and is used through `bind`."""

    table: ClassVar[str]
    """The table's name without prefix."""


T = TypeVar("T", bound=Table)


class CountingConnection(Connection):
    """One DynamoDB: every call through it is counted by `capacity`, every error leaves it as one of Dray's.

    Raises `ConditionFailed` when a condition was lost; `Unavailable` when throttled, when transactions stood in the
    way again and again, and when no answer came (then a write may have been carried out).
    """

    def __init__(self, settings: TableSettings, sleep: Callable[[float], None] = time.sleep) -> None:
        key_id, secret = _credentials(settings.endpoint)
        super().__init__(
            region=settings.region,
            host=settings.endpoint,
            connect_timeout_seconds=CONNECT_TIMEOUT_S,
            read_timeout_seconds=READ_TIMEOUT_S,
            max_retry_attempts=MAX_RETRIES,
            max_pool_connections=POOL_SIZE,
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
        )
        self._sleep = sleep
        self._turn = Lock()

    @property
    def client(self) -> BotocoreBaseClientPrivate:
        """The botocore client; made once, also when several threads are the first."""
        if self._client is None:
            with self._turn:
                return super().client
        return super().client

    def pause(self, longest_s: float) -> None:
        """Wait for a random time: who stood in each other's way shall not meet again."""
        self._sleep(random.uniform(0, longest_s))

    def ask(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Make one call, as PynamoDB does; fault injection replaces this."""
        return super().dispatch(operation, arguments)

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        """Make one call, count it, translate its errors; what met a transaction is tried again."""
        for longest_pause_s in (*CONFLICT_PAUSES_S, None):
            try:
                answer = self.ask(operation_name, operation_kwargs)
            except ClientError as error:
                if longest_pause_s is None or not _met_a_transaction(error):
                    raise _translated(error) from error
                self.pause(longest_pause_s)
            except (HTTPClientError, NoConnection) as error:
                raise Unavailable("The database did not answer; try again") from error
            else:
                _count(operation_name, answer)
                return answer
        raise AssertionError("the last try returns or raises")


def bind(model: type[T], settings: TableSettings) -> type[T]:
    """Return `model` bound to its table in `settings`: the same class for the same settings."""
    return cast("type[T]", _bound(model, settings))


def bind_to(connection: CountingConnection, model: type[T], settings: TableSettings) -> type[T]:
    """Return `model` bound to its table in `settings`, speaking through `connection`: for fault injection."""
    name = settings.prefix + model.table

    class Meta:
        table_name = name
        region = settings.region
        host = settings.endpoint
        billing_mode = "PAY_PER_REQUEST"

    made = new_class(model.__name__, (model,), exec_body=lambda namespace: namespace.update(Meta=Meta))
    bound = cast("type[T]", made)
    schema = bound._get_schema()  # noqa: SLF001 - PynamoDB tells a model's keys no other way
    keys = {
        "TableName": name,
        "KeySchema": schema["key_schema"],
        "AttributeDefinitions": schema["attribute_definitions"],
    }
    indexes = [
        {"IndexName": index["index_name"], "KeySchema": index["key_schema"]}
        for index in schema["global_secondary_indexes"]
    ]
    table = TableConnection(name)
    table.connection = connection
    connection._tables[name] = MetaTable(keys | {"GlobalSecondaryIndexes": indexes})  # noqa: SLF001 - add_meta_table refuses a second time
    bound._connection = table  # noqa: SLF001 - else each table had a client of its own
    return bound


def dispatch(model: type[Table], operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Make one call of DynamoDB's own API for a bound table and return its answer.

    Adds the table's name, but where the operation names tables itself; and to each conditional write the wish to hear
    what is stored when the condition fails: it is then in `ConditionFailed.stored`.
    """
    asked = dict(arguments)
    if operation not in MANY_TABLES:
        asked["TableName"] = table_name(model)
    if operation in SINGLE_WRITES:
        _ask_what_is_stored(asked)
    for part in asked.get("TransactItems", ()):
        for write in part.values():
            _ask_what_is_stored(write)
    return connection_of(model).dispatch(operation, asked)


def table_name(model: type[Table]) -> str:
    """Return a bound table's full name."""
    return model.Meta.table_name


def connection_of(model: type[Table]) -> CountingConnection:
    """Return the connection through which a bound table speaks."""
    connection = model._get_connection().connection  # noqa: SLF001 - PynamoDB's door to the calls that its models lack
    return cast("CountingConnection", connection)


@cache
def _connection_to(region: str, endpoint: str | None) -> CountingConnection:
    return CountingConnection(TableSettings("", region, endpoint))


@cache
def _bound(model: type[Table], settings: TableSettings) -> type[Table]:
    return bind_to(_connection_to(settings.region, settings.endpoint), model, settings)


def _credentials(endpoint: str | None) -> tuple[str | None, str | None]:
    """Return fixed credentials for an engine on this machine: real ones stay at home, and none are needed."""
    here = endpoint is not None and urlsplit(endpoint).hostname in LOOPBACK
    return ("local", "local") if here else (None, None)


def _ask_what_is_stored(write: dict[str, Any]) -> None:
    if "ConditionExpression" in write:
        write["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"


def _count(operation: str, answer: Mapping[str, Any]) -> None:
    consumed = answer.get("ConsumedCapacity") or []
    tables = consumed if isinstance(consumed, list) else [consumed]
    capacity.record(operation, sum(table["CapacityUnits"] for table in tables))


def _response(error: ClientError) -> Mapping[str, Any]:
    """Return DynamoDB's whole answer: PynamoDB's own error keeps a part of it."""
    whole = error.__cause__ if isinstance(error.__cause__, ClientError) else error
    return cast("Mapping[str, Any]", whole.response)


def _codes(response: Mapping[str, Any]) -> frozenset[str]:
    """Return what went wrong, in the whole or with a transaction's parts."""
    parts = response.get("CancellationReasons") or []
    return frozenset((response["Error"].get("Code", ""), *(part.get("Code", "") for part in parts)))


def _met_a_transaction(error: ClientError) -> bool:
    """Whether nothing but another transaction stood in the way."""
    codes = _codes(_response(error))
    return bool(codes & CONFLICTS) and not codes & LOST_CONDITIONS


def _translated(error: ClientError) -> Exception:
    """Return Dray's error for DynamoDB's; the error itself where it tells of a fault of ours."""
    response = _response(error)
    codes = _codes(response)
    if codes & LOST_CONDITIONS:
        parts = response.get("CancellationReasons") or [
            {"Code": response["Error"]["Code"], "Item": response.get("Item")}
        ]
        lost = {at: part.get("Item") for at, part in enumerate(parts) if part.get("Code") in LOST_CONDITIONS}
        return ConditionFailed(lost)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if codes & (THROTTLES | CONFLICTS) or status >= SERVER_ERRORS_FROM:
        return Unavailable("The database is too busy; try again", retry_after_s=1)
    return cast("Exception", error)
