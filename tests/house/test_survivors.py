"""The list of mutants that survive names functions that there are, each change once, and a reason for each."""

import ast
from pathlib import Path

import pytest

from tests.mutation.survivors import entries, explained

ROOT = Path(__file__).parents[2]
ENTRIES = entries()


def functions_of(module: str) -> set[str]:
    """The dotted names of a module's functions and methods."""
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    methods = {f"{module}.{one.name}.{name}" for one in classes for name in names_in(one.body)}
    return methods | {f"{module}.{name}" for name in names_in(tree.body)}


def names_in(body: list[ast.stmt]) -> list[str]:
    return [node.name for node in body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("entry", ENTRIES, ids=[f"{entry['function']}-{at}" for at, entry in enumerate(ENTRIES)])
def test_a_survivor_is_of_a_function_that_there_is_and_has_a_reason(entry: dict[str, object]) -> None:
    function = str(entry["function"])

    assert function in functions_of(".".join(function.split(".")[:3]))
    assert len(str(entry["reason"]).split()) > 3
    assert entry["changes"]


def test_each_change_is_explained_once() -> None:
    assert len(explained()) == sum(len(entry["changes"]) for entry in ENTRIES)
