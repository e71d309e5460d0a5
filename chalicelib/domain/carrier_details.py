"""Carrier details: what a carrier can do, what it wants to know, and what its packagings and labels are like."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_args

from pydantic import ConfigDict

from chalicelib.domain.objects import DrayObject, Number, known_values
from chalicelib.domain.options import LabelSize, Options
from chalicelib.domain.parcels import DimensionUnit, WeightUnit
from chalicelib.domain.shipments import LabelType

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGING_TYPES = ("envelope", "pak", "tube", "pallet", "small_box", "medium_box", "your_packaging")
"""Packagings that every carrier has a word for (the contract's names)."""

INTEGRATION_STATUSES = ("production-ready", "beta", "in-development")
"""How well a carrier is known here (the contract's value list *integration status*)."""


class LateObject(DrayObject):
    """An object that few processes answer: its model is worked out when it is first needed, not when it is imported."""

    model_config = ConfigDict(defer_build=True)


class ConnectionField(LateObject):
    """A field of a connection's credentials or config."""

    type: str
    """The type of its value, as JSON calls it."""
    required: bool
    """Whether it must be given."""
    secret: bool
    """Whether nobody else may read it."""
    description: str
    """What it is."""
    values: tuple[str, ...] = ()
    """All that it can be, where there is a list."""


class ShippingOption(LateObject):
    """An option that a carrier honours."""

    types: tuple[str, ...]
    """The types that its value can have, as JSON calls them."""
    values: tuple[str, ...] = ()
    """The values, or kinds, that the carrier honours, where it does not honour all."""


class PackagePreset(LateObject):
    """A packaging of the carrier's own."""

    length: Number
    """In `dimension_unit`."""
    width: Number
    """In `dimension_unit`."""
    height: Number
    """In `dimension_unit`."""
    dimension_unit: Annotated[str, known_values(get_args(DimensionUnit))]
    """The unit of its sizes."""
    weight: Number | None
    """The greatest weight that it may have, in `weight_unit`; null where the carrier says nothing."""
    weight_unit: Annotated[str, known_values(get_args(WeightUnit))] | None
    """The unit of `weight`."""
    packaging_type: str | None
    """The packaging type that it is."""


class PrintedLabel(LateObject):
    """A label that a carrier prints: ask for it by `label_type`, `options.label_size` and `options.label_dpi`."""

    label_type: Annotated[str, known_values(get_args(LabelType))]
    """Its format."""
    size: Annotated[str, known_values(get_args(LabelSize))]
    """Its paper."""
    dpi: int | None
    """Its dots an inch, where the carrier prints for printers of one density."""


class CarrierDetails(LateObject):
    """What a carrier can do, and what a connection to it needs."""

    carrier_name: str
    """The carrier."""
    display_name: str
    """The carrier's name for people."""
    integration_status: Annotated[str, known_values(INTEGRATION_STATUSES)]
    """How well it is known here: `production-ready` carriers are tested whole against stand-ins, others in parts."""
    capabilities: tuple[str, ...]
    """What it can do: `rating`, `shipping`, `voiding`, `tracking`, `returns`, `multi_parcel`, `customs`."""
    connection_fields: dict[str, ConnectionField]
    """The fields of a connection's `credentials`, by name."""
    config_fields: dict[str, ConnectionField]
    """The fields of a connection's `config`, by name."""
    shipping_services: dict[str, str]
    """The carrier's own code of each service, by the name that `service` takes."""
    shipping_options: dict[str, ShippingOption]
    """The options that it honours, by name: the contract's, then its own. It offers no rate where others are asked."""
    packaging_types: dict[str, str]
    """The carrier's own code of each packaging, by the name that `packaging_type` takes."""
    package_presets: dict[str, PackagePreset]
    """Its own packagings, by the name that `package_preset` takes."""
    labels: tuple[PrintedLabel, ...]
    """The labels that it prints; the first of a `label_type` is its usual one."""
    has_sandbox: bool
    """Whether it has a sandbox of its own: without one, a connection in test mode needs a `config.server_url`."""
    most_parcels: int
    """How many parcels a shipment may have."""
    void_days: int | None
    """Within how many days of the purchase a label can be voided, where the carrier says so."""
    credentials_from: str
    """Where the credentials come from."""
    notes: tuple[str, ...]
    """What else is good to know."""


def option_types(name: str) -> tuple[str, ...]:
    """Return the types that an option of the contract can have, as JSON calls them; raises `KeyError`."""
    kinds = _schema()["properties"][name]["anyOf"]  # null is one of them: every option may be left out
    found = (part.get("type", "object") for part in kinds)
    return tuple(dict.fromkeys(kind for kind in found if kind != "null"))


def contract_options() -> Iterable[str]:
    """Return the names of the contract's options, in its order."""
    return tuple(Options.model_fields)


def exact(value: float | None) -> Decimal | None:
    """Return a fact's number as it is written."""
    return None if value is None else Decimal(repr(value))


@cache
def _schema() -> dict[str, Any]:
    return Options.model_json_schema()
