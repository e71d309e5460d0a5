"""UPS's days and prices, where its connector would make up its own."""

import json
from datetime import date

import pytest

from chalicelib.carriers.profiles import ups_mending


class TestDays:
    @pytest.mark.parametrize(
        ("options", "today", "day"),
        [
            ({}, "2026-11-27", "2026-11-27"),
            ({}, "2026-11-28", "2026-11-30"),
            ({}, "2026-11-29", "2026-11-30"),
            ({"shipment_date": "2026-11-28"}, "2026-11-24", "2026-11-28"),
            ({"shipping_date": "2026-12-01T12:00"}, "2026-11-24", "2026-12-01"),
        ],
    )
    def test_ups_gets_parcels_on_the_day_that_was_asked_for_or_the_next_business_day(
        self, options: dict[str, str], today: str, day: str
    ) -> None:
        assert ups_mending.ship_day(options, date.fromisoformat(today)) == date.fromisoformat(day)


class TestPrices:
    def test_upss_options_are_charged_as_their_sum_where_nothing_is_itemised(self) -> None:
        lines = [{"name": "BASE CHARGE", "amount": 9.5}, {"name": "03", "amount": 6.55}]
        body = json.dumps({"RateResponse": {"RatedShipment": [{"Service": {"Code": "03"}}]}}).encode()

        (rate,) = ups_mending.completed("rate", [{"service": "a", "extra_charges": lines}], [body])

        assert [line["name"] for line in rate["extra_charges"]] == ["BASE CHARGE", "SERVICE OPTIONS"]
