"""Bounds: how long and of what characters that may be which a carrier says of a sale, so that it can be kept."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from chalicelib.domain.tracking_numbers import LONGEST_NUMBER, normalized

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.domain.objects import JsonObject

LONGEST_IDENTIFIER = 100
LONGEST_LINK = 2000

LARGEST_META_BYTES = 8192
"""As JSON."""

FIRST_IN_META = ("service_name",)
"""What is kept before all else."""

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, tabs and line ends aside, and halves of characters, which no UTF-8 can hold."""


class Unusable(Exception):
    """What a carrier said cannot be kept; its text says what it is, as the end of a sentence."""


def printable(text: str) -> str:
    """Return a text with a space for each character that cannot be kept."""
    return _UNPRINTABLE.sub(" ", text)


def known(value: object, longest: int = LONGEST_IDENTIFIER) -> str:
    """Return what can be shown of an identifier of any kind, cut where it is too long."""
    return printable(str(value or "")).strip()[:longest]


def number_of(value: object) -> str:
    """Return a tracking number as trackers spell it, empty where there is none.

    Raises `Unusable` where no tracker could have it: too long, or of other characters than ASCII's printable ones.
    """
    number = normalized(str(value or ""))
    if len(number) > LONGEST_NUMBER or not (number.isascii() and number.isprintable()):
        raise Unusable("has a tracking number that cannot be used")
    return number


def identifier_of(value: object) -> str:
    """Return an identifier as the carrier spells it; raises `Unusable` where it is too long or cannot be printed."""
    identifier = str(value or "").strip()
    if len(identifier) > LONGEST_IDENTIFIER or not identifier.isprintable():
        raise Unusable("has an identifier that cannot be used")
    return identifier


def bounded_meta(meta: Mapping[str, Any]) -> JsonObject:
    """Return as much of what a carrier said beside a sale as may be kept, and can be written as JSON."""
    first = [name for name in FIRST_IN_META if name in meta]
    left, kept = LARGEST_META_BYTES - len("{}"), {}
    for name in (*first, *(name for name in meta if name not in first)):
        try:
            text = json.dumps({str(name): meta[name]}, allow_nan=False)
            held = _printable_in(json.loads(text))
        except (TypeError, ValueError, RecursionError):
            continue
        if len(text) <= left:
            kept.update(held)
            left -= len(text)
    return {name: kept[name] for name in (printable(str(name)) for name in meta) if name in kept}


def _printable_in(value: Any) -> Any:
    if isinstance(value, dict):
        return {printable(name): _printable_in(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_printable_in(inner) for inner in value]
    return printable(value) if isinstance(value, str) else value
