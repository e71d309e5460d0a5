"""FedEx over real HTTP: labels bought, returned, voided and followed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest

from chalicelib.carriers.profiles.fedex import PROFILE
from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable
from chalicelib.domain.options import Options
from tests.builders import a_recipient
from tests.integration.carriers.cases import abroad, at_home, pounds
from tests.integration.carriers.customers import Customer, failure, said
from tests.integration.carriers.test_fedex import GEARS, customer_of
from tests.stand_ins.fedex import FedexStandIn
from tests.stand_ins.server import html


@pytest.fixture
def fedex() -> Iterator[FedexStandIn]:
    with FedexStandIn(GEARS) as stand_in:
        yield stand_in


@pytest.fixture
def customer(fedex: FedexStandIn) -> Customer:
    return customer_of(fedex)


def ordered(fedex: FedexStandIn) -> Any:
    """The last requestedShipment that was to be sold."""
    return fedex.asked("POST", "/ship/v1/shipments")[-1].json()["requestedShipment"]


class TestPurchases:
    @pytest.mark.parametrize(("label_type", "image_type"), [("PDF", "PDF"), ("ZPL", "ZPLII")])
    def test_a_label_is_bought_in_each_format(
        self, fedex: FedexStandIn, customer: Customer, label_type: str, image_type: str
    ) -> None:
        sale = customer.buy(customer.order(at_home(), service="fedex_2_day", label_type=label_type))

        label = sale.documents[0]
        assert (label.category, label.format, label.print_format) == ("shipping_label", label_type, "4x6")
        assert ordered(fedex)["labelSpecification"]["imageType"] == image_type
        assert ordered(fedex)["labelSpecification"]["labelStockType"] == "STOCK_4X6"

    def test_a_png_label_is_refused_before_any_call(self, fedex: FedexStandIn, customer: Customer) -> None:
        order = customer.order(at_home(), service="fedex_2_day", label_type="PNG")

        error = failure(lambda: customer.buy(order))

        assert (type(error), error.messages[0].code) == (CarrierRejected, "label_not_supported")
        assert fedex.shipments == {}

    def test_what_is_bought_is_what_was_rated(self, fedex: FedexStandIn, customer: Customer) -> None:
        order = customer.order(at_home(), service="fedex_express_saver")

        sale = customer.buy(order)

        shipment = ordered(fedex)
        assert shipment["serviceType"] == "FEDEX_EXPRESS_SAVER"
        assert shipment["requestedPackageLineItems"][0]["weight"] == {"units": "LB", "value": 3.3}
        payor = shipment["shippingChargesPayment"]["payor"]["responsibleParty"]
        assert (shipment["shippingChargesPayment"]["paymentType"], payor["accountNumber"]["value"]) == (
            "SENDER",
            GEARS.number,
        )
        assert (sale.rate.service, sale.rate.total_charge) == (order.rate.service, order.rate.total_charge)
        assert next(iter(fedex.shipments.values())).price.total(GEARS.share) == sale.rate.total_charge

    def test_the_purchase_id_is_the_reference_of_each_parcel(self, fedex: FedexStandIn, customer: Customer) -> None:
        order = customer.order(at_home(parcels=(pounds(), pounds())), service="fedex_2_day")

        customer.buy(order)

        references = [item["customerReferences"] for item in ordered(fedex)["requestedPackageLineItems"]]
        assert references == [[{"customerReferenceType": "CUSTOMER_REFERENCE", "value": order.purchase_id}]] * 2

    def test_each_of_several_parcels_has_its_number_and_its_label_in_order(
        self, fedex: FedexStandIn, customer: Customer
    ) -> None:
        request = at_home(parcels=(pounds(weight=Decimal(3)), pounds(weight=Decimal(5)), pounds(weight=Decimal(9))))

        sale = customer.buy(customer.order(request, service="fedex_2_day", label_type="ZPL"))

        assert [item["weight"]["value"] for item in ordered(fedex)["requestedPackageLineItems"]] == [3, 5, 9]
        assert ordered(fedex)["totalPackageCount"] == len(set(sale.tracking_numbers)) == 3
        assert list(fedex.shipments[sale.shipment_identifier].tracking_numbers) == list(sale.tracking_numbers)
        for number, label in zip(sale.tracking_numbers, sale.parcel_labels, strict=True):
            assert number.encode() in label.content

    def test_several_parcels_have_a_pdf_of_as_many_pages(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(at_home(parcels=(pounds(), pounds())), service="fedex_2_day"))

        assert len(pypdfium2.PdfDocument(sale.documents[0].content)) == len(sale.parcel_labels) == 2

    def test_what_crosses_the_border_is_declared_and_the_invoice_comes_with_the_label(
        self, fedex: FedexStandIn, customer: Customer
    ) -> None:
        sale = customer.buy(customer.order(abroad(), service="fedex_international_priority"))

        customs = ordered(fedex)["customsClearanceDetail"]
        commodity = customs["commodities"][0]
        assert commodity["customsValue"] == {"amount": 40, "currency": "USD"}
        assert (commodity["quantity"], commodity["countryOfManufacture"]) == (2, "GB")
        assert commodity["weight"] == {"units": "LB", "value": 1}
        assert (customs["commercialInvoice"]["termsOfSale"], customs["commercialInvoice"]["shipmentPurpose"]) == (
            "DAP",
            "SOLD",
        )
        assert [document.category for document in sale.documents] == ["shipping_label", "commercial_invoice"]

    def test_an_address_that_fedex_refuses_is_told_in_its_words_and_nothing_is_sold(
        self, fedex: FedexStandIn, customer: Customer
    ) -> None:
        rate = customer.rate(at_home(), "fedex_2_day")
        order = customer.order(at_home(recipient=a_recipient(state_code="NY")), rate=rate)

        error = failure(lambda: customer.buy(order))

        assert (type(error), error.maybe_done) == (CarrierRejected, False)
        assert error.messages[0].code == "invalid_postal_code"
        assert error.messages[0].details["carrier_code"] == "RECIPIENT.POSTALSTATE.MISMATCH"
        assert "Recipient postal code and state do not match." in said(error.messages)
        assert fedex.shipments == {}

    def test_a_notice_by_mail_goes_to_whom_it_is_asked_for(self, fedex: FedexStandIn, customer: Customer) -> None:
        options = Options(email_notification_to="dispatch@example.com")

        customer.buy(customer.order(at_home(options=options), service="fedex_2_day"))

        notice = ordered(fedex)["emailNotificationDetail"]["emailNotificationRecipients"]
        assert [recipient["emailAddress"] for recipient in notice] == ["dispatch@example.com"]

    def test_nobody_gets_mail_who_is_not_to(self, fedex: FedexStandIn, customer: Customer) -> None:
        customer.buy(customer.order(at_home(), service="fedex_2_day"))

        assert "emailNotificationDetail" not in ordered(fedex)

    def test_a_return_travels_from_the_customer_to_the_merchant(self, fedex: FedexStandIn, customer: Customer) -> None:
        sale = customer.buy(customer.order(at_home(is_return=True), service="fedex_2_day"))

        shipment = ordered(fedex)
        assert shipment["shipmentSpecialServices"]["returnShipmentDetail"] == {"returnType": "PRINT_RETURN_LABEL"}
        assert shipment["shipper"]["address"]["city"] == "San Francisco"
        assert shipment["recipients"][0]["address"]["city"] == "New York"
        assert sale.documents[0].category == "return_label"


class TestVoids:
    def test_a_label_is_taken_back_under_the_accounts_number(self, fedex: FedexStandIn, customer: Customer) -> None:
        sale = customer.buy(customer.order(at_home(), service="fedex_2_day"))

        voided = customer.void(sale)

        assert voided.refund_status == "submitted"
        assert fedex.shipments[sale.shipment_identifier].cancelled
        asked = fedex.asked("PUT", "/ship/v1/shipments/cancel")[0].json()
        assert (asked["accountNumber"]["value"], asked["deletionControl"]) == (GEARS.number, "DELETE_ALL_PACKAGES")

    def test_a_label_that_was_taken_back_already_counts_as_taken_back(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(at_home(), service="fedex_2_day"))
        customer.void(sale)

        again = customer.void(sale)

        assert "CANCELSHIPMENT.TRACKINGNUMBER.DELETED" in said(again.messages)

    def test_a_label_whose_day_is_closed_is_refused_in_fedexs_words(
        self, fedex: FedexStandIn, customer: Customer
    ) -> None:
        sale = customer.buy(customer.order(at_home(), service="fedex_2_day"))
        fedex.too_late(sale.shipment_identifier)

        error = failure(lambda: customer.void(sale))

        assert (type(error), error.messages[0].code) == (CarrierRejected, "not_voidable")
        assert "its ship date has been closed" in said(error.messages)

    def test_a_label_that_fedex_does_not_know_is_refused(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(at_home(), service="fedex_2_day"))

        error = failure(lambda: customer.void(sale, shipment_identifier="794699999999"))

        assert (error.messages[0].code, error.messages[0].details["carrier_code"]) == (
            "unknown_shipment",
            "NOT.FOUND.ERROR",
        )


class TestTracking:
    @pytest.mark.parametrize(("code", "status"), PROFILE.statuses.items(), ids=PROFILE.statuses)
    def test_each_code_becomes_its_status(
        self, fedex: FedexStandIn, customer: Customer, code: str, status: str
    ) -> None:
        number = customer.buy(customer.order(at_home(), service="fedex_2_day")).tracking_numbers[0]
        fedex.happens(number, code, "Something happened")

        newest = customer.track(number).events[0]

        assert (newest.code, newest.status, newest.description) == (code, status, "Something happened")
        assert newest.reason == PROFILE.reasons.get(code)

    def test_a_journey_is_told_newest_first_with_its_instants(self, fedex: FedexStandIn, customer: Customer) -> None:
        number = customer.buy(customer.order(at_home(), service="fedex_2_day")).tracking_numbers[0]
        for code in ("PU", "DP", "OD", "DL"):
            fedex.happens(number, code)

        tracking = customer.track(number)

        assert [event.code for event in tracking.events] == ["DL", "OD", "DP", "PU", "OC"]
        assert (tracking.status, tracking.estimated_delivery) == ("delivered", date(2026, 12, 1))
        assert (tracking.events[0].date, tracking.events[0].time) == ("2026-11-24", "12:15")
        assert tracking.events[0].timestamp == datetime(2026, 11, 24, 18, 15, tzinfo=UTC)
        assert tracking.events[0].location == "Louisville, KY, 40213, US"

    def test_a_signature_that_nobody_wanted_is_not_fetched(self, fedex: FedexStandIn, customer: Customer) -> None:
        number = customer.buy(customer.order(at_home(), service="fedex_2_day")).tracking_numbers[0]
        fedex.happens(number, "DL")

        customer.track(number)

        assert fedex.asked("POST", "/track/v1/trackingdocuments") == []

    def test_a_label_that_was_just_bought_is_pending(self, customer: Customer) -> None:
        number = customer.buy(customer.order(at_home(), service="fedex_2_day")).tracking_numbers[0]

        assert customer.track(number).status == "pending"

    def test_a_code_that_nobody_knows_is_kept_and_changes_nothing(
        self, fedex: FedexStandIn, customer: Customer
    ) -> None:
        number = customer.buy(customer.order(at_home(), service="fedex_2_day")).tracking_numbers[0]
        fedex.happens(number, "PU")
        fedex.happens(number, "7Q", "Painted purple")

        tracking = customer.track(number)

        assert tracking.status == "picked_up"
        assert (tracking.events[0].code, tracking.events[0].description) == ("7Q", "Painted purple")
        assert tracking.meta == {"unknown_codes": ["7Q"]}

    def test_a_number_that_fedex_does_not_know_is_told_in_its_words(self, customer: Customer) -> None:
        error = failure(lambda: customer.track("794600000010"))

        assert (type(error), error.messages[0].code) == (CarrierRejected, "unknown_tracking_number")
        assert "Tracking number cannot be found." in said(error.messages)

    def test_a_web_page_instead_of_a_journey_is_an_error(self, fedex: FedexStandIn, customer: Customer) -> None:
        number = customer.buy(customer.order(at_home(), service="fedex_2_day")).tracking_numbers[0]
        fedex.will(html(200), at="/track/.*")

        assert isinstance(failure(lambda: customer.track(number)), CarrierUnavailable)
