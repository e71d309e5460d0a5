"""What a request costs in the database: units and calls, added up while it is worked on."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"})
"""The operations whose capacity is read units; all others consume write units."""


@dataclass
class Consumed:
    """Units as DynamoDB counts them, indexes included, and how many calls consumed them.

    A write whose condition failed is a call of unknown cost: DynamoDB bills it and doesn't tell the units.
    """

    read_units: float = 0.0
    write_units: float = 0.0
    calls: int = 0
    _turn: Lock = field(default_factory=Lock, repr=False, compare=False)

    def add(self, operation: str, units: float) -> None:
        """Count one call; threads may count at the same time."""
        with self._turn:
            self.calls += 1
            if operation in READS:
                self.read_units += units
            else:
                self.write_units += units


_counters: ContextVar[tuple[Consumed, ...]] = ContextVar("consumed", default=())


@contextmanager
def counting() -> Iterator[Consumed]:
    """Count what the block consumes; blocks may be nested.

    A thread that the block starts is counted when it runs in a copy of the block's context (`contextvars`).
    """
    consumed = Consumed()
    token = _counters.set((*_counters.get(), consumed))
    try:
        yield consumed
    finally:
        _counters.reset(token)


def record(operation: str, units: float) -> None:
    """Count one call of the database; without anybody counting it is forgotten."""
    for consumed in _counters.get():
        consumed.add(operation, units)
