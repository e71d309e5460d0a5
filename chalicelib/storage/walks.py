"""Walks: lists of a tenant's objects, newest first, read chunk by chunk as far as somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.ids import first_id_at
from chalicelib.domain.pages import MOST_READ
from chalicelib.storage.rows import LONGEST_PARTITION_KEY, NUMBERS, find_items, fits, index_key
from chalicelib.storage.tables import RawItem, Table, dispatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from chalicelib.domain.pages import PageRequest
    from chalicelib.domain.tenants import Tenant

CHUNK = 100
"""So many objects are read at once behind the first chunk."""

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Chunk:
    """Items in the order of the list, the last id that was looked at, and whether the list goes on behind it."""

    items: list[RawItem]
    last_id: str | None
    goes_on: bool


@dataclass(frozen=True)
class Stretch:
    """What part of a list is wanted: ids from `lowest` to below `below`, newest first, in chunks."""

    lowest: str
    below: str | None
    """None: up to the newest."""
    first_chunk: int
    """One more than a page holds, so that a page that is not narrowed knows at once whether another one follows."""

    @classmethod
    def of(cls, prefix: str, request: PageRequest) -> Stretch:
        """Return the stretch of a request; raises `InvalidRequest` when its cursor is no id of this noun."""
        after = request.after
        if after is not None and not (after.startswith(f"{prefix}_") and fits(after)):
            raise InvalidRequest("The list cannot be continued", {"cursor": "This is not a cursor of this list"})
        lowest = f"{prefix}_"
        if request.created_after is not None:
            lowest = first_id_at(prefix, _next_millisecond(request.created_after))
        ends = [] if after is None else [after]
        if request.created_before is not None:
            ends.append(first_id_at(prefix, _millisecond_from(request.created_before)))
        return cls(lowest, min(ends, default=None), request.limit + 1)

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be in it."""
        return self.below is not None and self.below <= self.lowest

    def holds(self, identifier: str) -> bool:
        """Return whether the id is in it."""
        return self.lowest <= identifier and (self.below is None or identifier < self.below)


@dataclass(frozen=True)
class Index:
    """A place in an index: those of a tenant's objects that have `value`."""

    name: str
    attribute: str
    value: str


def of_table(table: type[Table], tenant: Tenant, stretch: Stretch) -> Iterator[Chunk]:
    """Read the table itself, strongly consistent."""
    partition = {"tenant": {"S": tenant.key}}
    asked = {
        "KeyConditionExpression": "tenant = :partition AND id BETWEEN :lowest AND :highest",
        "ConsistentRead": True,
    }
    asked["ExpressionAttributeValues"] = {":partition": partition["tenant"]}
    for items, goes_on in _queries(table, asked, partition, stretch):
        yield Chunk(items, items[-1]["id"]["S"] if items else None, goes_on)


def of_index(table: type[Table], tenant: Tenant, index: Index, stretch: Stretch) -> Iterator[Chunk]:
    """Look up in an index, then read the objects strongly consistent.

    The index may lag behind: the objects come as they are now, which may no longer be what was looked for.
    """
    partition = index_key(tenant, index.value)
    if len(partition["S"].encode()) > LONGEST_PARTITION_KEY:
        return
    asked: dict[str, Any] = {
        "IndexName": index.name,
        "KeyConditionExpression": f"{index.attribute} = :partition AND id BETWEEN :lowest AND :highest",
        "ExpressionAttributeValues": {":partition": partition},
    }
    start = {index.attribute: partition, "tenant": {"S": tenant.key}}
    for items, goes_on in _queries(table, asked, start, stretch):
        ids = [item["id"]["S"] for item in items]
        yield Chunk(find_items(table, tenant, ids), ids[-1] if ids else None, goes_on)


def of_ids(table: type[Table], tenant: Tenant, ids: Iterable[str], stretch: Stretch) -> Iterator[Chunk]:
    """Read the newest 100 of the objects with these ids, strongly consistent."""
    chosen = sorted({identifier for identifier in ids if stretch.holds(identifier)}, reverse=True)[:CHUNK]
    yield Chunk(find_items(table, tenant, chosen), chosen[-1] if chosen else None, goes_on=False)


def number_rows(table: type[Table], tenant: Tenant, number: str, then: str = "") -> list[RawItem]:
    """Return the look-up rows of a tracking number, the last 100 of those whose sort keys go on with `then`."""
    start = f"{NUMBERS}{number}#{then}"
    if not fits(start):
        return []
    asked = {
        "KeyConditionExpression": "tenant = :tenant AND begins_with(id, :start)",
        "ExpressionAttributeValues": {":tenant": {"S": tenant.key}, ":start": {"S": start}},
        "ScanIndexForward": False,
        "ConsistentRead": True,
        "Limit": CHUNK,
    }
    items: list[RawItem] = dispatch(table, "Query", asked)["Items"]
    return items


def _queries(
    table: type[Table], asked: dict[str, Any], partition: RawItem, stretch: Stretch
) -> Iterator[tuple[list[RawItem], bool]]:
    """Ask until the stretch, or what one page may read, is at its end; yield items and whether there are more."""
    if stretch.is_empty:
        return
    highest = stretch.below or f"{stretch.lowest.partition('_')[0]}_~"
    asked["ExpressionAttributeValues"] |= {":lowest": {"S": stretch.lowest}, ":highest": {"S": highest}}
    asked["ScanIndexForward"] = False
    if stretch.below is not None:  # a start key is exclusive, and need not exist
        asked["ExclusiveStartKey"] = partition | {"id": {"S": stretch.below}}
    read = 0
    while read < MOST_READ:
        asked["Limit"] = min(MOST_READ - read, CHUNK if read else stretch.first_chunk)
        answer = dispatch(table, "Query", asked)
        start = answer.get("LastEvaluatedKey")
        read += len(answer["Items"])
        yield answer["Items"], start is not None
        if start is None:
            return
        asked["ExclusiveStartKey"] = start


def _millisecond_from(at: datetime) -> datetime:
    """Return the first whole millisecond that is not before `at`."""
    return at if at.microsecond % 1000 == 0 else _next_millisecond(at)


def _next_millisecond(at: datetime) -> datetime:
    """Return the first whole millisecond after `at`; the end of time is its own."""
    try:
        return at.replace(microsecond=at.microsecond // 1000 * 1000) + MILLISECOND
    except OverflowError:
        return at
