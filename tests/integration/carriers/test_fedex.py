"""FedEx over real HTTP: what is asked of it for rates, and what its answers become."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from chalicelib.carriers.profiles.fedex import PROFILE
from chalicelib.domain.options import Options
from tests.builders import a_recipient
from tests.integration.carriers.cases import (
    AccountCases,
    Counter,
    CredentialCases,
    FaultCases,
    abroad,
    at_home,
    paris,
    pounds,
)
from tests.integration.carriers.customers import Customer, a_customer, failure, said
from tests.stand_ins.fedex import FedexStandIn
from tests.stand_ins.oauth import Account

GEARS = Account("gears-at-fedex", "s3cret-of-gears-at-fedex", "740561073")
LOOMS = Account("looms-at-fedex", "s3cret-of-looms-at-fedex", "802255209", share=Decimal("0.95"))
RATES = "/rate/v1/rates/quotes"
ON_MONDAY = Options.model_validate({"shipment_date": "2026-11-30"})


@pytest.fixture
def fedex() -> Iterator[FedexStandIn]:
    with FedexStandIn(GEARS, LOOMS) as stand_in:
        yield stand_in


def customer_of(fedex: FedexStandIn, account: Account = GEARS, secret: str | None = None) -> Customer:
    credentials: dict[str, str | int] = {
        "api_key": account.client_id,
        "secret_key": secret or account.client_secret,
        "account_number": account.number,
        "track_api_key": account.client_id,
        "track_secret_key": account.client_secret,
        "account_country_code": account.country,
    }
    return a_customer(PROFILE, fedex.url, credentials)


@pytest.fixture
def customer(fedex: FedexStandIn) -> Customer:
    return customer_of(fedex)


@pytest.fixture
def counter(fedex: FedexStandIn) -> Counter:
    return Counter(
        stand_in=fedex,
        customer_of=lambda account, secret=None: customer_of(fedex, account, secret),
        accounts=(GEARS, LOOMS),
        service="fedex_2_day",
        rates_at=RATES,
        sells_at="/ship/v1/shipments",
        voids_at="/ship/v1/shipments/cancel",
        number_in=lambda request: str(request.json()["accountNumber"]["value"]),
    )


class TestCredentials(CredentialCases):
    def test_without_the_keys_for_tracking_nothing_is_tracked_and_the_message_says_so(
        self, fedex: FedexStandIn
    ) -> None:
        credentials: dict[str, str | int] = {"api_key": "a", "secret_key": "b", "account_number": GEARS.number}

        error = failure(lambda: a_customer(PROFILE, fedex.url, credentials).track("794600000010"))

        assert not error.maybe_done
        assert error.messages[0].carrier_name == "fedex"
        assert fedex.asked("POST", "/track/.*") == []


class TestAccounts(AccountCases):
    pass


class TestFaults(FaultCases):
    pass


class TestRates:
    def test_a_lane_within_the_country_has_the_accounts_own_prices(self, customer: Customer) -> None:
        rates = customer.quote(at_home(options=ON_MONDAY)).rates

        assert [(rate.service, rate.currency, rate.transit_days, rate.estimated_delivery) for rate in rates] == [
            ("fedex_ground_home_delivery", "USD", 4, date(2026, 12, 4)),
            ("fedex_express_saver", "USD", 3, date(2026, 12, 3)),
            ("fedex_2_day", "USD", 2, date(2026, 12, 2)),
            ("fedex_2_day_am", "USD", 2, date(2026, 12, 2)),
            ("fedex_standard_overnight", "USD", 1, date(2026, 12, 1)),
            ("fedex_priority_overnight", "USD", 1, date(2026, 12, 1)),
            ("fedex_first_overnight", "USD", 1, date(2026, 12, 1)),
        ]
        assert rates[0].total_charge == Decimal("21.63")  # 80 % of 16.75, 2.68 of fuel by the list, and 5.55 to a home

    def test_the_charges_of_a_rate_add_up_to_its_total(self, customer: Customer) -> None:
        rates = customer.quote(at_home(options=Options(signature_confirmation="adult"))).rates

        assert rates
        for rate in rates:
            assert sum(charge.amount or 0 for charge in rate.extra_charges) == rate.total_charge

    def test_the_account_the_units_and_the_day_are_told(self, fedex: FedexStandIn, customer: Customer) -> None:
        customer.quote(at_home(options=ON_MONDAY))

        asked = fedex.asked("POST", RATES)[0].json()
        item = asked["requestedShipment"]["requestedPackageLineItems"][0]
        assert asked["accountNumber"]["value"] == GEARS.number
        assert item["weight"] == {"units": "LB", "value": 3.3}
        assert item["dimensions"] == {"length": 12, "width": 8, "height": 6, "units": "IN"}
        assert asked["requestedShipment"]["shipDateStamp"] == "2026-11-30"

    def test_a_lane_abroad_has_other_services_and_tells_what_crosses_the_border(
        self, fedex: FedexStandIn, customer: Customer
    ) -> None:
        rates = customer.quote(abroad()).rates

        assert [rate.service for rate in rates] == [
            "fedex_international_connect_plus",
            "fedex_international_economy",
            "fedex_international_priority",
            "fedex_international_priority_express",
        ]
        commodity = fedex.asked("POST", RATES)[0].json()["requestedShipment"]["customsClearanceDetail"]["commodities"]
        assert [(one["quantity"], one["harmonizedCode"]) for one in commodity] == [(2, "8483.90")]

    def test_several_parcels_are_asked_for_in_one_call_and_cost_more(
        self, fedex: FedexStandIn, customer: Customer
    ) -> None:
        one = customer.rate(at_home(), "fedex_2_day")
        several = customer.rate(at_home(parcels=(pounds(), pounds(), pounds())), "fedex_2_day")

        assert several.total_charge > one.total_charge + 20
        items = [ask.json()["requestedShipment"]["requestedPackageLineItems"] for ask in fedex.asked("POST", RATES)]
        assert [len(each) for each in items] == [1, 3]

    @pytest.mark.parametrize(
        ("options", "kind"),
        [
            (Options(signature_confirmation=True), "DIRECT"),
            (Options(signature_confirmation="signature"), "DIRECT"),
            (Options(signature_confirmation="direct"), "DIRECT"),
            (Options(signature_confirmation="adult"), "ADULT"),
        ],
    )
    def test_a_signature_is_asked_for_in_fedexs_word_and_costs_more(
        self, fedex: FedexStandIn, customer: Customer, options: Options, kind: str
    ) -> None:
        without = customer.rate(at_home(), "fedex_2_day")

        signed = customer.rate(at_home(options=options), "fedex_2_day")

        item = fedex.asked("POST", RATES)[1].json()["requestedShipment"]["requestedPackageLineItems"][0]
        assert item["packageSpecialServices"]["signatureOptionType"] == kind
        assert signed.total_charge > without.total_charge

    def test_saturday_delivery_is_asked_for_and_costs_more(self, fedex: FedexStandIn, customer: Customer) -> None:
        without = customer.rate(at_home(), "fedex_2_day")

        asked = customer.rate(at_home(options=Options(saturday_delivery=True)), "fedex_2_day")

        special = fedex.asked("POST", RATES)[1].json()["requestedShipment"]["shipmentSpecialServices"]
        assert special["specialServiceTypes"] == ["SATURDAY_DELIVERY"]
        assert asked.total_charge > without.total_charge

    @pytest.mark.parametrize(
        "options",
        [
            Options(cash_on_delivery=Decimal(20)),
            Options(hold_at_location=True),
            Options(dangerous_good=True),
            Options(paperless_trade=True),
        ],
        ids=lambda options: next(iter(options.model_fields_set)),
    )
    def test_what_cannot_be_asked_for_is_refused_before_any_call(
        self, fedex: FedexStandIn, customer: Customer, options: Options
    ) -> None:
        quote = customer.quote(at_home(options=options))

        assert (quote.rates, quote.messages[0].code) == ((), "option_not_supported")
        assert fedex.requests == []

    def test_a_postal_code_that_is_not_the_states_is_told_in_fedexs_words(self, customer: Customer) -> None:
        quote = customer.quote(at_home(recipient=a_recipient(state_code="NY")))

        assert quote.rates == ()
        assert quote.messages[0].code == "invalid_postal_code"
        assert quote.messages[0].details["carrier_code"] == "DESTINATION.POSTALCODE.MISSING.ORINVALID"
        assert "Destination postal code missing or invalid." in said(quote.messages)

    def test_a_parcel_that_is_too_heavy_is_told_in_fedexs_words(self, customer: Customer) -> None:
        quote = customer.quote(at_home(parcels=(pounds(weight=Decimal(151)),)))

        assert quote.messages[0].code == "parcel_too_heavy"
        assert "150 lbs" in said(quote.messages)

    def test_a_lane_that_fedex_does_not_serve_is_a_message_in_its_words(self, customer: Customer) -> None:
        nowhere = paris(country_code="KP", city="Pyongyang", postal_code=None)

        quote = customer.quote(abroad(recipient=nowhere))

        assert (quote.rates, quote.messages[0].code) == ((), "lane_not_served")
