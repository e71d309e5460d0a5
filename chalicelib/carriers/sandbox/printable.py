"""Text as a label's fonts can show it, cut into lines that fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ELLIPSIS = "..."
LONGEST_TEXT = 120
"""Characters of one text that are shown: names and streets are shorter, and no paper has room for endless ones."""


@dataclass(frozen=True)
class Style:
    """How a text looks."""

    size: int
    """The font's height, in dots."""
    bold: bool = False


Measure = Callable[[str, Style], float]
"""The width of a text in a style, in dots."""


def printable(text: str, most: int = LONGEST_TEXT) -> str:
    """Return at most so many characters of `text`, all of Windows-1252, which every font here has.

    Control characters become spaces, and what the fonts lack is spelled in ASCII letters.
    """
    seen = text[:most]
    if not seen.isascii():
        seen = "".join(map(_in_latin, unicodedata.normalize("NFC", seen)))
    plain = "".join(" " if _is_control(character) else character for character in seen)
    return " ".join(plain.split())[:most]


def one_line(text: str, style: Style, width: float, measure: Measure) -> str:
    """Return as much of a text as fits in one line."""
    if measure(text, style) <= width:
        return text
    fitting = text
    while fitting and measure(fitting + ELLIPSIS, style) > width:
        fitting = fitting[:-1]
    return f"{fitting.rstrip()}{ELLIPSIS}" if fitting else ""


def wrapped(text: str, style: Style, width: float, measure: Measure) -> list[str]:
    """Return a text in lines that fit, cut between words where that is possible."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else ""
        if longer and measure(longer, style) <= width:
            lines[-1] = longer
        else:
            lines.extend(_pieces(word, style, width, measure))
    return lines


def _pieces(word: str, style: Style, width: float, measure: Measure) -> Iterator[str]:
    piece = ""
    for character in word:
        if piece and measure(piece + character, style) > width:
            yield piece
            piece = ""
        piece += character
    yield piece


def _in_latin(character: str) -> str:
    from anyascii import anyascii  # noqa: PLC0415 - few labels need it

    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return anyascii(character)
    return character


def _is_control(character: str) -> bool:
    return unicodedata.category(character).startswith(("C", "Z"))
