"""Carriers' names: which ones can be followed, and which one was probably meant."""

import pytest

from chalicelib.domain.carriers import (
    LONGEST_NAME,
    REFERENCE_NAMES,
    SANDBOX,
    close_carriers,
    close_names,
    trackable_carriers,
)


def test_the_sandbox_can_be_followed() -> None:
    assert SANDBOX in trackable_carriers()


def test_all_can_be_followed_that_the_reference_names_or_that_a_number_tells_as_carrier_or_issuer() -> None:
    assert trackable_carriers() > REFERENCE_NAMES | {"old_dominion", "swiss_post"}


@pytest.mark.parametrize(
    ("name", "carriers", "expected"),
    [
        ("dp", ["dpd_meta", "ups", "dpd"], ("dpd", "dpd_meta")),
        ("ups_ground", ["ups", "up"], ("ups",)),
        ("upsground", ["ups"], ()),
        ("!!Fed!!", ["fedex", "ups"], ("fedex",)),
        ("DHL - Express", ["dhl_express"], ("dhl_express",)),
        ("ab9", ["ab9_x", "zz", "ab8"], ("ab9_x",)),
        ("abcd9", ["abcd1", "abcd9_far_away"], ("abcd9_far_away", "abcd1")),
        ("abcd9", ["abcd1", "abcd2", "abcd3", "abcd4"], ("abcd4", "abcd3", "abcd2")),
        ("abcx", ["abcd"], ("abcd",)),
        ("abx", ["abc"], ()),
    ],
)
def test_first_come_those_that_share_a_beginning_then_at_most_three_that_are_three_quarters_alike(
    name: str, carriers: list[str], expected: tuple[str, ...]
) -> None:
    assert close_names(name, carriers) == expected


def test_a_name_has_two_to_fifty_letters() -> None:
    longest = "ups_".ljust(LONGEST_NAME, "x")

    assert close_names("up", ["ups"]) == close_names(longest, ["ups"]) == ("ups",)
    assert close_names("u", ["ups"]) == close_names(f"{longest}x", ["ups"]) == ()


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
