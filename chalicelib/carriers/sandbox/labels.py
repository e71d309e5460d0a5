"""The labels of a sale: what is printed on each parcel, in the format that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.label_layout import ParcelLabel
from chalicelib.carriers.sandbox.load import load
from chalicelib.carriers.sandbox.printable import printable
from chalicelib.carriers.sandbox.services import BY_CODE
from chalicelib.domain.countries import COUNTRIES
from chalicelib.domain.ports import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chalicelib.carriers.sandbox.load import Load
    from chalicelib.domain.addresses import Address
    from chalicelib.domain.parcels import Parcel
    from chalicelib.domain.sandbox_ledger import SandboxSale

PAPER = "4x6"

_MARKS = {
    "signature_confirmation": "SIGNATURE",
    "saturday_delivery": "SATURDAY",
    "insurance": "INSURED",
}
"""Options that the driver must see."""


def label_document(sale: SandboxSale) -> Document:
    """Return the label of all parcels in order; the same sale gives the same bytes."""
    return _document(sale, parcel_labels(sale))


def label_documents(sale: SandboxSale) -> tuple[Document, ...]:
    """Return each parcel's own label, in order."""
    return tuple(_document(sale, [label]) for label in parcel_labels(sale))


def parcel_labels(sale: SandboxSale) -> list[ParcelLabel]:
    """Return what is to be read on each parcel."""
    carried = load(sale.shipment, sale.sold_at)
    return [_parcel_label(sale, carried, index) for index in range(len(sale.shipment.parcels))]


def address_lines(address: Address) -> tuple[str, ...]:
    """Return an address as it stands on an envelope, in printable characters; its empty lines are left out."""
    street = " ".join(part for part in (address.street_number, address.address_line1) if part)
    town = (
        f"{address.city or ''} {address.state_code} {address.postal_code or ''}"
        if address.state_code
        else f"{address.postal_code or ''} {address.city or ''}"
    )
    country = COUNTRIES.get(address.country_code, address.country_code).upper()
    texts = (address.person_name, address.company_name, street, address.address_line2, town, country)
    return tuple(line for text in texts if (line := printable(text or "")))


def _parcel_label(sale: SandboxSale, carried: Load, index: int) -> ParcelLabel:
    shipment = sale.shipment
    parcel = shipment.parcels[index]
    phone = printable(carried.destination.phone_number or "")
    receiver = address_lines(carried.destination)
    return_to = address_lines(shipment.return_address) if shipment.return_address else ()
    return ParcelLabel(
        tracking_number=sale.tracking_numbers[index],
        service=BY_CODE[sale.rate.service].name,
        sender=address_lines(carried.origin),
        recipient=(*receiver, f"Tel. {phone}") if phone and carried.lane.international else receiver,
        routing=printable(f"{carried.destination.country_code} {carried.destination.postal_code or ''}"),
        weight=f"{parcel.weight.normalize():f} {parcel.weight_unit.lower()}",
        position=f"{index + 1} of {len(shipment.parcels)}",
        shipped_on=carried.ship_on.isoformat(),
        reference=_reference(sale, parcel),
        marks=_marks(carried),
        return_to=", ".join(return_to),
        is_return=shipment.is_return,
    )


def _reference(sale: SandboxSale, parcel: Parcel) -> str:
    return printable(" / ".join(text for text in (sale.shipment.reference, parcel.reference_number) if text))


def _marks(carried: Load) -> str:
    marks = [mark for option, mark in _MARKS.items() if option in carried.asked]
    if "cash_on_delivery" in carried.asked:
        cash = carried.amount("cash_on_delivery").rounded()
        marks.append(f"COD {cash.amount:f} {cash.currency}")
    return " / ".join(marks)


def _document(sale: SandboxSale, labels: Sequence[ParcelLabel]) -> Document:
    category = "return_label" if sale.shipment.is_return else "shipping_label"
    return Document(category, sale.label_type, _PAINTERS[sale.label_type](labels), PAPER)


def _pdf(labels: Sequence[ParcelLabel]) -> bytes:
    from chalicelib.carriers.sandbox.label_pdf import pdf  # noqa: PLC0415 - only a purchase needs it

    return pdf(labels)


def _png(labels: Sequence[ParcelLabel]) -> bytes:
    from chalicelib.carriers.sandbox.label_png import png  # noqa: PLC0415 - only a purchase needs it

    return png(labels)


def _zpl(labels: Sequence[ParcelLabel]) -> bytes:
    from chalicelib.carriers.sandbox.label_zpl import zpl  # noqa: PLC0415 - only a purchase needs it

    return zpl(labels)


_PAINTERS: Mapping[str, Callable[[Sequence[ParcelLabel]], bytes]] = {"PDF": _pdf, "PNG": _png, "ZPL": _zpl}
