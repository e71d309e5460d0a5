"""Deadlines: how much time a request still has, as an object that is handed down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Deadline:
    """An instant on a monotonic clock, in seconds."""

    at_s: float
    monotonic: Callable[[], float]

    @classmethod
    def after(cls, seconds: float, monotonic: Callable[[], float]) -> Deadline:
        """Return the deadline `seconds` from now."""
        return cls(monotonic() + seconds, monotonic)

    def left_s(self) -> float:
        """Return the seconds that are left, never below zero."""
        return max(0.0, self.at_s - self.monotonic())

    def at_most(self, seconds: float) -> Deadline:
        """Return the earlier of this deadline and `seconds` from now."""
        return Deadline(min(self.at_s, self.monotonic() + seconds), self.monotonic)
