"""USPS over real HTTP, once labels are sold: cancelling, tracking, and tokens that grow old."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.carriers.profiles.usps import REASONS, STATUSES
from chalicelib.domain.errors import CarrierRejected
from tests.integration.carriers.customers import Customer, OnTheWire, each_fault, failure, said
from tests.integration.carriers.usps_customers import LOOMS, a_request, customer_of
from tests.stand_ins.usps import Usps

MONDAY = datetime(2026, 11, 23, 16, 30, tzinfo=timezone(timedelta(hours=-5)))


@pytest.fixture
def usps() -> Iterator[Usps]:
    with Usps() as stand_in:
        yield stand_in


@pytest.fixture
def customer(usps: Usps) -> Customer:
    return customer_of(usps)


class TestVoids:
    def test_a_label_is_cancelled_and_the_refund_submitted(self, usps: Usps, customer: Customer) -> None:
        sale = customer.buy(customer.order(a_request()))

        voided = customer.void(sale)

        assert voided.refund_status == "submitted"
        assert usps.sold[sale.tracking_numbers[0]].cancelled

    def test_one_that_is_cancelled_already_counts(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(a_request()))
        customer.void(sale)

        again = customer.void(sale)

        assert again.refund_status == "submitted"
        assert "already been canceled" in said(again.messages)

    def test_one_that_is_on_its_way_is_refused(self, usps: Usps, customer: Customer) -> None:
        sale = customer.buy(customer.order(a_request()))
        usps.scan(sale.tracking_numbers[0], "03", MONDAY)

        error = failure(lambda: customer.void(sale))

        assert isinstance(error, CarrierRejected)
        assert "cannot be canceled" in said(error.messages)

    def test_another_accounts_label_is_not_found(self, usps: Usps, customer: Customer) -> None:
        sale = customer.buy(customer.order(a_request()))

        error = failure(lambda: customer_of(usps, LOOMS).void(sale))

        assert isinstance(error, CarrierRejected)
        assert not usps.sold[sale.tracking_numbers[0]].cancelled

    @each_fault
    def test_what_goes_wrong_says_whether_it_may_be_cancelled(
        self, usps: Usps, customer: Customer, wire: OnTheWire
    ) -> None:
        sale = customer.buy(customer.order(a_request()))
        usps.will(wire.fault, at="/labels/v3/label/.*")

        error = failure(lambda: customer.void(sale))

        assert error.maybe_done == wire.maybe_done


class TestTracking:
    def test_each_code_leads_to_its_status(self, usps: Usps, customer: Customer) -> None:
        number = customer.buy(customer.order(a_request())).tracking_numbers[0]

        for day, (code, status) in enumerate(STATUSES.items()):
            usps.scan(number, code, MONDAY + timedelta(days=day), f"What {code} says")
            tracking = customer.track(number)

            assert (tracking.status, tracking.events[0].code) == (status, code)
            assert tracking.events[0].reason == REASONS.get(code)
        assert len(tracking.events) == len(STATUSES)

    def test_an_event_has_its_local_time_its_instant_and_its_place(self, usps: Usps, customer: Customer) -> None:
        number = customer.buy(customer.order(a_request())).tracking_numbers[0]
        usps.scan(number, "OF", MONDAY)

        event = customer.track(number).events[0]

        assert (event.date, event.time, event.timestamp) == ("2026-11-23", "16:30", MONDAY)
        assert "SAN FRANCISCO" in event.location

    def test_an_unknown_code_is_kept(self, usps: Usps, customer: Customer) -> None:
        number = customer.buy(customer.order(a_request())).tracking_numbers[0]
        usps.scan(number, "Q7", MONDAY, "Something new")

        tracking = customer.track(number)

        assert (tracking.events[0].code, tracking.events[0].status) == ("Q7", "unknown")
        assert (tracking.meta or {})["unknown_codes"] == ["Q7"]

    def test_a_foreign_number_is_refused_in_uspss_words(self, customer: Customer) -> None:
        error = failure(lambda: customer.track("1Z5R89390357567127"))

        assert isinstance(error, CarrierRejected)
        assert "could not be found" in said(error.messages)


class TestTokens:
    def test_one_token_serves_many_calls(self, usps: Usps, customer: Customer) -> None:
        for _ in range(3):
            customer.quote(a_request())

        assert usps.tokens.issued == 1

    def test_one_that_expired_early_is_replaced_where_nothing_is_bought(self, usps: Usps, customer: Customer) -> None:
        customer.quote(a_request())
        usps.tokens.expire()

        assert customer.quote(a_request()).rates
        assert usps.tokens.issued == 2

    def test_one_that_expired_before_a_purchase_sells_nothing_and_the_next_has_a_new_one(
        self, usps: Usps, customer: Customer
    ) -> None:
        order = customer.order(a_request())
        customer.buy(order)
        usps.tokens.expire()

        error = failure(lambda: customer.buy(order))

        assert not error.maybe_done
        assert len(usps.sold) == 1
        assert customer.buy(order).tracking_numbers

    def test_wrong_credentials_are_refused_everywhere_and_shown_nowhere(self, usps: Usps, customer: Customer) -> None:
        order = customer.order(a_request())
        wrong = customer_of(usps, client_secret="guessed")

        errors = [
            failure(lambda: wrong.quote(a_request())),
            failure(lambda: wrong.buy(order)),
            failure(lambda: wrong.track("9405")),
            failure(wrong.check),
        ]

        assert {type(error) for error in errors} == {CarrierRejected}
        assert {error.messages[0].code for error in errors} == {"authentication_failed"}
        assert "guessed" not in " ".join(f"{error!r}{error.messages!r}" for error in errors)

    def test_good_ones_pass_the_check(self, usps: Usps, customer: Customer) -> None:
        assert customer.check()[0].code == "ready"

        assert [one.path for one in usps.requests] == ["/oauth2/v3/token"]
