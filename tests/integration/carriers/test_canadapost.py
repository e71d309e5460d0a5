"""Canada Post over real HTTP: prices, labels behind links, and what becomes of faults."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierUnavailable
from chalicelib.domain.options import Options
from tests.builders import a_parcel
from tests.integration.carriers.canadapost_customers import (
    GEARS,
    LOOMS,
    a_request,
    customer_of,
    to_new_york,
    vancouver,
)
from tests.integration.carriers.customers import Customer, OnTheWire, each_fault, failure, said
from tests.stand_ins.canadapost import CanadaPost
from tests.stand_ins.canadapost_rules import UNSERVED, read
from tests.stand_ins.server import Fault, empty, html

PRICE, SHIPMENT = "/rs/ship/price", f"/rs/{GEARS.number}/{GEARS.number}/shipment"


@pytest.fixture
def post() -> Iterator[CanadaPost]:
    with CanadaPost() as stand_in:
        yield stand_in


@pytest.fixture
def customer(post: CanadaPost) -> Customer:
    return customer_of(post)


class TestRates:
    def test_each_service_has_its_price_in_dollars_with_tax_and_its_days(self, customer: Customer) -> None:
        rates = customer.quote(a_request()).rates

        assert [(rate.service, rate.total_charge, rate.currency, rate.transit_days) for rate in rates] == [
            ("canadapost_regular_parcel", Decimal("21.82"), "CAD", 6),
            ("canadapost_expedited_parcel", Decimal("24.72"), "CAD", 3),
            ("canadapost_xpresspost", Decimal("31.99"), "CAD", 1),
        ]
        assert all(sum(line.amount or 0 for line in rate.extra_charges) == rate.total_charge for rate in rates)

    def test_kilograms_are_rounded_up_and_the_customer_is_told(self, post: CanadaPost, customer: Customer) -> None:
        customer.quote(a_request(parcels=(a_parcel(weight=Decimal("1.041")),)))

        asked = read(post.asked("POST", PRICE)[0].body, "mailing-scenario", "ship/rate-v4")
        assert asked.text("parcel-characteristics/weight") == "1.1"
        assert asked.text("customer-number") == GEARS.number
        assert (asked.text("origin-postal-code"), asked.lane()[1]) == ("K1A0B1", "V6B4N9")

    def test_pounds_become_kilograms_and_inches_centimetres(self, post: CanadaPost, customer: Customer) -> None:
        inches = {"length": Decimal(12), "width": Decimal(9), "height": Decimal(4), "dimension_unit": "IN"}

        customer.quote(a_request(parcels=(a_parcel(weight=Decimal(3), weight_unit="LB", **inches),)))

        asked = read(post.asked("POST", PRICE)[0].body, "mailing-scenario", "ship/rate-v4")
        assert asked.text("parcel-characteristics/weight") == "1.4"  # 1.3608, rounded up
        assert asked.text("parcel-characteristics/dimensions/length") == "30.5"

    def test_each_part_of_the_world_has_its_services(self, customer: Customer) -> None:
        services = {rate.service for rate in customer.quote(to_new_york()).rates}

        assert services == {"canadapost_expedited_parcel_usa", "canadapost_xpresspost_usa"}

    def test_a_signature_and_insurance_cost_more(self, customer: Customer) -> None:
        bare, more = (
            customer.rate(a_request(options=options), "canadapost_xpresspost")
            for options in (Options(), Options(signature_confirmation=True, insurance=Decimal(200), currency="CAD"))
        )

        assert more.total_charge == bare.total_charge + Decimal("4.92")  # 1.75 and 2.60, with tax

    def test_a_refusal_is_a_message_in_canada_posts_words(self, customer: Customer) -> None:
        quote = customer.quote(a_request(recipient=vancouver(postal_code=UNSERVED)))

        assert quote.rates == ()
        assert (quote.messages[0].details["carrier_code"], quote.messages[0].level) == ("7261", "error")
        assert "destination Postal Code is not valid" in said(quote.messages)

    def test_what_canada_post_cannot_do_is_refused_before_any_call(self, post: CanadaPost, customer: Customer) -> None:
        requests = (
            a_request(parcels=(a_parcel(),) * 11),
            a_request(options=Options(cash_on_delivery=Decimal(20))),
            a_request(shipper=to_new_york().recipient),
        )

        codes = [customer.quote(request).messages[0].code for request in requests]

        assert codes == ["too_many_parcels", "option_not_supported", "origin_not_served"]
        assert post.requests == []

    def test_two_accounts_get_their_own_prices(self, post: CanadaPost, customer: Customer) -> None:
        looms = customer_of(post, LOOMS)

        prices = [one.rate(a_request()).total_charge for one in (customer, looms, customer, looms)]

        assert prices == [Decimal("21.82"), Decimal("29.09")] * 2

    @each_fault
    def test_what_goes_wrong_is_an_error_that_names_canada_post(
        self, post: CanadaPost, customer: Customer, wire: OnTheWire
    ) -> None:
        post.will(wire.fault, at=PRICE)

        error = failure(lambda: customer.quote(a_request()))

        assert isinstance(error, CarrierUnavailable)
        assert not error.maybe_done
        assert error.messages[0].carrier_id == customer.connection.carrier_id


class TestPurchases:
    @pytest.mark.parametrize(
        ("label_type", "size", "printed", "begins"),
        [
            ("PDF", None, ("PDF", "4x6"), b"%PDF-"),
            ("PDF", "letter", ("PDF", "8.5x11"), b"%PDF-"),
            ("ZPL", "4x6", ("ZPL", "4x6"), b"^XA"),
        ],
    )
    def test_a_label_is_bought_in_each_format_and_size(
        self,
        post: CanadaPost,
        customer: Customer,
        label_type: str,
        size: str | None,
        printed: object,
        begins: bytes,
    ) -> None:
        sale = customer.buy(customer.order(a_request(options=Options(label_size=size)), label_type=label_type))

        sold = next(iter(post.sold.values()))
        asked = [sold.asked.text(f"delivery-spec/print-preferences/{name}") for name in ("encoding", "output-format")]
        assert (sale.tracking_numbers, sale.shipment_identifier) == ((sold.pin,), sold.id)
        assert tuple(asked) == printed
        assert sale.documents[0].content.startswith(begins)
        assert sale.documents[0].print_format == (size or "4x6")

    def test_the_shipment_is_transmitted_under_the_contract_and_our_reference(
        self, post: CanadaPost, customer: Customer
    ) -> None:
        order = customer.order(a_request())

        customer.buy(order)

        asked = next(iter(post.sold.values())).asked
        assert asked.has("transmit-shipment")
        assert asked.text("delivery-spec/references/customer-ref-1") == order.purchase_id
        assert asked.text("delivery-spec/settlement-info/intended-method-of-payment") == "Account"

    def test_the_price_is_all_that_is_due(self, customer: Customer) -> None:
        order = customer.order(a_request(options=Options(signature_confirmation=True)))

        sale = customer.buy(order)

        assert sale.rate.total_charge == order.rate.total_charge
        assert sale.rate.currency == "CAD"

    def test_what_crosses_the_border_is_declared(self, post: CanadaPost, customer: Customer) -> None:
        customer.buy(customer.order(to_new_york()))

        asked = next(iter(post.sold.values())).asked
        item = "delivery-spec/customs/sku-list/item/"
        assert asked.text("delivery-spec/customs/currency") == "CAD"
        assert asked.text(item + "customs-number-of-units") == "3"
        assert asked.text(item + "unit-weight") == "0.35"
        assert asked.text(item + "country-of-origin") == "GB"

    def test_a_return_goes_from_the_customer_to_the_merchant(self, post: CanadaPost, customer: Customer) -> None:
        sale = customer.buy(customer.order(a_request(is_return=True)))

        assert next(iter(post.sold.values())).asked.lane() == ("V6B4N9", "K1A0B1")
        assert sale.documents[0].category == "return_label"

    def test_an_address_that_canada_post_refuses_is_told_in_its_words_and_nothing_is_sold(
        self, post: CanadaPost, customer: Customer
    ) -> None:
        rate = customer.rate(a_request())
        request = a_request(recipient=vancouver(postal_code=UNSERVED))

        error = failure(lambda: customer.buy(customer.order(request, rate=rate)))

        assert isinstance(error, CarrierRejected)
        assert not error.maybe_done
        assert "destination Postal Code is not valid" in said(error.messages)
        assert post.sold == {}

    def test_a_label_is_fetched_once_more_where_it_did_not_come(self, post: CanadaPost, customer: Customer) -> None:
        order = customer.order(a_request())
        post.will(html(500), at="/rs/artifact/.*")

        sale = customer.buy(order)

        assert next(iter(post.sold.values())).pin == sale.tracking_numbers[0]
        assert len(post.asked("POST", SHIPMENT)) == 1

    @pytest.mark.parametrize("fault", [html(500), html(503), html(200), empty(200), empty(403), empty(429), empty(404)])
    def test_a_label_that_cannot_be_fetched_is_sold_and_the_error_names_it(
        self, post: CanadaPost, customer: Customer, fault: Fault
    ) -> None:
        order = customer.order(a_request())
        post.will(fault, fault, at="/rs/artifact/.*")

        error = failure(lambda: customer.buy(order))

        [(identifier, sold)] = post.sold.items()
        assert error.maybe_done
        assert error.messages[0].code == "sale_incomplete"
        assert error.messages[0].details["tracking_number"] == sold.pin
        assert error.messages[0].details["shipment_identifier"] == identifier

    def test_credentials_do_not_follow_a_label_link_to_another_host(self, post: CanadaPost, customer: Customer) -> None:
        order = customer.order(a_request())
        with CanadaPost() as elsewhere:
            post.artifacts_at = elsewhere.url

            error = failure(lambda: customer.buy(order))

            assert error.maybe_done
            assert [message.code for message in error.messages] == ["sale_incomplete", "address_refused"]
            assert error.messages[0].details["tracking_number"]
            assert elsewhere.requests == []

    @each_fault
    def test_what_goes_wrong_says_whether_it_may_be_sold(
        self, post: CanadaPost, customer: Customer, wire: OnTheWire
    ) -> None:
        order = customer.order(a_request())
        post.will(wire.fault, at=SHIPMENT)

        error = failure(lambda: customer.buy(order))

        assert error.maybe_done == wire.maybe_done
        assert len(post.asked("POST", SHIPMENT)) == 1


class TestCredentials:
    def test_wrong_ones_are_refused_everywhere_and_shown_nowhere(self, post: CanadaPost, customer: Customer) -> None:
        order = customer.order(a_request())
        wrong = customer_of(post, password="guessed")

        errors: list[CarrierError] = [
            failure(lambda: wrong.quote(a_request())),
            failure(lambda: wrong.buy(order)),
            failure(lambda: wrong.track("7023000000000001")),
            failure(wrong.check),
        ]

        assert {type(error) for error in errors} == {CarrierRejected}
        assert {error.messages[0].code for error in errors} == {"authentication_failed"}
        assert "guessed" not in " ".join(f"{error!r}{error.messages!r}" for error in errors)

    def test_another_customers_number_is_refused_and_nothing_is_sold(
        self, post: CanadaPost, customer: Customer
    ) -> None:
        order = customer.order(a_request())

        error = failure(lambda: customer_of(post, customer_number=LOOMS.number).buy(order))

        assert isinstance(error, CarrierRejected)
        assert "cannot mail on behalf" in said(error.messages)
        assert post.sold == {}

    def test_good_ones_pass_the_check_without_buying_anything(self, post: CanadaPost, customer: Customer) -> None:
        assert customer.check()[0].code == "ready"

        assert [one.method for one in post.requests] == ["GET"]
