"""Faults: how a call to a carrier can end without an answer, and what may have been done all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "timeout",
    "unreachable",
    "certificate",
    "connection_lost",
    "address_refused",
    "redirect",
    "too_large",
    "unreadable",
    "refused",
    "refused_credentials",
    "rate_limited",
    "carrier_down",
]

NOT_DONE = frozenset({501, 505, 525, 526})
"""A 5xx that says that the request was not carried out: what HTTP itself does not know (RFC 9110), and a handshake that
failed between a content network and the carrier."""

OVERLOADED = 503
"""Says so too where it names a time to come back; without one, its answer may be lost."""

_UNKNOWN: frozenset[FaultKind] = frozenset({"timeout", "connection_lost", "redirect", "too_large", "unreadable"})
"""What leaves open whether a request that has left was carried out."""


@dataclass(frozen=True)
class Fault:
    """One exchange without an answer. None of it is secret."""

    kind: FaultKind
    sentence: str
    """What happened, as the end of a sentence that begins with the carrier's name."""
    has_left: bool = False
    """Whether the request, or a part of it, went out."""
    status: int | None = None
    retry_after_s: int | None = None
    carrier_code: str = ""
    carrier_words: str = ""

    @property
    def may_be_done(self) -> bool:
        """Whether the carrier may have carried the request out."""
        if self.kind == "carrier_down":
            waits = self.status == OVERLOADED and self.retry_after_s is not None
            return self.status not in NOT_DONE and not waits
        refused = self.status is not None and 400 <= self.status < 500  # noqa: PLR2004 - HTTP's client errors
        return self.has_left and self.kind in _UNKNOWN and not refused


class Stop(BaseException):
    """Ends a call: not an `Exception` (nor an `OSError`), so that no retry and no `except Exception` below keeps it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind)
        self.fault = fault
