"""Deadlines: how much time is left."""

import time

from chalicelib.domain.deadlines import Deadline


def test_a_deadline_is_never_negative() -> None:
    deadline = Deadline.after(-5, time.monotonic)

    assert deadline.left_s() == 0
    assert Deadline(10, lambda: 4).at_most(3).left_s() == 3
    assert Deadline(10, lambda: 4).at_most(30).left_s() == 6
