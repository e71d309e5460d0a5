"""Tracking numbers: SBX, the day and minute of the sale, the service, four digits of chance, and a check digit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.services import BY_DIGIT, Service
from chalicelib.domain.trackers import TRACKER_STATUSES, TrackerStatus
from chalicelib.domain.tracking_numbers import SANDBOX_REGEX, luhn_digit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

DAY_ZERO = datetime(2020, 1, 1, tzinfo=UTC)
"""Day 00000."""
MINUTES_A_DAY = 1440
CHANCES = 10_000
"""How many numbers a minute and a service have."""
TRIES_A_MINUTE = 20
"""After so many taken numbers the minute before is tried."""

FIXED_SERVICE_DIGIT = 1
"""The service of the fixed test numbers: ground."""

_PATTERN = re.compile(SANDBOX_REGEX)


@dataclass(frozen=True)
class ParcelNumber:
    """What a tracking number says."""

    text: str
    sold_at: datetime
    """To the minute."""
    service: Service


def read(text: str) -> ParcelNumber | None:
    """Return what a number says; None when its shape, its service or its check digit is wrong."""
    match = _PATTERN.fullmatch(text)
    if match is None or luhn_digit(match["SerialNumber"]) != int(match["CheckDigit"]):
        return None
    service = BY_DIGIT.get(int(match["Service"]))
    if service is None:
        return None
    minutes = int(match["Day"]) * MINUTES_A_DAY + int(match["Minute"])
    return ParcelNumber(text, DAY_ZERO + timedelta(minutes=minutes), service)


@dataclass(frozen=True)
class NumberSeries:
    """The numbers that one purchase gets: chosen by the purchase, so that a second attempt gets the same ones."""

    purchase_id: str
    sold_at: datetime
    service: Service

    def numbers(self, count: int, taken: Collection[str]) -> tuple[str, ...]:
        """Return the numbers of so many parcels: all different, and none of those that are taken."""
        chosen: list[str] = []
        for index in range(count):
            attempt = 0
            while (number := self.number(index, attempt)) in taken or number in chosen:
                attempt += 1
            chosen.append(number)
        return tuple(chosen)

    def number(self, parcel_index: int, attempt: int = 0) -> str:
        """Return a parcel's number; each attempt another one, when those before it were taken."""
        digest = sha256(f"{self.purchase_id}/{parcel_index}/{attempt}".encode()).digest()
        minutes = (self.sold_at - DAY_ZERO) // timedelta(minutes=1) - attempt // TRIES_A_MINUTE
        return _written(max(minutes, 0), self.service.digit, int.from_bytes(digest[:8]) % CHANCES)


def _written(minutes: int, service_digit: int, chance: int) -> str:
    day, minute = divmod(minutes, MINUTES_A_DAY)
    serial = f"{day:05}{minute:04}{service_digit}{chance:04}"
    return f"SBX{serial}{luhn_digit(serial)}"


FIXED_NUMBERS: Mapping[str, TrackerStatus] = {
    _written(index, FIXED_SERVICE_DIGIT, 0): status for index, status in enumerate(TRACKER_STATUSES)
}
"""Numbers that show their status for ever: minute 0000 and on of day 00000. `docs/sandbox.md` lists them."""
