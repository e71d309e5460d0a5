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
    PAPERS,
    Barcode,
    Box,
    Paper,
    Printed,
    Text,
    parcel_shapes,
    sale_shapes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from chalicelib.carriers.sandbox.label_layout import ParcelLabel, SaleLabel, Shape
    from chalicelib.carriers.sandbox.printable import Style, Widths
    from chalicelib.domain.options import LabelSize

POINTS_PER_DOT = 72 / DOTS_PER_INCH

SHEETS: Mapping[LabelSize, tuple[float, float]] = {"A4": (595.28, 841.89), "letter": (612, 792)}
"""Sheets for office printers, in points: a 4x6 label stands in their upper left corner."""
SHEET_MARGIN = 36
"""Points that no office printer leaves white anyhow: half an inch."""


def pdf(sale: SaleLabel, parcels: Sequence[ParcelLabel], size: LabelSize) -> Printed:
    """Return documents with a page for each parcel; the same labels give the same bytes."""
    paper = PAPERS.get(size, Paper())
    common = sale_shapes(sale, character_widths, paper)
    pages = [(*common, *parcel_shapes(parcel, character_widths, paper)) for parcel in parcels]
    return Printed(_document(pages, size), tuple(_document([page], size) for page in pages))


def _document(pages: Sequence[Sequence[Shape]], size: LabelSize) -> bytes:
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - only a purchase needs it

    written = BytesIO()
    width, height, margin = _sheet(size)
    canvas = Canvas(written, pagesize=(width, height), invariant=1)
    canvas.setTitle("Shipping label")
    for page in pages:
        canvas.translate(margin, height - margin - HEIGHT * POINTS_PER_DOT)
        # Dots from the upper left corner instead of points from the lower left one.
        canvas.scale(POINTS_PER_DOT, POINTS_PER_DOT)
        for shape in page:
            _PAINTERS[type(shape)](canvas, shape)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _sheet(size: LabelSize) -> tuple[float, float, float]:
    """Return a page's width and height and the margin above and left of the label, in points."""
    if size in SHEETS:
        return *SHEETS[size], SHEET_MARGIN
    paper = PAPERS[size]
    return paper.width * POINTS_PER_DOT, paper.height * POINTS_PER_DOT, 0


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
