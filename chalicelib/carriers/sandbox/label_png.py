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
    MODULE,
    PAPERS,
    Box,
    Printed,
    Text,
    parcel_shapes,
    sale_shapes,
)
from chalicelib.carriers.sandbox.label_pdf import bars

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

    from chalicelib.carriers.sandbox.label_layout import ParcelLabel, SaleLabel, Shape
    from chalicelib.carriers.sandbox.printable import Style, Widths
    from chalicelib.domain.options import LabelSize

FONT_SHARE = 0.9
"""Bitstream Vera runs wider and taller than Helvetica: at this share of its size both look alike."""

WHITE, BLACK = 1, 0
COMPRESSION = 3
"""Of zlib's nine: half the time of 6, and a label of one colour is small anyhow."""


def png(sale: SaleLabel, parcels: Sequence[ParcelLabel], size: LabelSize) -> Printed:
    """Return pictures of the parcels' labels, together as a stack in order; the same labels give the same bytes."""
    from PIL import Image  # noqa: PLC0415 - only a purchase needs it

    paper = PAPERS[size]
    blank = Image.new("1", (paper.width, paper.height), WHITE)
    common = _painted(blank, sale_shapes(sale, character_widths, paper))
    labels = [_painted(common, parcel_shapes(parcel, character_widths, paper)) for parcel in parcels]
    stack = Image.new("1", (paper.width, paper.height * len(labels)), WHITE)
    for index, label in enumerate(labels):
        stack.paste(label, (0, index * paper.height))
    return Printed(_written(stack), tuple(_written(label) for label in labels))


def _written(picture: Image) -> bytes:
    written = BytesIO()
    picture.save(written, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH), compress_level=COMPRESSION)
    return written.getvalue()


def _painted(ground: Image, shapes: Iterable[Shape]) -> Image:
    """Return a copy of a picture with more on it."""
    from PIL import ImageDraw  # noqa: PLC0415 - only a purchase needs it

    picture = ground.copy()
    draw = ImageDraw.Draw(picture)
    for shape in shapes:
        _paint(draw, shape)
    return picture


@cache
def _font(style: Style) -> FreeTypeFont:
    """Return the font that reportlab ships; found without importing reportlab."""
    from PIL import ImageFont  # noqa: PLC0415 - only a purchase needs it

    package = find_spec("reportlab")
    if package is None or package.origin is None:
        raise FileNotFoundError("reportlab, whose fonts the labels use, is not installed")
    file = Path(package.origin).parent / "fonts" / ("VeraBd.ttf" if style.bold else "Vera.ttf")
    return ImageFont.truetype(str(file), round(style.size * FONT_SHARE))


@cache
def character_widths(style: Style) -> Widths:
    """Return how wide characters are in Bitstream Vera, in dots."""
    return cache(_font(style).getlength)


def _paint(draw: Any, shape: Shape) -> None:
    if isinstance(shape, Text):
        anchor = {"left": "ls", "centre": "ms", "right": "rs"}[shape.align]
        x = shape.x + {"left": 0, "centre": shape.width // 2, "right": shape.width}[shape.align]
        colour = WHITE if shape.white else BLACK
        draw.text((x, shape.y), shape.text, fill=colour, font=_font(shape.style), anchor=anchor)
    elif isinstance(shape, Box):
        _fill(draw, shape)
    else:
        for start, length in bars(shape.modules):
            _fill(draw, Box(shape.x + start * MODULE, shape.y, length * MODULE, BARCODE_HEIGHT))


def _fill(draw: Any, box: Box) -> None:
    # Pillow's rectangles include their last row and column.
    corner = (box.x + box.width - 1, box.y + box.height - 1)
    draw.rectangle(((box.x, box.y), corner), fill=BLACK)
