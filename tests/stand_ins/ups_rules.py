"""What UPS checks in a rating or shipping request before it prices or sells: the first fault, in UPS's code and words.

The codes are those of UPS's Shipping, Rating and Void developer guides (appendix "Error codes", developer.ups.com).
"""

import re
from decimal import Decimal
from typing import Any

from tests.stand_ins.oauth import Account
from tests.stand_ins.ups_forms import Fault, amount, forms_fault
from tests.stand_ins.ups_services import services

US_STATES_BY_ZIP = {
    "0": "CT MA ME NH NJ NY PR RI VT VI AE",
    "1": "DE NY PA",
    "2": "DC MD NC SC VA WV",
    "3": "AL FL GA MS TN AA",
    "4": "IN KY MI OH",
    "5": "IA MN MT ND SD WI",
    "6": "IL KS MO NE",
    "7": "AR LA OK TX",
    "8": "AZ CO ID NM NV UT WY",
    "9": "AK CA GU HI OR WA AP",
}
"""The states whose ZIP codes begin with a digit (US Postal Service, publication 65)."""
RETURN_CODES = {"2", "3", "5", "8", "9", "10"}
"""Print and mail, 1 attempt, 3 attempts, electronic label, print label, exchange."""
PACKAGINGS = {"00", "01", "02", "03", "04", "21", "24", "25", "30", "2a", "2b", "2c"}


def rating_fault(shipment: dict[str, Any], account: Account) -> Fault | None:
    """Return what is wrong with a RateRequest's Shipment, None when nothing is."""
    number = shipment.get("Shipper", {}).get("ShipperNumber")
    if number is not None and number != account.number:
        return "111580", "UserId and Shipper Number combination is not qualified to receive negotiated rates."
    for party, code in (("Shipper", "110108"), ("ShipTo", "110208"), ("ShipFrom", "110308")):
        if not re.fullmatch("[A-Z]{2}", _address(shipment, party).get("CountryCode", "")):
            return code, f"Missing/Illegal {party}/Address/CountryCode"
    for party in ("ShipFrom", "ShipTo"):
        address = _address(shipment, party)
        if not _postal_code_fits(address):
            state, country = address.get("StateProvinceCode", ""), address["CountryCode"]
            return "111285", f"The postal code {address.get('PostalCode', '')} is invalid for {state} {country}."
    if not shipment.get("Package"):
        return "110002", "No packages found in shipment"
    if "InvoiceLineTotal" in shipment and not amount(shipment["InvoiceLineTotal"].get("MonetaryValue")):
        return "110544", "InvoiceLineTotal/MonetaryValue must be greater than zero"
    return _packages_fault(shipment, "111", "PackagingType") or _lane_fault(shipment, None, "111210")


def shipping_fault(shipment: dict[str, Any], label: dict[str, Any], account: Account) -> Fault | None:
    """Return what is wrong with a ShipmentRequest, None when nothing is."""
    return (
        _shipper_fault(shipment, account)
        or _party_fault(shipment, "ShipTo", "1202")
        or _party_fault(shipment, "ShipFrom", "1203")
        or _payment_fault(shipment, account)
        or _service_fault(shipment)
        or _packages_fault(shipment, "121", "Packaging")
        or _return_fault(shipment)
        or forms_fault(shipment, abroad=abroad(shipment))
        or _label_fault(label)
        or _validation_fault(shipment)
    )


def abroad(shipment: dict[str, Any]) -> bool:
    """Return whether the shipment leaves its country."""
    return bool(_address(shipment, "ShipFrom")["CountryCode"] != _address(shipment, "ShipTo")["CountryCode"])


def weight_in_pounds(package: dict[str, Any]) -> Decimal:
    """Return the declared weight of a package that was checked."""
    told = package["PackageWeight"]
    weight = Decimal(told["Weight"])
    return weight if told["UnitOfMeasurement"]["Code"] == "LBS" else weight / Decimal("0.45359237")


def _address(shipment: dict[str, Any], party: str) -> dict[str, Any]:
    found: dict[str, Any] = shipment.get(party, {}).get("Address", {})
    return found


def _postal_code_fits(address: dict[str, Any]) -> bool:
    postal, state = address.get("PostalCode", ""), address.get("StateProvinceCode")
    if address["CountryCode"] == "US":
        fits = re.fullmatch(r"\d{5}(-?\d{4})?", postal)
        return bool(fits) and (state is None or state in US_STATES_BY_ZIP[postal[0]].split())
    if address["CountryCode"] == "CA":
        return bool(re.fullmatch(r"[A-Z]\d[A-Z] ?\d[A-Z]\d", postal))
    return True


def _shipper_fault(shipment: dict[str, Any], account: Account) -> Fault | None:
    number = shipment.get("Shipper", {}).get("ShipperNumber")
    if not number:
        return "120100", "Missing or invalid shipper number"
    if number != account.number:
        return "120121", "The Shipper's shipper number cannot be used for the shipment."
    if _address(shipment, "Shipper").get("CountryCode") not in {account.country, None}:
        return (
            "120120",
            "The country associated with Shipper's ShipperNumber must be the same as the shipment's Shipper's country.",
        )
    return _party_fault(shipment, "Shipper", "1201")


def _party_fault(shipment: dict[str, Any], party: str, family: str) -> Fault | None:
    """`family`01 is a shipper's name, of the others the name is 00 and the attention name 01."""
    told, address = shipment.get(party, {}), _address(shipment, party)
    name = "01" if party == "Shipper" else "00"
    required = {
        name: told.get("Name"),
        "02": "".join(address.get("AddressLine", [])),
        "05": address.get("City"),
        "08": re.fullmatch("[A-Z]{2}", address.get("CountryCode", "")),
    }
    if address.get("CountryCode") in {"US", "CA"}:
        required |= {"06": address.get("StateProvinceCode"), "07": address.get("PostalCode")}
    for code, value in required.items():
        if not value:
            return family + code, f"Missing or invalid {_FIELDS[code]} of {party}"
    if len(told["Name"]) > 35:
        return family + name, f"Missing or invalid name of {party}: valid length is 1 to 35"
    phone = told.get("Phone", {}).get("Number", "")
    if abroad(shipment) and len(re.sub(r"\W", "", phone)) < 10:
        return family + "09", f"Missing or invalid phone number of {party}"
    if abroad(shipment) and party != "ShipFrom" and not told.get("AttentionName"):
        return family + ("10" if party == "Shipper" else "01"), f"Missing or invalid attention name of {party}"
    return None


_FIELDS = {
    "00": "name",
    "01": "name",
    "02": "address line 1",
    "05": "city",
    "06": "state or province code",
    "07": "postal code",
    "08": "country code",
}


def _payment_fault(shipment: dict[str, Any], account: Account) -> Fault | None:
    charges = shipment.get("PaymentInformation", {}).get("ShipmentCharge", [])
    transport = [charge for charge in charges if charge.get("Type") == "01"]
    if len(transport) != 1:
        return "120416", "A single billing option is required per shipment."
    payers = [payer for payer in ("BillShipper", "BillReceiver", "BillThirdParty") if payer in transport[0]]
    if len(payers) != 1:
        return "120410", "One payment method is required."
    number = transport[0][payers[0]].get("AccountNumber")
    if not number:
        return "120400", "Missing or invalid shipment payment method"
    if payers == ["BillShipper"] and number != account.number:
        return "120415", "BillShipper/AccountNumber must be the same shipper number as Shipper/ShipperNumber"
    duties = [charge for charge in charges if charge.get("Type") == "02"]
    if any(not _payer_of(charge) for charge in duties):
        return "121537", "A payer is required when specifying a shipment charge."
    return None


def _payer_of(charge: dict[str, Any]) -> str | None:
    payers = (charge.get(payer, {}) for payer in ("BillShipper", "BillReceiver", "BillThirdParty"))
    return next((payer["AccountNumber"] for payer in payers if payer.get("AccountNumber")), None)


def _service_fault(shipment: dict[str, Any]) -> Fault | None:
    code = shipment.get("Service", {}).get("Code", "")
    if not re.fullmatch(r"\d\d", code):
        return "120500", "Missing or invalid Service/Code"
    return _lane_fault(shipment, code, "120124") or _saturday_fault(shipment, code)


def _lane_fault(shipment: dict[str, Any], code: str | None, fault: str) -> Fault | None:
    lane = services(_address(shipment, "ShipFrom")["CountryCode"], _address(shipment, "ShipTo")["CountryCode"])
    if not lane or (code is not None and code not in lane):
        return fault, "The requested service is unavailable between the selected locations."
    return None


def _saturday_fault(shipment: dict[str, Any], code: str) -> Fault | None:
    asked = "SaturdayDeliveryIndicator" in shipment.get("ShipmentServiceOptions", {})
    if asked and code in {"03", "11", "12"}:
        return "121045", "The Saturday Delivery option is unavailable with the requested service."
    return None


def _packages_fault(shipment: dict[str, Any], family: str, packaging: str) -> Fault | None:
    packages = shipment.get("Package") or []
    if not 1 <= len(packages) <= 200:
        return ("120020", "Max packages per shipment exceeded.") if family == "121" else ("110003", "Too many packages")
    units = {package.get("PackageWeight", {}).get("UnitOfMeasurement", {}).get("Code") for package in packages}
    if len(units) != 1:
        return "120529", "A shipment can have only one type of UnitOfMeasurement for a Weight"
    american = _address(shipment, "ShipFrom")["CountryCode"] == "US"
    if units - ({"LBS"} if american else {"LBS", "KGS"}):
        return "120546", f"{units.pop()} is not a valid unit of measurement for weight for this shipment"
    for package in packages:
        fault = _package_fault(package, family, packaging)
        if fault:
            return fault
    return None


def _package_fault(package: dict[str, Any], family: str, packaging: str) -> Fault | None:
    if package.get(packaging, {}).get("Code") not in PACKAGINGS:
        return "120600", f"Missing or invalid Package/{packaging}/Code"
    metric = package["PackageWeight"]["UnitOfMeasurement"]["Code"] == "KGS"
    weight = amount(package["PackageWeight"].get("Weight"))
    if weight is None:
        unit = "kilograms" if metric else "pounds"
        return family + ("031" if metric else "030"), f"Packages must weigh more than zero {unit}."
    if weight > (70 if metric else 150):
        limit = "70.00 kg" if metric else "150.00 pounds"
        sentence = f"The maximum per package weight for the selected service from the selected country is {limit}."
        return family + ("036" if metric else "035"), sentence
    return _size_fault(package, family, metric=metric)


def _size_fault(package: dict[str, Any], family: str, *, metric: bool) -> Fault | None:
    told = package.get("Dimensions")
    if told is None:
        return None
    if told.get("UnitOfMeasurement", {}).get("Code") != ("CM" if metric else "IN"):
        return "120548", "A shipment cannot have a KGS/IN or LBS/CM as its unit of measurements"
    sides = [amount(told.get(side)) for side in ("Length", "Width", "Height")]
    known = sorted((side for side in sides if side is not None), reverse=True)
    if len(known) < 3:
        return "120609", "All Package Dimensions are required and each must be greater than 0"
    if known[0] > (274 if metric else 108):
        return family + "055", "Package exceeds the maximum length constraint of 108 inches."
    if known[0] + 2 * (known[1] + known[2]) > (419 if metric else 165):
        return family + "050", "Package exceeds the maximum size total constraints of 165 inches."
    return None


def _return_fault(shipment: dict[str, Any]) -> Fault | None:
    code = shipment.get("ReturnService", {}).get("Code")
    if code is None:
        return None
    if code not in RETURN_CODES:
        return "121320", "The Authorized Return Service is unavailable with the selected service."
    if any(not package.get("Description") for package in shipment["Package"]):
        return "120622", "Package description is required"
    if any("DeliveryConfirmation" in package.get("PackageServiceOptions", {}) for package in shipment["Package"]):
        return "121020", "The Delivery Confirmation option cannot be combined with the Return Services option."
    return None


def _label_fault(label: dict[str, Any]) -> Fault | None:
    if label.get("LabelImageFormat", {}).get("Code") not in {"GIF", "PNG", "ZPL", "EPL", "SPL"}:
        return "120702", "Missing or invalid LabelSpecification/LabelImageFormat/Code"
    size = label.get("LabelStockSize", {})
    if (size.get("Height"), size.get("Width")) not in {("6", "4"), ("8", "4")}:
        return "120703", "Missing or invalid combination of LabelSpecification/LabelStockSize"
    return None


def _validation_fault(shipment: dict[str, Any]) -> Fault | None:
    for party, code in (("Shipper", "120801"), ("ShipTo", "120802"), ("ShipFrom", "120803")):
        if not _postal_code_fits(_address(shipment, party)):
            return code, f"Address Validation Error on {party} address"
    return None
