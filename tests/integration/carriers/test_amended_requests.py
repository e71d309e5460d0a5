"""What the connectors get wrong in a request, and what the carriers hear instead."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.builders import a_parcel
from tests.integration.carriers import canadapost_customers, test_dhl_express
from tests.integration.carriers.canadapost_customers import ottawa
from tests.integration.carriers.test_dhl_express import berlin, to_new_york
from tests.sandbox_cases import a_commodity, some_customs
from tests.stand_ins.canadapost import CanadaPost
from tests.stand_ins.dhl_express import DhlExpress


@pytest.fixture
def dhl() -> Iterator[DhlExpress]:
    with DhlExpress() as stand_in:
        yield stand_in


@pytest.fixture
def post() -> Iterator[CanadaPost]:
    with CanadaPost() as stand_in:
        yield stand_in


def test_dhl_hears_customs_values_to_the_cent(dhl: DhlExpress) -> None:
    customer = test_dhl_express.customer_of(dhl)
    customs = some_customs(commodities=(a_commodity(value_amount=Decimal("19.90"), value_currency="EUR"),))

    customer.buy(customer.order(to_new_york(customs=customs)))

    content = dhl.asked("POST", ".*/shipments")[0].json()["content"]
    assert content["exportDeclaration"]["lineItems"][0]["price"] == pytest.approx(19.9)


def test_dhl_hears_sizes_rounded_up(dhl: DhlExpress) -> None:
    customer = test_dhl_express.customer_of(dhl)

    customer.buy(customer.order(to_new_york(parcels=(a_parcel(length=Decimal("30.2")),))))

    packages = [
        dhl.asked("POST", ".*/rates")[0].json()["packages"],
        dhl.asked("POST", ".*/shipments")[0].json()["content"]["packages"],
    ]
    assert [package[0]["dimensions"]["length"] for package in packages] == [31, 31]


def test_dhl_hears_the_purchase_id_as_a_reference(dhl: DhlExpress) -> None:
    customer = test_dhl_express.customer_of(dhl)
    order = customer.order(to_new_york(reference="order 7"))

    customer.buy(order)

    references = dhl.asked("POST", ".*/shipments")[0].json()["customerReferences"]
    assert [reference["value"] for reference in references] == [order.purchase_id, "order 7"]


def test_dhl_takes_a_company_without_a_person(dhl: DhlExpress) -> None:
    customer = test_dhl_express.customer_of(dhl)

    sale = customer.buy(customer.order(to_new_york(shipper=berlin(person_name=None))))

    assert sale.tracking_numbers


def test_canada_post_makes_one_shipment_of_two_purchases_with_one_id(post: CanadaPost) -> None:
    customer = canadapost_customers.customer_of(post)
    order = customer.order(canadapost_customers.a_request())

    first, second = customer.buy(order), customer.buy(order)

    assert first.tracking_numbers == second.tracking_numbers
    assert list(post.by_request) == [order.purchase_id]


def test_canada_post_hears_a_line_that_ends_in_a_number_as_it_is(post: CanadaPost) -> None:
    customer = canadapost_customers.customer_of(post)

    customer.buy(customer.order(canadapost_customers.a_request(shipper=ottawa(address_line1="PO BOX 1200"))))

    (sold,) = post.sold.values()
    assert sold.asked.text("delivery-spec/sender/address-details/address-line-1") == "PO BOX 1200"
