"""Carriers' names: which ones can be followed, and which one was probably meant."""

import pytest

from chalicelib.domain.carriers import SANDBOX, close_carriers, trackable_carriers


def test_the_sandbox_can_be_followed() -> None:
    assert SANDBOX in trackable_carriers()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dhl", {"dhl_express", "dhl_ecommerce", "dhl_parcel_de", "dhl_poland", "dhl_universal"}),
        ("DHL Express", {"dhl_express"}),
        ("FedEx", {"fedex"}),
        ("ups_ground", {"ups"}),
        ("canada-post", {"canadapost"}),
        ("royal_mail", {"royalmail"}),
        ("uspss", {"usps"}),
    ],
)
def test_a_name_that_is_none_is_close_to_what_was_meant(name: str, expected: set[str]) -> None:
    assert expected <= set(close_carriers(name))


@pytest.mark.parametrize("name", ["", "d", "zzzzzz", "_", "\N{SNOWMAN}", "x" * 100_000])
def test_a_name_that_is_like_none_is_close_to_none(name: str) -> None:
    assert close_carriers(name) == ()


def test_each_is_named_once_and_all_can_be_followed() -> None:
    for start in {carrier[:2] for carrier in trackable_carriers()}:
        found = close_carriers(start)

        assert len(found) == len(set(found))
        assert set(found) <= trackable_carriers()
