"""Bounded work: what is made of a carrier's documents ends in time, whatever they are, or counts for nothing."""

from __future__ import annotations

import ctypes
import threading
from typing import TYPE_CHECKING, TypeVar

from chalicelib import logs

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LIMIT_S = 1.0
"""What is worth doing takes milliseconds."""

LAST_S = 0.2
"""How long a thread that was told to end may take for it."""

MOST_STUCK = 3
"""With so many threads that do not end, nothing more is begun: each of them takes its part of the processor."""

_stuck: list[threading.Thread] = []
_lock = threading.Lock()


def in_time(work: Callable[[], T], limit_s: float = LIMIT_S) -> T | None:
    """Return what the work returns, None where it fails or takes longer than the limit; nothing is raised.

    It runs in a thread of its own, which is told to end when its time is over; one that does not is left to itself.
    """
    if _still_stuck() >= MOST_STUCK:
        return None
    made: list[T] = []

    def run() -> None:
        try:
            made.append(work())
        except SystemExit:
            return  # its time is over
        except Exception as error:  # noqa: BLE001 - a document is anybody's program, and what was sold stays sold
            logs.logger().info("document_not_read", extra={"fields": {"error": type(error).__name__}})

    thread = threading.Thread(target=run, name="bounded-work", daemon=True)
    thread.start()
    thread.join(limit_s)
    if thread.is_alive():
        _end(thread)
        return None
    return made[0] if made else None


def _still_stuck() -> int:
    with _lock:
        _stuck[:] = [thread for thread in _stuck if thread.is_alive()]
        return len(_stuck)


def _end(thread: threading.Thread) -> None:
    """Have a thread end at its next step in Python: an endless loop has some, a long call into C has none."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))
    thread.join(LAST_S)
    if thread.is_alive():
        with _lock:
            _stuck.append(thread)
    logs.logger().warning("document_took_too_long", extra={"fields": {"stuck": thread.is_alive()}})
