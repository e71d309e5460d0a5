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

PRICE_TYPE = "COMMERCIAL"
"""What a label costs that an account pays for; `RETAIL` is the price over the counter."""

PARTIES: Mapping[str, str] = {
    "toAddress": "recipient",
    "fromAddress": "shipper",
    "senderAddress": "shipper",
    "returnAddress": "return_address",
}
"""Whose name stands in which of a label's addresses."""

TUBE = "tube"
TRACKING_PAGE = "https://tools.usps.com/go/TrackConfirmAction?tLabels="

NO_COMMITMENT = {"name": "-"}
"""Stands for no promise of days: the connector breaks where there is none, and leaves empty objects out."""


def amended(operation: str, worded: Any, asked: Mapping[str, Any]) -> Any:
    """Return what is sent to USPS instead of what the connector would send for the request `asked`.

    It would ask for prices over the counter, and make of every label a dimensional rectangular one that no machine can
    sort, whatever was quoted, posted where a return goes to.
    """
    if operation == "rate":
        return [_search(*one, asked) for one in zip(worded, asked["parcels"], strict=True)]
    if operation == "ship":
        return [_label(*one, asked) for one in zip(worded, asked["parcels"], strict=True)]
    return worded


def _search(one: Mapping[str, Any], parcel: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a search for prices of the kind that the account pays for a label, unless another is asked for."""
    wanted = (asked.get("options") or {}).get("usps_price_type") or PRICE_TYPE
    pricing = [{**option, "priceType": wanted} for option in one["pricingOptions"]]
    return {**one, "pricingOptions": pricing, "packageDescription": _measured(one["packageDescription"], parcel)}


def _label(one: Mapping[str, Any], parcel: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    parties = {address: _named(one[address], asked[party]) for address, party in PARTIES.items() if one.get(address)}
    package = _package(_measured(one["packageDescription"], parcel), asked)
    return {**one, **parties, "packageDescription": {**package, "inductionZIPCode": one["fromAddress"]["ZIPCode"]}}


def _measured(package: Mapping[str, Any], parcel: Mapping[str, Any]) -> dict[str, Any]:
    """Return a package with its girth in inches where USPS wants it: of tubes. The connector tells centimetres."""
    found = {name: told for name, told in package.items() if name != "girth"}
    if parcel.get("packaging_type") == TUBE:
        shorter = sorted(package.get(side) or 0 for side in ("length", "width", "height"))[:2]
        found["girth"] = round(2 * sum(shorter), 2)
    return found


def _named(address: Mapping[str, Any], party: Mapping[str, Any]) -> dict[str, Any]:
    """Return an address whose name of one word is told once: the connector takes it for first and last name.

    USPS wants both names where there is no firm, so it stands for the firm there.
    """
    name = (party.get("person_name") or "").split()
    if len(name) != 1:
        return dict(address)
    nameless = {field: told for field, told in address.items() if field not in ("firstName", "lastName")}
    return {**nameless, **({"firstName": name[0]} if address.get("firm") else {"firm": name[0]})}


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
    """Return a refusal with a list of reasons, each with what it is about as text; with none, it is its own."""
    if not isinstance(error, dict):
        return error
    reasons = error.get("errors") or [{name: error.get(name) for name in ("code", "message", "source")}]
    return {**error, "errors": [{**reason, "source": _source(reason.get("source"))} for reason in reasons]}


def _source(source: Any) -> Any:
    """Return the field that a reason is about: USPS tells it in an object."""
    if not isinstance(source, dict):
        return source
    return source.get("parameter") or ", ".join(str(told) for told in source.values())


def _journey(told: Mapping[str, Any]) -> dict[str, Any]:
    unsaid = "-"  # the connector leaves empty texts out
    return {name: told.get(name) or unsaid for name in ("status", "statusCategory")}


def _options(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for pricing in told.get("pricingOptions") or ():
        for shipping in pricing.get("shippingOptions") or ():
            yield from shipping.get("rateOptions") or ()


def completed(operation: str, result: Any, bodies: Sequence[bytes]) -> Any:
    """Return the SDK's rates, each at its own price and with its day of delivery, and labels with their page.

    Of two of one name the SDK tells the first one's price for both, and it drops the days.
    """
    if operation == "ship":
        page = f"{TRACKING_PAGE}{result['tracking_number']}"
        return {**result, "meta": {**(result.get("meta") or {}), "carrier_tracking_link": page}}
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
