"""What request bodies have in common: closed, case-tolerant codes, and faults that keep their paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from chalicelib.domain.countries import COUNTRIES
from chalicelib.domain.currencies import CURRENCIES
from chalicelib.domain.objects import WrittenInstant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import ModelWrapValidatorHandler, ValidatorFunctionWrapHandler
    from pydantic_core import ErrorDetails

AnyModel = TypeVar("AnyModel", bound=BaseModel)

REQUEST = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
"""A request body: unknown fields are refused, so that a typo does not pass silently; no error's text tells a value."""

CODE_LENGTH = 5
"""No country or currency code is longer: a longer text is echoed shortened."""


class RequestBody(BaseModel):
    """A request body, or a part of one."""

    model_config = REQUEST


def raise_faults(title: str, faults: Mapping[str, str]) -> None:
    """Raise what a model's own rules found, each fault at its field; pydantic puts the path before it."""
    if faults:
        raise ValidationError.from_exception_data(title, [_own(path, text) for path, text in faults.items()])


def judged(
    data: Any, handler: ModelWrapValidatorHandler[AnyModel], rules: Callable[[AnyModel], Mapping[str, str]]
) -> AnyModel:
    """Return the model of `data`; raise what pydantic and the model's own rules find, all at once.

    The rules judge what is right also when other fields are wrong, unless those are required.
    """
    try:
        made = handler(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        wrong = {fault["loc"][0] for fault in found if fault["loc"]}
        try:
            own = rules(handler(_without(wrong, data)))
        except ValidationError:
            raise error from None
        lines = [_again(fault) for fault in found] + [_own(name, own[name]) for name in own if name not in wrong]
        raise ValidationError.from_exception_data(error.title, lines) from None
    raise_faults(type(made).__name__, rules(made))
    return made


def one_fault(told: str) -> WrapValidator:
    """Return what keeps a field of several kinds from telling a fault for each kind.

    It is `told`, or, where one of the kinds is an object and an object came, what is wrong with that.
    """

    def judge(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError as error:
            inside = [fault for fault in error.errors(include_url=False) if len(fault["loc"]) > 1]
            if not inside or not isinstance(value, dict):
                raise ValueError(told) from None
            lines = [_again({**fault, "loc": fault["loc"][1:]}) for fault in inside]
            raise ValidationError.from_exception_data(error.title, lines) from None

    return WrapValidator(judge)


def _without(names: set[str | int], data: Any) -> dict[str, Any]:
    return {name: data[name] for name in data if name not in names} if isinstance(data, dict) else {}


def _own(path: str, text: str) -> InitErrorDetails:
    error = PydanticCustomError(_RULE, "{text}", {"text": text})
    return InitErrorDetails(type=error, loc=tuple(path.split(".")), input=None)


def _again(fault: ErrorDetails) -> InitErrorDetails:
    if fault["type"] == _RULE:
        return _own(".".join(str(part) for part in fault["loc"]), fault["msg"])
    return InitErrorDetails(type=fault["type"], loc=fault["loc"], input=fault["input"], ctx=fault.get("ctx", {}))


_RULE = "rule"


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

GivenInstant = Annotated[AwareDatetime, WrittenInstant]
"""An instant in RFC 3339's one spelling, with its offset."""

AnyCase = BeforeValidator(_upper)
"""For value lists in upper case: accepts any."""

ShortText = Annotated[str, Field(min_length=1, max_length=100)]
