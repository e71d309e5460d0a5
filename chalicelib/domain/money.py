"""Money: an exact amount in one currency, rounded in one place."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from chalicelib.domain.currencies import CURRENCIES

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        """Return the sum; raises `ValueError` across currencies."""
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def times(self, factor: Decimal) -> Money:
        """Return `factor` times this, not rounded."""
        return Money(self.amount * factor, self.currency)

    def rounded(self) -> Money:
        """Return this at the currency's own digits (ISO 4217), half to even."""
        digits = CURRENCIES.get(self.currency, 2)
        return Money(self.amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN), self.currency)


def total(parts: Iterable[Money]) -> Money:
    """Return the sum of one or more amounts in one currency."""
    return reduce(add, parts)
