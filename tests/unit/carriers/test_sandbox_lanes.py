"""Where the sandbox goes: zones, services and days."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.carriers.sandbox.services import BY_CODE, BY_DIGIT, SERVICES
from chalicelib.carriers.sandbox.zones import REGION_OF, UNSERVED_COUNTRIES, lane
from chalicelib.domain.countries import COUNTRIES
from chalicelib.domain.messages import Message
from chalicelib.domain.options import Options
from chalicelib.domain.rates import RateRequest
from tests.builders import a_recipient, an_address
from tests.sandbox_cases import DEADLINE, Shop, a_place, a_request, a_request_abroad, charge, services_of, some_customs

SERVED = sorted(set(COUNTRIES) - UNSERVED_COUNTRIES)
DOMESTIC = {service.code for service in SERVICES if not service.international}
ABROAD = {service.code for service in SERVICES if service.international}


def messages(request: RateRequest) -> tuple[Message, ...]:
    shop = Shop()
    return shop.carrier.rate(shop.connection, request, DEADLINE).messages


class TestZones:
    @pytest.mark.parametrize(
        ("country", "here", "there", "zone"),
        [
            ("US", "10001", "10018", 1),
            ("US", "10001", "14850", 2),
            ("US", "10001", "20001", 3),
            ("US", "10001", "94103", 8),
            ("US", "10001", "99501", 9),
            ("US", "99501", "99510", 1),
            ("CA", "M5V 3L9", "M5V1A1", 1),
            ("CA", "M5V 3L9", "M1B 1A1", 2),
            ("CA", "H2X 1Y4", "V6B 4Y8", 6),
            ("CA", "M5V 3L9", "X1A 2P8", 9),
            ("DE", "10115", "10999", 1),
            ("DE", "10115", "12049", 2),
            ("DE", "10115", "80331", 7),
            ("ES", "28001", "35001", 9),
            ("GB", "SW1A 1AA", "EH1 1YZ", 6),
            ("JP", "100-0001", "100-0005", 1),
        ],
    )
    def test_within_a_country_the_postal_codes_decide(self, country: str, here: str, there: str, zone: int) -> None:
        found = lane(a_place(country, postal_code=here), a_place(country, postal_code=there))

        assert (found.international, found.zone) == (False, zone)
        assert found == lane(a_place(country, postal_code=there), a_place(country, postal_code=here))

    @pytest.mark.parametrize(("city", "zone"), [("Victoria", 1), ("VICTORIA", 1), ("Kowloon", 2)])
    def test_where_there_are_no_postal_codes_the_city_decides(self, city: str, zone: int) -> None:
        assert lane(a_place("HK", city="Victoria"), a_place("HK", city=city)).zone == zone

    @pytest.mark.parametrize(
        ("here", "there", "zone"), [("DE", "FR", 1), ("US", "MX", 1), ("US", "DE", 3), ("DE", "JP", 4), ("BR", "NZ", 5)]
    )
    def test_between_countries_the_parts_of_the_world_decide(self, here: str, there: str, zone: int) -> None:
        found = lane(a_place(here), a_place(there))

        assert (found.international, found.zone) == (True, zone)
        assert found == lane(a_place(there), a_place(here))

    def test_every_country_is_in_a_part_of_the_world(self) -> None:
        assert set(REGION_OF) == set(COUNTRIES)

    @given(st.sampled_from(SERVED), st.text(max_size=10), st.text(max_size=10))
    def test_every_pair_of_postal_codes_has_a_zone_that_some_service_serves(
        self, country: str, here: str, there: str
    ) -> None:
        found = lane(a_place(country, postal_code=here), a_place(country, postal_code=there))

        assert any(service.serves(found.zone) for service in SERVICES if not service.international)
        assert found.zone >= 1

    def test_the_rate_names_its_zone(self) -> None:
        assert [rate.meta and rate.meta["zone"] for rate in Shop().rates(a_request())] == ["domestic-8"] * 4


class TestServices:
    def test_one_country_gets_domestic_services_and_two_get_international_ones(self) -> None:
        assert services_of(Shop().rates(a_request())) == DOMESTIC
        assert services_of(Shop().rates(a_request_abroad())) == ABROAD
        assert len(SERVICES) == len(BY_CODE) == len(BY_DIGIT) == 6

    def test_overnight_does_not_go_to_the_far_ends_of_a_country(self) -> None:
        alaska = a_recipient(postal_code="99501", state_code="AK", city="Anchorage")

        assert services_of(Shop().rates(a_request(recipient=alaska))) == DOMESTIC - {"sandbox_overnight"}

    def test_only_the_services_asked_for_are_rated(self) -> None:
        rates = Shop().rates(a_request(services=("sandbox_ground", "sandbox_express")))

        assert services_of(rates) == {"sandbox_ground", "sandbox_express"}

    def test_an_empty_wish_is_none(self) -> None:
        assert services_of(Shop().rates(a_request(services=()))) == DOMESTIC

    def test_a_return_is_rated_from_the_recipient_to_the_shipper(self) -> None:
        home, shop_door = a_recipient(country_code="JP", residential=True), an_address(country_code="KW")
        request = a_request(shipper=shop_door, recipient=home, is_return=True, customs=some_customs())

        rates = Shop().rates(request)

        assert {rate.currency for rate in rates} == {"JPY"}
        assert {charge(rate, "residential_surcharge") for rate in rates} == {Decimal(0)}


class TestDays:
    @pytest.mark.parametrize(
        ("now", "ship_on", "delivery"),
        [
            ("2026-11-24T15:59", "2026-11-24", "2026-11-26"),
            ("2026-11-24T16:00", "2026-11-25", "2026-11-27"),
            ("2026-11-27T10:00", "2026-11-27", "2026-12-01"),
            ("2026-11-28T10:00", "2026-11-30", "2026-12-02"),
        ],
    )
    def test_express_takes_two_business_days_from_the_next_pick_up(self, now: str, ship_on: str, delivery: str) -> None:
        shop = Shop()
        shop.clock.now = datetime.fromisoformat(now).replace(tzinfo=UTC)

        rate = shop.rate(a_request(), "sandbox_express")

        assert date.fromisoformat(ship_on) <= date.fromisoformat(delivery)
        assert (rate.transit_days, rate.estimated_delivery) == (2, date.fromisoformat(delivery))

    @pytest.mark.parametrize(
        "options",
        [
            {"shipment_date": date(2026, 12, 5)},
            {"shipping_date": datetime.fromisoformat("2026-12-05T23:30:00-05:00")},
            {"shipping_date": datetime.fromisoformat("2026-12-05T00:30:00+09:00")},
        ],
        ids=["a day", "already the 6th in UTC", "still the 4th in UTC"],
    )
    def test_the_wanted_day_of_shipping_counts_a_weekend_as_the_monday_after(self, options: dict[str, Any]) -> None:
        rate = Shop().rate(a_request(options=Options(**options)), "sandbox_overnight")

        assert rate.estimated_delivery == date(2026, 12, 8)

    def test_a_wanted_day_that_is_over_counts_as_today(self) -> None:
        rate = Shop().rate(a_request(options=Options(shipment_date=date(2026, 11, 23))), "sandbox_overnight")

        assert rate.estimated_delivery == date(2026, 11, 25)

    def test_saturday_delivery_makes_the_saturday_a_business_day(self) -> None:
        shop = Shop()
        shop.clock.now = datetime(2026, 11, 27, 10, tzinfo=UTC)

        rates = shop.rates(a_request(options=Options(saturday_delivery=True)))

        assert services_of(rates) == {"sandbox_express", "sandbox_overnight"}
        assert min(rate.estimated_delivery for rate in rates if rate.estimated_delivery) == date(2026, 11, 28)

    def test_the_recipients_weekend_is_that_of_its_country(self) -> None:
        request = a_request_abroad(
            shipper=a_place("DE", postal_code="10115"),
            recipient=a_place("KW", postal_code="13001"),
            options=Options(shipment_date=date(2026, 11, 25)),
        )

        rate = Shop().rate(request, "sandbox_international_express")

        # Three days from a Wednesday: Thursday, Sunday, Monday.
        assert (rate.transit_days, rate.estimated_delivery) == (3, date(2026, 11, 30))
