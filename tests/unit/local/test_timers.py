"""Timers: every job runs again and again, whatever became of the last run."""

import threading

from local.timers import Timer, Timers


def test_a_job_runs_at_the_start_and_after_every_rest() -> None:
    runs = threading.Semaphore(0)

    with Timers(Timer("often", 0.001, runs.release)):
        assert all(runs.acquire(timeout=10) for _ in range(3))


def test_a_job_that_fails_is_run_again() -> None:
    runs = threading.Semaphore(0)

    def fail() -> None:
        runs.release()
        raise RuntimeError("as it happens")

    with Timers(Timer("failing", 0.001, fail)):
        assert all(runs.acquire(timeout=10) for _ in range(2))


def test_a_long_rest_does_not_delay_the_end() -> None:
    with Timers(Timer("rare", 3600, lambda: None)):
        pass

    assert "rare" not in {thread.name for thread in threading.enumerate()}
