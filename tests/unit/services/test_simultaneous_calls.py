"""Simultaneous calls: all at once, none waited for beyond the deadline, never more threads than allowed."""

import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chalicelib import logs
from chalicelib.domain.deadlines import Deadline
from chalicelib.services.simultaneous_calls import Missing, SimultaneousCalls
from chalicelib.storage import capacity
from tests.waiting import until

PATIENT_S = 10.0
HASTY_S = 0.1
HELD_S = 0.2
"""How much later than its deadline an answer may come on a busy machine."""
MORE_THAN_MEMORY_BYTES = 1 << 47
"""A stack that no process has room for."""


def within(seconds: float) -> Deadline:
    return Deadline.after(seconds, time.monotonic)


class Hanging:
    """A call that answers when it is told to, whatever its deadline says."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.ended = threading.Event()

    def answer(self) -> str:
        self.released.wait(PATIENT_S)
        self.ended.set()
        return "at last"


@contextmanager
def hanging() -> Iterator[Hanging]:
    call = Hanging()
    try:
        yield call
    finally:
        call.released.set()


@contextmanager
def no_memory_for_a_thread() -> Iterator[None]:
    before = threading.stack_size(MORE_THAN_MEMORY_BYTES)
    try:
        yield
    finally:
        threading.stack_size(before)


def answering(told: str) -> Callable[[], str]:
    return lambda: told


def test_answers_come_in_the_order_of_the_calls_whoever_is_first() -> None:
    second_is_done = threading.Event()

    def first() -> str:
        second_is_done.wait(PATIENT_S)
        return "first"

    def second() -> str:
        second_is_done.set()
        return "second"

    assert SimultaneousCalls().answers([first, second], within(PATIENT_S)) == ["first", "second"]


def test_all_calls_run_at_once() -> None:
    everybody = threading.Barrier(4)

    def call() -> int:
        everybody.wait(PATIENT_S)
        return 1

    assert SimultaneousCalls().answers([call] * 4, within(PATIENT_S)) == [1] * 4


def test_who_ignores_the_deadline_does_not_hold_the_others_answers() -> None:
    with hanging() as stuck:
        began = time.monotonic()
        answers = SimultaneousCalls().answers([stuck.answer, answering("in time")], within(HASTY_S))
        took_s = time.monotonic() - began

    assert answers == [Missing.LATE, "in time"]
    assert HASTY_S <= took_s <= HASTY_S + HELD_S


def test_a_late_answer_is_dropped_and_shows_up_nowhere() -> None:
    calls = SimultaneousCalls(most=2)
    with hanging() as stuck:
        calls.answers([stuck.answer], within(HASTY_S))
        stuck.released.set()
        stuck.ended.wait(PATIENT_S)

        assert calls.answers([answering("mine"), answering("too")], within(PATIENT_S)) == ["mine", "too"]


def test_when_all_threads_are_stuck_the_next_call_is_not_started_and_not_waited_for() -> None:
    calls = SimultaneousCalls(most=2)
    with hanging() as one, hanging() as other:
        calls.answers([one.answer, other.answer], within(HASTY_S))
        before = threading.active_count()
        began = time.monotonic()

        answers = calls.answers([answering("never")] * 3, within(HASTY_S))

        assert answers == [Missing.NOT_STARTED] * 3
        assert threading.active_count() <= before
        assert time.monotonic() - began <= HASTY_S + HELD_S


def test_a_thread_that_came_back_is_used_again() -> None:
    calls = SimultaneousCalls(most=1)
    with hanging() as stuck:
        calls.answers([stuck.answer], within(HASTY_S))
        stuck.released.set()

        assert calls.answers([answering("on time")], within(PATIENT_S)) == ["on time"]


def test_when_the_system_gives_no_thread_the_call_is_not_started_and_its_place_is_free_again() -> None:
    calls = SimultaneousCalls(most=1)

    with no_memory_for_a_thread():
        refused = calls.answers([answering("never"), answering("never either")], within(PATIENT_S))

    assert refused == [Missing.NOT_STARTED] * 2
    assert calls.answers([answering("on time")], within(PATIENT_S)) == ["on time"]


def test_an_answer_just_after_the_deadline_is_heard() -> None:
    assert any(answer_after_the_deadline() == ["my own words"] for _ in range(5))  # a machine may be busy just then


def answer_after_the_deadline() -> list[str | Missing]:
    in_wait = threading.Event()
    looks = iter([None, in_wait.set])

    def clock() -> float:
        look = next(looks)
        if look:
            look()
        return 10.0

    def call() -> str:
        in_wait.wait(PATIENT_S)
        return "my own words"

    return SimultaneousCalls().answers([call], Deadline(10.0, clock))


def test_more_calls_than_threads_are_made_one_after_the_other() -> None:
    running = threading.Semaphore(2)

    def call() -> bool:
        alone = running.acquire(blocking=False)
        if alone:
            running.release()
        return alone

    assert SimultaneousCalls(most=2).answers([call] * 20, within(PATIENT_S)) == [True] * 20


def test_a_call_sees_its_callers_context_and_changes_nothing_in_it() -> None:
    whose = contextvars.ContextVar[str]("whose")
    whose.set("caller")

    def call() -> str:
        seen = whose.get()
        whose.set("call")
        return seen

    assert (SimultaneousCalls().answers([call], within(PATIENT_S)), whose.get()) == (["caller"], "caller")


def test_units_that_calls_consume_are_the_callers() -> None:
    with capacity.counting() as consumed:
        SimultaneousCalls().answers([lambda: capacity.record("GetItem", 0.5)] * 8, within(PATIENT_S))

    assert (consumed.read_units, consumed.calls) == (4.0, 8)


def test_a_line_that_a_call_logs_tells_the_callers_request() -> None:
    logs.start_request(request_id="req-7")
    lines: list[str] = []

    def call() -> None:
        record = logs.logger().makeRecord(logs.LOGGER_NAME, 20, __file__, 1, "asked", (), None)
        lines.append(logs.JsonLine().format(record))

    SimultaneousCalls().answers([call], within(PATIENT_S))

    assert '"request_id": "req-7"' in lines[0]


def test_a_hanging_call_does_not_keep_the_process_alive() -> None:
    with hanging() as stuck:
        SimultaneousCalls().answers([stuck.answer], within(HASTY_S))

        assert {thread.daemon for thread in threading.enumerate() if thread.name == "call"} == {True}
    until(stuck.ended.is_set)
