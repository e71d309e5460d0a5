"""The sandbox carrier's own packagings: how large they are, and how much each may hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from chalicelib.domain.measures import Length, Weight
from chalicelib.domain.parcels import dimensions_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.domain.parcels import Parcel


@dataclass(frozen=True)
class Preset:
    """One packaging."""

    length: Length
    width: Length
    height: Length
    heaviest: Weight
    """The greatest weight with what is in it."""

    @property
    def sides(self) -> tuple[Length, Length, Length]:
        """Its sides, longest first."""
        return self.length, self.width, self.height


def _preset(length: int, width: int, height: int, kilograms: int) -> Preset:
    longest, middle, shortest = (Length.of(Decimal(side), "CM") for side in (length, width, height))
    return Preset(longest, middle, shortest, Weight.of(Decimal(kilograms), "KG"))


PRESETS: Mapping[str, Preset] = {
    "small_box": _preset(25, 18, 10, kilograms=5),
    "medium_box": _preset(40, 30, 20, kilograms=15),
}
"""By `package_preset`; `docs/sandbox.md` shows the same table."""


def sides_of(parcel: Parcel) -> tuple[Length, Length, Length] | None:
    """Return the sides that count, longest first: its packaging's, else what the parcel tells; None where nothing."""
    preset = PRESETS.get(parcel.package_preset or "")
    return dimensions_of(parcel) if preset is None else preset.sides
