"""The sandbox carrier's services: what they cost by zone and weight, and how long they take."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

HONOURED_BY_ALL = frozenset(
    {
        "currency",
        "declared_value",
        "shipping_charges",
        "shipment_note",
        "shipper_instructions",
        "recipient_instructions",
        "sms_notification",
        "email_notification",
        "email_notification_to",
        "signature_confirmation",
        "signature_confirmation:adult",
        "signature_confirmation:direct",
        "invoice_date",
        "invoice_number",
        "insurance",
        "insured_by",
        "is_return",
        "shipment_date",
        "shipping_date",
        "label_size:4x6",
        "label_size:A6",
        "label_size:A4",
        "label_size:letter",
        "label_dpi:203",
        "sandbox_scenario",
    }
)
"""Options that every service takes, as `load` names their kinds; any other must be among the service's own."""


@dataclass(frozen=True)
class Tariff:
    """Prices in US dollars: of the first half kilogram and of each further one, in zone 1 and more in each zone on."""

    first: Decimal
    first_by_zone: Decimal
    further: Decimal
    further_by_zone: Decimal

    def price(self, zone: int, half_kilograms: int) -> Decimal:
        """Return the price of one parcel, not rounded."""
        first = self.first + self.first_by_zone * (zone - 1)
        further = self.further + self.further_by_zone * (zone - 1)
        return first + further * (half_kilograms - 1)


@dataclass(frozen=True)
class Service:
    """One way of carrying a parcel."""

    code: str
    digit: int
    """What stands for it in a tracking number."""
    name: str
    """For people: `meta.service_name` and the label."""
    international: bool
    tariff: Tariff
    transit_days: tuple[int, ...]
    """Business days by zone, zone 1 first; it does not go to zones beyond these."""
    own_options: frozenset[str] = frozenset()

    def serves(self, zone: int) -> bool:
        """Return whether it goes to this zone."""
        return zone <= len(self.transit_days)

    def honours(self, option: str) -> bool:
        """Return whether it can do what the option asks."""
        return option in HONOURED_BY_ALL or option in self.own_options

    @property
    def typical_transit_days(self) -> int:
        """Business days where nothing but the service is known."""
        return self.transit_days[len(self.transit_days) // 2]


def _tariff(*prices: str) -> Tariff:
    return Tariff(*(Decimal(price) for price in prices))


SERVICES = (
    Service(
        code="sandbox_economy",
        digit=0,
        name="Sandbox Economy",
        international=False,
        tariff=_tariff("4.90", "0.40", "0.35", "0.06"),
        transit_days=(3, 3, 4, 4, 5, 5, 6, 6, 8),
        own_options=frozenset({"cash_on_delivery"}),
    ),
    Service(
        code="sandbox_ground",
        digit=1,
        name="Sandbox Ground",
        international=False,
        tariff=_tariff("6.20", "0.55", "0.45", "0.08"),
        transit_days=(1, 2, 2, 3, 3, 4, 4, 5, 7),
        own_options=frozenset(
            {"cash_on_delivery", "dangerous_good:ion_in_equipment", "dangerous_good:ion_with_equipment"}
        ),
    ),
    Service(
        code="sandbox_express",
        digit=2,
        name="Sandbox Express",
        international=False,
        tariff=_tariff("14.50", "1.60", "0.90", "0.20"),
        transit_days=(1, 1, 1, 2, 2, 2, 2, 2, 4),
        own_options=frozenset({"cash_on_delivery", "saturday_delivery"}),
    ),
    Service(
        code="sandbox_overnight",
        digit=3,
        name="Sandbox Overnight",
        international=False,
        tariff=_tariff("24.00", "3.10", "1.60", "0.35"),
        transit_days=(1, 1, 1, 1, 1, 1, 1, 1),
        own_options=frozenset({"saturday_delivery"}),
    ),
    Service(
        code="sandbox_international_economy",
        digit=4,
        name="Sandbox International Economy",
        international=True,
        tariff=_tariff("16.00", "4.50", "2.10", "0.60"),
        transit_days=(5, 7, 9, 12, 14),
    ),
    Service(
        code="sandbox_international_express",
        digit=5,
        name="Sandbox International Express",
        international=True,
        tariff=_tariff("34.00", "9.00", "4.20", "1.10"),
        transit_days=(2, 3, 3, 4, 5),
    ),
)
"""All services; `docs/sandbox.md` shows the same table."""

BY_CODE = {service.code: service for service in SERVICES}
BY_DIGIT = {service.digit: service for service in SERVICES}
