"""How far a parcel goes, as a zone: within a country by postal code, between countries by their part of the world."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase, digits
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.domain.addresses import AddressFields

REMOTE_ZONE = 9
"""Between a country's mainland and its far-off parts."""
FARTHEST_DOMESTIC_ZONE = 8
FARTHEST_INTERNATIONAL_ZONE = 5

UNSERVED_COUNTRIES = frozenset({"AQ", "BV", "GS", "HM", "IO", "KP", "SY", "TF", "UM"})
"""Where the sandbox does not go: places without a post, and two under embargoes."""

_REMOTE = {
    "CA": ("X", "Y"),
    "ES": ("35", "38", "51", "52"),
    "FR": ("20",),
    "GB": ("HS", "IV", "KW", "ZE"),
    "PT": ("9",),
    "US": ("09", "340", "962", "963", "964", "965", "966", "967", "968", "969", "995", "996", "997", "998", "999"),
}
"""What the postal codes of far-off parts begin with: islands, the far north, the forces' posts abroad."""

_NEAR_PREFIX = {"US": 3, "CA": 3}
"""Postal codes that share so many characters are the same neighbourhood; elsewhere two."""

_FROM_EAST_TO_WEST = {"CA": "ABCEGHJKLMNPRSTVXY"}
"""First characters of postal codes in the order of the map; elsewhere their own order serves."""

_REGIONS = {
    "europe": (
        "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME "
        "MK MT NL NO PL PT RO RS RU SE SI SJ SK SM TR UA VA XK"
    ),
    "north_america": "BM CA GL MX PM PR US VI",
    "latin_america": (
        "AG AI AR AW BB BL BO BQ BR BS BZ CL CO CR CU CW DM DO EC FK GD GF GP GS GT GY HN HT JM KN KY LC MF MQ MS NI "
        "PA PE PY SR SV SX TC TT UY VC VE VG"
    ),
    "middle_east": "AE AM AZ BH DZ EG EH GE IL IQ IR JO KW LB LY MA OM PS QA SA SY TN YE",
    "africa": (
        "AO BF BI BJ BW CD CF CG CI CM CV DJ ER ET GA GH GM GN GQ GW KE KM LR LS MG ML MR MU MW MZ NA NE NG RE RW SC "
        "SD SH SL SN SO SS ST SZ TD TG TZ UG YT ZA ZM ZW"
    ),
    "asia": ("AF BD BN BT CN HK ID IN IO JP KG KH KP KR KZ LA LK MM MN MO MV MY NP PH PK SG TH TJ TL TM TW UZ VN"),
    "oceania": "AQ AS AU BV CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TF TK TO TV UM VU WF WS",
}
REGION_OF = {country: region for region, countries in _REGIONS.items() for country in countries.split()}

_ZONES_BETWEEN = {
    frozenset({"europe", "middle_east"}): 2,
    frozenset({"north_america", "latin_america"}): 2,
    frozenset({"europe", "north_america"}): 3,
    frozenset({"middle_east", "africa"}): 3,
    frozenset({"middle_east", "asia"}): 3,
    frozenset({"asia", "oceania"}): 3,
    frozenset({"europe", "africa"}): 4,
    frozenset({"europe", "asia"}): 4,
    frozenset({"europe", "latin_america"}): 4,
    frozenset({"north_america", "asia"}): 4,
    frozenset({"north_america", "middle_east"}): 4,
}
"""Within one part of the world it is zone 1; pairs that are not here are zone 5."""


@dataclass(frozen=True)
class Lane:
    """From where to where, as far as the price is concerned."""

    international: bool
    zone: int

    @property
    def name(self) -> str:
        """The zone as `meta.zone` shows it."""
        return f"{'international' if self.international else 'domestic'}-{self.zone}"


def lane(origin: AddressFields, destination: AddressFields) -> Lane:
    """Return the lane between two addresses; one country is domestic, whatever its customs territories."""
    if origin.country_code != destination.country_code:
        return Lane(international=True, zone=_international_zone(origin.country_code, destination.country_code))
    return Lane(international=False, zone=_domestic_zone(origin, destination))


def _international_zone(origin: str, destination: str) -> int:
    regions = frozenset({REGION_OF.get(origin), REGION_OF.get(destination)})
    if len(regions) == 1:
        return 1
    return _ZONES_BETWEEN.get(regions, FARTHEST_INTERNATIONAL_ZONE)  # type: ignore[arg-type]  # None is in no pair


def _domestic_zone(origin: AddressFields, destination: AddressFields) -> int:
    country, here, there = origin.country_code, _compact(origin.postal_code), _compact(destination.postal_code)
    if not here or not there:
        return 1 if (origin.city or "").casefold() == (destination.city or "").casefold() else 2
    near = _NEAR_PREFIX.get(country, 2)
    if here[:near] == there[:near]:
        return 1
    if here.startswith(_REMOTE.get(country, ())) or there.startswith(_REMOTE.get(country, ())):
        return REMOTE_ZONE
    return _zone_by_first_character(country, here[0], there[0])


def _zone_by_first_character(country: str, here: str, there: str) -> int:
    """Return 2 for the same first character, and up to 8 the farther the characters are apart."""
    for order in (_FROM_EAST_TO_WEST.get(country, ""), digits, ascii_uppercase):
        if here in order and there in order:
            steps = abs(order.index(here) - order.index(there)) * (FARTHEST_DOMESTIC_ZONE - 2)
            return 2 + -(-steps // (len(order) - 1))
    return FARTHEST_DOMESTIC_ZONE // 2 + 1


def _compact(postal_code: str | None) -> str:
    return "".join(filter(str.isalnum, (postal_code or "").upper()))
