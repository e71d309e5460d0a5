"""What DHL Express's stand-in refuses: fields that its reference requires, dates gone by, products that it has not."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

UNSERVED = "00000"
"""A postal code that DHL does not serve."""
PRODUCTS = {  # code: name, share of the price, days; P and Y across borders, N and I within a country
    "P": ("EXPRESS WORLDWIDE", Decimal(1), 2),
    "Y": ("EXPRESS 12:00", Decimal("1.4"), 1),
    "N": ("EXPRESS DOMESTIC", Decimal("0.4"), 1),
    "I": ("EXPRESS DOMESTIC 9:00", Decimal("0.7"), 1),
}
PLANNED = re.compile(r"(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d ?GMT[+-]\d\d:\d\d")


def missing(asked: Any, *paths: str) -> Iterator[str]:
    """Return a problem for each of the dotted paths that is absent or empty, in the words of DHL's schema check."""
    for path in paths:
        at = asked
        for key in path.split("."):
            at = at.get(key) if isinstance(at, dict) else None
        if at in (None, "", []):
            parent, _, key = path.rpartition(".")
            yield f"#/{parent.replace('.', '/')}: required key [{key}] not found"


def piece_problems(pieces: Sequence[dict[str, Any]], where: str) -> Iterator[str]:
    for index, piece in enumerate(pieces):
        if not isinstance(piece.get("weight"), int | float) or piece["weight"] <= 0:
            yield f"#/{where}/{index}/weight: number is not greater than 0"
        if any(not piece.get("dimensions", {}).get(side) for side in ("length", "width", "height")):
            yield f"#/{where}/{index}: required key [dimensions] not found"
        if piece.get("weight", 0) > 1000:
            yield "7033: Piece weight exceeds maximum allowed limit"


def planned_problems(asked: dict[str, Any]) -> Iterator[str]:
    planned = PLANNED.fullmatch(str(asked.get("plannedShippingDateAndTime")))
    if planned is None:
        yield "#/plannedShippingDateAndTime: string does not match pattern"
    elif date.fromisoformat(planned[1]) < date.today() - timedelta(days=1):  # noqa: DTZ011 - a day of any zone will do
        yield "996: Requested ship date is invalid - in the past"


def planned_day(asked: dict[str, Any]) -> date:
    planned = PLANNED.fullmatch(asked["plannedShippingDateAndTime"])
    assert planned is not None
    return date.fromisoformat(planned[1])


def shipment_problems(asked: dict[str, Any]) -> Iterator[str]:
    """Return all that keeps DHL from selling this, the schema's own words first."""
    people = [f"customerDetails.{who}" for who in ("shipperDetails", "receiverDetails")]
    address = ("postalAddress.cityName", "postalAddress.countryCode", "postalAddress.addressLine1")
    contact = ("contactInformation.phone", "contactInformation.companyName", "contactInformation.fullName")
    yield from missing(asked, *(f"{who}.{key}" for who in people for key in (*address, *contact)))
    yield from missing(asked, "productCode", "content.unitOfMeasurement", "content.packages", "content.description")
    yield from planned_problems(asked)
    content = asked.get("content", {})
    yield from piece_problems(content.get("packages", ()), "content/packages")
    if asked.get("outputImageProperties", {}).get("encodingFormat") not in ("pdf", "zpl", "epl", "lp2"):
        yield "#/outputImageProperties/encodingFormat: not a valid enum value"
    if content.get("isCustomsDeclarable"):
        yield from missing(content, "incoterm", "declaredValue", "declaredValueCurrency")
        yield from missing(content, "exportDeclaration.lineItems", "exportDeclaration.invoice.number")
        for index, line in enumerate(content.get("exportDeclaration", {}).get("lineItems", ())):
            yield from (
                f"{told} in line {index}" for told in missing(line, "description", "quantity.value", "weight.netValue")
            )
    if asked.get("productCode") and asked["productCode"] not in PRODUCTS:
        yield f"1001: The requested product(s) ({asked['productCode']}) not available based on your search criteria."
    for who in ("shipperDetails", "receiverDetails"):
        if asked.get("customerDetails", {}).get(who, {}).get("postalAddress", {}).get("postalCode") == UNSERVED:
            yield "420504: The destination location is invalid. Please check the data and resubmit."
