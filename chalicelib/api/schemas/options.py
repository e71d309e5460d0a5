"""Options as they are sent: the contract's, and those that carriers publish as their own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import ConfigDict, ModelWrapValidatorHandler, model_validator

from chalicelib.api.bodies import UNKNOWN
from chalicelib.api.schemas.addresses import AddressData
from chalicelib.api.schemas.fields import REQUEST, CurrencyCode, GivenInstant, RequestBody, judged, one_fault
from chalicelib.domain.addresses import AddressFields
from chalicelib.domain.objects import Flag, MetadataValue
from chalicelib.domain.options import LITHIUM_CLASS, MOST_OPTIONS, DangerousGood, Options, SignatureKind

if TYPE_CHECKING:
    from collections.abc import Mapping

OPEN = ConfigDict(frozen=True, extra="allow", json_schema_extra={"maxProperties": MOST_OPTIONS})
"""Names beside the fields are checked against what carriers publish."""

MUST_BE: Mapping[type, str] = {
    bool: "Must be true or false",
    str: "Must be a string",
    int: "Must be a whole number",
    float: "Must be a number",
}
"""What is told of an option of a carrier whose value is of another type."""


class DangerousGoodData(DangerousGood):
    """What kind of dangerous goods a parcel holds, as it is sent."""

    model_config = REQUEST | ConfigDict(validate_by_name=False, validate_by_alias=True)

    @model_validator(mode="wrap")
    @classmethod
    def _lithium_is_of_its_class(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return judged(data, handler, _dangerous_faults)


class OptionsData(Options):
    """Requested extras as they are sent; amounts are in `currency`.

    Any other name must be an option that a carrier publishes in /v1/carriers, with a value of its type.
    """

    model_config = OPEN

    currency: CurrencyCode | None = None
    """The currency of the amounts among the options: ISO 4217; the origin's where it is left out."""
    signature_confirmation: (
        Annotated[Flag | SignatureKind, one_fault("Use true, false, 'none', 'signature', 'adult' or 'direct'")] | None
    ) = None
    """Hand over against a signature: true or `signature`, an `adult`'s, a `direct` one (at that address), or `none`."""
    dangerous_good: (
        Annotated[Flag | DangerousGoodData, one_fault("Use true, false, or an object with class")] | None
    ) = None
    """The parcel holds dangerous goods: true, or of which kind."""
    hold_at_location_address: AddressData | None = None
    """Where to keep it."""
    shipping_date: GivenInstant | None = None
    """When the carrier gets the parcel: RFC 3339 with its offset, in which the day is taken."""

    @model_validator(mode="wrap")
    @classmethod
    def _others_are_carriers_own(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return judged(_few(data), handler, lambda made: _faults(made.carrier_options()))

    def options(self) -> Options:
        """Return the options as they are stored."""
        fields = {name: getattr(self, name) for name in Options.model_fields} | self.carrier_options()
        if self.hold_at_location_address is not None:
            held_at = self.hold_at_location_address
            fields["hold_at_location_address"] = AddressFields.model_construct(
                **{name: getattr(held_at, name) for name in AddressFields.model_fields}
            )
        if isinstance(self.dangerous_good, DangerousGood):
            fields["dangerous_good"] = DangerousGood(**dict(self.dangerous_good))
        return Options.model_construct(**fields)


class OptionsPatch(RequestBody):
    """A patch of options: carriers' own may be changed and cleared as well."""

    model_config = OPEN

    __pydantic_extra__: dict[str, MetadataValue | None]

    @model_validator(mode="wrap")
    @classmethod
    def _others_are_carriers_own(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return judged(_few(data), handler, lambda made: _faults(made.__pydantic_extra__))


def faults_of_own(asked: Mapping[str, MetadataValue | None], known: Mapping[str, type]) -> dict[str, str]:
    """Return, by name, which of these are none of the known options of carriers, or have a value of another type."""
    faults = {name: _fault(known.get(name), value) for name, value in asked.items()}
    return {name: fault for name, fault in faults.items() if fault is not None}


def _fault(kind: type | None, value: MetadataValue | None) -> str | None:
    if kind is None:
        return UNKNOWN
    if value is None or (isinstance(value, kind) and kind in (bool, str)):
        return None
    is_number = isinstance(value, Decimal)
    if is_number and (kind is float or (kind is int and value == int(value))):
        return None
    return MUST_BE.get(kind, "This option of a carrier cannot be sent")


def _few(data: Any) -> Any:
    if isinstance(data, dict) and len(data) > MOST_OPTIONS:
        raise ValueError(f"Must have at most {MOST_OPTIONS} options")
    return data


def _faults(asked: Mapping[str, MetadataValue | None] | None) -> dict[str, str]:
    if not asked:
        return {}
    from chalicelib.carriers.catalogue import known_options  # noqa: PLC0415 - few requests ask for such options

    return faults_of_own(asked, known_options())


def _dangerous_faults(made: DangerousGood) -> dict[str, str]:
    if made.lithium is not None and made.hazard_class != LITHIUM_CLASS:
        return {"lithium": "Lithium batteries are of class 9"}
    return {}
