"""The offline check of an address: it says what was checked, and what nobody looked at."""

import pytest

from chalicelib.domain.addresses import AddressFields, offline_validation


@pytest.mark.parametrize(
    ("address", "checked"),
    [
        (
            {"country_code": "US", "postal_code": "10118", "state_code": "NY"},
            ["country_code", "state_code", "postal_code"],
        ),
        ({"country_code": "US", "postal_code": "94103"}, ["country_code", "postal_code"]),
        ({"country_code": "FR", "postal_code": "75001", "state_code": "IDF"}, ["country_code", "postal_code"]),
        ({"country_code": "HK", "postal_code": "999077"}, ["country_code"]),
    ],
    ids=["all three", "no state", "states that nobody lists", "no postal codes"],
)
def test_it_names_what_was_checked_and_what_was_not(address: dict[str, str], checked: list[str]) -> None:
    validation = offline_validation(AddressFields(**address))

    assert validation.success
    assert validation.meta == {
        "checked": checked,
        "how": "offline",
        "not_checked": "whether they belong together, and whether there is such an address",
    }
