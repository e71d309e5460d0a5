"""Profiles: what each carrier is said to do fits together."""

from typing import get_args
from urllib.parse import urlsplit

import pytest

from chalicelib.carriers import catalogue
from chalicelib.carriers.profiles.others import LEFT_OUT, OTHERS
from chalicelib.carriers.profiles.profile import ErrorCode, Profile
from chalicelib.domain.options import Options
from chalicelib.domain.trackers import INCIDENT_REASONS, TRACKER_STATUSES
from local.carrier_errors import MEANINGS

PROFILES = [catalogue.profile(name) for name in catalogue.carriers() if name != "sandbox"]


def _name(profile: Profile) -> str:
    return profile.carrier_name


every_profile = pytest.mark.parametrize("profile", PROFILES, ids=_name)


@every_profile
def test_calls_go_to_whole_https_addresses(profile: Profile) -> None:
    for url in (*profile.live_urls, *profile.test_urls):
        parts = urlsplit(url)
        assert parts.scheme == "https"
        assert parts.hostname
        assert "." in parts.hostname
        assert not parts.query
    assert profile.live_urls


@every_profile
def test_no_address_is_reached_in_both_modes(profile: Profile) -> None:
    for live in profile.live_urls:
        for test in profile.test_urls:
            assert not test.startswith(live)
            assert not live.startswith(test)


@every_profile
def test_who_quotes_sells_and_who_sells_quotes(profile: Profile) -> None:
    assert ("rating" in profile.capabilities) == ("shipping" in profile.capabilities)
    if "shipping" not in profile.capabilities:
        assert profile.capabilities == {"tracking"}


@every_profile
def test_who_sells_has_services_and_labels_and_nobody_else_has(profile: Profile) -> None:
    sells = "shipping" in profile.capabilities
    known = catalogue.entry(profile.carrier_name)

    assert (bool(profile.labels), bool(known.services)) == (sells, sells)
    of_labels = (profile.options, known.options, known.packaging_types, known.package_presets)
    assert sells or not any(of_labels)


@every_profile
def test_only_who_takes_several_parcels_says_so(profile: Profile) -> None:
    assert ("multi_parcel" in profile.capabilities) == (profile.most_parcels > 1)


@every_profile
def test_honoured_options_are_the_contracts(profile: Profile) -> None:
    assert {key.partition(":")[0] for key in profile.options} <= Options.model_fields.keys()


@every_profile
def test_codes_become_words_of_the_contract(profile: Profile) -> None:
    assert set(profile.statuses.values()) <= set(TRACKER_STATUSES)
    assert set(profile.reasons.values()) <= set(INCIDENT_REASONS)
    assert {*profile.errors.values(), *profile.tracking_errors.values()} <= set(get_args(ErrorCode))
    assert all(code == code.upper() for code in (*profile.statuses, *profile.reasons))


@every_profile
def test_a_customer_is_told_where_credentials_come_from(profile: Profile) -> None:
    assert "https://" in profile.credentials_from
    assert all(note.endswith(".") for note in profile.notes)


def test_every_error_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(get_args(ErrorCode))


def test_the_other_carriers_are_sorted_and_none_is_twice() -> None:
    names = [profile.carrier_name for profile in OTHERS]

    assert names == sorted(set(names))
    assert not set(names) & catalogue.OWN_MODULES


def test_what_is_left_out_is_not_offered() -> None:
    assert not {profile.connector for profile in PROFILES} & LEFT_OUT.keys()
