"""Requests: what is asked of a carrier, typed, as the plain objects that the SDK reads."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.options import plain, sdk_options
from chalicelib.domain.customs import needs_customs
from chalicelib.domain.measures import GRAMS_PER, Weight
from chalicelib.domain.parcels import weight_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.carriers.catalogue import CatalogueEntry
    from chalicelib.carriers.profiles.profile import LabelFormat, Profile
    from chalicelib.domain.addresses import Address, AddressFields
    from chalicelib.domain.customs import Customs, Payment
    from chalicelib.domain.parcels import Commodity, Parcel
    from chalicelib.domain.ports import PurchaseRequest, VoidRequest
    from chalicelib.domain.rates import RateRequest

METRIC_STEP, IMPERIAL_STEP = Weight.of(Decimal("0.01"), "KG"), Weight.of(Decimal("0.01"), "LB")
"""The SDK rounds weights to a hundredth, also down: so they are rounded up to one before."""

ADDRESS_FIELDS = (
    "postal_code",
    "city",
    "federal_tax_id",
    "state_tax_id",
    "person_name",
    "company_name",
    "country_code",
    "email",
    "phone_number",
    "state_code",
    "residential",
    "address_line1",
    "address_line2",
)
COMMODITY_FIELDS = (
    "weight",
    "weight_unit",
    "quantity",
    "sku",
    "hs_code",
    "value_amount",
    "value_currency",
    "origin_country",
    "product_url",
    "image_url",
    "product_id",
    "variant_id",
    "metadata",
)
PARCEL_FIELDS = (
    "length",
    "width",
    "height",
    "packaging_type",
    "package_preset",
    "description",
    "content",
    "is_document",
    "reference_number",
    "freight_class",
)
CUSTOMS_FIELDS = (
    "content_type",
    "content_description",
    "incoterm",
    "invoice",
    "invoice_date",
    "commercial_invoice",
    "certify",
    "signer",
)


@dataclass(frozen=True)
class Dialect:
    """What a request is translated by: a carrier's profile, and what the SDK knows of the carrier."""

    profile: Profile
    entry: CatalogueEntry


def origin_and_destination(request: RateRequest) -> tuple[Address, Address]:
    """Return who hands over and who gets the parcel: a return travels from `recipient` to `shipper`."""
    return (request.recipient, request.shipper) if request.is_return else (request.shipper, request.recipient)


def customs_of(request: RateRequest) -> Customs | None:
    """Return the declaration where customs are crossed: elsewhere connectors would take its mere presence for it."""
    origin, destination = origin_and_destination(request)
    return request.customs if needs_customs(origin, destination, request.parcels) else None


def rate_request(request: RateRequest, dialect: Dialect) -> dict[str, Any]:
    """Return the SDK's RateRequest.

    Of several services none is named: many connectors would ask for the first alone.
    """
    services = [name for name in request.services or () if name in dialect.entry.services]
    return {
        **_shipment(request, dialect),
        "services": services if len(services) == 1 else [],
        "reference": request.reference or "",
    }


def shipment_request(order: PurchaseRequest, dialect: Dialect, label: LabelFormat) -> dict[str, Any]:
    """Return the SDK's ShipmentRequest; the purchase id goes wherever the carrier has a place for it."""
    request = _shipment(order.shipment, dialect)
    if dialect.profile.purchase_id_option is not None:
        request["options"][dialect.profile.purchase_id_option] = order.purchase_id
    return {
        **request,
        "service": order.rate.service,
        "label_type": label.sdk_label_type,
        "reference": order.shipment.reference or order.purchase_id,
        "order_id": order.order_id or order.purchase_id,
        "metadata": {"purchase_id": order.purchase_id},
        "quoted": dict(order.rate.meta or {}),  # for the profile: the SDK does not know it
    }


def cancel_request(request: VoidRequest, sources: Mapping[str, str]) -> dict[str, Any]:
    """Return the SDK's ShipmentCancelRequest; its options come from `sources`, as a profile names them."""
    options = {option: void_option(request, source) for option, source in sources.items()}
    return {
        "shipment_identifier": request.shipment_identifier,
        "service": request.service,
        "options": {option: plain(value) for option, value in options.items() if value is not None},
    }


def void_option(request: VoidRequest, source: str) -> Any:
    """Return what a source of an option tells of the label; None where it is not known."""
    where, _, name = source.partition(".")
    if where == "meta":
        return (request.meta or {}).get(name)
    return getattr(getattr(request.shipment, where, None), name, None)


def tracking_request(tracking_number: str) -> dict[str, Any]:
    """Return the SDK's TrackingRequest: one number a call, as one that fails would take the others with it."""
    return {"tracking_numbers": [tracking_number], "options": {}}


def declared_weight(parcel: Parcel, step: Weight | None) -> tuple[Decimal, str]:
    """Return a parcel's weight and its unit, rounded up to whole steps and never down.

    The unit is the parcel's own, unless only another one tells the rounded weight exactly.
    """
    usual = METRIC_STEP if parcel.weight_unit in ("KG", "G") else IMPERIAL_STEP
    grams = weight_of(parcel).rounded_up_to(step or usual).grams
    for unit in (parcel.weight_unit, "KG", "LB"):
        value = grams / GRAMS_PER[unit]
        if value == value.quantize(Decimal("0.001")):
            return value.quantize(Decimal("0.001")), unit
    value = grams / GRAMS_PER[parcel.weight_unit]
    return value.quantize(Decimal("0.001"), ROUND_CEILING), parcel.weight_unit


def _shipment(request: RateRequest, dialect: Dialect) -> dict[str, Any]:
    """Return what rates and labels are asked for by alike; all objects in it are fresh."""
    origin, destination = origin_and_destination(request)
    customs = customs_of(request)
    back = request.return_address or (request.shipper if request.is_return else None)
    found: dict[str, Any] = {
        "shipper": _address(origin),
        "recipient": _address(destination),
        "parcels": [_parcel(parcel, dialect, origin.country_code) for parcel in request.parcels],
        "payment": _payment(request.payment),
        "options": sdk_options(request.options, dialect.profile, dialect.entry, origin.country_code),
        "is_return": request.is_return,
        "customs": None if customs is None else _customs(customs),
        "return_address": None if back is None else _address(back),
        "billing_address": None if request.billing_address is None else _address(request.billing_address),
    }
    return {name: value for name, value in found.items() if value is not None}


def _picked(source: object, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields that are told, as JSON has them."""
    told = {name: getattr(source, name) for name in names}
    return {name: plain(value) for name, value in told.items() if value is not None}


def first_line(address: AddressFields) -> str:
    """Return an address's first line; a street number of its own joins it, for it is all that some connectors read."""
    number, line = address.street_number, address.address_line1 or ""
    return line if not number or number in line.split() else f"{number} {line}".strip()


def _address(address: AddressFields) -> dict[str, Any]:
    found = _picked(address, ADDRESS_FIELDS)
    number = address.street_number
    if line := first_line(address):
        found["address_line1"] = line
    if number and " " not in number:
        found["street_number"] = number
    return {"residential": False, **found}


def _parcel(parcel: Parcel, dialect: Dialect, country_code: str) -> dict[str, Any]:
    weight, unit = declared_weight(parcel, dialect.profile.weight_step)
    found = _picked(parcel, PARCEL_FIELDS)
    if parcel.dimension_unit is not None:
        found["dimension_unit"] = parcel.dimension_unit
    return {
        **found,
        "id": parcel.id,
        "weight": float(weight),
        "weight_unit": unit,
        "items": [_commodity(item) for item in parcel.items],
        "options": sdk_options(parcel.options, dialect.profile, dialect.entry, country_code),
    }


def _commodity(commodity: Commodity) -> dict[str, Any]:
    """Return a commodity; a title stands for a missing description, and the other way about."""
    texts = {
        "title": commodity.title or commodity.description,
        "description": commodity.description or commodity.title,
    }
    return {
        "id": commodity.id,
        **_picked(commodity, COMMODITY_FIELDS),
        **{name: text for name, text in texts.items() if text},
    }


def _payment(payment: Payment) -> dict[str, Any]:
    """Return who pays: the sender, unless told otherwise; a connector breaks where nobody does."""
    return _picked(payment, ("paid_by", "currency", "account_number"))


def _customs(customs: Customs) -> dict[str, Any]:
    found = _picked(customs, CUSTOMS_FIELDS)
    if customs.duty is not None:
        found["duty"] = _picked(customs.duty, ("paid_by", "currency", "declared_value", "account_number"))
    if customs.duty_billing_address is not None:
        found["duty_billing_address"] = _address(customs.duty_billing_address)
    return {
        **found,
        "commodities": [_commodity(commodity) for commodity in customs.commodities],
        "options": {name: value for name, value in customs.options if value is not None},
    }
