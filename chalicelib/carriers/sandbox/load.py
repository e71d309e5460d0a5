"""A rate request as the sandbox looks at it: what its price and its refusals need, worked out once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.business_days import SATURDAY, after_business_days, pick_up_day, weekend
from chalicelib.carriers.sandbox.exchange import converted
from chalicelib.carriers.sandbox.presets import sides_of
from chalicelib.carriers.sandbox.zones import Lane, lane
from chalicelib.domain.countries import default_currency
from chalicelib.domain.customs import needs_customs
from chalicelib.domain.measures import Weight
from chalicelib.domain.money import Money, total
from chalicelib.domain.options import DangerousGood
from chalicelib.domain.parcels import weight_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from chalicelib.carriers.sandbox.services import Service
    from chalicelib.domain.addresses import Address
    from chalicelib.domain.options import Options
    from chalicelib.domain.parcels import Parcel
    from chalicelib.domain.rates import RateRequest

HALF_KILOGRAM = Weight(Decimal(500))
CUBIC_CENTIMETRES_PER_GRAM = Decimal(5)
"""5000 cm³ count as a kilogram."""


@dataclass(frozen=True)
class Load:
    """What is carried, from where, to where, with what extras."""

    request: RateRequest
    origin: Address
    destination: Address
    lane: Lane
    currency: str
    """The origin's, in which the sandbox bills."""
    billed: tuple[Weight, ...]
    """Each parcel's billed weight."""
    needs_customs: bool
    asked: Mapping[str, int]
    """For how many parcels each option was asked; where an option has kinds, as `option:kind`."""
    ship_on: date

    @property
    def billed_weight(self) -> Weight:
        """All parcels' billed weight."""
        return Weight(sum((weight.grams for weight in self.billed), Decimal(0)))

    def amount(self, option: str) -> Money:
        """Return what an option's amounts, the shipment's and the parcels', add up to; in `currency`, not rounded."""
        amounts = [_amount(options, option, self.currency) for options in _all_options(self.request)]
        return total(converted(amount, self.currency) for amount in amounts)

    def transit_days(self, service: Service) -> int:
        """Return the business days that a service takes on this lane."""
        return service.transit_days[self.lane.zone - 1]

    def delivery_on(self, service: Service) -> date:
        """Return the day of delivery, in the recipient's calendar."""
        return after_business_days(self.ship_on, self.transit_days(service), self.delivery_weekend)

    @property
    def delivery_weekend(self) -> frozenset[int]:
        """The days on which nothing is delivered."""
        days = weekend(self.destination.country_code)
        return days - {SATURDAY} if "saturday_delivery" in self.asked else days


def load(request: RateRequest, now: datetime) -> Load:
    """Return the load that a request describes; both countries must be known."""
    origin, destination = origin_and_destination(request)
    return Load(
        request=request,
        origin=origin,
        destination=destination,
        lane=lane(origin, destination),
        currency=default_currency(origin.country_code),
        billed=tuple(billed_weight(parcel) for parcel in request.parcels),
        needs_customs=needs_customs(origin, destination, request.parcels),
        asked=_times_asked(request),
        ship_on=pick_up_day(wanted_day(request.options), now, weekend(origin.country_code)),
    )


def origin_and_destination(request: RateRequest) -> tuple[Address, Address]:
    """Return who hands over and who gets the parcel: a return travels from `recipient` to `shipper`."""
    return (request.recipient, request.shipper) if request.is_return else (request.shipper, request.recipient)


def billed_weight(parcel: Parcel) -> Weight:
    """Return the greater of actual and volumetric weight, each started half kilogram counted as a whole one."""
    sides = sides_of(parcel)
    if sides is None:
        return weight_of(parcel).rounded_up_to(HALF_KILOGRAM)
    volume = sides[0].centimetres * sides[1].centimetres * sides[2].centimetres
    return max(weight_of(parcel), Weight(volume / CUBIC_CENTIMETRES_PER_GRAM)).rounded_up_to(HALF_KILOGRAM)


def wanted_day(options: Options) -> date | None:
    """Return the day on which the customer wants to hand over, if any."""
    if options.shipment_date is not None:
        return options.shipment_date
    return None if options.shipping_date is None else options.shipping_date.date()


def _times_asked(request: RateRequest) -> Mapping[str, int]:
    """Count the options by parcel; what a parcel asks for itself goes before what the shipment does."""
    asked: Counter[str] = Counter()
    of_all = _asked_kinds(request.options)
    for parcel in request.parcels:
        asked.update((of_all | _asked_kinds(parcel.options)).values())
    return asked


def _asked_kinds(options: Options) -> dict[str, str]:
    """Return the options that are asked for, by name, each with its kind where it has some."""
    return {name: f"{name}:{kind}" if (kind := _kind(options, name)) else name for name in options.asked()}


def _kind(options: Options, name: str) -> str | None:
    """Return which kind of an option is asked for; None of one that has none, and for the plain one."""
    if name == "signature_confirmation":
        kind = options.signature()
        return None if kind == "signature" else kind
    if name == "dangerous_good":
        goods = options.dangerous_good
        return goods.lithium or goods.hazard_class if isinstance(goods, DangerousGood) else None
    return str(getattr(options, name)) if name in ("label_size", "label_dpi") else None


def _all_options(request: RateRequest) -> tuple[Options, ...]:
    return (request.options, *(parcel.options for parcel in request.parcels))


def _amount(options: Options, option: str, currency: str) -> Money:
    return Money(getattr(options, option) or Decimal(0), options.currency or currency)
