"""Addresses: what cannot be right is told by field, and what a label lacks before a carrier is asked."""

import pytest

from chalicelib.domain.addresses import format_faults, missing_for_label
from tests.builders import an_address

NAMES = ("person_name", "company_name")


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, set()),
        ({"postal_code": None}, {"postal_code"}),
        ({"postal_code": "1234"}, {"postal_code"}),
        ({"state_code": "ON"}, {"state_code"}),
        ({"postal_code": "K1A 0B6", "state_code": "ON"}, {"postal_code", "state_code"}),
        ({"postal_code": None, "state_code": "ON"}, {"postal_code", "state_code"}),
        ({"country_code": "HK", "postal_code": None, "state_code": None}, set()),
        ({"country_code": "IE", "postal_code": None, "state_code": None}, set()),
        ({"country_code": "DE", "postal_code": None, "state_code": None}, {"postal_code"}),
        ({"state_code": None}, set()),
    ],
)
def test_what_cannot_be_right_is_told_by_field(changes: dict[str, str | None], faults: set[str]) -> None:
    assert format_faults(an_address(**changes)).keys() == faults


def test_a_missing_postal_code_is_told_as_any_missing_field() -> None:
    assert format_faults(an_address(postal_code=None)) == {"postal_code": "This field is required"}


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, set()),
        (dict.fromkeys(NAMES), {"person_name"}),
        (dict.fromkeys(NAMES, ""), {"person_name"}),
        ({"person_name": None}, set()),
        ({"company_name": None}, set()),
        ({"address_line1": None, "city": ""}, {"address_line1", "city"}),
        ({"state_code": None}, {"state_code"}),
        ({"country_code": "CA", "state_code": None}, {"state_code"}),
        ({"country_code": "AU", "state_code": None}, {"state_code"}),
        ({"country_code": "DE", "state_code": None}, set()),
        ({"phone_number": None}, set()),
    ],
)
def test_a_label_needs_somebody_a_street_a_city_and_where_it_is_used_a_state(
    changes: dict[str, str | None], missing: set[str]
) -> None:
    assert missing_for_label(an_address(**changes), across_border=False).keys() == missing


def test_across_a_border_it_needs_a_telephone_number() -> None:
    assert missing_for_label(an_address(phone_number=None), across_border=True).keys() == {"phone_number"}
    assert missing_for_label(an_address(), across_border=True) == {}
