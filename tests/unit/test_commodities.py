"""Commodities: their numbers are checked, in parcels and in customs declarations alike."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api.bodies import checked
from chalicelib.api.schemas.customs import CustomsData
from chalicelib.api.schemas.parcels import ParcelData
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.parcels import GTIN_LENGTHS, checked_gtin
from tests.builders import an_id

COMMODITY = {"weight": 1, "weight_unit": "KG"}


@pytest.mark.parametrize(
    "number", ["4006381333931", "012345678905", "96385074", "10012345678902", "00012345600012", "0000000000000"]
)
def test_a_gtin_of_each_length_with_its_check_digit_is_taken(number: str) -> None:
    assert checked_gtin(number) == number


@given(st.sampled_from(GTIN_LENGTHS).flatmap(lambda length: st.from_regex(rf"[0-9]{{{length - 1}}}", fullmatch=True)))
def test_just_one_check_digit_fits(serial: str) -> None:
    fitting = [digit for digit in "0123456789" if is_gtin(serial + digit)]

    assert len(fitting) == 1


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.integers(0, 12), st.integers(1, 9))
def test_a_wrong_digit_is_found(serial: str, place: int, off: int) -> None:
    number = next(serial + digit for digit in "0123456789" if is_gtin(serial + digit))
    wrong = number[:place] + str((int(number[place]) + off) % 10) + number[place + 1 :]

    assert not is_gtin(wrong)


def is_gtin(text: str) -> bool:
    try:
        checked_gtin(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("4006381333932", "The check digit of this GTIN should be 1, not 2"),
        ("400638133393", "The check digit of this GTIN should be 0, not 3"),
        ("40063813339", "Use a GTIN of 8, 12, 13 or 14 digits"),
        ("4006381-333931", "Use a GTIN of 8, 12, 13 or 14 digits"),
        ("", "Use a GTIN of 8, 12, 13 or 14 digits"),
        ("\u0661" * 8, "Use a GTIN of 8, 12, 13 or 14 digits"),
        (4006381333931, "Must be a string"),
    ],
)
def test_what_is_no_gtin_is_told_at_its_path(number: Any, told: str) -> None:
    in_parcel = {"weight": 1, "weight_unit": "KG", "items": [COMMODITY | {"gtin": number}]}
    in_customs = {"commodities": [COMMODITY | {"gtin": number}]}

    assert faults(ParcelData, in_parcel)["items.0.gtin"] == told
    assert faults(CustomsData, in_customs)["commodities.0.gtin"] == told


def faults(model: Any, tree: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        checked(model, tree, "no")
    return caught.value.details


def test_both_numbers_are_kept_in_parcels_and_declarations() -> None:
    numbers = {"gtin": "4006381333931", "manufacturer_product_id": "M-1"}
    parcel = checked(ParcelData, {"weight": 1, "weight_unit": "KG", "items": [COMMODITY | numbers]}, "no")
    customs = checked(CustomsData, {"commodities": [COMMODITY | numbers]}, "no")

    for kept in (parcel.parcel(an_id).items[0], customs.customs(an_id).commodities[0]):
        assert kept.model_dump(include=set(numbers)) == numbers


def test_a_makers_number_is_at_most_100_characters_long() -> None:
    tree = {"commodities": [COMMODITY | {"manufacturer_product_id": "x" * 101}]}

    assert faults(CustomsData, tree).keys() == {"commodities.0.manufacturer_product_id"}
