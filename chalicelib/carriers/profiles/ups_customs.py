"""UPS's customs: what the connector tells of goods that cross a border, as UPS wants to be told it.

Sources: UPS Shipping API and Rating API (`InvoiceLineTotal`, `Description`, `InternationalForms`), error codes 120512
and 128095. What the connector sends was found by experiment.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LEAST = Decimal(1)
"""UPS takes no invoice line total below one, in any currency."""

LONGEST_DESCRIPTION = 50
LONGEST_NAME = 35
PARTIES = ("Shipper", "ShipTo", "ShipFrom")


def with_worth(shipment: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a shipment with what its goods are worth; as it is where nothing tells it.

    The connector says 1.0, but for a declared value.
    """
    amount, currency = _declared(asked) or _worth(asked) or (None, None)
    if not amount:
        return dict(shipment)
    told = shipment.get("InvoiceLineTotal") or {}
    line = {"CurrencyCode": currency or told.get("CurrencyCode"), "MonetaryValue": f"{max(amount, LEAST):.2f}"}
    return {**shipment, "InvoiceLineTotal": line}


def with_forms(shipment: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a shipment that goes abroad with a description, and with customs forms that name who buys, and in what."""
    found = dict(shipment)
    for party in PARTIES:  # abroad UPS wants to know whom to ask for
        if name := (found.get(party) or {}).get("Name"):
            found[party] = {"AttentionName": name[:LONGEST_NAME], **found[party]}
    if not found.get("Description") and (words := next(_words(asked), None)):
        found["Description"] = words[:LONGEST_DESCRIPTION]
    services = found.get("ShipmentServiceOptions") or {}
    if forms := services.get("InternationalForms"):
        found["ShipmentServiceOptions"] = {**services, "InternationalForms": _completed(forms, found["ShipTo"], asked)}
    return found


def _completed(forms: Mapping[str, Any], recipient: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return customs forms in the goods' own currency, and sold to the person where no company is told."""
    found = dict(forms)
    if currency := _currency((asked.get("customs") or {}).get("commodities") or (), asked):
        found["CurrencyCode"] = currency
    contacts = forms.get("Contacts") or {}
    if buyer := contacts.get("SoldTo"):
        found["Contacts"] = {**contacts, "SoldTo": {"Name": (recipient.get("Name") or "")[:LONGEST_NAME], **buyer}}
    return found


def _words(asked: Mapping[str, Any]) -> Iterator[str]:
    """Yield what may describe the whole, the most exact first; the connector looks at the parcels' descriptions."""
    customs, parcels = asked.get("customs") or {}, asked["parcels"]
    goods = (*(customs.get("commodities") or ()), *(item for parcel in parcels for item in parcel.get("items") or ()))
    texts = (
        customs.get("content_description"),
        ", ".join(dict.fromkeys(one["description"] for one in goods if one.get("description"))),
        *(parcel.get("content") for parcel in parcels),
        "Documents" if all(parcel.get("is_document") for parcel in parcels) else None,
    )
    yield from (text for text in texts if text)


def _declared(asked: Mapping[str, Any]) -> tuple[Decimal, str | None] | None:
    """Return the value that the customer declared for the whole, and its currency."""
    options, duty = asked.get("options") or {}, (asked.get("customs") or {}).get("duty") or {}
    for told, currency in (
        (options.get("declared_value"), options.get("currency")),
        (duty.get("declared_value"), duty.get("currency") or options.get("currency")),
    ):
        if told:
            return Decimal(str(told)), currency
    return None


def _worth(asked: Mapping[str, Any]) -> tuple[Decimal, str | None] | None:
    """Return what the goods are worth in all, and their currency; None where they are of several currencies."""
    declared = (asked.get("customs") or {}).get("commodities")
    goods = declared or [item for parcel in asked["parcels"] for item in parcel.get("items") or ()]
    currency = _currency(goods, asked)
    if currency is None and any(one.get("value_currency") for one in goods):
        return None
    return sum((Decimal(str(one.get("value_amount") or 0)) * one.get("quantity", 1) for one in goods), Decimal(0)), (
        currency
    )


def _currency(goods: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]) -> str | None:
    """Return the one currency that all goods are valued in."""
    usual = (asked.get("options") or {}).get("currency")
    told = {one.get("value_currency") or usual for one in goods if one.get("value_amount")}
    return told.pop() if len(told) == 1 else None
