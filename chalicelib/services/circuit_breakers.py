"""Circuit breakers of one process: which connections are left alone for a while because they keep failing."""

from __future__ import annotations

from collections import Counter, OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.circuit_breaker import CLOSED, OPEN_S, Circuit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.domain.circuit_breaker import Verdict
    from chalicelib.domain.ports import Connection

MOST_CIRCUITS = 10_000
"""So many failing connections are remembered at most, about 3 MB; who failed longest ago is forgotten first."""

Key = tuple[str, str, str, int]


@dataclass(frozen=True)
class Admission:
    """Whether a connection may be called now."""

    wait_s: float = 0.0
    """In at most so many seconds it may be; 0 is now."""
    reason: str = ""
    """Why the last call failed: a code."""
    is_probe: bool = False
    """Whether this call decides if the connection is used again."""

    @property
    def now(self) -> bool:
        """Whether it may be called."""
        return self.wait_s <= 0


class CircuitBreakers:
    """A circuit a connection, kept while it fails; may be asked by several threads at once.

    A connection that the customer has changed starts anew. The sandbox's failures are staged by whoever tests with it,
    so it is always let through. A probe waits until no earlier call of the connection hangs any more: no host takes one
    thread after the other.
    """

    def __init__(self, monotonic: Callable[[], float], most: int = MOST_CIRCUITS) -> None:
        self._monotonic = monotonic
        self._most = most
        self._circuits: OrderedDict[Key, tuple[Circuit, str]] = OrderedDict()
        self._running: Counter[Key] = Counter()
        self._turn = Lock()

    def admission(self, connection: Connection) -> Admission:
        """Return whether the connection may be called now; who is admitted reports what became of the call."""
        key, now_s = _key(connection), self._monotonic()
        with self._turn:
            circuit, reason = self._circuits.get(key, (CLOSED, ""))
            if circuit.is_open and self._running[key]:
                return Admission(OPEN_S, reason)
            if wait_s := circuit.wait_s(now_s):
                return Admission(wait_s, reason)
            if circuit.is_open:
                self._circuits[key] = circuit.let_through(now_s), reason
            return Admission(is_probe=circuit.is_open)

    def report(self, connection: Connection, admission: Admission, verdict: Verdict, reason: str = "") -> None:
        """Take note of what became of an admitted call, and why the carrier failed; any other reason is not kept."""
        if connection.carrier_name == SANDBOX:
            return
        key, now_s = _key(connection), self._monotonic()
        with self._turn:
            before, reason_before = self._circuits.pop(key, (CLOSED, ""))
            circuit = before.after(verdict, now_s, was_probe=admission.is_probe)
            if circuit.failures:
                told = reason if verdict == "failed" else ""
                self._circuits[key] = circuit, told or reason_before
            if len(self._circuits) > self._most:
                self._circuits.popitem(last=False)

    @contextmanager
    def running(self, connection: Connection) -> Iterator[None]:
        """Count a call of the connection as under way."""
        key = _key(connection)
        with self._turn:
            self._running[key] += 1
        try:
            yield
        finally:
            with self._turn:
                self._running[key] -= 1
                if not self._running[key]:
                    del self._running[key]

    def __len__(self) -> int:
        """Return how many connections are remembered."""
        return len(self._circuits)


def _key(connection: Connection) -> Key:
    return connection.tenant.key, connection.carrier_name, connection.id or connection.carrier_id, connection.version
