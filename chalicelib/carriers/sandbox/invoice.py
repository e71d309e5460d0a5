"""The commercial invoice that crosses a border with the parcels: what is to be read on it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.labels import address_lines
from chalicelib.carriers.sandbox.load import Load, load
from chalicelib.carriers.sandbox.services import BY_CODE
from chalicelib.domain.measures import Weight
from chalicelib.domain.money import Money
from chalicelib.domain.ports import Document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.addresses import Address
    from chalicelib.domain.customs import Customs
    from chalicelib.domain.parcels import Commodity
    from chalicelib.domain.sandbox_ledger import SandboxSale

COLUMNS = ("No.", "Description", "HS code", "Origin", "Quantity", "Unit value", "Value", "Weight kg")
COLUMN_SHARES = (0.05, 0.31, 0.12, 0.08, 0.10, 0.12, 0.12, 0.10)
GRAMS_PER_KILOGRAM = 1000
VOW = "I declare that all that is said on this invoice is true and correct."
NOT_STATED = "not stated"
"""Where the customer said nothing, the invoice says nothing in its place."""


@dataclass(frozen=True)
class Grid:
    """A table of texts; a line break in a text begins a new line in its cell."""

    rows: Sequence[Sequence[str]]
    shares: tuple[float, ...]
    """Each column's share of the width."""
    bold_columns: tuple[int, ...] = ()
    has_head: bool = False
    """Whether the first row holds headings, which every page repeats."""


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
    """Return the invoice; None where no customs declaration is needed, or the customer wants no invoice.

    The same sale gives the same bytes.
    """
    carried = load(sale.shipment, sale.sold_at)
    customs = sale.shipment.customs
    if not carried.needs_customs or customs is None or customs.commercial_invoice is False:
        return None
    from chalicelib.carriers.sandbox.invoice_pdf import pdf  # noqa: PLC0415 - only a label across borders needs it

    paper = Invoice(sale, carried, customs)
    return Document("commercial_invoice", "PDF", pdf(paper.number, grids(paper)), "letter")


def grids(paper: Invoice) -> tuple[Grid, ...]:
    """Return all that is on an invoice, from top to bottom."""
    rows = [_row(at, commodity) for at, commodity in enumerate(paper.customs.commodities, start=1)]
    signature = (Grid(_signature(paper), (0.3, 0.7), bold_columns=(0,)),) if paper.customs.certify else ()
    return (
        _parties(paper),
        Grid(_facts(paper), (0.18, 0.32, 0.18, 0.32), bold_columns=(0, 2)),
        Grid([COLUMNS, *rows], COLUMN_SHARES, has_head=True),
        Grid(_sums(paper), (0.3, 0.7), bold_columns=(0, 1)),
        *signature,
    )


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


def _parties(paper: Invoice) -> Grid:
    parties = ("EXPORTER / SENDER", "IMPORTER / RECIPIENT")
    return Grid([parties, (_party(paper.load.origin), _party(paper.load.destination))], (0.5, 0.5), has_head=True)


def _party(address: Address) -> str:
    phone = f"Tel. {address.phone_number}" if address.phone_number else ""
    tax = f"Tax id {address.federal_tax_id}" if address.federal_tax_id else ""
    return "\n".join(line for line in (*address_lines(address), phone, tax) if line)


def _facts(paper: Invoice) -> list[list[str]]:
    """Return pairs of name and value, two pairs a row."""
    customs, shipment = paper.customs, paper.load.request
    numbers = customs.options.model_dump(mode="json")
    facts = {
        "Invoice number": paper.number,
        "Invoice date": paper.date,
        "Tracking number": ", ".join(paper.sale.tracking_numbers),
        "Service": BY_CODE[paper.sale.rate.service].name,
        "Terms (Incoterms)": customs.incoterm,
        "Reason for export": (customs.content_type or NOT_STATED).replace("_", " "),
        "Contents": customs.content_description,
        "Reference": shipment.reference,
        "Parcels": str(len(shipment.parcels)),
        "Duty paid by": customs.duty.paid_by if customs.duty else None,
        **{name.replace("_", " ").upper(): value for name, value in numbers.items()},
    }
    cells = [cell for name, value in facts.items() if value for cell in (name, value)]
    cells += [""] * (-len(cells) % 4)
    return [cells[at : at + 4] for at in range(0, len(cells), 4)]


def _row(at: int, commodity: Commodity) -> tuple[str, ...]:
    not_stated = f"{NOT_STATED} (SKU {commodity.sku})" if commodity.sku else NOT_STATED
    text = ": ".join(part for part in (commodity.title, commodity.description) if part) or not_stated
    value = _value(commodity)
    return (
        str(at),
        text,
        commodity.hs_code or "",
        commodity.origin_country or "",
        str(commodity.quantity),
        _shown(Money(commodity.value_amount or Decimal(0), value.currency)) if value else NOT_STATED,
        _shown(value) if value else NOT_STATED,
        f"{_weight(commodity).grams / GRAMS_PER_KILOGRAM:.3f}",
    )


def _sums(paper: Invoice) -> list[list[str]]:
    commodities = paper.customs.commodities
    freight = paper.load.request.options.shipping_charges
    currency = paper.load.request.options.currency or paper.load.currency
    worth = [_shown(value) for value in totals(commodities).values()]
    if any(commodity.value_amount is None for commodity in commodities):
        worth.append(NOT_STATED)
    rows = {
        "Total value": " + ".join(worth),
        "Freight": _shown(Money(freight, currency)) if freight else None,
        "Total pieces": str(sum(commodity.quantity for commodity in commodities)),
        "Net weight": f"{net_weight(commodities).grams / GRAMS_PER_KILOGRAM:.3f} kg",
    }
    return [[name, text] for name, text in rows.items() if text]


def _signature(paper: Invoice) -> list[list[str]]:
    """Return what the customer vouches for; a name that nobody gave is not made up."""
    signed = [["Signed by", paper.customs.signer]] if paper.customs.signer else []
    return [["Declaration", VOW], *signed, ["Date", paper.date]]


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
