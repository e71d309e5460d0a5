"""Between which places a parcel with goods needs a customs declaration.

A place belongs to its country's territory, unless the law joins countries (`_UNIONS`) or keeps a corner of one apart
(`_AREAS`, told by postal code). Within one territory nothing is declared, nor across `_OPEN_BORDERS`.

For the EU a territory is customs territory and VAT area in one: goods for the Canaries stay in the first but leave the
second, and are declared as exports are (Regulation (EU) 952/2013 art. 1(3), Delegated Regulation (EU) 2015/2446 art.
134). The Commission's page "Territorial status of EU countries and certain territories" shows both columns.

Left out on purpose: customs unions whose borders still ask for papers are several territories (the EU with Türkiye,
Andorra, San Marino and Gibraltar; SACU, EAEU, GCC); free zones inside a country are none; and what no postal code
shows can't be told (Cyprus outside the Republic's control, the posts of British forces abroad).
"""

from typing import NamedTuple


class _Union(NamedTuple):
    """Countries that are one territory; their codes are parted by spaces."""

    territory: str
    country_codes: str
    source: str


class _Area(NamedTuple):
    """A part of a country that is not in its territory; what its postal codes begin with is parted by spaces."""

    country_code: str
    postal_codes: str
    territory: str
    source: str


_EU = "Regulation (EU) 952/2013, art. 4; Directive 2006/112/EC, art. 7 (Monaco)"
_NOT_IN_EU = "Regulation (EU) 952/2013, art. 4(1): overseas countries and territories, outside both"
_NOT_IN_EU_VAT = "Directive 2006/112/EC, art. 6(1): in the customs territory, outside the VAT area"
_NOT_IN_EU_CUSTOMS = "Directive 2006/112/EC, art. 6(2), and Regulation (EU) 952/2013, art. 4(1): outside both"
_BUESINGEN = _NOT_IN_EU_CUSTOMS + "; treaty of 23 November 1964: Büsingen is in Switzerland's territory"
_US = "Harmonized Tariff Schedule of the United States, general note 2: the States, DC and Puerto Rico"
_US_POSTS = "USPS Domestic Mail Manual, 608.2.4 and 703.2.3.6: APO, FPO and DPO take a customs form"
_AU = "Customs Act 1901, s. 6: does not extend to the external territories"
_CHANNEL_ISLANDS = "Arrangements of 26 November 2018: in a customs union with the UK, outside its VAT area"
_NORTHERN_IRELAND = "GB-NORTHERN-IRELAND"
_OWN_STATE = "a state of its own, written with Italian postal codes"

_UNIONS = (
    _Union("EU", "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK MC", _EU),
    _Union("GB", "GB IM", "Agreement of 15 October 1979 on customs and excise, United Kingdom and Isle of Man"),
    _Union("CH", "CH LI", "Customs treaty of 29 March 1923 between Switzerland and Liechtenstein"),
    _Union("US", "US PR", _US),
    _Union("GP", "GP MQ", "Code général des impôts, art. 294: Guadeloupe and Martinique are one market"),
)

_AREAS = (
    _Area("ES", "35 38", "ES-CANARIES", _NOT_IN_EU_VAT),
    _Area("ES", "51", "ES-CEUTA", _NOT_IN_EU_CUSTOMS),
    _Area("ES", "52", "ES-MELILLA", _NOT_IN_EU_CUSTOMS),
    _Area("FI", "22", "AX", _NOT_IN_EU_VAT),
    _Area("GR", "63086 63087", "GR-ATHOS", _NOT_IN_EU_VAT),
    _Area("IT", "22061", "IT-CAMPIONE", _NOT_IN_EU_VAT),
    _Area("IT", "23041", "IT-LIVIGNO", _NOT_IN_EU_CUSTOMS),
    _Area("IT", "4789", "SM", _OWN_STATE),
    _Area("IT", "00120", "VA", _OWN_STATE),
    _Area("DE", "27498", "DE-HELIGOLAND", _NOT_IN_EU_CUSTOMS),
    _Area("DE", "78266", "CH", _BUESINGEN),
    _Area("DK", "39", "GL", _NOT_IN_EU),
    _Area("FR", "971 972", "GP", _NOT_IN_EU_VAT),
    _Area("FR", "97133 977", "BL", _NOT_IN_EU),
    _Area("FR", "97150 978", "MF", _NOT_IN_EU_VAT),
    _Area("FR", "973", "GF", _NOT_IN_EU_VAT),
    _Area("FR", "974", "RE", _NOT_IN_EU_VAT),
    _Area("FR", "975", "PM", _NOT_IN_EU),
    _Area("FR", "976", "YT", _NOT_IN_EU_VAT),
    _Area("FR", "984", "TF", _NOT_IN_EU),
    _Area("FR", "986", "WF", _NOT_IN_EU),
    _Area("FR", "987", "PF", _NOT_IN_EU),
    _Area("FR", "988", "NC", _NOT_IN_EU),
    _Area(
        "GB", "BT", _NORTHERN_IRELAND, "Windsor Framework, art. 4 and 5: in the UK's territory, under the EU's rules"
    ),
    _Area("GB", "GY", "GG", _CHANNEL_ISLANDS),
    _Area("GB", "JE", "JE", _CHANNEL_ISLANDS),
    _Area("NO", "917 8099", "SJ", "Norwegian customs law: Svalbard and Jan Mayen are outside the customs territory"),
    _Area("US", "008", "VI", _US),
    _Area("US", "96799", "AS", _US),
    _Area("US", "96898", "UM", _US),
    _Area("US", "9691 9692 9693", "GU", _US),
    _Area("US", "96939 96940", "PW", _US),
    _Area("US", "96941 96942 96943 96944", "FM", _US),
    _Area("US", "9695", "MP", _US),
    _Area("US", "9696 9697", "MH", _US),
    _Area("US", "090 091 092 093 094 095 096 097 098 340 962 963 964 965 966", "US-POSTS-ABROAD", _US_POSTS),
    _Area("AU", "2899", "NF", _AU),
    _Area("AU", "6798", "CX", _AU),
    _Area("AU", "6799", "CC", _AU),
)

# Windsor Framework, art. 5(4) and 6: no border for goods to either side. What a business parcel from Great Britain must
# tell nevertheless, its carrier declares (UK Carrier Scheme), and an address doesn't show who is a business.
_OPEN_BORDERS = frozenset({frozenset({_NORTHERN_IRELAND, "EU"}), frozenset({_NORTHERN_IRELAND, "GB"})})

_TERRITORY_OF_COUNTRY = {code: union.territory for union in _UNIONS for code in union.country_codes.split()}
_TERRITORY_OF_AREA = {
    (area.country_code, start): area.territory for area in _AREAS for start in area.postal_codes.split()
}
_LONGEST_START = max(len(start) for _, start in _TERRITORY_OF_AREA)


def customs_territory(country_code: str, postal_code: str | None) -> str:
    """Return the key of the territory that a place is in: "EU", an ISO 3166-1 code, or one with a name (ES-CEUTA).

    The country's code is in upper case; of the postal code neither case nor spaces matter. A missing or unknown one
    counts as mainland.
    """
    compact = "".join(filter(str.isalnum, (postal_code or "").upper()))
    for length in range(_LONGEST_START, 0, -1):
        if territory := _TERRITORY_OF_AREA.get((country_code, compact[:length])):
            return territory
    return _TERRITORY_OF_COUNTRY.get(country_code, country_code)


def customs_needed(
    origin_country: str,
    origin_postal_code: str | None,
    destination_country: str,
    destination_postal_code: str | None,
) -> bool:
    """Return whether a parcel from here to there needs customs; documents alone never do, which the caller knows."""
    origin = customs_territory(origin_country, origin_postal_code)
    destination = customs_territory(destination_country, destination_postal_code)
    return origin != destination and frozenset({origin, destination}) not in _OPEN_BORDERS
