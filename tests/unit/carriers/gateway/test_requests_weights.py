"""Weights on their way to a carrier: never without a unit, never less than they are."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.carriers.gateway.loading import load
from chalicelib.carriers.gateway.requests import declared_weight, rate_request
from chalicelib.domain.measures import GRAMS_PER, Weight
from chalicelib.domain.parcels import WeightUnit
from tests.builders import a_parcel
from tests.sandbox_cases import a_request
from tests.sdk_cases import a_dialect, a_profile

WEIGHTS = st.decimals("0.001", "30000", places=3, allow_nan=False)
UNITS = st.sampled_from(get_args(WeightUnit))
STEPS = st.sampled_from([None, *(Weight.of(Decimal(step), unit) for step, unit in [("0.1", "KG"), ("0.01", "LB")])])


def grams(value: Decimal | Fraction, unit: str) -> Fraction:
    return Fraction(value) * Fraction(GRAMS_PER[unit])


@given(WEIGHTS, UNITS, STEPS)
def test_a_declared_weight_is_never_below_the_real_one_nor_a_step_above_it(
    weight: Decimal, unit: Any, step: Weight | None
) -> None:
    declared, its_unit = declared_weight(a_parcel(weight=weight, weight_unit=unit), step)

    above = grams(declared, its_unit) - grams(weight, unit)
    widest = Fraction(step.grams) if step else Fraction(10)
    assert 0 <= above < widest + grams(Decimal("0.001"), its_unit)


@given(WEIGHTS, UNITS, STEPS)
def test_the_sdk_rounds_a_declared_weight_no_further_down(weight: Decimal, unit: Any, step: Weight | None) -> None:
    declared, its_unit = declared_weight(a_parcel(weight=weight, weight_unit=unit), step)

    read = load().lib.units.Weight(float(declared), its_unit)

    own = "KG" if its_unit in ("KG", "G") else "LB"
    assert grams(Decimal(repr(read[own])), own) >= grams(weight, unit) * Fraction(999_999, 1_000_000)


@pytest.mark.parametrize(
    ("weight", "unit", "step", "sent"),
    [
        ("1.049", "KG", "0.1", (1.1, "KG")),
        ("2", "LB", "0.1", (1.0, "KG")),
        ("907", "G", "0.1", (1000.0, "G")),
        ("1", "KG", "0.1", (1.0, "KG")),
        ("1.001", "KG", None, (1.01, "KG")),
        ("2", "LB", None, (2.0, "LB")),
        ("0.1", "OZ", None, (0.16, "OZ")),
    ],
)
def test_a_weight_goes_out_with_a_unit_in_whole_steps(
    weight: str, unit: str, step: str | None, sent: tuple[float, str]
) -> None:
    profile = a_profile(weight_step=Weight.of(Decimal(step), "KG") if step else None)
    parcel = a_parcel(weight=Decimal(weight), weight_unit=unit)

    found = rate_request(a_request(parcels=(parcel,)), a_dialect(profile))["parcels"][0]

    assert (found["weight"], found["weight_unit"]) == sent
