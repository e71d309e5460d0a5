"""UPS over real HTTP: what is asked of it for rates, and what its answers become."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from chalicelib.carriers.profiles.ups import PROFILE
from chalicelib.domain.options import Options
from tests.builders import a_parcel, a_recipient
from tests.integration.carriers.cases import AccountCases, Counter, CredentialCases, FaultCases, abroad, at_home, pounds
from tests.integration.carriers.customers import Customer, a_customer, said
from tests.stand_ins.oauth import Account
from tests.stand_ins.ups import UpsStandIn

GEARS = Account("gears-at-ups", "s3cret-of-gears-at-ups", "A1B2C3")
LOOMS = Account("looms-at-ups", "s3cret-of-looms-at-ups", "L0O9M5", share=Decimal("1.10"))
RATES = "/api/rating/v2409/Shop"


@pytest.fixture
def ups() -> Iterator[UpsStandIn]:
    with UpsStandIn(GEARS, LOOMS) as stand_in:
        yield stand_in


def customer_of(ups: UpsStandIn, account: Account = GEARS, secret: str | None = None) -> Customer:
    credentials: dict[str, str | int] = {
        "client_id": account.client_id,
        "client_secret": secret or account.client_secret,
        "account_number": account.number,
        "account_country_code": account.country,
    }
    return a_customer(PROFILE, ups.url, credentials)


@pytest.fixture
def customer(ups: UpsStandIn) -> Customer:
    return customer_of(ups)


@pytest.fixture
def counter(ups: UpsStandIn) -> Counter:
    return Counter(
        stand_in=ups,
        customer_of=lambda account, secret=None: customer_of(ups, account, secret),
        accounts=(GEARS, LOOMS),
        service="ups_ground",
        rates_at=RATES,
        sells_at="/api/shipments/v2409/ship",
        voids_at="/api/shipments/v2409/void/cancel/.*",
        number_in=lambda request: str(request.json()["RateRequest"]["Shipment"]["Shipper"]["ShipperNumber"]),
    )


class TestCredentials(CredentialCases):
    pass


class TestAccounts(AccountCases):
    pass


class TestFaults(FaultCases):
    pass


class TestRates:
    def test_a_lane_within_the_country_has_the_accounts_own_prices(self, customer: Customer) -> None:
        rates = customer.quote(at_home()).rates

        assert [(rate.service, rate.currency, rate.transit_days) for rate in rates] == [
            ("ups_ground", "USD", 4),
            ("ups_3_day_select", "USD", 3),
            ("ups_2nd_day_air", "USD", 2),
            ("ups_2nd_day_air_am", "USD", 2),
            ("ups_next_day_air_saver", "USD", 1),
            ("ups_next_day_air", "USD", 1),
            ("ups_next_day_air_early", "USD", 1),
        ]
        assert rates[0].total_charge == Decimal("24.63")  # 80 % of 21.05, its fuel of 18 %, and 5.95 to a home

    def test_the_charges_of_a_rate_add_up_to_its_total(self, customer: Customer) -> None:
        options = Options(signature_confirmation="adult", saturday_delivery=True)

        rates = customer.quote(at_home(options=options)).rates

        assert rates
        for rate in rates:
            assert sum(charge.amount or 0 for charge in rate.extra_charges) == rate.total_charge

    def test_the_account_the_units_and_the_day_are_told(self, ups: UpsStandIn, customer: Customer) -> None:
        customer.quote(at_home(options=Options.model_validate({"shipment_date": "2026-11-30"})))

        shipment = ups.asked("POST", RATES)[0].json()["RateRequest"]["Shipment"]
        package = shipment["Package"][0]
        assert shipment["Shipper"]["ShipperNumber"] == GEARS.number
        assert (package["PackageWeight"]["Weight"], package["PackageWeight"]["UnitOfMeasurement"]["Code"]) == (
            "3.3",
            "LBS",
        )
        assert package["Dimensions"]["UnitOfMeasurement"]["Code"] == "IN"
        assert [package["Dimensions"][side] for side in ("Length", "Width", "Height")] == ["12.0", "8.0", "6.0"]
        assert shipment["DeliveryTimeInformation"]["Pickup"]["Date"] == "20261130"

    def test_kilograms_and_centimetres_become_the_pounds_and_inches_that_ups_wants_from_the_us(
        self, ups: UpsStandIn, customer: Customer
    ) -> None:
        customer.quote(at_home(parcels=(a_parcel(weight=Decimal(2), weight_unit="KG"),)))

        package = ups.asked("POST", RATES)[0].json()["RateRequest"]["Shipment"]["Package"][0]
        assert package["PackageWeight"]["UnitOfMeasurement"]["Code"] == "LBS"
        assert Decimal("4.40") < Decimal(package["PackageWeight"]["Weight"]) <= Decimal("4.42")
        assert package["Dimensions"]["UnitOfMeasurement"]["Code"] == "IN"
        assert package["Dimensions"]["Length"] == "11.82"

    def test_a_lane_abroad_has_other_services(self, customer: Customer) -> None:
        rates = customer.quote(abroad()).rates

        assert [rate.service for rate in rates] == [
            "ups_worldwide_expedited",
            "ups_worldwide_saver",
            "ups_worldwide_express",
            "ups_worldwide_express_plus",
        ]
        assert {rate.currency for rate in rates} == {"USD"}

    def test_several_parcels_are_asked_for_in_one_call_and_cost_more(self, ups: UpsStandIn, customer: Customer) -> None:
        one = customer.rate(at_home(), "ups_ground")
        several = customer.rate(at_home(parcels=(pounds(), pounds(), pounds())), "ups_ground")

        assert several.total_charge > one.total_charge + 20
        packages = [request.json()["RateRequest"]["Shipment"]["Package"] for request in ups.asked("POST", RATES)]
        assert [len(each) for each in packages] == [1, 3]

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            (Options(signature_confirmation=True), "1"),
            (Options(signature_confirmation="signature"), "1"),
            (Options(signature_confirmation="adult"), "2"),
        ],
    )
    def test_a_signature_is_asked_for_by_upss_code_and_costs_more(
        self, ups: UpsStandIn, customer: Customer, options: Options, code: str
    ) -> None:
        without = customer.rate(at_home(), "ups_ground")

        signed = customer.rate(at_home(options=options), "ups_ground")

        package = ups.asked("POST", RATES)[1].json()["RateRequest"]["Shipment"]["Package"][0]
        assert package["PackageServiceOptions"]["DeliveryConfirmation"]["DCISType"] == code
        assert signed.total_charge > without.total_charge

    def test_saturday_delivery_leaves_the_services_that_have_none_out(self, customer: Customer) -> None:
        rates = customer.quote(at_home(options=Options(saturday_delivery=True))).rates

        assert {"ups_ground", "ups_3_day_select"}.isdisjoint(rate.service for rate in rates)
        assert "ups_next_day_air" in {rate.service for rate in rates}

    @pytest.mark.parametrize(
        "options",
        [
            Options(signature_confirmation="direct"),
            Options(insurance=Decimal(100)),
            Options(cash_on_delivery=Decimal(20)),
            Options(hold_at_location=True),
            Options(dangerous_good=True),
            Options(paperless_trade=True),
            Options(sunday_delivery=True),
        ],
        ids=lambda options: next(iter(options.model_fields_set)),
    )
    def test_what_cannot_be_asked_for_is_refused_before_any_call(
        self, ups: UpsStandIn, customer: Customer, options: Options
    ) -> None:
        quote = customer.quote(at_home(options=options))

        assert (quote.rates, quote.messages[0].code) == ((), "option_not_supported")
        assert ups.requests == []

    def test_a_postal_code_that_is_not_the_states_is_told_in_upss_words(self, customer: Customer) -> None:
        quote = customer.quote(at_home(recipient=a_recipient(state_code="NY")))

        assert quote.rates == ()
        assert quote.messages[0].code == "invalid_postal_code"
        assert quote.messages[0].details["carrier_code"] == "111285"
        assert "The postal code 94103 is invalid for NY US." in said(quote.messages)

    def test_a_parcel_that_is_too_heavy_is_told_in_upss_words(self, customer: Customer) -> None:
        quote = customer.quote(at_home(parcels=(pounds(weight=Decimal(151)),)))

        assert quote.messages[0].code == "parcel_too_heavy"
        assert "150.00 pounds" in said(quote.messages)
