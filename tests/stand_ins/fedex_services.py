"""What FedEx offers on a lane, by its own service types, and what it asks: made-up prices, the same for one parcel."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from typing import Any

Json = dict[str, Any]
CENT = Decimal("0.01")
POUNDS = {"LB": Decimal(1), "KG": 1 / Decimal("0.45359237")}
INCHES = {"IN": Decimal(1), "CM": 1 / Decimal("2.54")}
CURRENCIES = {"US": "USD", "CA": "CAD", "GB": "GBP", "MX": "MXN"}
SURCHARGES = {
    "ADULT": "8.10",
    "DIRECT": "6.30",
    "INDIRECT": "5.20",
    "SATURDAY_DELIVERY": "16.00",
    "RESIDENTIAL": "5.55",
}


@dataclass(frozen=True)
class Service:
    """One service: its price for a parcel of no weight next door, for each started pound, and its business days."""

    name: str
    base: Decimal
    per_pound: Decimal
    days: int
    carrier: str = "FDXE"
    """FedEx's own code of the part of it that carries: Express or Ground."""


_DOMESTIC = {
    "FIRST_OVERNIGHT": Service("FedEx First Overnight", Decimal("69.10"), Decimal("2.05"), 1),
    "PRIORITY_OVERNIGHT": Service("FedEx Priority Overnight", Decimal("39.40"), Decimal("2.05"), 1),
    "STANDARD_OVERNIGHT": Service("FedEx Standard Overnight", Decimal("34.90"), Decimal("1.90"), 1),
    "FEDEX_2_DAY_AM": Service("FedEx 2Day AM", Decimal("26.20"), Decimal("1.45"), 2),
    "FEDEX_2_DAY": Service("FedEx 2Day", Decimal("22.60"), Decimal("1.40"), 2),
    "FEDEX_EXPRESS_SAVER": Service("FedEx Express Saver", Decimal("19.30"), Decimal("1.15"), 3),
    "FEDEX_GROUND": Service("FedEx Ground", Decimal("11.25"), Decimal("0.60"), 4, "FDXG"),
    "GROUND_HOME_DELIVERY": Service("FedEx Home Delivery", Decimal("11.85"), Decimal("0.60"), 4, "FDXG"),
}
_ABROAD = {
    "FEDEX_INTERNATIONAL_PRIORITY_EXPRESS": Service("FedEx IPE", Decimal("81.70"), Decimal("4.40"), 2),
    "FEDEX_INTERNATIONAL_PRIORITY": Service("FedEx International Priority", Decimal("73.20"), Decimal("4.05"), 3),
    "INTERNATIONAL_ECONOMY": Service("FedEx International Economy", Decimal("58.10"), Decimal("3.30"), 5),
    "FEDEX_INTERNATIONAL_CONNECT_PLUS": Service("FedEx FICP", Decimal("49.80"), Decimal("3.05"), 6),
}


@dataclass(frozen=True)
class Price:
    """What is asked for one shipment by the list; the customer's contract takes a share of the freight away."""

    currency: str
    freight: Decimal
    surcharges: dict[str, Decimal]

    def discount(self, share: Decimal) -> Decimal:
        return (self.freight * (1 - share)).quantize(CENT, ROUND_HALF_EVEN)

    def total(self, share: Decimal) -> Decimal:
        return self.freight - self.discount(share) + sum(self.surcharges.values(), Decimal(0))


def services(shipper: Json, recipient: Json) -> dict[str, Service]:
    """Return the services of a lane by type, none where FedEx does not go; the addresses are FedEx's."""
    countries = {shipper["countryCode"], recipient["countryCode"]}
    if "KP" in countries:
        return {}
    if len(countries) > 1:
        return _ABROAD
    left_out = "FEDEX_GROUND" if recipient.get("residential") else "GROUND_HOME_DELIVERY"
    return {name: service for name, service in _DOMESTIC.items() if name != left_out}


def price(service: Service, shipment: Json, recipient: Json) -> Price:
    """Return the list price of a requestedShipment that was checked."""
    items = shipment["requestedPackageLineItems"]
    pounds = sum(billed_pounds(item) for item in items)
    origin, destination = shipment["shipper"]["address"], recipient
    zone = 2 if origin["countryCode"] == destination["countryCode"] else 10
    freight = service.base * len(items) + service.per_pound * pounds + Decimal("0.95") * zone
    asked = {item.get("packageSpecialServices", {}).get("signatureOptionType") for item in items}
    asked |= set(shipment.get("shipmentSpecialServices", {}).get("specialServiceTypes") or [])
    asked |= {"RESIDENTIAL"} if destination.get("residential") else set()
    extras = {name: Decimal(amount) for name, amount in SURCHARGES.items() if name in asked}
    extras["FUEL"] = (freight * Decimal("0.16")).quantize(CENT, ROUND_HALF_EVEN)
    return Price(CURRENCIES.get(origin["countryCode"], "EUR"), freight, extras)


def billed_pounds(item: Json) -> int:
    """Return the started pounds that a parcel is billed by: of its weight, or of its size at 139 cubic inches each."""
    weight = Decimal(str(item["weight"]["value"])) * POUNDS[item["weight"]["units"]]
    sizes = item.get("dimensions")
    if sizes:
        volume = Decimal(1)
        for side in ("length", "width", "height"):
            volume *= Decimal(str(sizes[side])) * INCHES[sizes["units"]]
        weight = max(weight, volume / 139)
    return int(weight.to_integral_value(ROUND_CEILING))


def arrival(service: Service, shipped_on: date) -> datetime:
    """Return when a parcel is promised; Saturdays and Sundays don't count."""
    day, left = shipped_on, service.days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return datetime.combine(day, time(16, 30))
