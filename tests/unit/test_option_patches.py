"""Patches of options: kinds and carriers' own merge as all others do, and what is unknown is refused by its path."""

from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.api.bodies import checked, details_of
from chalicelib.api.schemas.patches import ShipmentUpdateData, patched_fields
from chalicelib.carriers.catalogue import known_options
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.options import DangerousGood, Options
from tests.builders import a_parcel, a_shipment, an_id

OWN: dict[type, str] = {
    kind: next(name for name, known in known_options().items() if known is kind) for kind in (bool, str)
}
CLASS_9 = Options(dangerous_good=DangerousGood(hazard_class="9"))
SIGNED = Options(signature_confirmation=True)
SIGNED_BY_ADULT = Options(signature_confirmation="adult")
GOODS = DangerousGood(hazard_class="9", lithium="ion_in_equipment")


def patched(before: Options, patch: dict[str, Any]) -> Options:
    return patched_fields(a_shipment(options=before), {"options": patch}, an_id).options


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        (Options(label_size="A6"), {"label_dpi": 203}, Options(label_size="A6", label_dpi=203)),
        (Options(label_size="A6", label_dpi=203), {"label_size": None}, Options(label_dpi=203)),
        (SIGNED, {"signature_confirmation": "adult"}, SIGNED_BY_ADULT),
        (Options(dangerous_good=True), {"dangerous_good": {"class": "9"}}, CLASS_9),
        (Options(dangerous_good=GOODS), {"dangerous_good": {"lithium": None}}, CLASS_9),
        (Options(dangerous_good=GOODS), {"dangerous_good": False}, Options(dangerous_good=False)),
        (Options(insurance=5), {OWN[bool]: True}, Options(insurance=5, **{OWN[bool]: True})),
        (Options(**{OWN[bool]: True, OWN[str]: "x"}), {OWN[bool]: None, OWN[str]: "y"}, Options(**{OWN[str]: "y"})),
    ],
    ids=str,
)
def test_options_merge_key_by_key(before: Options, patch: dict[str, Any], after: Options) -> None:
    assert patched(before, patch).model_dump() == after.model_dump()


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({"insurence": 5}, "options.insurence"),
        ({"insurence": None}, "options.insurence"),
        ({OWN[bool]: "yes"}, f"options.{OWN[bool]}"),
        ({OWN[bool]: {"a": 1}}, f"options.{OWN[bool]}"),
        ({"dangerous_good": {"lithium": "ion"}}, "options.dangerous_good.lithium"),
        ({"dangerous_good": {"klass": "9"}}, "options.dangerous_good.klass"),
        ({"label_dpi": 200}, "options.label_dpi"),
        ({"signature_confirmation": "x"}, "options.signature_confirmation"),
    ],
    ids=str,
)
def test_a_patch_that_is_wrong_by_itself_is_refused_by_its_path(patch: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        checked(ShipmentUpdateData, {"options": patch}, "no")

    assert caught.value.details.keys() == {path}


def test_an_outcome_that_could_not_have_been_created_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        patched(Options(dangerous_good=GOODS), {"dangerous_good": {"class": "3"}})

    assert caught.value.details == {"options.dangerous_good.lithium": "Lithium batteries are of class 9"}


def test_an_option_that_its_carrier_gave_up_does_not_get_in_the_way_of_other_changes() -> None:
    given_up = Options(an_option_of_old=True)
    record = a_shipment(options=given_up, parcels=(a_parcel(options=given_up),))

    fields = patched_fields(record, {"reference": "PO-9"}, an_id)

    assert (fields.reference, fields.options, fields.parcels) == ("PO-9", given_up, record.parcels)


def test_a_patch_of_options_takes_50_names_at_most() -> None:
    with pytest.raises(ValidationError) as caught:
        ShipmentUpdateData.model_validate({"options": {f"o{index}": 1 for index in range(51)}})

    assert details_of(caught.value) == {"options": "Must have at most 50 options"}
