"""What FedEx checks in a request before it prices or sells: the first fault, in FedEx's code and words.

The codes are those of its REST APIs (developer.fedex.com, "API error codes" of Rate, Ship, Cancel and Track).
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.stand_ins.fedex_services import INCHES, POUNDS, services
from tests.stand_ins.oauth import Account
from tests.stand_ins.ups_rules import US_STATES_BY_ZIP

Json = dict[str, Any]
Fault = tuple[str, str]
"""FedEx's code and words."""

INVALID = "INVALID.INPUT.EXCEPTION"
PAYERS = {"SENDER", "RECIPIENT", "THIRD_PARTY", "COLLECT"}
SIGNATURES = {None, "SERVICE_DEFAULT", "NO_SIGNATURE_REQUIRED", "INDIRECT", "DIRECT", "ADULT"}
PACKAGINGS = {
    "YOUR_PACKAGING",
    "FEDEX_ENVELOPE",
    "FEDEX_BOX",
    "FEDEX_SMALL_BOX",
    "FEDEX_MEDIUM_BOX",
    "FEDEX_LARGE_BOX",
    "FEDEX_EXTRA_LARGE_BOX",
    "FEDEX_10KG_BOX",
    "FEDEX_25KG_BOX",
    "FEDEX_PAK",
    "FEDEX_TUBE",
}


def rating_fault(request: Json, account: Account) -> Fault | None:
    """Return what is wrong with a request for quotes, None when nothing is."""
    if request.get("accountNumber", {}).get("value") != account.number:
        return "ACCOUNT.NUMBER.MISMATCH", "The account number does not belong to the credentials."
    shipment = request.get("requestedShipment", {})
    shipper, recipient = (shipment.get(party, {}).get("address", {}) for party in ("shipper", "recipient"))
    if not postal_code_fits(shipper):
        return "COUNTRY.POSTALCODE.INVALID", "Origin postal code is missing or invalid."
    if not postal_code_fits(recipient):
        return "DESTINATION.POSTALCODE.MISSING.ORINVALID", "Destination postal code missing or invalid."
    if not shipment.get("rateRequestType"):
        return INVALID, "Invalid field value in the input: rateRequestType"
    return _shipment_fault(shipment, recipient)


def shipping_fault(request: Json, account: Account) -> Fault | None:
    """Return what is wrong with a request for labels, None when nothing is."""
    if request.get("accountNumber", {}).get("value") != account.number:
        words = "Please enter a valid 9-digit FedEx account number or register for a new FedEx account number."
        return "ACCOUNTNUMBER.REGISTRATION.REQUIRED", words
    if request.get("labelResponseOptions") not in {"LABEL", "URL_ONLY"}:
        return INVALID, "Invalid field value in the input: labelResponseOptions"
    shipment = request.get("requestedShipment", {})
    recipients = shipment.get("recipients", [])
    if len(recipients) != 1:
        return INVALID, "Invalid field value in the input: recipients"
    return (
        _party_fault(shipment.get("shipper", {}), "SHIPPER")
        or _party_fault(recipients[0], "RECIPIENT")
        or _payment_fault(shipment, account)
        or _label_fault(shipment)
        or _shipment_fault(shipment, recipients[0]["address"])
        or _customs_fault(shipment, recipients[0]["address"])
    )


def postal_code_fits(address: Json) -> bool:
    """Return whether a country is told, and a postal code that can be its state's."""
    country, postal, state = (address.get(name) or "" for name in ("countryCode", "postalCode", "stateOrProvinceCode"))
    if country == "US":
        fits = re.fullmatch(r"\d{5}(-?\d{4})?", postal)
        return bool(fits) and (not state or state in US_STATES_BY_ZIP[postal[0]].split())
    if country == "CA":
        return bool(re.fullmatch(r"[A-Z]\d[A-Z] ?\d[A-Z]\d", postal))
    return bool(re.fullmatch("[A-Z]{2}", country))


def positive(value: Any) -> Decimal | None:
    """Return a number above zero, None when the value is none."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None


def _party_fault(party: Json, name: str) -> Fault | None:
    address, contact = party.get("address", {}), party.get("contact", {})
    if not (contact.get("personName") or contact.get("companyName")):
        return "PERSONNAME.AND.CONTACTNAME.EMPTY", f"{name}: the person's or the company's name is required."
    if len(re.sub(r"\D", "", contact.get("phoneNumber") or "")) < 10:
        return f"{name}.CONTACT.PHONENUMBER.INVALID", f"{name}: the phone number is missing or too short."
    if not "".join(address.get("streetLines") or []):
        return "STREETLINE1.EMPTY", f"{name}: the first street line is required."
    if not address.get("city"):
        return "CITY.REQUIRED", f"{name}: the city is required."
    if not postal_code_fits(address):
        return f"{name}.POSTALSTATE.MISMATCH", f"{name.title()} postal code and state do not match."
    return None


def _payment_fault(shipment: Json, account: Account) -> Fault | None:
    payment = shipment.get("shippingChargesPayment", {})
    if payment.get("paymentType") not in PAYERS:
        return INVALID, "Invalid field value in the input: paymentType"
    number = payment.get("payor", {}).get("responsibleParty", {}).get("accountNumber", {}).get("value")
    if payment["paymentType"] == "SENDER" and number != account.number:
        words = "When payment type is SENDER, the payor's account number must be the shipper's."
        return "ACCOUNT.NUMBER.MISMATCH", words
    return None


def _label_fault(shipment: Json) -> Fault | None:
    label = shipment.get("labelSpecification", {})
    if label.get("imageType") not in {"PDF", "PNG", "ZPLII"}:
        return INVALID, "Invalid field value in the input: imageType"
    if not re.fullmatch(r"(STOCK|PAPER)_(4X6|4X6\.75|4X8|4X9|LETTER)", label.get("labelStockType") or ""):
        return INVALID, "Invalid field value in the input: labelStockType"
    return None


def _shipment_fault(shipment: Json, recipient: Json) -> Fault | None:
    if not shipment.get("pickupType"):
        return "PICKUPTYPE.REQUIRED", "The pickup type is required."
    if shipment.get("packagingType") not in PACKAGINGS:
        return "PACKAGINGTYPE.MISSING.OR.INVALID", "The packaging type is missing or invalid."
    offered = services(shipment["shipper"]["address"], recipient)
    if not offered:
        return "RATE.LOCATION.NOSERVICE", "FedEx does not offer service between these locations."
    service = shipment.get("serviceType")
    if service is not None and service not in offered:
        return "SERVICETYPE.NOT.ALLOWED", "The service is not allowed between origin and destination."
    return _items_fault(shipment, service)


def _items_fault(shipment: Json, service: str | None) -> Fault | None:
    items = shipment.get("requestedPackageLineItems") or []
    if not items or sum(item.get("groupPackageCount", 1) for item in items) > 30:
        return INVALID, "Invalid field value in the input: requestedPackageLineItems"
    if shipment.get("totalPackageCount", len(items)) != len(items):
        return INVALID, "Invalid field value in the input: totalPackageCount"
    special = shipment.get("shipmentSpecialServices", {}).get("specialServiceTypes") or []
    if "SATURDAY_DELIVERY" in special and service in {"FEDEX_GROUND", "INTERNATIONAL_ECONOMY"}:
        return "SPECIALSERVICE.NOT.ALLOWED", "SATURDAY_DELIVERY is not allowed with the service."
    if "RETURN_SHIPMENT" in special and "returnShipmentDetail" not in shipment["shipmentSpecialServices"]:
        return INVALID, "Invalid field value in the input: returnShipmentDetail"
    return next((fault for item in items if (fault := _item_fault(item))), None)


def _item_fault(item: Json) -> Fault | None:
    weight = positive(item.get("weight", {}).get("value"))
    if weight is None or item["weight"].get("units") not in POUNDS:
        return "PACKAGE.WEIGHT.INVALID", "The package weight is missing or invalid."
    if weight * POUNDS[item["weight"]["units"]] > 150:
        return "MAXIMUMWEIGHT.TYPE.ERROR", "The package weight exceeds 150 lbs (68 kg)."
    if item.get("packageSpecialServices", {}).get("signatureOptionType") not in SIGNATURES:
        return INVALID, "Invalid field value in the input: signatureOptionType"
    return _size_fault(item["dimensions"]) if "dimensions" in item else None


def _size_fault(sizes: Json) -> Fault | None:
    sides = sorted((positive(sizes.get(side)) or Decimal(0) for side in ("length", "width", "height")), reverse=True)
    if sides[2] < 1 or sizes.get("units") not in INCHES:
        return "PACKAGEDIMENSION.TYPE.ERROR", "Each dimension must be at least 1."
    if (sides[0] + 2 * (sides[1] + sides[2])) * INCHES[sizes["units"]] > 165:
        return "DIMENSIONS.EXCEEDS.LIMITS", "The package exceeds 165 inches in length and girth."
    return None


def _customs_fault(shipment: Json, recipient: Json) -> Fault | None:
    if shipment["shipper"]["address"]["countryCode"] == recipient["countryCode"] or shipment.get("documentShipment"):
        return None
    customs = shipment.get("customsClearanceDetail")
    if customs is None:
        return INVALID, "Invalid field value in the input: customsClearanceDetail"
    if customs.get("dutiesPayment", {}).get("paymentType") not in PAYERS:
        return INVALID, "Invalid field value in the input: dutiesPayment"
    if not customs.get("commodities"):
        return INVALID, "Invalid field value in the input: commodities"
    for commodity in customs["commodities"]:
        wanted = {
            "description": commodity.get("description"),
            "countryOfManufacture": re.fullmatch("[A-Z]{2}", commodity.get("countryOfManufacture") or ""),
            "quantity": positive(commodity.get("quantity")),
            "weight": commodity.get("weight", {}).get("units") in POUNDS and positive(commodity["weight"].get("value")),
            "customsValue": positive(commodity.get("customsValue", {}).get("amount")),
        }
        for field, value in wanted.items():
            if not value:
                return INVALID, f"Invalid field value in the input: commodities.{field}"
    return None
