"""References as they are answered: the values that requests and answers are made of."""

from __future__ import annotations

from chalicelib.domain.carrier_details import LateObject
from chalicelib.domain.objects import Price


class CountryReference(LateObject):
    """A country."""

    name: str
    """Its English name."""
    currency: str
    """The currency in which its amounts are, when nobody names another: ISO 4217."""
    states: dict[str, str]
    """Names of its states by their codes, where its post has one closed list of them."""


class CurrencyReference(LateObject):
    """A currency."""

    name: str
    """Its English name."""
    digits: int
    """The digits of its amounts after the point."""


class OptionReference(LateObject):
    """An option of shipments and rates."""

    types: tuple[str, ...]
    """The types that its value can have, as JSON calls them."""


class References(LateObject):
    """The values that requests and answers are made of."""

    countries: dict[str, CountryReference]
    """Countries, by ISO 3166-1 alpha-2, and XK for Kosovo."""
    currencies: dict[str, CurrencyReference]
    """Currencies, by ISO 4217."""
    weight_units: dict[str, Price]
    """Grams in one, by unit."""
    dimension_units: dict[str, Price]
    """Centimetres in one, by unit."""
    label_types: tuple[str, ...]
    """What `label_type` can be."""
    label_sizes: tuple[str, ...]
    """What `options.label_size` can be."""
    label_dpis: tuple[int, ...]
    """What `options.label_dpi` can be."""
    packaging_types: tuple[str, ...]
    """What `packaging_type` can be with every carrier; each has more of its own."""
    options: dict[str, OptionReference]
    """The options of shipments and rates; each carrier has more of its own."""
    signature_kinds: tuple[str, ...]
    """What `options.signature_confirmation` can be, beside true and false."""
    hazard_classes: tuple[str, ...]
    """What `options.dangerous_good.class` can be."""
    lithium_kinds: tuple[str, ...]
    """What `options.dangerous_good.lithium` can be."""
    paid_by: tuple[str, ...]
    """Who can pay for carriage and duties."""
    content_types: tuple[str, ...]
    """What `customs.content_type` can be."""
    incoterms: tuple[str, ...]
    """What `customs.incoterm` can be."""
    shipment_statuses: tuple[str, ...]
    """What a shipment's `status` can be."""
    refund_statuses: tuple[str, ...]
    """What a cancelled shipment's `refund_status` can be."""
    tracker_statuses: tuple[str, ...]
    """What a tracker's `status` can be."""
    incident_reasons: tuple[str, ...]
    """What an event's `reason` can be."""
    carriers: dict[str, str]
    """The carriers' names for people, by `carrier_name`; `/v1/carriers` tells all else of them."""
