"""USPS over real HTTP: prices, labels in parts, and what becomes of faults."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable
from chalicelib.domain.options import Options
from tests.builders import a_parcel, a_recipient, an_address
from tests.integration.carriers.customers import Customer, OnTheWire, each_fault, failure, said
from tests.integration.carriers.usps_customers import GEARS, LOOMS, a_request, customer_of
from tests.sandbox_cases import a_request_abroad
from tests.stand_ins.usps import UNDELIVERABLE, Usps

SEARCH, LABEL = "/shipments/v3/options/search", "/labels/v3/label"


@pytest.fixture
def usps() -> Iterator[Usps]:
    with Usps() as stand_in:
        yield stand_in


@pytest.fixture
def customer(usps: Usps) -> Customer:
    return customer_of(usps)


class TestRates:
    def test_each_class_has_its_price_in_dollars_and_its_days(self, customer: Customer) -> None:
        rates = customer.quote(a_request()).rates

        assert [(rate.service, rate.total_charge, rate.currency, rate.transit_days) for rate in rates] == [
            ("usps_ground_advantage", Decimal("9.72"), "USD", 4),
            ("usps_priority_mail", Decimal("14.28"), "USD", 2),
            ("usps_priority_mail_express", Decimal("36.48"), "USD", 1),
        ]

    def test_pounds_inches_zip_codes_and_the_account_are_told(self, usps: Usps, customer: Customer) -> None:
        customer.quote(a_request())

        asked = usps.asked("POST", SEARCH)[0].json()
        assert (asked["originZIPCode"], asked["destinationZIPCode"]) == ("10118", "94103")
        assert asked["packageDescription"]["weight"] == pytest.approx(3.31)
        assert asked["packageDescription"]["length"] == pytest.approx(11.81)
        assert asked["pricingOptions"][0]["paymentAccount"] == {"accountType": "EPS", "accountNumber": GEARS.number}

    def test_a_signature_is_asked_for_and_costs_more(self, usps: Usps, customer: Customer) -> None:
        bare, signed = (
            customer.rate(a_request(options=options), "usps_priority_mail")
            for options in (Options(), Options(signature_confirmation=True))
        )

        assert usps.asked("POST", SEARCH)[1].json()["packageDescription"]["extraServices"] == [921]
        assert signed.total_charge == bare.total_charge + Decimal("3.15")
        assert sum(charge.amount or 0 for charge in signed.extra_charges) == signed.total_charge

    def test_services_are_narrowed(self, customer: Customer) -> None:
        rates = customer.quote(a_request(services=("usps_priority_mail",))).rates

        assert [rate.service for rate in rates] == ["usps_priority_mail"]

    def test_a_refusal_is_a_message_in_uspss_words(self, usps: Usps, customer: Customer) -> None:
        quote = customer.quote(a_request(recipient=a_recipient(postal_code=UNDELIVERABLE)))

        assert quote.rates == ()
        assert "The ZIP code does not exist" in said(quote.messages)
        assert usps.asked("POST", SEARCH)

    def test_what_usps_cannot_do_is_refused_before_any_call(self, usps: Usps, customer: Customer) -> None:
        requests = (
            a_request(parcels=(a_parcel(),) * 11),
            a_request_abroad(),
            a_request(options=Options(insurance=Decimal(100))),
            a_request(options=Options(signature_confirmation="direct")),
            a_request(shipper=an_address(country_code="CA", state_code="ON", postal_code="K1A 0B1")),
        )

        codes = [[message.code for message in customer.quote(request).messages] for request in requests]

        told = ["too_many_parcels", "lane_not_served", *["option_not_supported"] * 2, "origin_not_served"]
        assert codes == [[code] for code in told]
        assert usps.requests == []

    def test_mail_abroad_is_told_which_carrier_takes_it(self, customer: Customer) -> None:
        (message,) = customer.quote(a_request_abroad(customs=None)).messages

        assert "connect usps_international" in (message.message or "")
        assert message.details == {"recipient.country_code": a_request_abroad().recipient.country_code}

    def test_sizes_that_are_not_told_are_asked_for_before_any_call(self, usps: Usps, customer: Customer) -> None:
        (message,) = customer.quote(a_request(parcels=(a_parcel(length=None),))).messages

        assert (message.code, list(message.details), usps.requests) == ("field_required", ["parcels.0.length"], [])

    def test_two_accounts_get_their_own_prices(self, usps: Usps, customer: Customer) -> None:
        looms = customer_of(usps, LOOMS)

        prices = [one.rate(a_request()).total_charge for one in (customer, looms, customer, looms)]

        assert prices == [Decimal("9.72"), Decimal("13.36")] * 2

    @each_fault
    def test_what_goes_wrong_is_an_error_that_names_usps(self, usps: Usps, customer: Customer, wire: OnTheWire) -> None:
        usps.will(wire.fault, at=SEARCH)

        error = failure(lambda: customer.quote(a_request()))

        assert isinstance(error, CarrierUnavailable)
        assert not error.maybe_done
        assert error.messages[0].carrier_id == customer.connection.carrier_id


class TestPurchases:
    @pytest.mark.parametrize(
        ("label_type", "dpi", "image_type", "begins"),
        [("PDF", None, "PDF", b"%PDF-"), ("ZPL", None, "ZPL203DPI", b"^XA"), ("ZPL", 300, "ZPL300DPI", b"^XA")],
    )
    def test_a_label_is_bought_in_each_format(
        self, usps: Usps, customer: Customer, label_type: str, dpi: int | None, image_type: str, begins: bytes
    ) -> None:
        order = customer.order(a_request(options=Options(label_dpi=dpi)), label_type=label_type)

        sale = customer.buy(order)

        assert sale.tracking_numbers == tuple(usps.sold)
        assert sale.documents[0].content.startswith(begins)
        assert usps.asked("POST", LABEL)[0].json()["imageInfo"]["imageType"] == image_type

    def test_the_label_says_who_pays_what_class_and_our_reference(self, usps: Usps, customer: Customer) -> None:
        order = customer.order(a_request(), service="usps_priority_mail")

        customer.buy(order)

        request = usps.asked("POST", LABEL)[0]
        package = request.json()["packageDescription"]
        assert package["mailClass"] == "PRIORITY_MAIL"
        assert package["customerReference"][0]["referenceNumber"] == order.purchase_id
        assert usps.payments[request.headers["x-payment-authorization-token"]] == GEARS

    def test_the_price_is_the_postage_and_the_extras(self, customer: Customer) -> None:
        order = customer.order(a_request(options=Options(signature_confirmation="adult")), service="usps_priority_mail")

        sale = customer.buy(order)

        assert (sale.rate.service, sale.rate.total_charge) == ("usps_priority_mail", order.rate.total_charge)
        assert sale.rate.total_charge == Decimal("21.98")

    def test_lithium_batteries_are_told_by_their_code(self, usps: Usps, customer: Customer) -> None:
        goods = {"class": "9", "lithium": "ion_in_equipment"}

        customer.buy(customer.order(a_request(options=Options(dangerous_good=goods))))

        assert usps.asked("POST", LABEL)[0].json()["packageDescription"]["extraServices"] == [818]

    def test_a_return_is_one_label_from_the_customer_to_the_merchant(self, usps: Usps, customer: Customer) -> None:
        sale = customer.buy(customer.order(a_request(is_return=True)))

        asked = usps.asked("POST", LABEL)[0].json()
        assert (asked["fromAddress"]["ZIPCode"], asked["toAddress"]["ZIPCode"]) == ("94103", "10118")
        assert "returnLabel" not in asked["imageInfo"]
        assert (len(usps.sold), sale.documents[0].category) == (1, "return_label")

    def test_an_address_that_usps_refuses_is_told_in_its_words_and_nothing_is_sold(
        self, usps: Usps, customer: Customer
    ) -> None:
        rate = customer.rate(a_request())
        request = a_request(recipient=a_recipient(postal_code=UNDELIVERABLE))

        error = failure(lambda: customer.buy(customer.order(request, rate=rate)))

        assert isinstance(error, CarrierRejected)
        assert not error.maybe_done
        assert "The ZIP code does not exist" in said(error.messages)
        assert usps.sold == {}

    def test_a_wrong_mailer_id_is_told_in_uspss_words_and_nothing_is_sold(self, usps: Usps, customer: Customer) -> None:
        order = customer.order(a_request())

        error = failure(lambda: customer_of(usps, MID="900000000").buy(order))

        assert isinstance(error, CarrierRejected)
        assert not error.maybe_done
        assert "CRID or MID" in said(error.messages)

    @each_fault
    def test_what_goes_wrong_says_whether_it_may_be_sold(self, usps: Usps, customer: Customer, wire: OnTheWire) -> None:
        order = customer.order(a_request())
        usps.will(wire.fault, at=LABEL)

        error = failure(lambda: customer.buy(order))

        assert error.maybe_done == wire.maybe_done
        assert len(usps.asked("POST", LABEL)) == 1
