"""FedEx's mending: what its connector leaves out, counts twice or takes for something else, put right round it."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.profiles.mending import Request, in_units, with_duty_payer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNITS = {"US": ("LB", "IN"), "PR": ("LB", "IN")}
SELLING = ("ship", "return")
WHOLE = Decimal(1)
"""FedEx takes sizes in whole inches or centimetres (Ship API, `dimensions`)."""
CENT = Decimal("0.01")


def mend_request(operation: str, request: Request) -> Request:
    """Return the SDK's request as FedEx's connector should get it."""
    if operation not in ("rate", *SELLING):
        return request
    return _value_by_parcel(with_duty_payer(in_units(request, UNITS, WHOLE)))


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


def mend_body(operation: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return what is sent to FedEx: customs are told what the commodities are worth, and no declared value for it."""
    customs = body.get("requestedShipment", {}).get("customsClearanceDetail")
    if operation not in SELLING or customs is None:
        return body
    told = {name: value for name, value in customs.items() if name != "totalCustomsValue"}
    return {**body, "requestedShipment": {**body["requestedShipment"], "customsClearanceDetail": told}}


def mend_answer(operation: str, result: Any, bodies: Sequence[bytes]) -> Any:
    """Return the SDK's result with what it drops: the price of a label, and what kind of event an unknown one is."""
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
