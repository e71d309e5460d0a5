"""DHL Express's mending: what its connector cuts, misnames or mistakes, put right on both sides of it.

Sources: DHL Developer Portal, "DHL Express - MyDHL API", reference of /rates, /shipments and /tracking. What the
connector sends and reads was found by experiment.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.profiles.dhl_express_products import NAMES, SERVICES
from chalicelib.carriers.profiles.mending import Request, in_units
from chalicelib.domain.measures import GRAMS_PER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WHOLE = Decimal(1)
"""DHL takes sizes in whole centimetres or inches."""

POUNDS = frozenset({"LB", "OZ"})
WEIGHT_UNITS = {"metric": "KG", "imperial": "LB"}
LONGEST_REFERENCE = 35
BILLED = "BILLC"
"""The prices in the currency of the bill; beside them stand those of the country and of the tariff."""

TRACKING_PAGE = "https://www.dhl.com/global-en/home/tracking/tracking-express.html?submit=1&tracking-id="

TEMPLATES = {"4x6": "ECOM26_64_001", "A6": "ECOM26_A6_002", "A4": "ECOM26_84_A4_001"}
"""DHL's label templates. Its default, ECOM26_84_001 of 8 by 4 inches, has no size of the contract's."""

FARTHEST_WEST = timedelta(hours=12)
"""How long a day goes on somewhere after it ended in UTC."""


def prepared(operation: str, request: Request) -> Request:
    """Return the SDK's request with all parcels in one unit, and their sides in whole ones, rounded up.

    The connector takes ounces and grams for pounds or kilograms, the first parcel's unit for that of all, and cuts
    sides down to whole ones.
    """
    if operation not in ("rate", "ship"):
        return request
    is_imperial = request["parcels"][0]["weight_unit"] in POUNDS
    units = {request["shipper"]["country_code"]: ("LB", "IN")} if is_imperial else {}
    return in_units(request, units, WHOLE)


def amended(operation: str, worded: Any, asked: Mapping[str, Any]) -> Any:
    """Return what is sent to DHL instead of what the connector would send for the request `asked`.

    The connector tells wrong codes of products, a day that is over west of Greenwich, whole units of money in a
    currency of its own choice, customs within the European Union, no reference, and one label template alone; it wants
    a person where an address has a company alone.
    """
    if operation not in ("rate", "ship"):
        return worded
    planned = planned_at(asked.get("options") or {}, datetime.now(UTC))
    if operation == "rate":
        wanted = [SERVICES[name] for name in asked.get("services") or () if name in SERVICES]
        told = {"plannedShippingDateAndTime": planned, "isCustomsDeclarable": "customs" in asked}
        return {**worded, **told, **({"productCode": wanted[0]} if len(wanted) == 1 else {})}
    shipment = worded["shipment"]
    references = dict.fromkeys((asked["metadata"]["purchase_id"], asked["reference"]))
    return {
        **worded,
        "shipment": {
            **{name: told for name, told in shipment.items() if name != "localProductCode"},
            **_product(asked),
            "plannedShippingDateAndTime": planned,
            "content": _content(shipment["content"], asked),
            "customerDetails": {who: _named(party) for who, party in shipment["customerDetails"].items()},
            "customerReferences": [{"value": one[:LONGEST_REFERENCE], "typeCode": "CU"} for one in references],
            "outputImageProperties": _print(shipment["outputImageProperties"], asked["label_type"]),
        },
    }


def planned_at(options: Mapping[str, Any], now: datetime) -> str:
    """Return when a shipment is handed over, in DHL's words: at the time that was asked for, or now.

    A time of a day that is not over everywhere is no past, whatever the hour is: DHL refuses the past.
    """
    at, told = now, options.get("shipping_date")
    if told:
        at = datetime.fromisoformat(told).replace(tzinfo=UTC)
        if at.date() >= (now - FARTHEST_WEST).date():
            at = max(at, now)
    return f"{at:%Y-%m-%dT%H:%M:%S} GMT+00:00"


def _product(asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the product's code, and the country's own code for it where the rate told one."""
    code = SERVICES.get(asked["service"], asked["service"])
    quoted = asked.get("quoted") or {}
    local = quoted.get("local_product_code") if quoted.get("product_code") == code else None
    return {"productCode": code, **({"localProductCode": local} if local else {})}


def _content(content: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is sent, declared where customs are crossed and there alone."""
    customs = asked.get("customs")
    if customs is None:
        only_abroad = ("exportDeclaration", "declaredValue", "declaredValueCurrency")
        kept = {name: told for name, told in content.items() if name not in only_abroad}
        return {**kept, "isCustomsDeclarable": False, "incoterm": "DAP"}
    unit = WEIGHT_UNITS[content["unitOfMeasurement"]]
    return {
        **content,
        **_value(customs["commodities"], asked.get("options") or {}),
        "isCustomsDeclarable": True,
        "incoterm": customs.get("incoterm") or "DAP",
        "exportDeclaration": _declaration(content["exportDeclaration"], asked, unit),
    }


def _value(commodities: Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what all is worth, in the commodities' own currency; nothing where that is not told."""
    currency = next((one["value_currency"] for one in commodities if one.get("value_currency")), None)
    if currency is None:
        return {}
    if options.get("declared_value") and options.get("currency") == currency:
        return {"declaredValueCurrency": currency}
    worth = sum(Decimal(str(one.get("value_amount") or 0)) * one.get("quantity", 1) for one in commodities)
    return {"declaredValueCurrency": currency, **({"declaredValue": float(round(worth, 3))} if worth else {})}


def _declaration(declaration: Mapping[str, Any], asked: Mapping[str, Any], unit: str) -> dict[str, Any]:
    """Return the declaration with each line's value and weight as declared, to a thousandth: DHL takes no more.

    Where the customer has no number for the invoice, it is the order's: the connector gives all the same one.
    """
    customs = asked["customs"]
    lines = zip(declaration["lineItems"], customs["commodities"], strict=True)
    number = customs.get("invoice") or asked["order_id"]
    return {
        **declaration,
        "lineItems": [{**line, **_line(commodity, unit)} for line, commodity in lines],
        "invoice": {**declaration["invoice"], "number": number[:LONGEST_REFERENCE]},
    }


def _line(commodity: Mapping[str, Any], unit: str) -> dict[str, Any]:
    grams = Decimal(str(commodity["weight"])) * GRAMS_PER[commodity["weight_unit"]]
    weight = max(float(round(grams / GRAMS_PER[unit], 3)), 0.001)
    price = float(round(Decimal(str(commodity.get("value_amount") or 0)), 3))
    return {"price": price, "weight": {"netValue": weight, "grossValue": weight}}


def _named(party: Mapping[str, Any]) -> dict[str, Any]:
    contact = party["contactInformation"]
    return {**party, "contactInformation": {"fullName": contact.get("companyName"), **contact}}


def _print(properties: Mapping[str, Any], label_type: str) -> dict[str, Any]:
    """Return how the label is printed, by a label type such as `ZPL_4x6_200`: format, size, dots an inch."""
    form, size, *dots = label_type.split("_")
    images = [{**image, "templateName": TEMPLATES[size]} for image in properties["imageOptions"]]
    printer = {"printerDPI": int(dots[0])} if dots else {}
    return {**properties, **printer, "encodingFormat": form.lower(), "imageOptions": images}


def readable(operation: str, status: int, body: bytes) -> bytes:
    """Return an answer with the billed prices alone, in lines that may be its parts, and with the public tracking page.

    The connector adds up the same price in every currency that DHL tells it in, and takes the first total. Of several
    faults it tells that there are some.
    """
    if not body.lstrip().startswith(b"{"):
        return body
    with suppress(AttributeError, KeyError, TypeError, ValueError):  # what can't be read stays as it is
        told = json.loads(body)
        if status >= HTTPStatus.BAD_REQUEST:
            return json.dumps(_each_fault(told)).encode()
        if operation == "rate" and told.get("products"):
            return json.dumps({**told, "products": [_billed(product) for product in told["products"]]}).encode()
        if number := told.get("shipmentTrackingNumber"):
            charges = [_bill(charge) for charge in _in_bills_currency(told.get("shipmentCharges"))]
            return json.dumps({**told, "trackingUrl": f"{TRACKING_PAGE}{number}", "shipmentCharges": charges}).encode()
    return body


def _each_fault(told: dict[str, Any]) -> dict[str, Any]:
    """Return a refusal with all its faults for its sentence."""
    faults = told.get("additionalDetails")
    if not faults or not isinstance(faults, list):
        return told
    rest = {name: value for name, value in told.items() if name != "additionalDetails"}
    return {**rest, "detail": "; ".join(str(fault) for fault in faults)}


def _billed(product: Mapping[str, Any]) -> dict[str, Any]:
    totals = _in_bills_currency(product.get("totalPrice"))
    details = _in_bills_currency(product.get("detailedPriceBreakdown"))
    parts = (details[0].get("breakdown") or []) if details else []
    lines = [{"typeCode": one.get("name"), "price": one.get("price")} for one in _within(parts, totals)]
    currency = totals[0].get("priceCurrency") if totals else None
    shown = [{"currencyType": BILLED, "priceCurrency": currency, "priceBreakdown": lines}]
    return {**product, "totalPrice": totals, "totalPriceBreakdown": shown}


def _bill(charge: Mapping[str, Any]) -> dict[str, Any]:
    return {**charge, "serviceBreakdown": _within(charge.get("serviceBreakdown") or [], [charge])}


def _in_bills_currency(prices: Sequence[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    """Return the prices in the bill's currency; all of them where DHL marks none as such."""
    found = [one for one in prices or () if one.get("currencyType") == BILLED]
    return found or list(prices or ())


def _within(parts: Sequence[Mapping[str, Any]], totals: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the parts of a price; none where they are more than the whole."""
    total = Decimal(str(totals[0].get("price") or 0)) if totals else Decimal(0)
    whole = sum(Decimal(str(one.get("price") or 0)) for one in parts)
    return list(parts) if whole <= total else []


def completed(operation: str, result: Any, bodies: Sequence[bytes]) -> Any:
    """Return the SDK's result with our names of products, and the days of delivery that it leaves in its notes."""
    if operation == "rate":
        return [_rate(rate) for rate in result]
    if operation == "track":
        return [_journey(detail, bodies) for detail in result]
    return result


def _rate(rate: dict[str, Any]) -> dict[str, Any]:
    meta = rate.get("meta") or {}
    code = meta.get("product_code")
    service = NAMES.get(code, code) if code else rate.get("service")
    return {**rate, "service": service, "estimated_delivery": meta.get("estimated_delivery")}


def _journey(detail: dict[str, Any], bodies: Sequence[bytes]) -> dict[str, Any]:
    code = (detail.get("meta") or {}).get("product_code")
    page = {"carrier_tracking_link": f"{TRACKING_PAGE}{detail['tracking_number']}"}
    info = {**(detail.get("info") or {}), **page, **({"shipment_service": NAMES.get(code, code)} if code else {})}
    return {**detail, "info": info, "estimated_delivery": detail.get("estimated_delivery") or _expected(bodies)}


def _expected(bodies: Sequence[bytes]) -> str | None:
    with suppress(ValueError, KeyError, IndexError, TypeError, AttributeError):
        return str(json.loads(bodies[0])["shipments"][0]["estimatedDeliveryDate"])
    return None
