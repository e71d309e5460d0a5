"""Carriers through the real gateway, against stand-ins: rating at once, and what each carrier costs."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.report import Figure, print_table
from benchmarks.stand_in_accounts import COUNTERS, TENANT, adapter, an_sdk, serving
from chalicelib.carriers import catalogue
from chalicelib.domain.deadlines import Deadline
from chalicelib.services.rates import Rates
from tests.fake_carrier import FakeRegistry

if TYPE_CHECKING:
    from chalicelib.domain.rates import Quote

DELAY_S = 0.3
BUDGET_S = 0.45
DEADLINE_S = 1.0
HELD_S = 0.2
ROUNDS = 40
HANGING_ROUNDS = 100
COLD_S = 0.5


class Market:
    """Four connections: three carriers, and a second account with one of them, which may hang."""

    def __init__(self, urls: dict[str, str], last: str) -> None:
        sdk = an_sdk()
        names = ("ups", "fedex", "usps")
        connections = [COUNTERS[name].connection(urls[name], name) for name in names]
        connections.append(COUNTERS["ups"].connection(urls[last], last))
        self.registry = FakeRegistry({name: adapter(name, sdk) for name in names}, tuple(connections))
        self.request = COUNTERS["ups"].request()

    def quote(self, deadline_s: float) -> tuple[Quote, float]:
        """Return the rates and how long they took, by circuits that know of no failure yet."""
        rates = Rates(self.registry, deadline_s)
        began = time.perf_counter()
        quote = rates.quote(TENANT, self.request, Deadline.after(28, time.monotonic))
        return quote, time.perf_counter() - began


def run() -> None:
    """Measure, and print the tables."""
    with serving(DELAY_S) as urls:
        print_table(f"Four connections whose carriers answer in {DELAY_S * 1000:.0f} ms", _at_once(urls))
    figures = [figure for name in catalogue.carriers() if name != "sandbox" for figure in _of(name)]
    print_table("Each carrier: import and first call, cold; a warm call without the carrier's own time", figures)


def _at_once(urls: dict[str, str]) -> list[Figure]:
    market = Market(urls, "second")
    market.quote(8)
    times = sorted(_all_answered(market) for _ in range(ROUNDS))
    hanging = Market(urls, "hanging")
    hanging.quote(8)
    late = sorted(_three_answered(hanging) for _ in range(HANGING_ROUNDS))
    within = sum(abs(took_s - DEADLINE_S) <= HELD_S for took_s in late)
    return [
        Figure("all rated, median", statistics.median(times) * 1000, "ms", BUDGET_S * 1000),
        Figure("all rated, slowest", times[-1] * 1000, "ms", None, f"of {ROUNDS}"),
        Figure("one hangs: not at the deadline \u00b1 200 ms", HANGING_ROUNDS - within, "", 0, f"of {HANGING_ROUNDS}"),
        Figure("one hangs: the slowest, after the deadline", (late[-1] - DEADLINE_S) * 1000, "ms", HELD_S * 1000),
    ]


def _all_answered(market: Market) -> float:
    quote, took_s = market.quote(8)
    assert {rate.carrier_id for rate in quote.rates} == {"ups", "fedex", "usps", "second"}, quote.messages
    return took_s


def _three_answered(market: Market) -> float:
    quote, took_s = market.quote(DEADLINE_S)
    assert {rate.carrier_id for rate in quote.rates} == {"ups", "fedex", "usps"}, quote.messages
    assert [message.carrier_id for message in quote.messages if message.code == "carrier_timeout"] == ["hanging"]
    return took_s


def _of(carrier_name: str) -> list[Figure]:
    command = [sys.executable, "-m", "benchmarks.one_carrier", carrier_name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    told = json.loads(done.stdout.splitlines()[-1])
    note = f"{told['cold_here_s']:.2f} s on this core now"
    figures = [Figure(f"{carrier_name}, cold", told["cold_s"], "s", COLD_S, note)]
    if "rate_ms" in told:
        names = ("rate", "ship", "track")
        figures += [Figure(f"  {name}", told[f"{name}_ms"], "ms") for name in names if f"{name}_ms" in told]
    return figures
