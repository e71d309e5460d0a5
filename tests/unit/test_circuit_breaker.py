"""A circuit: opened by failures one after the other, and closed by a probe that is answered."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.domain.circuit_breaker import CLOSED, FAILURES, OPEN_S, PROBE_S, Circuit, Verdict


def an_open_circuit(at_s: float = 0.0) -> Circuit:
    circuit = CLOSED
    for _ in range(FAILURES):
        circuit = circuit.after("failed", at_s, was_probe=False)
    return circuit


def test_it_opens_at_the_third_failure_in_a_row() -> None:
    twice = CLOSED.after("failed", 0, was_probe=False).after("failed", 1, was_probe=False)

    assert (twice.wait_s(1), twice.after("failed", 2, was_probe=False).wait_s(2)) == (0, OPEN_S)


def test_an_answer_between_failures_starts_the_count_anew() -> None:
    circuit = CLOSED
    for verdict in ("failed", "failed", "answered", "failed", "failed"):
        circuit = circuit.after(verdict, 0, was_probe=False)

    assert not circuit.is_open


def test_it_lets_a_probe_through_when_its_time_is_over_and_nobody_beside_it() -> None:
    circuit = an_open_circuit()

    assert (circuit.wait_s(OPEN_S - 0.01) > 0, circuit.wait_s(OPEN_S)) == (True, 0)
    assert circuit.let_through(OPEN_S).wait_s(OPEN_S) == PROBE_S


def test_a_closed_one_lets_through_as_many_as_want_and_remembers_none() -> None:
    failed_once = CLOSED.after("failed", 0, was_probe=False)

    assert [circuit.let_through(5) for circuit in (CLOSED, failed_once)] == [CLOSED, failed_once]


def test_a_probe_that_is_answered_closes_it() -> None:
    probed = an_open_circuit().let_through(OPEN_S)

    assert probed.after("answered", OPEN_S + 1, was_probe=True) == CLOSED


def test_a_probe_that_fails_opens_it_again_for_as_long() -> None:
    probed = an_open_circuit().let_through(OPEN_S)

    assert probed.after("failed", 40, was_probe=True).wait_s(40) == OPEN_S


def test_a_probe_that_tells_nothing_makes_room_for_the_next() -> None:
    probed = an_open_circuit().let_through(OPEN_S)

    after = probed.after("untold", 31, was_probe=True)

    assert (after.is_open, after.wait_s(31)) == (True, 0)


def test_calls_from_before_it_opened_change_nothing() -> None:
    circuit = an_open_circuit()

    verdicts: tuple[Verdict, ...] = ("answered", "failed", "untold")
    assert {circuit.after(verdict, 5, was_probe=False) for verdict in verdicts} == {circuit}


class Traffic(RuleBasedStateMachine):
    """Calls that overlap, time that passes, and a book of what a circuit must do."""

    def __init__(self) -> None:
        super().__init__()
        self.circuit = CLOSED
        self.now_s = 0.0
        self.under_way: list[bool] = []
        """Of each call that has not ended, whether it is a probe."""
        self.in_a_row = 0
        self.shut_until_s = 0.0

    @rule(seconds=st.integers(1, 20))
    def time_passes(self, seconds: int) -> None:
        self.now_s += seconds

    @rule()
    def a_call_is_wanted(self) -> None:
        admitted = self.circuit.wait_s(self.now_s) == 0

        assert admitted == (self.in_a_row < FAILURES or self.now_s >= self.shut_until_s)
        if admitted:
            self.under_way.append(self.circuit.is_open)
            self.circuit = self.circuit.let_through(self.now_s)
            if self.in_a_row >= FAILURES:
                self.shut_until_s = self.now_s + PROBE_S

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), verdict=st.sampled_from(["answered", "failed", "untold"]))
    def a_call_ends(self, data: Any, verdict: Verdict) -> None:
        was_probe = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        self.circuit = self.circuit.after(verdict, self.now_s, was_probe=was_probe)
        if self.in_a_row >= FAILURES and not was_probe:
            return
        if verdict == "untold":
            self.shut_until_s = self.now_s
            return
        self.in_a_row = 0 if verdict == "answered" else self.in_a_row + 1
        self.shut_until_s = self.now_s + OPEN_S

    @invariant()
    def it_is_open_after_enough_failures_in_a_row_and_never_for_ever(self) -> None:
        assert self.circuit.is_open == (self.in_a_row >= FAILURES)
        assert self.circuit.wait_s(self.now_s) <= max(OPEN_S, PROBE_S)


TestTraffic = Traffic.TestCase
TestTraffic.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
