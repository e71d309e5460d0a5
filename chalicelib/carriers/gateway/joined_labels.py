"""Joined labels: one document of several parcels' labels, in order."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from chalicelib.carriers.gateway.documents import MOST_PIXELS
from chalicelib.carriers.gateway.pdf_pages import pages_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.ports import Document


def joined(labels: Sequence[Document]) -> Document | None:
    """Return all labels in one: pages of a PDF, labels of ZPL, a stack of pictures; None where they cannot be joined.

    The labels are sold by then: whatever is the matter with one, nothing is raised.
    """
    if len({(label.format, label.category) for label in labels}) != 1:
        return None
    content = _JOINS[labels[0].format]([label.content for label in labels])
    sizes = {label.print_format for label in labels}
    return None if content is None else replace(labels[0], content=content, print_format=_only(sizes))


def _only(sizes: set[str | None]) -> str | None:
    return next(iter(sizes)) if len(sizes) == 1 else None


def _zpl(contents: Sequence[bytes]) -> bytes:
    return b"\n".join(content.rstrip(b"\r\n") for content in contents) + b"\n"


def _png(contents: Sequence[bytes]) -> bytes | None:
    """Return the pictures one below the other, as the sandbox prints several: no picture has pages."""
    from PIL import Image  # noqa: PLC0415 - only several parcels need it

    made = BytesIO()
    try:
        pictures = [Image.open(BytesIO(content), formats=("PNG",)) for content in contents]
        modes = {picture.mode for picture in pictures}
        mode = pictures[0].mode if len(modes) == 1 and "P" not in modes else "RGB"  # palettes differ
        width, height = max(one.width for one in pictures), sum(one.height for one in pictures)
        if width * height > MOST_PIXELS:
            return None
        stack = Image.new(mode, (width, height), "white")
        below = 0
        for picture in pictures:
            stack.paste(picture.convert(mode), (0, below))
            below += picture.height
        density = {"dpi": pictures[0].info["dpi"]} if "dpi" in pictures[0].info else {}
        stack.save(made, "PNG", **density)
    except Exception:  # noqa: BLE001 - its decoders raise whatever a picture's oddities lead to, and labels are sold
        return None
    return made.getvalue()


_JOINS = {"PDF": pages_together, "PNG": _png, "ZPL": _zpl}
