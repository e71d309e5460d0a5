"""What UPS checks in the customs forms of a shipping request."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

Fault = tuple[str, str]
"""UPS's code and words."""


def amount(text: Any) -> Decimal | None:
    """Return a number above zero, None when the text holds none."""
    try:
        told = Decimal(str(text))
    except InvalidOperation:
        return None
    return told if told.is_finite() and told > 0 else None


def forms_fault(shipment: dict[str, Any], *, abroad: bool) -> Fault | None:
    """Return what is wrong with the customs forms of a shipment, None when nothing is."""
    if abroad and not shipment.get("Description"):
        return "120512", "Shipment Description is required for this shipment."
    forms = shipment.get("ShipmentServiceOptions", {}).get("InternationalForms")
    if forms is None:
        return None
    if forms.get("FormType") != "01":  # the stand-in makes invoices only
        return "128001", "Invalid or missing international forms form type."
    products = forms.get("Product", [])
    if not 1 <= len(products) <= 50:
        return "128039", "Invalid number of products. Valid number of products are 1 to 50"
    for index, product in enumerate(products, 1):
        fault = _product_fault(index, product)
        if fault:
            return fault
    return _invoice_fault(forms) or _sold_to_fault(forms)


def _sold_to_fault(forms: dict[str, Any]) -> Fault | None:
    sold_to = forms.get("Contacts", {}).get("SoldTo")
    if sold_to is None:
        return "128094", "Sold to information is required when an invoice or NAFTA CO is requested."
    if not sold_to.get("Name"):
        return "128095", "Invalid or missing sold to company name. Valid length is 1 to 35 alphanumeric"
    return None


def _product_fault(index: int, product: dict[str, Any]) -> Fault | None:
    unit = product.get("Unit", {})
    if not amount(unit.get("Number")):
        return "128043", f"Invalid or missing product unit number for product number {index}."
    if not unit.get("UnitOfMeasurement", {}).get("Code"):
        return "128044", f"Invalid or missing Product/Unit/UnitOfMeasurement/Code for product number {index}."
    if not amount(unit.get("Value")):
        return "128046", f"Invalid or missing product unit value for product number {index}."
    if not re.fullmatch("[A-Z]{2}", product.get("OriginCountryCode", "")):
        return "128049", f"Invalid or missing product origin country code for product number {index}"
    return None


def _invoice_fault(forms: dict[str, Any]) -> Fault | None:
    if not re.fullmatch(r"\d{8}", forms.get("InvoiceDate", "")):
        return "128066", "Invalid or missing invoice date. Valid format is yyyyMMdd"
    if not 1 <= len(forms.get("ReasonForExport", "")) <= 20:
        return "128069", "Invalid or missing reason for export. Valid length is 1 to 20 alphanumeric"
    return None
