"""FedEx's mending: what its connector leaves out, counts twice or takes for something else, put right round it."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.profiles.mending import Request, in_units, with_duty_payer, with_lines_as_written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNITS = {"US": ("LB", "IN"), "PR": ("LB", "IN")}
SELLING = ("ship", "return")
WHOLE = Decimal(1)
"""FedEx takes sizes in whole inches or centimetres (Ship API, `dimensions`)."""
CENT = Decimal("0.01")

REFERENCES = ("P_O_NUMBER", "INVOICE_NUMBER", "DEPARTMENT_NUMBER")
"""Kinds of references that a parcel may have beside the customer's own, one of each.

Source: FedEx Ship API, `customerReferences`, which also tells how long they may be.
"""

LONGEST_REFERENCE = 30

DISCOUNTS = "Discounts"
"""The connector's name for what FedEx takes off."""


def prepared(operation: str, request: Request) -> Request:
    """Return the SDK's request as FedEx's connector should get it."""
    if operation not in ("rate", *SELLING):
        return request
    mended = _with_line_weights(with_lines_as_written(with_duty_payer(in_units(request, UNITS, WHOLE))))
    return _value_by_parcel(mended)


def _with_line_weights(request: Request) -> Request:
    """Return the request with what all pieces of a commodity weigh, where ours is the weight of one.

    Source: FedEx's web services (`Commodity.Weight`: the whole of this commodity).
    """
    parcels = [
        {**parcel, "items": [_weighed(item) for item in parcel["items"]]} if parcel.get("items") else parcel
        for parcel in request["parcels"]
    ]
    customs = request.get("customs")
    if not customs:
        return {**request, "parcels": parcels}
    goods = [_weighed(commodity) for commodity in customs.get("commodities") or ()]
    return {**request, "parcels": parcels, "customs": {**customs, "commodities": goods}}


def _weighed(commodity: Mapping[str, Any]) -> dict[str, Any]:
    if commodity.get("weight") is None:
        return {**commodity}
    return {**commodity, "weight": float(Decimal(str(commodity["weight"])) * commodity.get("quantity", 1))}


def _value_by_parcel(request: Request) -> Request:
    """Return the request with the declared value at its parcels, in equal parts and never less than the whole.

    At the shipment the connector would declare it once for each parcel, and their sum and it again to customs.
    """
    options = dict(request.get("options", {}))
    value = options.pop("declared_value", None)
    if value is None:
        return request
    parcels = request["parcels"]
    part = float((Decimal(str(value)) / len(parcels)).quantize(CENT, ROUND_CEILING))
    valued = [{**parcel, "options": {"declared_value": part, **parcel.get("options", {})}} for parcel in parcels]
    return {**request, "options": options, "parcels": valued}


def amended(operation: str, body: Any, asked: Mapping[str, Any]) -> Any:
    """Return what is sent to FedEx: customs are told what the commodities are worth; with all references.

    An invoice is asked for where there are customs alone.
    """
    if operation == "rate":
        return _with_values(body)
    if operation not in SELLING:
        return body
    shipment = dict(body["requestedShipment"])
    if not shipment.get("customsClearanceDetail"):
        shipment.pop("shippingDocumentSpecification", None)
    if customs := shipment.get("customsClearanceDetail"):  # the declared value of the whole is none for customs
        told = {name: value for name, value in customs.items() if name != "totalCustomsValue"}
        shipment["customsClearanceDetail"] = told
    purchase_id = asked["metadata"]["purchase_id"]
    if asked.get("reference") != purchase_id:
        items = shipment["requestedPackageLineItems"]
        shipment["requestedPackageLineItems"] = [_referred(item, purchase_id) for item in items]
    return {**body, "requestedShipment": shipment}


def _with_values(body: Any) -> Any:
    """Return a request for rates with what all pieces of a commodity are worth; the connector tells one's."""
    shipment = body["requestedShipment"]
    customs = shipment.get("customsClearanceDetail")
    if not customs:
        return body
    goods = [_valued(commodity) for commodity in customs.get("commodities") or ()]
    return {**body, "requestedShipment": {**shipment, "customsClearanceDetail": {**customs, "commodities": goods}}}


def _valued(commodity: Mapping[str, Any]) -> dict[str, Any]:
    price = (commodity.get("unitPrice") or {}).get("amount")
    if not price:
        return {**commodity}
    worth = float(Decimal(str(price)) * commodity.get("quantity", 1))
    return {**commodity, "customsValue": {**commodity["customsValue"], "amount": worth}}


def _referred(item: Mapping[str, Any], purchase_id: str) -> dict[str, Any]:
    """Return a parcel with the purchase id beside the customer's reference, by a kind that is not taken yet."""
    told = list(item.get("customerReferences") or ())
    taken = {reference["customerReferenceType"] for reference in told}
    free = [kind for kind in REFERENCES if kind not in taken]
    more = [{"customerReferenceType": free[0], "value": purchase_id[:LONGEST_REFERENCE]}] if free else []
    return {**item, "customerReferences": [*told, *more]}


def completed(operation: str, result: Any, bodies: Sequence[bytes]) -> Any:
    """Return the SDK's result with what it drops: the price of a label, and FedEx's names of its services."""
    with suppress(ValueError, KeyError, IndexError, TypeError, AttributeError):  # what can't be read stays as it is
        output = json.loads(bodies[0])["output"]
        if operation == "rate":
            return _completed_rates(result, output["rateReplyDetails"])
        if operation in SELLING:
            sold = output["transactionShipments"][0]
            return _with_price(_with_name(result, sold.get("serviceName")), sold["completedShipmentDetail"])
    return result


def _completed_rates(rates: list[Any], details: Sequence[Mapping[str, Any]]) -> list[Any]:
    if len(rates) != len(details):
        return rates
    return [
        _with_name(_discounted(rate), detail.get("serviceName")) for rate, detail in zip(rates, details, strict=True)
    ]


def _discounted(rate: dict[str, Any]) -> dict[str, Any]:
    """Return a rate whose discounts lower its price: FedEx tells how much they are, and the connector adds them."""
    lines = [
        {**line, "amount": -line["amount"]} if line.get("name") == DISCOUNTS and line["amount"] > 0 else line
        for line in rate.get("extra_charges") or ()
    ]
    return {**rate, "extra_charges": lines}


def _with_name(found: dict[str, Any], name: str | None) -> dict[str, Any]:
    return {**found, "meta": {**(found.get("meta") or {}), "service_name": name}} if name else found


def _with_price(shipment: dict[str, Any], detail: Mapping[str, Any]) -> dict[str, Any]:
    with suppress(KeyError, IndexError, TypeError, AttributeError):
        rating = detail["shipmentRating"]
        kind = rating.get("actualRateType")
        details = rating["shipmentRateDetails"]
        chosen = next((one for one in details if one.get("rateType") == kind), details[0])
        price = {"total_charge": chosen["totalNetCharge"], "currency": chosen["currency"], "extra_charges": []}
        return {**shipment, "selected_rate": price}
    return shipment
