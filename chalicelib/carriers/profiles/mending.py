"""Mending: what the connectors of UPS and FedEx would both spoil in a request, put right before they see it."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.domain.measures import CENTIMETRES_PER, GRAMS_PER, Length, Weight

if TYPE_CHECKING:
    from collections.abc import Mapping

Request = dict[str, Any]
"""A request in the SDK's words."""

HUNDREDTH = Decimal("0.01")
SIDES = ("length", "width", "height")
LONGEST_PHONE = 15
"""Of UPS and FedEx: the SDK cuts a longer one, in the middle of its last digits."""


def in_units(request: Request, units: Mapping[str, tuple[str, str]], size_step: Decimal = HUNDREDTH) -> Request:
    """Return the request with all parcels in the units of its origin, KG and CM where it is not listed.

    The SDK tells the sizes of parcels in the units of the origin without converting their numbers (FedEx), and the
    whole weight in other units than the parcels' (UPS). Weights are rounded up to a hundredth, sizes to `size_step`.
    """
    weight_unit, size_unit = units.get(request["shipper"]["country_code"], ("KG", "CM"))
    parcels = [_parcel_in(parcel, weight_unit, size_unit, size_step) for parcel in request["parcels"]]
    return {**request, "parcels": parcels}


def _parcel_in(parcel: Mapping[str, Any], weight_unit: str, size_unit: str, size_step: Decimal) -> dict[str, Any]:
    grams = Weight.of(Decimal(str(parcel["weight"])), parcel["weight_unit"]).grams
    found = {**parcel, "weight": _up_to(grams / GRAMS_PER[weight_unit], HUNDREDTH), "weight_unit": weight_unit}
    told = parcel.get("dimension_unit")
    if told is None:
        return found
    for side in SIDES:
        if parcel.get(side) is not None:
            centimetres = Length.of(Decimal(str(parcel[side])), told).centimetres
            found[side] = _up_to(centimetres / CENTIMETRES_PER[size_unit], size_step)
    return {**found, "dimension_unit": size_unit}


def _up_to(value: Decimal, step: Decimal) -> float:
    """Return the next multiple of `step`; a millionth more is an error of conversion."""
    steps = (value / step).quantize(Decimal("0.000001")).to_integral_value(ROUND_CEILING)
    return float(steps * step)


def with_duty_payer(request: Request) -> Request:
    """Return the request with a payer of the duty where nobody is named: the recipient, unless sold as DDP.

    The SDK would let the sender pay, whatever the incoterm is.
    """
    customs = request.get("customs")
    if customs is None or (customs.get("duty") or {}).get("paid_by"):
        return request
    payer = "sender" if customs.get("incoterm") == "DDP" else "recipient"
    return {**request, "customs": {**customs, "duty": {**(customs.get("duty") or {}), "paid_by": payer}}}


PARTIES = ("shipper", "recipient", "return_address", "billing_address")


def with_lines_as_written(request: Request) -> Request:
    """Return the request with the lines of its addresses as they are.

    The SDK would take a number at the end of the first line for the house's, and put it before the street: of
    "PO Box 1200" it makes "1200 PO Box". Where a number is told, if an empty one, it looks for none.
    """
    found = {**request, **{party: _unnumbered(request[party]) for party in PARTIES if request.get(party)}}
    customs = request.get("customs")
    if customs and customs.get("duty_billing_address"):
        payer = _unnumbered(customs["duty_billing_address"])
        found["customs"] = {**customs, "duty_billing_address": payer}
    return found


def _unnumbered(address: Mapping[str, Any]) -> dict[str, Any]:
    """Return an address without a number of its own, which is in its first line too."""
    return {**address, "street_number": ""}


def with_short_phones(request: Request) -> Request:
    """Return the request with phone numbers that fit: spaces and the like are left out, then the plus sign."""
    found = dict(request)
    for party in PARTIES:
        address = request.get(party)
        if address and address.get("phone_number"):
            found[party] = {**address, "phone_number": _short(address["phone_number"])}
    return found


def _short(phone: str) -> str:
    if len(phone) <= LONGEST_PHONE:
        return phone
    digits = re.sub(r"[^0-9+]", "", phone)
    return digits if len(digits) <= LONGEST_PHONE else digits.replace("+", "")
