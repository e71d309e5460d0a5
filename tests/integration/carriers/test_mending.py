"""UPS and FedEx over real HTTP: what their connectors would spoil arrives as it was meant."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.options import Options
from tests.builders import a_parcel, a_recipient
from tests.integration.carriers import test_fedex, test_ups
from tests.integration.carriers.cases import abroad, at_home, paris, pounds
from tests.integration.carriers.customers import Customer, failure
from tests.sandbox_cases import some_customs
from tests.stand_ins.fedex import FedexStandIn
from tests.stand_ins.server import answers, json_reply
from tests.stand_ins.ups import UpsStandIn


def sold_by_ups(ups: UpsStandIn) -> Any:
    return ups.asked("POST", "/api/shipments/v2409/ship")[-1].json()["ShipmentRequest"]["Shipment"]


def sold_by_fedex(fedex: FedexStandIn) -> Any:
    return fedex.asked("POST", "/ship/v1/shipments")[-1].json()["requestedShipment"]


def charged(ups: UpsStandIn) -> list[str]:
    return [charge["Type"] for charge in sold_by_ups(ups)["PaymentInformation"]["ShipmentCharge"]]


class TestUps:
    def test_the_whole_weight_is_told_in_the_parcels_unit(self, ups: UpsStandIn, at_ups: Customer) -> None:
        at_ups.quote(at_home(parcels=(a_parcel(), pounds())))

        shipment = ups.asked("POST", test_ups.RATES)[0].json()["RateRequest"]["Shipment"]
        assert shipment["ShipmentTotalWeight"]["UnitOfMeasurement"]["Code"] == "LBS"
        assert shipment["ShipmentTotalWeight"]["Weight"] == "6.61"

    def test_nobody_gets_mail_who_is_not_to_and_the_customs_forms_are_there(
        self, ups: UpsStandIn, at_ups: Customer
    ) -> None:
        at_ups.buy(at_ups.order(abroad(), service="ups_worldwide_saver"))

        services = sold_by_ups(ups)["ShipmentServiceOptions"]
        assert "Notification" not in services
        assert services["InternationalForms"]["FormType"] == "01"

    def test_a_notice_by_mail_goes_to_whom_it_is_asked_for(self, ups: UpsStandIn, at_ups: Customer) -> None:
        options = Options(email_notification_to="dispatch@example.com")

        at_ups.buy(at_ups.order(at_home(options=options), service="ups_ground"))

        notice = sold_by_ups(ups)["ShipmentServiceOptions"]["Notification"]
        assert [one["EMail"]["EMailAddress"] for one in notice] == ["dispatch@example.com"]

    def test_the_sender_pays_no_duty_unless_it_is_sold_so(self, ups: UpsStandIn, at_ups: Customer) -> None:
        customs = some_customs(incoterm="DDP")

        at_ups.buy(at_ups.order(at_home(), service="ups_ground"))
        at_home_ = charged(ups)
        at_ups.buy(at_ups.order(abroad(), service="ups_worldwide_saver"))
        unpaid = charged(ups)
        at_ups.buy(at_ups.order(abroad(customs=customs), service="ups_worldwide_saver"))

        assert (at_home_, unpaid, charged(ups)) == (["01"], ["01"], ["01", "02"])

    def test_a_long_phone_number_arrives_whole(self, ups: UpsStandIn, at_ups: Customer) -> None:
        recipient = paris(phone_number="+33 1 70 18 99 00")

        at_ups.buy(at_ups.order(abroad(recipient=recipient), service="ups_worldwide_saver"))

        assert sold_by_ups(ups)["ShipTo"]["Phone"]["Number"] == "+33170189900"

    def test_a_return_is_a_label_to_print(self, ups: UpsStandIn, at_ups: Customer) -> None:
        request = at_home(is_return=True, parcels=(pounds(description=None),))

        at_ups.buy(at_ups.order(request, service="ups_ground"))

        assert sold_by_ups(ups)["ReturnService"]["Code"] == "9"

    def test_rates_have_their_day_of_arrival(self, at_ups: Customer) -> None:
        options = Options.model_validate({"shipment_date": "2026-11-30"})

        rates = at_ups.quote(at_home(options=options)).rates

        assert rates[0].estimated_delivery == date(2026, 12, 4)
        assert all(rate.estimated_delivery is not None for rate in rates)

    def test_the_price_of_a_label_is_what_ups_took(self, ups: UpsStandIn, at_ups: Customer) -> None:
        order = at_ups.order(at_home(), service="ups_ground")
        ups.dearer_by = Decimal("1.25")

        sale = at_ups.buy(order)

        assert sale.rate.total_charge == order.rate.total_charge + Decimal("1.25")

    @pytest.mark.parametrize(
        ("kind", "status"),
        [
            ("D", "delivered"),
            ("O", "out_for_delivery"),
            ("P", "picked_up"),
            ("X", "on_hold"),
            ("RS", "return_to_sender"),
        ],
    )
    def test_the_type_of_an_activity_stands_for_a_code_that_is_published_nowhere(
        self, ups: UpsStandIn, at_ups: Customer, kind: str, status: str
    ) -> None:
        number = at_ups.buy(at_ups.order(at_home(), service="ups_ground")).tracking_numbers[0]
        ups.happens(number, kind, "9Z")

        tracking = at_ups.track(number)

        assert (tracking.events[0].code, tracking.events[0].status, tracking.status) == ("9Z", status, status)

    def test_a_parcel_under_way_has_its_day_of_delivery(self, at_ups: Customer) -> None:
        number = at_ups.buy(at_ups.order(at_home(), service="ups_ground")).tracking_numbers[0]

        assert at_ups.track(number).estimated_delivery == date(2026, 12, 1)

    def test_the_purchase_id_and_the_customers_reference_stand_at_the_parcels(
        self, ups: UpsStandIn, at_ups: Customer
    ) -> None:
        order = at_ups.order(at_home(reference="order 7"), service="ups_ground")

        at_ups.buy(order)

        (parcel,) = sold_by_ups(ups)["Package"]
        assert parcel["ReferenceNumber"] == [{"Value": "order 7"}, {"Value": order.purchase_id}]

    def test_abroad_they_stand_at_the_shipment(self, ups: UpsStandIn, at_ups: Customer) -> None:
        order = at_ups.order(abroad(reference="order 7"), service="ups_worldwide_saver")

        at_ups.buy(order)

        shipment = sold_by_ups(ups)
        assert shipment["ReferenceNumber"] == [{"Value": "order 7"}, {"Value": order.purchase_id}]
        assert "ReferenceNumber" not in shipment["Package"][0]

    def test_the_lines_of_an_address_arrive_as_they_are(self, ups: UpsStandIn, at_ups: Customer) -> None:
        recipient = a_recipient(address_line1="PO Box 1200", address_line2="Gear yard")

        at_ups.buy(at_ups.order(at_home(recipient=recipient), service="ups_ground"))

        assert sold_by_ups(ups)["ShipTo"]["Address"]["AddressLine"] == ["PO Box 1200", "Gear yard"]

    def test_a_line_that_ups_would_cut_is_refused_before_any_call(self, ups: UpsStandIn, at_ups: Customer) -> None:
        recipient = a_recipient(address_line2="Rear entrance, third floor on the left")

        quote = at_ups.quote(at_home(recipient=recipient))

        assert quote.messages[0].details == {"recipient.address_line2": "At most 35 characters"}
        assert ups.requests == []

    def test_a_parcel_of_which_ups_tells_nothing_yet_is_pending(self, ups: UpsStandIn, at_ups: Customer) -> None:
        number = "1ZA1B2C30300000001"
        ups.will(answers(json_reply({"trackResponse": {"shipment": [{"inquiryNumber": number}]}})), at="/api/track/.*")

        tracking = at_ups.track(number)

        assert (tracking.status, [message.code for message in tracking.messages]) == ("pending", ["no_tracking_yet"])

    def test_an_answer_about_another_parcel_is_an_error(self, ups: UpsStandIn, at_ups: Customer) -> None:
        about = {"inquiryNumber": "1ZA1B2C30300000002"}
        ups.will(answers(json_reply({"trackResponse": {"shipment": [about]}})), at="/api/track/.*")

        error = failure(lambda: at_ups.track("1ZA1B2C30300000001"))

        assert [message.code for message in error.messages] == ["empty_answer"]


class TestFedex:
    def test_centimetres_become_inches_and_not_as_many_of_them(self, fedex: FedexStandIn, at_fedex: Customer) -> None:
        at_fedex.quote(at_home(parcels=(a_parcel(), pounds())))

        items = fedex.asked("POST", test_fedex.RATES)[0].json()["requestedShipment"]["requestedPackageLineItems"]
        assert [item["dimensions"] for item in items] == [{"length": 12, "width": 8, "height": 6, "units": "IN"}] * 2
        assert [item["weight"] for item in items] == [{"units": "LB", "value": 3.31}, {"units": "LB", "value": 3.3}]

    def test_a_declared_value_is_told_once_in_all(self, fedex: FedexStandIn, at_fedex: Customer) -> None:
        request = abroad(parcels=(pounds(), pounds()), options=Options(insurance=Decimal(100), currency="USD"))

        at_fedex.buy(at_fedex.order(request, service="fedex_international_priority"))

        shipment = sold_by_fedex(fedex)
        values = [item["declaredValue"] for item in shipment["requestedPackageLineItems"]]
        assert values == [{"amount": 50, "currency": "USD"}] * 2
        assert "totalCustomsValue" not in shipment["customsClearanceDetail"]
        assert "totalDeclaredValue" not in shipment

    @pytest.mark.parametrize(("incoterm", "payer"), [("DAP", "RECIPIENT"), ("DDP", "SENDER")])
    def test_who_pays_the_duty_follows_the_incoterm(
        self, fedex: FedexStandIn, at_fedex: Customer, incoterm: str, payer: str
    ) -> None:
        request = abroad(customs=some_customs(incoterm=incoterm))

        at_fedex.buy(at_fedex.order(request, service="fedex_international_priority"))

        assert sold_by_fedex(fedex)["customsClearanceDetail"]["dutiesPayment"]["paymentType"] == payer

    def test_the_price_of_a_label_is_what_fedex_took(self, fedex: FedexStandIn, at_fedex: Customer) -> None:
        order = at_fedex.order(at_home(), service="fedex_2_day")
        fedex.dearer_by = Decimal("1.25")

        sale = at_fedex.buy(order)

        assert sale.rate.total_charge == order.rate.total_charge + Decimal("1.25")

    def test_the_purchase_id_stands_at_the_parcels_beside_the_customers_reference(
        self, fedex: FedexStandIn, at_fedex: Customer
    ) -> None:
        order = at_fedex.order(at_home(reference="order 7"), service="fedex_2_day")

        at_fedex.buy(order)

        (item,) = sold_by_fedex(fedex)["requestedPackageLineItems"]
        assert [(one["customerReferenceType"], one["value"]) for one in item["customerReferences"]] == [
            ("CUSTOMER_REFERENCE", "order 7"),
            ("P_O_NUMBER", order.purchase_id),
        ]

    def test_the_lines_of_an_address_arrive_as_they_are(self, fedex: FedexStandIn, at_fedex: Customer) -> None:
        recipient = a_recipient(address_line1="PO Box 1200", address_line2="Gear yard")

        at_fedex.buy(at_fedex.order(at_home(recipient=recipient), service="fedex_2_day"))

        assert sold_by_fedex(fedex)["recipients"][0]["address"]["streetLines"] == ["PO Box 1200", "Gear yard"]

    def test_a_line_that_is_too_long_is_refused_before_any_call(self, fedex: FedexStandIn, at_fedex: Customer) -> None:
        recipient = a_recipient(address_line2="Rear entrance, third floor on the left")

        quote = at_fedex.quote(at_home(recipient=recipient))

        assert quote.messages[0].details == {"recipient.address_line2": "At most 35 characters"}
        assert fedex.requests == []
