"""Bodies and parameters: bytes to a checked model, with every fault at once and each at its path."""

from __future__ import annotations

import json
import re
from decimal import Decimal, DecimalException
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from chalicelib.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

MOST_BYTES = 256 * 1024
"""The largest body that is read."""

DEEPEST = 32
"""How deep a body may nest; the contract's own objects need seven levels."""

MOST_FAULTS = 1000
"""So many faults are told: more could make an answer larger than a Lambda may give (6 MB)."""

LONGEST_NAME = 60
"""Characters of a field's name that are repeated in an answer; the contract's own have 40 at most."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and line ends, and halves of surrogate pairs: no name or address holds any."""

REQUIRED = "This field is required"
UNKNOWN = "Unknown field"

_SUCH_A_DATE = "Must be a date that exists: YYYY-MM-DD"
_SUCH_A_TIME = "Must be a date and time that exist: YYYY-MM-DDThh:mm:ssZ"

SENTENCES = {
    "missing": REQUIRED,
    "extra_forbidden": UNKNOWN,
    "literal_error": "Use {expected}",
    "model_type": "Must be an object",
    "dict_type": "Must be an object",
    "tuple_type": "Must be a list",
    "too_short": "Must have at least {min_length} items",
    "too_long": "Must have at most {max_length} items",
    "string_type": "Must be a string",
    "string_unicode": "Must be valid Unicode",
    "string_too_short": "Must have at least {min_length} characters",
    "string_too_long": "Must have at most {max_length} characters",
    "bool_type": "Must be true or false",
    "bool_parsing": "Must be true or false",
    "int_type": "Must be a whole number",
    "int_parsing": "Must be a whole number",
    "int_parsing_size": "Must be a whole number",
    "int_from_float": "Must be a whole number",
    "greater_than": "Must be more than {gt}",
    "greater_than_equal": "Must be at least {ge}",
    "less_than_equal": "Must be at most {le}",
    "date_parsing": _SUCH_A_DATE,
    "date_from_datetime_parsing": _SUCH_A_DATE,
    "datetime_parsing": _SUCH_A_TIME,
    "datetime_from_date_parsing": _SUCH_A_TIME,
    "timezone_aware": "Must name its offset: Z, or as +hh:mm",
}
"""By pydantic's kind of fault: its own words are Python's and not JSON's."""

IN_OUR_WORDS = frozenset({"value_error", "rule"})
"""Kinds of fault that our own validators and rules raise, with a sentence of their own."""


class _LeftOpen(ValueError):
    """What RFC 8259 does not allow or leaves open, and Python's reader would take."""


def parsed_json(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in `raw`, numbers with a fraction as Decimal; an empty body is an empty object.

    Raises `InvalidRequest` for what RFC 8259 does not allow or leaves open: NaN, a name given twice, deep nesting.
    """
    if not raw.strip():
        return {}
    try:
        tree = json.loads(
            raw.decode("utf-8"),
            parse_float=_number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_duplicates,
        )
    except RecursionError:
        raise InvalidRequest(f"The body nests deeper than {DEEPEST} levels") from None
    except UnicodeDecodeError:
        raise InvalidRequest("The body is not UTF-8") from None
    except json.JSONDecodeError as error:
        message = f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise InvalidRequest(message) from None
    except _LeftOpen as error:
        raise InvalidRequest(f"The body is not valid JSON: {error}") from None
    except ValueError:  # an integer of thousands of digits, which CPython refuses
        raise InvalidRequest("The body is not valid JSON: a number has too many digits") from None
    if not isinstance(tree, dict):
        raise InvalidRequest("The body must be a JSON object")
    if faults := dict(islice(_text_faults(tree, (), 1), MOST_FAULTS)):
        raise InvalidRequest("The text holds control characters", faults)
    return tree


def without_nulls(tree: Any) -> Any:
    """Return `tree` without the members of objects that are null: in a POST, null means left out.

    The members of metadata are no fields but the customer's own: null is none of their values, and is refused.
    """
    if isinstance(tree, dict):
        return {
            name: value if name == "metadata" and isinstance(value, dict) else without_nulls(value)
            for name, value in tree.items()
            if value is not None
        }
    if isinstance(tree, list):
        return [without_nulls(value) for value in tree]
    return tree


def patch_of(tree: Any) -> Any:
    """Return a patch as it is checked: what is in its lists is new, so there null means left out, as in a POST."""
    if isinstance(tree, dict):
        return {name: patch_of(value) for name, value in tree.items()}
    return without_nulls(tree) if isinstance(tree, list) else tree


def checked(model: type[Model], tree: Mapping[str, Any], failure: str) -> Model:
    """Return `tree` as a `model`.

    Raises `InvalidRequest` with all faults by path; its message begins with `failure`: what could not be done.
    """
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        refuse(details_of(error), failure)


def checked_body(model: type[Model], sent: Mapping[str, Any], meant: Mapping[str, Any], failure: str) -> Model:
    """Return a body as a `model`: what was `sent`, as it is `meant` once nulls that leave something out are gone.

    Raises `InvalidRequest` as `checked` does, and for an unknown field that is null: only what exists is left out.
    """
    unknown = {} if meant == sent else _unknown_nulls(model, sent)
    try:
        found = model.model_validate(meant)
    except ValidationError as error:
        refuse({**details_of(error), **unknown}, failure)
    if unknown:
        refuse(unknown, failure)
    return found


def _unknown_nulls(model: type[Model], sent: Mapping[str, Any]) -> dict[str, str]:
    try:
        model.model_validate(sent)
    except ValidationError as error:
        faults = error.errors(include_url=False)[:MOST_FAULTS]
        return {
            _path(one["loc"]): UNKNOWN for one in faults if one["type"] == "extra_forbidden" and one["input"] is None
        }
    return {}


def refuse(details: Mapping[str, str], failure: str) -> NoReturn:
    """Raise `InvalidRequest` with these faults by path."""
    only_missing = all(text == REQUIRED for text in details.values())
    reason = "missing required fields" if only_missing else "invalid fields"
    raise InvalidRequest(f"{failure} due to {reason}", details)


def parameters(given: Mapping[str, Sequence[str]] | None) -> dict[str, str]:
    """Return query parameters by name; raises `InvalidRequest` for one that is given twice."""
    repeated = {name: "Give this parameter once" for name, values in (given or {}).items() if len(values) > 1}
    if repeated:
        raise InvalidRequest("A query parameter is given more than once", repeated)
    return {name: values[0] for name, values in (given or {}).items()}


def details_of(error: ValidationError) -> dict[str, str]:
    """Return what pydantic found, a sentence a path: all of it, but of a body of nothing but faults the first ones."""
    faults = [(_path(fault["loc"]), fault) for fault in error.errors(include_url=False)[:MOST_FAULTS]]
    # pydantic counts only what is right: a list whose only member is wrong is called too short as well
    echoes = {path for path, fault in faults if fault["type"] == "too_short" and _has_below(path, faults)}
    return {path: _sentence(fault) for path, fault in faults if path not in echoes}


def _path(place: tuple[str | int, ...]) -> str:
    """Return a fault's path; pydantic puts "[key]" behind a name that is itself wrong."""
    parts = place[:-1] if place[-1:] == ("[key]",) and place[-2:-1] != ("metadata",) else place
    return _written(parts)


def _written(parts: Iterable[str | int]) -> str:
    """Return a path as it is told; a customer's own long names are cut, as each fault repeats them."""
    return ".".join(part if len(part) <= LONGEST_NAME else f"{part[:LONGEST_NAME]}…" for part in map(str, parts))


def _has_below(path: str, faults: list[tuple[str, ErrorDetails]]) -> bool:
    return any(other.startswith(f"{path}.") for other, _ in faults)


def _sentence(fault: ErrorDetails) -> str:
    context = fault.get("ctx", {})
    if fault["type"] == "value_error":
        text = str(context["error"])
        return text[:1].upper() + text[1:]
    if fault["type"] in IN_OUR_WORDS:
        return fault["msg"]
    if fault["type"] in ("too_short", "string_too_short") and context["min_length"] == 1:
        sentence = "Must not be empty"
    else:
        sentence = SENTENCES.get(fault["type"], "Is not what belongs here").format(**context)
    is_name = fault["loc"][-1:] == ("[key]",) and fault["type"].startswith("string_")
    return f"The name: {sentence}" if is_name else sentence


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _LeftOpen(f"the name {twice[:100]!r} is given twice")
    return names


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except DecimalException:
        raise _LeftOpen(f"the exponent of {text[:100]} is too large") from None


def _refuse_constant(name: str) -> NoReturn:
    raise _LeftOpen(f"{name} is not a JSON number")


def _text_faults(tree: Any, path: tuple[str | int, ...], depth: int) -> Iterator[tuple[str, str]]:
    """Yield the path of each text that no name or address can be, and what to do about it."""
    if depth > DEEPEST:
        raise InvalidRequest(f"The body nests deeper than {DEEPEST} levels")
    if isinstance(tree, str):
        if not tree.isprintable() and _CONTROL.search(tree):
            yield _written(path), "Remove the control characters"
    elif isinstance(tree, dict):
        for name, value in tree.items():
            if not name.isprintable() and _CONTROL.search(name):
                shown = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", name)
                yield _written((*path, shown)), "Remove the control characters"
            yield from _text_faults(value, (*path, name), depth + 1)
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _text_faults(value, (*path, index), depth + 1)
