"""CPU time of an operation outside the DynamoDB client's calls, on one core."""

from __future__ import annotations

import cProfile
import pstats
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.core_speed import slowness
from benchmarks.one_process import SHIPMENT, OneProcess, one_process
from benchmarks.report import Figure, print_table
from chalicelib.storage.shipments import ShipmentsTable
from chalicelib.storage.tables import bind, connection_of
from chalicelib.wiring import services

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 200
WARM_UP = 5
SLICE = 20
"""The core's speed is looked at again after so many calls."""
PROFILED = 60
SHOWN = 6

GET = "GET /v1/shipments/{shipment_id}"
PURCHASE = "POST /v1/shipments/{shipment_id}/purchase"
ROUTE = {name: SHIPMENT[name] for name in ("shipper", "recipient", "parcels")}


@dataclass(frozen=True)
class Operation:
    """What is measured: how its events are made, and its budget in milliseconds."""

    what: str
    event: Callable[[OneProcess], dict[str, Any]]
    budget_ms: float | None = None
    calls: int = CALLS


OPERATIONS = (
    Operation("GET one", lambda app: app.event(GET, f"/v1/shipments/{app.draft()}"), 1.5),
    Operation("list of 20", lambda app: app.event("GET /v1/shipments", "/v1/shipments?limit=20"), 5),
    Operation("POST /v1/shipments", lambda app: app.event("POST /v1/shipments", body=SHIPMENT), 8),
    Operation("POST /v1/rates", lambda app: app.event("POST /v1/rates", body=ROUTE)),
    Operation(
        "purchase, PDF label",
        lambda app: app.event(PURCHASE, f"/v1/shipments/{app.draft()}/purchase", {"rate": "cheapest"}),
        calls=60,
    ),
)


class Database:
    """The CPU time within the DynamoDB client's calls, which a profile leaves out too."""

    def __init__(self) -> None:
        self.spent_s = 0.0
        self.profile: cProfile.Profile | None = None
        connection = connection_of(bind(ShipmentsTable, services().tables))
        self._ask = connection.ask
        vars(connection)["ask"] = self._timed  # one connection serves all tables

    def _timed(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if self.profile is not None:
            self.profile.disable()
        began = time.process_time()
        try:
            return self._ask(operation, arguments)
        finally:
            self.spent_s += time.process_time() - began
            if self.profile is not None:
                self.profile.enable()


def run() -> None:
    """Measure all operations, and print the table and what remains."""
    with one_process() as app:
        app.fill(40)
        database = Database()
        figures = [_measured(app, database, operation) for operation in OPERATIONS]
        remains = {operation.what: _remaining(app, database, operation) for operation in OPERATIONS}
    print_table("CPU outside the DynamoDB client's calls, as on the reference core (benchmarks/core_speed.py)", figures)
    for what, lines in remains.items():
        print(f"\n{what}: where it goes, by a profile's own times")
        print("\n".join(lines))


def _measured(app: OneProcess, database: Database, operation: Operation) -> Figure:
    """Return the median of the operation's CPU times, every slice judged by the core's speed around it."""
    for _ in range(WARM_UP):
        app.answer(operation.event(app))
    raw, judged = [], []
    for _ in range(0, operation.calls, SLICE):
        before, times = slowness(), []
        for _ in range(SLICE):
            event = operation.event(app)
            # of the whole process: work that moves to other threads still counts
            began, inside = time.process_time(), database.spent_s
            app.answer(event)
            times.append((time.process_time() - began - (database.spent_s - inside)) * 1000)
        factor = (before + slowness()) / 2
        raw += times
        judged += [milliseconds / factor for milliseconds in times]
    note = f"{statistics.median(raw):.2f} ms on this core now"
    return Figure(operation.what, statistics.median(judged), "ms", operation.budget_ms, note)


def _remaining(app: OneProcess, database: Database, operation: Operation) -> list[str]:
    """Return the functions that take most of the time, with their share."""
    events = [operation.event(app) for _ in range(PROFILED)]
    database.profile = profile = cProfile.Profile()
    profile.enable()
    for event in events:
        app.answer(event)
    profile.disable()
    database.profile = None
    told: Any = pstats.Stats(profile)
    own = {place: entry[2] for place, entry in told.stats.items()}
    total = sum(own.values())
    longest = sorted(own, key=lambda place: own[place], reverse=True)[:SHOWN]
    return [f"  {own[place] / total:4.0%}  {_name(place)}" for place in longest]


def _name(place: tuple[str, int, str]) -> str:
    file, line, function = place
    parts = file.split("/")
    return function if file == "~" else f"{'/'.join(parts[-3:])}:{line} {function}"
