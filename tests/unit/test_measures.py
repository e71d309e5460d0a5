"""Measures: exact whatever unit they came in, and never nothing, negative or unknown."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.measures import CENTIMETRES_PER, GRAMS_PER, Length, Weight

amounts = st.decimals("0.001", "1000000", places=3)


@pytest.mark.parametrize(
    ("value", "unit", "grams"),
    [("1", "KG", "1000"), ("1", "G", "1"), ("1", "LB", "453.59237"), ("16", "OZ", "453.59237"), ("0.1", "KG", "100")],
)
def test_a_weight_is_exact_in_grams(value: str, unit: str, grams: str) -> None:
    assert Weight.of(Decimal(value), unit).grams == Decimal(grams)


@pytest.mark.parametrize(
    ("value", "unit", "centimetres"), [("1", "CM", "1"), ("1", "IN", "2.54"), ("12", "IN", "30.48")]
)
def test_a_length_is_exact_in_centimetres(value: str, unit: str, centimetres: str) -> None:
    assert Length.of(Decimal(value), unit).centimetres == Decimal(centimetres)


@pytest.mark.parametrize("value", ["0", "-0", "-1", "NaN", "sNaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize(("measure", "unit"), [(Weight, "KG"), (Length, "CM")])
def test_a_measure_is_a_finite_number_above_zero(measure: type[Weight | Length], unit: str, value: str) -> None:
    with pytest.raises(ValueError, match=rf"^a measure must be above zero, not {value}$"):
        measure.of(Decimal(value), unit)


@pytest.mark.parametrize(("measure", "unit"), [(Weight, "CM"), (Weight, "kg"), (Length, "KG"), (Length, "")])
def test_an_unknown_unit_is_refused_with_those_that_are_known(measure: type[Weight | Length], unit: str) -> None:
    known = ", ".join(GRAMS_PER if measure is Weight else CENTIMETRES_PER)

    with pytest.raises(ValueError, match=rf"^unknown unit '{unit}'; use one of {known}$"):
        measure.of(Decimal(1), unit)


@given(amounts, amounts)
def test_weights_add_and_compare_whatever_their_units(kilograms: Decimal, pounds: Decimal) -> None:
    one, other = Weight.of(kilograms, "KG"), Weight.of(pounds, "LB")

    assert (one + other).grams == kilograms * 1000 + pounds * Decimal("453.59237")
    assert (one < other) == (kilograms * 1000 < pounds * Decimal("453.59237"))


@given(amounts, st.sampled_from(sorted(GRAMS_PER)), st.sampled_from(["0.5", "1", "0.1"]))
def test_a_weight_is_rounded_up_to_the_next_whole_step(value: Decimal, unit: str, step_kg: str) -> None:
    weight, step = Weight.of(value, unit), Weight.of(Decimal(step_kg), "KG")

    rounded = weight.rounded_up_to(step)

    assert weight <= rounded < weight + step
    assert rounded.grams % step.grams == 0


def test_a_weight_on_a_step_stays() -> None:
    step = Weight.of(Decimal("0.5"), "KG")

    assert Weight.of(Decimal("1.5"), "KG").rounded_up_to(step) == Weight.of(Decimal(1500), "G")
    assert Weight.of(Decimal("1.5001"), "KG").rounded_up_to(step) == Weight.of(Decimal(2), "KG")
