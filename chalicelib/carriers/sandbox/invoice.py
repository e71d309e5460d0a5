"""The commercial invoice that crosses a border with the parcels."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from chalicelib.carriers.sandbox.labels import address_lines
from chalicelib.carriers.sandbox.load import Load, load
from chalicelib.carriers.sandbox.printable import printable
from chalicelib.carriers.sandbox.services import BY_CODE
from chalicelib.domain.measures import Weight
from chalicelib.domain.money import Money
from chalicelib.domain.ports import Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.domain.customs import Customs
    from chalicelib.domain.parcels import Commodity
    from chalicelib.domain.sandbox_ledger import SandboxSale

COLUMNS = ("No.", "Description", "HS code", "Origin", "Quantity", "Unit value", "Value", "Weight kg")
COLUMN_SHARES = (0.05, 0.33, 0.12, 0.08, 0.09, 0.12, 0.12, 0.09)
GRAMS_PER_KILOGRAM = 1000
WHITE_SPACE_POINTS = 14
MARGIN_POINTS = 42
TEXT_POINTS = 612 - 2 * MARGIN_POINTS - 12
"""The width between the margins: letter paper is 612 points wide, reportlab's frame keeps 12 to itself."""
PADDING_POINTS = 6
"""Left and right of a cell's text: reportlab's own."""
LONGEST_ROW = 1500
"""Characters of a row, shared out like its width: a row must fit on a page, also where all of them are wide."""
LONGEST_FACT = 1000
"""Characters of a text outside the table: room for the tracking numbers of all parcels that a shipment can have."""
CELL_POINTS = 8
"""The size of a table's text."""
SHADE = "#e6e6e6"


@dataclass(frozen=True)
class Invoice:
    """What is to be read on an invoice."""

    sale: SandboxSale
    load: Load
    customs: Customs

    @property
    def number(self) -> str:
        """The customer's number; the parcel's where there is none."""
        return self.customs.invoice or self.load.request.options.invoice_number or self.sale.tracking_numbers[0]

    @property
    def date(self) -> str:
        """The customer's date; the sale's where there is none."""
        told = self.customs.invoice_date or self.load.request.options.invoice_date
        return (told or self.sale.sold_at.date()).isoformat()


def invoice(sale: SandboxSale) -> Document | None:
    """Return the invoice, None where no customs declaration is needed; the same sale gives the same bytes."""
    carried = load(sale.shipment, sale.sold_at)
    customs = sale.shipment.customs
    if not carried.needs_customs or customs is None:
        return None
    return Document("commercial_invoice", "PDF", _pdf(Invoice(sale, carried, customs)), "letter")


def totals(commodities: Sequence[Commodity]) -> dict[str, Money]:
    """Return by currency what the commodities are worth; those without a value count nothing."""
    found: dict[str, Money] = {}
    for commodity in commodities:
        if (value := _value(commodity)) is not None:
            found[value.currency] = found.get(value.currency, Money(Decimal(0), value.currency)) + value
    return found


def net_weight(commodities: Sequence[Commodity]) -> Weight:
    """Return what all pieces weigh."""
    return Weight(sum((_weight(commodity).grams for commodity in commodities), Decimal(0)))


def _pdf(paper: Invoice) -> bytes:
    content, pages = _written(paper, 1)
    return content if pages == 1 else _written(paper, pages)[0]


def _written(paper: Invoice, pages: int) -> tuple[bytes, int]:
    """Return the document, whose foot says that it has so many pages, and how many it has."""
    from reportlab.lib.pagesizes import letter  # noqa: PLC0415 - only a label across borders needs it
    from reportlab.platypus import SimpleDocTemplate  # noqa: PLC0415

    written = BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=letter,
        title="Commercial invoice",
        invariant=1,
        leftMargin=MARGIN_POINTS,
        rightMargin=MARGIN_POINTS,
        topMargin=MARGIN_POINTS,
        bottomMargin=MARGIN_POINTS + WHITE_SPACE_POINTS,
    )

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(
            MARGIN_POINTS, MARGIN_POINTS, f"Invoice {printable(paper.number)} \u2013 Sandbox, no real trade"
        )
        canvas.drawRightString(letter[0] - MARGIN_POINTS, MARGIN_POINTS, f"Page {canvas.getPageNumber()} of {pages}")

    document.build(list(_story(paper, TEXT_POINTS)), onFirstPage=foot, onLaterPages=foot)
    return written.getvalue(), document.page


def _story(paper: Invoice, width: float) -> Iterator[Any]:
    from reportlab.platypus import Spacer  # noqa: PLC0415 - only a label across borders needs it

    yield _paragraph("COMMERCIAL INVOICE", 18, bold=True)
    yield Spacer(1, WHITE_SPACE_POINTS)
    yield _grid([_parties(paper)], (0.5, 0.5), width)
    yield Spacer(1, WHITE_SPACE_POINTS)
    yield _grid(_facts(paper), (0.18, 0.32, 0.18, 0.32), width)
    yield Spacer(1, WHITE_SPACE_POINTS)
    rows = [_row(at, commodity) for at, commodity in enumerate(paper.customs.commodities, start=1)]
    yield _grid([[_paragraph(name, CELL_POINTS, bold=True) for name in COLUMNS], *rows], COLUMN_SHARES, width, heads=1)
    yield Spacer(1, WHITE_SPACE_POINTS)
    yield _grid(_sums(paper), (0.3, 0.7), width)
    yield Spacer(1, WHITE_SPACE_POINTS)
    yield _grid(_signature(paper), (0.3, 0.7), width)


def _parties(paper: Invoice) -> list[Any]:
    parts = []
    for title, address in (("EXPORTER / SENDER", paper.load.origin), ("IMPORTER / RECIPIENT", paper.load.destination)):
        phone = f"Tel. {printable(address.phone_number)}" if address.phone_number else ""
        tax = f"Tax id {printable(address.federal_tax_id)}" if address.federal_tax_id else ""
        lines = [line for line in (*address_lines(address), phone, tax) if line]
        parts.append([_paragraph(title, CELL_POINTS, bold=True), *(_paragraph(line, 9) for line in lines)])
    return parts


def _facts(paper: Invoice) -> list[list[Any]]:
    """Return pairs of name and value, two pairs a row."""
    customs, shipment = paper.customs, paper.load.request
    numbers = customs.options.model_dump(mode="json")
    facts = {
        "Invoice number": paper.number,
        "Invoice date": paper.date,
        "Tracking number": ", ".join(paper.sale.tracking_numbers),
        "Service": BY_CODE[paper.sale.rate.service].name,
        "Terms (Incoterms)": customs.incoterm,
        "Reason for export": (customs.content_type or "merchandise").replace("_", " "),
        "Contents": customs.content_description,
        "Reference": shipment.reference,
        "Parcels": str(len(shipment.parcels)),
        "Duty paid by": customs.duty.paid_by if customs.duty else None,
        **{name.replace("_", " ").upper(): value for name, value in numbers.items()},
    }
    cells = [
        cell
        for name, value in facts.items()
        if value
        for cell in (_paragraph(name, CELL_POINTS, bold=True), _paragraph(value, 9))
    ]
    cells += [""] * (-len(cells) % 4)
    return [cells[at : at + 4] for at in range(0, len(cells), 4)]


def _row(at: int, commodity: Commodity) -> list[Any]:
    title, description = commodity.title or "", commodity.description or ""
    text = ": ".join(part for part in (title, description) if part) or commodity.sku or "Goods"
    value = _value(commodity)
    texts = (
        str(at),
        text,
        commodity.hs_code or "",
        commodity.origin_country or "",
        str(commodity.quantity),
        _shown(Money(commodity.value_amount or Decimal(0), value.currency)) if value else "",
        _shown(value) if value else "",
        f"{_weight(commodity).grams / GRAMS_PER_KILOGRAM:.3f}",
    )
    return [_cell(cell, share) for cell, share in zip(texts, COLUMN_SHARES, strict=True)]


def _sums(paper: Invoice) -> list[list[Any]]:
    commodities = paper.customs.commodities
    freight = paper.load.request.options.shipping_charges
    currency = paper.load.request.options.currency or paper.load.currency
    worth = [_shown(value) for value in totals(commodities).values()]
    rows = {
        "Total value": " + ".join(worth) or "not stated",
        "Freight": _shown(Money(freight, currency)) if freight else None,
        "Total pieces": str(sum(commodity.quantity for commodity in commodities)),
        "Net weight": f"{net_weight(commodities).grams / GRAMS_PER_KILOGRAM:.3f} kg",
    }
    return [
        [_paragraph(name, CELL_POINTS, bold=True), _paragraph(text, 9, bold=True)]
        for name, text in rows.items()
        if text
    ]


def _signature(paper: Invoice) -> list[list[Any]]:
    vow = "I declare that all that is said on this invoice is true and correct."
    signer = paper.customs.signer or paper.load.origin.person_name or ""
    rows = [("Declaration", vow)] if paper.customs.certify is not False else []
    rows += [("Signed by", signer), ("Date", paper.date)]
    return [[_paragraph(name, CELL_POINTS, bold=True), _paragraph(text, 9)] for name, text in rows]


def _value(commodity: Commodity) -> Money | None:
    """Return what all pieces are worth; in no named currency where there is none."""
    if commodity.value_amount is None:
        return None
    return Money(commodity.value_amount, commodity.value_currency or "").times(Decimal(commodity.quantity))


def _weight(commodity: Commodity) -> Weight:
    one = Weight.of(commodity.weight, commodity.weight_unit)
    return Weight(one.grams * commodity.quantity)


def _shown(money: Money) -> str:
    return f"{money.rounded().amount:,} {money.currency}".strip()


def _cell(text: str, share: float) -> Any:
    """Return a table's cell: a paragraph, which wraps, only where it must, for paragraphs take their time."""
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415 - only a label across borders needs it

    shown = printable(text, int(share * LONGEST_ROW))
    room = share * TEXT_POINTS - 2 * PADDING_POINTS
    return shown if stringWidth(shown, "Helvetica", CELL_POINTS) <= room else _paragraph(shown, CELL_POINTS)


def _paragraph(text: str, size: int, *, bold: bool = False) -> Any:
    from reportlab.platypus import Paragraph  # noqa: PLC0415 - only a label across borders needs it

    # No word is wider than its cell: reportlab splits long ones (`splitLongWords`).
    return Paragraph(escape(printable(text, LONGEST_FACT)), _style(size, bold))


@cache
def _style(size: int, bold: bool) -> Any:  # noqa: FBT001 - a part of the cache's key
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415 - only a label across borders needs it

    font = "Helvetica-Bold" if bold else "Helvetica"
    return ParagraphStyle(f"{font}{size}", fontName=font, fontSize=size, leading=size + 2)


def _grid(rows: list[list[Any]], shares: Sequence[float], width: float, heads: int = 0) -> Any:
    from reportlab.lib.colors import HexColor, black  # noqa: PLC0415 - only a label across borders needs it
    from reportlab.platypus import Table  # noqa: PLC0415

    style: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("FONT", (0, 0), (-1, -1), "Helvetica", CELL_POINTS, CELL_POINTS + 2),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if heads:
        style.append(("BACKGROUND", (0, 0), (-1, heads - 1), HexColor(SHADE)))
    return Table(rows, colWidths=[share * width for share in shares], repeatRows=heads, style=style)
