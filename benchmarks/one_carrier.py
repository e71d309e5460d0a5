"""One carrier in a process of its own: `python -m benchmarks.one_carrier NAME` prints its figures as JSON.

The cold call is timed first, from before the SDK's import on; all else of Dray is imported by then, as in a Lambda. A
warm call's time is its own: the exchange with the carrier is left out, and it is judged by the core's speed around it.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

from benchmarks.core_speed import slowness
from benchmarks.stand_in_accounts import COUNTERS, TENANT, adapter, an_sdk, stand_in_of
from chalicelib.carriers import catalogue
from chalicelib.carriers.gateway import calls
from chalicelib.domain.credentials import Credentials
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierError
from chalicelib.domain.ports import Connection, PurchaseRequest
from tests.builders import NOW, an_id
from tests.stand_ins.server import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 15
SCANS: dict[str, Callable[[Any, str], object]] = {
    "usps": lambda stand_in, number: stand_in.scan(number, "OF", NOW),
    "canadapost": lambda stand_in, number: stand_in.scan(number, "0174", NOW),
}
"""How a parcel is scanned where there is nothing to tell of one that was only bought."""

REQUEST: dict[str, Any] = {"tracking_numbers": ["1Z5R89390357567127"]}


def soon() -> Deadline:
    return Deadline.after(20, time.monotonic)


class Exchanges:
    """The time that the transport takes, which is the carrier's and not ours."""

    def __init__(self) -> None:
        self.spent_s = 0.0
        self._exchange: Callable[..., Any] = vars(calls)["exchange"]
        vars(calls)["exchange"] = self._timed

    def _timed(self, *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return self._exchange(*arguments)
        finally:
            self.spent_s += time.perf_counter() - began


def cold(work: Callable[[], object]) -> dict[str, float]:
    """Return how long the first call takes, as on the reference core and as on this one."""
    before, began = slowness(), time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    return {"cold_s": seconds / ((before + slowness()) / 2), "cold_here_s": seconds}


def warm(exchanges: Exchanges, work: Callable[[], object]) -> float:
    """Return the median of a call's own milliseconds."""
    times = []
    for _ in range(ROUNDS):
        before, inside, began = slowness(), exchanges.spent_s, time.perf_counter()
        work()
        own_s = time.perf_counter() - began - (exchanges.spent_s - inside)
        times.append(own_s * 1000 / ((before + slowness()) / 2))
    return statistics.median(times)


def of_stand_in(carrier_name: str, stand_in: Any) -> dict[str, float]:
    """Return the figures of a carrier that has a stand-in."""
    counter, carrier = COUNTERS[carrier_name], adapter(carrier_name, an_sdk())
    connection, request = counter.connection(stand_in.url, carrier_name), counter.request()
    figures = cold(lambda: carrier.rate(connection, request, soon()))
    exchanges = Exchanges()
    rate = carrier.rate(connection, request, soon()).rates[0]

    def order() -> PurchaseRequest:
        return PurchaseRequest(an_id("pur"), request, rate, "PDF")

    sale = carrier.buy(connection, order(), soon())
    figures["rate_ms"] = warm(exchanges, lambda: carrier.rate(connection, request, soon()))
    figures["ship_ms"] = warm(exchanges, lambda: carrier.buy(connection, order(), soon()))
    number = sale.tracking_number
    if carrier_name in SCANS:
        SCANS[carrier_name](stand_in, number)
    try:
        figures["track_ms"] = warm(exchanges, lambda: carrier.track(connection, number, soon()))
    except CarrierError as error:
        print(f"not tracked: {error.message}", file=sys.stderr)
    return figures


def of_nobody(carrier_name: str, url: str) -> dict[str, float]:
    """Return the cold figure of a carrier whose server knows no path: its first call is refused."""
    fields = catalogue.entry(carrier_name).connection_fields
    credentials = {name: (facts.values[0] if facts.values else "12345678") for name, facts in fields.items()}
    config = {"server_url": url}
    connection = Connection(carrier_name, "own", TENANT, credentials=Credentials(lambda: credentials), config=config)
    sdk, profile = an_sdk(), catalogue.profile(carrier_name)

    def first() -> None:
        try:
            sdk.call(connection, profile, "track", REQUEST, soon())
        except CarrierError as error:
            print(error.message, file=sys.stderr)

    return cold(first)


if __name__ == "__main__":
    name = sys.argv[1]
    with stand_in_of(name) if name in COUNTERS else StandIn() as standing:
        print(json.dumps(of_stand_in(name, standing) if name in COUNTERS else of_nobody(name, standing.url)))
