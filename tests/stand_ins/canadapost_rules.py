"""What Canada Post's stand-in reads and refuses: its schemas' required elements, its services, weights in kilograms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lxml import etree

SERVICES = {  # name, start of the price, days, to where
    "DOM.RP": ("Regular Parcel", Decimal(9), 6, "CA"),
    "DOM.EP": ("Expedited Parcel", Decimal(11), 3, "CA"),
    "DOM.XP": ("Xpresspost", Decimal(16), 1, "CA"),
    "USA.EP": ("Expedited Parcel USA", Decimal(18), 5, "US"),
    "USA.XP": ("Xpresspost USA", Decimal(29), 3, "US"),
    "INT.XP": ("Xpresspost International", Decimal(55), 4, "INT"),
}
OPTION_PRICES = {"SO": Decimal("1.75"), "PA19": Decimal("3.50"), "COV": Decimal("2.60"), "RASE": Decimal(0)}
UNSERVED = "X9X9X9"
POSTAL_CODE = re.compile(r"[A-Z]\d[A-Z]\d[A-Z]\d")
HEAVIEST_KG = 30


@dataclass(frozen=True)
class Xml:
    """A document of one namespace, read by paths of bare names."""

    root: etree._Element
    space: str

    def texts(self, path: str) -> list[str]:
        steps = "/".join(f"{{{self.space}}}{step}" for step in path.split("/"))
        return [(found.text or "").strip() for found in self.root.findall(steps)]

    def text(self, path: str) -> str:
        return next(iter(self.texts(path)), "")

    def has(self, path: str) -> bool:
        return bool(self.texts(path))

    def parcel(self) -> str:
        return "delivery-spec/parcel-characteristics" if self.has("delivery-spec") else "parcel-characteristics"

    def grams(self) -> Decimal:
        """The weight, which is in kilograms; nothing where it is none."""
        try:
            return Decimal(self.text(f"{self.parcel()}/weight")) * 1000
        except InvalidOperation:
            return Decimal(0)

    def destination(self) -> str:
        """`CA`, `US` or `INT`."""
        if self.has("delivery-spec"):
            country = self.text("delivery-spec/destination/address-details/country-code")
            return country if country in ("CA", "US") else "INT"
        names = {"CA": "domestic", "US": "united-states"}
        return next((code for code, name in names.items() if self.has(f"destination/{name}")), "INT")

    def lane(self) -> tuple[str, str]:
        """The postal codes from and to where."""
        if self.has("delivery-spec"):
            to = self.text("delivery-spec/destination/address-details/postal-zip-code")
            return self.text("requested-shipping-point"), to
        to = self.text("destination/domestic/postal-code") or self.text("destination/united-states/zip-code")
        return self.text("origin-postal-code"), to

    def priced_options(self) -> list[tuple[str, Decimal]]:
        codes = self.texts("options/option/option-code") + self.texts("delivery-spec/options/option/option-code")
        return [(code, OPTION_PRICES[code]) for code in codes]


def read(body: bytes, root: str, space: str) -> Xml:
    """Return the document; one with another root is read as an empty one, which lacks everything."""
    space = f"http://www.canadapost.ca/ws/{space}"
    document = etree.fromstring(body)
    return Xml(document if document.tag == f"{{{space}}}{root}" else etree.Element("nothing"), space)


def unserved(lane: tuple[str, str]) -> bool:
    return UNSERVED in lane


def parcel_problems(asked: Xml) -> Iterator[str]:
    weight = asked.text(f"{asked.parcel()}/weight")
    if not re.fullmatch(r"\d{1,2}(\.\d{1,3})?", weight) or asked.grams() <= 0:
        yield "cvc-datatype: weight must be 99.999, above zero, in kilograms"
    elif asked.grams() > HEAVIEST_KG * 1000:
        yield "cvc-maxInclusive: weight is over 30 kg"
    for side in ("length", "width", "height"):
        told = asked.text(f"{asked.parcel()}/dimensions/{side}")
        if told and not re.fullmatch(r"\d{1,3}(\.\d)?", told):
            yield f"cvc-datatype: {side} must be 999.9, in centimetres"
    codes = asked.texts("options/option/option-code") + asked.texts("delivery-spec/options/option/option-code")
    yield from (f"cvc-enumeration: the option {code} is not valid" for code in codes if code not in OPTION_PRICES)


def rate_problems(asked: Xml) -> Iterator[str]:
    """Return what is wrong with a mailing scenario, in a schema's words."""
    if not POSTAL_CODE.fullmatch(asked.text("origin-postal-code")):
        yield "cvc-pattern: origin-postal-code is not valid"
    to = asked.text("destination/domestic/postal-code")
    if asked.destination() == "CA" and not POSTAL_CODE.fullmatch(to):
        yield "cvc-pattern: postal-code is not valid"
    if asked.destination() == "INT" and not re.fullmatch(
        "[A-Z]{2}", asked.text("destination/international/country-code")
    ):
        yield "cvc-particle: country-code is missing"
    yield from parcel_problems(asked)


REASONS = ("DOC", "SAM", "REP", "SOG", "OTH")
REQUIRED = (
    "customer-request-id",
    "requested-shipping-point",
    "delivery-spec/service-code",
    "delivery-spec/sender/company",
    "delivery-spec/sender/contact-phone",
    "delivery-spec/sender/address-details/address-line-1",
    "delivery-spec/sender/address-details/city",
    "delivery-spec/sender/address-details/prov-state",
    "delivery-spec/sender/address-details/postal-zip-code",
    "delivery-spec/destination/address-details/address-line-1",
    "delivery-spec/destination/address-details/city",
    "delivery-spec/destination/address-details/country-code",
    "delivery-spec/preferences/show-packing-instructions",
    "delivery-spec/settlement-info/intended-method-of-payment",
)
LONGEST = {
    "customer-request-id": 35,
    "delivery-spec/references/cost-centre": 30,
    "delivery-spec/references/customer-ref-1": 35,
    "delivery-spec/sender/address-details/address-line-1": 44,
    "delivery-spec/destination/address-details/address-line-1": 44,
}


def shipment_problems(asked: Xml, contract: str) -> Iterator[tuple[str, str]]:
    """Return what keeps Canada Post from making a shipment, with its code."""
    yield from (("Server", f"cvc-particle: {path} is required") for path in REQUIRED if not asked.text(path))
    for path, most in LONGEST.items():
        if len(asked.text(path)) > most:
            yield "Server", f"cvc-maxLength: {path} is longer than {most}"
    if asked.has("transmit-shipment") == asked.has("group-id"):
        yield "Server", "cvc-particle: either transmit-shipment or group-id is required"
    if not asked.text("delivery-spec/destination/name") and not asked.text("delivery-spec/destination/company"):
        yield "Server", "cvc-particle: the destination has neither name nor company"
    yield from (("Server", problem) for problem in parcel_problems(asked))
    service = SERVICES.get(asked.text("delivery-spec/service-code"))
    if service is None or service[3] != asked.destination():
        yield "7228", "The service is not available to this destination."
    if asked.text("delivery-spec/settlement-info/contract-id") != contract:
        yield "8534", "The contract number is not valid for this customer."
    if unserved(asked.lane()):
        yield "7261", "The destination Postal Code is not valid."
    if asked.destination() != "CA":
        yield from abroad_problems(asked)


def abroad_problems(asked: Xml) -> Iterator[tuple[str, str]]:
    """Return what is missing to leave the country: customs, and what becomes of a parcel that cannot be delivered."""
    for name in ("currency", "reason-for-export"):
        if not asked.text(f"delivery-spec/customs/{name}"):
            yield "Server", f"cvc-particle: customs/{name} is required"
    reason, other = (asked.text(f"delivery-spec/customs/{name}") for name in ("reason-for-export", "other-reason"))
    if reason not in ("", *REASONS):
        yield "Server", f"cvc-enumeration: reason-for-export {reason} is not valid"
    if (reason == "OTH") != bool(other):
        yield "Server", "cvc-particle: other-reason goes with the reason OTH, and with no other"
    currency = asked.text("delivery-spec/customs/currency")
    if currency not in ("", "CAD") and not asked.text("delivery-spec/customs/conversion-from-cad"):
        yield "7308", "The conversion rate from CAD is required for this currency."
    for name in ("customs-number-of-units", "customs-description", "unit-weight", "customs-value-per-unit"):
        if not asked.text(f"delivery-spec/customs/sku-list/item/{name}"):
            yield "Server", f"cvc-particle: customs/sku-list/item/{name} is required"
    codes = asked.texts("delivery-spec/options/option/option-code")
    if not {"RASE", "RTS", "ABAN"} & set(codes):
        yield "7287", "A non-delivery handling option is required."
