"""Packagings of parcels as they are sent: the contract's, a carrier's own, or a fault at their field."""

from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.api.schemas.parcels import ParcelData


def parcel(**changes: Any) -> ParcelData:
    return ParcelData.model_validate({"weight": 1, "weight_unit": "KG", **changes})


def faults(**changes: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as told:
        parcel(**changes)
    return {str(fault["loc"][0]): fault["msg"] for fault in told.value.errors()}


@pytest.mark.parametrize("packaging", ["envelope", "pallet", "your_packaging", "fedex_tube", "usps_single_piece", None])
def test_a_packaging_of_the_contract_or_of_a_carrier_passes(packaging: str | None) -> None:
    assert parcel(packaging_type=packaging).packaging_type == packaging


@pytest.mark.parametrize("preset", ["ups_express_pak", "canadapost_mailing_box", "medium_box", None])
def test_a_preset_of_a_carrier_passes(preset: str | None) -> None:
    assert parcel(package_preset=preset).package_preset == preset


def test_a_packaging_that_nobody_has_is_a_fault_at_its_field() -> None:
    assert faults(packaging_type="fedex_tub") == {
        "packaging_type": "No carrier has this packaging type; did you mean fedex_tube?"
    }
    assert faults(package_preset="zzzzzz") == {
        "package_preset": "No carrier has this packaging; /v1/carriers lists them"
    }


def test_a_preset_is_no_packaging_type() -> None:
    assert faults(packaging_type="ups_express_pak").keys() == {"packaging_type"}
    assert faults(package_preset="envelope").keys() == {"package_preset"}


def test_all_faults_of_a_parcel_are_told_at_once() -> None:
    assert faults(packaging_type="fedex_tub", package_preset="zzz", length=1).keys() == {
        "packaging_type",
        "package_preset",
        "width",
        "height",
        "dimension_unit",
    }
