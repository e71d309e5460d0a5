"""Check digits: right on real numbers, and deaf to no error that the algorithm promises to hear."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import tracking_numbers
from chalicelib.domain.check_digits import (
    check_character,
    luhn_digit,
    mod7_digit,
    mod10_digit,
    mod_37_36_character,
    s10_digit,
    two_moduli_digit,
)

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
FEDEX_WEIGHTS = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)
BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def serials(length: int, alphabet: str = "0123456789") -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=length, max_size=length)


@st.composite
def serials_with_one_wrong_digit(draw: st.DrawFn, length: int, alphabet: str = "0123456789") -> tuple[str, str, int]:
    """A serial, the same with one character changed, and where."""
    serial = draw(serials(length, alphabet))
    position = draw(st.integers(0, length - 1))
    other = draw(st.sampled_from([character for character in alphabet if character != serial[position]]))
    return serial, serial[:position] + other + serial[position + 1 :], position


def weighted_remainder(serial: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(serial, weights, strict=True)) % 11


@pytest.mark.parametrize(
    ("answer", "of", "expected"),
    [
        (luhn_digit, ("7992739871",), 3),
        (luhn_digit, ("0720956276",), 3),
        (luhn_digit, ("32059546393",), 8),
        (mod10_digit, ("007393800054929", 3, 1), 7),
        (mod10_digit, ("5R8939035756712", 1, 2), 7),
        (mod10_digit, ("56828361001273", 1, 3), 4),
        (mod7_digit, ("331881002",), 5),
        (s10_digit, ("12345678", S10_WEIGHTS), 5),
        (s10_digit, ("00000000", S10_WEIGHTS), 5),
        (s10_digit, ("00001001", S10_WEIGHTS), 1),
        (s10_digit, ("00101100", S10_WEIGHTS), 0),
        (two_moduli_digit, ("98657878885", FEDEX_WEIGHTS, (11, 10)), 5),
        (two_moduli_digit, ("00000000010", FEDEX_WEIGHTS, (11, 10)), 3),
        (two_moduli_digit, ("00000000101", FEDEX_WEIGHTS, (11, 10)), 8),
        (two_moduli_digit, ("00000000110", FEDEX_WEIGHTS, (11, 10)), 0),
    ],
)
def test_a_known_serial_gets_its_known_digit(answer: Callable[..., int], of: tuple[Any, ...], expected: int) -> None:
    assert answer(*of) == expected


@pytest.mark.parametrize(("serial", "expected"), [("09980000020033", "F"), ("008182709980000020033350276", "C")])
def test_a_known_dpd_serial_gets_its_known_character(serial: str, expected: str) -> None:
    assert mod_37_36_character(serial) == expected


@given(serials_with_one_wrong_digit(14))
def test_luhn_hears_every_wrong_digit(case: tuple[str, str, int]) -> None:
    serial, wrong, _ = case

    assert luhn_digit(serial) != luhn_digit(wrong)


@given(serials(14), st.integers(0, 12))
def test_luhn_hears_every_swap_of_neighbours_but_0_and_9(serial: str, position: int) -> None:
    first, second = serial[position], serial[position + 1]
    swapped = serial[:position] + second + first + serial[position + 2 :]

    heard = luhn_digit(serial) != luhn_digit(swapped)

    assert heard == (first != second and {first, second} != {"0", "9"})


@pytest.mark.parametrize("serial", ["", "12a4", "12 4", "-124", "١٢٣", "²"])
def test_luhn_takes_only_ascii_digits(serial: str) -> None:
    with pytest.raises(ValueError, match="0-9"):
        luhn_digit(serial)


@given(serials_with_one_wrong_digit(19), st.sampled_from([(1, 3), (3, 1)]))
def test_mod10_with_a_weight_of_3_hears_every_wrong_digit(case: tuple[str, str, int], weights: tuple[int, int]) -> None:
    serial, wrong, _ = case

    assert mod10_digit(serial, *weights) != mod10_digit(wrong, *weights)


@given(serials_with_one_wrong_digit(15))
def test_mod10_with_a_weight_of_2_is_deaf_only_to_digits_off_by_5_at_odd_positions(case: tuple[str, str, int]) -> None:
    serial, wrong, position = case

    heard = mod10_digit(serial, 1, 2) != mod10_digit(wrong, 1, 2)

    assert heard == (position % 2 == 0 or abs(int(serial[position]) - int(wrong[position])) != 5)


@pytest.mark.parametrize(("letter", "digit"), [("A", "2"), ("H", "9"), ("I", "0"), ("R", "9"), ("Z", "7")])
def test_a_letter_weighs_its_ascii_code_less_3_modulo_10(letter: str, digit: str) -> None:
    assert mod10_digit(f"1{letter}2", 1, 2) == mod10_digit(f"1{digit}2", 1, 2)


@given(serials_with_one_wrong_digit(10))
def test_mod7_is_deaf_only_to_digits_off_by_7(case: tuple[str, str, int]) -> None:
    serial, wrong, position = case

    heard = mod7_digit(serial) != mod7_digit(wrong)

    assert heard == (abs(int(serial[position]) - int(wrong[position])) != 7)


@given(serials_with_one_wrong_digit(8))
def test_s10_is_deaf_only_between_the_remainders_0_and_6(case: tuple[str, str, int]) -> None:
    serial, wrong, _ = case

    heard = s10_digit(serial, S10_WEIGHTS) != s10_digit(wrong, S10_WEIGHTS)

    assert heard == ({weighted_remainder(text, S10_WEIGHTS) for text in (serial, wrong)} != {0, 6})


@given(serials_with_one_wrong_digit(11))
def test_two_moduli_are_deaf_only_between_the_remainders_0_and_10(case: tuple[str, str, int]) -> None:
    serial, wrong, _ = case

    heard = two_moduli_digit(serial, FEDEX_WEIGHTS, (11, 10)) != two_moduli_digit(wrong, FEDEX_WEIGHTS, (11, 10))

    assert heard == ({weighted_remainder(text, FEDEX_WEIGHTS) for text in (serial, wrong)} != {0, 10})


@given(serials_with_one_wrong_digit(27, BASE_36))
def test_mod_37_36_hears_every_wrong_character(case: tuple[str, str, int]) -> None:
    serial, wrong, _ = case

    assert mod_37_36_character(serial) != mod_37_36_character(wrong)


def test_weights_that_do_not_fit_the_serial_are_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        s10_digit("1234567", S10_WEIGHTS)


def test_a_reversed_checksum_counts_positions_from_the_right() -> None:
    rule = {"name": "mod10", "evens_multiplier": 3, "odds_multiplier": 1, "reverse": True}

    assert check_character("1002", rule) == check_character("2001", rule | {"reverse": False}) == "3"


def test_an_unknown_algorithm_is_an_error() -> None:
    with pytest.raises(KeyError, match="mod11"):
        check_character("123", {"name": "mod11"})


def test_every_algorithm_of_the_data_is_known_with_the_modulo_that_it_has_here() -> None:
    moduli = {"luhn": 10, "mod10": 10, "mod7": 7, "mod_37_36": 36, "s10": 11}
    data = Path(tracking_numbers.__file__).parent / "tracking_formats" / "formats.json"
    couriers = json.loads(data.read_text(encoding="utf-8"))["couriers"]
    rules = [
        known["validation"]["checksum"] for courier in couriers for known in courier["formats"] if "validation" in known
    ]

    assert {rule["name"] for rule in rules} == {*moduli, "sum_product_with_weightings_and_modulo"}
    assert [rule for rule in rules if "modulo" in rule and rule["modulo"] != moduli[rule["name"]]] == []
