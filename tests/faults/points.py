"""The kill points: at each one a process dies; another one is one line more."""

from dataclasses import dataclass
from typing import Literal

When = Literal["before", "after"]


@dataclass(frozen=True)
class Point:
    """A place in an operation: just before or just after the `nth` call of a port."""

    operation: str
    port: str
    call: str
    when: When
    nth: int = 1

    def __str__(self) -> str:
        nth = "" if self.nth == 1 else f" ({self.nth})"
        return f"{self.operation}: {self.when} {self.port}.{self.call}{nth}"


POINTS: tuple[Point, ...] = (
    Point("purchase", "shipments", "get", "before"),
    Point("purchase", "shipments", "get", "after"),
    Point("purchase", "shipments", "save", "before"),
    Point("purchase", "shipments", "save", "after"),
    Point("purchase", "carrier", "buy", "before"),
    Point("purchase", "carrier", "buy", "after"),
    Point("purchase", "ledger", "add", "before"),
    Point("purchase", "ledger", "add", "after"),
    Point("purchase", "labels", "put", "before"),
    Point("purchase", "labels", "put", "after"),
    Point("purchase", "shipments", "complete", "before"),
    Point("purchase", "shipments", "complete", "after"),
    Point("late purchase", "shipments", "complete", "before"),
    Point("late purchase", "shipments", "save", "before", 2),  # the message that tells of the late sale
    Point("late purchase", "shipments", "save", "after", 2),
    Point("late purchase", "carrier", "void", "before"),
    Point("late purchase", "carrier", "void", "after"),
    Point("late purchase", "shipments", "save", "before", 3),  # the message taken off
    Point("late purchase", "shipments", "save", "after", 3),
    Point("void", "shipments", "get", "after"),
    Point("void", "shipments", "save", "before"),
    Point("void", "shipments", "save", "after"),
    Point("void", "carrier", "void", "before"),
    Point("void", "carrier", "void", "after"),
    Point("void", "ledger", "save", "before"),
    Point("void", "ledger", "save", "after"),
    Point("void", "shipments", "save", "before", 2),
    Point("void", "shipments", "save", "after", 2),
    Point("void", "trackers", "save", "before"),
    Point("void", "trackers", "save", "after"),
    Point("late void", "carrier", "void", "after"),
    Point("late void", "shipments", "save", "before", 3),  # the second meets the release
    Point("late void", "shipments", "save", "after", 3),
    Point("late void", "trackers", "save", "before"),
    Point("sweep of a purchase", "carrier", "find_purchase", "before"),
    Point("sweep of a purchase", "carrier", "find_purchase", "after"),
    Point("sweep of a purchase", "labels", "put", "before"),
    Point("sweep of a purchase", "labels", "put", "after"),
    Point("sweep of a purchase", "shipments", "complete", "before"),
    Point("sweep of a purchase", "shipments", "complete", "after"),
    Point("sweep of a void", "carrier", "find_void", "before"),
    Point("sweep of a void", "carrier", "find_void", "after"),
    Point("sweep of a void", "shipments", "save", "before"),
    Point("sweep of a void", "shipments", "save", "after"),
    Point("tracker", "trackers", "find", "before"),
    Point("tracker", "trackers", "find", "after"),
    Point("tracker", "carrier", "track", "before"),
    Point("tracker", "carrier", "track", "after"),
    Point("tracker", "trackers", "add", "before"),
    Point("tracker", "trackers", "add", "after"),
    Point("revocation", "keys", "revoke", "before"),
    Point("revocation", "keys", "revoke", "after"),
    Point("revocation", "buckets", "close", "before"),
    Point("revocation", "buckets", "close", "after"),
)
