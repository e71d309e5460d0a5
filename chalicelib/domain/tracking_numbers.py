"""Which carriers a tracking number may belong to, told from its shape and its check digit."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from chalicelib.domain.check_digits import check_character, luhn_digit

__all__ = [
    "LONGEST_NUMBER",
    "SANDBOX_REGEX",
    "Candidate",
    "Format",
    "candidates",
    "formats",
    "luhn_digit",
    "near_misses",
    "normalized",
]

LONGEST_NUMBER = 100
"""Characters of a normalized number; longer ones are refused before any pattern is tried. The longest known has 41."""

SANDBOX_REGEX = (
    r"SBX(?P<SerialNumber>(?P<Day>[0-9]{5})(?P<Minute>0[0-9]{3}|1[0-3][0-9]{2}|14[0-3][0-9])"
    r"(?P<Service>[0-9])(?P<Random>[0-9]{4}))(?P<CheckDigit>[0-9])"
)
"""Our sandbox's parcels: sold how many days after 2020-01-01, in which minute of that UTC day; service; random."""

_DATA = Path(__file__).parent / "tracking_formats" / "formats.json"
"""github.com/jkeen/tracking_number_data, MIT (its LICENSE lies beside it), with the carrier names that Dray uses."""

_ASCII_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)


@dataclass(frozen=True)
class Candidate:
    """A carrier whose numbers look like the one asked about.

    `checksummed` says that a check digit was right, not the shape alone; `tracking_url` is the carrier's own page for
    this number.
    """

    carrier_name: str
    name: str
    checksummed: bool
    tracking_url: str | None


@dataclass(frozen=True)
class Lookup:
    """A table over one group of a format's pattern, in which a valid number must be found."""

    group: str
    entries: Mapping[str, Mapping[str, str]]

    def find(self, match: re.Match[str]) -> Mapping[str, str] | None:
        """Return the entry for what the group holds, if there is one."""
        return self.entries.get(match[self.group])


@dataclass(frozen=True)
class Format:
    """One way in which a carrier writes its numbers.

    `checksum` is a rule of `check_digits`; `prepend_if` a pattern, and what goes before a serial that it matches, for
    the checksum only; `issuers` are carrier names by a number's last two letters.
    """

    format_id: str
    carrier_name: str
    name: str
    pattern: re.Pattern[str]
    tracking_url: str | None = None
    checksum: Mapping[str, Any] | None = None
    prepend_if: tuple[re.Pattern[str], str] | None = None
    required: tuple[Lookup, ...] = ()
    issuers: Mapping[str, str] = field(default_factory=dict)

    def candidate(self, number: str) -> Candidate | None:
        """Return whose a normalized number is by this format alone, or None when it is not of this format."""
        match = self.pattern.fullmatch(number)
        if match is None or not self._check_digit_is_right(match):
            return None
        return self._candidate(number, match)

    def near_miss(self, number: str) -> Candidate | None:
        """Return whose a normalized number would be by this format, were its check digit not wrong; None otherwise."""
        match = self.pattern.fullmatch(number)
        if match is None or self._check_digit_is_right(match):
            return None
        return self._candidate(number, match)

    def _candidate(self, number: str, match: re.Match[str]) -> Candidate | None:
        """Return whose the number is, None when one of its groups holds what no valid number does."""
        found: dict[str, str] = {}
        for lookup in self.required:
            entry = lookup.find(match)
            if entry is None:
                return None
            found |= entry
        return Candidate(
            carrier_name=self.issuers.get(number[-2:], self.carrier_name),
            name=found.get("courier", self.name),
            checksummed=self.checksum is not None,
            tracking_url=self.tracking_url and self.tracking_url.replace("%s", number),
        )

    def _check_digit_is_right(self, match: re.Match[str]) -> bool:
        if self.checksum is None:
            return True
        serial = match["SerialNumber"]
        if self.prepend_if is not None and self.prepend_if[0].match(serial):
            serial = self.prepend_if[1] + serial
        return check_character(serial, self.checksum) == match["CheckDigit"]


def normalized(number: str) -> str:
    """Return `number` without white space and in upper case, as carriers' patterns want it.

    Only ASCII letters change: full case rules turn some others into ASCII ones (the long s into S), so that look-alikes
    would pass.
    """
    return "".join(number.split()).translate(_ASCII_UPPER)


def candidates(number: str) -> tuple[Candidate, ...]:
    """Return every carrier whose numbers look like this one, each once, the likeliest first.

    Formats with a check digit come before those without, and USPS before others: behind its 420 + ZIP prefix a number
    may pass for one of FedEx's 34 digits. No candidate is no verdict: several carriers' formats are not known.
    """
    compact = normalized(number)
    found = [candidate for known in _formats_for(compact) if (candidate := known.candidate(compact))]
    best: dict[str, Candidate] = {}
    for candidate in sorted(found, key=_rank):
        best.setdefault(candidate.carrier_name, candidate)
    return tuple(best.values())


def near_misses(number: str) -> tuple[str, ...]:
    """Return the carriers of whose formats this number has all but a right check digit: it is probably mistyped."""
    compact = normalized(number)
    found = filter(None, (known.near_miss(compact) for known in _formats_for(compact)))
    return tuple(dict.fromkeys(candidate.carrier_name for candidate in found))


@cache
def formats() -> tuple[Format, ...]:
    """Return all known formats; the first call reads and compiles them."""
    data = json.loads(_DATA.read_bytes())
    return (*(known for courier in data["couriers"] for known in _formats_of(courier)), _sandbox())


def _formats_for(compact: str) -> tuple[Format, ...]:
    """Return the formats that a normalized number may be of: none when it is empty, or longer than any."""
    return formats() if 0 < len(compact) <= LONGEST_NUMBER else ()


def _rank(candidate: Candidate) -> tuple[bool, bool]:
    return (not candidate.checksummed, candidate.carrier_name != "usps")


def _formats_of(courier: Mapping[str, Any]) -> Iterator[Format]:
    names = {courier["carrier_name"]: courier["name"]}
    for known in courier["formats"]:
        carrier_name = known.get("carrier_name", courier["carrier_name"])
        validation = known.get("validation", {})
        yield Format(
            format_id=known["id"],
            carrier_name=carrier_name,
            name=names.setdefault(carrier_name, known["name"]),
            pattern=_compiled(known["regex"]),
            tracking_url=known.get("tracking_url"),
            checksum=validation.get("checksum"),
            prepend_if=_prepend_if(validation.get("serial_number_format")),
            required=_required(known),
            issuers=courier.get("issuers", {}),
        )


def _compiled(regex: str) -> re.Pattern[str]:
    # A normalized number has no white space, and without the repeats for it no repeat can nest in another.
    return re.compile(regex.replace(r"\s*", ""))


def _prepend_if(serial_number_format: Mapping[str, Any] | None) -> tuple[re.Pattern[str], str] | None:
    if serial_number_format is None:
        return None
    rule = serial_number_format["prepend_if"]
    return _compiled(rule["matches_regex"]), rule["content"]


def _required(known: Mapping[str, Any]) -> tuple[Lookup, ...]:
    wanted = known.get("validation", {}).get("additional", {}).get("exists", [])
    tables = {table["name"]: table for table in known.get("additional", [])}
    return tuple(_lookup(tables[name]) for name in wanted)


def _lookup(table: Mapping[str, Any]) -> Lookup:
    return Lookup(table["regex_group_name"], {entry["matches"]: entry for entry in table["lookup"]})


def _sandbox() -> Format:
    return Format("sandbox", "sandbox", "Dray sandbox", re.compile(SANDBOX_REGEX), checksum={"name": "luhn"})
