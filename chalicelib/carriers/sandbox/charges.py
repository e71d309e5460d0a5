"""What a service costs: a base charge and the surcharges, line by line, each rounded by itself."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.exchange import from_dollars
from chalicelib.carriers.sandbox.load import HALF_KILOGRAM
from chalicelib.domain.money import Money, total
from chalicelib.domain.rates import Charge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.carriers.sandbox.load import Load
    from chalicelib.carriers.sandbox.services import Service

FUEL_SHARE = Decimal("0.125")
"""Of the base charge."""
RESIDENTIAL_DOLLARS = Decimal("3.10")
"""A parcel that goes to a home."""
SIGNATURE_DOLLARS = Decimal("2.80")
"""A parcel that is handed over against a signature."""
DIRECT_SIGNATURE_DOLLARS = Decimal("4.20")
"""A parcel that is handed over against a signature at that very address."""
ADULT_SIGNATURE_DOLLARS = Decimal("5.60")
"""A parcel that is handed over against an adult's signature."""
DANGEROUS_GOOD_DOLLARS = Decimal("12.00")
"""A parcel with dangerous goods that are taken."""
SATURDAY_DOLLARS = Decimal("16.00")
"""A parcel that is delivered on a Saturday."""
CASH_ON_DELIVERY_DOLLARS = Decimal("4.50")
"""A parcel for which money is collected, and `CASH_ON_DELIVERY_SHARE` of the money."""
CASH_ON_DELIVERY_SHARE = Decimal("0.01")
INSURANCE_SHARE = Decimal("0.008")
"""Of the insured amount, and at least `LEAST_INSURANCE_DOLLARS`."""
LEAST_INSURANCE_DOLLARS = Decimal("1.50")
DECLARED_VALUE_SHARE = Decimal("0.005")
"""Of the declared value beyond `FREE_VALUE_DOLLARS`."""
FREE_VALUE_DOLLARS = Decimal(100)
CUSTOMS_DOLLARS = Decimal("7.50")
"""A shipment with a customs declaration."""
PRICE_RISE = Decimal("1.1")
"""What `price_changed` multiplies the total with."""

Line = tuple[str, str, Money]
"""Code, name for people, and an amount that is not rounded yet."""


def charges(load: Load, service: Service) -> tuple[Charge, ...]:
    """Return the lines that make up the price, the base charge first; lines that round to nothing are left out."""
    base = _base(load, service)
    lines = [("base_charge", "Base charge", base), *_surcharges(load, base), *_extras(load)]
    made = [(code, name, money.rounded()) for code, name, money in lines]
    return tuple(_charge(code, name, money) for code, name, money in made if money.amount)


def risen(lines: Sequence[Charge]) -> tuple[Charge, ...]:
    """Return the lines with one more, which makes the total a tenth higher."""
    before = total_of(lines)
    rise = before.times(PRICE_RISE).rounded().amount - before.amount
    return (*lines, _charge("price_change", "Price change", Money(rise, before.currency)))


def total_of(lines: Sequence[Charge]) -> Money:
    """Return what the lines add up to, exactly."""
    return total(Money(line.amount or Decimal(0), line.currency or "") for line in lines)


def _base(load: Load, service: Service) -> Money:
    steps = (int(weight.grams / HALF_KILOGRAM.grams) for weight in load.billed)
    dollars = sum((service.tariff.price(load.lane.zone, step) for step in steps), Decimal(0))
    return from_dollars(dollars, load.currency)


def _surcharges(load: Load, base: Money) -> Iterator[Line]:
    yield "fuel_surcharge", "Fuel surcharge", base.times(FUEL_SHARE)
    if load.destination.residential:
        fee = from_dollars(RESIDENTIAL_DOLLARS * len(load.billed), load.currency)
        yield "residential_surcharge", "Residential surcharge", fee
    if load.needs_customs:
        yield "customs_clearance", "Customs clearance", from_dollars(CUSTOMS_DOLLARS, load.currency)


def _extras(load: Load) -> Iterator[Line]:
    for code, name, dollars, options in _FLAT_FEES:
        if times := sum(load.asked.get(option, 0) for option in options):
            yield code, name, from_dollars(dollars * times, load.currency)
    if "insurance" in load.asked:
        premium = load.amount("insurance").times(INSURANCE_SHARE)
        least = from_dollars(LEAST_INSURANCE_DOLLARS, load.currency)
        yield "insurance", "Insurance", Money(max(premium.amount, least.amount), load.currency)
    if "cash_on_delivery" in load.asked:
        fee = from_dollars(CASH_ON_DELIVERY_DOLLARS * load.asked["cash_on_delivery"], load.currency)
        share = load.amount("cash_on_delivery").times(CASH_ON_DELIVERY_SHARE)
        yield "cash_on_delivery", "Cash on delivery", fee + share
    if "declared_value" in load.asked:
        beyond = load.amount("declared_value").amount - from_dollars(FREE_VALUE_DOLLARS, load.currency).amount
        fee = Money(max(beyond, Decimal(0)), load.currency).times(DECLARED_VALUE_SHARE)
        yield "declared_value", "Declared value", fee


_FLAT_FEES = (
    ("signature_confirmation", "Signature confirmation", SIGNATURE_DOLLARS, ("signature_confirmation",)),
    ("direct_signature", "Direct signature", DIRECT_SIGNATURE_DOLLARS, ("signature_confirmation:direct",)),
    ("adult_signature", "Adult signature", ADULT_SIGNATURE_DOLLARS, ("signature_confirmation:adult",)),
    ("saturday_delivery", "Saturday delivery", SATURDAY_DOLLARS, ("saturday_delivery",)),
    (
        "dangerous_good",
        "Dangerous goods",
        DANGEROUS_GOOD_DOLLARS,
        ("dangerous_good:ion_in_equipment", "dangerous_good:ion_with_equipment"),
    ),
)
"""Of each fee: the line's code and name, its amount a parcel, and for which options, as `load` names their kinds."""


def _charge(code: str, name: str, money: Money) -> Charge:
    return Charge(id=code, name=name, amount=money.amount, currency=money.currency)
