"""The sandbox's price list: sums that are exact, weights that are billed, zones, days, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.carriers.sandbox.exchange import PER_DOLLAR
from chalicelib.carriers.sandbox.load import billed_weight
from chalicelib.carriers.sandbox.services import BY_CODE, BY_DIGIT, SERVICES
from chalicelib.carriers.sandbox.zones import REGION_OF, UNSERVED_COUNTRIES, lane
from chalicelib.domain.countries import COUNTRIES, default_currency
from chalicelib.domain.currencies import CURRENCIES
from chalicelib.domain.messages import Message
from chalicelib.domain.options import Options
from chalicelib.domain.rates import Rate, RateRequest, in_order_of_price
from tests.builders import a_parcel, a_recipient, an_address
from tests.sandbox_cases import DEADLINE, Shop, a_request, a_request_abroad, some_customs

SERVED = sorted(set(COUNTRIES) - UNSERVED_COUNTRIES)
DOMESTIC = {service.code for service in SERVICES if not service.international}
ABROAD = {service.code for service in SERVICES if service.international}


def codes(rates: tuple[Rate, ...]) -> set[str]:
    return {rate.service for rate in rates}


def charge(rate: Rate, code: str) -> Decimal:
    return next((line.amount or Decimal(0) for line in rate.extra_charges if line.id == code), Decimal(0))


def messages(request: RateRequest) -> tuple[Message, ...]:
    shop = Shop()
    return shop.carrier.rate(shop.connection, request, DEADLINE).messages


def refusal(request: RateRequest) -> Message:
    """The one message of a request for which nothing is offered."""
    shop = Shop()
    quote = shop.carrier.rate(shop.connection, request, DEADLINE)
    assert quote.rates == ()
    (message,) = quote.messages
    assert (message.level, message.carrier_name, message.carrier_id) == ("error", "sandbox", "sandbox")
    return message


def place(country: str, **changes: Any) -> Any:
    fields = {"country_code": country, "postal_code": None, "state_code": None, "city": "Somewhere"}
    return an_address(**(fields | changes))


@st.composite
def requests(draw: st.DrawFn) -> RateRequest:
    """A request that the sandbox takes, from and to anywhere, with any extras that it honours."""
    weights = st.decimals("0.01", "70", places=2)
    sides = st.decimals("0.1", "60", places=1)
    parcels = draw(
        st.lists(st.builds(a_parcel, weight=weights, length=sides, width=sides, height=sides), min_size=1, max_size=4)
    )
    amounts = st.none() | st.decimals("0.001", "900", places=3)
    options = st.builds(
        Options,
        currency=st.none() | st.just("USD"),
        insurance=amounts,
        declared_value=amounts,
        signature_confirmation=st.none() | st.booleans(),
    )
    origin, destination = draw(st.sampled_from(["JP", "KW", "US", *SERVED])), draw(st.sampled_from(SERVED))
    return a_request(
        shipper=place(origin),
        recipient=place(destination, residential=draw(st.booleans())),
        parcels=tuple(parcel.model_copy(update={"options": draw(options)}) for parcel in parcels),
        options=draw(options).model_copy(update={"currency": "USD"}),
        customs=some_customs(),
    )


class TestPrices:
    @given(requests())
    def test_the_charges_add_up_to_the_total_exactly_in_the_origins_currency_and_digits(
        self, request: RateRequest
    ) -> None:
        currency = default_currency(request.shipper.country_code)

        rates = Shop().rates(request)

        assert rates
        for rate in rates:
            lines = [line.amount for line in rate.extra_charges if line.amount is not None]
            assert len(lines) == len(rate.extra_charges)
            assert sum(lines) == rate.total_charge
            assert all(amount > 0 and amount == round(amount, CURRENCIES[currency]) for amount in lines)
            assert {rate.currency, *(line.currency for line in rate.extra_charges)} == {currency}
            assert rate.extra_charges[0].id == "base_charge"

    @given(requests())
    def test_the_cheapest_comes_first_and_every_rate_says_what_it_is(self, request: RateRequest) -> None:
        rates = Shop().rates(request)

        assert rates == in_order_of_price(rates)
        assert len({rate.id for rate in rates}) == len(rates)
        for rate in rates:
            assert rate.test_mode
            assert rate.meta is not None
            assert rate.meta["service_name"] == BY_CODE[rate.service].name

    @given(st.decimals("0.1", "69", places=1), st.sampled_from(SERVICES))
    def test_a_kilogram_more_always_costs_more(self, weight: Decimal, service: Any) -> None:
        asked = a_request_abroad if service.international else a_request

        flat = {"length": Decimal(1), "width": Decimal(1), "height": Decimal(1)}

        light, heavy = (
            Shop().rate(asked(parcels=(a_parcel(weight=kilograms, **flat),)), service.code)
            for kilograms in (weight, weight + 1)
        )

        assert light.total_charge < heavy.total_charge

    def test_two_parcels_cost_twice_the_base_of_one(self) -> None:
        one, two = (Shop().rate(a_request(parcels=(a_parcel(),) * count), "sandbox_ground") for count in (1, 2))

        assert charge(two, "base_charge") == 2 * charge(one, "base_charge")

    def test_a_known_price_is_worked_out_by_the_published_tariff(self) -> None:
        """9000 cm3 from New York to San Francisco: 2 kg and zone 8, so 6.20 + 7 x 0.55 and 3 x (0.45 + 7 x 0.08)."""
        rate = Shop().rate(a_request(), "sandbox_ground")

        assert charge(rate, "base_charge") == Decimal("13.08")
        assert charge(rate, "fuel_surcharge") == Decimal("1.64")
        assert charge(rate, "residential_surcharge") == Decimal("3.10")
        assert rate.total_charge == Decimal("17.82")

    @pytest.mark.parametrize(
        ("options", "code", "amount"),
        [
            ({"signature_confirmation": True}, "signature_confirmation", "2.80"),
            ({"insurance": Decimal(1000)}, "insurance", "8.00"),
            ({"insurance": Decimal(10)}, "insurance", "1.50"),
            ({"declared_value": Decimal(300)}, "declared_value", "1.00"),
            ({"declared_value": Decimal(100)}, "declared_value", "0"),
            ({"cash_on_delivery": Decimal(50)}, "cash_on_delivery", "5.00"),
            ({"saturday_delivery": True}, "saturday_delivery", "16.00"),
            ({"insurance": Decimal(920), "currency": "EUR"}, "insurance", "8.00"),
            ({"signature_confirmation": False}, "signature_confirmation", "0"),
        ],
    )
    def test_an_option_costs_what_the_docs_say(self, options: dict[str, Any], code: str, amount: str) -> None:
        rate = Shop().rate(a_request(options=Options(**options)), "sandbox_express")

        assert charge(rate, code) == Decimal(amount)

    def test_a_parcels_own_options_count_for_it_alone(self) -> None:
        signed = a_parcel(options=Options(signature_confirmation=True, insurance=Decimal(500)))

        rate = Shop().rate(
            a_request(parcels=(signed, a_parcel()), options=Options(insurance=Decimal(500))), "sandbox_ground"
        )

        assert charge(rate, "signature_confirmation") == Decimal("2.80")
        assert charge(rate, "insurance") == Decimal("8.00")

    def test_every_currency_has_a_fixed_exchange_rate(self) -> None:
        assert set(PER_DOLLAR) == set(CURRENCIES)


class TestBilledWeight:
    @pytest.mark.parametrize(
        ("parcel", "grams"),
        [
            ({"weight": Decimal("1.5"), "length": None, "width": None, "height": None}, 1500),
            ({"weight": Decimal("1.51"), "length": None, "width": None, "height": None}, 2000),
            ({"weight": Decimal("0.01"), "length": Decimal(1), "width": Decimal(1), "height": Decimal(1)}, 500),
            ({"weight": Decimal(1), "length": Decimal(50), "width": Decimal(40), "height": Decimal(25)}, 10_000),
            ({"weight": Decimal(1), "length": Decimal(50), "width": Decimal(40), "height": Decimal("25.1")}, 10_500),
            ({"weight": Decimal(1), "weight_unit": "LB", "length": None, "width": None, "height": None}, 500),
            (
                {
                    "weight": Decimal(1),
                    "dimension_unit": "IN",
                    "length": Decimal(10),
                    "width": Decimal(10),
                    "height": Decimal(10),
                },
                3500,
            ),
        ],
    )
    def test_the_greater_of_actual_and_volumetric_weight_is_billed_by_half_kilograms(
        self, parcel: dict[str, Any], grams: int
    ) -> None:
        assert billed_weight(a_parcel(**parcel)).grams == grams

    def test_the_rate_tells_what_was_billed_for_all_parcels(self) -> None:
        rate = Shop().rate(a_request(parcels=(a_parcel(), a_parcel(weight=Decimal("2.2")))), "sandbox_ground")

        assert rate.meta is not None
        assert rate.meta["billed_weight_kg"] == 4.5  # volume: 9000 cm3 count as 1.8 and so as 2 kg


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
        found = lane(place(country, postal_code=here), place(country, postal_code=there))

        assert (found.international, found.zone) == (False, zone)
        assert found == lane(place(country, postal_code=there), place(country, postal_code=here))

    @pytest.mark.parametrize(("city", "zone"), [("Victoria", 1), ("VICTORIA", 1), ("Kowloon", 2)])
    def test_where_there_are_no_postal_codes_the_city_decides(self, city: str, zone: int) -> None:
        assert lane(place("HK", city="Victoria"), place("HK", city=city)).zone == zone

    @pytest.mark.parametrize(
        ("here", "there", "zone"), [("DE", "FR", 1), ("US", "MX", 1), ("US", "DE", 3), ("DE", "JP", 4), ("BR", "NZ", 5)]
    )
    def test_between_countries_the_parts_of_the_world_decide(self, here: str, there: str, zone: int) -> None:
        found = lane(place(here), place(there))

        assert (found.international, found.zone) == (True, zone)
        assert found == lane(place(there), place(here))

    def test_every_country_is_in_a_part_of_the_world(self) -> None:
        assert set(REGION_OF) == set(COUNTRIES)

    @given(st.sampled_from(SERVED), st.text(max_size=10), st.text(max_size=10))
    def test_every_pair_of_postal_codes_has_a_zone_that_some_service_serves(
        self, country: str, here: str, there: str
    ) -> None:
        found = lane(place(country, postal_code=here), place(country, postal_code=there))

        assert any(service.serves(found.zone) for service in SERVICES if not service.international)
        assert found.zone >= 1

    def test_the_rate_names_its_zone(self) -> None:
        assert [rate.meta and rate.meta["zone"] for rate in Shop().rates(a_request())] == ["domestic-8"] * 4


class TestServices:
    def test_one_country_gets_domestic_services_and_two_get_international_ones(self) -> None:
        assert codes(Shop().rates(a_request())) == DOMESTIC
        assert codes(Shop().rates(a_request_abroad())) == ABROAD
        assert len(SERVICES) == len(BY_CODE) == len(BY_DIGIT) == 6

    def test_overnight_does_not_go_to_the_far_ends_of_a_country(self) -> None:
        alaska = a_recipient(postal_code="99501", state_code="AK", city="Anchorage")

        assert codes(Shop().rates(a_request(recipient=alaska))) == DOMESTIC - {"sandbox_overnight"}

    def test_only_the_services_asked_for_are_rated(self) -> None:
        rates = Shop().rates(a_request(services=("sandbox_ground", "sandbox_express")))

        assert codes(rates) == {"sandbox_ground", "sandbox_express"}

    def test_an_empty_wish_is_none(self) -> None:
        assert codes(Shop().rates(a_request(services=()))) == DOMESTIC

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
        [{"shipment_date": date(2026, 12, 5)}, {"shipping_date": datetime(2026, 12, 5, 23, 30)}],  # noqa: DTZ001 - local
    )
    def test_the_wanted_day_of_shipping_counts_a_weekend_as_the_monday_after(self, options: dict[str, Any]) -> None:
        rate = Shop().rate(a_request(options=Options(**options)), "sandbox_overnight")

        assert rate.estimated_delivery == date(2026, 12, 8)

    def test_saturday_delivery_makes_the_saturday_a_business_day(self) -> None:
        shop = Shop()
        shop.clock.now = datetime(2026, 11, 27, 10, tzinfo=UTC)

        rates = shop.rates(a_request(options=Options(saturday_delivery=True)))

        assert codes(rates) == {"sandbox_express", "sandbox_overnight"}
        assert min(rate.estimated_delivery for rate in rates if rate.estimated_delivery) == date(2026, 11, 28)

    def test_the_recipients_weekend_is_that_of_its_country(self) -> None:
        request = a_request_abroad(
            shipper=place("DE", postal_code="10115"),
            recipient=place("KW", postal_code="13001"),
            options=Options(shipment_date=date(2026, 11, 25)),
        )

        rate = Shop().rate(request, "sandbox_international_express")

        # Three days from a Wednesday: Thursday, Sunday, Monday.
        assert (rate.transit_days, rate.estimated_delivery) == (3, date(2026, 11, 30))


class TestRefusals:
    @pytest.mark.parametrize("country", sorted(UNSERVED_COUNTRIES))
    @pytest.mark.parametrize("end", ["shipper", "recipient"])
    def test_a_country_that_is_not_served(self, country: str, end: str) -> None:
        message = refusal(a_request_abroad(**{end: place(country)}))

        assert (message.code, message.details) == ("unserved_country", {f"{end}.country_code": country})

    def test_a_parcel_over_70_kg(self) -> None:
        heavy = (a_parcel(weight=Decimal(70)), a_parcel(weight=Decimal("70.01")))

        message = refusal(a_request(parcels=heavy))

        assert (message.code, message.details) == ("parcel_too_heavy", {"parcels.1.weight": "70.01 KG"})

    @pytest.mark.parametrize(
        ("sides", "fits"),
        [((274, 20, 20), True), (("274.1", 20, 20), False), ((219, 50, 50), True), (("219.1", 50, 50), False)],
    )
    def test_a_parcel_that_is_too_large(self, sides: tuple[Any, ...], fits: bool) -> None:  # noqa: FBT001
        length, width, height = (Decimal(side) for side in sides)
        parcel = a_parcel(length=height, width=length, height=width)  # in any order

        found = {message.code for message in messages(a_request(parcels=(parcel,)))}

        assert found == (set() if fits else {"parcel_too_large"})

    def test_goods_across_a_customs_border_without_a_declaration(self) -> None:
        message = refusal(a_request_abroad(customs=None))

        assert message.code == "customs_required"
        assert "customs" in message.details

    def test_documents_need_no_customs_and_neither_does_a_customs_union(self) -> None:
        documents = a_request_abroad(customs=None, parcels=(a_parcel(is_document=True),))
        in_the_union = a_request(shipper=place("DE", postal_code="10115"), recipient=place("FR", postal_code="75001"))

        assert codes(Shop().rates(documents)) == codes(Shop().rates(in_the_union)) == ABROAD

    def test_a_day_of_shipping_that_nobody_can_keep(self) -> None:
        for day in (date(2026, 11, 22), date(2027, 1, 24), date.max, date.min):
            assert refusal(a_request(options=Options(shipment_date=day))).code == "shipment_date_out_of_range"
        assert Shop().rates(a_request(options=Options(shipment_date=date(2026, 11, 23))))
        assert Shop().rates(a_request(options=Options(shipment_date=date(2027, 1, 23))))

    @pytest.mark.parametrize("option", ["insurance", "cash_on_delivery", "declared_value"])
    def test_amounts_that_are_too_high(self, option: str) -> None:
        found = messages(a_request(options=Options(**{option: Decimal(100_000_000)})))

        assert "amount_too_high" in {message.code for message in found}

    def test_a_currency_that_is_none(self) -> None:
        assert (
            refusal(a_request(options=Options(insurance=Decimal(1), currency="QQQ"))).code == "currency_not_supported"
        )

    def test_a_service_that_does_not_exist(self) -> None:
        message = refusal(a_request(services=("sandbox_rocket",)))

        assert (message.code, message.details) == ("unknown_service", {"service": "sandbox_rocket"})

    def test_a_service_that_does_not_serve_the_lane(self) -> None:
        assert refusal(a_request(services=("sandbox_international_express",))).code == "service_not_available"

    def test_beside_rates_a_refused_service_is_a_warning(self) -> None:
        (message,) = messages(a_request(services=("sandbox_rocket", "sandbox_ground")))

        assert (message.code, message.level) == ("unknown_service", "warning")

    @pytest.mark.parametrize(
        "option",
        [
            {"hold_at_location": True},
            {"locker_id": "L1"},
            {"dangerous_good": True},
            {"sunday_delivery": True},
            {"paperless_trade": True},
            {"doc_references": ("D1",)},
        ],
    )
    def test_an_option_that_no_service_honours_leaves_no_rate(self, option: dict[str, Any]) -> None:
        for on_parcel in (False, True):
            options = Options(**option)
            request = a_request(parcels=(a_parcel(options=options),)) if on_parcel else a_request(options=options)

            message = refusal(request)

            assert (message.code, message.details["option"]) == ("option_not_supported", next(iter(option)))

    def test_an_option_that_some_services_honour_leaves_their_rates_and_names_the_others(self) -> None:
        request = a_request(options=Options(saturday_delivery=True))

        (message,) = messages(request)

        assert codes(Shop().rates(request)) == {"sandbox_express", "sandbox_overnight"}
        assert (message.code, message.level) == ("option_not_supported", "warning")
        assert message.details == {"option": "saturday_delivery", "services": "sandbox_economy, sandbox_ground"}

    def test_all_faults_are_told_at_once(self) -> None:
        request = a_request_abroad(customs=None, parcels=(a_parcel(weight=Decimal(80), length=Decimal(300)),))

        found = {message.code for message in messages(request)}

        assert found == {"parcel_too_heavy", "parcel_too_large", "customs_required"}


def test_the_same_request_on_the_same_day_costs_the_same() -> None:
    first, second = Shop(), Shop()
    second.clock.now = first.clock.now + timedelta(hours=2)
    request = a_request()

    for here, there in zip(first.rates(request), second.rates(request), strict=True):
        assert here.model_copy(update={"id": ""}) == there.model_copy(update={"id": ""})
