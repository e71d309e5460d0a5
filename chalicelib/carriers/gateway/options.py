"""Options: what a customer asks for beside carrying, in the words of the SDK."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from chalicelib.domain.countries import default_currency
from chalicelib.domain.options import DangerousGood

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.carriers.catalogue import CatalogueEntry
    from chalicelib.carriers.profiles.profile import Profile
    from chalicelib.domain.options import Options

AMOUNTS = frozenset({"cash_on_delivery", "declared_value", "insurance", "shipping_charges"})
"""Options that are money, in `currency`."""

OURS = frozenset({"currency", "is_return", "label_dpi", "label_size"})
"""Options that say how others, the addresses and the label are meant: no carrier has to honour them by themselves.

`is_return` must not reach the SDK: some of its connectors swap the addresses by it, which is done already.
"""

KINDS = frozenset({"dangerous_good", "signature_confirmation"})
"""Options of which there are kinds, that a carrier may honour one by one."""

DATES = frozenset({"shipment_date", "shipping_date"})
"""Options that every carrier takes; whatever day is asked, the SDK is told both."""

MIDDAY = "T12:00"
"""The SDK wants to know a time of the day, where the customer named the day alone."""


def asked(options: Options) -> dict[str, Any]:
    """Return the options that ask for something: false, empty ones and `none` do not."""
    names = options.asked()
    return {name: value for name, value in options if name in names}


def not_honoured(options: Options, profile: Profile, entry: CatalogueEntry) -> Iterator[str]:
    """Yield the options that the carrier has nothing for, as `option` or `option:value`."""
    for name, value in asked(options).items():
        if name in OURS or name in DATES or name in entry.options:
            continue
        if _mapping(profile, name, value) is None:
            yield _keys(name, value)[0] if name in KINDS and value is not True else name


def contradicting(options: Options, profile: Profile) -> Iterator[tuple[str, str]]:
    """Yield two options each for which the carrier has one place, and which would fill it differently."""
    found: dict[str, tuple[str, Any]] = {}
    for name, value in asked(options).items():
        mapping = {} if name in OURS else _mapping(profile, name, value) or {}
        for word, told in _filled(mapping, value).items():
            first, before = found.setdefault(word, (name, told))
            if before != told:
                yield first, name


def sdk_options(options: Options, profile: Profile, entry: CatalogueEntry, country_code: str) -> dict[str, Any]:
    """Return the options as the SDK wants them; amounts are in the currency of the origin, unless they tell theirs.

    What the carrier does not honour is left out: `not_honoured` refuses it before.
    """
    wanted = asked(options)
    found: dict[str, Any] = {}
    if options.currency or wanted.keys() & AMOUNTS:
        found["currency"] = options.currency or default_currency(country_code)
    found |= _days(options)
    for name, value in wanted.items():
        if name not in OURS:
            found |= _filled(_mapping(profile, name, value) or {}, value)
    own = {name: value for name, value in options.carrier_options().items() if name in entry.options}
    told = {name: value for name, value in own.items() if value is not False}  # some connectors look for the name alone
    return found | {name: _of_type(entry.options[name], value) for name, value in told.items()}


def plain(value: object) -> Any:
    """Return a value as JSON has it: exact numbers become floats here and nowhere else."""
    if isinstance(value, BaseModel):
        return {name: plain(part) for name, part in value if part is not None}
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return _plain_scalar(value)


def _plain_scalar(value: object) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def _days(options: Options) -> dict[str, str]:
    if options.shipping_date is not None:
        day = options.shipment_date or options.shipping_date.date()
        return {"shipment_date": plain(day), "shipping_date": plain(options.shipping_date)}
    if options.shipment_date is not None:
        day = plain(options.shipment_date)
        return {"shipment_date": day, "shipping_date": f"{day}{MIDDAY}"}
    return {}


def _mapping(profile: Profile, name: str, value: object) -> Mapping[str, Any] | None:
    """Return what the profile has for an option; None where the carrier does not honour it."""
    return next((profile.options[key] for key in _keys(name, value) if key in profile.options), None)


def _keys(name: str, value: object) -> tuple[str, ...]:
    """Return under which keys a profile may have an option, the most exact first.

    A signature that is asked for plainly is the plain one: an adult's, or the addressee's own, is never taken for it.
    """
    if name == "signature_confirmation" and value in (True, "signature"):
        return f"{name}:signature", f"{name}:true", name
    if name == "signature_confirmation":
        return (f"{name}:{value}",)
    if isinstance(value, bool):
        return f"{name}:true", name
    if isinstance(value, DangerousGood):
        return _dangerous_keys(value)
    return (f"{name}:{value}", name) if isinstance(value, str) else (name,)


def _dangerous_keys(goods: DangerousGood) -> tuple[str, ...]:
    """Return the keys of goods whose class or lithium kind is told: what tells less must not stand for them."""
    if goods.lithium is None:
        return (f"dangerous_good:{goods.hazard_class}",)
    return f"dangerous_good:{goods.lithium}", f"dangerous_good:{goods.hazard_class}:{goods.lithium}"


def _filled(mapping: Mapping[str, Any], value: object) -> dict[str, Any]:
    """Return a mapping with `...` replaced by the option's own value."""
    return {name: plain(value if told is ... else told) for name, told in mapping.items()}


def _of_type(word: str, value: object) -> Any:
    """Return a carrier's own option, a whole number where the SDK wants one."""
    return int(value) if word == "integer" and isinstance(value, Decimal) else plain(value)
