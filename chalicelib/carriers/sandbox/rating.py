"""The sandbox's price list applied to a request: pure, and the same answer for the same day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.charges import charges, total_of
from chalicelib.carriers.sandbox.load import Load, load
from chalicelib.carriers.sandbox.refusals import (
    on_lane,
    option_refusals,
    refusals,
    service_refusals,
    spoken_by,
    unserved,
)
from chalicelib.domain.ids import new_id
from chalicelib.domain.rates import Quote, Rate, in_order_of_price

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.carriers.sandbox.services import Service
    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Connection
    from chalicelib.domain.rates import Charge, RateRequest

GRAMS_PER_KILOGRAM = 1000


@dataclass(frozen=True)
class Offer:
    """What the sandbox would do for a request: for a load these services, and what it says about others."""

    load: Load | None
    """None where it does not even go."""
    services: tuple[Service, ...]
    messages: tuple[Message, ...]


def offer(request: RateRequest, now: datetime, wanted: Sequence[str] | None) -> Offer:
    """Return which of the wanted services, all where none is named, the sandbox offers."""
    if not_there := unserved(request):
        return Offer(None, (), tuple(not_there))
    found = load(request, now)
    candidates = [service for service in on_lane(found) if not wanted or service.code in wanted]
    unable = [*service_refusals(found, wanted or ()), *option_refusals(found, candidates)]
    if no := refusals(found, now):
        return Offer(found, (), (*no, *unable))
    able = tuple(service for service in candidates if all(service.honours(option) for option in found.asked))
    return Offer(found, able, tuple(unable))


def quote(connection: Connection, request: RateRequest, now: datetime, random_bytes: Callable[[int], bytes]) -> Quote:
    """Return the rates, cheapest first; what it refuses is a message, an error where nothing is offered."""
    found = offer(request, now, request.services)
    rates = [
        rate(connection, found.load, service, new_id("rate", now, random_bytes))
        for service in found.services
        if found.load is not None
    ]
    level = "warning" if rates else "error"
    return Quote(rates=in_order_of_price(rates), messages=spoken_by(connection, found.messages, level))


def rate(connection: Connection, found: Load, service: Service, rate_id: str) -> Rate:
    """Return one service's rate for a load."""
    lines = charges(found, service)
    return Rate(
        id=rate_id,
        carrier_name=connection.carrier_name,
        carrier_id=connection.carrier_id,
        currency=found.currency,
        service=service.code,
        total_charge=total_of(lines).amount,
        transit_days=found.transit_days(service),
        extra_charges=lines,
        estimated_delivery=found.delivery_on(service),
        meta={
            "service_name": service.name,
            "billed_weight_kg": float(found.billed_weight.grams / GRAMS_PER_KILOGRAM),
            "zone": found.lane.name,
        },
        test_mode=True,
    )


def repriced(sold: Rate, lines: Sequence[Charge]) -> Rate:
    """Return the rate with other lines, and the total that they make."""
    return sold.model_copy(update={"extra_charges": tuple(lines), "total_charge": total_of(lines).amount})
