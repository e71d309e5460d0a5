"""The catalogue of carriers: what each of them offers and wants to know, without loading any of their connectors.

A carrier's services, options, packagings and fields are facts of the installed SDK: `python -m local.catalogue` writes
them into `catalogue_data/`, a file a carrier and an index of what request bodies may name. What the SDK can't tell is
the profile's. Each file is read once in a process, when it is first needed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.countries import COUNTRIES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from chalicelib.carriers.profiles.profile import Profile
    from chalicelib.domain.trackers import TrackerStatus

FACTS = Path(__file__).with_name("catalogue_data")

OWN_MODULES = frozenset({"canadapost", "dhl_express", "fedex", "ups", "usps"})
"""Carriers whose profile is a module of its own; all others are in `profiles/others.py`."""

COUNTRY = "account_country_code"
"""The credential that names a country."""

LONGEST_VALUE = 4000
"""No credential is longer: a private key has less."""

PYTHON_TYPES: Mapping[str, type] = MappingProxyType(
    {"boolean": bool, "string": str, "integer": int, "number": float, "array": list, "object": dict}
)
"""By JSON's word for a type, ours. A `number` may come as an int or a Decimal, an `integer` as a whole Decimal."""


@dataclass(frozen=True)
class FieldFacts:
    """One field of a connection's credentials or config."""

    type: str
    """JSON's word for it."""
    required: bool = False
    secret: bool = False
    description: str = ""
    values: tuple[str, ...] = ()
    """All that it can be, where there is a list."""


@dataclass(frozen=True)
class PresetFacts:
    """A packaging of the carrier's own: its sizes, and the greatest weight where there is one."""

    length: float
    width: float
    height: float
    dimension_unit: str
    weight: float | None = None
    weight_unit: str | None = None
    packaging_type: str | None = None


@dataclass(frozen=True)
class CatalogueEntry:
    """What is known of one carrier: the SDK's facts and, beside them, its profile (the sandbox has none)."""

    carrier_name: str
    services: Mapping[str, str] = field(default_factory=dict)
    """The carrier's codes, by our names."""
    options: Mapping[str, str] = field(default_factory=dict)
    """JSON's word for the type of each option of the carrier's own, by name."""
    packaging_types: Mapping[str, str] = field(default_factory=dict)
    """The carrier's codes, by our names."""
    package_presets: Mapping[str, PresetFacts] = field(default_factory=dict)
    connection_fields: Mapping[str, FieldFacts] = field(default_factory=dict)
    one_group_of: tuple[tuple[str, ...], ...] = ()
    """Groups of credentials of which at least one must be there whole."""
    config_fields: Mapping[str, FieldFacts] = field(default_factory=dict)
    statuses: Mapping[str, TrackerStatus] = field(default_factory=dict)
    """Statuses of parcels, by the carrier's codes in upper case, where the SDK reads them and no profile does."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Incident reasons, by the carrier's codes in upper case, where the SDK reads them and no profile does."""


def carriers() -> tuple[str, ...]:
    """Return the names of all carriers, the sandbox among them, sorted."""
    return tuple(sorted((*_index()["carriers"], SANDBOX)))


@cache
def profile(carrier_name: str) -> Profile:
    """Return a carrier's profile; raises `KeyError` for a name that is none, and for the sandbox, which has none."""
    if carrier_name in OWN_MODULES:
        found: Profile = import_module(f"chalicelib.carriers.profiles.{carrier_name}").PROFILE
        return found
    if carrier_name not in _index()["carriers"]:
        raise KeyError(carrier_name)
    from chalicelib.carriers.profiles.others import OTHERS  # noqa: PLC0415 - many requests need none of them

    by_name = {other.carrier_name: other for other in OTHERS}
    profiled, facts = by_name[carrier_name], entry(carrier_name)
    return replace(profiled, statuses=profiled.statuses or facts.statuses, reasons=profiled.reasons or facts.reasons)


@cache
def entry(carrier_name: str) -> CatalogueEntry:
    """Return what is known of a carrier beside its profile; raises `KeyError` for a name that is none."""
    if carrier_name not in carriers():
        raise KeyError(carrier_name)
    if carrier_name == SANDBOX:
        return _sandbox()
    facts = _read(f"{carrier_name}.json")
    for name in ("connection_fields", "config_fields"):
        facts[name] = {key: _field(value) for key, value in facts[name].items()}
    facts["one_group_of"] = tuple(tuple(group) for group in facts["one_group_of"])
    facts["package_presets"] = {key: PresetFacts(**value) for key, value in facts["package_presets"].items()}
    return CatalogueEntry(carrier_name, **facts)


def offers(carrier_name: str, services: Collection[str]) -> bool:
    """Return whether the carrier may have one of the services; raises `KeyError` for a name that is none."""
    return not entry(carrier_name).services.keys().isdisjoint(services)


@cache
def known_options() -> Mapping[str, type]:
    """Return the options of carriers' own that a request may name, with the type of their values."""
    options: dict[str, str] = _index()["options"]
    return MappingProxyType({name: PYTHON_TYPES[word] for name, word in options.items()})


@cache
def known_presets() -> frozenset[str]:
    """Return all packagings of carriers' own that a parcel may name as its `package_preset`."""
    return frozenset((*_index()["package_presets"], *entry(SANDBOX).package_presets))


@cache
def known_packaging_types() -> frozenset[str]:
    """Return all that a parcel may name as its `packaging_type`: the contract's, and carriers' own."""
    from chalicelib.domain.carrier_details import PACKAGING_TYPES  # noqa: PLC0415 - many requests need none of it

    return frozenset((*PACKAGING_TYPES, *_index()["packaging_types"]))


def faults_of_credentials(carrier_name: str, credentials: Mapping[str, Any]) -> dict[str, str]:
    """Return, by field, what is wrong with a connection's credentials: no text of it holds a value.

    Raises `KeyError` for a name that is no carrier's.
    """
    known = entry(carrier_name)
    faults = _faults(known.connection_fields, credentials)
    if COUNTRY in known.connection_fields and credentials.get(COUNTRY) is not None and COUNTRY not in faults:
        faults |= {} if credentials[COUNTRY] in COUNTRIES else {COUNTRY: "Must be an ISO 3166-1 alpha-2 code, as in DE"}
    if known.one_group_of and not any(_has_all(credentials, group) for group in known.one_group_of):
        first, *others = known.one_group_of
        ways = " or ".join(" and ".join(group) for group in known.one_group_of)
        missing = next((name for name in first if not credentials.get(name)), first[0])
        faults.setdefault(missing, f"Give {ways}" if others else "This field is required")
    return faults


def faults_of_config(carrier_name: str, config: Mapping[str, Any]) -> dict[str, str]:
    """Return, by field, what is wrong with a connection's config; where `server_url` may lead is not judged here.

    Raises `KeyError` for a name that is no carrier's.
    """
    return _faults(entry(carrier_name).config_fields, config)


def _faults(fields: Mapping[str, FieldFacts], given: Mapping[str, Any]) -> dict[str, str]:
    faults = {name: _unknown_field(name, fields) for name in given if name not in fields}
    for name, facts in fields.items():
        value = given.get(name)
        fault = _fault(facts, value)
        if value is None and facts.required:
            faults[name] = "This field is required"
        elif value is not None and fault is not None:
            faults[name] = fault
    return faults


def _unknown_field(name: str, fields: Mapping[str, FieldFacts]) -> str:
    close = get_close_matches(name[:LONGEST_VALUE], fields, n=1)
    return f"Unknown field; did you mean {close[0]}?" if close else "Unknown field"


def _fault(facts: FieldFacts, value: object) -> str | None:
    """Return what is wrong with a field's value, in a sentence that does not repeat it."""
    if facts.type == "string":
        return _fault_of_text(facts, value)
    kind = PYTHON_TYPES[facts.type]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return f"Must be of type {facts.type}"
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        return "Must be a list of texts"
    return None


def _fault_of_text(facts: FieldFacts, value: object) -> str | None:
    if not isinstance(value, str):
        return "Must be a string"
    if not value.strip() or len(value) > LONGEST_VALUE:
        return f"Must have 1 to {LONGEST_VALUE} characters"
    if not value.isprintable():
        return "Must hold no control characters"
    if value != value.strip():
        return "Must not begin or end with a space"
    if facts.values and value not in facts.values:
        return f"Must be one of {', '.join(facts.values)}"
    return None


def _has_all(credentials: Mapping[str, Any], names: Collection[str]) -> bool:
    return all(credentials.get(name) for name in names)


def _sandbox() -> CatalogueEntry:
    from chalicelib.carriers.sandbox.presets import PRESETS  # noqa: PLC0415 - many requests need none of it
    from chalicelib.carriers.sandbox.services import SERVICES  # noqa: PLC0415

    presets = {
        name: PresetFacts(
            length=float(one.length.centimetres),
            width=float(one.width.centimetres),
            height=float(one.height.centimetres),
            dimension_unit="CM",
            weight=float(one.heaviest.grams),
            weight_unit="G",
        )
        for name, one in PRESETS.items()
    }
    services = {service.code: service.code for service in SERVICES}
    return CatalogueEntry(SANDBOX, services=services, package_presets=presets)


def _field(facts: dict[str, Any]) -> FieldFacts:
    return FieldFacts(**{**facts, "values": tuple(facts.get("values", ()))})


@cache
def _index() -> Mapping[str, Any]:
    return MappingProxyType(_read("index.json"))


def _read(name: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((FACTS / name).read_text(encoding="utf-8"))
    return facts
