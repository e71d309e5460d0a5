import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import customs_territories
from chalicelib.domain.countries import COUNTRIES
from chalicelib.domain.customs_territories import customs_needed, customs_territory

# Codes that begin as those of the special areas do, so that these are met often.
postal_codes = st.none() | st.from_regex(r"(35|38|51|52|22|97|98|96|00|23|63|BT|GY|JE)?[0-9]{3}", fullmatch=True)
places = st.tuples(st.sampled_from(list(COUNTRIES)), postal_codes)


@pytest.mark.parametrize(
    ("origin", "destination"),
    [
        (("DE", "10115"), ("FR", "75001")),
        (("IE", None), ("PT", "9000-001")),  # Madeira
        (("ES", "28001"), ("ES", "07001")),  # the Balearics
        (("FR", "75001"), ("MC", "98000")),
        (("DE", "10115"), ("FR", "98000")),  # Monaco, written as French
        (("DE", "10115"), ("AT", "6691")),  # Jungholz
        (("ES", "35001"), ("ES", "38001")),  # within the Canaries
        (("GP", "97110"), ("MQ", "97200")),
        (("FR", "97110"), ("FR", "97200")),
        (("GB", "SW1A 1AA"), ("IM", "IM1 1AA")),
        (("GB", "SW1A 1AA"), ("GB", "BT1 1AA")),
        (("IE", "D02 X285"), ("GB", "bt1 1aa")),
        (("CH", "8005"), ("LI", "9490")),
        (("CH", "8005"), ("DE", "78266")),  # Büsingen
        (("US", "10001"), ("PR", "00930")),
        (("US", "10001"), ("US", "00930")),
        (("US", "10001"), ("US", "96801")),  # Hawaii
        (("NO", "0025"), ("NO", "9180")),
        (("FI", "22150"), ("AX", "22100")),
        (("JP", "154-0023"), ("JP", "900-0001")),
    ],
)
def test_within_one_territory_nothing_is_declared(
    origin: tuple[str, str | None], destination: tuple[str, str | None]
) -> None:
    assert not customs_needed(*origin, *destination)


@pytest.mark.parametrize(
    ("origin", "destination"),
    [
        (("US", "10001"), ("CA", "K1A 0B6")),
        (("DE", "10115"), ("CH", "8005")),
        (("DE", "10115"), ("GB", "SW1A 1AA")),
        (("IE", "D02 X285"), ("GB", "M2 5BQ")),
        (("DE", "10115"), ("NO", "0025")),
        (("DE", "10115"), ("TR", "06101")),  # a customs union that wants papers
        (("ES", "28001"), ("AD", "AD500")),
        (("ES", "28001"), ("ES", "35001")),  # the Canaries
        (("ES", "28001"), ("ES", "38001")),
        (("ES", "28001"), ("ES", "51001")),  # Ceuta
        (("ES", "51001"), ("ES", "52001")),  # Melilla
        (("FI", "00550"), ("FI", "22150")),  # Åland
        (("FI", "00550"), ("AX", "22150")),
        (("GR", "151 24"), ("GR", "630 86")),  # Mount Athos
        (("IT", "00144"), ("IT", "23041")),  # Livigno
        (("IT", "00144"), ("IT", "22061")),  # Campione
        (("IT", "00144"), ("SM", "47890")),
        (("IT", "00144"), ("IT", "47890")),
        (("IT", "00144"), ("IT", "00120")),
        (("DE", "10115"), ("DE", "27498")),  # Heligoland
        (("DE", "10115"), ("DE", "78266")),  # Büsingen
        (("DK", "1566"), ("DK", "3900")),
        (("DK", "1566"), ("FO", "100")),
        (("FR", "75001"), ("FR", "97110")),
        (("FR", "75001"), ("RE", "97400")),
        (("FR", "97400"), ("FR", "97600")),
        (("FR", "97110"), ("FR", "97133")),
        (("FR", "75001"), ("NC", "98800")),
        (("NL", "1234 AB"), ("CW", None)),
        (("GB", "SW1A 1AA"), ("JE", "JE1 1AA")),
        (("GB", "SW1A 1AA"), ("GB", "GY1 1AA")),
        (("GB", "BT1 1AA"), ("US", "10001")),
        (("GB", "BT1 1AA"), ("ES", "35001")),
        (("GB", "BT1 1AA"), ("CH", "8005")),
        (("ES", "11300"), ("GI", "GX11 1AA")),
        (("NO", "0025"), ("SJ", "9170")),
        (("NO", "0025"), ("NO", "9170")),
        (("NO", "0025"), ("NO", "8099")),
        (("US", "10001"), ("GU", "96910")),
        (("US", "10001"), ("US", "96910")),
        (("US", "10001"), ("US", "96799")),
        (("US", "10001"), ("US", "00802-1222")),
        (("US", "10001"), ("US", "09316")),  # an army post office
        (("US", "96910"), ("US", "96950")),
        (("AU", "2060"), ("AU", "2899")),  # Norfolk Island
        (("AU", "2060"), ("CX", "6798")),
        (("CN", "100096"), ("HK", None)),
        (("RS", "106314"), ("XK", "10000")),
    ],
)
def test_between_two_territories_goods_are_declared(
    origin: tuple[str, str | None], destination: tuple[str, str | None]
) -> None:
    assert customs_needed(*origin, *destination)


@pytest.mark.parametrize(
    ("country", "postal_code", "territory"),
    [
        ("DE", "10115", "EU"),
        ("ES", "52001", "ES-MELILLA"),
        ("FR", "97133", "BL"),
        ("FR", "97150", "MF"),
        ("FR", "97300", "GF"),
        ("FR", "97400", "RE"),
        ("FR", "97500", "PM"),
        ("FR", "97600", "YT"),
        ("FR", "98400", "TF"),
        ("FR", "98600", "WF"),
        ("FR", "98709", "PF"),
        ("FR", "98800", "NC"),
        ("GB", "JE1 1AA", "JE"),
        ("US", "96898", "UM"),
        ("US", "96932", "GU"),
        ("US", "96940", "PW"),
        ("US", "96941", "FM"),
        ("US", "96950", "MP"),
        ("US", "96960", "MH"),
        ("AU", "6798", "CX"),
        ("AU", "6799", "CC"),
        ("GB", "IM1 1AA", "GB"),
        ("ES", "35", "ES-CANARIES"),
        ("JP", "154-0023", "JP"),
    ],
)
def test_the_most_particular_area_decides_the_territory(country: str, postal_code: str, territory: str) -> None:
    assert customs_territory(country, postal_code) == territory


@pytest.mark.parametrize(("country", "code"), [("FI", "FI-22"), ("GR", "6308"), ("XX", "35001")])
def test_what_is_no_special_area_counts_as_mainland(country: str, code: str) -> None:
    assert customs_territory(country, code) == customs_territory(country, None)


@given(places, places)
def test_customs_are_needed_both_ways_or_neither(here: tuple[str, str | None], there: tuple[str, str | None]) -> None:
    assert customs_needed(*here, *there) == customs_needed(*there, *here)


@given(places)
def test_no_customs_are_needed_to_send_to_the_same_place(place: tuple[str, str | None]) -> None:
    assert not customs_needed(*place, *place)


@given(st.sampled_from(list(COUNTRIES)), st.sampled_from([None, "", " "]))
def test_a_missing_postal_code_is_mainland(country: str, postal_code: str | None) -> None:
    assert not customs_needed(country, None, country, postal_code)


@given(places)
def test_northern_ireland_alone_is_open_to_two_territories(place: tuple[str, str | None]) -> None:
    open_to = {
        customs_territory(*there)
        for there in (("IE", None), ("GB", None), ("US", None))
        if not customs_needed(*place, *there)
    }

    assert len(open_to) <= 1 or customs_territory(*place) == "GB-NORTHERN-IRELAND"


def test_every_row_of_the_table_names_its_source() -> None:
    sources = [area.source for area in customs_territories._AREAS]
    sources += [union.source for union in customs_territories._UNIONS]

    assert all(sources)


def test_every_country_of_the_table_exists() -> None:
    named = {area.country_code for area in customs_territories._AREAS}
    named |= {code for union in customs_territories._UNIONS for code in union.country_codes.split()}

    assert named <= set(COUNTRIES)
