"""Sums: what several parcels cost together that are sold one by one, and their sales as one."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.joined_labels import joined
from chalicelib.carriers.gateway.messages import told
from chalicelib.carriers.gateway.pieces import divided, field_of
from chalicelib.carriers.gateway.prices import completed
from chalicelib.domain.ports import Sale
from chalicelib.domain.rates import Charge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chalicelib.domain.messages import Message
    from chalicelib.domain.objects import JsonObject
    from chalicelib.domain.ports import Connection, PurchaseRequest
    from chalicelib.domain.rates import Quote, Rate

CHARGES = "parcel_charges"
"""Where a summed rate's `meta` has what each parcel costs, in order."""

IDENTIFIERS, APART = "shipment_identifiers", "parcel_meta"
"""Where a sale's `meta` has what the carrier wants to hear of each parcel, and what it said of each alone."""

BETWEEN = ","
"""Joins the parcels' identifiers: none of the carriers that sell parcels apart has one in an identifier."""


def summed_rates(quotes: Sequence[Quote]) -> list[Rate]:
    """Return the services that every parcel gets in one currency, each at the price of all parcels."""
    offers: list[dict[tuple[str, str], Rate]] = []
    for quote in quotes:
        offers.append({})
        for rate in quote.rates:  # the cheapest first
            offers[-1].setdefault((rate.service, rate.currency), rate)
    return [_summed([offer[key] for offer in offers]) for key in offers[0] if all(key in offer for offer in offers)]


def _summed(rates: Sequence[Rate]) -> Rate:
    days = [rate.transit_days for rate in rates if rate.transit_days is not None]
    dates = [rate.estimated_delivery for rate in rates if rate.estimated_delivery is not None]
    meta = common([rate.meta or {} for rate in rates]) | {CHARGES: [str(rate.total_charge) for rate in rates]}
    return _priced(rates[0], rates).model_copy(
        update={
            "transit_days": max(days) if len(days) == len(rates) else None,
            "estimated_delivery": max(dates) if len(dates) == len(rates) else None,
            "meta": meta,
        }
    )


def rates_apart(rate: Rate, count: int) -> list[Rate]:
    """Return the rate of each parcel: at its own price where the summed rate knows it, else at an equal part."""
    prices = _prices(rate.meta or {}, rate.total_charge)
    if len(prices) != count:
        prices = divided(rate.total_charge, [Decimal(1)] * count, rate.currency)
    return [rate.model_copy(update={"total_charge": price, "extra_charges": ()}) for price in prices]


def _prices(meta: Mapping[str, Any], total: Decimal) -> list[Decimal]:
    try:
        prices = [Decimal(str(price)) for price in meta.get(CHARGES) or ()]
    except InvalidOperation:
        return []
    return prices if sum(prices) == total else []


def sale_of(connection: Connection, order: PurchaseRequest, sales: Sequence[Sale]) -> Sale:
    """Return the parcels' sales as one, at the summed price: a label of all pages, and each parcel's own."""
    identifiers = [sale.shipment_identifier for sale in sales]
    metas = [sale.meta or {} for sale in sales]
    meta = common(metas)
    apart = [{name: value for name, value in own.items() if name not in meta} for own in metas]
    labels = [sale.documents[0] for sale in sales]
    together = joined(labels)
    papers = [paper for sale in sales for paper in sale.documents[1:]]
    return Sale(
        purchase_id=order.purchase_id,
        sold_at=sales[-1].sold_at,
        tracking_numbers=tuple(sale.tracking_numbers[0] for sale in sales),
        shipment_identifier=BETWEEN.join(identifiers),
        rate=_sold(order.rate, [sale.rate for sale in sales]),
        documents=(*(labels if together is None else [together]), *papers),
        parcel_labels=tuple(labels),
        tracking_url=sales[0].tracking_url,
        messages=(
            *told_once([sale.messages for sale in sales]),
            *([_not_joined(connection)] if together is None else []),
        ),
        meta={**meta, IDENTIFIERS: identifiers} | ({APART: apart} if any(apart) else {}),
    )


def _sold(chosen: Rate, rates: Sequence[Rate]) -> Rate:
    """Return the chosen rate at the price that was taken; as it was where the prices cannot be added up."""
    if len({rate.currency for rate in rates}) > 1:
        return chosen
    sold = _priced(chosen, rates)
    return chosen if not sold.extra_charges and sold.total_charge == chosen.total_charge else sold


def _priced(like: Rate, rates: Sequence[Rate]) -> Rate:
    """Return a rate with the prices of several, its charges added up by name."""
    currency, total = rates[0].currency, sum((rate.total_charge for rate in rates), Decimal(0))
    charges: dict[tuple[object, ...], Decimal] = {}
    for line in (line for rate in rates for line in rate.extra_charges):
        key = (line.name, line.id, line.currency)
        charges[key] = charges.get(key, Decimal(0)) + (line.amount or Decimal(0))
    lines = [
        Charge.model_validate({"name": name, "id": code, "currency": own, "amount": amount})
        for (name, code, own), amount in charges.items()
    ]
    extra = completed(lines, total, currency)
    return like.model_copy(update={"currency": currency, "total_charge": total, "extra_charges": extra})


def common(metas: Sequence[Mapping[str, Any]]) -> JsonObject:
    """Return what was said of all parcels alike."""
    return {
        name: value
        for name, value in metas[0].items()
        if all(name in other and other[name] == value for other in metas[1:])
    }


def told_once(said: Sequence[Iterable[Message]]) -> tuple[Message, ...]:
    """Return what was said of the parcels, each sentence once; what is not about all of them names its parcels."""
    about: dict[str, tuple[Message, list[int]]] = {}
    for index, messages in enumerate(said):
        for message in messages:
            indexes = about.setdefault(message.model_dump_json(), (message, []))[1]
            if index not in indexes:
                indexes.append(index)
    return tuple(
        message if len(indexes) == len(said) else naming(message, indexes) for message, indexes in about.values()
    )


def naming(message: Message, indexes: Iterable[int]) -> Message:
    """Return a message that names the parcels which it is about."""
    parcels = ", ".join(field_of(index) for index in indexes)
    return message.model_copy(update={"details": {**message.details, "parcel": parcels}})


def _not_joined(connection: Connection) -> Message:
    sentence = f"The labels of the carrier {connection.carrier_id} could not be put into one document: print each"
    return told(connection, "labels_not_joined", sentence).model_copy(update={"level": "warning"})
