"""Docstrings as descriptions: read from the source when the document is made, so that importing costs nothing."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from chalicelib.api.schemas.patches import PATCHES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic import BaseModel


def described_fields(model: type[BaseModel]) -> dict[str, str]:
    """Return, by field, the docstring under it; a patch's fields are described by the model that it patches."""
    found: dict[str, str] = {}
    for base in reversed(PATCHES.get(model.__name__, model).__mro__):
        found |= _described(base.__module__).get(base.__name__, {})
    return found


def described_name(module: str, name: str) -> str | None:
    """Return the docstring under a module's own name, None when there is none."""
    return _described(module).get("", {}).get(name)


def first_paragraph(documented: object) -> str:
    """Return the first paragraph of a docstring, as one line."""
    return _one_line((inspect.getdoc(documented) or "").partition("\n\n")[0])


def summary(view: Callable[..., Any]) -> str:
    """Return what a view does in a few words: its docstring up to the first stop."""
    return re.split(r"[.;:](?:\s|$)", first_paragraph(view), maxsplit=1)[0]


def description(view: Callable[..., Any]) -> str:
    """Return a view's whole docstring, a line a paragraph."""
    return "\n\n".join(_one_line(paragraph) for paragraph in (inspect.getdoc(view) or "").split("\n\n"))


@cache
def _described(module: str) -> Mapping[str, Mapping[str, str]]:
    """Return the docstrings under names, by class and name; those of the module itself under the empty class name."""
    tree = ast.parse(inspect.getsource(sys.modules[module])) if module.startswith("chalicelib.") else ast.Module([], [])
    classes = {node.name: dict(_under_names(node.body)) for node in tree.body if isinstance(node, ast.ClassDef)}
    return {**classes, "": dict(_under_names(tree.body))}


def _under_names(body: list[ast.stmt]) -> Iterable[tuple[str, str]]:
    for statement, below in pairwise(body):
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        match below:
            case ast.Expr(ast.Constant(str(text))):
                yield from ((target.id, _one_line(text)) for target in targets if isinstance(target, ast.Name))


def _one_line(text: str) -> str:
    return " ".join(text.split())
