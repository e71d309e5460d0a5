"""USPS over real HTTP: a label is what was quoted, each rate has its own price, and answers may say less."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.options import Options
from tests.builders import a_recipient
from tests.integration.carriers.customers import Customer
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
    def test_an_answer_without_a_status_is_read_by_its_events(self, usps: Usps, customer: Customer) -> None:
        number = customer.buy(customer.order(a_request())).tracking_numbers[0]
        usps.is_terse = True
        before = customer.track(number)
        usps.scan(number, "OF", datetime(2026, 11, 23, 16, 30, tzinfo=UTC))

        assert (before.status, customer.track(number).status) == ("pending", "out_for_delivery")
