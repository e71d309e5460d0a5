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


Widths = Callable[[str], float]
"""The width of a character, in dots."""
Measure = Callable[[Style], Widths]
"""A font's widths in a style."""


def printable(text: str, most: int = LONGEST_TEXT) -> str:
    """Return at most so many characters of `text`, all of Windows-1252, which every font here has.

    Control characters become spaces, and what the fonts lack is spelled in ASCII letters.
    """
    seen = text[:most]
    if not seen.isascii():
        seen = "".join(map(_in_latin, unicodedata.normalize("NFC", seen)))
    plain = "".join(" " if _is_control(character) else character for character in seen)
    return " ".join(plain.split())[:most]


def width_of(text: str, widths: Widths) -> float:
    """Return the width of a text, in dots."""
    return sum(map(widths, text))


def one_line(text: str, widths: Widths, width: float) -> str:
    """Return as much of a text as fits in one line."""
    if width_of(text, widths) <= width:
        return text
    room = width - width_of(ELLIPSIS, widths)
    return next(_pieces(text, widths, room)).rstrip() + ELLIPSIS


def wrapped(text: str, widths: Widths, width: float) -> list[str]:
    """Return a text in lines that fit, cut between words where that is possible."""
    space = widths(" ")
    lines: list[str] = []
    left = 0.0
    for word in text.split():
        needed = width_of(word, widths)
        if lines and space + needed <= left:
            lines[-1] += f" {word}"
            left -= space + needed
        else:
            lines.extend(_pieces(word, widths, width))
            left = width - width_of(lines[-1], widths)
    return lines


def _pieces(text: str, widths: Widths, width: float) -> Iterator[str]:
    """Yield a text in pieces that fit; a character that is too wide by itself is a piece all the same."""
    start, used = 0, 0.0
    for position, needed in enumerate(map(widths, text)):
        if used + needed > width and position > start:
            yield text[start:position]
            start, used = position, 0.0
        used += needed
    yield text[start:]


def _in_latin(character: str) -> str:
    from anyascii import anyascii  # noqa: PLC0415 - few labels need it

    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return anyascii(character)
    return character


def _is_control(character: str) -> bool:
    return unicodedata.category(character).startswith(("C", "Z"))
