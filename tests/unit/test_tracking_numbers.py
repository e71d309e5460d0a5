"""Carriers told from tracking numbers: the known ones right, overlaps ranked, junk refused, and never slow."""

import json
import re
import string
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import tracking_numbers
from chalicelib.domain.tracking_numbers import Candidate, Format, Lookup, candidates, formats, luhn_digit, normalized

EXAMPLES = json.loads((Path(__file__).parents[1] / "data/tracking-numbers/examples.json").read_text(encoding="utf-8"))
DATA = json.loads(
    (Path(tracking_numbers.__file__).parent / "tracking_formats/formats.json").read_text(encoding="utf-8")
)
CARRIERS = {
    known["id"]: known.get("carrier_name", courier["carrier_name"])
    for courier in DATA["couriers"]
    for known in courier["formats"]
}
REGEXES = {known["id"]: known["regex"] for courier in DATA["couriers"] for known in courier["formats"]}
VALID = [(format_id, number) for format_id, known in EXAMPLES.items() for number in known["valid"]]
INVALID = [(format_id, number) for format_id, known in EXAMPLES.items() for number in known["invalid"]]
ALPHABET = string.digits + string.ascii_uppercase + "-"


@pytest.fixture(autouse=True)
def read_anew() -> None:
    """Let each test read the formats itself, whichever comes first."""
    formats.cache_clear()


def format_of(format_id: str) -> Format:
    return next(known for known in formats() if known.format_id == format_id)


def carriers_of(number: str) -> list[str]:
    return [candidate.carrier_name for candidate in candidates(number)]


@st.composite
def sandbox_numbers(draw: st.DrawFn) -> str:
    day, minute = draw(st.integers(0, 99_999)), draw(st.integers(0, 1439))
    serial = f"{day:05}{minute:04}{draw(st.integers(0, 9))}{draw(st.integers(0, 9999)):04}"
    return f"SBX{serial}{luhn_digit(serial)}"


@st.composite
def near_misses(draw: st.DrawFn) -> str:
    """A known number, as it is or with one character changed, left out or put in."""
    number = normalized(draw(st.sampled_from(VALID))[1])
    position = draw(st.integers(0, len(number)))
    rest = number[position + draw(st.integers(0, 1)) :]
    return number[:position] + draw(st.text(ALPHABET, max_size=1)) + rest


@pytest.mark.parametrize(("format_id", "number"), [case for case in VALID if case[0] != "s10"])
def test_a_known_number_is_attributed_to_its_courier_by_its_format(format_id: str, number: str) -> None:
    own = format_of(format_id).candidate(normalized(number))

    assert own is not None
    assert own.carrier_name == CARRIERS[format_id]
    assert own.carrier_name in carriers_of(number)


def test_nearly_every_known_number_has_one_courier_only() -> None:
    several = {number: carriers_of(number) for _, number in VALID if len(candidates(number)) != 1}

    assert several == {"320610804900": ["fedex", "purolator"]}


@pytest.mark.parametrize(("format_id", "number"), INVALID)
def test_a_known_bad_number_is_refused_by_its_format(format_id: str, number: str) -> None:
    assert format_of(format_id).candidate(normalized(number)) is None


@pytest.mark.parametrize(
    ("country", "carrier", "name"),
    [
        ("GB", "royalmail", "Royal Mail Group plc"),
        ("US", "usps", "United States Postal Service"),
        ("DE", "dhl_parcel_de", "Deutsche Post"),
        ("SE", "postnord", "Posten Sweden Post"),
        ("DK", "postnord", "Post Danmark"),
        ("AF", "s10", "Afghan Post"),
    ],
)
def test_an_s10_number_belongs_to_the_post_of_its_country(country: str, carrier: str, name: str) -> None:
    assert candidates(f"RB123456785{country}") == (Candidate(carrier, name, checksummed=True, tracking_url=None),)


def test_an_s10_number_of_a_country_without_a_post_is_nobodys() -> None:
    assert candidates("RB123456785QQ") == ()


def test_each_table_that_a_format_requires_must_know_the_number_and_may_name_the_courier() -> None:
    tables = (Lookup("A", {"1": {"courier": "One"}}), Lookup("B", {"2": {}}))
    known = Format("id", "carrier", "name", re.compile("(?P<A>.)(?P<B>.)"), required=tables)

    assert known.candidate("12") == Candidate("carrier", "One", checksummed=False, tracking_url=None)
    assert (known.candidate("13"), known.candidate("22")) == (None, None)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("07209560411", ["dhl_express", "old_dominion"]),
        ("JAB123456789", ["dhl_express", "purolator"]),
        ("4201002334249200190103879009343242", ["usps", "fedex"]),
        ("LX123456785CN", ["china_post", "dhl_ecommerce"]),
        ("9261290983497923666238", ["usps"]),
        ("420926029261290336128704067248", ["usps"]),
        ("60120172242323", ["dhl_ecommerce"]),
        ("GM2951173225174494", ["dhl_ecommerce"]),
        ("JJD0099999999", ["dhl_express"]),
    ],
)
def test_every_courier_that_matches_is_named_in_its_rank(number: str, expected: list[str]) -> None:
    assert carriers_of(number) == expected


@given(st.text(string.digits, min_size=14, max_size=14))
def test_any_14_digits_may_be_dhl_ecommerce(number: str) -> None:
    assert carriers_of(number) == ["dhl_ecommerce"]


@pytest.mark.parametrize("number", ["60120172242323", "GM2951173225174494"])
def test_a_carrier_has_one_name_whichever_its_format(number: str) -> None:
    assert [candidate.name for candidate in candidates(number)] == ["DHL E-Commerce"]


@given(near_misses())
def test_each_carrier_comes_once_and_checksummed_formats_come_first(number: str) -> None:
    found = candidates(number)

    assert len({candidate.carrier_name for candidate in found}) == len(found)
    assert [candidate.checksummed for candidate in found] == sorted((c.checksummed for c in found), reverse=True)


@pytest.mark.parametrize("number", ["9101026837331000039521", "01026837331000039521"])
def test_a_91_that_a_usps_number_leaves_out_counts_for_its_check_digit(number: str) -> None:
    assert [known.format_id for known in formats() if known.candidate(number)] == ["usps_legacy"]


def test_a_number_of_two_formats_of_one_carrier_names_it_once() -> None:
    number = "4201002394929139496975070199695516"

    assert [known.format_id for known in formats() if known.candidate(number)] == ["usps_impb_n", "usps_legacy"]
    assert carriers_of(number) == ["usps"]


@pytest.mark.parametrize(
    ("number", "url"),
    [
        ("1z 5r8 939 035756 7127", "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums=1Z5R89390357567127"),
        (
            "D576002440000001718010",
            "https://www.canpar.com/en/track/tracking.jsp?reference=D576002440000001718010&locale=en",
        ),
        ("TBA000000000000", None),
        ("33810799560000004380417923803212", None),
    ],
)
def test_the_tracking_url_holds_the_number_without_spaces(number: str, url: str | None) -> None:
    assert [candidate.tracking_url for candidate in candidates(number)] == [url]


@given(
    st.sampled_from(VALID), st.lists(st.tuples(st.integers(0, 40), st.sampled_from(" \t\n\u00a0\u3000")), max_size=9)
)
def test_white_space_and_case_do_not_matter(known: tuple[str, str], spaces: list[tuple[int, str]]) -> None:
    number = known[1]
    typed = number.lower()
    for position, space in spaces:
        typed = typed[:position] + space + typed[position:]

    assert candidates(typed) == candidates(number) != ()


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "   ",
        "hello",
        "0" * 101,
        "1Z5R89390357567127\0",
        "1Z-5R8-9390357567127",
        "1Z5R89390357567127;DROP",
        "٣٣١٨٨١٠٠٢٥",
        "\uff13\uff13\uff11\uff18\uff18\uff11\uff10\uff10\uff12\uff15",
        "1\uff3a5R89390357567127",
        "\u017fp029692510000920746",
        "l\u0131 129 79072",
        "rb123456785\u212bt",
        "33188\u200b10025",
        "\U0001f4e6",
        "\ud800",
    ],
)
def test_junk_and_look_alikes_are_nobodys(junk: str) -> None:
    assert candidates(junk) == ()


@given(st.sampled_from(VALID), st.integers(0, 40), st.characters(categories=["Nd"], min_codepoint=128))
def test_no_other_scripts_digit_stands_in_for_a_character(known: tuple[str, str], at: int, foreign: str) -> None:
    number = normalized(known[1])
    position = at % len(number)

    assert candidates(number[:position] + foreign + number[position + 1 :]) == ()


@given(st.text(max_size=120) | st.text(ALPHABET + " ", max_size=120))
def test_whatever_is_typed_gets_an_answer(text: str) -> None:
    assert isinstance(candidates(text), tuple)


@given(near_misses())
def test_dropping_the_patterns_white_space_changes_no_verdict(number: str) -> None:
    verdicts = {format_id: re.fullmatch(regex, number) for format_id, regex in REGEXES.items()}

    for format_id, verdict in verdicts.items():
        ours = format_of(format_id).pattern.fullmatch(number)
        assert (ours and ours.groupdict()) == (verdict and verdict.groupdict())


@given(sandbox_numbers())
def test_a_sandbox_number_is_the_sandboxs_alone(number: str) -> None:
    assert candidates(number) == (Candidate("sandbox", "Dray sandbox", checksummed=True, tracking_url=None),)
    assert [known.format_id for known in formats() if known.pattern.fullmatch(number)] == ["sandbox"]


@given(sandbox_numbers(), st.integers(3, 17), st.integers(1, 9))
def test_a_sandbox_number_with_one_wrong_digit_is_nobodys(number: str, position: int, shift: int) -> None:
    wrong = f"{number[:position]}{(int(number[position]) + shift) % 10}{number[position + 1 :]}"

    assert candidates(wrong) == ()


def test_a_sandbox_number_names_a_minute_that_a_day_has() -> None:
    last, none = "02156143921234", "02156144021234"

    assert carriers_of(f"SBX{last}{luhn_digit(last)}") == ["sandbox"]
    assert carriers_of(f"SBX{none}{luhn_digit(none)}") == []


def test_all_formats_of_all_couriers_are_known() -> None:
    assert len(DATA["couriers"]) == 18
    assert {known.format_id for known in formats()} == {*REGEXES, "sandbox"} == {*EXAMPLES, "sandbox"}
    assert len(formats()) == 40


def test_only_one_pattern_repeats_without_a_bound_and_none_nests_such_repeats() -> None:
    unbounded = {known.format_id: re.findall(r".[*+]|\{\d*,\}", known.pattern.pattern) for known in formats()}

    assert {format_id: found for format_id, found in unbounded.items() if found} == {"dhl_ecommerce": ["]*"]}


@pytest.mark.parametrize("format_id", [*EXAMPLES, "sandbox"])
def test_a_pattern_settles_hostile_numbers_within_its_time_budget(format_id: str) -> None:
    starts = {normalized(number) for _, number in VALID} | {"420", "94", "92612", "GM", "SBX"} | set(ALPHABET)
    fillers = ("0", "9", "94", "A", "0A", "420", "1Z", "J", "-")
    hostile = [f"{start}{filler * 100}"[:length] for start in starts for filler in fillers for length in (30, 34, 100)]
    fullmatch = format_of(format_id).pattern.fullmatch

    started_at = time.process_time()
    for number in hostile:
        fullmatch(number)
        fullmatch(f"{number[:-1]}!")
    spent_s = time.process_time() - started_at

    assert spent_s / len(hostile) < 0.0005


@pytest.mark.parametrize(("number", "misses"), [("", 0), ("0", 1), ("0" * 100, 1), ("0" * 101, 0)])
def test_formats_are_read_only_when_a_number_may_be_one(number: str, misses: int) -> None:
    candidates(number)

    assert formats.cache_info().misses == misses


def test_formats_are_read_once_and_not_at_import() -> None:
    script = (
        "from chalicelib.domain.tracking_numbers import candidates, formats\n"
        "for number in ('', '0', '1'): candidates(number); print(formats.cache_info().misses)"
    )

    command = [sys.executable, "-c", script]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 our own script

    assert printed.stdout.split() == ["0", "1", "1"]
