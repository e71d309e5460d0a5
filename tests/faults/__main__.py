"""`make faults`: every kill point in many rounds, and a table of what did not hold."""

import logging
import sys
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory

from chalicelib import logs
from local.engine import Engine
from local.engine_package import engine_program
from tests.faults.faulty_services import FaultyServices
from tests.faults.machine import machine, settings_for
from tests.faults.points import POINTS, Point
from tests.faults.processes import Processes
from tests.faults.rounds import Round
from tests.faults.verdicts import Verdict

ROUNDS = 20
CUTS = 4
"""Beside the rounds in which the process is killed: so many in which its connection breaks and it goes on."""

ROW = "{:<52} {:>6} {:>5} {:>7} {:>5} {:>6} {:>7}\n"


def main() -> int:
    """Print the table, and return 1 when anything did not hold."""
    logging.getLogger(logs.LOGGER_NAME).addHandler(logging.NullHandler())  # what is logged of faults fills pages
    logging.getLogger(logs.LOGGER_NAME).propagate = False
    began, whole = time.monotonic(), Verdict()
    say = sys.stdout.write
    say(ROW.format("point", "kills", "cuts", "double", "lost", "stuck", "broken"))
    with TemporaryDirectory() as folder, Engine(engine_program()) as engine:
        settings = settings_for(engine.endpoint, f"faults-{uuid.uuid4().hex[:12]}-", Path(folder))
        with machine(settings) as (services, processes):
            for point in POINTS:
                verdict = _all_rounds(services, processes, point)
                whole.add(verdict)
                say(_row(str(point), 1, verdict))
                sys.stdout.flush()
    say(_row(f"all {len(POINTS)} points", len(POINTS), whole))
    say(f"in {time.monotonic() - began:.0f} s\n")
    say("".join(f"{fault}\n" for fault in whole.faults))
    return 1 if whole.faults else 0


def _all_rounds(services: FaultyServices, processes: Processes, point: Point) -> Verdict:
    verdict = Verdict()
    for number in range(ROUNDS):
        verdict.add(Round(services, processes, point, number).play())
    for number in range(CUTS):
        verdict.add(Round(services, processes, point, number, "cut").play())
    return verdict


def _row(name: str, points: int, verdict: Verdict) -> str:
    kinds = (verdict.double, verdict.lost, verdict.stuck, verdict.broken)
    return ROW.format(name, points * ROUNDS, points * CUTS, *map(len, kinds))


if __name__ == "__main__":
    sys.exit(main())
