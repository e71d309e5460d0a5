"""Pages: how lists are cut, with what they may be narrowed, and how far one request may read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

T = TypeVar("T")

MOST_READ = 500
"""A page reads at most so many objects, whatever its filters pass over."""

MOST_BYTES = 4_000_000
"""A page ends before its JSON gets larger: a Lambda answer is limited to 6 MB."""


@dataclass(frozen=True)
class PageRequest:
    """Which page of a list is wanted."""

    limit: int = 20
    after: str | None = None
    """The id of the last object that was read for the page before; None starts at the newest."""
    created_after: datetime | None = None
    """Exclusive."""
    created_before: datetime | None = None
    """Exclusive."""
    equals: Mapping[str, str] = field(default_factory=dict)
    """What must be equal, by field: `status`, `carrier_name`, `reference`, …"""
    metadata: tuple[str, str] | None = None
    """A metadata key and the text that its value must be."""
    now: datetime | None = None
    """The instant by which leases are judged, where a filter asks for a shown status."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list, newest first."""

    results: tuple[T, ...]
    after: str | None
    """Where the next page begins; None at the end of the list."""
