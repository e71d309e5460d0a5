"""Prices: rates and sold prices as the SDK tells them, made exact, or refused where they cannot be meant."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from chalicelib.domain.currencies import CURRENCIES
from chalicelib.domain.money import Money
from chalicelib.domain.rates import Charge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST = Decimal(10) ** 10
"""No parcel costs more in any currency: a greater number is no price."""

LONGEST_TRANSIT_DAYS = 365
DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].*)?", re.ASCII | re.DOTALL)


class InvalidPrice(Exception):
    """What is told cannot be a price; its text says why, for people."""


def amount_of(value: object) -> Decimal | None:
    """Return a number exactly as it was written, also one that passed through a float; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        amount = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < MOST else None


def currency_of(value: object) -> str:
    """Return a currency by ISO 4217 in upper case; raises `InvalidPrice`."""
    code = value.strip().upper() if isinstance(value, str) else ""
    if not code:
        raise InvalidPrice("without a currency")
    if code not in CURRENCIES:
        raise InvalidPrice(f"in an unknown currency ({code[:10]})")
    return code


def total_of(value: object, currency: str) -> Decimal:
    """Return a price, rounded to the currency's digits; raises `InvalidPrice` for one that is not above zero.

    The SDK says 0.0 where it found no price.
    """
    amount = amount_of(value)
    if amount is None:
        raise InvalidPrice("without a price")
    total = rounded(amount, currency)
    if total <= 0:
        raise InvalidPrice("with a price below zero" if amount < 0 else "with a price of nothing")
    return total


def charges_of(lines: Sequence[Mapping[str, Any]], currency: str) -> tuple[Charge, ...]:
    """Return the parts of a price, as many as are amounts; one in another currency keeps it."""
    return tuple(_charges(lines, currency))


def completed(charges: Sequence[Charge], total: Decimal, currency: str) -> tuple[Charge, ...]:
    """Return charges that add up to the total: a line `other` holds what the carrier's own lines leave out."""
    difference = total - sum_of(charges, currency)
    if not charges or not difference:
        return tuple(charges)
    return (*charges, Charge(name="other", amount=difference, currency=currency))


def sum_of(charges: Sequence[Charge], currency: str) -> Decimal:
    """Return what the charges in one currency add up to."""
    return sum((line.amount for line in charges if line.currency == currency and line.amount), Decimal(0))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return an amount at the currency's own digits."""
    return Money(amount, currency).rounded().amount


def days_of(value: object) -> int | None:
    """Return a whole number of days; None where it is none, or not meant."""
    amount = amount_of(value)
    if amount is None or amount != amount.to_integral_value() or not 0 <= amount <= LONGEST_TRANSIT_DAYS:
        return None
    return int(amount)


def day_of(value: object) -> date | None:
    """Return the day of a text that begins with one, `YYYY-MM-DD`; None for anything else."""
    found = DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is not None:
        with suppress(ValueError):  # the 30th of February
            return date.fromisoformat(found[1])
    return None


def _charges(lines: Sequence[Mapping[str, Any]], currency: str) -> list[Charge]:
    found = []
    for line in lines:
        amount = amount_of(line.get("amount"))
        if amount is None:
            continue
        try:
            own = currency_of(line.get("currency") or currency)
        except InvalidPrice:
            own = currency
        name, code = line.get("name"), line.get("id")
        found.append(
            Charge(
                name=None if name is None else str(name),
                amount=rounded(amount, own),
                currency=own,
                id=None if code is None else str(code),
            )
        )
    return found
