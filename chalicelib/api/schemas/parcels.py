"""Parcels and commodities as they are sent."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, ModelWrapValidatorHandler, model_validator

from chalicelib.api.schemas.fields import REQUEST, AnyCase, CountryCode, CurrencyCode, judged
from chalicelib.api.schemas.options import OptionsData
from chalicelib.domain.carrier_details import PACKAGING_TYPES
from chalicelib.domain.parcels import (
    Commodity,
    CommodityFields,
    DimensionUnit,
    Parcel,
    ParcelFields,
    WeightUnit,
    parcel_faults,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_PARCELS = 50
MOST_COMMODITIES = 100


class CommodityData(CommodityFields):
    """A commodity as it is sent. What only answers have is accepted and passed over."""

    model_config = REQUEST

    weight_unit: Annotated[WeightUnit, AnyCase]
    """The unit of `weight`."""
    value_currency: CurrencyCode | None = None
    """ISO 4217."""
    origin_country: CountryCode | None = None
    """Where it was made: ISO 3166-1 alpha-2."""
    id: str | None = None
    """Passed over: only answers have it."""
    object_type: str | None = None
    """Passed over: only answers have it."""
    meta: dict[str, Any] | None = None
    """Passed over: only answers have it."""

    def commodity(self, new_id: Callable[[str], str]) -> Commodity:
        """Return the commodity as it is stored."""
        fields = {name: getattr(self, name) for name in CommodityFields.model_fields}
        return Commodity.model_construct(id=new_id("com"), **fields)


Commodities = Annotated[tuple[CommodityData, ...], Field(max_length=MOST_COMMODITIES)]


class ParcelData(ParcelFields):
    """A parcel as it is sent. What only answers have is accepted and passed over."""

    model_config = REQUEST

    weight_unit: Annotated[WeightUnit, AnyCase]
    """The unit of `weight`."""
    dimension_unit: Annotated[DimensionUnit, AnyCase] | None = None
    """The unit of `width`, `height` and `length`."""
    items: Commodities = ()
    """What is in it."""
    options: OptionsData | None = None
    """Options of this parcel alone."""
    id: str | None = None
    """Passed over: only answers have it."""
    object_type: str | None = None
    """Passed over: only answers have it."""
    meta: dict[str, Any] | None = None
    """Passed over: only answers have it."""

    @model_validator(mode="wrap")
    @classmethod
    def _sizes_are_sane(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return judged(data, handler, _faults)

    def parcel(self, new_id: Callable[[str], str]) -> Parcel:
        """Return the parcel as it is stored."""
        fields = {name: getattr(self, name) for name in ParcelFields.model_fields}
        if self.options is not None:
            fields["options"] = self.options.options()
        items = tuple(item.commodity(new_id) for item in self.items)
        return Parcel.model_construct(id=new_id("pcl"), items=items, **fields)


Parcels = Annotated[tuple[ParcelData, ...], Field(min_length=1, max_length=MOST_PARCELS)]


def _faults(parcel: ParcelFields) -> dict[str, str]:
    """Return what no parcel can have, and the packagings that nobody has."""
    return parcel_faults(parcel) | _unknown_packagings(parcel)


def _unknown_packagings(parcel: ParcelFields) -> dict[str, str]:
    usual = parcel.packaging_type is None or parcel.packaging_type in PACKAGING_TYPES
    if usual and parcel.package_preset is None:
        return {}
    from chalicelib.carriers import catalogue  # noqa: PLC0415 - few parcels need it

    faults = {}
    if not usual and parcel.packaging_type not in catalogue.known_packaging_types():
        faults["packaging_type"] = _unknown("packaging type", parcel.packaging_type, catalogue.known_packaging_types())
    if parcel.package_preset is not None and parcel.package_preset not in catalogue.known_presets():
        faults["package_preset"] = _unknown("packaging", parcel.package_preset, catalogue.known_presets())
    return faults


def _unknown(noun: str, name: str | None, known: Iterable[str]) -> str:
    close = get_close_matches(name or "", sorted(known), n=1)
    hint = f"did you mean {close[0]}?" if close else "/v1/carriers lists them"
    return f"No carrier has this {noun}; {hint}"
