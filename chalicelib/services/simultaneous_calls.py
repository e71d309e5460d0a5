"""Simultaneous calls: several at once, each in a thread, and whoever is late is left behind."""

from __future__ import annotations

import contextvars
from dataclasses import replace
from enum import Enum
from functools import partial
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.domain.deadlines import Deadline

Answer = TypeVar("Answer")

MOST_THREADS = 128
"""So many calls run at once in a process, the abandoned ones that still hang included."""

GRACE_S = 0.05
"""A call that keeps its deadline is done about then: so long its own words are waited for."""


class Missing(Enum):
    """Why there is no answer."""

    LATE = "late"
    """It was not done in time; whatever it still answers is dropped."""
    NOT_STARTED = "not_started"
    """No thread was free in time."""


class SimultaneousCalls:
    """Runs calls at once in a bounded number of threads of one process."""

    def __init__(self, most: int = MOST_THREADS) -> None:
        self._free = BoundedSemaphore(most)

    def answers(self, calls: Sequence[Callable[[], Answer]], until: Deadline) -> list[Answer | Missing]:
        """Return each call's answer, in the order of the calls, by `until` and `GRACE_S` at the latest.

        A call must not raise. It runs in a copy of the caller's context, so its log lines and its units are the
        caller's; its thread does not keep the process from ending.
        """
        answered: SimpleQueue[tuple[int, Answer]] = SimpleQueue()
        answers: list[Answer | Missing] = []
        for index, call in enumerate(calls):
            started = self._start(partial(_answer, answered, index, call), until)
            answers.append(Missing.LATE if started else Missing.NOT_STARTED)
        given_up = replace(until, at_s=until.at_s + GRACE_S)
        for _ in range(answers.count(Missing.LATE)):
            try:
                index, answer = answered.get(timeout=given_up.left_s())
            except Empty:
                break
            answers[index] = answer
        return answers

    def _start(self, call: Callable[[], None], until: Deadline) -> bool:
        if not self._free.acquire(timeout=until.left_s()):
            return False
        context = contextvars.copy_context()
        try:
            Thread(target=self._run, args=(partial(context.run, call),), name="call", daemon=True).start()
        except RuntimeError:  # the system gives no more threads
            self._free.release()
            return False
        return True

    def _run(self, call: Callable[[], None]) -> None:
        try:
            call()
        finally:
            self._free.release()


def _answer(answered: SimpleQueue[tuple[int, Answer]], index: int, call: Callable[[], Answer]) -> None:
    answered.put((index, call()))
