"""Details: a carrier's profile and the catalogue's facts, joined to what is answered and documented."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.carriers.catalogue import FieldFacts, entry, profile
from chalicelib.carriers.sandbox.label_layout import DOTS_PER_INCH
from chalicelib.carriers.sandbox.refusals import PAPERS_OF
from chalicelib.carriers.sandbox.services import HONOURED_BY_ALL, SERVICES
from chalicelib.domain.carrier_details import (
    CarrierDetails,
    ConnectionField,
    PackagePreset,
    PrintedLabel,
    ShippingOption,
    contract_options,
    exact,
    option_types,
)
from chalicelib.domain.carriers import SANDBOX

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.carriers.catalogue import CatalogueEntry, PresetFacts
    from chalicelib.carriers.profiles.profile import Profile

MOST_SANDBOX_PARCELS = 50
"""All that a request can hold."""

OF_EVERY_CARRIER = ("currency", "shipment_date", "shipping_date")
"""Options of the contract that every carrier takes which sells labels."""

PLAIN: Mapping[str, str] = {"signature_confirmation": "signature", "dangerous_good": "true"}
"""Of options that have kinds, the one that is asked for plainly."""


@cache
def details(carrier_name: str) -> CarrierDetails:
    """Return what a carrier can do and wants to know; raises `KeyError` for a name that is none."""
    if carrier_name == SANDBOX:
        return _sandbox()
    known, about = entry(carrier_name), profile(carrier_name)
    sells = "shipping" in about.capabilities
    return CarrierDetails(
        carrier_name=carrier_name,
        display_name=about.display_name,
        integration_status=about.integration_status,
        capabilities=tuple(sorted(about.capabilities)),
        connection_fields=_fields(known.connection_fields),
        config_fields=_fields(known.config_fields),
        shipping_services=dict(known.services),
        shipping_options=_options(about, known) if sells else {},
        packaging_types=dict(known.packaging_types),
        package_presets={name: _preset(preset) for name, preset in known.package_presets.items()},
        labels=tuple(PrintedLabel(label_type=one.label_type, size=one.size, dpi=one.dpi) for one in about.labels),
        has_sandbox=bool(about.test_urls),
        most_parcels=about.most_parcels,
        void_days=about.void_days,
        credentials_from=about.credentials_from,
        notes=about.notes,
    )


def _sandbox() -> CarrierDetails:
    known = entry(SANDBOX)
    own = frozenset[str]().union(*(service.own_options for service in SERVICES))
    return CarrierDetails(
        carrier_name=SANDBOX,
        display_name="Sandbox",
        integration_status="production-ready",
        capabilities=("customs", "multi_parcel", "rating", "returns", "shipping", "tracking", "voiding"),
        connection_fields={},
        config_fields={},
        shipping_services=dict(known.services),
        shipping_options=_contract_options(sorted(HONOURED_BY_ALL | own)),
        packaging_types={},
        package_presets={name: _preset(preset) for name, preset in known.package_presets.items()},
        labels=tuple(
            PrintedLabel(label_type=kind, size=size, dpi=None if kind == "PDF" else DOTS_PER_INCH)
            for kind, sizes in PAPERS_OF.items()
            for size in sizes
        ),
        has_sandbox=True,
        most_parcels=MOST_SANDBOX_PARCELS,
        void_days=None,
        credentials_from="It needs none: every account has it in test mode",
        notes=("It is built in, carries nothing, and can be told to misbehave: see the page on the sandbox.",),
    )


def _fields(fields: Mapping[str, FieldFacts]) -> dict[str, ConnectionField]:
    return {
        name: ConnectionField(
            type=one.type, required=one.required, secret=one.secret, description=one.description, values=one.values
        )
        for name, one in fields.items()
    }


def _preset(preset: PresetFacts) -> PackagePreset:
    numbers = {name: exact(getattr(preset, name)) for name in ("length", "width", "height", "weight")}
    words = {name: getattr(preset, name) for name in ("dimension_unit", "weight_unit", "packaging_type")}
    return PackagePreset.model_validate(numbers | words)


def _options(about: Profile, known: CatalogueEntry) -> dict[str, ShippingOption]:
    papers = (f"label_size:{label.size}" for label in about.labels)
    densities = (f"label_dpi:{label.dpi}" for label in about.labels if label.dpi)
    honoured = _contract_options((*OF_EVERY_CARRIER, *about.options, *papers, *densities))
    return honoured | {name: ShippingOption(types=(kind,)) for name, kind in sorted(known.options.items())}


def _contract_options(honoured: Iterable[str]) -> dict[str, ShippingOption]:
    """Return the contract's options that are honoured, from names of the form `option` or `option:value`."""
    values: dict[str, list[str]] = {}
    for key in honoured:
        name, _, value = key.partition(":")
        value = value or PLAIN.get(name, "")
        values.setdefault(name, [])
        if value and value not in values[name]:
            values[name].append(value)
    return {
        name: ShippingOption(types=option_types(name), values=tuple(values[name]))
        for name in contract_options()
        if name in values
    }
