"""What a page of a list costs an account with few objects and one with many: it must be the same."""

from __future__ import annotations

import statistics
import time

from benchmarks.one_process import OneProcess, one_process
from benchmarks.report import Figure, print_table
from chalicelib.wiring import services

FEW = 100
MANY = 10_000
CALLS = 60
WARM_UP = 5
FLAT = 1.25
"""At most so many times as long, among many as among few: the rest is noise."""


def run() -> None:
    """Fill two accounts, ask both in turn, and print the ratios."""
    with one_process() as few:
        many = OneProcess()
        few.fill(FEW)
        many.fill(MANY)
        for app in (few, many) * WARM_UP:
            _page(app)
        times: dict[OneProcess, list[float]] = {few: [], many: []}
        for app in (few, many) * CALLS:  # in turn: a noisy moment is noisy for both
            times[app].append(_page(app))
        units = {app: _units(app) for app in (few, many)}
    medians = {app: statistics.median(of_app) for app, of_app in times.items()}
    note = f"{medians[few] * 1000:.1f} and {medians[many] * 1000:.1f} ms"
    figures = [
        Figure("time, as a ratio", medians[many] / medians[few], "", FLAT, note),
        Figure("read units, as a ratio", units[many] / units[few], "", 1.1, f"{units[few]} and {units[many]}"),
    ]
    print_table(f"A page of 20 among {MANY:,} shipments against one among {FEW}", figures)


def _page(app: OneProcess) -> float:
    """Return how many seconds a page takes."""
    event = app.event("GET /v1/shipments", "/v1/shipments?limit=20")
    began = time.perf_counter()
    app.answer(event)
    return time.perf_counter() - began


def _units(app: OneProcess) -> float:
    with services().counting() as consumed:
        _page(app)
    return float(consumed.read_units)
