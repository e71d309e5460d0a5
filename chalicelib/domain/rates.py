"""Rates: what carriers ask for carrying a shipment."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from chalicelib.domain.addresses import Address
from chalicelib.domain.customs import Customs, Payment
from chalicelib.domain.messages import Message
from chalicelib.domain.objects import DrayObject, JsonObject, Price
from chalicelib.domain.options import Options
from chalicelib.domain.parcels import Parcel

if TYPE_CHECKING:
    from collections.abc import Sequence


class Charge(DrayObject):
    """One part of a rate's total."""

    name: str | None = None
    """What it is for."""
    amount: Price | None = None
    """How much, in `currency`."""
    currency: str | None = None
    """ISO 4217."""
    id: str | None = None
    """The carrier's own code for it."""


class Rate(DrayObject):
    """What one carrier asks for one service."""

    id: str
    """The rate's id, to buy by."""
    object_type: Literal["rate"] = "rate"
    """Always `rate`."""
    carrier_name: str
    """The carrier."""
    carrier_id: str
    """The connection through which it was asked."""
    currency: str
    """ISO 4217."""
    service: str
    """The carrier's service."""
    total_charge: Price
    """Everything, in `currency`."""
    transit_days: int | None = None
    """Business days until delivery."""
    extra_charges: tuple[Charge, ...] = ()
    """What the total is made of; the sandbox's add up to it exactly."""
    estimated_delivery: date | None = None
    """The day of delivery, in the recipient's calendar."""
    meta: JsonObject | None = None
    """What the carrier says beside the fields; `service_name` is for people."""
    test_mode: bool
    """Whether it comes from a sandbox."""


class RateRequest(DrayObject):
    """What carriers need to know to quote."""

    shipper: Address
    recipient: Address
    return_address: Address | None = None
    billing_address: Address | None = None
    parcels: tuple[Parcel, ...]
    options: Options = Options()
    customs: Customs | None = None
    payment: Payment = Payment()
    reference: str | None = None
    is_return: bool = False
    services: tuple[str, ...] | None = None
    carrier_ids: tuple[str, ...] | None = None


class RateResponse(DrayObject):
    """What carriers answered to one rate request: rates, cheapest first, and what they said beside them."""

    rates: tuple[Rate, ...] = ()
    """What carriers ask, cheapest first."""
    messages: tuple[Message, ...] = ()
    """What carriers, or Dray, say beside them."""


Quote = RateResponse
"""The contract's name for a quote is RateResponse."""


RateChoice = Literal["cheapest", "fastest"]


def in_order_of_price(rates: Sequence[Rate]) -> tuple[Rate, ...]:
    """Return the rates, cheapest first; currencies, which cannot be compared, one after the other."""
    return tuple(sorted(rates, key=lambda rate: (rate.currency, rate.total_charge, _days(rate))))


def chosen_by(choice: RateChoice, rates: Sequence[Rate]) -> Rate | None:
    """Return the cheapest or the fastest rate; the other decides between equals. None when there is none."""
    if choice == "cheapest":
        return min(rates, key=lambda rate: (rate.total_charge, _days(rate)), default=None)
    return min(rates, key=lambda rate: (_days(rate), rate.total_charge), default=None)


def _days(rate: Rate) -> int:
    """Return the days until delivery: 0 is today, and a rate that does not tell comes after all that do."""
    return _NEVER if rate.transit_days is None else rate.transit_days


_NEVER = 10_000
