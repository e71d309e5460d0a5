"""Circuit breakers: who keeps failing is left alone for a short while, then tried again by one call at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

FAILURES = 3
"""So many failures one after the other open a circuit."""

OPEN_S = 30.0
"""How long an open circuit lets nobody through."""

PROBE_S = 30.0
"""A probe of which nothing is heard for so long is given up: longer than any call for rates may take."""

Verdict = Literal["answered", "failed", "untold"]
"""What a call tells of the carrier; `untold` when it was our own fault that there is no answer."""


@dataclass(frozen=True)
class Circuit:
    """What is remembered of a connection's latest calls; instants are seconds of one monotonic clock."""

    failures: int = 0
    """How many calls failed since the last one that was answered."""
    until_s: float = 0.0
    """An open circuit lets nobody through before, then one probe."""

    @property
    def is_open(self) -> bool:
        """Whether it failed so often that it is left alone: the next call, when its time has come, is a probe."""
        return self.failures >= FAILURES

    def wait_s(self, now_s: float) -> float:
        """Return how long nobody is let through yet; 0 means that a call may be made now."""
        return max(0.0, self.until_s - now_s) if self.is_open else 0.0

    def let_through(self, now_s: float) -> Circuit:
        """Return the circuit when a call was let through: an open one lets nobody else through meanwhile."""
        return replace(self, until_s=now_s + PROBE_S) if self.is_open else self

    def after(self, verdict: Verdict, now_s: float, *, was_probe: bool) -> Circuit:
        """Return the circuit after a call; while it is open only the probe's outcome counts."""
        if self.is_open and not was_probe:
            return self
        if verdict == "answered":
            return CLOSED
        if verdict == "failed":
            return Circuit(self.failures + 1, now_s + OPEN_S)
        return replace(self, until_s=now_s)


CLOSED = Circuit()
"""Of a connection whose last call was answered, or of which nothing is known."""
