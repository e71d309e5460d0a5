"""Jobs on timers: what a schedule starts in AWS, a thread starts here."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from chalicelib import logs


@dataclass(frozen=True)
class Timer:
    """A job and how long it rests between two runs."""

    name: str
    every_s: float
    job: Callable[[], object]


class Timers:
    """Runs each timer's job on a thread of its own, at the start and after every rest, inside a `with` block."""

    def __init__(self, *timers: Timer) -> None:
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(timer,), name=timer.name, daemon=True) for timer in timers
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, timer: Timer) -> None:
        """Run the job again and again: one failure is logged and changes nothing for the next run."""
        while not self._stopping.is_set():
            try:
                timer.job()
            except Exception:  # noqa: BLE001 - the last line of a job
                logs.logger().exception("the job %s failed", timer.name)
            self._stopping.wait(timer.every_s)
