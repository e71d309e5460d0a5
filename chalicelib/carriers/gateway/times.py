"""Times: of the day as carriers write them, and instants only where a carrier tells the zone."""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d(?:\.\d+)?)?\s*([AaPp])?\.?[Mm]?\.?", re.ASCII)
ZONED = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?[+-]\d\d:?\d\d(?!\d)")
"""RFC 3339 with a numeric offset. `Z` says nothing: some carriers, and the SDK, put it behind local times."""

NOON = 12


def time_of_day(text: object) -> str | None:
    """Return a time of the day as `HH:MM`; None where it is none. The SDK writes some as `13:58 PM`."""
    found = CLOCK.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").upper()
    if half == "P" and hour < NOON:
        hour += NOON
    if half == "A" and hour == NOON:
        hour = 0
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None  # noqa: PLR2004 - a day's hours


def zoned_times(body: bytes) -> Iterable[datetime]:
    """Return the instants with a numeric offset in a raw answer, whatever its format."""
    for found in ZONED.findall(body):
        with suppress(ValueError):  # the 30th of February
            yield datetime.fromisoformat(found.decode())


def instants(
    bodies: Iterable[bytes], read: Callable[[bytes], Iterable[datetime]] | None = None
) -> dict[tuple[str, str], set[datetime]]:
    """Return which instants raw answers tell for a local day and minute."""
    found: dict[tuple[str, str], set[datetime]] = defaultdict(set)
    for body in bodies:
        for instant in (read or zoned_times)(body):
            found[f"{instant:%Y-%m-%d}", f"{instant:%H:%M}"].add(instant)
    return found


def instant_at(known: Mapping[tuple[str, str], set[datetime]], day: str, clock: str | None) -> datetime | None:
    """Return the instant of a local day and minute; None where the carrier tells none, or several zones for it."""
    found = known.get((day, clock or ""), set())
    if len({instant.utcoffset() for instant in found}) != 1:
        return None
    return min(found)
