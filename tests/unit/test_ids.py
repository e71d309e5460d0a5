"""Ids: they tell their noun, sort by time and give their time back."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.ids import CROCKFORD, first_id_at, is_id, made_at, new_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
instants = st.timedeltas(timedelta(0), timedelta(days=2_900_000)).map(lambda since: EPOCH + since)
MILLISECOND = timedelta(milliseconds=1)


def to_milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


@given(instants, st.binary(min_size=10, max_size=10))
def test_an_id_gives_back_the_millisecond_at_which_it_was_made(at: datetime, entropy: bytes) -> None:
    identifier = new_id("shp", at, lambda _size: entropy)

    assert made_at(identifier) == to_milliseconds(at)
    assert is_id("shp", identifier)


@given(instants, instants)
def test_ids_sort_by_the_time_at_which_they_were_made(one: datetime, other: datetime) -> None:
    first, second = sorted([to_milliseconds(one), to_milliseconds(other)])

    if first < second:
        assert new_id("shp", first, os.urandom) < new_id("shp", second, os.urandom)


@given(instants, st.binary(min_size=10, max_size=10))
def test_no_id_of_a_millisecond_is_below_its_first(at: datetime, entropy: bytes) -> None:
    identifier = new_id("shp", at, lambda _size: entropy)

    assert first_id_at("shp", at) <= identifier < first_id_at("shp", at + MILLISECOND)


def test_ids_of_one_millisecond_differ_by_80_random_bits() -> None:
    asked = []

    def random_bytes(size: int) -> bytes:
        asked.append(size)
        return bytes(range(size))

    identifier = new_id("trk", datetime(2026, 11, 24, tzinfo=UTC), random_bytes)

    assert asked == [10]
    assert len(identifier) == len("trk_") + 26


@pytest.mark.parametrize(
    ("at", "entropy", "ulid"),
    [
        (EPOCH + timedelta(milliseconds=1_469_918_176_385), b"\xff" * 10, "01ARYZ6S41" + "Z" * 16),
        (EPOCH + MILLISECOND, bytes(9) + b"\x01", "0000000001" + "0" * 15 + "1"),
        (EPOCH, bytes(10), "0" * 26),
        (EPOCH - timedelta(days=1), bytes(10), "0" * 26),
    ],
)
def test_an_id_is_spelled_as_the_ulid_specification_says_and_is_never_before_1970(
    at: datetime, entropy: bytes, ulid: str
) -> None:
    assert new_id("shp", at, lambda _size: entropy) == f"shp_{ulid}"
    assert made_at(f"shp_{ulid}") == max(at, EPOCH)


def test_the_first_id_of_a_millisecond_has_no_random_bit_set() -> None:
    assert first_id_at("shp", EPOCH + timedelta(milliseconds=1_469_918_176_385)) == "shp_01ARYZ6S41" + "0" * 16


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shp",
        "shp_",
        "trk_01KAT5F2G8QWERTY0123456789",
        "shp_01KAT5F2G8QWERTY012345678",
        "shp_01KAT5F2G8QWERTY01234567890",
        "shp_01kat5f2g8qwerty0123456789",
        "shp_01KAT5F2G8QWERTY012345678I",
        "shp_01KAT5F2G8QWERTY01234567 9",
        "shp_shp_01KAT5F2G8QWERTY0123456789",
        "shp_" + "\N{ARABIC-INDIC DIGIT ZERO}" * 26,
    ],
)
def test_what_is_not_shaped_like_an_id_of_the_noun_is_none(text: str) -> None:
    assert not is_id("shp", text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "'' holds no ULID"),
        ("shp_", "'shp_' holds no ULID"),
        ("shp_01KAT5F2G8", "'shp_01KAT5F2G8' holds no ULID"),
        ("01KAT5F2G8QWERTY0123456789", "'01KAT5F2G8QWERTY0123456789' holds no ULID"),
        ("a_shp_01KAT5F2G8QWERTY0123456789", "'a_shp_01KAT5F2G8QWERTY0123456789' holds no ULID"),
        ("shp_01KAT5F2G8QWERTY012345678I", "substring not found"),
        ("shp_" + "Z" * 26, f"'shp_{'Z' * 26}' was made after the year 9999"),
    ],
)
def test_a_text_that_is_no_id_was_never_made(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=rf"^{told}$"):
        made_at(text)


def test_the_alphabet_has_no_letter_that_looks_like_another() -> None:
    assert len(set(CROCKFORD)) == 32
    assert not set(CROCKFORD) & set("ILOU")
