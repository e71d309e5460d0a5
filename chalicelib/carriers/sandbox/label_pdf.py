"""Labels as PDF: a page a parcel, text and bars as vectors."""

from __future__ import annotations

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
    Text,
    shapes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from chalicelib.carriers.sandbox.label_layout import ParcelLabel
    from chalicelib.carriers.sandbox.printable import Style

POINTS_PER_DOT = 72 / DOTS_PER_INCH


def pdf(labels: Sequence[ParcelLabel]) -> bytes:
    """Return one document with a page for each label; the same labels give the same bytes."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - only a purchase needs it

    written = BytesIO()
    canvas = Canvas(written, pagesize=(WIDTH * POINTS_PER_DOT, HEIGHT * POINTS_PER_DOT), invariant=1)
    canvas.setTitle("Shipping label")
    for label in labels:
        # Dots from the upper left corner instead of points from the lower left one.
        canvas.scale(POINTS_PER_DOT, POINTS_PER_DOT)
        for shape in shapes(label, _width):
            _PAINTERS[type(shape)](canvas, shape)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _font(style: Style) -> str:
    return "Helvetica-Bold" if style.bold else "Helvetica"


def _width(text: str, style: Style) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415 - only a purchase needs it

    return float(stringWidth(text, _font(style), style.size))


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
