"""Labels as PNG in a label printer's own dots: black and white, one label below the other."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.label_layout import (
    BARCODE_HEIGHT,
    DOTS_PER_INCH,
    HEIGHT,
    MODULE,
    WIDTH,
    Box,
    Text,
    shapes,
)
from chalicelib.carriers.sandbox.label_pdf import bars

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from PIL.ImageFont import FreeTypeFont

    from chalicelib.carriers.sandbox.label_layout import ParcelLabel, Shape
    from chalicelib.carriers.sandbox.printable import Style

FONT_SHARE = 0.9
"""Bitstream Vera runs wider and taller than Helvetica: at this share of its size both look alike."""

WHITE, BLACK = 1, 0


def png(labels: Sequence[ParcelLabel]) -> bytes:
    """Return one picture of all labels, stacked in order; the same labels give the same bytes."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - only a purchase needs it

    picture = Image.new("1", (WIDTH, HEIGHT * len(labels)), WHITE)
    draw = ImageDraw.Draw(picture)
    for index, label in enumerate(labels):
        for shape in shapes(label, _width):
            _paint(draw, shape, index * HEIGHT)
    written = BytesIO()
    picture.save(written, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH), optimize=False)
    return written.getvalue()


@cache
def _font(style: Style) -> FreeTypeFont:
    """Return the font that reportlab ships; found without importing reportlab."""
    from PIL import ImageFont  # noqa: PLC0415 - only a purchase needs it

    package = find_spec("reportlab")
    if package is None or package.origin is None:
        raise FileNotFoundError("reportlab, whose fonts the labels use, is not installed")
    file = Path(package.origin).parent / "fonts" / ("VeraBd.ttf" if style.bold else "Vera.ttf")
    return ImageFont.truetype(str(file), round(style.size * FONT_SHARE))


def _width(text: str, style: Style) -> float:
    return _font(style).getlength(text)


def _paint(draw: Any, shape: Shape, top: int) -> None:
    if isinstance(shape, Text):
        anchor = {"left": "ls", "centre": "ms", "right": "rs"}[shape.align]
        x = shape.x + {"left": 0, "centre": shape.width // 2, "right": shape.width}[shape.align]
        colour = WHITE if shape.white else BLACK
        draw.text((x, top + shape.y), shape.text, fill=colour, font=_font(shape.style), anchor=anchor)
    elif isinstance(shape, Box):
        _fill(draw, shape, top)
    else:
        for start, length in bars(shape.modules):
            _fill(draw, Box(shape.x + start * MODULE, shape.y, length * MODULE, BARCODE_HEIGHT), top)


def _fill(draw: Any, box: Box, top: int) -> None:
    # Pillow's rectangles include their last row and column.
    corner = (box.x + box.width - 1, top + box.y + box.height - 1)
    draw.rectangle(((box.x, top + box.y), corner), fill=BLACK)
