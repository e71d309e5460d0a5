"""PDF pages: apart and together, within bounds of time and size, as a carrier's PDF may be anything."""

from __future__ import annotations

import re
import warnings
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.bounded_work import in_time

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BYTES = 16_000_000
"""Of a PDF that is read, and of all that are made of it; an answer of a carrier has 8 MB at most."""

MOST_INFLATED_BYTES = 16_000_000
"""Of the streams that hold a PDF's own structure, which a reader unpacks as a whole."""

MOST_PAGES = 100

_STRUCTURE = re.compile(rb"/(?:ObjStm|XRef)\b")
_STREAM = re.compile(rb"stream\r?\n")
_WITHIN = 2000
"""A stream begins within so many bytes of the name of its kind."""


def pages_apart(data: bytes, parts: int) -> tuple[bytes, ...]:
    """Return each page as a PDF; nothing where they are not as many as parts, or cannot be told apart in time."""
    if not _is_bearable([data]):
        return ()
    reader, writer = _classes()
    return in_time(lambda: _apart(reader, writer, data, parts)) or ()


def pages_together(contents: Sequence[bytes]) -> bytes | None:
    """Return all pages as one PDF, in order; None where one has none, or they cannot be joined in time."""
    if not _is_bearable(contents):
        return None
    reader, writer = _classes()
    return in_time(lambda: _together(reader, writer, contents))


def _classes() -> tuple[Any, Any]:
    """Return PyPDF2's reader and writer; the first time takes longer than any label."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it says at import that its name has changed
        from PyPDF2 import PdfReader, PdfWriter  # noqa: PLC0415 - only several parcels need it
    return PdfReader, PdfWriter


def _apart(reader: Any, writer: Any, data: bytes, parts: int) -> tuple[bytes, ...]:
    pages = reader(BytesIO(data)).pages
    if len(pages) != parts:
        return ()
    made: list[bytes] = []
    for page in pages:
        own, out = writer(), BytesIO()
        own.add_page(page)
        own.write(out)
        made.append(out.getvalue())
        if sum(map(len, made)) > MOST_BYTES:  # what pages share is in each
            return ()
    return tuple(made)


def _together(reader: Any, writer: Any, contents: Sequence[bytes]) -> bytes | None:
    whole, made, count = writer(), BytesIO(), 0
    for content in contents:
        pages = reader(BytesIO(content)).pages
        count += len(pages)
        if not len(pages) or count > MOST_PAGES:
            return None
        for page in pages:
            whole.add_page(page)
    whole.write(made)
    return made.getvalue()


def _is_bearable(contents: Sequence[bytes]) -> bool:
    """Return whether the PDFs are small, and would not grow out of all proportion when they are read."""
    if sum(map(len, contents)) > MOST_BYTES:
        return False
    left = MOST_INFLATED_BYTES
    for content in contents:
        for kind in _STRUCTURE.finditer(content):
            begins = _STREAM.search(content, kind.end(), kind.end() + _WITHIN)
            if begins is not None:
                left -= _inflated(content, begins.end(), left)
            if left <= 0:
                return False
    return True


def _inflated(content: bytes, at: int, most: int) -> int:
    try:
        return len(zlib.decompressobj().decompress(memoryview(content)[at:], most))
    except zlib.error:
        return 0
