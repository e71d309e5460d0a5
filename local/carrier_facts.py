"""Carrier facts: read from the installed SDK's connectors, as plain JSON in one order."""

from __future__ import annotations

import enum
import importlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attr

from chalicelib.carriers.gateway.sdk import metadata as sdk_metadata
from chalicelib.domain.carrier_details import PACKAGING_TYPES
from chalicelib.domain.options import Options
from chalicelib.domain.trackers import INCIDENT_REASONS, TRACKER_STATUSES
from local.carrier_texts import (
    CONFIG_HIDDEN,
    CONFIG_TEXTS,
    CREDENTIAL_TEXTS,
    GROUPS,
    NEEDED,
    NEEDED_CONFIG,
    OWN_TEXTS,
    SECRET,
    SERVER_URL,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.carriers.profiles.profile import Profile

Json = dict[str, Any]

SDK_OWN_FIELDS = frozenset({"carrier_id", "test_mode", "id", "metadata", "config", "services"})
"""Fields of every connector's settings that are no credentials."""

JSON_TYPES: Mapping[str, str] = {
    "bool": "boolean",
    "int": "integer",
    "to_int": "integer",
    "float": "number",
    "to_money": "number",
    "list": "array",
    "List": "array",
    "dict": "object",
    "to_dict": "object",
}
"""JSON's words for the SDK's types; whatever is not here is a text."""

NO_OPTIONS = ("label_format", "label_size", "label_type")
"""Parts of names of options that Dray decides itself, by `label_type` and `options.label_size`."""

SCALARS = frozenset({"boolean", "string", "integer", "number"})
"""Types of options that a request can send."""

NOT_SENT: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("dhl_express", "purolator"), re.compile(".*")),
    "seko": re.compile("seko_(invoice_data|origin_id)"),
    "usps_international": re.compile("usps_(facility_id|hold_for_pickup|carrier_release|physical_signature_required)"),
}
"""Options that a connector declares, and does not send, or sends in words that the carrier does not have."""

SENT_BY_NAME = frozenset({"seko", "teleship", "ups"})
"""Connectors that send each option by its name: what their source does not name is not sent."""

READ_BY_CODE = frozenset(
    {
        "asendia",
        "bpost",
        "dpd",
        "hermes",
        "landmark",
        "locate2u",
        "nationex",
        "parcelone",
        "purolator",
        "roadie",
        "seko",
        "smartkargo",
        "spring",
        "teleship",
        "tnt",
        "zoom2u",
    }
)
"""Carriers without a table of ours, whose events the SDK reads by the very code that it tells."""

STATUSES: Mapping[str, str] = {
    **{status: status for status in TRACKER_STATUSES},
    "return_initiated": "return_to_sender",
}
"""The contract's tracker statuses, by the SDK's words."""

REASONS: Mapping[str, str] = {reason: reason for reason in INCIDENT_REASONS if reason != "unknown"}
"""The contract's incident reasons, by the SDK's words."""


def facts_of(profile: Profile) -> Json:
    """Return all facts of one carrier, as they are written down."""
    metadata = sdk_metadata(profile.connector)
    units = sys.modules.get(f"karrio.providers.{profile.connector}.units")
    read = profile.carrier_name in READ_BY_CODE
    books = bool(profile.capabilities & {"rating", "shipping"})
    return {
        "services": dict(profile.services) or _services(metadata, units) if books else {},
        "options": _options(profile, metadata, units) if books else {},
        "packaging_types": _packaging_types(units) if books else {},
        "package_presets": _presets(units) if books else {},
        "connection_fields": _credentials(profile, metadata),
        "one_group_of": GROUPS.get(profile.carrier_name, []),
        "config_fields": _config(profile, metadata),
        "statuses": _codes(getattr(units, "TrackingStatus", ()), STATUSES) if read else {},
        "reasons": _codes(getattr(units, "TrackingIncidentReason", ()), REASONS) if read else {},
    }


def index_of(all_facts: Mapping[str, Json]) -> Json:
    """Return what request bodies may name, of all carriers together."""
    options: dict[str, str] = {}
    for facts in all_facts.values():
        for name, kind in facts["options"].items():
            if options.setdefault(name, kind) != kind:
                raise ValueError(f"two carriers give the option {name} different types")
    presets = {name for facts in all_facts.values() for name in facts["package_presets"]}
    packagings = {name for facts in all_facts.values() for name in facts["packaging_types"]}
    return {
        "carriers": sorted(all_facts),
        "options": dict(sorted(options.items())),
        "package_presets": sorted(presets),
        "packaging_types": sorted(packagings - set(PACKAGING_TYPES)),
    }


def _services(metadata: Any, units: Any) -> dict[str, str]:
    listed: Iterable[Any] = metadata.services or getattr(units, "ShippingService", ())
    return {service.name: str(_value(service)) for service in listed}


def _options(profile: Profile, metadata: Any, units: Any) -> dict[str, str]:
    """Return the carrier's own options: those of the contract are typed already, and some are Dray's to decide."""
    listed = metadata.options or getattr(units, "ShippingOption", ())
    found = {option.name: JSON_TYPES.get(getattr(option.value.type, "__name__", ""), "string") for option in listed}
    not_sent = NOT_SENT.get(profile.carrier_name)
    named = _source(profile.connector) if profile.carrier_name in SENT_BY_NAME else None
    return {
        name: kind
        for name, kind in found.items()
        if kind in SCALARS
        and name not in Options.model_fields
        and not any(part in name for part in NO_OPTIONS)
        and not (not_sent and not_sent.fullmatch(name))
        and (named is None or re.search(rf"\b{name}\b", named))
    }


def _source(connector: str) -> str:
    """Return the text of the modules that make the connector's requests for rates and labels."""
    folder = Path(importlib.import_module(f"karrio.providers.{connector}.units").__file__ or "").parent
    return "".join(
        path.read_text(encoding="utf-8") for path in (folder / "rate.py", *(folder / "shipment").glob("*.py"))
    )


def _packaging_types(units: Any) -> dict[str, str]:
    """Return the carrier's packagings; none where all names have one code, for then it asks for none."""
    listed = getattr(units, "PackagingType", None) or getattr(units, "PackageType", None)
    named = {name: str(_value(member)) for name, member in _members(listed).items() if name == name.lower()}
    return named if len(set(named.values())) > 1 else {}


def _presets(units: Any) -> dict[str, Json]:
    found = {}
    for preset in getattr(units, "PackagePresets", ()):
        size = preset.value
        facts: Json = {name: float(getattr(size, name)) for name in ("length", "width", "height")}
        facts["dimension_unit"] = size.dimension_unit
        if size.weight:
            facts |= {"weight": float(size.weight), "weight_unit": size.weight_unit}
        if size.packaging_type:
            facts["packaging_type"] = size.packaging_type
        found[preset.name] = facts
    return found


def _credentials(profile: Profile, metadata: Any) -> dict[str, Json]:
    fields = {}
    for known in attr.fields(metadata.Settings):
        if known.name in SDK_OWN_FIELDS:
            continue
        name = known.name
        needed = known.default is attr.NOTHING or name in NEEDED.get(profile.carrier_name, ())
        fields[name] = {
            "type": "integer" if known.type is int else "string",
            **({"required": True} if needed else {}),
            **({"secret": True} if SECRET.search(name) else {}),
            "description": _text(profile.carrier_name, name, CREDENTIAL_TEXTS),
            **_values(known.type),
        }
    return fields


def _config(profile: Profile, metadata: Any) -> dict[str, Json]:
    """Return what a connection's config may say: only what the calls that Dray makes go by."""
    fields: dict[str, Json] = {}
    books = bool(profile.capabilities & {"shipping"})
    for known in metadata.connection_configs or () if books else ():
        if known.name in CONFIG_HIDDEN:
            continue
        kind = getattr(known.value.type, "__name__", "")
        fields[known.name] = {
            "type": JSON_TYPES.get(kind, "string"),
            **({"required": True} if known.name in NEEDED_CONFIG.get(profile.carrier_name, ()) else {}),
            "description": _text(profile.carrier_name, known.name, CONFIG_TEXTS),
            **_values(known.value.type),
        }
    fields["server_url"] = {"type": "string", "description": SERVER_URL}
    return fields


def _text(carrier_name: str, name: str, texts: Mapping[str, str]) -> str:
    """Return what a field is; raises `KeyError` for one that nobody described."""
    return OWN_TEXTS.get((carrier_name, name)) or texts[name]


def _values(kind: Any) -> Json:
    """Return what a field of a listed kind can be: the SDK goes by the members' names."""
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return {"values": [member.name for member in kind]}
    return {}


def _codes(listed: Iterable[Any], words: Mapping[str, str]) -> dict[str, str]:
    """Return our words by the carrier's codes; a code that the SDK lists twice has its first meaning."""
    found: dict[str, str] = {}
    for member in listed:
        if member.name in words:
            for code in member.value:
                if str(code):
                    found.setdefault(str(code).upper(), words[member.name])
    return dict(sorted(found.items()))


def _members(listed: Any) -> Mapping[str, Any]:
    return getattr(listed, "__members__", {})


def _value(member: Any) -> Any:
    return getattr(member.value, "code", member.value)
