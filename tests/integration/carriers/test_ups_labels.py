"""UPS over real HTTP: labels bought, returned, voided and followed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest

from chalicelib.carriers.profiles.ups import PROFILE
from chalicelib.domain.cancellations import is_on_its_way
from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable
from chalicelib.domain.options import Options
from tests.builders import a_recipient
from tests.integration.carriers.cases import abroad, at_home, pounds
from tests.integration.carriers.customers import Customer, failure, said
from tests.integration.carriers.test_ups import GEARS, customer_of
from tests.stand_ins.server import Answering, Fault, Handler, Received, html
from tests.stand_ins.ups import UpsStandIn

SHIP = "/api/shipments/v2409/ship"


@pytest.fixture
def ups() -> Iterator[UpsStandIn]:
    with UpsStandIn(GEARS) as stand_in:
        yield stand_in


@pytest.fixture
def customer(ups: UpsStandIn) -> Customer:
    return customer_of(ups)


def ordered(ups: UpsStandIn) -> Any:
    """The last ShipmentRequest."""
    return ups.asked("POST", SHIP)[-1].json()["ShipmentRequest"]


def without(*names: str) -> Fault:
    """Do what is asked, and answer without these fields."""

    def fault(handler: Handler, answering: Answering, received: Received) -> None:
        reply = answering(received)
        body = reply.body
        for name in names:
            body = body.replace(f'"{name}"'.encode(), b'"Nothing"')
        handler.send(replace(reply, body=body))

    return fault


class TestPurchases:
    def test_a_pdf_label_is_upss_picture_on_a_page_of_four_by_six_inches(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(at_home(), service="ups_ground"))

        label = sale.documents[0]
        page = pypdfium2.PdfDocument(label.content)[0]
        assert (label.category, label.format, label.print_format) == ("shipping_label", "PDF", "4x6")
        assert (page.get_width() / 72, page.get_height() / 72) == (4, 6)

    def test_a_zpl_label_is_upss_own(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(at_home(), service="ups_ground", label_type="ZPL"))

        assert sale.documents[0].format == "ZPL"
        assert sale.tracking_numbers[0].encode() in sale.documents[0].content

    def test_a_png_label_is_refused_before_any_call(self, ups: UpsStandIn, customer: Customer) -> None:
        order = customer.order(at_home(), service="ups_ground", label_type="PNG")

        error = failure(lambda: customer.buy(order))

        assert (type(error), error.messages[0].code) == (CarrierRejected, "label_not_supported")
        assert ups.shipments == {}

    def test_what_is_bought_is_what_was_rated(self, ups: UpsStandIn, customer: Customer) -> None:
        order = customer.order(at_home(), service="ups_2nd_day_air")

        sale = customer.buy(order)

        shipment = ordered(ups)["Shipment"]
        assert shipment["Service"]["Code"] == "02"
        assert shipment["Shipper"]["ShipperNumber"] == GEARS.number
        assert shipment["Package"][0]["PackageWeight"] == {
            "UnitOfMeasurement": {"Code": "LBS", "Description": "Weight"},
            "Weight": "3.3",
        }
        assert (sale.rate.service, sale.rate.total_charge) == (order.rate.service, order.rate.total_charge)
        assert next(iter(ups.shipments.values())).price.total(GEARS.share) == sale.rate.total_charge

    def test_the_purchase_id_goes_with_the_request(self, ups: UpsStandIn, customer: Customer) -> None:
        order = customer.order(at_home(), service="ups_ground")

        customer.buy(order)

        assert ordered(ups)["Request"]["TransactionReference"]["CustomerContext"] == order.purchase_id

    def test_a_label_that_is_missing_is_told_with_all_that_finds_it(self, ups: UpsStandIn, customer: Customer) -> None:
        order = customer.order(at_home(), service="ups_ground")
        ups.will(without("ShippingLabel"), at=SHIP)

        error = failure(lambda: customer.buy(order))

        (sold,) = ups.shipments
        assert (type(error), error.maybe_done) == (CarrierUnavailable, True)
        assert error.messages[0].details == {
            "tracking_number": sold,
            "shipment_identifier": sold,
            "purchase_id": order.purchase_id,
        }

    def test_a_sale_without_any_number_may_be_done(self, ups: UpsStandIn, customer: Customer) -> None:
        order = customer.order(at_home(), service="ups_ground")
        ups.will(without("ShipmentIdentificationNumber", "TrackingNumber"), at=SHIP)

        error = failure(lambda: customer.buy(order))

        assert (type(error), error.maybe_done) == (CarrierUnavailable, True)
        assert error.messages[0].details == {"purchase_id": order.purchase_id}

    def test_each_of_several_parcels_has_its_number_and_its_label_in_order(
        self, ups: UpsStandIn, customer: Customer
    ) -> None:
        request = at_home(parcels=(pounds(weight=Decimal(3)), pounds(weight=Decimal(5)), pounds(weight=Decimal(9))))

        sale = customer.buy(customer.order(request, service="ups_ground", label_type="ZPL"))

        weights = [package["PackageWeight"]["Weight"] for package in ordered(ups)["Shipment"]["Package"]]
        assert weights == ["3.0", "5.0", "9.0"]
        assert len(set(sale.tracking_numbers)) == 3
        for number, label in zip(sale.tracking_numbers, sale.parcel_labels, strict=True):
            assert number.encode() in label.content

    def test_several_parcels_have_a_pdf_of_as_many_pages(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(at_home(parcels=(pounds(), pounds())), service="ups_ground"))

        assert len(pypdfium2.PdfDocument(sale.documents[0].content)) == len(sale.parcel_labels) == 2

    def test_what_crosses_the_border_is_declared_and_the_invoice_comes_with_the_label(
        self, ups: UpsStandIn, customer: Customer
    ) -> None:
        sale = customer.buy(customer.order(abroad(), service="ups_worldwide_saver"))

        forms = ordered(ups)["Shipment"]["ShipmentServiceOptions"]["InternationalForms"]
        product = forms["Product"][0]
        assert (forms["FormType"], forms["ReasonForExport"], forms["InvoiceNumber"]) == ("01", "SALE", "INV-2041")
        assert (product["Unit"]["Number"], product["Unit"]["Value"], product["OriginCountryCode"]) == (
            "2",
            "20.0",
            "GB",
        )
        assert [document.category for document in sale.documents] == ["shipping_label", "commercial_invoice"]

    def test_an_address_that_ups_refuses_is_told_in_its_words_and_nothing_is_sold(
        self, ups: UpsStandIn, customer: Customer
    ) -> None:
        rate = customer.rate(at_home(), "ups_ground")
        order = customer.order(at_home(recipient=a_recipient(state_code="NY")), rate=rate)

        error = failure(lambda: customer.buy(order))

        assert (type(error), error.maybe_done) == (CarrierRejected, False)
        assert error.messages[0].code == "invalid_address"
        assert error.messages[0].details["carrier_code"] == "120802"
        assert "Address Validation Error on ShipTo address" in said(error.messages)
        assert ups.shipments == {}

    def test_an_option_that_the_service_has_not_is_told_in_upss_words(self, customer: Customer) -> None:
        rate = customer.rate(at_home(), "ups_ground")

        error = failure(
            lambda: customer.buy(customer.order(at_home(options=Options(saturday_delivery=True)), rate=rate))
        )

        assert (error.messages[0].code, error.messages[0].details["carrier_code"]) == ("invalid_option", "121045")

    def test_a_return_travels_from_the_customer_to_the_merchant_under_the_merchants_number(
        self, ups: UpsStandIn, customer: Customer
    ) -> None:
        sale = customer.buy(customer.order(at_home(is_return=True), service="ups_ground"))

        shipment = ordered(ups)["Shipment"]
        assert shipment["ReturnService"]["Code"]
        assert shipment["ShipFrom"]["Address"]["City"] == "San Francisco"
        assert shipment["ShipTo"]["Address"]["City"] == "New York"
        assert shipment["Shipper"]["ShipperNumber"] == GEARS.number
        assert sale.documents[0].category == "return_label"


class TestVoids:
    def test_a_label_is_taken_back(self, ups: UpsStandIn, customer: Customer) -> None:
        sale = customer.buy(customer.order(at_home(), service="ups_ground"))

        voided = customer.void(sale)

        assert voided.refund_status == "submitted"
        assert ups.shipments[sale.shipment_identifier].voided

    def test_a_label_that_was_taken_back_already_counts_as_taken_back(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(at_home(), service="ups_ground"))
        customer.void(sale)

        again = customer.void(sale)

        assert "190117" in said(again.messages)

    @pytest.mark.parametrize(
        ("code", "words"),
        [("190101", "Time for voiding has expired."), ("190104", "Return shipments cannot be voided.")],
    )
    def test_a_label_that_ups_does_not_take_back_any_more_is_told_in_its_words(
        self, ups: UpsStandIn, customer: Customer, code: str, words: str
    ) -> None:
        sale = customer.buy(customer.order(at_home(), service="ups_ground"))
        ups.too_late(sale.shipment_identifier, code, words)

        error = failure(lambda: customer.void(sale))

        assert (type(error), error.messages[0].code) == (CarrierRejected, "not_voidable")
        assert words in said(error.messages)

    def test_a_label_whose_parcel_was_scanned_is_told_to_be_on_its_way(
        self, ups: UpsStandIn, customer: Customer
    ) -> None:
        sale = customer.buy(customer.order(at_home(), service="ups_ground"))
        ups.too_late(sale.shipment_identifier, "190118", "It was scanned.")

        error = failure(lambda: customer.void(sale))

        assert is_on_its_way(error)

    def test_a_label_that_ups_does_not_know_is_refused(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(at_home(), service="ups_ground"))

        error = failure(lambda: customer.void(sale, shipment_identifier="1ZA1B2C30399999999"))

        assert error.messages[0].details["carrier_code"] == "190102"


class TestTracking:
    @pytest.mark.parametrize(("code", "status"), PROFILE.statuses.items(), ids=PROFILE.statuses)
    def test_each_code_becomes_its_status(self, ups: UpsStandIn, customer: Customer, code: str, status: str) -> None:
        number = customer.buy(customer.order(at_home(), service="ups_ground")).tracking_numbers[0]
        ups.happens(number, "I", code, "Something happened")

        newest = customer.track(number).events[0]

        assert (newest.code, newest.status, newest.description) == (code, status, "Something happened")

    def test_a_journey_is_told_newest_first_with_its_instants(self, ups: UpsStandIn, customer: Customer) -> None:
        number = customer.buy(customer.order(at_home(), service="ups_ground")).tracking_numbers[0]
        for code in ("OR", "DP", "OT", "FS"):
            ups.happens(number, "D" if code == "FS" else "I", code)

        tracking = customer.track(number)

        assert [event.code for event in tracking.events] == ["FS", "OT", "DP", "OR", "MP"]
        assert (tracking.status, tracking.info and tracking.info.signed_by) == ("delivered", "BABBAGE")
        assert (tracking.events[0].date, tracking.events[0].time) == ("2026-11-24", "12:15")
        assert tracking.events[0].timestamp == datetime(2026, 11, 24, 17, 15, tzinfo=UTC)
        assert tracking.events[0].location == "Louisville, KY, US"

    def test_a_label_that_was_just_bought_is_pending(self, customer: Customer) -> None:
        number = customer.buy(customer.order(at_home(), service="ups_ground")).tracking_numbers[0]

        assert customer.track(number).status == "pending"

    def test_a_code_that_nobody_knows_is_kept_and_changes_nothing(self, ups: UpsStandIn, customer: Customer) -> None:
        number = customer.buy(customer.order(at_home(), service="ups_ground")).tracking_numbers[0]
        ups.happens(number, "I", "OR")
        ups.happens(number, "?", "7Q", "Painted blue")

        tracking = customer.track(number)

        assert tracking.status == "picked_up"
        assert (tracking.events[0].code, tracking.events[0].description) == ("7Q", "Painted blue")
        assert tracking.meta == {"unknown_codes": ["7Q"]}

    def test_a_number_that_ups_does_not_know_is_told_in_its_words(self, customer: Customer) -> None:
        error = failure(lambda: customer.track("1ZA1B2C30300000012"))

        assert (type(error), error.messages[0].code) == (CarrierRejected, "unknown_tracking_number")
        assert "Tracking Information Not Found" in said(error.messages)

    def test_a_web_page_instead_of_a_journey_is_an_error(self, ups: UpsStandIn, customer: Customer) -> None:
        number = customer.buy(customer.order(at_home(), service="ups_ground")).tracking_numbers[0]
        ups.will(html(200), at="/api/track/.*")

        assert isinstance(failure(lambda: customer.track(number)), CarrierUnavailable)
