"""Circuit breakers of a process: one a connection, forgotten with its last failure."""

from chalicelib.domain.circuit_breaker import FAILURES, OPEN_S
from chalicelib.domain.ports import Connection
from chalicelib.services.circuit_breakers import Admission, CircuitBreakers
from tests.builders import A_TENANT, ANOTHER_TENANT

UPS = Connection("ups", "ups-main", A_TENANT, id="con_1", version=1)
OTHERS = (
    Connection("ups", "ups-main", ANOTHER_TENANT, id="con_2", version=1),
    Connection("ups", "ups-second", A_TENANT, id="con_3", version=1),
    Connection("ups", "ups-main", A_TENANT, id="con_1", version=2),
)


class Circuits:
    """Circuit breakers with their clock in hand."""

    def __init__(self, most: int = 100) -> None:
        self.now_s = 1000.0
        self.breakers = CircuitBreakers(lambda: self.now_s, most)

    def fail(self, connection: Connection, times: int = FAILURES) -> None:
        for _ in range(times):
            self.breakers.report(connection, Admission(), "failed")


def test_a_connection_that_keeps_failing_is_left_alone_and_no_other() -> None:
    circuits = Circuits()

    circuits.fail(UPS)

    assert circuits.breakers.admission(UPS) == Admission(OPEN_S)
    assert [circuits.breakers.admission(other) for other in OTHERS] == [Admission()] * 3


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

    assert (meanwhile.now, circuits.breakers.admission(UPS)) == (False, Admission(is_probe=True))


def test_only_connections_that_fail_are_remembered() -> None:
    circuits = Circuits()
    for connection in (UPS, *OTHERS):
        circuits.fail(connection, 1)
        circuits.breakers.report(connection, Admission(), "answered")

    assert len(circuits.breakers) == 0


def test_no_more_connections_are_remembered_than_memory_is_meant_for() -> None:
    circuits = Circuits(most=2)

    for connection in (UPS, *OTHERS):
        circuits.fail(connection)

    assert len(circuits.breakers) == 2
    assert [circuits.breakers.admission(one).now for one in (UPS, *OTHERS)] == [True, True, False, False]
