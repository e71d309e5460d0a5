"""Labels as PDF: a page a parcel, text and bars as vectors."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.label_layout import (
    BARCODE_HEIGHT,
    DOTS_PER_INCH,
    HEIGHT,
    MODULE,
    WIDTH,
    Barcode,
    Box,
    Printed,
    Text,
    parcel_shapes,
    sale_shapes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from chalicelib.carriers.sandbox.label_layout import ParcelLabel, SaleLabel, Shape
    from chalicelib.carriers.sandbox.printable import Style, Widths

POINTS_PER_DOT = 72 / DOTS_PER_INCH


def pdf(sale: SaleLabel, parcels: Sequence[ParcelLabel]) -> Printed:
    """Return documents with a page for each parcel; the same labels give the same bytes."""
    common = sale_shapes(sale, character_widths)
    pages = [(*common, *parcel_shapes(parcel, character_widths)) for parcel in parcels]
    return Printed(_document(pages), tuple(_document([page]) for page in pages))


def _document(pages: Sequence[Sequence[Shape]]) -> bytes:
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - only a purchase needs it

    written = BytesIO()
    canvas = Canvas(written, pagesize=(WIDTH * POINTS_PER_DOT, HEIGHT * POINTS_PER_DOT), invariant=1)
    canvas.setTitle("Shipping label")
    for page in pages:
        # Dots from the upper left corner instead of points from the lower left one.
        canvas.scale(POINTS_PER_DOT, POINTS_PER_DOT)
        for shape in page:
            _PAINTERS[type(shape)](canvas, shape)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


@cache
def character_widths(style: Style) -> Widths:
    """Return how wide characters are in Helvetica, in the unit of the style's size."""
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415 - only a purchase needs it

    font = _font(style)
    return cache(lambda character: float(stringWidth(character, font, style.size)))


def _font(style: Style) -> str:
    return "Helvetica-Bold" if style.bold else "Helvetica"


def _paint_text(canvas: Any, text: Text) -> None:
    canvas.setFillGray(1 if text.white else 0)
    canvas.setFont(_font(text.style), text.style.size)
    y = HEIGHT - text.y
    if text.align == "left":
        canvas.drawString(text.x, y, text.text)
    elif text.align == "right":
        canvas.drawRightString(text.x + text.width, y, text.text)
    else:
        canvas.drawCentredString(text.x + text.width / 2, y, text.text)


def _paint_box(canvas: Any, box: Box) -> None:
    canvas.setFillGray(0)
    canvas.rect(box.x, HEIGHT - box.y - box.height, box.width, box.height, stroke=0, fill=1)


def _paint_barcode(canvas: Any, barcode: Barcode) -> None:
    for start, length in bars(barcode.modules):
        _paint_box(canvas, Box(barcode.x + start * MODULE, barcode.y, length * MODULE, BARCODE_HEIGHT))


def bars(modules: str) -> list[tuple[int, int]]:
    """Return where each black bar begins and how wide it is, in modules."""
    found: list[tuple[int, int]] = []
    position = 0
    for run in modules.replace("01", "0 1").replace("10", "1 0").split():
        if run.startswith("1"):
            found.append((position, len(run)))
        position += len(run)
    return found


_PAINTERS: dict[type, Any] = {Text: _paint_text, Box: _paint_box, Barcode: _paint_barcode}
