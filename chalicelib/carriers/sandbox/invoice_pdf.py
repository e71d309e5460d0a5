"""The commercial invoice as PDF: tables of wrapped text on letter paper, on as many pages as it takes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.label_pdf import character_widths
from chalicelib.carriers.sandbox.printable import Style, printable, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from chalicelib.carriers.sandbox.invoice import Grid

PAGE_POINTS = (612, 792)
"""Letter paper."""
MARGIN_POINTS = 42
FOOT_POINTS = 14
FRAME_POINTS = 6
"""What reportlab leaves free inside its frame, on each side."""
WIDTH_POINTS = PAGE_POINTS[0] - 2 * (MARGIN_POINTS + FRAME_POINTS)
GAP_POINTS = 12
PADDING_POINTS = 5
"""Left and right of a cell's text."""
TEXT_POINTS, LINE_POINTS, TITLE_POINTS = 9, 11, 18

MOST_LINES = 55
"""Lines of one cell: a row must fit on a page, whatever a customer wrote; the rest is cut off."""
MOST_CHARACTERS = 2000
"""Of one text."""


def pdf(number: str, grids: Sequence[Grid]) -> bytes:
    """Return the invoice of this number; the same grids give the same bytes."""
    content, pages = _written(number, grids, pages=1)
    return content if pages == 1 else _written(number, grids, pages)[0]


def _written(number: str, grids: Sequence[Grid], pages: int) -> tuple[bytes, int]:
    """Return the document, whose foot says that it has so many pages, and how many it has."""
    from reportlab.platypus import SimpleDocTemplate  # noqa: PLC0415 - only a label across borders needs it

    written = BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=PAGE_POINTS,
        title="Commercial invoice",
        invariant=1,
        leftMargin=MARGIN_POINTS,
        rightMargin=MARGIN_POINTS,
        topMargin=MARGIN_POINTS,
        bottomMargin=MARGIN_POINTS + FOOT_POINTS,
    )

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont("Helvetica", TEXT_POINTS)
        text = f"Invoice {printable(number)} \u2013 made by a sandbox, not for customs"
        canvas.drawString(MARGIN_POINTS, MARGIN_POINTS, text)
        page = f"Page {canvas.getPageNumber()} of {pages}"
        canvas.drawRightString(PAGE_POINTS[0] - MARGIN_POINTS, MARGIN_POINTS, page)

    document.build(list(_story(grids)), onFirstPage=foot, onLaterPages=foot)
    return written.getvalue(), document.page


def _story(grids: Sequence[Grid]) -> Iterator[Any]:
    from reportlab.platypus import Spacer, Table  # noqa: PLC0415 - only a label across borders needs it

    font = ("FONT", (0, 0), (0, 0), "Helvetica-Bold", TITLE_POINTS, TITLE_POINTS)
    yield Table([["COMMERCIAL INVOICE"]], colWidths=[WIDTH_POINTS], style=[font, ("LEFTPADDING", (0, 0), (0, 0), 0)])
    for grid in grids:
        yield Spacer(1, GAP_POINTS)
        yield _table(grid)


def _table(grid: Grid) -> Any:
    from reportlab.lib.colors import black, lightgrey  # noqa: PLC0415 - only a label across borders needs it
    from reportlab.platypus import Table  # noqa: PLC0415

    everywhere, bold = ((0, 0), (-1, -1)), ("Helvetica-Bold", TEXT_POINTS, LINE_POINTS)
    style: list[tuple[Any, ...]] = [
        ("GRID", *everywhere, 0.5, black),
        ("VALIGN", *everywhere, "TOP"),
        ("FONT", *everywhere, "Helvetica", TEXT_POINTS, LINE_POINTS),
        ("LEFTPADDING", *everywhere, PADDING_POINTS),
        ("RIGHTPADDING", *everywhere, PADDING_POINTS),
        ("TOPPADDING", *everywhere, 2),
        ("BOTTOMPADDING", *everywhere, 3),
        *(("FONT", (column, 0), (column, -1), *bold) for column in grid.bold_columns),
    ]
    if grid.has_head:
        style += [("BACKGROUND", (0, 0), (-1, 0), lightgrey), ("FONT", (0, 0), (-1, 0), *bold)]
    widths = [share * WIDTH_POINTS for share in grid.shares]
    rows = [[_cell(text, width) for text, width in zip(row, widths, strict=True)] for row in grid.rows]
    return Table(rows, colWidths=widths, repeatRows=int(grid.has_head), style=style)


def _cell(text: str, width: float) -> str:
    """Return a text cut into lines that fit, also where they are bold."""
    widths, room = character_widths(Style(TEXT_POINTS, bold=True)), width - 2 * PADDING_POINTS
    lines = [line for part in text.split("\n") for line in wrapped(printable(part, MOST_CHARACTERS), widths, room)]
    return "\n".join(lines[:MOST_LINES])
