"""DHL Express by its MyDHL API, which the SDK's connector `mydhl` speaks.

Sources: DHL Developer Portal, "DHL Express - MyDHL API", reference and user guide (addresses, errors, label templates,
limits); DHL Express, "XML Services" reference data, the table of tracking event codes, which are the `typeCode` of an
event in the MyDHL API too. What the connector sends and leaves out was read off its requests.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.profiles.profile import LabelFormat, Profile
from chalicelib.domain.measures import CENTIMETRES_PER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.carriers.profiles.profile import ErrorCode
    from chalicelib.domain.trackers import TrackerStatus

API = "https://express.api.dhl.com/mydhlapi"
PATHS = ("rates", "shipments", "tracking")
"""What is called. Live addresses are listed with them: the test addresses begin with the live ones."""

STATUSES: Mapping[str, TrackerStatus] = {
    "SD": "pending",  # shipment details received
    "PU": "picked_up",  # shipment pick up
    "SA": "picked_up",  # shipment acceptance
    "AF": "in_transit",  # arrived facility
    "AR": "in_transit",  # arrival in delivery facility
    "BN": "in_transit",  # customer broker notified
    "BR": "in_transit",  # broker release
    "CI": "in_transit",  # facility check-in
    "CR": "in_transit",  # clearance release
    "CU": "in_transit",  # confirm uplift
    "DF": "in_transit",  # depart facility
    "ES": "in_transit",  # entry submitted
    "FD": "in_transit",  # forward destination
    "IC": "in_transit",  # in clearance processing
    "PD": "in_transit",  # partial delivery: some pieces are still on their way
    "PL": "in_transit",  # processed at location
    "PO": "in_transit",  # processed at origin
    "PY": "in_transit",  # payment
    "RR": "in_transit",  # response received
    "RW": "in_transit",  # weigh and dimension
    "SC": "in_transit",  # service changed
    "SI": "in_transit",  # shipment inspection
    "SM": "in_transit",  # scheduled movement
    "TP": "in_transit",  # forwarded to a third party
    "TR": "in_transit",  # record of transfer
    "UV": "in_transit",  # unload vehicle
    "WC": "out_for_delivery",  # with delivering courier
    "CC": "ready_for_pickup",  # awaiting consignee collection
    "OK": "delivered",  # delivery
    "DD": "delivered",  # delivered damaged
    "AD": "on_hold",  # agreed delivery, on another day
    "HP": "on_hold",  # held for payment
    "OH": "on_hold",  # on hold
    "SS": "on_hold",  # shipment stopped
    "ST": "on_hold",  # shipment intercept
    "TI": "on_hold",  # trace initiated
    "CD": "delivery_delayed",  # controllable clearance delay
    "MC": "delivery_delayed",  # miscode
    "MD": "delivery_delayed",  # missed delivery cycle
    "MS": "delivery_delayed",  # missort
    "NA": "delivery_delayed",  # not arrived
    "TD": "delivery_delayed",  # transport delay
    "UD": "delivery_delayed",  # uncontrollable clearance delay
    "BA": "delivery_failed",  # bad address
    "CA": "delivery_failed",  # closed on arrival
    "CM": "delivery_failed",  # customer moved
    "DS": "delivery_failed",  # destroyed or disposed of
    "ND": "delivery_failed",  # not delivered
    "NH": "delivery_failed",  # not home
    "RD": "delivery_failed",  # refused delivery
    "RT": "return_to_sender",  # returned to consignor
}
"""`CS` (closed shipment) and `TT` (trace terminated) say nothing of where a parcel is, so they stay unknown."""

REASONS: Mapping[str, str] = {
    "BA": "consignee_incorrect_address",
    "CA": "consignee_business_closed",
    "CD": "customs_delay",
    "CM": "consignee_incorrect_address",
    "DD": "carrier_damaged_parcel",
    "HP": "customs_duties_unpaid",
    "MC": "carrier_sorting_error",
    "MD": "carrier_not_enough_time",
    "MS": "carrier_sorting_error",
    "NH": "consignee_not_home",
    "RD": "consignee_refused",
    "SI": "security_issue",
    "TI": "parcel_being_researched",
    "UD": "customs_delay",
}

ERRORS: Mapping[str, ErrorCode] = {
    "400": "invalid_request",
    "401": "authentication_failed",
    "415": "invalid_request",
    "422": "invalid_request",
    "429": "rate_limited",
    "500": "carrier_down",
}
"""DHL's error object has the HTTP status for a code; its numbers (`8009: …`) are in the sentences, which are kept. 404
is not here: it tells an unknown number when tracking and an unserved lane when rating."""

CENTIMETRES_IN = {"metric": Decimal(1), "imperial": Decimal("2.54")}


def amended(operation: str, worded: Any, asked: Mapping[str, Any]) -> Any:
    """Return what is sent to DHL instead of what the connector would send for the request `asked`.

    The connector cuts sizes down to whole centimetres or inches and customs values to whole units of money, leaves the
    references out, and wants a person where an address has a company alone.
    """
    if operation == "rate":
        return {**worded, "packages": _sized(worded["packages"], worded["unitOfMeasurement"], asked["parcels"])}
    if operation != "ship":
        return worded
    shipment = worded["shipment"]
    content = shipment["content"]
    content = {**content, "packages": _sized(content["packages"], content["unitOfMeasurement"], asked["parcels"])}
    if "exportDeclaration" in content:
        content["exportDeclaration"] = _valued(content["exportDeclaration"], asked.get("customs") or {})
    references = dict.fromkeys((asked["metadata"]["purchase_id"], asked["reference"]))
    told = {
        "content": content,
        "customerDetails": {who: _named(party) for who, party in shipment["customerDetails"].items()},
        "customerReferences": [{"value": value[:35], "typeCode": "CU"} for value in references],
    }
    return {**worded, "shipment": {**shipment, **told}}


def _sized(packages: Sequence[Any], unit: str, parcels: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the packages with their sides rounded up to whole ones."""
    return [
        {**package, "dimensions": {side: _whole(parcel, side, unit) for side in package["dimensions"]}}
        if package.get("dimensions")
        else package
        for package, parcel in zip(packages, parcels, strict=True)
    ]


def _whole(parcel: Mapping[str, Any], side: str, unit: str) -> int:
    centimetres = Decimal(str(parcel[side])) * CENTIMETRES_PER[parcel["dimension_unit"]]
    return int((centimetres / CENTIMETRES_IN[unit]).quantize(Decimal("0.001")).to_integral_value(ROUND_CEILING))


def _valued(declaration: Mapping[str, Any], customs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declaration with each line's value as it was declared, to a thousandth: DHL takes no more."""
    lines, commodities = declaration["lineItems"], customs.get("commodities") or ()
    if len(lines) != len(commodities):
        return dict(declaration)
    prices = [round(float(commodity.get("value_amount") or 0), 3) for commodity in commodities]
    return {**declaration, "lineItems": [{**line, "price": price} for line, price in zip(lines, prices, strict=True)]}


def _named(party: Mapping[str, Any]) -> dict[str, Any]:
    contact = party["contactInformation"]
    return {**party, "contactInformation": {"fullName": contact.get("companyName"), **contact}}


PROFILE = Profile(
    carrier_name="dhl_express",
    connector="mydhl",
    display_name="DHL Express",
    integration_status="production-ready",
    capabilities=frozenset({"rating", "shipping", "tracking", "returns", "multi_parcel", "customs"}),
    live_urls=tuple(f"{API}/{path}" for path in PATHS),
    test_urls=tuple(f"{API}/test/{path}" for path in PATHS),
    labels=(LabelFormat("PDF", "4x6", "PDF"), LabelFormat("ZPL", "4x6", "ZPL", dpi=300)),
    options={"declared_value": {"declared_value": ...}},
    statuses=STATUSES,
    reasons=REASONS,
    errors=ERRORS,
    most_parcels=50,
    account_number_for=frozenset({"rating", "shipping", "returns"}),
    check_number="1234567890",
    return_operation="ship",
    amended=amended,
    credentials_from=(
        "Ask for access to “DHL Express - MyDHL API” at https://developer.dhl.com; DHL sends user name and password by "
        "app, for the test and the live service, and the account number stands in the contract."
    ),
    notes=(
        "DHL has no call that voids a label: one that is not used is not billed, and `?force=true` closes it here.",
        "The label is DHL's own of 8 by 4 inches (ECOM26_84_001), 300 dots an inch for ZPL.",
        "Prices are what the account pays, in its billing currency.",
        "No additional service can be booked yet: signature, insurance and dangerous goods are refused.",
        "Every parcel needs its length, width and height.",
        "A return is a shipment in the other direction; across a border DHL wants an import account for it.",
        "A shipment has one number, by which it is tracked; its pieces have numbers of their own.",
    ),
)
