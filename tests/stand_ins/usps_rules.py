"""What USPS's stand-in refuses: fields that its documents require, values that they do not know."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

CLASSES = {  # name, start of the price, days
    "USPS_GROUND_ADVANTAGE": ("USPS Ground Advantage", Decimal("4.10"), 4),
    "PRIORITY_MAIL": ("Priority Mail", Decimal("7.90"), 2),
    "PRIORITY_MAIL_EXPRESS": ("Priority Mail Express", Decimal("26.40"), 1),
}
EXTRAS = {
    818: ("Hazardous Materials - Class 9 - Marked Lithium Batteries", Decimal(0)),
    857: ("Hazardous Materials", Decimal(0)),
    921: ("Signature Confirmation", Decimal("3.15")),
    922: ("Adult Signature Required", Decimal("7.70")),
}
INDICATORS = {"SP": Decimal(1), "PA": Decimal(1), "CP": Decimal("0.75")}
"""Single pieces and cubic parcels, each with its share of the price."""
PRICE_TYPES = {"COMMERCIAL": Decimal(1), "CONTRACT": Decimal("0.9"), "RETAIL": Decimal("1.25")}
"""What is asked for, each with its share of the price: labels are sold at the commercial one."""
CATEGORIES = ("MACHINABLE", "NONSTANDARD")
LONGEST_REFERENCE = 30
ZIP = re.compile(r"\d{5}(-\d{4})?")
HEAVIEST_LB = 70
LONGEST_WITH_GIRTH_IN = 130


def payment_problem(asked: dict[str, Any], number: str, ids: tuple[str, str, str]) -> str | None:
    """Return what is wrong with the roles that are to own and pay labels."""
    roles = {role.get("roleName"): role for role in asked.get("roles", ())}
    if set(roles) != {"PAYER", "LABEL_OWNER"}:
        return "The roles PAYER and LABEL_OWNER are required"
    if any((role.get("CRID"), role.get("MID")) != ids[:2] for role in roles.values()):
        return "The CRID or MID is not valid for this customer"
    if roles["LABEL_OWNER"].get("manifestMID") != ids[2]:
        return "The manifest MID is not valid for this customer"
    if any(role.get("accountNumber") != number or role.get("accountType") != "EPS" for role in roles.values()):
        return "The payment account is not valid"
    return None


def package_problems(package: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return each problem of a package with its field: pounds and inches, and a mailing date of these days."""
    for name in ("weight", "length", "width", "height"):
        if not isinstance(package.get(name), int | float) or package[name] <= 0:
            yield f"packageDescription.{name}", f"A {name} above zero is required"
    if package.get("weight", 0) > HEAVIEST_LB:
        yield "packageDescription.weight", "The weight exceeds the maximum of 70 pounds"
    if (package.get("length") or 0) + package.get("girth", 0) > LONGEST_WITH_GIRTH_IN:
        yield "packageDescription.girth", "The length and girth combined exceed 130 inches"
    if package.get("mailClass") not in (*CLASSES, "ALL"):
        yield "packageDescription.mailClass", "The mail class is not valid"
    try:
        day = date.fromisoformat(str(package.get("mailingDate")))
    except ValueError:
        yield "packageDescription.mailingDate", "The mailing date must be YYYY-MM-DD"
        return
    if day < date.today() - timedelta(days=1):  # noqa: DTZ011 - a day of any zone will do
        yield "packageDescription.mailingDate", "The mailing date is in the past"
    for extra in package.get("extraServices", ()):
        if extra not in EXTRAS:
            yield "packageDescription.extraServices", f"The extra service {extra} is not valid for this mail class"


def option_problems(asked: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return what is wrong with a search for shipping options."""
    for name in ("originZIPCode", "destinationZIPCode"):
        if not ZIP.fullmatch(str(asked.get(name))):
            yield name, "A ZIP code of five or nine digits is required"
    pricing = asked.get("pricingOptions") or [{}]
    if pricing[0].get("priceType") not in PRICE_TYPES:
        yield "pricingOptions.priceType", "The price type is not valid"
    yield from package_problems(asked.get("packageDescription", {}))


def address_problems(who: str, address: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return what is wrong with one of a label's addresses."""
    for name in ("streetAddress", "city", "state", "ZIPCode"):
        if not address.get(name):
            yield f"{who}.{name}", f"{name} is required"
    if not re.fullmatch(r"\d{5}", address.get("ZIPCode", "")):
        yield f"{who}.ZIPCode", "The ZIP code has five digits"
    if not address.get("firm") and not (address.get("firstName") and address.get("lastName")):
        yield who, "A firm, or a first and last name, is required"
    if address.get("phone") and not re.fullmatch(r"\d{10}", address["phone"]):
        yield f"{who}.phone", "A phone number has ten digits"


def label_problems(asked: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return what keeps USPS from selling a label."""
    for who in ("toAddress", "fromAddress"):
        yield from address_problems(who, asked.get(who, {}))
    yield from package_problems(asked.get("packageDescription", {}))
    yield from posting_problems(asked.get("packageDescription", {}))
    if asked.get("imageInfo", {}).get("imageType") not in ("PDF", "ZPL203DPI", "ZPL300DPI", "TIFF", "JPG"):
        yield "imageInfo.imageType", "The image type is not valid"


def posting_problems(package: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return what is wrong with how a label's package is posted and priced."""
    if not re.fullmatch(r"\d{5}", str(package.get("inductionZIPCode"))):
        yield "packageDescription.inductionZIPCode", "The ZIP code has five digits"
    for name in ("rateIndicator", "processingCategory", "destinationEntryFacilityType"):
        if not package.get(name):
            yield f"packageDescription.{name}", f"{name} is required"
    single = "PA" if package.get("mailClass") == "PRIORITY_MAIL_EXPRESS" else "SP"
    if package.get("rateIndicator") not in (single, "CP"):
        yield "packageDescription.rateIndicator", "The rate indicator is not valid for this mail class"
    if package.get("processingCategory") not in CATEGORIES:
        yield "packageDescription.processingCategory", "The processing category is not valid for this mail class"
    for reference in package.get("customerReference", ()):
        if len(reference["referenceNumber"]) > LONGEST_REFERENCE:
            yield "packageDescription.customerReference", "A reference number has at most 30 characters"
    if (package.get("weightUOM"), package.get("dimensionsUOM")) != ("lb", "in"):
        yield "packageDescription", "Weights are in pounds and dimensions in inches here"
