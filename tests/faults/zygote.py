"""`python -m tests.faults.zygote`: a process that has imported everything, and forks one that may die for each order.

An order is a line of JSON on standard input, and what came of it a line on standard output.
"""

import json
import logging
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from chalicelib import logs
from chalicelib.config import Settings
from chalicelib.domain.errors import CarrierTimeout, DrayError, Unavailable
from chalicelib.storage.shipments import ShipmentsTable
from chalicelib.storage.tables import bind, connection_of
from tests.faults.faulty_services import FaultyServices
from tests.faults.operations import carry_out
from tests.faults.points import Point

LONGEST_S = 60


def serve() -> None:
    """Carry out orders until standard input ends."""
    logging.getLogger(logs.LOGGER_NAME).addHandler(logging.NullHandler())  # what is logged of faults fills pages
    logging.getLogger(logs.LOGGER_NAME).propagate = False
    settings = Settings.read(json.loads(sys.argv[1]))
    warm = FaultyServices(settings)
    _ = connection_of(bind(ShipmentsTable, warm.tables)).client  # made once: it connects when it is first used
    _ = warm.sweeps, warm.trackers, warm.api_keys
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_outcome(settings, json.loads(line))) + "\n")
        sys.stdout.flush()


def _outcome(settings: Settings, order: dict[str, Any]) -> dict[str, Any]:
    """Return what a new process answered before it ended, and whether it was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(LONGEST_S)
        with suppress(BaseException):
            _be(settings, order, writer)
        os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as answers:
        told = [json.loads(line) for line in answers]
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    ended_well = os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
    return {"answers": told, "killed": killed, "ended_well": ended_well}


def _be(settings: Settings, order: dict[str, Any], writer: int) -> None:
    """Take the steps of the order, telling each one's answer at once; the fault strikes in the last one."""
    services = FaultyServices(settings, order["offset_s"])
    for at, (account, operation, target) in enumerate(order["steps"]):
        if at == len(order["steps"]) - 1 and order["point"] is not None:
            services.fail_at(Point(**order["point"]), {"kill": _die, "cut": _cut(order["point"])}[order["fault"]])
        try:
            answer = carry_out(services, account, operation, target)
        except DrayError as error:
            answer = {"error": error.code, "message": error.message}
        os.write(writer, json.dumps(answer).encode() + b"\n")
    os._exit(0)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _cut(point: dict[str, Any] | None) -> Any:
    """Return what a port raises when its connection breaks: nobody knows what became of the call."""

    def fail() -> None:
        if point is not None and point["port"] == "carrier":
            raise CarrierTimeout("The connection to the carrier broke", maybe_done=True)
        raise Unavailable("The connection broke")

    return fail


if __name__ == "__main__":
    serve()
