"""The limiter under more load than it admits: never above capacity and refill, hardly below, and for few writes."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

from benchmarks.report import Figure, print_table
from chalicelib.domain.ids import KeyId
from chalicelib.domain.token_bucket import SECOND_US, TokenBucket, microseconds
from chalicelib.storage.rate_limits import RateLimitsTable, StoredBuckets
from chalicelib.storage.schema import create_tables
from chalicelib.storage.tables import CountingConnection, TableSettings, bind_to
from chalicelib.wiring import services
from local.machine import running_machine
from local.settings import LocalSettings

THREADS = 16
PROCESSES = 2
"""The threads share so many memories of what was last seen, as those of several Lambdas would."""

LASTS_S = 60
CAPACITY = 1000
PAUSE_S = 0.01
"""After a refusal: about 1,600 requests a second are asked for, where 17 a second are admitted."""

KEY = KeyId("key_benchmark")


class CountedWrites(CountingConnection):
    """Counts the calls of each thread: all of the limiter's are writes."""

    def __init__(self, settings: TableSettings) -> None:
        super().__init__(settings)
        self.of = threading.local()

    def ask(self, operation: str, arguments: dict[str, object]) -> dict[str, object]:
        """Make one call, and count it."""
        self.of.calls = getattr(self.of, "calls", 0) + 1
        return super().ask(operation, arguments)


@dataclass
class Load:
    """What became of all requests."""

    admitted: int = 0
    denied: int = 0
    writes_admitted: int = 0
    writes_denied: int = 0
    began_us: int = 0
    ended_us: int = 0


def run() -> None:
    """Ask one bucket from all threads for a minute, and print what came of it."""
    with TemporaryDirectory() as folder:
        settings = LocalSettings.read({"DATA_DIR": folder})
        with running_machine(settings, on_failure=sys.exit):
            load = _loaded()
    print_table(f"{THREADS} threads for {LASTS_S} s against {CAPACITY} a minute", list(_figures(load)))


def _loaded() -> Load:
    settings = services().tables
    create_tables(settings, [RateLimitsTable])
    connection = CountedWrites(settings)
    table = bind_to(connection, RateLimitsTable, settings)
    processes = [StoredBuckets(table) for _ in range(PROCESSES)]
    load, turn = Load(began_us=_now_us()), threading.Lock()
    until = time.monotonic() + LASTS_S
    threads = [
        threading.Thread(target=_ask, args=(processes[number % PROCESSES], connection, (load, turn, until)))
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.ended_us = _now_us()
    return load


def _ask(buckets: StoredBuckets, connection: CountedWrites, way: tuple[Load, threading.Lock, float]) -> None:
    load, turn, until = way
    bucket = TokenBucket(CAPACITY)
    while time.monotonic() < until:
        before = getattr(connection.of, "calls", 0)
        draw = buckets.take(KEY, bucket, _now_us())
        writes = getattr(connection.of, "calls", 0) - before
        with turn:
            if draw.admitted:
                load.admitted += 1
                load.writes_admitted += writes
            else:
                load.denied += 1
                load.writes_denied += writes
        if not draw.admitted:
            time.sleep(PAUSE_S)


def _figures(load: Load) -> list[Figure]:
    lasted_us = load.ended_us - load.began_us
    most = CAPACITY + lasted_us // TokenBucket(CAPACITY).interval_us
    note = f"{load.admitted:,} admitted of {load.admitted + load.denied:,}, {lasted_us / SECOND_US:.1f} s"
    return [
        Figure("admitted, of capacity and refill", load.admitted / most, "", 1.0, note),
        Figure("refused that should not, as a share", max(0.0, 1 - load.admitted / most), "", 0.02, f"{most:,} may be"),
        Figure("writes an admitted request", load.writes_admitted / load.admitted, "", 1.4),
        Figure("writes a denied request", load.writes_denied / max(1, load.denied), "", 0.1),
    ]


def _now_us() -> int:
    return microseconds(datetime.now(UTC))
