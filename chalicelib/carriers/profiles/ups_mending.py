"""UPS's mending: what its connector leaves out, adds or takes for something else, put right on both sides of it."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.profiles.mending import (
    Request,
    in_units,
    with_duty_payer,
    with_lines_as_written,
    with_short_phones,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

UNITS = {"US": ("LB", "IN"), "PR": ("LB", "IN")}
"""What UPS wants to be told from an origin; elsewhere it takes kilograms and centimetres."""

KINDS = {"O": "out_for_delivery", "P": "picked_up", "U": "in_transit", "W": "in_transit"}
"""Types of activities that the SDK does not know. Source: UPS Tracking developer guide, "Status types"."""

SELLING = ("ship", "return")

AT_PARCELS = (["US", "US"], ["PR", "PR"])
"""Where references belong to the parcels."""

LONGEST_REFERENCE = 35


def prepared(operation: str, request: Request) -> Request:
    """Return the SDK's request as UPS's connector should get it."""
    if operation not in ("rate", *SELLING):
        return request
    found = with_short_phones(with_lines_as_written(with_duty_payer(in_units(request, UNITS))))
    options = {
        "email_notification": False,  # the connector would mail the recipient unless it is told not to
        "ups_saturday_delivery_indicator": False,  # without an option of UPS's own it drops the customs forms
        **found.get("options", {}),
    }
    if found.get("is_return"):
        options.setdefault("ups_return_service", "ups_print_return_label")  # else three attempts to fetch the parcel
    parcels = [_named(parcel) for parcel in found["parcels"]] if found.get("is_return") else found["parcels"]
    return {**found, "options": options, "parcels": parcels}


def _named(parcel: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parcel with a description, which UPS wants of returns (error 120622)."""
    return {**parcel, "description": parcel.get("description") or "Return"}


def amended(operation: str, body: Any, asked: Mapping[str, Any]) -> Any:
    """Return what is sent to UPS: duties are paid for abroad only, and by an account; with all references."""
    if operation not in SELLING:
        return body
    shipment = _referred(body["ShipmentRequest"]["Shipment"], asked)
    abroad = shipment["ShipFrom"]["Address"]["CountryCode"] != shipment["ShipTo"]["Address"]["CountryCode"]
    charges = shipment["PaymentInformation"]["ShipmentCharge"]
    kept = [charge for charge in charges if charge["Type"] != "02" or (abroad and _has_account(charge))]
    shipment["PaymentInformation"] = {**shipment["PaymentInformation"], "ShipmentCharge": kept}
    if day := shipment.get("ShipmentDate", "").replace("-", ""):
        shipment["ShipmentDate"] = day
    return {**body, "ShipmentRequest": {**body["ShipmentRequest"], "Shipment": shipment}}


def _referred(shipment: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a shipment with the customer's reference and the purchase id.

    UPS takes them at the parcels within the US and within Puerto Rico, and at the shipment elsewhere (Shipping API,
    `ReferenceNumber`); a parcel's own goes before that of the whole. The connector sends one of them at most.
    """
    told = {name: value for name, value in shipment.items() if name != "ReferenceNumber"}
    lane = [shipment[party]["Address"]["CountryCode"] for party in ("ShipFrom", "ShipTo")]
    if lane not in AT_PARCELS:
        return {**told, "ReferenceNumber": _references(asked.get("reference"), asked)}
    pairs = zip(shipment["Package"], asked["parcels"], strict=True)
    return {
        **told,
        "Package": [
            {**package, "ReferenceNumber": _references(parcel.get("reference_number") or asked.get("reference"), asked)}
            for package, parcel in pairs
        ],
    }


def _references(own: str | None, asked: Mapping[str, Any]) -> list[dict[str, str]]:
    values = (own, asked["metadata"]["purchase_id"])
    return [{"Value": value[:LONGEST_REFERENCE]} for value in dict.fromkeys(values) if value]


def _has_account(charge: Mapping[str, Any]) -> bool:
    payers = (charge.get(payer) or {} for payer in ("BillShipper", "BillReceiver", "BillThirdParty"))
    return any(payer.get("AccountNumber") for payer in payers)


def completed(operation: str, result: Any, bodies: Sequence[bytes]) -> Any:
    """Return the SDK's result with what it drops: the day of arrival, the price of a label, types of activities."""
    with suppress(ValueError, KeyError, IndexError, TypeError, AttributeError):  # what can't be read stays as it is
        body = json.loads(bodies[0])
        if operation == "rate":
            return _with_arrivals(result, body["RateResponse"]["RatedShipment"])
        if operation in SELLING:
            return _with_price(result, body["ShipmentResponse"]["ShipmentResults"])
        if operation == "track":
            return [_with_kinds(result[0], body["trackResponse"]["shipment"][0]["package"][0]), *result[1:]]
    return result


def _with_arrivals(rates: list[Any], rated: list[Any]) -> list[Any]:
    if len(rates) != len(rated):
        return rates
    days = [_arrival(one) for one in rated]
    return [rate if day is None else {**rate, "estimated_delivery": day} for rate, day in zip(rates, days, strict=True)]


def _arrival(rated: Mapping[str, Any]) -> str | None:
    with suppress(KeyError, TypeError, ValueError):
        return _day(rated["TimeInTransit"]["ServiceSummary"]["EstimatedArrival"]["Arrival"]["Date"])
    return None


def _with_price(shipment: dict[str, Any], results: Mapping[str, Any]) -> dict[str, Any]:
    negotiated = results.get("NegotiatedRateCharges") or {}
    total = negotiated.get("TotalCharge") or results["ShipmentCharges"]["TotalCharges"]
    price = {"total_charge": total["MonetaryValue"], "currency": total["CurrencyCode"], "extra_charges": []}
    return {**shipment, "selected_rate": price}


def _with_kinds(detail: dict[str, Any], parcel: Mapping[str, Any]) -> dict[str, Any]:
    """UPS's order of activities is the SDK's; a parcel under way has its day of delivery as scheduled."""
    events = detail["events"]
    if len(events) == len(parcel["activity"]):
        kinds = [(activity.get("status") or {}).get("type") for activity in parcel["activity"]]
        events = [
            {**event, "status": event.get("status") or KINDS.get(str(kind))}
            for event, kind in zip(events, kinds, strict=True)
        ]
    expected = detail.get("estimated_delivery") or next(_expected(parcel), None)
    return {**detail, "events": events, "estimated_delivery": expected}


def _expected(parcel: Mapping[str, Any]) -> Iterator[str]:
    days = {told["type"]: told["date"] for told in parcel.get("deliveryDate") or () if told.get("date")}
    for kind in ("RDD", "SDD"):  # a new date goes before the first
        if kind in days:
            yield _day(days[kind])


def _day(text: str) -> str:
    return datetime.strptime(text, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day without a zone
