"""Pieces: a shipment of several parcels as one request a parcel, with nothing in it asked for, or declared, twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.messages import told
from chalicelib.carriers.gateway.options import AMOUNTS
from chalicelib.carriers.gateway.prices import rounded
from chalicelib.carriers.gateway.requests import customs_of, origin_and_destination
from chalicelib.domain.countries import default_currency

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chalicelib.carriers.gateway.requests import Dialect
    from chalicelib.domain.customs import Customs
    from chalicelib.domain.messages import Message
    from chalicelib.domain.parcels import Commodity, Parcel
    from chalicelib.domain.ports import Connection, PurchaseRequest
    from chalicelib.domain.rates import Rate, RateRequest

SHARED = tuple(sorted(AMOUNTS - {"cash_on_delivery"}))
"""Options that are amounts of the whole shipment, of which each parcel gets its part."""

COLLECTS = "cash_on_delivery"


def pieces_of(request: RateRequest) -> tuple[RateRequest, ...]:
    """Return one request a parcel, in order: amounts are divided, and each parcel declares its own items."""
    parts = {name: divided_amount(request, name) for name in SHARED}
    declared = _declarations(request)
    made = []
    for index, parcel in enumerate(request.parcels):
        changes = {name: part[index] for name, part in parts.items() if part is not None}
        options = request.options.model_copy(update=changes) if changes else request.options
        made.append(
            request.model_copy(update={"parcels": (parcel,), "options": options, "customs": declared[index]}),
        )
    return tuple(made)


def orders_of(order: PurchaseRequest, rates: Sequence[Rate]) -> tuple[PurchaseRequest, ...]:
    """Return one order a parcel, in order, each under an id of its own that follows from the purchase id.

    At the carrier all have the same reference: the customer's, or the purchase id.
    """
    reference = order.shipment.reference or order.purchase_id
    requests = pieces_of(order.shipment.model_copy(update={"reference": reference}))
    return tuple(
        replace(
            order,
            purchase_id=piece_id(order.purchase_id, index),
            order_id=order.order_id or order.purchase_id,
            shipment=request,
            rate=rate,
        )
        for index, (request, rate) in enumerate(zip(requests, rates, strict=True))
    )


def piece_id(identifier: str, index: int) -> str:
    """Return the id of one parcel's own purchase or void, the first being number 1: the same whenever it is asked."""
    return f"{identifier}-{index + 1}"


def field_of(index: int) -> str:
    """Return the path of a parcel in a request, as answers name it."""
    return f"parcels.{index}"


def inseparable(connection: Connection, dialect: Dialect, request: RateRequest) -> list[Message]:
    """Return what of several parcels cannot be told apart by parcel, and what to do about it."""
    return [*_cash(connection, dialect, request), *_amounts(connection, dialect, request), *_items(connection, request)]


def divided(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Return the parts of an amount by weight, equal ones where no weight is above zero; they add up to it exactly."""
    if not any(weights):
        weights = [Decimal(1)] * len(weights)
    parts, given, so_far = [], Decimal(0), Decimal(0)
    for weight in weights[:-1]:
        so_far += weight
        until = min(rounded(total * so_far / sum(weights), currency), total)
        parts.append(until - given)
        given = until
    return [*parts, total - given]


def divided_amount(request: RateRequest, name: str) -> list[Decimal | None] | None:
    """Return each parcel's part of an option of the shipment, None where the shipment has not got it.

    A parcel that tells its own amount keeps it, and gets none of the shipment's; the others share the rest equally.
    """
    total = getattr(request.options, name)
    if not total:
        return None
    own = _own(request, name)
    without = [index for index, amount in enumerate(own) if amount is None]
    rest = total - sum((amount for amount in own if amount is not None), Decimal(0))
    parts: list[Decimal | None] = [None] * len(own)
    if without and rest > 0:
        for index, part in zip(without, divided(rest, [Decimal(1)] * len(without), _currency(request)), strict=True):
            parts[index] = part
    return parts


def _own(request: RateRequest, name: str) -> list[Decimal | None]:
    return [getattr(parcel.options, name) for parcel in request.parcels]


def _currency(request: RateRequest) -> str:
    return request.options.currency or default_currency(origin_and_destination(request)[0].country_code)


def _declarations(request: RateRequest) -> list[Customs | None]:
    """Return each parcel's own declaration; one of documents alone needs none."""
    whole = customs_of(request)
    if whole is None:
        return [request.customs] * len(request.parcels)
    values = [_value(parcel.items) for parcel in request.parcels if not parcel.is_document]
    duties = iter(_duties(whole, values, _currency(request)))
    return [None if parcel.is_document else _declaration(whole, parcel, next(duties)) for parcel in request.parcels]


def _duties(whole: Customs, values: Sequence[Decimal], currency: str) -> list[Decimal | None]:
    """Return each declared parcel's part of the value to pay duty on, by the value of what is in it."""
    if whole.duty is None or whole.duty.declared_value is None:
        return [None] * len(values)
    return [*divided(whole.duty.declared_value, values, whole.duty.currency or currency)]


def _declaration(whole: Customs, parcel: Parcel, duty_value: Decimal | None) -> Customs:
    duty = whole.duty
    if duty is not None and duty_value is not None:
        duty = duty.model_copy(update={"declared_value": duty_value})
    return whole.model_copy(update={"commodities": parcel.items, "duty": duty})


def _value(commodities: Iterable[Commodity]) -> Decimal:
    return sum((one.quantity * (one.value_amount or Decimal(0)) for one in commodities), Decimal(0))


def _cash(connection: Connection, dialect: Dialect, request: RateRequest) -> Iterator[Message]:
    if any(COLLECTS in options.asked() for options in (request.options, *(one.options for one in request.parcels))):
        name = dialect.profile.display_name
        sentence = f"{name} sells each parcel by itself, and collects no cash for several: make a shipment of each"
        yield told(connection, "option_not_supported", sentence, {"option": COLLECTS})


def _amounts(connection: Connection, dialect: Dialect, request: RateRequest) -> Iterator[Message]:
    name = dialect.profile.display_name
    for option in SHARED:
        if fault := _amount_fault(request, option):
            yield told(connection, "invalid_option", f"{name} sells each parcel by itself: {fault}", {"option": option})
    for option in sorted(request.options.asked() & request.options.carrier_options().keys()):
        if dialect.entry.options.get(option) == "number":
            sentence = f"{name} sells each parcel by itself: say in each parcel's options what part of {option} is its"
            yield told(connection, "invalid_option", sentence, {"option": option})


def _amount_fault(request: RateRequest, option: str) -> str:
    """Return why an amount of the shipment cannot be divided; an empty text where it can, or there is none."""
    total, own = getattr(request.options, option), _own(request, option)
    given = [amount for amount in own if amount is not None]
    if not total or not given:
        return ""
    currency = _currency(request)
    others = {parcel.options.currency for parcel in request.parcels if getattr(parcel.options, option) is not None}
    if others - {None, currency}:
        return f"tell {option} of the parcels in the shipment's currency, {currency}"
    said = sum(given, Decimal(0))
    if said > total or (said != total and len(given) == len(own)):
        return f"{option} of the parcels adds up to {said}, and not to the shipment's {total}"
    return ""


def _items(connection: Connection, request: RateRequest) -> Iterator[Message]:
    """Yield what keeps the declaration from being told apart by parcel, so that nothing is declared twice."""
    whole = customs_of(request)
    if whole is None or not whole.commodities:
        return
    declared = {index: parcel for index, parcel in enumerate(request.parcels) if not parcel.is_document}
    empty = [index for index, parcel in declared.items() if not parcel.items]
    if empty:
        details = {f"{field_of(index)}.items": "This field is required" for index in empty}
        sentence = "Each parcel is declared to customs by itself: put into the items of each parcel what is in it"
        yield told(connection, "customs_items_required", sentence, details)
        return
    packed = _sum(item for parcel in declared.values() for item in parcel.items)
    listed = _sum(whole.commodities)
    if packed != listed:
        sentence = "The parcels' items are not what customs.commodities declares: tell the same pieces and values"
        details = {"parcels": _text(packed), "customs.commodities": _text(listed)}
        yield told(connection, "customs_items_differ", sentence, details)


def _sum(commodities: Iterable[Commodity]) -> Counter[Any]:
    """Return how many pieces there are, and their value by currency."""
    found: Counter[Any] = Counter()
    for one in commodities:
        found["pieces"] += one.quantity
        if one.value_amount:
            found[one.value_currency or "value"] += one.quantity * one.value_amount  # type: ignore[assignment]
    return found


def _text(found: Counter[Any]) -> str:
    return ", ".join(f"{amount} {name}" for name, amount in found.items())
