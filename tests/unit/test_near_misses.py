"""Near misses: numbers that are mistyped, as far as their check digits tell."""

import json
from pathlib import Path

import pytest

from chalicelib.domain.tracking_numbers import candidates, formats, near_misses, normalized

EXAMPLES = json.loads((Path(__file__).parents[1] / "data/tracking-numbers/examples.json").read_text(encoding="utf-8"))
VALID = [(format_id, number) for format_id, known in EXAMPLES.items() for number in known["valid"]]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1Z5R89390357567128", ("ups",)),
        (" 1z 5r8 939 0357567128", ("ups",)),
        ("1Z5R89390357567127", ()),
        ("SBX000000005100004", ("sandbox",)),
        ("SBX000009995100004", ()),
        ("RB123456784GB", ("royalmail",)),
        ("RB123456784QQ", ()),
        ("hello", ()),
        ("", ()),
        ("1" * 101, ()),
    ],
    ids=[
        "a check digit",
        "white space and case",
        "right",
        "the sandbox",
        "a minute that no day has",
        "a country's post",
        "no country",
        "junk",
        "nothing",
        "too long",
    ],
)
def test_a_near_miss_has_all_of_a_format_but_its_check_digit(number: str, expected: tuple[str, ...]) -> None:
    assert near_misses(number) == expected


@pytest.mark.parametrize(("format_id", "number"), VALID)
def test_a_valid_number_is_no_near_miss_of_its_own_format(format_id: str, number: str) -> None:
    own = next(known for known in formats() if known.format_id == format_id)

    assert own.near_miss(normalized(number)) is None


def test_a_number_of_several_formats_names_each_carrier_once() -> None:
    found = [near_misses(number[:-1] + digit) for _, number in VALID for digit in "0123456789"]

    assert any(found)
    assert all(len(set(carriers)) == len(carriers) for carriers in found)


def test_it_may_be_of_one_carrier_by_one_format_and_a_near_miss_of_another() -> None:
    number = "07209560411"

    assert "dhl_express" in [candidate.carrier_name for candidate in candidates(number)]
    assert "dhl_express" not in near_misses(number)
