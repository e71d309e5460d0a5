"""Weights and lengths: exact, and in one unit once inside."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

GRAMS_PER = {"G": Decimal(1), "KG": Decimal(1000), "OZ": Decimal("28.349523125"), "LB": Decimal("453.59237")}
"""Grams in one unit. The pound is exact by definition (NIST SP 811, appendix B), the ounce a sixteenth of it."""

CENTIMETRES_PER = {"CM": Decimal(1), "IN": Decimal("2.54")}
"""Centimetres in one unit. The inch is exact by definition (NIST SP 811, appendix B)."""


def _read(value: Decimal, unit: str, units: dict[str, Decimal]) -> Decimal:
    if unit not in units:
        raise ValueError(f"unknown unit {unit!r}; use one of {', '.join(units)}")
    if not value.is_finite() or value <= 0:  # comparing NaN raises
        raise ValueError(f"a measure must be above zero, not {value}")
    return value * units[unit]


@dataclass(frozen=True, order=True)
class Weight:
    """A mass, kept in grams whatever unit it came in."""

    grams: Decimal

    @classmethod
    def of(cls, value: Decimal, unit: str) -> Weight:
        """Read `value` in `unit` (a key of `GRAMS_PER`).

        Raises `ValueError` when the unit is unknown or the value is not a finite number above zero.
        """
        return cls(_read(value, unit, GRAMS_PER))

    def __add__(self, other: Weight) -> Weight:
        return Weight(self.grams + other.grams)

    def rounded_up_to(self, step: Weight) -> Weight:
        """Return the next whole multiple of `step`: carriers bill each started half kilogram."""
        return Weight((self.grams / step.grams).to_integral_value(ROUND_CEILING) * step.grams)


@dataclass(frozen=True, order=True)
class Length:
    """A length, kept in centimetres whatever unit it came in."""

    centimetres: Decimal

    @classmethod
    def of(cls, value: Decimal, unit: str) -> Length:
        """Read `value` in `unit` (a key of `CENTIMETRES_PER`).

        Raises `ValueError` when the unit is unknown or the value is not a finite number above zero.
        """
        return cls(_read(value, unit, CENTIMETRES_PER))
