"""What the sandbox refuses or finds wanting, in the words of a carrier."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.exchange import PER_DOLLAR, from_dollars
from chalicelib.carriers.sandbox.load import wanted_day
from chalicelib.carriers.sandbox.presets import PRESETS, sides_of
from chalicelib.carriers.sandbox.services import SERVICES
from chalicelib.carriers.sandbox.zones import UNSERVED_COUNTRIES
from chalicelib.domain.countries import COUNTRIES
from chalicelib.domain.measures import GRAMS_PER, Length, Weight
from chalicelib.domain.messages import Message
from chalicelib.domain.parcels import weight_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from chalicelib.carriers.sandbox.load import Load
    from chalicelib.carriers.sandbox.services import Service
    from chalicelib.domain.options import LabelSize
    from chalicelib.domain.parcels import Commodity
    from chalicelib.domain.ports import Connection
    from chalicelib.domain.rates import RateRequest
    from chalicelib.domain.shipments import LabelType

HEAVIEST = Weight.of(Decimal(70), "KG")
LONGEST = Length(Decimal(274))
LONGEST_WITH_GIRTH = Length(Decimal(419))
"""The longest side and twice the sum of the two others."""

PAPERS_OF: Mapping[LabelType, tuple[LabelSize, ...]] = {
    "PDF": ("4x6", "A6", "A4", "letter"),
    "PNG": ("4x6", "A6"),
    "ZPL": ("4x6", "A6"),
}
"""On which paper each type of label is printed; the first is the usual one."""

EARLIEST_DAY = timedelta(days=-1)
LATEST_DAY = timedelta(days=60)
"""How far before and after today `shipment_date` may lie; yesterday may still be today somewhere."""

MOST_DOLLARS = {
    "insurance": Decimal(10_000),
    "cash_on_delivery": Decimal(2_000),
    "declared_value": Decimal(50_000),
}
"""The highest amounts, in US dollars at the sandbox's own rates."""


def unserved(request: RateRequest) -> list[Message]:
    """Return a refusal for each end of the lane that the sandbox does not go to."""
    ends = {"shipper": request.shipper, "recipient": request.recipient}
    return [
        Message(
            code="unserved_country",
            message=f"The sandbox does not serve {COUNTRIES.get(end.country_code, end.country_code)}",
            details={f"{name}.country_code": end.country_code},
        )
        for name, end in ends.items()
        if end.country_code in UNSERVED_COUNTRIES or end.country_code not in COUNTRIES
    ]


def refusals(load: Load, now: datetime) -> list[Message]:
    """Return why no service can take the load."""
    return [
        *_heavy_parcels(load),
        *_large_parcels(load),
        *_packagings(load),
        *_missing_customs(load),
        *_days(load, now),
        *_amounts(load),
    ]


def service_refusals(load: Load, wanted: Sequence[str]) -> Iterator[Message]:
    """Yield what is wrong with the services that were asked for by name."""
    known = {service.code: service for service in SERVICES}
    for code in wanted:
        service = known.get(code)
        if service is None:
            yield Message(
                code="unknown_service",
                message=f"The sandbox has no service {code}",
                details={"service": code},
            )
        elif service not in on_lane(load):
            yield Message(
                code="service_not_available",
                message=f"{service.name} does not serve the zone {load.lane.name}",
                details={"service": code, "zone": load.lane.name},
            )


def option_refusals(load: Load, services: Iterable[Service]) -> Iterator[Message]:
    """Yield, for each option that some of the services can't honour, which ones."""
    candidates = tuple(services)
    for option in sorted(load.asked):
        unable = [service for service in candidates if not service.honours(option)]
        if unable:
            name, _, kind = option.partition(":")
            told = f"The option {name} ({kind})" if kind else f"The option {name}"
            details = {"option": name, "services": ", ".join(service.code for service in unable)}
            yield Message(
                code="option_not_supported",
                message=f"{told} is not offered by {', '.join(service.name for service in unable)}",
                details=details | ({"value": kind} if kind else {}),
            )


def paper_refusals(request: RateRequest, label_type: LabelType) -> Iterator[Message]:
    """Yield a refusal where a label of this type is not printed on the paper that is asked for."""
    size = request.options.label_size
    if size is not None and size not in PAPERS_OF[label_type]:
        yield Message(
            code="label_size_not_supported",
            message=f"The sandbox prints a {label_type} label on {' or '.join(PAPERS_OF[label_type])}, not on {size}",
            details={"options.label_size": size},
        )


def incomplete_customs(load: Load) -> Iterator[Message]:
    """Yield a remark that names what the commodities lack, where customs will ask for it."""
    customs = load.request.customs
    if not load.needs_customs or customs is None:
        return
    missing = {
        f"customs.commodities.{index}.{name}": told
        for index, commodity in enumerate(customs.commodities)
        for name, told in _missing_of(commodity)
    }
    if missing:
        yield Message(
            code="customs_incomplete",
            message="Customs may hold the parcel: the declaration does not tell all of what is in it and its value",
            details=missing,
        )


def on_lane(load: Load) -> tuple[Service, ...]:
    """Return the services that go where the load goes."""
    return tuple(
        service
        for service in SERVICES
        if service.international == load.lane.international and service.serves(load.lane.zone)
    )


def spoken_by(connection: Connection, messages: Iterable[Message], level: str = "error") -> tuple[Message, ...]:
    """Return the messages under the connection's name."""
    who = {"carrier_name": connection.carrier_name, "carrier_id": connection.carrier_id, "level": level}
    return tuple(message.model_copy(update=who) for message in messages)


def _heavy_parcels(load: Load) -> Iterator[Message]:
    for index, parcel in enumerate(load.request.parcels):
        if weight_of(parcel) > HEAVIEST:
            yield Message(
                code="parcel_too_heavy",
                message="A parcel may weigh 70 kg at most",
                details={f"parcels.{index}.weight": f"{parcel.weight} {parcel.weight_unit}"},
            )


def _large_parcels(load: Load) -> Iterator[Message]:
    for index, parcel in enumerate(load.request.parcels):
        sides = sides_of(parcel)
        if sides is None:
            continue
        with_girth = Length(sides[0].centimetres + 2 * (sides[1].centimetres + sides[2].centimetres))
        if sides[0] > LONGEST or with_girth > LONGEST_WITH_GIRTH:
            yield Message(
                code="parcel_too_large",
                message="A parcel may be 274 cm long at most, and 419 cm in length and girth together",
                details={
                    f"parcels.{index}.length": f"{sides[0].centimetres.normalize():f} cm",
                    f"parcels.{index}": f"{with_girth.centimetres.normalize():f} cm in length and girth",
                },
            )


def _packagings(load: Load) -> Iterator[Message]:
    for index, parcel in enumerate(load.request.parcels):
        if parcel.package_preset is None:
            continue
        preset = PRESETS.get(parcel.package_preset)
        if preset is None:
            yield Message(
                code="unknown_package_preset",
                message=f"The sandbox has no packaging {parcel.package_preset}; it has {', '.join(PRESETS)}",
                details={f"parcels.{index}.package_preset": parcel.package_preset},
            )
        elif weight_of(parcel) > preset.heaviest:
            most = preset.heaviest.grams / GRAMS_PER["KG"]
            yield Message(
                code="preset_too_heavy",
                message=f"A {parcel.package_preset} may weigh {most:f} kg at most",
                details={f"parcels.{index}.weight": f"{parcel.weight} {parcel.weight_unit}"},
            )


def _missing_customs(load: Load) -> Iterator[Message]:
    if load.needs_customs and (load.request.customs is None or not load.request.customs.commodities):
        yield Message(
            code="customs_required",
            message=(
                f"A parcel from {load.origin.country_code} to {load.destination.country_code} "
                "needs a customs declaration with its commodities"
            ),
            details={"customs": "This field is required"},
        )


def _missing_of(commodity: Commodity) -> Iterator[tuple[str, str]]:
    if not commodity.title and not commodity.description:
        yield "description", "Neither a title nor a description is stated"
    if commodity.value_amount is None:
        yield "value_amount", "The value is not stated"
    elif commodity.value_currency is None:
        yield "value_currency", "The value's currency is not stated"


def _days(load: Load, now: datetime) -> Iterator[Message]:
    day = wanted_day(load.request.options)
    if day is not None and not EARLIEST_DAY <= day - now.date() <= LATEST_DAY:
        yield Message(
            code="shipment_date_out_of_range",
            message=f"The sandbox picks up from today until {LATEST_DAY.days} days ahead",
            details={"options.shipment_date": day.isoformat()},
        )


def _amounts(load: Load) -> Iterator[Message]:
    all_options = (load.request.options, *(parcel.options for parcel in load.request.parcels))
    unknown = sorted({options.currency for options in all_options if options.currency} - set(PER_DOLLAR))
    for currency in unknown:
        yield Message(
            code="currency_not_supported",
            message=f"The sandbox does not know the currency {currency}",
            details={"options.currency": currency},
        )
    for option, dollars in () if unknown else MOST_DOLLARS.items():
        most = from_dollars(dollars, load.currency)
        if option in load.asked and load.amount(option).amount > most.amount:
            yield Message(
                code="amount_too_high",
                message=f"The option {option} may be {most.rounded().amount} {most.currency} at most",
                details={f"options.{option}": f"{load.amount(option).rounded().amount} {most.currency}"},
            )
