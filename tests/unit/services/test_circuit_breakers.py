"""Circuit breakers of a process: one a connection, forgotten with its last failure."""

import pytest

from chalicelib.domain.circuit_breaker import FAILURES, OPEN_S, Verdict
from chalicelib.domain.ports import Connection
from chalicelib.services.circuit_breakers import Admission, CircuitBreakers
from tests.builders import A_TENANT, ANOTHER_TENANT

UPS = Connection("ups", "ups-main", A_TENANT, id="con_1", version=1)
OTHERS = (
    Connection("ups", "ups-main", ANOTHER_TENANT, id="con_2", version=1),
    Connection("ups", "ups-second", A_TENANT, id="con_3", version=1),
    Connection("ups", "ups-main", A_TENANT, id="con_1", version=2),
    Connection("ups", "ups-main", A_TENANT, id="con_4", version=1),
    Connection("fedex", "ups-main", A_TENANT, id="con_1", version=1),
)
UNSTORED = (Connection("ups", "east", A_TENANT), Connection("ups", "west", A_TENANT))


class Circuits:
    """Circuit breakers with their clock in hand."""

    def __init__(self, most: int = 100) -> None:
        self.now_s = 1000.0
        self.breakers = CircuitBreakers(lambda: self.now_s, most)

    def fail(self, connection: Connection, times: int = FAILURES) -> None:
        for _ in range(times):
            self.breakers.report(connection, Admission(), "failed", "host_unknown")


def test_a_connection_that_keeps_failing_is_left_alone_and_no_other() -> None:
    circuits = Circuits()

    circuits.fail(UPS)

    assert circuits.breakers.admission(UPS) == Admission(OPEN_S, "host_unknown")
    assert [circuits.breakers.admission(other) for other in OTHERS] == [Admission()] * len(OTHERS)


def test_connections_without_an_id_are_told_apart_by_their_names() -> None:
    circuits = Circuits()

    circuits.fail(UNSTORED[0])

    assert [circuits.breakers.admission(one).now for one in UNSTORED] == [False, True]


def test_it_is_left_alone_to_the_last_moment_and_not_longer() -> None:
    circuits = Circuits()
    circuits.fail(UPS)

    circuits.now_s += OPEN_S - 0.25
    assert circuits.breakers.admission(UPS) == Admission(0.25, "host_unknown")
    assert not circuits.breakers.admission(UPS).now

    circuits.now_s += 0.25
    assert circuits.breakers.admission(UPS).now


@pytest.mark.parametrize(
    ("reasons", "told"), [(("late", "busy", "host_unknown"), "host_unknown"), (("late", "busy", ""), "busy")]
)
def test_the_latest_failure_that_has_a_reason_tells_why(reasons: tuple[str, ...], told: str) -> None:
    circuits = Circuits()

    for reason in reasons:
        circuits.breakers.report(UPS, Admission(), "failed", reason)

    assert circuits.breakers.admission(UPS).reason == told


@pytest.mark.parametrize(("verdict", "code"), [("answered", "internal_error"), ("untold", "too_busy")])
def test_an_earlier_calls_answer_does_not_change_why_it_is_left_alone(verdict: Verdict, code: str) -> None:
    circuits = Circuits()
    circuits.fail(UPS)

    circuits.breakers.report(UPS, Admission(), verdict, code)

    assert circuits.breakers.admission(UPS) == Admission(OPEN_S, "host_unknown")


def test_a_probe_that_could_not_be_sent_does_not_change_why_it_is_left_alone() -> None:
    circuits = Circuits()
    circuits.fail(UPS)
    circuits.now_s += OPEN_S
    circuits.breakers.report(UPS, circuits.breakers.admission(UPS), "untold", "too_busy")

    next_probe, beside_it = circuits.breakers.admission(UPS), circuits.breakers.admission(UPS)

    assert (next_probe.is_probe, beside_it.reason) == (True, "host_unknown")


def test_failures_without_a_reason_tell_none() -> None:
    circuits = Circuits()

    for _ in range(FAILURES):
        circuits.breakers.report(UPS, Admission(), "failed")

    assert circuits.breakers.admission(UPS) == Admission(OPEN_S, reason="")


def test_one_probe_at_a_time_decides_whether_it_is_used_again() -> None:
    circuits = Circuits()
    circuits.fail(UPS)
    circuits.now_s += OPEN_S

    probe, second = circuits.breakers.admission(UPS), circuits.breakers.admission(UPS)
    circuits.breakers.report(UPS, probe, "answered")

    assert (probe, second.now) == (Admission(is_probe=True), False)
    assert circuits.breakers.admission(UPS) == Admission()


def test_the_sandbox_fails_when_it_is_told_to_and_is_asked_all_the_same() -> None:
    circuits = Circuits()
    sandbox = Connection("sandbox", "sandbox", A_TENANT)

    circuits.fail(sandbox)

    assert circuits.breakers.admission(sandbox).now


def test_no_probe_is_sent_while_an_earlier_call_still_hangs() -> None:
    circuits = Circuits()
    with circuits.breakers.running(UPS):
        circuits.fail(UPS)
        circuits.now_s += OPEN_S

        meanwhile = circuits.breakers.admission(UPS)

    assert meanwhile == Admission(OPEN_S, "host_unknown")
    assert circuits.breakers.admission(UPS) == Admission(is_probe=True)


def test_of_two_calls_that_hang_both_must_end_before_a_probe_is_sent() -> None:
    circuits = Circuits()
    with circuits.breakers.running(UPS):
        with circuits.breakers.running(UPS):
            circuits.fail(UPS)
            circuits.now_s += OPEN_S

        assert not circuits.breakers.admission(UPS).now

    assert circuits.breakers.admission(UPS).now


def test_only_connections_that_fail_are_remembered() -> None:
    circuits = Circuits()
    for connection in (UPS, *OTHERS):
        circuits.fail(connection, 1)
        circuits.breakers.report(connection, Admission(), "answered")

    assert len(circuits.breakers) == 0


def test_no_more_connections_are_remembered_than_memory_is_meant_for() -> None:
    circuits = Circuits(most=2)

    for connection in (UPS, *OTHERS[:3]):
        circuits.fail(connection)

    assert len(circuits.breakers) == 2
    assert [circuits.breakers.admission(one).now for one in (UPS, *OTHERS[:3])] == [True, True, False, False]
