"""Several parcels at USPS and Canada Post over real HTTP: bought one by one, all or none, and what their books hold."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable
from chalicelib.domain.options import Options
from chalicelib.domain.ports import Sale
from chalicelib.domain.rates import RateRequest
from tests.builders import a_parcel, an_address
from tests.integration.carriers import canadapost_customers, usps_customers
from tests.integration.carriers.customers import FAULTS, Customer, failure, said
from tests.sandbox_cases import a_commodity, some_customs
from tests.stand_ins.canadapost import CanadaPost
from tests.stand_ins.canadapost_rules import read
from tests.stand_ins.server import Fault, Handler, Received, StandIn, answer_lost, answers, json_reply
from tests.stand_ins.usps import Usps


@dataclass(frozen=True)
class Counter:
    """One of the two carriers, its customer, and what is in its books."""

    stand_in: StandIn
    customer: Customer
    request: Callable[..., RateRequest]
    rates_at: str
    sells_at: str
    voids_at: str
    valid: Callable[[], list[str]]
    """The numbers of the labels that could still be used."""
    void_refusal: Fault

    def order(self, *kilograms: int, **changes: Any) -> Any:
        parcels = tuple(a_parcel(weight=Decimal(weight)) for weight in kilograms)
        return self.customer.order(self.request(parcels=parcels), **changes)


def at_usps() -> Iterator[Counter]:
    with Usps() as usps:
        yield Counter(
            usps,
            usps_customers.customer_of(usps),
            usps_customers.a_request,
            "/shipments/v3/options/search",
            "/labels/v3/label",
            r"/labels/v3/label/\w+",
            lambda: [label.number for label in usps.sold.values() if not label.cancelled],
            answers(json_reply({"error": {"code": "400", "message": "The label cannot be canceled"}}, 400)),
        )


def at_canada_post() -> Iterator[Counter]:
    with CanadaPost() as post:
        yield Counter(
            post,
            canadapost_customers.customer_of(post),
            canadapost_customers.a_request,
            "/rs/ship/price",
            r"/rs/\d+/\d+/shipment",
            r"/rs/\d+/\d+/shipment/\d+/refund",
            lambda: [one.pin for one in post.sold.values() if not (one.refund_asked or one.voided)],
            FAULTS["503 until later"].fault,
        )


@pytest.fixture(params=[at_usps, at_canada_post], ids=["usps", "canadapost"])
def counter(request: pytest.FixtureRequest) -> Iterator[Counter]:
    yield from request.param()


@pytest.fixture
def post() -> Iterator[CanadaPost]:
    with CanadaPost() as stand_in:
        yield stand_in


def passes(handler: Handler, answering: Callable[[Received], Any], received: Received) -> None:
    """Answer as if nothing were to go wrong."""
    handler.send(answering(received))


class TestRates:
    def test_the_price_is_the_sum_of_what_each_parcel_costs_alone(self, counter: Counter) -> None:
        alone = [counter.order(weight).rate for weight in (1, 4)]

        together = counter.order(1, 4).rate

        assert together.service == alone[0].service == alone[1].service
        assert together.total_charge == sum(rate.total_charge for rate in alone)
        assert sum(line.amount or 0 for line in together.extra_charges) == together.total_charge
        assert together.transit_days == alone[0].transit_days

    def test_a_parcel_that_the_carrier_does_not_take_is_named(self, counter: Counter) -> None:
        parcels = (a_parcel(), a_parcel(weight=Decimal(99)))

        quote = counter.customer.quote(counter.request(parcels=parcels))

        assert quote.rates == ()
        assert {message.details.get("parcel") for message in quote.messages} == {"parcels.1"}


class TestPurchases:
    def test_every_parcel_has_its_label_in_order_and_the_books_hold_these_alone(self, counter: Counter) -> None:
        order = counter.order(1, 2, 3)

        sale = counter.customer.buy(order)

        assert list(sale.tracking_numbers) == counter.valid()
        assert sale.rate.total_charge == order.rate.total_charge
        assert [texts(label.content)[0].splitlines()[0] for label in sale.parcel_labels] == list(sale.tracking_numbers)
        assert [page.splitlines()[0] for page in texts(sale.documents[0].content)] == list(sale.tracking_numbers)
        assert len(sale.documents) == 1

    def test_zpl_holds_a_label_a_parcel(self, counter: Counter) -> None:
        sale = counter.customer.buy(counter.order(1, 2, label_type="ZPL"))

        assert sale.documents[0].content.count(b"^XA") == 2
        assert [label.content.count(b"^XA") for label in sale.parcel_labels] == [1, 1]

    @pytest.mark.parametrize("parcel", [0, 1, 2])
    @pytest.mark.parametrize("wire", FAULTS.values(), ids=FAULTS)
    def test_when_one_goes_wrong_no_label_is_valid_that_nobody_was_told_of(
        self, counter: Counter, parcel: int, wire: Any
    ) -> None:
        order = counter.order(1, 2, 3)
        counter.stand_in.will(*[passes] * parcel, wire.fault, at=counter.sells_at)

        error = failure(lambda: counter.customer.buy(order))

        assert error.maybe_done == wire.maybe_done
        assert len(counter.valid()) <= int(wire.maybe_done)
        if wire.maybe_done:  # it may have been sold: told by the id under which the carrier was asked
            assert f"{order.purchase_id}-{parcel + 1}" in said(error.messages)

    def test_when_one_is_refused_and_one_is_not_taken_back_that_one_is_named(self, counter: Counter) -> None:
        order = counter.order(1, 2, 3)
        counter.stand_in.will(passes, passes, answers(json_reply({"error": "no"}, 429)), at=counter.sells_at)
        counter.stand_in.will(counter.void_refusal, at=counter.voids_at)

        error = failure(lambda: counter.customer.buy(order))

        (valid,) = counter.valid()
        assert isinstance(error, CarrierUnavailable)
        assert error.maybe_done
        assert error.messages[0].code == "label_still_valid"
        assert error.messages[0].details["tracking_number"] == valid

    def test_a_refusal_in_words_leaves_nothing_bought(self, counter: Counter) -> None:
        good = counter.order(1, 2)
        heavy = good.shipment.model_copy(update={"parcels": (a_parcel(), a_parcel(weight=Decimal(99)))})

        error = failure(lambda: counter.customer.buy(replace(good, shipment=heavy)))

        assert isinstance(error, CarrierRejected)
        assert (error.maybe_done, counter.valid()) == (False, [])
        assert error.messages[0].details["parcel"] == "parcels.1"


class TestVoids:
    def test_every_label_is_taken_back_once(self, counter: Counter) -> None:
        sale = counter.customer.buy(counter.order(1, 2))

        first, second = (counter.customer.void(sale) for _ in range(2))

        assert counter.valid() == []
        assert (first.refund_status, second.refund_status) == ("submitted", "submitted")

    def test_a_void_that_failed_half_way_goes_on_from_there(self, counter: Counter) -> None:
        sale = counter.customer.buy(counter.order(1, 2, 3))
        counter.stand_in.will(passes, counter.void_refusal, at=counter.voids_at)

        error = failure(lambda: counter.customer.void(sale))
        half_way = counter.valid()
        voided = counter.customer.void(sale)

        assert (error.maybe_done, half_way) == (True, [sale.tracking_numbers[1]])
        assert states(error.messages[0].details) == ["taken back", "still valid", "taken back"]
        assert (voided.refund_status, counter.valid()) == ("submitted", [])

    def test_a_void_whose_answer_was_lost_is_not_said_to_have_failed(self, counter: Counter) -> None:
        sale = counter.customer.buy(counter.order(1, 2))
        counter.stand_in.will(answer_lost, at=counter.voids_at)

        error = failure(lambda: counter.customer.void(sale))

        assert error.maybe_done
        assert states(error.messages[0].details) == ["not known", "still valid"]
        assert counter.customer.void(sale).refund_status == "submitted"
        assert counter.valid() == []


class TestCanadaPost:
    def sold(self, post: CanadaPost, request: RateRequest) -> Sale:
        customer = canadapost_customers.customer_of(post)
        return customer.buy(customer.order(request))

    def test_each_parcel_has_a_request_id_under_which_no_second_label_is_made(self, post: CanadaPost) -> None:
        customer = canadapost_customers.customer_of(post)
        order = customer.order(canadapost_customers.a_request(parcels=(a_parcel(), a_parcel())))

        first, again = (customer.buy(order) for _ in range(2))

        assert list(post.by_request) == [f"{order.purchase_id}-1", f"{order.purchase_id}-2"]
        assert first.tracking_numbers == again.tracking_numbers

    def test_each_parcel_declares_what_is_in_it(self, post: CanadaPost) -> None:
        goods = [a_commodity(quantity=1, value_amount=Decimal(value), value_currency="CAD") for value in (30, 70)]
        parcels = tuple(a_parcel(items=(item,)) for item in goods)

        self.sold(post, to_new_york(parcels=parcels, customs=some_customs(commodities=tuple(goods))))

        item = "delivery-spec/customs/sku-list/item/customs-value-per-unit"
        told = [[Decimal(value) for value in shipment.asked.texts(item)] for shipment in post.sold.values()]
        assert told == [[30], [70]]

    def test_without_items_nothing_is_asked_and_what_to_do_is_said(self, post: CanadaPost) -> None:
        customer = canadapost_customers.customer_of(post)

        quote = customer.quote(canadapost_customers.to_new_york(parcels=(a_parcel(), a_parcel())))

        assert ([message.code for message in quote.messages], post.requests) == (["customs_items_required"], [])

    def test_insurance_is_divided_and_not_bought_twice(self, post: CanadaPost) -> None:
        options = Options(insurance=Decimal(101), currency="CAD")

        self.sold(post, canadapost_customers.a_request(parcels=(a_parcel(), a_parcel()), options=options))

        asked = [read(one.body, "shipment", "shipment-v8") for one in post.asked("POST", r"/rs/\d+/\d+/shipment")]
        amounts = [Decimal(one.text("delivery-spec/options/option/option-amount")) for one in asked]
        assert amounts == [Decimal("50.5"), Decimal("50.5")]


def to_new_york(**changes: Any) -> RateRequest:
    fields = {"recipient": an_address(), "options": Options(currency="CAD")}
    return canadapost_customers.a_request(**(fields | changes))


def states(details: dict[str, str]) -> list[str]:
    return [told.rpartition(": ")[2] for told in details.values()]


def texts(content: bytes) -> list[str]:
    """The text of each page."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it says at import that its name has changed
        from PyPDF2 import PdfReader  # noqa: PLC0415
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
