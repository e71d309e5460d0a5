"""What UPS offers on a lane, by its own service codes, and what it asks: made-up prices, the same for one parcel."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_EU.split())
CURRENCIES = {"US": "USD", "CA": "CAD", "GB": "GBP"}
CENT = Decimal("0.01")

DELIVERY_CONFIRMATION, ADULT, RESIDENTIAL, SATURDAY, FUEL = "120", "121", "270", "300", "375"
"""UPS's accessorial codes (Rating API, appendix "Accessorial codes")."""


@dataclass(frozen=True)
class Service:
    """One service: its price for a parcel of no weight next door, for each started pound, and its business days."""

    name: str
    base: Decimal
    per_pound: Decimal
    days: int


_ALL = {
    "01": Service("UPS Next Day Air", Decimal("38.20"), Decimal("1.95"), 1),
    "02": Service("UPS 2nd Day Air", Decimal("21.40"), Decimal("1.30"), 2),
    "03": Service("UPS Ground", Decimal("10.35"), Decimal("0.55"), 4),
    "12": Service("UPS 3 Day Select", Decimal("16.90"), Decimal("0.95"), 3),
    "13": Service("UPS Next Day Air Saver", Decimal("33.70"), Decimal("1.80"), 1),
    "14": Service("UPS Next Day Air Early", Decimal("68.20"), Decimal("1.95"), 1),
    "59": Service("UPS 2nd Day Air A.M.", Decimal("25.15"), Decimal("1.35"), 2),
    "07": Service("UPS Worldwide Express", Decimal("74.60"), Decimal("4.10"), 2),
    "08": Service("UPS Worldwide Expedited", Decimal("52.30"), Decimal("3.05"), 5),
    "11": Service("UPS Standard", Decimal("18.75"), Decimal("1.10"), 6),
    "54": Service("UPS Worldwide Express Plus", Decimal("118.40"), Decimal("4.60"), 1),
    "65": Service("UPS Worldwide Saver", Decimal("69.90"), Decimal("3.90"), 3),
}


@dataclass(frozen=True)
class Price:
    """What is asked for one shipment, before the customer's contract."""

    currency: str
    transport: Decimal
    extras: dict[str, Decimal]
    """By accessorial code, fuel among them."""

    def total(self, share: Decimal = Decimal(1)) -> Decimal:
        """Return the whole price, each part at `share` of the list."""
        return sum((self.part(extra, share) for extra in self.extras.values()), self.part(self.transport, share))

    @staticmethod
    def part(amount: Decimal, share: Decimal) -> Decimal:
        return (amount * share).quantize(CENT, ROUND_HALF_EVEN)


def services(origin: str, destination: str) -> dict[str, Service]:
    """Return the services of a lane by code, none where UPS does not go."""
    if "KP" in {origin, destination}:
        return {}
    if origin == destination == "US":
        codes = "01 02 03 12 13 14 59"
    elif origin == destination == "CA":
        codes = "01 02 11 13"
    elif origin == destination or {origin, destination} <= EU or {origin, destination} <= {"US", "CA", "MX"}:
        codes = "07 08 11 54 65"
    else:
        codes = "07 08 54 65"
    return {code: _ALL[code] for code in codes.split()}


def zone(origin: str, destination: str) -> int:
    """Return how far apart two places are, each told as country and postal code: `US 10118`."""
    if origin[:2] != destination[:2]:
        return 12
    digits = [next((int(sign) for sign in place[3:] if sign.isdigit()), 0) for place in (origin, destination)]
    return 2 + abs(digits[0] - digits[1])


def price(service: Service, pounds: list[Decimal], zone_: int, origin: str, options: frozenset[str]) -> Price:
    """Return the price for parcels of these weights; `options` are accessorial codes."""
    started = sum(int(weight.to_integral_value(ROUND_CEILING)) for weight in pounds)
    transport = service.base * len(pounds) + service.per_pound * started + Decimal("0.85") * zone_
    amounts = {DELIVERY_CONFIRMATION: "6.55", ADULT: "7.75", RESIDENTIAL: "5.95", SATURDAY: "16.00"}
    extras = {code: Decimal(amounts[code]) for code in sorted(options)}
    extras[FUEL] = (transport * Decimal("0.18")).quantize(CENT, ROUND_HALF_EVEN)
    currency = CURRENCIES.get(origin, "EUR" if origin in EU else "USD")
    return Price(currency, transport, extras)
