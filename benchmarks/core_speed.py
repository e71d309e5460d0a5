"""How fast this machine's core is at the moment: the yardstick for budgets that are CPU times.

A shared or throttled core counts up to three times the CPU time for the same work. So a CPU time is divided by how much
longer than on the reference core the same core takes for a fixed piece of work, measured side by side.
"""

from __future__ import annotations

import json
import statistics
import time

REFERENCE_US = 23.0
"""Reading 4 KB of JSON on the core for which the budgets were set, while nothing else ran."""

_DOCUMENT = json.dumps(
    [
        {
            "name": f"Charge {at}",
            "amount": at + 0.25,
            "currency": "USD",
            "id": f"charge_{at}",
            "is_included": at % 2 == 0,
        }
        for at in range(41)
    ]
)
ROUNDS = 20


def slowness() -> float:
    """Return how many times longer than the reference core this one takes now."""
    times = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        json.loads(_DOCUMENT)
        times.append(time.thread_time() - began)
    return statistics.median(times) * 1e6 / REFERENCE_US
