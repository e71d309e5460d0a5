"""Tables of figures: what was measured beside what it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Figure:
    """One measured figure."""

    what: str
    measured: float
    unit: str
    budget: float | None = None
    """At most so much; None where the figure is for information."""
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether it is kept."""
        if self.budget is None:
            return ""
        return "kept" if self.measured <= self.budget else "MISSED"


def print_table(title: str, figures: Sequence[Figure]) -> None:
    """Print the figures, a line each."""
    rows = [("", "measured", "budget", "", "")]
    rows += [
        (
            figure.what,
            _text(figure.measured, figure.unit),
            "" if figure.budget is None else _text(figure.budget, figure.unit),
            figure.verdict,
            figure.note,
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print(f"\n{title}")
    for row in rows:
        what, *others = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(f"  {'  '.join([what, *others])}".rstrip())


def _text(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if value >= 100 else f"{value:.2f}"  # noqa: PLR2004 - three digits tell enough
    return f"{number} {unit}".rstrip()
