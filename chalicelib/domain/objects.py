"""What every object that travels has in common: frozen, exact numbers, instants in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    Strict,
    WithJsonSchema,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class DrayObject(BaseModel):
    """An object that is stored and answered; fields that a later version wrote are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="constants")


def _exact(value: object) -> Decimal:
    if isinstance(value, float):
        text = repr(value)
        if len(text) <= MAX_DIGITS and "e" not in text and "n" not in text:  # a price: a page of a list holds hundreds
            return Decimal(text)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic gathers ValueErrors
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueError("must be a finite number")
    significant = bytes(number.as_tuple().digits).rstrip(b"\0")  # a double of 1e14 comes back as 100000000000000.0
    if len(significant) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError(f"must have at most {MAX_DIGITS} digits")
    return number


def _json_number(value: Decimal) -> int | float:
    number = float(value)
    return int(value) if number.is_integer() and value.as_tuple().exponent == 0 else number


def utc_text(value: datetime) -> str:
    """Return an instant as it stands on the wire: RFC 3339 in UTC, to the millisecond."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _to_milliseconds(value: datetime) -> datetime:
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


MAX_DIGITS = 15
"""A JSON number that is read as a binary double keeps 15 decimal digits (IEEE 754)."""

Number = Annotated[
    Decimal,
    PlainValidator(_exact),
    PlainSerializer(_json_number, when_used="json"),
    WithJsonSchema({"type": "number", "format": "double"}),
]
"""A JSON number on the wire, a Decimal inside."""

Price = Annotated[
    Decimal, PlainSerializer(float, when_used="json"), WithJsonSchema({"type": "number", "format": "double"})
]
"""A number of our own making, in answers alone: a page of a list holds hundreds, so it pays for no check of ours."""

Amount = Annotated[Number, Field(ge=0, le=100_000_000)]
"""Money without its currency, which stands beside it."""

Instant = Annotated[
    datetime,
    AfterValidator(_to_milliseconds),
    PlainSerializer(utc_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An aware instant, to the millisecond; RFC 3339 with `Z` on the wire."""


def _whole(value: object) -> object:
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() <= MAX_DIGITS and value == int(value):
        return int(value)
    return value


WholeNumber = BeforeValidator(_whole)
"""For JSON integers: one that is written with a point, as 2.0, is one too."""

Whole = Annotated[int, WholeNumber, Strict()]
"""A JSON integer, which may be written with a point: 2.0 is the integer 2 (JSON Schema, section 4.2.3)."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(_DAY.pattern + r"[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE)


def _day(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("must be a date: YYYY-MM-DD")


def _written_instant(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _INSTANT.fullmatch(value)):
        return value
    raise ValueError("must be a date and time: YYYY-MM-DDThh:mm:ssZ")


Flag = Annotated[bool, Strict()]
"""True or false; not 1, `yes` or anything else that pydantic would read as one."""

Day = Annotated[date, BeforeValidator(_day)]
"""A date in RFC 3339's one spelling; not a number of seconds or anything else that pydantic would read as one."""

WrittenInstant = BeforeValidator(_written_instant)
"""For instants in requests: RFC 3339's spelling, with or without a zone, and nothing else that pydantic would read."""

Url = Annotated[str, WithJsonSchema({"type": "string", "format": "uri"})]
"""An absolute address that we, or a carrier, made."""

DayText = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
"""A day as a carrier wrote it, `YYYY-MM-DD`."""


def known_values(values: Iterable[str]) -> WithJsonSchema:
    """Return the JSON schema of a text that is one of these values, as far as is known: others may join them."""
    return WithJsonSchema({"type": "string", "enum": list(values)})


JsonObject = dict[str, Any]
"""A free-form JSON object."""


def _metadata_value(value: object) -> str | bool | Decimal:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(value) > MOST_CHARACTERS:
            raise ValueError(f"must have at most {MOST_CHARACTERS} characters")
        return value
    if isinstance(value, int | float | Decimal):
        return _exact(value)
    raise ValueError("must be a string, a number or a boolean")


def _metadata_json(value: str | bool | Decimal) -> str | bool | int | float:  # noqa: FBT001 - a value, not a flag
    return _json_number(value) if isinstance(value, Decimal) else value


MOST_CHARACTERS = 500
"""A metadata value's longest text."""

MetadataValue = Annotated[
    str | bool | Decimal,
    PlainValidator(_metadata_value),
    PlainSerializer(_metadata_json, when_used="json"),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "maxLength": MOST_CHARACTERS}, {"type": "number"}, {"type": "boolean"}]}
    ),
]
MetadataKey = Annotated[str, Field(min_length=1, max_length=40)]
MOST_PAIRS = 50
"""How many key-value pairs metadata may hold."""

Metadata = Annotated[dict[MetadataKey, MetadataValue], Field(max_length=MOST_PAIRS)]
"""The customer's own key-value pairs, kept and returned as they came."""
