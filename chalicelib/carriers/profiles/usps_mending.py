"""USPS's mending: what its connector sells otherwise than quoted, mixes up or cannot read, put right on both sides.

Sources: USPS Developer Portal, Shipping Options 3.0, Domestic Labels 3.0 (`rateIndicator`, `processingCategory`,
`customerReference`) and Tracking 3.0. What the connector sends and reads was found by experiment.
"""

from __future__ import annotations

import json
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LONGEST_REFERENCE = 30
SINGLE_PIECE, SINGLE_EXPRESS = "SP", "PA"
MACHINABLE = "MACHINABLE"
EXPRESS = "PRIORITY_MAIL_EXPRESS"

QUOTED: Mapping[str, str] = {
    "mailClass": "usps_mail_class",
    "rateIndicator": "usps_rate_indicator",
    "processingCategory": "usps_processing_category",
}
"""What a price depends on beside the parcel, by where a rate has it in its notes."""

NO_COMMITMENT = {"name": "-"}
"""Stands for no promise of days: the connector breaks where there is none, and leaves empty objects out."""


def amended(operation: str, worded: Any, asked: Mapping[str, Any]) -> Any:
    """Return what is sent to USPS instead of what the connector would send for the request `asked`.

    Of every label it would make a dimensional rectangular one that no machine can sort, whatever was quoted.
    """
    if operation != "ship":
        return worded
    return [{**one, "packageDescription": _package(one["packageDescription"], asked)} for one in worded]


def _package(package: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    quoted = asked.get("quoted") or {}
    single = SINGLE_EXPRESS if package["mailClass"] == EXPRESS else SINGLE_PIECE
    told = {"rateIndicator": single, "processingCategory": MACHINABLE}
    told |= {field: str(quoted[name]) for field, name in QUOTED.items() if quoted.get(name)}
    if category := (asked.get("options") or {}).get("usps_processing_category"):
        told["processingCategory"] = category
    return {**package, **told, "customerReference": list(_references(asked))}


def _references(asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the customer's reference, which is printed, and the purchase id, which is never cut."""
    purchase_id, reference = asked["metadata"]["purchase_id"], asked["reference"]
    yield {"referenceNumber": reference[:LONGEST_REFERENCE], "printReferenceNumber": True}
    if reference != purchase_id and len(purchase_id) <= LONGEST_REFERENCE:
        yield {"referenceNumber": purchase_id, "printReferenceNumber": False}


def readable(operation: str, status: int, body: bytes) -> bytes:
    """Return an answer as the connector can read it.

    It breaks where there is no promise of days or no status, and takes a whole refusal for its code.
    """
    if not body.lstrip().startswith(b"{"):
        return body
    with suppress(AttributeError, KeyError, TypeError, ValueError):  # what can't be read stays as it is
        told = json.loads(body)
        if "error" in told:
            return json.dumps({**told, "error": _itemised(told["error"])}).encode()
        if operation not in ("rate", "track") or status >= HTTPStatus.BAD_REQUEST:
            return body
        if operation == "track":
            return json.dumps({**told, **_journey(told)}).encode()
        for option in _options(told):
            option["commitment"] = option.get("commitment") or NO_COMMITMENT
        return json.dumps(told).encode()
    return body


def _itemised(error: Any) -> Any:
    """Return a refusal with a list of reasons: where it has none, it is its own."""
    if not isinstance(error, dict) or error.get("errors"):
        return error
    return {**error, "errors": [{name: error.get(name) for name in ("code", "message", "source")}]}


def _journey(told: Mapping[str, Any]) -> dict[str, Any]:
    unsaid = "-"  # the connector leaves empty texts out
    return {name: told.get(name) or unsaid for name in ("status", "statusCategory")}


def _options(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for pricing in told.get("pricingOptions") or ():
        for shipping in pricing.get("shippingOptions") or ():
            yield from shipping.get("rateOptions") or ()


def completed(operation: str, result: Any, bodies: Sequence[bytes]) -> Any:
    """Return the SDK's rates, each at its own price and with its day of delivery.

    Of two of one name the SDK tells the first one's price for both, and it drops the days.
    """
    if operation != "rate":
        return result
    with suppress(AttributeError, IndexError, KeyError, TypeError, ValueError):
        options = [option for option in _options(json.loads(bodies[0])) for _ in option["rates"]]
        if len(options) == len(result):
            return [_priced(rate, option) for rate, option in zip(result, options, strict=True)]
    return _unambiguous(result)


def _priced(rate: Mapping[str, Any], option: Mapping[str, Any]) -> dict[str, Any]:
    parts = [("Base Price", option.get("totalBasePrice"))]
    parts += [(extra.get("name"), extra.get("price")) for extra in option.get("extraServices") or ()]
    lines = [{"name": name, "amount": amount, "currency": "USD"} for name, amount in parts if amount]
    day = (option.get("commitment") or {}).get("scheduleDeliveryDate")
    return {**rate, "total_charge": option.get("totalPrice"), "extra_charges": lines, "estimated_delivery": day}


def _unambiguous(rates: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the rates whose price is certainly theirs: the first of each name."""
    found: dict[Any, Any] = {}
    for rate in rates:
        found.setdefault(rate.get("service"), rate)
    return list(found.values())
