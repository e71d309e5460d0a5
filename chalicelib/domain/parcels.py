"""Parcels and what is in them: sane sizes, exact units, what a carrier bills."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from chalicelib.domain.check_digits import mod10_digit
from chalicelib.domain.measures import Length, Weight
from chalicelib.domain.objects import Amount, DrayObject, Flag, JsonObject, Metadata, Number, Whole
from chalicelib.domain.options import Options

WeightUnit = Literal["KG", "LB", "OZ", "G"]
DimensionUnit = Literal["CM", "IN"]
Dimension = Annotated[Number, Field(gt=0, le=100_000)]

HEAVIEST = Weight.of(Decimal(30_000), "KG")
"""No road carrier moves a heavier single piece; beyond it the unit is wrong."""
LIGHTEST = Weight.of(Decimal("0.0001"), "KG")
LONGEST = Length.of(Decimal(2_500), "CM")
"""Longer than any trailer: beyond it the unit is wrong."""

GTIN_LENGTHS = (8, 12, 13, 14)
"""Digits of a Global Trade Item Number: GTIN-8, GTIN-12 (UPC-A), GTIN-13 (EAN-13), GTIN-14."""


def checked_gtin(text: str) -> str:
    """Return the number; raises `ValueError` when it has another length, or another check digit.

    The check digit weighs the others by 3 and 1 from the right (GS1 General Specifications, section 7.9).
    """
    if not (text.isascii() and text.isdigit() and len(text) in GTIN_LENGTHS):
        raise ValueError("Use a GTIN of 8, 12, 13 or 14 digits")
    digit = mod10_digit(text[-2::-1], even_weight=3, odd_weight=1)
    if text[-1] != str(digit):
        raise ValueError(f"The check digit of this GTIN should be {digit}, not {text[-1]}")
    return text


Gtin = Annotated[
    str, AfterValidator(checked_gtin), WithJsonSchema({"type": "string", "pattern": r"^([0-9]{8}|[0-9]{12,14})$"})
]


class CommodityFields(DrayObject):
    """The fields that a commodity has in requests and answers alike."""

    weight: Annotated[Number, Field(gt=0)]
    """The weight of one piece, in `weight_unit`."""
    weight_unit: WeightUnit
    """The unit of `weight`."""
    title: Annotated[str, Field(max_length=200)] | None = None
    """What it is, in a few words."""
    description: Annotated[str, Field(max_length=200)] | None = None
    """What it is, for the customs officer."""
    quantity: Annotated[Whole, Field(ge=1, le=1_000_000)] = 1
    """How many pieces."""
    sku: Annotated[str, Field(max_length=100)] | None = None
    """The shop's own number for it."""
    hs_code: Annotated[str, Field(max_length=100)] | None = None
    """The Harmonized System code."""
    value_amount: Amount | None = None
    """The value of one piece, in `value_currency`."""
    value_currency: str | None = None
    """ISO 4217."""
    origin_country: str | None = None
    """Where it was made: ISO 3166-1 alpha-2."""
    product_url: Annotated[str, Field(max_length=1000)] | None = None
    """The product's page."""
    image_url: Annotated[str, Field(max_length=1000)] | None = None
    """The product's picture."""
    product_id: Annotated[str, Field(max_length=100)] | None = None
    """The shop's id of the product."""
    variant_id: Annotated[str, Field(max_length=100)] | None = None
    """The shop's id of the variant."""
    parent_id: Annotated[str, Field(max_length=100)] | None = None
    """The line of an order that it belongs to."""
    manufacturer_product_id: Annotated[str, Field(max_length=100)] | None = None
    """The maker's own number for it."""
    gtin: Gtin | None = None
    """The Global Trade Item Number (UPC, EAN), with its check digit."""
    metadata: Metadata | None = None
    """The customer's own key-value pairs."""


class Commodity(CommodityFields):
    """A commodity as it is stored and answered."""

    id: str
    """The commodity's id."""
    object_type: Literal["commodity"] = "commodity"
    """Always `commodity`."""
    meta: JsonObject | None = None
    """What the carrier says beside the fields."""


class ParcelFields(DrayObject):
    """The fields that a parcel has in requests and answers alike."""

    weight: Annotated[Number, Field(gt=0)]
    """The parcel's weight, in `weight_unit`."""
    weight_unit: WeightUnit
    """The unit of `weight`."""
    width: Dimension | None = None
    """In `dimension_unit`."""
    height: Dimension | None = None
    """In `dimension_unit`."""
    length: Dimension | None = None
    """In `dimension_unit`."""
    dimension_unit: DimensionUnit | None = None
    """The unit of `width`, `height` and `length`."""
    packaging_type: Annotated[str, Field(max_length=100)] | None = None
    """`envelope`, `pak`, `tube`, `pallet`, `small_box`, `medium_box` or `your_packaging`."""
    package_preset: Annotated[str, Field(max_length=100)] | None = None
    """A carrier's own packaging, by name."""
    description: Annotated[str, Field(max_length=250)] | None = None
    """What is in it."""
    content: Annotated[str, Field(max_length=100)] | None = None
    """What is in it, in a few words."""
    is_document: Flag | None = None
    """Whether it holds documents only, which need no customs."""
    reference_number: Annotated[str, Field(max_length=100)] | None = None
    """The customer's own number for the parcel."""
    freight_class: Annotated[str, Field(max_length=6)] | None = None
    """The freight class."""


class Parcel(ParcelFields):
    """A parcel as it is stored and answered."""

    id: str
    """The parcel's id."""
    object_type: Literal["parcel"] = "parcel"
    """Always `parcel`."""
    items: tuple[Commodity, ...] = ()
    """What is in it."""
    options: Options = Options()
    """Options of this parcel alone."""
    meta: JsonObject | None = None
    """What the carrier says beside the fields: `tracking_number` once the label is bought."""


def weight_of(parcel: ParcelFields) -> Weight:
    """Return the parcel's weight with its unit."""
    return Weight.of(parcel.weight, parcel.weight_unit)


def dimensions_of(parcel: ParcelFields) -> tuple[Length, Length, Length] | None:
    """Return length, width and height, longest first; None when the parcel does not tell them."""
    if parcel.length is None or parcel.width is None or parcel.height is None or parcel.dimension_unit is None:
        return None
    unit = parcel.dimension_unit
    sides = sorted((Length.of(side, unit) for side in (parcel.length, parcel.width, parcel.height)), reverse=True)
    return sides[0], sides[1], sides[2]


def parcel_faults(parcel: ParcelFields) -> dict[str, str]:
    """Return, by field, what no parcel can have: half a size, a size without unit, an absurd weight or length."""
    sides = {"length": parcel.length, "width": parcel.width, "height": parcel.height}
    given = [name for name, side in sides.items() if side is not None]
    faults = {name: "Give length, width and height together" for name in sides if given and name not in given}
    if given and parcel.dimension_unit is None:
        faults["dimension_unit"] = "This field is required with length, width and height"
    elif parcel.dimension_unit is not None:
        for name, side in sides.items():
            if side is not None and Length.of(side, parcel.dimension_unit) > LONGEST:
                faults[name] = "This is longer than 25 metres; is the unit right?"
    if weight_of(parcel) > HEAVIEST:
        faults["weight"] = "This is heavier than 30 tonnes; is the unit right?"
    elif weight_of(parcel) < LIGHTEST:
        faults["weight"] = "This is lighter than a tenth of a gram; is the unit right?"
    return faults
