"""USPS over real HTTP: a label is what was quoted, each rate has its own price, and answers may say less."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.options import Options
from tests.builders import a_parcel, a_recipient
from tests.integration.carriers.customers import Customer, failure, said
from tests.integration.carriers.usps_customers import a_request, customer_of
from tests.stand_ins.usps import Usps

PRIORITY = "usps_priority_mail"


@pytest.fixture
def usps() -> Iterator[Usps]:
    with Usps() as stand_in:
        yield stand_in


@pytest.fixture
def customer(usps: Usps) -> Customer:
    return customer_of(usps)


def sold(usps: Usps) -> Any:
    return usps.asked("POST", "/labels/v3/label")[-1].json()


def package(usps: Usps) -> Any:
    return sold(usps)["packageDescription"]


class TestQuotedAndSold:
    def test_two_rates_of_one_name_have_their_own_prices(self, usps: Usps, customer: Customer) -> None:
        usps.offers_cubic = True

        rates = [rate for rate in customer.quote(a_request()).rates if rate.service == PRIORITY]

        told = [((rate.meta or {})["usps_rate_indicator"], rate.total_charge) for rate in rates]
        assert told == [("CP", Decimal("10.71")), ("SP", Decimal("14.28"))]
        assert all(sum(line.amount or 0 for line in rate.extra_charges) == rate.total_charge for rate in rates)

    @pytest.mark.parametrize("indicator", ["SP", "CP"])
    def test_what_is_quoted_is_sold(self, usps: Usps, customer: Customer, indicator: str) -> None:
        usps.offers_cubic, usps.category = True, "NONSTANDARD"
        rates = customer.quote(a_request()).rates
        rate = next(
            rate for rate in rates if rate.service == PRIORITY and (rate.meta or {})["usps_rate_indicator"] == indicator
        )

        sale = customer.buy(customer.order(a_request(), rate=rate))

        assert (package(usps)["rateIndicator"], package(usps)["processingCategory"]) == (indicator, "NONSTANDARD")
        assert sale.rate.total_charge == rate.total_charge

    @pytest.mark.parametrize(("service", "indicator"), [(PRIORITY, "SP"), ("usps_priority_mail_express", "PA")])
    def test_a_rate_that_does_not_say_how_is_a_single_piece(
        self, usps: Usps, customer: Customer, service: str, indicator: str
    ) -> None:
        rate = customer.rate(a_request(), service).model_copy(update={"meta": None})

        customer.buy(customer.order(a_request(), rate=rate))

        assert (package(usps)["rateIndicator"], package(usps)["processingCategory"]) == (indicator, "MACHINABLE")


class TestPriceTypes:
    def test_a_quote_is_at_the_price_that_a_label_costs(self, customer: Customer) -> None:
        order = customer.order(a_request(), service=PRIORITY)

        sale = customer.buy(order)

        assert (order.rate.meta or {})["usps_price_type"] == "COMMERCIAL"
        assert sale.rate.total_charge == order.rate.total_charge

    def test_another_one_is_quoted_where_it_is_asked_for(self, customer: Customer) -> None:
        usual, retail, contract = (
            customer.rate(a_request(options=Options.model_validate(options)), PRIORITY).total_charge
            for options in ({}, {"usps_price_type": "RETAIL"}, {"usps_price_type": "CONTRACT"})
        )

        assert contract < usual < retail

    def test_one_that_uspss_has_not_is_refused_in_its_words(self, customer: Customer) -> None:
        quote = customer.quote(a_request(options=Options.model_validate({"usps_price_type": "CHEAP"})))

        assert (quote.rates, "price type" in said(quote.messages)) == ((), True)


class TestMeasures:
    @pytest.mark.parametrize(("packaging", "girth"), [(None, None), ("tube", 70.88)])
    def test_the_girth_is_told_of_tubes_alone_and_in_inches(
        self, usps: Usps, customer: Customer, packaging: str | None, girth: float | None
    ) -> None:
        sides = {"length": Decimal(60), "width": Decimal(50), "height": Decimal(40)}
        request = a_request(parcels=(a_parcel(**sides, packaging_type=packaging),))

        customer.buy(customer.order(request))

        asked = usps.asked("POST", "/shipments/v3/options/search")[0].json()["packageDescription"]
        assert (asked.get("girth"), package(usps).get("girth")) == (girth, girth)

    def test_a_return_is_posted_where_it_comes_from(self, usps: Usps, customer: Customer) -> None:
        order = customer.order(a_request(is_return=True))

        sale = customer.buy(order)

        assert package(usps)["inductionZIPCode"] == sold(usps)["fromAddress"]["ZIPCode"] == "94103"
        assert sale.rate.total_charge == order.rate.total_charge


class TestNames:
    def test_a_person_of_one_name_is_named_once(self, usps: Usps, customer: Customer) -> None:
        recipient = a_recipient(person_name="Ada", company_name=None)

        customer.buy(customer.order(a_request(recipient=recipient)))

        told = sold(usps)["toAddress"]
        assert (told.get("firm"), told.get("firstName"), told.get("lastName")) == ("Ada", None, None)

    def test_one_of_a_firm_is_named_beside_it(self, usps: Usps, customer: Customer) -> None:
        recipient = a_recipient(person_name="Ada", company_name="Looms Inc.")

        customer.buy(customer.order(a_request(recipient=recipient)))

        told = sold(usps)["toAddress"]
        assert (told.get("firm"), told.get("firstName"), told.get("lastName")) == ("Looms Inc.", "Ada", None)


class TestRates:
    def test_a_rate_has_its_day_of_delivery(self, customer: Customer) -> None:
        wanted = datetime.now(UTC).date() + timedelta(days=3)

        rate = customer.rate(a_request(options=Options(shipment_date=wanted)), PRIORITY)

        assert rate.estimated_delivery == wanted + timedelta(days=2)

    def test_a_rate_without_a_promise_of_days_is_still_one(self, usps: Usps, customer: Customer) -> None:
        usps.promises = False

        rates = customer.quote(a_request()).rates

        assert [(rate.transit_days, rate.estimated_delivery) for rate in rates] == [(None, None)] * 3


class TestReferences:
    def test_a_long_one_is_cut_and_the_purchase_id_is_not(self, usps: Usps, customer: Customer) -> None:
        order = customer.order(a_request(reference="R" * 60))

        customer.buy(order)

        assert [one["referenceNumber"] for one in package(usps)["customerReference"]] == ["R" * 30, order.purchase_id]


class TestAddresses:
    def test_one_is_told_as_it_is(self, usps: Usps, customer: Customer) -> None:
        customer.buy(customer.order(a_request(recipient=a_recipient(address_line1="PO BOX 1200"))))

        assert sold(usps)["toAddress"]["streetAddress"] == "PO BOX 1200"

    def test_a_line_that_would_be_cut_is_refused_before_any_call(self, usps: Usps, customer: Customer) -> None:
        quote = customer.quote(a_request(recipient=a_recipient(address_line1="x" * 51)))

        assert (quote.messages[0].code, usps.requests) == ("address_line_too_long", [])


class TestTracking:
    @pytest.mark.parametrize("offset", [":", "", "noon", None, 5])
    def test_an_event_whose_zone_cannot_be_read_has_no_instant(
        self, usps: Usps, customer: Customer, offset: object
    ) -> None:
        number = customer.buy(customer.order(a_request())).tracking_numbers[0]
        for code, hour in (("03", 16), ("OF", 18)):
            usps.scan(number, code, datetime(2026, 11, 23, hour, 30, tzinfo=UTC))
        usps.sold[number].events[0]["GMTOffset"] = offset

        tracking = customer.track(number)

        assert [(event.code, event.timestamp is None) for event in tracking.events] == [("OF", True), ("03", False)]

    def test_the_label_and_its_tracker_have_the_same_public_page(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(a_request()))

        info = customer.track(sale.tracking_numbers[0]).info

        assert sale.tracking_url == f"https://tools.usps.com/go/TrackConfirmAction?tLabels={sale.tracking_numbers[0]}"
        assert info is not None
        assert info.carrier_tracking_link == sale.tracking_url

    def test_an_unknown_number_is_told_as_such(self, customer: Customer) -> None:
        error = failure(lambda: customer.track("9405501999999990000099"))

        message = error.messages[0]
        assert (message.code, message.details["carrier_code"]) == ("unknown_tracking_number", "404")
        assert message.details["source"] == "trackingNumber"

    def test_an_answer_without_a_status_is_read_by_its_events(self, usps: Usps, customer: Customer) -> None:
        number = customer.buy(customer.order(a_request())).tracking_numbers[0]
        usps.is_terse = True
        before = customer.track(number)
        usps.scan(number, "OF", datetime(2026, 11, 23, 16, 30, tzinfo=UTC))

        assert (before.status, customer.track(number).status) == ("pending", "out_for_delivery")
