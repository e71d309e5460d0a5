"""What DHL Express's stand-in refuses: fields that its reference requires, dates gone by, products that it has not."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

UNSERVED = "00000"
"""A postal code that DHL does not serve."""
PRODUCTS = {  # code: name, share of the price, days; N and I within a country, U within the EU, the others abroad
    "P": ("EXPRESS WORLDWIDE", Decimal(1), 2),
    "Y": ("EXPRESS 12:00", Decimal("1.4"), 1),
    "E": ("EXPRESS 9:00", Decimal("1.9"), 1),
    "U": ("EXPRESS WORLDWIDE", Decimal("0.6"), 2),
    "N": ("EXPRESS DOMESTIC", Decimal("0.4"), 1),
    "I": ("EXPRESS DOMESTIC 9:00", Decimal("0.7"), 1),
}
TEMPLATES = {
    "ECOM26_84_001": (4, 8),
    "ECOM26_64_001": (4, 6),
    "ECOM26_A6_002": (4.13, 5.83),
    "ECOM26_84_A4_001": (8.27, 11.69),
}
"""Label templates, each with its width and height in inches."""
IN_THE_EU = ("DE", "FR", "NL")
LONGEST_REFERENCE = 35
PLANNED = re.compile(r"(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d ?GMT[+-]\d\d:\d\d")


def instant_of(planned: str) -> datetime:
    return datetime.strptime(planned.replace(" ", ""), "%Y-%m-%dT%H:%M:%SGMT%z")


def served(origin: str, destination: str, *, dutiable: bool) -> tuple[str, ...]:
    """Return the products of a lane; what crosses customs undeclared, or the EU declared, gets none."""
    if origin == destination:
        return ("N", "I")
    if origin in IN_THE_EU and destination in IN_THE_EU:
        return () if dutiable else ("U",)
    return ("P", "Y", "E") if dutiable else ()


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
    elif instant_of(planned[0]) < datetime.now(UTC) - timedelta(minutes=1):
        yield "996: Requested ship date is invalid - in the past"


def planned_day(asked: dict[str, Any]) -> date:
    planned = PLANNED.fullmatch(asked["plannedShippingDateAndTime"])
    assert planned is not None
    return date.fromisoformat(planned[1])


def shipment_problems(asked: dict[str, Any], local_codes: Mapping[str, str]) -> Iterator[str]:
    """Return all that keeps DHL from selling this, the schema's own words first."""
    people = [f"customerDetails.{who}" for who in ("shipperDetails", "receiverDetails")]
    address = ("postalAddress.cityName", "postalAddress.countryCode", "postalAddress.addressLine1")
    contact = ("contactInformation.phone", "contactInformation.companyName", "contactInformation.fullName")
    yield from missing(asked, *(f"{who}.{key}" for who in people for key in (*address, *contact)))
    yield from missing(
        asked, "productCode", "content.unitOfMeasurement", "content.packages", "content.description", "content.incoterm"
    )
    yield from planned_problems(asked)
    content = asked.get("content", {})
    yield from piece_problems(content.get("packages", ()), "content/packages")
    if asked.get("outputImageProperties", {}).get("encodingFormat") not in ("pdf", "zpl", "epl", "lp2"):
        yield "#/outputImageProperties/encodingFormat: not a valid enum value"
    printed = asked.get("outputImageProperties", {})
    if printed.get("printerDPI") not in (200, 300):
        yield "#/outputImageProperties/printerDPI: not a valid enum value"
    if any(image.get("templateName") not in TEMPLATES for image in printed.get("imageOptions", ())):
        yield "#/outputImageProperties/imageOptions/0/templateName: the template is not known"
    yield from product_problems(asked, local_codes)
    for index, reference in enumerate(asked.get("customerReferences", ())):
        if not 1 <= len(reference["value"]) <= LONGEST_REFERENCE:
            yield f"#/customerReferences/{index}/value: expected maxLength: {LONGEST_REFERENCE}"
    if content.get("isCustomsDeclarable"):
        yield from missing(content, "incoterm", "declaredValue", "declaredValueCurrency")
        yield from missing(content, "exportDeclaration.lineItems", "exportDeclaration.invoice.number")
        for index, line in enumerate(content.get("exportDeclaration", {}).get("lineItems", ())):
            yield from (
                f"{told} in line {index}" for told in missing(line, "description", "quantity.value", "weight.netValue")
            )
    for who in ("shipperDetails", "receiverDetails"):
        if asked.get("customerDetails", {}).get(who, {}).get("postalAddress", {}).get("postalCode") == UNSERVED:
            yield "420504: The destination location is invalid. Please check the data and resubmit."


def product_problems(asked: dict[str, Any], local_codes: Mapping[str, str]) -> Iterator[str]:
    """Return what is wrong with the product: its code, its lane, or the country's own code for it."""
    code = str(asked.get("productCode"))
    parties = asked.get("customerDetails", {}).values()
    countries = [party.get("postalAddress", {}).get("countryCode", "") for party in parties]
    dutiable = bool(asked.get("content", {}).get("isCustomsDeclarable"))
    if len(countries) == len(("from", "to")) and code not in served(countries[0], countries[1], dutiable=dutiable):
        yield f"1001: The requested product(s) ({code}) not available based on your search criteria."
    if asked.get("localProductCode", local_codes.get(code, code)) != local_codes.get(code, code):
        yield f"1002: The local product ({asked['localProductCode']}) is none of this country."
