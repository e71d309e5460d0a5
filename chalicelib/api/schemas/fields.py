"""What request bodies have in common: closed, case-tolerant codes, and faults that keep their paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from chalicelib.domain.countries import COUNTRIES
from chalicelib.domain.currencies import CURRENCIES

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST = ConfigDict(frozen=True, extra="forbid")
"""A request body: unknown fields are refused, so that a typo does not pass silently."""

CODE_LENGTH = 5
"""No country or currency code is longer: a longer text is echoed shortened."""


class RequestBody(BaseModel):
    """A request body, or a part of one."""

    model_config = REQUEST


def raise_faults(title: str, faults: Mapping[str, str]) -> None:
    """Raise what a model's own rules found, each fault at its field; pydantic puts the path before it."""
    if faults:
        lines = [
            InitErrorDetails(
                type=PydanticCustomError("rule", "{text}", {"text": text}), loc=tuple(path.split(".")), input=None
            )
            for path, text in faults.items()
        ]
        raise ValidationError.from_exception_data(title, lines)


def _country(value: object) -> object:
    if isinstance(value, str):
        if not value.isascii() or value.upper() not in COUNTRIES:  # "ß" in upper case is South Sudan
            raise ValueError(f"{value[:CODE_LENGTH]!r} is not a country: use an ISO 3166-1 alpha-2 code")
        return value.upper()
    return value


def _currency(value: object) -> object:
    if isinstance(value, str):
        if not value.isascii() or value.upper() not in CURRENCIES:
            raise ValueError(f"{value[:CODE_LENGTH]!r} is not a currency: use an ISO 4217 code")
        return value.upper()
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


CountryCode = Annotated[str, BeforeValidator(_country), WithJsonSchema({"type": "string", "x-component": "Country"})]
"""ISO 3166-1 alpha-2 or XK, in any case."""

CurrencyCode = Annotated[str, BeforeValidator(_currency), WithJsonSchema({"type": "string", "x-component": "Currency"})]
"""ISO 4217, in any case."""

AnyCase = BeforeValidator(_upper)
"""For value lists in upper case: accepts any."""

ShortText = Annotated[str, Field(min_length=1, max_length=100)]
