"""Pages: as many of a list's objects as fit one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from chalicelib.domain.connections import ConnectionRecord
from chalicelib.domain.pages import MOST_BYTES, Page
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.domain.trackers import Tracker
from chalicelib.storage.rows import json_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.domain.pages import PageRequest
    from chalicelib.storage.walks import Chunk

T = TypeVar("T", ShipmentRecord, Tracker, ConnectionRecord)

WIDEST = 6
"""An answer is at most so many times longer than what is stored, which leaves out what is null."""


def page_of(
    chunks: Iterable[Chunk], request: PageRequest, kind: type[T], matches: Callable[[T, PageRequest], bool]
) -> Page[T]:
    """Return the next objects that match: `request.limit` of them, or as many as the chunks and `MOST_BYTES` allow."""
    results: list[T] = []
    room, last_id, goes_on = Room(), None, False
    for chunk in chunks:
        for item in chunk.items:
            if len(results) == request.limit:
                return Page(tuple(results), last_id)
            json_text = json_of(item)
            thing = kind.model_validate_json(json_text)
            if matches(thing, request):
                if not room.takes(thing, len(json_text)):
                    return Page(tuple(results), last_id)
                results.append(thing)
            last_id = thing.id
        last_id, goes_on = chunk.last_id or last_id, chunk.goes_on
        if len(results) == request.limit and goes_on:
            break
    return Page(tuple(results), last_id if goes_on else None)


class Room:
    """What is left of `MOST_BYTES` for the JSON of an answer."""

    def __init__(self) -> None:
        self._taken: list[ShipmentRecord | Tracker | ConnectionRecord] = []
        self._at_most_bytes = 0
        self._bytes = 0
        self._measured = 0

    def takes(self, thing: ShipmentRecord | Tracker | ConnectionRecord, stored_bytes: int) -> bool:
        """Return whether there was room for one more; there always is for the first."""
        self._taken.append(thing)
        self._at_most_bytes += stored_bytes * WIDEST
        if self._at_most_bytes < MOST_BYTES:  # measuring costs as much as answering: rarely needed
            return True
        for unmeasured in self._taken[self._measured :]:
            self._bytes += len(unmeasured.model_dump_json())
        self._measured = len(self._taken)
        return self._bytes < MOST_BYTES or len(self._taken) == 1
