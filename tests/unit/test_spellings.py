"""Spellings: flags, days, instants and whole numbers are read from what the contract writes, and nothing like it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from chalicelib.domain.objects import Day, DrayObject, Flag, Whole, WrittenInstant, known_values

days: TypeAdapter[date] = TypeAdapter(Day)
flags: TypeAdapter[bool] = TypeAdapter(Flag)
wholes: TypeAdapter[int] = TypeAdapter(Whole)
instants: TypeAdapter[datetime] = TypeAdapter(Annotated[datetime, WrittenInstant])

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("value", [1, 0, "true", "yes", "on", None])
def test_a_flag_is_true_or_false_and_nothing_else(value: object) -> None:
    with pytest.raises(ValidationError):
        flags.validate_python(value)


@pytest.mark.parametrize("value", ["2026-11-24", date(2026, 11, 24)], ids=["text", "date"])
def test_a_day_is_read_from_its_spelling_and_from_a_date(value: object) -> None:
    assert days.validate_python(value) == date(2026, 11, 24)


@pytest.mark.parametrize(
    "value", [0, "0", "20261124", 20261124, "2026-11-24T00:00:00", "24.11.2026", "\u0662026-11-24", True]
)
def test_another_day_is_told_the_spelling(value: object) -> None:
    with pytest.raises(ValidationError, match=r"Value error, must be a date: YYYY-MM-DD \["):
        days.validate_python(value)


def test_a_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError):
        days.validate_python("2026-02-30")


@pytest.mark.parametrize(
    "value", ["2026-11-24T12:00:00Z", "2026-11-24 12:00:00.000z", "2026-11-24T14:00:00+02:00", NOON], ids=str
)
def test_an_instant_is_read_from_rfc_3339_and_from_an_instant(value: object) -> None:
    assert instants.validate_python(value) == NOON


@pytest.mark.parametrize("value", ["2026-11-24", "2026-11-24T12:00Z", "1", "", 1_764_000_000, None, True])
def test_another_instant_is_told_the_spelling(value: object) -> None:
    with pytest.raises(ValidationError, match=r"Value error, must be a date and time: YYYY-MM-DDThh:mm:ssZ \["):
        instants.validate_python(value)


@pytest.mark.parametrize(
    ("value", "kept"),
    [(2, 2), (Decimal("2.0"), 2), (Decimal(-3), -3), (Decimal("1E+15"), 10**15), (Decimal(0), 0)],
    ids=str,
)
def test_a_whole_number_may_be_written_with_a_point(value: object, kept: int) -> None:
    assert wholes.validate_python(value) == kept


@pytest.mark.parametrize(
    "value",
    [Decimal("2.5"), Decimal("1E+16"), Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), "2", True, None],
    ids=str,
)
def test_what_is_not_whole_or_too_large_is_no_whole_number(value: object) -> None:
    with pytest.raises(ValidationError, match="valid integer"):
        wholes.validate_python(value)


def test_a_list_of_known_values_is_told_in_the_schema_and_refuses_nothing() -> None:
    colours: TypeAdapter[str] = TypeAdapter(Annotated[str, known_values(("red", "blue"))])

    assert colours.json_schema() == {"type": "string", "enum": ["red", "blue"]}
    assert colours.validate_python("green") == "green"


class Switch(DrayObject):
    """An object of this version."""

    on: Flag = False


def test_a_field_of_a_later_version_is_passed_over() -> None:
    assert Switch.model_validate_json('{"on": true, "later": [1]}') == Switch(on=True)
