"""Carrier pages: a page a carrier for the docs, made from what `/v1/carriers` answers and the profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.carriers import catalogue
from chalicelib.carriers.details import details
from chalicelib.carriers.profiles.others import LEFT_OUT
from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.trackers import TRACKER_STATUSES
from local.carrier_errors import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chalicelib.carriers.profiles.profile import Profile
    from chalicelib.domain.carrier_details import CarrierDetails, ConnectionField, PackagePreset, ShippingOption

INDEX = "README.md"

GENERATED = "<!-- Written by `python -m local.catalogue`; change the profile, or local/carrier_*.py, instead. -->"

CAPABILITIES: Mapping[str, str] = {
    "rating": "rates",
    "shipping": "labels",
    "voiding": "voids",
    "tracking": "tracking",
    "returns": "returns",
    "multi_parcel": "several parcels",
    "customs": "customs",
}
"""What each capability is called in a table's head, in the order of its columns."""

MOST_IN_A_LINE = 12
"""More names than these make a table too wide to read."""


def pages(names: Iterable[str]) -> Mapping[str, str]:
    """Return the pages by file name: one for each carrier, and the index of all."""
    known = {name: details(name) for name in names}
    own = {f"{name}.md": _page(name, one) for name, one in known.items() if name != SANDBOX}
    return {**own, INDEX: _index(known)}


def _page(name: str, one: CarrierDetails) -> str:
    about = catalogue.profile(name)
    parts = (
        f"# {one.display_name}",
        GENERATED,
        _summary(name, one),
        _credentials(one),
        _services(one),
        _options(one.shipping_options),
        _packagings(one),
        _labels(one),
        _addresses(about),
        _notes(one),
        _errors(about),
        _statuses(about),
    )
    return "\n\n".join(filter(None, parts)) + "\n"


def _summary(name: str, one: CarrierDetails) -> str:
    can = [told for capability, told in CAPABILITIES.items() if capability in one.capabilities]
    sandbox = (
        "It has a sandbox, which connections in test mode reach."
        if one.has_sandbox
        else "It has no sandbox of its own: a connection in test mode needs a `config.server_url`."
    )
    return f"`carrier_name`: `{name}` · {one.integration_status} · {', '.join(can)}. {sandbox}"


def _credentials(one: CarrierDetails) -> str:
    parts = ["## Credentials", one.credentials_from.rstrip(".") + "."]
    parts.append(_fields("credentials", one.connection_fields))
    groups = catalogue.entry(one.carrier_name).one_group_of
    if groups:
        parts.append(f"Of these at least {' or '.join(_names(group, ' and ') for group in groups)} must be there.")
    parts.append(_fields("config", one.config_fields))
    return "\n\n".join(parts)


def _fields(head: str, fields: Mapping[str, ConnectionField]) -> str:
    rows = (
        (f"`{name}`", "yes" if one.required else "", one.description + _one_of(one.values))
        for name, one in fields.items()
    )
    return _table((f"`{head}`", "required", "what it is"), rows)


def _one_of(values: Sequence[str]) -> str:
    return f" One of {_names(values)}." if values else ""


def _services(one: CarrierDetails) -> str:
    if not one.shipping_services:
        return ""
    rows = ((f"`{name}`", f"`{code}`") for name, code in one.shipping_services.items())
    return "## Services\n\n" + _table(("`service`", "the carrier's code"), rows)


def _options(options: Mapping[str, ShippingOption]) -> str:
    if not options:
        return ""
    rows = ((f"`{name}`", " or ".join(one.types), _names(one.values)) for name, one in options.items())
    told = "Any other option is refused: the carrier then offers no rate, and says so in `messages`."
    return f"## Options\n\n{told}\n\n" + _table(("option", "type", "only"), rows)


def _packagings(one: CarrierDetails) -> str:
    parts = []
    if one.packaging_types:
        rows = ((f"`{name}`", f"`{code}`") for name, code in one.packaging_types.items())
        parts.append("## Packagings\n\n" + _table(("`packaging_type`", "the carrier's code"), rows))
    if one.package_presets:
        presets = ((f"`{name}`", _size(one), _weight(one)) for name, one in one.package_presets.items())
        head = ("`package_preset`", "length x width x height", "at most")
        parts.append("## Presets\n\n" + _table(head, presets))
    return "\n\n".join(parts)


def _size(preset: PackagePreset) -> str:
    sides = " x ".join(f"{side:g}" for side in (preset.length, preset.width, preset.height))
    return f"{sides} {preset.dimension_unit}"


def _weight(preset: PackagePreset) -> str:
    return "" if preset.weight is None else f"{preset.weight:g} {preset.weight_unit}"


def _labels(one: CarrierDetails) -> str:
    if not one.labels:
        return ""
    rows = ((f"`{label.label_type}`", f"`{label.size}`", str(label.dpi or "")) for label in one.labels)
    most = (
        f"A shipment has at most {one.most_parcels} parcels." if one.most_parcels > 1 else "A shipment has one parcel."
    )
    void = f" A label can be voided within {one.void_days} days." if one.void_days else ""
    table = _table(("`label_type`", "`options.label_size`", "`options.label_dpi`"), rows)
    return f"## Labels\n\n{table}\n\n{most}{void}"


def _addresses(about: Profile) -> str:
    rows = [("live", url) for url in about.live_urls] + [("test", url) for url in about.test_urls]
    told = "Calls in each mode go to addresses that begin like this, and to no others."
    return f"## Addresses\n\n{told}\n\n" + _table(("mode", "address"), ((mode, f"`{url}`") for mode, url in rows))


def _notes(one: CarrierDetails) -> str:
    return "## Good to know\n\n" + "\n".join(f"- {note}" for note in one.notes) if one.notes else ""


def _errors(about: Profile) -> str:
    if not about.errors:
        return ""
    errors = dict(about.errors) | {
        code: word for code, word in about.tracking_errors.items() if code not in about.errors
    }
    rows = [(f"`{word}`", MEANINGS[word], _some(codes)) for word, codes in _by_word(errors, MEANINGS)]
    told = "`code` in `messages`; `details.carrier_code` has the carrier's own, and another code stands as it came."
    return f"## What errors mean\n\n{told}\n\n" + _table(("`code`", "what it means", "the carrier's codes"), rows)


def _statuses(about: Profile) -> str:
    if not about.statuses:
        return ""
    rows = [(f"`{word}`", _some(codes)) for word, codes in _by_word(about.statuses, TRACKER_STATUSES)]
    told = "What the `code` of an event means; any other is `unknown`, and `meta.unknown_codes` lists it."
    return f"## Tracking codes\n\n{told}\n\n" + _table(("`status`", "the carrier's codes"), rows)


def _by_word(words: Mapping[str, str], order: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Return the carrier's codes by our word for them, in the order of our words."""
    codes = {word: [code for code, told in words.items() if told == word] for word in order}
    return [(word, sorted(found)) for word, found in codes.items() if found]


def _some(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - MOST_IN_A_LINE} more" if len(codes) > MOST_IN_A_LINE else ""
    return _names(codes[:MOST_IN_A_LINE]) + more


def _index(known: Mapping[str, CarrierDetails]) -> str:
    columns = ("carrier", "`carrier_name`", *CAPABILITIES.values(), "sandbox", "status")
    rows = [
        (
            f"[{one.display_name}]({'../sandbox.md' if name == SANDBOX else f'{name}.md'})",
            f"`{name}`",
            *("✓" if capability in one.capabilities else "" for capability in CAPABILITIES),
            "✓" if one.has_sandbox else "",
            one.integration_status,
        )
        for name, one in sorted(known.items(), key=lambda pair: pair[1].display_name.casefold())
    ]
    left_out = _table(("connector", "why not"), ((f"`{name}`", reason) for name, reason in LEFT_OUT.items()))
    errors = _table(("`code`", "what it means"), ((f"`{code}`", told) for code, told in MEANINGS.items()))
    return f"""# Carriers

{GENERATED}

What `GET /v1/carriers` answers, as pages. A customer connects its own accounts by `POST /v1/connections`; their
credentials go in, are encrypted, and never come out.

`production-ready` carriers are tested whole against stand-ins that are written from the carrier's published API. Of
`beta` ones it was recorded what the SDK's connector sends, and read how it takes the answers, and no more.

{_table(columns, rows)}

A carrier with tracking alone sells nothing here: its page says why. The setting `CARRIERS` narrows what a stage offers.

## What errors mean

`code` of a message is one of these where the carrier's own code is known, else the carrier's own;
`details.carrier_code` always has the carrier's own.

{errors}

## What is left out

Connectors of the SDK that are not offered:

{left_out}
"""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _names(names: Iterable[str], separator: str = ", ") -> str:
    return separator.join(f"`{name}`" for name in names)
