"""Processes that may die: ordered from a zygote, their answers read, the data that they leave looked at afterwards."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.faults.points import Point

PROJECT = Path(__file__).parents[2]

Step = tuple[str, str, str]
"""Account, operation and its object."""


@dataclass(frozen=True)
class Outcome:
    """What a process answered, step by step, and how it ended."""

    answers: list[dict[str, Any]]
    killed: bool
    ended_well: bool


class Processes:
    """Starts a process of the app for each order, on the tables and labels of `settings`, inside a `with` block."""

    def __init__(self, settings: dict[str, str]) -> None:
        self._settings = settings

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.faults.zygote", json.dumps(self._settings)]
        self._zygote = subprocess.Popen(  # noqa: S603 - our own program
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zygote.communicate(timeout=60)

    def run(self, *steps: Step, offset_s: float = 0, point: Point | None = None, fault: str = "kill") -> Outcome:
        """Return what came of a new process that takes the steps; the fault strikes in the last one, at the point."""
        order = {"steps": steps, "offset_s": offset_s, "point": point and asdict(point), "fault": fault}
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.write(json.dumps(order) + "\n")
        self._zygote.stdin.flush()
        told = self._zygote.stdout.readline()
        assert told, "the zygote died"
        return Outcome(**json.loads(told))
