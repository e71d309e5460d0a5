"""Parcels: sane sizes in any unit, all faults at once."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.measures import Length, Weight
from chalicelib.domain.options import Options
from chalicelib.domain.parcels import dimensions_of, parcel_faults, weight_of
from tests.builders import a_parcel, an_address

NO_SIZE: dict[str, Any] = {"length": None, "width": None, "height": None, "dimension_unit": None}


HALF = "Give length, width and height together"
NO_UNIT = "This field is required with length, width and height"
TOO_LONG = "This is longer than 25 metres; is the unit right?"
TOO_HEAVY = "This is heavier than 30 tonnes; is the unit right?"
TOO_LIGHT = "This is lighter than a tenth of a gram; is the unit right?"


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, {}),
        (NO_SIZE, {}),
        (NO_SIZE | {"dimension_unit": "CM"}, {}),
        ({"width": None}, {"width": HALF}),
        ({"width": None, "height": None}, {"width": HALF, "height": HALF}),
        ({"length": None, "width": None}, {"length": HALF, "width": HALF}),
        ({"dimension_unit": None}, {"dimension_unit": NO_UNIT}),
        ({"width": None, "dimension_unit": None}, {"width": HALF, "dimension_unit": NO_UNIT}),
        ({"length": Decimal(2500)}, {}),
        ({"length": Decimal("2500.1")}, {"length": TOO_LONG}),
        ({"width": Decimal("2500.1"), "height": Decimal("2500.1")}, {"width": TOO_LONG, "height": TOO_LONG}),
        ({"length": None, "height": Decimal("2500.1")}, {"length": HALF, "height": TOO_LONG}),
        ({"length": Decimal(985), "dimension_unit": "IN"}, {"length": TOO_LONG}),
        ({"length": Decimal(984), "dimension_unit": "IN"}, {}),
        ({"weight": Decimal(30_000)}, {}),
        ({"weight": Decimal("30000.1")}, {"weight": TOO_HEAVY}),
        ({"weight": Decimal(66_139), "weight_unit": "LB"}, {"weight": TOO_HEAVY}),
        ({"weight": Decimal(30_000), "weight_unit": "LB"}, {}),
        ({"weight": Decimal("0.1"), "weight_unit": "G"}, {}),
        ({"weight": Decimal("0.09"), "weight_unit": "G"}, {"weight": TOO_LIGHT}),
        (
            {"weight": Decimal(40_000), "width": None, "dimension_unit": None},
            {"weight": TOO_HEAVY, "width": HALF, "dimension_unit": NO_UNIT},
        ),
    ],
)
def test_what_no_parcel_can_have_is_told_by_field(changes: dict[str, Any], faults: dict[str, str]) -> None:
    assert parcel_faults(a_parcel(**changes)) == faults


@given(st.permutations([Decimal(30), Decimal(20), Decimal(15)]))
def test_the_longest_side_comes_first_whatever_it_is_called(sides: list[Decimal]) -> None:
    parcel = a_parcel(**dict(zip(("length", "width", "height"), sides, strict=True)))

    assert dimensions_of(parcel) == tuple(Length.of(side, "CM") for side in (Decimal(30), Decimal(20), Decimal(15)))


@pytest.mark.parametrize("missing", NO_SIZE)
def test_a_parcel_that_does_not_tell_its_size_has_none(missing: str) -> None:
    assert dimensions_of(a_parcel(**{missing: None})) is None


def test_a_weight_carries_its_unit() -> None:
    assert weight_of(a_parcel(weight=Decimal(2), weight_unit="LB")) == Weight(Decimal("907.18474"))


class TestOptions:
    @pytest.mark.parametrize("value", [None, False, Decimal(0), "", ()])
    @pytest.mark.parametrize("name", ["insurance", "signature_confirmation", "shipment_note", "doc_references"])
    def test_an_option_that_is_false_or_empty_asks_for_nothing(self, name: str, value: Any) -> None:
        assert Options.model_construct(**{name: value}).asked() == frozenset()

    def test_the_options_that_ask_for_something_are_known_by_name(self) -> None:
        options = Options(insurance=Decimal(5), sms_notification=True, saturday_delivery=False, currency="USD")

        assert options.asked() == {"insurance", "sms_notification", "currency"}

    def test_only_what_was_asked_is_answered(self) -> None:
        options = Options(insurance=Decimal(5), saturday_delivery=False, hold_at_location_address=an_address())

        assert options.model_dump(mode="json").keys() == {"insurance", "saturday_delivery", "hold_at_location_address"}
