"""UPS's mending: what its connector leaves out, adds or takes for something else, put right on both sides of it."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.profiles.mending import (
    Request,
    in_units,
    with_duty_payer,
    with_lines_as_written,
    with_short_phones,
)
from chalicelib.carriers.profiles.ups_customs import PARTIES, with_forms, with_worth

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

SATURDAY = 5
"""By `date.weekday`."""

TOTALS = ("TotalChargesWithTaxes", "TotalCharges", "TotalCharge")
"""Where a price is, the first that is there. Source: UPS Rating API, `RatedShipment`, `NegotiatedRateCharges`."""

NO_LINE = {"address_line1": "(none)"}
"""Stands for the lines of an address that has none, on the way through the connector alone."""

NO_LINK = "/trackdetails"
"""What the connector writes behind the number in UPS's link, which is taken for a part of the number."""


def prepared(operation: str, request: Request) -> Request:
    """Return the SDK's request as UPS's connector should get it."""
    if operation not in ("rate", *SELLING):
        return request
    found = with_short_phones(with_lines_as_written(with_duty_payer(in_units(request, UNITS))))
    found |= {party: _lined(found[party]) for party in ("shipper", "recipient", "return_address") if party in found}
    options = {
        "email_notification": False,  # the connector would mail the recipient unless it is told not to
        "ups_saturday_delivery_indicator": False,  # without an option of UPS's own it drops the customs forms
        **found.get("options", {}),
    }
    if found.get("is_return"):
        options.setdefault("ups_return_service", "ups_print_return_label")  # else three attempts to fetch the parcel
    parcels = [_named(parcel) for parcel in found["parcels"]] if found.get("is_return") else found["parcels"]
    return {**found, "options": options, "parcels": parcels}


def _lined(address: Mapping[str, Any]) -> dict[str, Any]:
    """Return an address with a line: the connector breaks without any, where UPS rates or says what is missing."""
    return {**address} if address.get("address_line1") or address.get("address_line2") else {**address, **NO_LINE}


def _named(parcel: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parcel with a description, which UPS wants of returns (error 120622)."""
    return {**parcel, "description": parcel.get("description") or "Return"}


def amended(operation: str, body: Any, asked: Mapping[str, Any]) -> Any:
    """Return what is sent to UPS: for the same day when rated and when sold, with what the goods are worth.

    Duties are paid for abroad only, and by an account; all references are told.
    """
    if operation not in ("rate", *SELLING):
        return body
    day = f"{ship_day(asked.get('options') or {}, datetime.now(UTC).date()):%Y%m%d}"
    if operation == "rate":
        request = body["RateRequest"]
        rated = _rated_on(day, with_worth(_unlined(request["Shipment"]), asked))
        return {**body, "RateRequest": {**request, "Shipment": rated}}
    shipment = with_worth(_referred(_unlined(body["ShipmentRequest"]["Shipment"]), asked), asked)
    abroad = shipment["ShipFrom"]["Address"]["CountryCode"] != shipment["ShipTo"]["Address"]["CountryCode"]
    charges = shipment["PaymentInformation"]["ShipmentCharge"]
    kept = [charge for charge in charges if charge["Type"] != "02" or (abroad and _has_account(charge))]
    shipment["PaymentInformation"] = {**shipment["PaymentInformation"], "ShipmentCharge": kept}
    shipment["ShipmentDate"] = day
    sold = with_forms(shipment, asked) if abroad else shipment
    return {**body, "ShipmentRequest": {**body["ShipmentRequest"], "Shipment": sold}}


def ship_day(options: Mapping[str, Any], today: date) -> date:
    """Return the day on which UPS gets the parcels: the one that was asked for, else today or, at a weekend, Monday.

    Of itself the connector rates for today and sells, from 17:00 on, for tomorrow.
    """
    if told := options.get("shipment_date") or options.get("shipping_date"):
        return date.fromisoformat(told[:10])
    return today + timedelta(days=max(0, 7 - today.weekday()) if today.weekday() >= SATURDAY else 0)


def _unlined(shipment: Mapping[str, Any]) -> dict[str, Any]:
    """Return a shipment without the lines that stood for none."""
    found = dict(shipment)
    for party in PARTIES:
        address = (found.get(party) or {}).get("Address") or {}
        if address.get("AddressLine") == list(NO_LINE.values()):
            kept = {name: value for name, value in address.items() if name != "AddressLine"}
            found[party] = {**found[party], "Address": kept}
    return found


def _rated_on(day: str, shipment: Mapping[str, Any]) -> dict[str, Any]:
    times = shipment.get("DeliveryTimeInformation") or {}
    picked_up = {**(times.get("Pickup") or {}), "Date": day}
    return {**shipment, "ShipmentDate": day, "DeliveryTimeInformation": {**times, "Pickup": picked_up}}


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
    """Return the SDK's result with what it drops: the day of arrival, the price of a label, types of activities.

    And without what it makes up: a charge for options at their list price, and links that lead nowhere.
    """
    with suppress(ValueError, KeyError, IndexError, TypeError, AttributeError):  # what can't be read stays as it is
        body = json.loads(bodies[0])
        if operation == "rate":
            return _completed_rates(result, body["RateResponse"]["RatedShipment"])
        if operation in SELLING:
            return _with_price(_with_link(result), body["ShipmentResponse"]["ShipmentResults"])
        if operation == "track":
            parcel = body["trackResponse"]["shipment"][0]["package"][0]
            return [_with_kinds(_followable(result[0]), parcel), *result[1:]]
    return result


def _with_link(shipment: dict[str, Any]) -> dict[str, Any]:
    meta = dict(shipment.get("meta") or {})
    if link := meta.get("carrier_tracking_link"):
        meta["carrier_tracking_link"] = link.removesuffix(NO_LINK)
    back = dict(shipment.get("return_shipment") or {})
    if link := back.get("tracking_url"):
        back["tracking_url"] = link.removesuffix(NO_LINK)
    return {**shipment, "meta": meta, **({"return_shipment": back} if back else {})}


def _followable(detail: dict[str, Any]) -> dict[str, Any]:
    info = dict(detail.get("info") or {})
    if link := info.get("carrier_tracking_link"):
        info["carrier_tracking_link"] = link.removesuffix(NO_LINK)
    return {**detail, "info": info}


def _completed_rates(rates: list[Any], rated: list[Any]) -> list[Any]:
    if len(rates) != len(rated):
        return rates
    return [_mended(rate, one) for rate, one in zip(rates, rated, strict=True)]


def _mended(rate: dict[str, Any], rated: Mapping[str, Any]) -> dict[str, Any]:
    with suppress(ValueError, TypeError, AttributeError):
        return _with_arrival(_itemised(_priced(rate, rated), rated), rated)
    return {**rate, "currency": None}  # no price is known for certain


def _priced(rate: dict[str, Any], rated: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rate whose amount and currency are of the same price; its parts stay where they are in it too.

    The connector takes the amount from the contract's prices, and the currency from the list's.
    """
    effective = rated.get("NegotiatedRateCharges")
    effective = rated if effective is None else effective
    totals = (effective.get(name) for name in TOTALS)
    total = next(filter(None, totals), None) or rated.get("TransportationCharges") or {}
    currency = total.get("CurrencyCode")
    kinds = (effective.get("ItemizedCharges"), effective.get("TaxCharges"))
    told = [effective.get("BaseServiceCharge") or {}, *(part for parts in kinds for part in parts or ())]
    is_one = all(part.get("CurrencyCode") in (None, currency) for part in told)
    lines = [{**line, "currency": currency} for line in rate.get("extra_charges") or ()] if is_one else []
    return {**rate, "currency": currency, "total_charge": total.get("MonetaryValue"), "extra_charges": lines}


def _with_arrival(rate: dict[str, Any], rated: Mapping[str, Any]) -> dict[str, Any]:
    day = _arrival(rated)
    return rate if day is None else {**rate, "estimated_delivery": day}


def _itemised(rate: dict[str, Any], rated: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rate without the sum of its options, which the connector adds at list price under the service's code.

    The options are itemised beside it; where UPS itemises nothing, and tells no prices of a contract, the sum stands.
    """
    negotiated = rated.get("NegotiatedRateCharges")
    code = (rated.get("Service") or {}).get("Code")
    itemised = bool(negotiated) or bool(rated.get("ItemizedCharges"))
    lines = []
    for line in rate.get("extra_charges") or ():
        if line.get("name") != code:
            lines.append(line)
        elif not itemised:
            lines.append({**line, "name": "SERVICE OPTIONS"})
    return {**rate, "extra_charges": lines}


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
