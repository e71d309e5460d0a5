"""The mutants that no unit test kills, each with its reason, in `survivors.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIST = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Survivor:
    """A small change that the tests did not notice."""

    function: str
    """Dotted, with its module and class."""
    was: str
    """The lines that it takes away, in one line."""
    becomes: str
    """What it puts in their place."""


def entries() -> list[dict[str, Any]]:
    """Return what the list says: `function`, `reason`, and its `changes`, each of what was and what it becomes."""
    listed: list[dict[str, Any]] = tomllib.loads(LIST.read_text(encoding="utf-8"))["survivor"]
    return listed


def explained() -> set[Survivor]:
    """Return each mutant that is known to survive."""
    return {Survivor(entry["function"], was, becomes) for entry in entries() for was, becomes in entry["changes"]}
