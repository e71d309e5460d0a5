"""Objects: exact numbers, instants and metadata come back from JSON as they went in."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.domain.objects import Amount, Instant, Metadata, Number
from chalicelib.domain.rates import Rate
from chalicelib.domain.shipments import ShipmentRecord
from tests.builders import a_message, a_rate, a_shipment, an_attempt, bought

numbers: TypeAdapter[Decimal] = TypeAdapter(Number)
amounts: TypeAdapter[Decimal] = TypeAdapter(Amount)
metadata: TypeAdapter[dict[str, Any]] = TypeAdapter(Metadata)
instants: TypeAdapter[datetime] = TypeAdapter(Instant)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
text = st.text(st.characters(codec="utf-8"), max_size=500)
written = st.from_regex(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)


NO_NUMBERS: dict[str, tuple[object, ...]] = {
    "must be a number": (True, False, "1", "", None, [], {}),
    "must be a finite number": (float("nan"), float("inf"), Decimal("sNaN")),
    "must have at most 15 digits": (10**400, 1e16, 1e-16, 0.1234567890123456, 123456789.0123456),
}


def fault(adapter: TypeAdapter[Any], value: object) -> str:
    """Our own sentence for the one thing that is wrong with the value."""
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    (found,) = caught.value.errors()
    return found["msg"].removeprefix("Value error, ")


class TestNumber:
    @given(written)
    def test_each_number_is_refused_or_kept_exactly_through_json(self, text: str) -> None:
        try:
            number = numbers.validate_python(Decimal(text))
        except ValidationError:
            return

        again = numbers.validate_json(numbers.dump_json(number))

        assert number == Decimal(text)
        assert again == number

    @pytest.mark.parametrize("text", ["1E+14", "1.5E+14", "1E+15", "123456789012345", "1.50", "0.000000000000001", "0"])
    def test_large_and_small_numbers_come_back(self, text: str) -> None:
        number = numbers.validate_python(Decimal(text))

        assert numbers.validate_json(numbers.dump_json(number)) == Decimal(text)

    @pytest.mark.parametrize(
        "value",
        [
            "1E+16",
            "1234567890123456",
            "0.1234567890123456",
            "1E-16",
            "NaN",
            "sNaN",
            "Infinity",
            "-Infinity",
            "1E+999999",
        ],
    )
    def test_more_than_a_double_keeps_is_refused(self, value: str) -> None:
        with pytest.raises(ValidationError):
            numbers.validate_python(Decimal(value))

    @pytest.mark.parametrize(
        ("value", "told"), [(value, told) for told, values in NO_NUMBERS.items() for value in values], ids=str
    )
    def test_what_is_no_such_number_is_told_what_it_must_be(self, value: object, told: str) -> None:
        assert fault(numbers, value) == told

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0.1, "0.1"),
            (1e15, "1E+15"),
            (1e-15, "1E-15"),
            (1e-07, "1E-7"),
            (123456789012345.0, "123456789012345"),
            (0.12345678901234, "0.12345678901234"),
        ],
    )
    def test_a_binary_double_is_read_as_it_is_written(self, value: float, text: str) -> None:
        assert numbers.validate_python(value) == Decimal(text)

    @pytest.mark.parametrize(("value", "text"), [("1", "1"), ("1.0", "1.0"), ("1.50", "1.5"), ("-2", "-2")])
    def test_a_number_is_a_json_number(self, value: str, text: str) -> None:
        assert numbers.dump_json(Decimal(value)).decode() == text

    @pytest.mark.parametrize(
        ("value", "is_right"), [("0", True), ("-0.01", False), ("1E+8", True), ("100000001", False)]
    )
    def test_an_amount_is_neither_negative_nor_absurd(self, value: str, is_right: bool) -> None:  # noqa: FBT001
        try:
            amounts.validate_python(Decimal(value))
        except ValidationError:
            assert not is_right
        else:
            assert is_right


class TestMetadata:
    @given(
        st.dictionaries(
            st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
            text | st.booleans() | st.integers(-(10**15) + 1, 10**15 - 1),
            max_size=50,
        )
    )
    def test_metadata_comes_back_as_it_was_sent(self, sent: dict[str, Any]) -> None:
        kept = metadata.validate_python(sent)

        assert json.loads(metadata.dump_json(kept)) == sent
        assert metadata.validate_json(metadata.dump_json(kept)) == kept

    @pytest.mark.parametrize(
        "sent",
        [
            {"": "x"},
            {"k" * 41: "x"},
            {"k": "x" * 501},
            {"k": None},
            {"k": []},
            {"k": {"deeper": 1}},
            {"k": Decimal("1E+999")},
            {str(index): 1 for index in range(51)},
        ],
        ids=["no name", "long name", "long text", "null", "list", "object", "number", "too many"],
    )
    def test_what_is_too_long_too_deep_or_too_many_is_refused(self, sent: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            metadata.validate_python(sent)

    @pytest.mark.parametrize("value", ["x" * 500, ""], ids=len)
    def test_a_text_has_up_to_500_characters(self, value: str) -> None:
        assert metadata.validate_python({"k": value}) == {"k": value}

    @pytest.mark.parametrize(
        ("value", "told"),
        [
            ("x" * 501, "must have at most 500 characters"),
            (None, "must be a string, a number or a boolean"),
            ([], "must be a string, a number or a boolean"),
            (10**400, "must have at most 15 digits"),
        ],
        ids=["long text", "null", "list", "large number"],
    )
    def test_another_value_is_told_what_it_must_be(self, value: object, told: str) -> None:
        assert fault(metadata, {"k": value}) == told

    def test_true_stays_true_and_one_stays_one(self) -> None:
        kept = metadata.validate_python({"yes": True, "one": 1, "text": "1"})

        assert metadata.dump_json(kept) == b'{"yes":true,"one":1,"text":"1"}'


@pytest.fixture
def machine_in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose own zone is not UTC."""
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


class TestInstant:
    @given(st.timedeltas(timedelta(0), timedelta(days=2_900_000)).map(lambda since: EPOCH + since))
    def test_an_instant_is_kept_to_the_millisecond(self, at: datetime) -> None:
        kept = instants.validate_python(at)

        assert timedelta(0) <= at - kept < timedelta(milliseconds=1)
        assert instants.validate_json(instants.dump_json(kept)) == kept

    @pytest.mark.usefixtures("machine_in_tokyo")
    def test_an_instant_is_written_in_utc_with_z_whatever_the_machines_zone(self) -> None:
        at = datetime(2026, 11, 24, 12, 0, 0, 5_000, tzinfo=timezone(timedelta(hours=2)))

        assert instants.dump_json(at) == b'"2026-11-24T10:00:00.005Z"'


class TestStored:
    @pytest.mark.parametrize(
        "record",
        [
            a_shipment(),
            a_shipment(state="purchasing", attempt=an_attempt()),
            bought(a_shipment(state="purchasing", attempt=an_attempt())),
            a_shipment(metadata={"n": Decimal("1E+14")}, messages=(a_message(),)),
        ],
        ids=["draft", "purchasing", "created", "large number"],
    )
    def test_a_shipment_is_read_as_it_was_stored(self, record: ShipmentRecord) -> None:
        assert ShipmentRecord.model_validate_json(record.model_dump_json(exclude_none=True)) == record

    def test_a_rate_is_read_as_it_was_stored(self) -> None:
        rate = a_rate()

        assert Rate.model_validate_json(rate.model_dump_json(exclude_none=True)) == rate

    def test_an_object_cannot_be_changed(self) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            a_rate().service = "other"  # type: ignore[misc]
