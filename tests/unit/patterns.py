"""Every regular expression of the app, and texts made from each to make it work as hard as it can.

Run as a program it tries them, and prints those that took too long.
"""

import ast
import importlib
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.carriers import catalogue
from chalicelib.domain import address_rules, tracking_numbers
from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.countries import COUNTRIES

_constants: Any = importlib.import_module("re._constants")  # the library's own, of which types know nothing
_parser: Any = importlib.import_module("re._parser")

ROOT = Path(__file__).parents[2]
USES = ("compile", "fullmatch", "match", "search", "sub", "subn", "split", "findall", "finditer")
CALLS = frozenset(f"re.{use}" for use in USES)

LENGTH = 20_000
"""Characters of each text: what takes a step for each pair of them takes seconds, what takes one for each, a moment."""

LENGTH_OF_BODIES = 100_000
"""Of the texts for patterns that read carriers' answers: a carrier decides how long those are."""

MOST_CPU_S = 1.0
"""Of one pattern with one text: a thousand times what the slowest of ours needs."""

FROM_DATA = frozenset({"domain/tracking_numbers.py", "domain/address_rules.py", "carriers/gateway/messages.py"})
"""Where patterns come from tables and not from the source; they are collected from the tables."""

REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)

WHOLE = frozenset({"fullmatch", "match", "pattern"})
"""What asks a pattern at one place of a text only."""

Text = str | bytes


@dataclass(frozen=True)
class Asked:
    """A pattern, and whether it is looked for at every place of a text."""

    pattern: re.Pattern[Any]
    is_searched: bool


def collected() -> dict[str, Asked]:
    """Every pattern by where it stands."""
    tables = {place: Asked(pattern, is_searched=False) for place, pattern in _in_the_tables().items()}
    return dict(_in_the_source()) | tables


def _in_the_tables() -> dict[str, re.Pattern[Any]]:
    found: dict[str, re.Pattern[Any]] = {}
    for form in tracking_numbers.formats():
        found[f"tracking number {form.format_id}"] = form.pattern
        if form.prepend_if is not None:
            found[f"tracking number {form.format_id} prepend"] = form.prepend_if[0]
    for code in COUNTRIES:
        pattern = address_rules._rules(code).postal_code_pattern
        if pattern is not None:
            found[f"postal code {code}"] = pattern
    for name in catalogue.carriers():
        if name != SANDBOX and (regex := catalogue.profile(name).refuses_with_2xx):
            found[f"refusals of {name}"] = re.compile(regex)
    return found


def _in_the_source() -> Iterator[tuple[str, Asked]]:
    for path in sorted((ROOT / "chalicelib").rglob("*.py")):
        place = str(path.relative_to(ROOT / "chalicelib"))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in _calls(tree):
            try:
                text = eval(compile(ast.Expression(call.args[0]), place, "eval"), _names(path))  # noqa: S307 - our own source
            except NameError:
                assert place in FROM_DATA, f"{place}:{call.lineno}: give this pattern a name in its module"
            else:
                is_searched = not _uses(tree, call) <= WHOLE
                yield f"{place}:{call.lineno}", Asked(_with_flags(call, text, path), is_searched)


def _uses(tree: ast.Module, call: ast.Call) -> set[str]:
    """What is asked of a call's pattern, in its own module; of one without a name what the call itself asks."""
    assigned = (node for node in ast.walk(tree) if isinstance(node, ast.Assign) and node.value is call)
    named = {ast.unparse(node.targets[0]) for node in assigned}
    if not named:
        return {ast.unparse(call.func).removeprefix("re.")}
    attributes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id in named} or {"?"}


def _with_flags(call: ast.Call, text: Text, path: Path) -> re.Pattern[Any]:
    """The pattern with the flags of its call; of `compile` they are the second argument."""
    is_compiled = isinstance(call.func, ast.Attribute) and call.func.attr == "compile"
    named = [word.value for word in call.keywords if word.arg == "flags"]
    given = named or (call.args[1:2] if is_compiled else [])
    flags = eval(compile(ast.Expression(given[0]), "flags", "eval"), _names(path)) if given else 0  # noqa: S307
    return re.compile(text, flags)


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func) in CALLS:
            yield node


def _names(path: Path) -> dict[str, Any]:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return vars(importlib.import_module(name))


def parsed(pattern: re.Pattern[Any]) -> Any:
    """What Python's own parser makes of a pattern."""
    return _parser.parse(pattern.pattern, pattern.flags)


def parts(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every part of a parsed pattern, the inner ones too."""
    for code, value in tree:
        yield code, value
        for inner in _inner(code, value):
            yield from parts(inner)


def _inner(code: Any, value: Any) -> list[Any]:
    if code in REPEATS:
        return [value[2]]
    if code is _constants.BRANCH:
        return list(value[1])
    if code is _constants.SUBPATTERN:
        return [value[3]]
    if code in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [value[1]]
    return []


def is_endless(code: Any, value: Any) -> bool:
    """Whether a part may repeat without end."""
    return code in REPEATS and value[1] is _constants.MAXREPEAT


def nests_endlessly(pattern: re.Pattern[Any]) -> bool:
    """Whether something that repeats without end stands in something that does too: then each text may have
    exponentially many ways to match."""
    return any(
        is_endless(code, value) and any(is_endless(*inner) for inner in parts(value[2]))
        for code, value in parts(parsed(pattern))
    )


def texts(pattern: re.Pattern[Any], length: int) -> Iterator[Text]:
    """Texts of a length that nearly match in as many ways as possible."""
    tree = parsed(pattern)
    whole = _example(tree)
    pieces = {whole, whole[:-1], *_repeated(tree), *(whole[:end] for end in range(1, min(len(whole), 40)))}
    is_bytes = isinstance(pattern.pattern, bytes)
    pieces |= {f"{piece} " for piece in pieces}  # for what asks where a word ends
    for piece in sorted(pieces - {""}):
        for text in (piece * (length // len(piece)), whole + piece * (length // len(piece)) + "\x00"):
            yield text.encode("latin-1", "replace") if is_bytes else text


def _repeated(tree: Any) -> Iterator[str]:
    """What each repeating part may repeat."""
    for code, value in parts(tree):
        if code in REPEATS:
            yield _example(value[2])


def _example(tree: Any) -> str:
    """A text that matches, as short as it comes."""
    return "".join(_piece(code, value) for code, value in tree)


def _piece(code: Any, value: Any) -> str:
    if code in REPEATS:
        return _example(value[2]) * max(int(value[0]), 1)
    inner = _inner(code, value)
    if inner:
        return "" if code is _constants.ASSERT_NOT else _example(inner[0])
    return _one_of(value if code is _constants.IN else [(code, value)])


def _one_of(members: Any) -> str:
    """A character of a class, or what stands for a part that is none."""
    code, value = members[0]
    if code is _constants.LITERAL:
        return chr(int(value))
    if code is _constants.RANGE:
        return chr(int(value[0]))
    if code in (_constants.AT, _constants.GROUPREF):
        return ""
    return {_constants.CATEGORY_DIGIT: "7", _constants.CATEGORY_SPACE: " "}.get(value, "a")


def too_slow() -> list[str]:
    """The patterns that some text keeps busy for longer than `MOST_CPU_S`."""
    slow: list[str] = []
    for place, asked in collected().items():
        pattern = asked.pattern
        for text in texts(pattern, LENGTH_OF_BODIES if place.startswith("carriers/") else LENGTH):
            for ask in (pattern.fullmatch, pattern.search)[: 1 + asked.is_searched]:
                began = time.process_time()
                ask(text)
                if time.process_time() - began > MOST_CPU_S:
                    slow.append(f"{place} {ask.__name__} {text[:40]!r}")
    return slow


if __name__ == "__main__":
    json.dump(too_slow(), sys.stdout)
