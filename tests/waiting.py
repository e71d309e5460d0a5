"""Waiting for what happens in another process or thread: poll with a deadline, never sleep and hope."""

import time
from collections.abc import Callable

POLL_S = 0.02


def until(
    condition: Callable[[], bool], deadline_s: float = 10, words: Callable[[], str] = lambda: "it never came true"
) -> None:
    """Return when `condition` holds; fail with `words` when it doesn't in time."""
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, words()
        time.sleep(POLL_S)
