"""Expiry: what DynamoDB does by itself in AWS and a local engine leaves undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.storage.schema import ttl_attribute
from chalicelib.storage.tables import ConditionFailed, RawItem, Table, bind, dispatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from chalicelib.storage.tables import TableSettings

PAGE = 200
"""So many rows are read at once."""


def sweep_expired(settings: TableSettings, models: Iterable[type[Table]], now: datetime) -> int:
    """Delete the rows whose time to live has passed, of the tables that have one; return how many.

    Reads each such table whole, page by page: for one machine, whose tables are small. A row that is renewed
    meanwhile stays.
    """
    tables = [bind(model, settings) for model in models]
    return sum(_sweep(table, ttl, int(now.timestamp())) for table in tables if (ttl := ttl_attribute(table)))


def _sweep(table: type[Table], ttl: str, now_s: int) -> int:
    expired = {
        "ExpressionAttributeNames": {"#ttl": ttl},
        "ExpressionAttributeValues": {":now": {"N": str(now_s)}},
    }
    deleted = 0
    for key in _keys_of_expired(table, expired):
        try:
            dispatch(table, "DeleteItem", {"Key": key, "ConditionExpression": "#ttl < :now", **expired})
        except ConditionFailed:
            continue
        deleted += 1
    return deleted


def _keys_of_expired(table: type[Table], expired: dict[str, Any]) -> Iterator[RawItem]:
    """Return the keys of expired rows, as they are found."""
    names = [attribute.attr_name for attribute in table.get_attributes().values() if _is_key(attribute)]
    asked: dict[str, Any] = {"FilterExpression": "#ttl < :now", "Limit": PAGE, **expired}
    while True:
        answer = dispatch(table, "Scan", asked)
        for item in answer["Items"]:
            yield {name: item[name] for name in names}
        if "LastEvaluatedKey" not in answer:
            return
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _is_key(attribute: Any) -> bool:
    return bool(attribute.is_hash_key or attribute.is_range_key)
