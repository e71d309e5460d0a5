"""Canada Post over real HTTP: what its connector mails, mislabels or makes too long arrives as it was meant."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from chalicelib.domain.options import Options
from tests.builders import an_address
from tests.integration.carriers.canadapost_customers import a_request, customer_of, to_new_york, vancouver
from tests.integration.carriers.customers import Customer
from tests.sandbox_cases import a_commodity, some_customs
from tests.stand_ins.canadapost import CanadaPost
from tests.stand_ins.canadapost_rules import Xml

REFERENCES = "delivery-spec/references/"
NOTIFICATION = "delivery-spec/notification"


@pytest.fixture
def post() -> Iterator[CanadaPost]:
    with CanadaPost() as stand_in:
        yield stand_in


@pytest.fixture
def customer(post: CanadaPost) -> Customer:
    return customer_of(post)


def sold(post: CanadaPost) -> Xml:
    (shipment,) = post.sold.values()
    return shipment.asked


class TestMail:
    def test_nobody_gets_mail_who_is_not_to(self, post: CanadaPost, customer: Customer) -> None:
        customer.buy(customer.order(a_request()))

        assert not sold(post).has(NOTIFICATION)

    @pytest.mark.parametrize(
        ("options", "address"),
        [
            (Options(email_notification=True), "charles@example.com"),
            (Options(email_notification_to="dispatch@example.com"), "dispatch@example.com"),
        ],
    )
    def test_a_notice_goes_to_whom_it_is_asked_for(
        self, post: CanadaPost, customer: Customer, options: Options, address: str
    ) -> None:
        customer.buy(customer.order(a_request(options=options)))

        assert sold(post).text(NOTIFICATION + "/email") == address


class TestReferences:
    def test_a_long_one_is_cut_and_the_purchase_id_is_not(self, post: CanadaPost, customer: Customer) -> None:
        order = customer.order(a_request(reference="R & D " * 10))

        customer.buy(order)

        assert sold(post).text(REFERENCES + "customer-ref-1") == ("R & D " * 10)[:35].strip()
        assert sold(post).text("customer-request-id") == order.purchase_id

    def test_a_cost_centre_is_told_where_one_is_named_alone(self, post: CanadaPost, customer: Customer) -> None:
        customer.buy(customer.order(a_request(reference="ORDER-7")))

        assert not sold(post).has(REFERENCES + "cost-centre")

    def test_a_long_cost_centre_is_cut(self, post: CanadaPost, customer: Customer) -> None:
        options = Options.model_validate({"canadapost_cost_center": "R & D " * 10})

        customer.buy(customer.order(a_request(options=options)))

        assert sold(post).text(REFERENCES + "cost-centre") == ("R & D " * 10)[:30].strip()


class TestCustoms:
    @pytest.mark.parametrize(
        ("content", "reason", "words"),
        [
            ("merchandise", "SOG", ""),
            ("documents", "DOC", ""),
            ("sample", "SAM", ""),
            ("gift", "OTH", "gift"),
            ("return_merchandise", "OTH", "return merchandise"),
        ],
    )
    def test_the_reason_of_an_export_is_told_by_its_code(
        self, post: CanadaPost, customer: Customer, content: str, reason: str, words: str
    ) -> None:
        goods = (a_commodity(value_amount=Decimal(20), value_currency="CAD"),)

        customer.buy(customer.order(to_new_york(customs=some_customs(commodities=goods, content_type=content))))

        customs = "delivery-spec/customs/"
        assert sold(post).text(customs + "reason-for-export") == reason
        assert sold(post).text(customs + "other-reason") == words

    @pytest.mark.parametrize(("country", "province"), [("CA", "ON"), ("US", "")])
    def test_a_province_of_origin_is_told_of_what_is_made_in_canada(
        self, post: CanadaPost, customer: Customer, country: str, province: str
    ) -> None:
        goods = (a_commodity(value_amount=Decimal(20), value_currency="CAD", origin_country=country),)

        customer.buy(customer.order(to_new_york(customs=some_customs(commodities=goods))))

        item = "delivery-spec/customs/sku-list/item/"
        assert sold(post).text(item + "country-of-origin") == country
        assert sold(post).text(item + "province-of-origin") == province

    def test_from_another_country_its_origin_alone_is_refused(self, customer: Customer) -> None:
        request = to_new_york(
            shipper=an_address(), recipient=vancouver(), customs=None, options=Options(cash_on_delivery=5)
        )

        assert [message.code for message in customer.quote(request).messages] == ["origin_not_served"]


class TestAddresses:
    def test_a_line_that_would_be_cut_is_refused_before_any_call(self, post: CanadaPost, customer: Customer) -> None:
        quote = customer.quote(a_request(recipient=vancouver(address_line1="x" * 45)))

        assert (quote.messages[0].code, post.requests) == ("address_line_too_long", [])

    def test_a_number_of_its_own_stays_before_the_street(self, post: CanadaPost, customer: Customer) -> None:
        recipient = vancouver(street_number="349", address_line1="Georgia Street 2")

        customer.buy(customer.order(a_request(recipient=recipient)))

        assert sold(post).text("delivery-spec/destination/address-details/address-line-1") == "349 Georgia Street 2"


class TestCurrencies:
    def test_values_in_another_currency_are_refused_before_any_call(self, post: CanadaPost, customer: Customer) -> None:
        goods = (a_commodity(value_amount=Decimal(20), value_currency="USD"),)

        quote = customer.quote(to_new_york(customs=some_customs(commodities=goods)))

        assert (quote.messages[0].code, post.requests) == ("customs_currency_not_supported", [])
        assert "CAD" in (quote.messages[0].message or "")

    def test_values_in_dollars_are_not_labelled_with_the_options_currency(
        self, post: CanadaPost, customer: Customer
    ) -> None:
        customer.buy(customer.order(to_new_york(options=Options(currency="USD"))))

        assert sold(post).text("delivery-spec/customs/currency") == "CAD"

    def test_an_insured_amount_in_another_currency_is_refused_before_any_call(
        self, post: CanadaPost, customer: Customer
    ) -> None:
        quote = customer.quote(a_request(options=Options(insurance=Decimal(200), currency="USD")))

        assert (quote.messages[0].code, post.requests) == ("currency_not_supported", [])

    def test_a_commodity_is_weighed_in_kilograms(self, post: CanadaPost, customer: Customer) -> None:
        goods = (a_commodity(weight=Decimal(2), weight_unit="LB", value_currency="CAD"),)

        customer.buy(customer.order(to_new_york(customs=some_customs(commodities=goods))))

        assert sold(post).text("delivery-spec/customs/sku-list/item/unit-weight") == "0.908"

    def test_a_light_one_is_not_rounded_down(self, post: CanadaPost, customer: Customer) -> None:
        goods = tuple(
            a_commodity(weight=Decimal(grams), weight_unit="G", value_currency="CAD") for grams in ("12", "4.2")
        )

        customer.buy(customer.order(to_new_york(customs=some_customs(commodities=goods))))

        (asked,) = post.asked("POST", ".*/shipment")
        assert re.findall(b"<unit-weight>([^<]*)<", asked.body) == [b"0.012", b"0.005"]
