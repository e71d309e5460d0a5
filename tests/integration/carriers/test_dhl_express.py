"""DHL Express over real HTTP: what is asked of it, and what its answers become."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.carriers.profiles.dhl_express import PROFILE, REASONS, STATUSES
from chalicelib.domain.addresses import Address
from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable
from chalicelib.domain.options import Options
from chalicelib.domain.rates import RateRequest
from tests.builders import a_parcel, an_address
from tests.integration.carriers.customers import Customer, OnTheWire, a_customer, each_fault, failure, said
from tests.sandbox_cases import a_commodity, some_customs
from tests.stand_ins.dhl_express import ACCOUNTS, DhlExpress
from tests.stand_ins.dhl_express_rules import UNSERVED
from tests.stand_ins.oauth import Account

GEARS, LOOMS = ACCOUNTS
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@pytest.fixture
def dhl() -> Iterator[DhlExpress]:
    with DhlExpress() as stand_in:
        yield stand_in


def customer_of(dhl: DhlExpress, account: Account = GEARS, **changes: str) -> Customer:
    credentials: dict[str, str | int] = {
        "username": account.client_id,
        "password": account.client_secret,
        "account_number": account.number,
        **changes,
    }
    return a_customer(PROFILE, dhl.url, credentials)


@pytest.fixture
def customer(dhl: DhlExpress) -> Customer:
    return customer_of(dhl)


def berlin(**changes: Any) -> Address:
    place = {"country_code": "DE", "state_code": None, "city": "Berlin", "postal_code": "10115"}
    return an_address(
        **(place | {"address_line1": "Invalidenstra\u00dfe 116", "phone_number": "+49 30 5550100"} | changes)
    )


def munich(**changes: Any) -> Address:
    return berlin(**({"city": "M\u00fcnchen", "postal_code": "80331", "person_name": "Charles Babbage"} | changes))


def within_germany(**changes: Any) -> RateRequest:
    return RateRequest(**({"shipper": berlin(), "recipient": munich(), "parcels": (a_parcel(),)} | changes))


def to_new_york(**changes: Any) -> RateRequest:
    customs = some_customs(commodities=(a_commodity(value_amount=Decimal(20), value_currency="EUR"),))
    return within_germany(
        **({"recipient": an_address(), "customs": customs, "options": Options(currency="EUR")} | changes)
    )


class TestRates:
    def test_a_lane_within_the_country_has_prices_in_the_accounts_currency(self, customer: Customer) -> None:
        rates = customer.quote(within_germany()).rates

        assert [(rate.service, rate.total_charge, rate.currency, rate.transit_days) for rate in rates] == [
            ("dhl_domestic_express", Decimal("16.00"), "EUR", 1),
            ("dhl_domestic_express_9_00", Decimal("28.00"), "EUR", 1),
        ]
        assert (rates[0].meta or {})["service_name"] == "EXPRESS DOMESTIC"

    def test_the_charges_of_a_rate_add_up_to_its_total(self, customer: Customer) -> None:
        for rate in customer.quote(to_new_york()).rates:
            assert sum(charge.amount or 0 for charge in rate.extra_charges) in (0, rate.total_charge)

    def test_the_account_the_measures_and_the_crossing_are_told(self, dhl: DhlExpress, customer: Customer) -> None:
        customer.quote(to_new_york(parcels=(a_parcel(weight=Decimal("1.041")),)))

        asked = dhl.asked("POST", "/mydhlapi/test/rates")[0].json()
        assert asked["accounts"] == [{"typeCode": "shipper", "number": GEARS.number}]
        assert (asked["unitOfMeasurement"], asked["isCustomsDeclarable"]) == ("metric", True)
        assert asked["packages"][0]["weight"] == 1.05
        assert asked["packages"][0]["dimensions"] == {"length": 30, "width": 20, "height": 15}

    def test_pounds_and_inches_are_told_as_such(self, dhl: DhlExpress, customer: Customer) -> None:
        inches = {"length": Decimal(12), "width": Decimal(9), "height": Decimal(4), "dimension_unit": "IN"}
        parcel = a_parcel(weight=Decimal(3), weight_unit="LB", **inches)

        customer.quote(within_germany(parcels=(parcel,)))

        asked = dhl.asked("POST", "/mydhlapi/test/rates")[0].json()
        assert asked["unitOfMeasurement"] == "imperial"
        assert asked["packages"][0]["weight"] == 3
        assert asked["packages"][0]["dimensions"] == {"length": 12, "width": 9, "height": 4}

    def test_several_parcels_are_asked_for_in_one_call_and_cost_more(self, dhl: DhlExpress, customer: Customer) -> None:
        one = customer.rate(within_germany())
        several = customer.rate(within_germany(parcels=(a_parcel(), a_parcel(), a_parcel())))

        assert several.total_charge > one.total_charge
        assert [len(each.json()["packages"]) for each in dhl.asked("POST", ".*/rates")] == [1, 3]

    def test_a_product_without_a_price_is_no_rate(self, dhl: DhlExpress, customer: Customer) -> None:
        dhl.forgets_price = True

        quote = customer.quote(within_germany())

        assert [rate.service for rate in quote.rates] == ["dhl_domestic_express"]
        assert "price" in said(quote.messages)

    def test_a_lane_that_is_not_served_is_a_message_in_dhls_words(self, customer: Customer) -> None:
        quote = customer.quote(within_germany(recipient=munich(postal_code=UNSERVED)))

        assert quote.rates == ()
        assert "The requested product(s) not available" in said(quote.messages)
        assert quote.messages[0].details["carrier_code"] == "404"

    def test_two_accounts_get_their_own_prices(self, dhl: DhlExpress, customer: Customer) -> None:
        prices = [one.rate(within_germany()).total_charge for one in (customer, customer_of(dhl, LOOMS), customer)]

        assert prices == [Decimal("16.00"), Decimal("26.00"), Decimal("16.00")]

    def test_an_option_that_the_connector_drops_is_refused_before_any_call(
        self, dhl: DhlExpress, customer: Customer
    ) -> None:
        for options in (
            Options(insurance=Decimal(100)),
            Options(signature_confirmation=True),
            Options(saturday_delivery=True),
        ):
            assert customer.quote(within_germany(options=options)).messages[0].code == "option_not_supported"

        assert dhl.requests == []

    @each_fault
    def test_what_goes_wrong_is_an_error_that_names_dhl(
        self, dhl: DhlExpress, customer: Customer, wire: OnTheWire
    ) -> None:
        dhl.will(wire.fault, at=".*/rates")

        error = failure(lambda: customer.quote(within_germany()))

        assert isinstance(error, CarrierUnavailable)
        assert not error.maybe_done
        assert error.messages[0].carrier_id == customer.connection.carrier_id


class TestPurchases:
    @pytest.mark.parametrize(("label_type", "begins"), [("PDF", b"%PDF-"), ("ZPL", b"^XA")])
    def test_a_label_is_bought_in_each_format(
        self, dhl: DhlExpress, customer: Customer, label_type: str, begins: bytes
    ) -> None:
        sale = customer.buy(customer.order(within_germany(), label_type=label_type))

        (sold,) = dhl.sold.values()
        assert sale.tracking_number == sale.shipment_identifier == sold.number
        assert sale.tracking_numbers == sold.pieces
        assert sale.documents[0].content.startswith(begins)
        assert (sale.documents[0].category, sale.documents[0].format) == ("shipping_label", label_type)

    def test_the_price_is_what_the_rate_said(self, customer: Customer) -> None:
        order = customer.order(to_new_york())

        sale = customer.buy(order)

        assert (sale.rate.total_charge, sale.rate.currency) == (order.rate.total_charge, "EUR")
        assert (sale.rate.id, sale.rate.service) == (order.rate.id, order.rate.service)

    def test_what_crosses_the_border_is_declared(self, dhl: DhlExpress, customer: Customer) -> None:
        customer.buy(customer.order(to_new_york()))

        content = dhl.asked("POST", ".*/shipments")[0].json()["content"]
        assert (content["isCustomsDeclarable"], content["incoterm"]) == (True, "DAP")
        assert content["declaredValueCurrency"] == "EUR"
        line = content["exportDeclaration"]["lineItems"][0]
        assert (line["price"], line["quantity"]["value"], line["manufacturerCountry"]) == (20, 3, "GB")
        assert line["commodityCodes"] == [{"typeCode": "outbound", "value": "8483.90"}]

    def test_each_of_several_parcels_has_its_number_and_its_label(self, dhl: DhlExpress, customer: Customer) -> None:
        sale = customer.buy(customer.order(within_germany(parcels=(a_parcel(), a_parcel(), a_parcel()))))

        (sold,) = dhl.sold.values()
        assert (sale.tracking_number, sale.tracking_numbers) == (sold.number, sold.pieces)
        assert len(set(sale.tracking_numbers)) == len(sale.parcel_labels) == 3
        assert "package_tracking_numbers" not in (sale.meta or {})

    def test_an_address_that_dhl_refuses_is_told_in_its_words_and_nothing_is_sold(
        self, dhl: DhlExpress, customer: Customer
    ) -> None:
        rate = customer.rate(within_germany())
        request = within_germany(recipient=munich(postal_code=UNSERVED))

        error = failure(lambda: customer.buy(customer.order(request, rate=rate)))

        assert isinstance(error, CarrierRejected)
        assert not error.maybe_done
        assert "The destination location is invalid" in said(error.messages)
        assert dhl.sold == {}

    def test_a_return_goes_from_the_customer_to_the_merchant(self, dhl: DhlExpress, customer: Customer) -> None:
        sale = customer.buy(customer.order(within_germany(is_return=True)))

        parties = dhl.asked("POST", ".*/shipments")[0].json()["customerDetails"]
        assert parties["shipperDetails"]["postalAddress"]["cityName"] == "M\u00fcnchen"
        assert parties["receiverDetails"]["postalAddress"]["cityName"] == "Berlin"
        assert sale.documents[0].category == "return_label"

    @each_fault
    def test_what_goes_wrong_says_whether_it_may_be_sold(
        self, dhl: DhlExpress, customer: Customer, wire: OnTheWire
    ) -> None:
        order = customer.order(within_germany())
        dhl.will(wire.fault, at=".*/shipments")

        error = failure(lambda: customer.buy(order))

        assert error.maybe_done == wire.maybe_done
        assert len(dhl.asked("POST", ".*/shipments")) == 1

    def test_a_label_cannot_be_voided_and_dhl_is_not_asked(self, dhl: DhlExpress, customer: Customer) -> None:
        sale = customer.buy(customer.order(within_germany()))
        asked = len(dhl.requests)

        error = failure(lambda: customer.void(sale))

        assert error.messages[0].code == "void_not_supported"
        assert len(dhl.requests) == asked


class TestTracking:
    def test_each_code_leads_to_its_status(self, dhl: DhlExpress, customer: Customer) -> None:
        sale = customer.buy(customer.order(within_germany()))
        number = sale.tracking_number

        for day, (code, status) in enumerate(STATUSES.items()):
            dhl.scan(number, code, MONDAY + timedelta(days=day), f"What {code} says")
            tracking = customer.track(number)

            assert (tracking.status, tracking.events[0].code) == (status, code)
            assert tracking.events[0].reason == REASONS.get(code)
        assert tracking.events[0].description == f"What {code} says"
        assert len(tracking.events) == len(STATUSES)
        assert tracking.events[0].date > tracking.events[1].date

    def test_an_unknown_code_is_kept(self, dhl: DhlExpress, customer: Customer) -> None:
        number = customer.buy(customer.order(within_germany())).tracking_number
        dhl.scan(number, "PU", MONDAY)
        dhl.scan(number, "QQ", MONDAY + timedelta(hours=15))

        tracking = customer.track(number)

        assert [(event.code, event.status) for event in tracking.events] == [("QQ", "unknown"), ("PU", "picked_up")]
        assert (tracking.meta or {})["unknown_codes"] == ["QQ"]
        assert tracking.events[1].time == "17:00"

    def test_a_foreign_number_is_refused_in_dhls_words(self, customer: Customer) -> None:
        error = failure(lambda: customer.track("1Z5R89390357567127"))

        assert isinstance(error, CarrierRejected)
        assert "No data found" in said(error.messages)
        assert (error.messages[0].code, error.messages[0].details["carrier_code"]) == ("unknown_tracking_number", "404")


class TestCredentials:
    def test_wrong_ones_are_refused_everywhere(self, dhl: DhlExpress, customer: Customer) -> None:
        order = customer.order(within_germany())
        wrong = customer_of(dhl, password="guessed")

        calls = (lambda: wrong.quote(within_germany()), lambda: wrong.buy(order), lambda: wrong.track("1"), wrong.check)
        errors = [failure(call) for call in calls]

        assert {type(error) for error in errors} == {CarrierRejected}
        assert {error.messages[0].code for error in errors} == {"authentication_failed"}
        assert not any(error.maybe_done for error in errors)
        assert "guessed" not in " ".join(f"{error!r}{error.messages!r}" for error in errors)

    def test_another_customers_account_number_is_refused_in_dhls_words(self, dhl: DhlExpress) -> None:
        quote = customer_of(dhl, account_number=LOOMS.number).quote(within_germany())

        assert quote.rates == ()
        assert "account number is not valid" in said(quote.messages)

    def test_good_ones_pass_the_check_without_buying_anything(self, dhl: DhlExpress, customer: Customer) -> None:
        assert [message.code for message in customer.check()] == ["ready"]

        assert [one.method for one in dhl.requests] == ["GET"]
