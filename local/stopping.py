"""How the one-machine server is asked to end: by a signal, or because it can't go on."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType

from chalicelib.config import SettingsError
from local.errors import LocalError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C; a service manager or `kill`; a closed terminal."""


class Stop:
    """A request to end, made at most once and seen by all.

    While the app is loaded a signal ends the process, as there is nothing to clear up. During the start it raises
    SystemExit, as there is nothing to finish. Once somebody waits, it only wakes the one who waits: an exception out
    of nowhere could get lost, or break off the clearing up.
    """

    def __init__(self) -> None:
        self.requested = False
        self.why: str | None = None
        """A sentence when it was not asked for from outside."""
        self._wake: Callable[[], object] | None = None

    def listen(self) -> "Stop":
        """From now on the signals of `SIGNALS` are requests."""
        for number in SIGNALS:
            signal.signal(number, self._received)
        return self

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """Inside this block a signal ends the process there and then."""
        self._wake = _leave
        yield
        self._wake = None

    def wakes(self, wake: Callable[[], object]) -> None:
        """Call `wake` at each request from now on."""
        self._wake = wake

    def because(self, why: str) -> None:
        """Ask for the end with a sentence that says why; from any thread."""
        self.why = why
        self._ask()

    def _received(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self._ask() and self._wake is None:
            raise SystemExit

    def _ask(self) -> bool:
        """Return whether this is the first request; only the first one wakes, as the second may find nobody left."""
        first, self.requested = not self.requested, True
        if first and self._wake is not None:
            self._wake()
        return first


def run_until_stopped(work: Callable[[Stop], None]) -> int:
    """Do `work`, which ends when its `Stop` is requested, and return the exit code.

    It is 0 when the end was asked for, else 1, and a sentence on standard error says why. This module imports nothing
    that takes long, so that a signal is heard from the first moment on.
    """
    stop = Stop().listen()
    try:
        work(stop)
    except (LocalError, SettingsError) as error:
        stop.why = str(error)
    except SystemExit:
        if not stop.requested:
            raise
    if stop.why is not None:
        print(f"dray: {stop.why}", file=sys.stderr)
        return 1
    _say_stopped()
    return 0


def _leave() -> None:
    _say_stopped()
    os._exit(0)


def _say_stopped() -> None:
    """Say so, unless nobody listens: the terminal may be gone."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), b"stopped\n")
