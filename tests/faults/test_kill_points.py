"""A process dies, or its connection breaks, at every named point: nothing is bought twice, lost or stuck."""

import pytest

from tests.faults.faulty_services import FaultyServices
from tests.faults.points import POINTS, Point
from tests.faults.processes import Processes
from tests.faults.rounds import Round

Running = tuple[FaultyServices, Processes]

pytestmark = pytest.mark.xdist_group("faults")  # one engine and one zygote for all

NUMBERS = {point: number for number, point in enumerate(POINTS)}


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_a_process_that_is_killed_loses_nothing_and_does_nothing_twice(running: Running, point: Point) -> None:
    verdict = Round(*running, point, NUMBERS[point]).play()

    assert verdict.faults == []


@pytest.mark.parametrize("point", POINTS[1::4], ids=str)
def test_a_connection_that_breaks_loses_nothing_and_does_nothing_twice(running: Running, point: Point) -> None:
    verdict = Round(*running, point, NUMBERS[point], "cut").play()

    assert verdict.faults == []


def test_there_are_as_many_points_as_were_promised() -> None:
    assert len(set(POINTS)) == len(POINTS) >= 25
