"""Canada Post over real HTTP, once labels are sold: refunds, voids and tracking."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from chalicelib.carriers.profiles.canadapost import INCIDENTS, SCANS, by_code
from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable
from chalicelib.domain.ports import Sale
from tests.integration.carriers.canadapost_customers import GEARS, LOOMS, a_request, customer_of, ottawa, vancouver
from tests.integration.carriers.customers import Customer, OnTheWire, each_fault, failure, said
from tests.stand_ins.canadapost import CanadaPost, Shipment
from tests.stand_ins.server import Reply, answers, html

MONDAY = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
EMPTY_MESSAGES = b'<messages xmlns="http://www.canadapost.ca/ws/messages"/>'
ONE = f"/rs/{GEARS.number}/{GEARS.number}/shipment/[0-9]+"


@pytest.fixture
def post() -> Iterator[CanadaPost]:
    with CanadaPost() as stand_in:
        yield stand_in


@pytest.fixture
def customer(post: CanadaPost) -> Customer:
    return customer_of(post)


@pytest.fixture
def sale(customer: Customer) -> Sale:
    return customer.buy(customer.order(a_request()))


def only(post: CanadaPost) -> Shipment:
    (shipment,) = post.sold.values()
    return shipment


class TestVoids:
    def test_a_transmitted_shipment_has_its_refund_submitted(
        self, post: CanadaPost, customer: Customer, sale: Sale
    ) -> None:
        voided = customer.void(sale)

        assert voided.refund_status == "submitted"
        assert only(post).refund_asked
        assert b"<email>ada@example.com</email>" in post.asked("POST", ONE + "/refund")[0].body
        assert voided.messages == ()

    def test_a_returns_refund_goes_to_the_merchant(self, post: CanadaPost, customer: Customer) -> None:
        request = a_request(is_return=True, recipient=vancouver(email=None))
        sale = customer.buy(customer.order(request))

        customer.void(sale)

        assert b"<email>ada@example.com</email>" in post.asked("POST", ONE + "/refund")[0].body

    def test_a_label_that_could_not_be_refunded_is_warned_of_and_its_void_says_what_is_missing(
        self, post: CanadaPost, customer: Customer
    ) -> None:
        request = a_request(shipper=ottawa(email=None))
        sale = customer.buy(customer.order(request))
        asked = len(post.requests)

        error = failure(lambda: customer.void(sale))

        (warning,) = sale.messages
        assert (warning.code, warning.level) == ("required_to_void", "warning")
        assert list(warning.details) == ["shipper.email"]
        assert (error.messages[0].code, list(error.messages[0].details)) == ("required_to_void", ["shipper.email"])
        assert isinstance(error, CarrierRejected)
        assert len(post.requests) == asked

    def test_a_sale_tells_no_addresses_of_e_mail(self, sale: Sale) -> None:
        assert "@" not in str(sale.meta)

    def test_one_that_is_not_transmitted_is_voided(self, post: CanadaPost, customer: Customer, sale: Sale) -> None:
        only(post).transmitted = False

        customer.void(sale)

        assert only(post).voided
        assert not only(post).refund_asked

    def test_one_whose_refund_was_asked_for_before_counts_as_voided(
        self, post: CanadaPost, customer: Customer, sale: Sale
    ) -> None:
        customer.void(sale)

        again = customer.void(sale)

        assert again.refund_status == "submitted"
        assert len(post.asked("POST", ONE + "/refund")) == 2

    def test_one_that_was_used_is_refused(self, post: CanadaPost, customer: Customer, sale: Sale) -> None:
        post.scan(sale.tracking_numbers[0], "2300", MONDAY)

        error = failure(lambda: customer.void(sale))

        assert isinstance(error, CarrierRejected)
        assert not only(post).refund_asked

    def test_another_accounts_shipment_is_refused(self, post: CanadaPost, customer: Customer, sale: Sale) -> None:
        error = failure(lambda: customer_of(post, LOOMS).void(sale))

        assert isinstance(error, CarrierRejected)
        assert customer.connection.carrier_id not in said(error.messages)
        assert not only(post).refund_asked

    @pytest.mark.parametrize("status", [200, 503])
    @pytest.mark.parametrize("at", [ONE, ONE + "/refund"])
    def test_a_web_page_is_never_taken_for_a_void(
        self, post: CanadaPost, customer: Customer, sale: Sale, at: str, status: int
    ) -> None:
        post.will(html(status), at=at)

        error = failure(lambda: customer.void(sale))

        assert isinstance(error, CarrierUnavailable)
        assert not only(post).refund_asked

    @pytest.mark.parametrize("body", [b'{"error": "no such path"}', EMPTY_MESSAGES], ids=["JSON", "no message"])
    def test_a_refusal_without_a_message_is_never_taken_for_a_void(
        self, post: CanadaPost, customer: Customer, sale: Sale, body: bytes
    ) -> None:
        kind = "application/json" if body.startswith(b"{") else "application/vnd.cpc.shipment-v8+xml"
        post.will(*[answers(Reply(404, body, kind))] * 2, at=ONE)

        error = failure(lambda: customer.void(sale))

        assert isinstance(error, CarrierRejected)

    @each_fault
    def test_what_goes_wrong_says_whether_a_refund_may_be_on_its_way(
        self, post: CanadaPost, customer: Customer, sale: Sale, wire: OnTheWire
    ) -> None:
        post.will(wire.fault, at=ONE + "/refund")

        error = failure(lambda: customer.void(sale))

        assert error.maybe_done == wire.maybe_done
        assert len(post.asked("POST", ONE + "/refund")) == 1


class TestTracking:
    def test_each_code_leads_to_its_status(self, post: CanadaPost, customer: Customer, sale: Sale) -> None:
        number = sale.tracking_numbers[0]
        codes = by_code(SCANS)
        for day, (code, status) in enumerate(codes.items()):
            only(post).events.clear()
            post.scan(number, code, MONDAY + timedelta(days=day), f"What {code} says")

            tracking = customer.track(number)

            assert (tracking.status, tracking.events[0].code) == (status, code)
            assert tracking.events[0].reason == by_code(INCIDENTS).get(code)
        assert {"0174", "174", "1496"} <= codes.keys()

    def test_the_newest_event_decides_and_has_its_instant(
        self, post: CanadaPost, customer: Customer, sale: Sale
    ) -> None:
        number = sale.tracking_numbers[0]
        post.scan(number, "2300", MONDAY, zone="EST")
        post.scan(number, "0174", MONDAY + timedelta(days=2), "Item out for delivery", zone="PST")

        tracking = customer.track(number)

        assert [event.code for event in tracking.events] == ["0174", "2300"]
        newest = tracking.events[0]
        assert (newest.date, newest.time, newest.description) == ("2026-11-25", "16:30", "Item out for delivery")
        assert newest.timestamp == (MONDAY + timedelta(days=2)).replace(tzinfo=timezone(timedelta(hours=-8)))
        assert str(tracking.estimated_delivery) == "2026-11-27"

    def test_an_unknown_code_is_kept(self, post: CanadaPost, customer: Customer, sale: Sale) -> None:
        post.scan(sale.tracking_numbers[0], "9876", MONDAY, "Something new")

        tracking = customer.track(sale.tracking_numbers[0])

        assert (tracking.events[0].code, tracking.events[0].status) == ("9876", "unknown")
        assert (tracking.meta or {})["unknown_codes"] == ["9876"]

    def test_a_number_without_history_is_refused_in_canada_posts_words(self, customer: Customer) -> None:
        error = failure(lambda: customer.track("7023999999999999"))

        assert isinstance(error, CarrierRejected)
        assert "No Pin History" in said(error.messages)
        assert error.messages[0].code == "unknown_tracking_number"
