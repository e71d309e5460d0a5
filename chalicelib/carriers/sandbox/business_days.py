"""Business days: weekends by country and nothing else, so that an answer needs no calendar of holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)

_WEEKENDS = {
    frozenset({FRIDAY, SATURDAY}): "BH DZ EG IL IQ JO KW LY OM QA SA SD SY YE",
    frozenset({THURSDAY, FRIDAY}): "AF",
    frozenset({FRIDAY}): "IR",
    frozenset({SUNDAY}): "IN UG",
}
"""Unicode CLDR, supplemental data, weekData (https://www.unicode.org/reports/tr35/tr35-dates.html#Week_Data)."""

_WEEKEND_OF = {country: days for days, countries in _WEEKENDS.items() for country in countries.split()}
_USUAL_WEEKEND = frozenset({SATURDAY, SUNDAY})

CUT_OFF = time(16, tzinfo=UTC)
"""What is sold later is picked up on the next business day."""

FARTHEST = timedelta(days=365)
"""Later wishes are refused; until then they count as this far, so that no day after the last of all is asked for."""


def weekend(country_code: str) -> frozenset[int]:
    """Return the days of the week (Monday is 0) on which a country does not work."""
    return _WEEKEND_OF.get(country_code, _USUAL_WEEKEND)


def first_business_day(day: date, weekend_days: frozenset[int]) -> date:
    """Return `day`, or the next one that is no weekend."""
    while day.weekday() in weekend_days:
        day += timedelta(days=1)
    return day


def after_business_days(day: date, count: int, weekend_days: frozenset[int]) -> date:
    """Return the `count`-th business day after `day`."""
    for _ in range(count):
        day = first_business_day(day + timedelta(days=1), weekend_days)
    return day


def pick_up_day(wanted: date | None, sold_at: datetime, weekend_days: frozenset[int]) -> date:
    """Return the first business day on which the carrier can take a parcel: not before `wanted`, nor in the past."""
    sold_on = sold_at.astimezone(UTC)
    earliest = sold_on.date() if sold_on.timetz() < CUT_OFF else sold_on.date() + timedelta(days=1)
    day = max(earliest, wanted or earliest)
    return first_business_day(min(day, earliest + FARTHEST), weekend_days)
