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


def prepared(operation: str, request: Request) -> Request:
    """Return the SDK's request as FedEx's connector should get it."""
    if operation not in ("rate", *SELLING):
        return request
    return _value_by_parcel(with_lines_as_written(with_duty_payer(in_units(request, UNITS, WHOLE))))


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
    """Return what is sent to FedEx: customs are told what the commodities are worth; with all references."""
    if operation not in SELLING:
        return body
    shipment = dict(body["requestedShipment"])
    if customs := shipment.get("customsClearanceDetail"):  # the declared value of the whole is none for customs
        told = {name: value for name, value in customs.items() if name != "totalCustomsValue"}
        shipment["customsClearanceDetail"] = told
    purchase_id = asked["metadata"]["purchase_id"]
    if asked.get("reference") != purchase_id:
        items = shipment["requestedPackageLineItems"]
        shipment["requestedPackageLineItems"] = [_referred(item, purchase_id) for item in items]
    return {**body, "requestedShipment": shipment}


def _referred(item: Mapping[str, Any], purchase_id: str) -> dict[str, Any]:
    """Return a parcel with the purchase id beside the customer's reference, by a kind that is not taken yet."""
    told = list(item.get("customerReferences") or ())
    taken = {reference["customerReferenceType"] for reference in told}
    free = [kind for kind in REFERENCES if kind not in taken]
    more = [{"customerReferenceType": free[0], "value": purchase_id[:LONGEST_REFERENCE]}] if free else []
    return {**item, "customerReferences": [*told, *more]}


def completed(operation: str, result: Any, bodies: Sequence[bytes]) -> Any:
    """Return the SDK's result with what it drops: the price of a label."""
    with suppress(ValueError, KeyError, IndexError, TypeError, AttributeError):  # what can't be read stays as it is
        output = json.loads(bodies[0])["output"]
        if operation in SELLING:
            return _with_price(result, output["transactionShipments"][0]["completedShipmentDetail"])
    return result


def _with_price(shipment: dict[str, Any], detail: Mapping[str, Any]) -> dict[str, Any]:
    rating = detail["shipmentRating"]
    kind = rating.get("actualRateType")
    details = rating["shipmentRateDetails"]
    chosen = next((one for one in details if one.get("rateType") == kind), details[0])
    price = {"total_charge": chosen["totalNetCharge"], "currency": chosen["currency"], "extra_charges": []}
    return {**shipment, "selected_rate": price}
