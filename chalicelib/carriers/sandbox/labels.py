"""The labels of a sale: what is printed on each parcel, in the format that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.label_layout import USUAL_SIZE, ParcelLabel, SaleLabel
from chalicelib.carriers.sandbox.load import load
from chalicelib.carriers.sandbox.printable import printable
from chalicelib.carriers.sandbox.services import BY_CODE
from chalicelib.domain.countries import COUNTRIES
from chalicelib.domain.ports import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chalicelib.carriers.sandbox.label_layout import Printed
    from chalicelib.carriers.sandbox.load import Load
    from chalicelib.domain.addresses import Address
    from chalicelib.domain.options import LabelSize
    from chalicelib.domain.parcels import Parcel
    from chalicelib.domain.sandbox_ledger import SandboxSale

_MARKS = {
    "signature_confirmation": "SIGNATURE",
    "signature_confirmation:adult": "ADULT SIGNATURE",
    "signature_confirmation:direct": "DIRECT SIGNATURE",
    "dangerous_good:ion_in_equipment": "LITHIUM ION UN3481",
    "dangerous_good:ion_with_equipment": "LITHIUM ION UN3481",
    "saturday_delivery": "SATURDAY",
    "insurance": "INSURED",
}
"""Options that the driver must see."""


def label_documents(sale: SandboxSale) -> tuple[Document, ...]:
    """Return the label of all parcels in order, then each parcel's own; the same sale gives the same bytes."""
    size = sale.shipment.options.label_size or USUAL_SIZE
    printed = _PRINTERS[sale.label_type](sale_label(sale), parcel_labels(sale), size)
    category = "return_label" if sale.shipment.is_return else "shipping_label"
    contents = (printed.together, *printed.each)
    return tuple(Document(category, sale.label_type, content, size) for content in contents)


def sale_label(sale: SandboxSale) -> SaleLabel:
    """Return what is to be read on all parcels."""
    carried = load(sale.shipment, sale.sold_at)
    phone = printable(carried.destination.phone_number or "")
    receiver = address_lines(carried.destination)
    return_address = sale.shipment.return_address
    return SaleLabel(
        service=BY_CODE[sale.rate.service].name,
        sender=address_lines(carried.origin),
        recipient=(*receiver, f"Tel. {phone}") if phone and carried.lane.international else receiver,
        routing=printable(f"{carried.destination.country_code} {carried.destination.postal_code or ''}"),
        shipped_on=carried.ship_on.isoformat(),
        marks=_marks(carried),
        return_to=", ".join(address_lines(return_address)) if return_address else "",
        is_return=sale.shipment.is_return,
    )


def parcel_labels(sale: SandboxSale) -> list[ParcelLabel]:
    """Return what is to be read on each parcel alone."""
    parcels = sale.shipment.parcels
    return [
        ParcelLabel(
            tracking_number=number,
            weight=f"{parcel.weight.normalize():f} {parcel.weight_unit.lower()}",
            position=f"{at} of {len(parcels)}",
            reference=_reference(sale, parcel),
        )
        for at, (number, parcel) in enumerate(zip(sale.tracking_numbers, parcels, strict=True), start=1)
    ]


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


def _reference(sale: SandboxSale, parcel: Parcel) -> str:
    return printable(" / ".join(text for text in (sale.shipment.reference, parcel.reference_number) if text))


def _marks(carried: Load) -> str:
    marks = list(dict.fromkeys(mark for option, mark in _MARKS.items() if option in carried.asked))
    if "cash_on_delivery" in carried.asked:
        cash = carried.amount("cash_on_delivery").rounded()
        marks.append(f"COD {cash.amount:f} {cash.currency}")
    return " / ".join(marks)


def _pdf(sale: SaleLabel, parcels: Sequence[ParcelLabel], size: LabelSize) -> Printed:
    from chalicelib.carriers.sandbox.label_pdf import pdf  # noqa: PLC0415 - only a purchase needs it

    return pdf(sale, parcels, size)


def _png(sale: SaleLabel, parcels: Sequence[ParcelLabel], size: LabelSize) -> Printed:
    from chalicelib.carriers.sandbox.label_png import png  # noqa: PLC0415 - only a purchase needs it

    return png(sale, parcels, size)


def _zpl(sale: SaleLabel, parcels: Sequence[ParcelLabel], size: LabelSize) -> Printed:
    from chalicelib.carriers.sandbox.label_zpl import zpl  # noqa: PLC0415 - only a purchase needs it

    return zpl(sale, parcels, size)


_PRINTERS: Mapping[str, Callable[[SaleLabel, Sequence[ParcelLabel], LabelSize], Printed]] = {
    "PDF": _pdf,
    "PNG": _png,
    "ZPL": _zpl,
}
