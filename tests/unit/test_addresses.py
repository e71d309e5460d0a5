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


def test_each_fault_is_told_in_its_own_words() -> None:
    assert format_faults(an_address(country_code="AU", postal_code="94103", state_code="CA")) == {
        "postal_code": "94103 is not a postal code of AU; expected something like 2060",
        "state_code": "CA is not a state of AU; use one of ACT, JBT, NSW, NT, QLD, SA, TAS, VIC, WA",
    }


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


def test_each_need_is_told_in_its_own_words_in_the_order_of_an_envelope() -> None:
    nothing = an_address(**dict.fromkeys((*NAMES, "address_line1", "city", "state_code", "phone_number")))

    assert list(missing_for_label(nothing, across_border=True).items()) == [
        ("person_name", "A label needs a person_name or a company_name"),
        ("address_line1", "A label needs the first address line"),
        ("city", "A label needs a city"),
        ("state_code", "A label in this country needs a state"),
        ("phone_number", "A label across borders needs a phone number"),
    ]


def test_across_a_border_it_needs_a_telephone_number() -> None:
    assert missing_for_label(an_address(phone_number=None), across_border=True).keys() == {"phone_number"}
    assert missing_for_label(an_address(), across_border=True) == {}
