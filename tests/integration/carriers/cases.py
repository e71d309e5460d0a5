"""What holds for every carrier that gives bearer tokens: credentials, tokens, accounts apart, and what goes wrong."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import pytest

from chalicelib.domain.addresses import Address
from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable
from chalicelib.domain.parcels import Parcel
from chalicelib.domain.rates import RateRequest
from tests.builders import a_parcel, a_recipient, an_address
from tests.integration.carriers.customers import FAULTS, Customer, OnTheWire, each_fault, failure, said
from tests.sandbox_cases import a_commodity, some_customs
from tests.stand_ins.oauth import Account, Tokens
from tests.stand_ins.server import Fault, Received, redirect


class Sells(Protocol):
    """A stand-in with tokens and books."""

    tokens: Tokens
    shipments: dict[str, Any]

    def asked(self, method: str, pattern: str) -> list[Received]: ...

    def will(self, *faults: Fault, at: str = ".*") -> None: ...


@dataclass(frozen=True)
class Counter:
    """Where a carrier stands in: who its customers are, and at which addresses it does what."""

    stand_in: Sells
    customer_of: Callable[..., Customer]
    """Of an account; `secret` is another one than the account's."""
    accounts: tuple[Account, Account]
    service: str
    """One that it has within the country."""
    rates_at: str
    sells_at: str
    voids_at: str
    number_in: Callable[[Received], str]
    """Finds the account's number in a request for rates."""

    @property
    def customer(self) -> Customer:
        return self.customer_of(self.accounts[0])


def pounds(**changes: Any) -> Parcel:
    """A parcel in the units of a shop in the US."""
    fields = {"weight": Decimal("3.3"), "weight_unit": "LB", "dimension_unit": "IN"}
    sizes = {"length": Decimal(12), "width": Decimal(8), "height": Decimal(6)}
    return a_parcel(**(fields | sizes | changes))


def at_home(**changes: Any) -> RateRequest:
    """From New York to a home in San Francisco."""
    return RateRequest(**({"shipper": an_address(), "recipient": a_recipient(), "parcels": (pounds(),)} | changes))


def paris(**changes: Any) -> Address:
    place = {"country_code": "FR", "state_code": None, "city": "Paris", "postal_code": "75002", "address_line2": None}
    person = {"person_name": "Emilie du Breuil", "company_name": "Maison Breuil", "phone_number": "+33170189900"}
    return an_address(**(place | {"address_line1": "10 rue de la Paix"} | person | changes))


def abroad(**changes: Any) -> RateRequest:
    """From New York to Paris, with what customs want to know."""
    commodity = a_commodity(weight=Decimal("0.5"), weight_unit="LB", value_amount=Decimal(20), quantity=2)
    customs = some_customs(commodities=(commodity,), invoice="INV-2041")
    return at_home(**({"recipient": paris(), "customs": customs} | changes))


class CredentialCases:
    def test_good_credentials_are_accepted_without_asking_for_anything_else(self, counter: Counter) -> None:
        messages = counter.customer.check()

        assert [message.code for message in messages] == ["ready"]
        assert (counter.stand_in.tokens.issued, counter.stand_in.asked("POST", counter.rates_at)) == (1, [])

    def test_wrong_credentials_are_refused_by_name_and_without_their_secret(self, counter: Counter) -> None:
        wrong = counter.customer_of(counter.accounts[0], secret="n0t-the-secret-of-gears")

        for call in (wrong.check, lambda: wrong.quote(at_home())):
            error = failure(call)
            assert isinstance(error, CarrierRejected)
            assert error.messages[0].code == "authentication_failed"
            assert error.messages[0].carrier_id == wrong.connection.carrier_id
            assert "n0t-the-secret" not in f"{error!r} {said(error.messages)}"
        assert counter.stand_in.asked("POST", counter.rates_at) == []

    def test_one_token_serves_many_calls(self, counter: Counter) -> None:
        customer = counter.customer

        customer.buy(customer.order(at_home(), service=counter.service))

        assert counter.stand_in.tokens.issued == 1

    def test_an_expired_token_is_renewed_once_and_the_rates_come(self, counter: Counter) -> None:
        customer = counter.customer
        before = customer.quote(at_home()).rates
        counter.stand_in.tokens.expire()

        after = customer.quote(at_home()).rates

        assert [rate.total_charge for rate in after] == [rate.total_charge for rate in before]
        assert counter.stand_in.tokens.issued == 2

    def test_a_purchase_with_an_expired_token_sells_nothing_and_the_next_is_sold(self, counter: Counter) -> None:
        customer = counter.customer
        order = customer.order(at_home(), service=counter.service)
        counter.stand_in.tokens.expire()

        error = failure(lambda: customer.buy(order))
        sold_then = dict(counter.stand_in.shipments)
        sale = customer.buy(order)

        assert (type(error), error.maybe_done, sold_then) == (CarrierRejected, False, {})
        assert list(counter.stand_in.shipments) == [sale.shipment_identifier]
        assert counter.stand_in.tokens.issued == 2

    def test_an_account_that_was_closed_is_refused_and_asked_about_no_more_than_twice(self, counter: Counter) -> None:
        customer = counter.customer
        customer.quote(at_home())
        counter.stand_in.tokens.revoke(counter.accounts[0])

        error = failure(lambda: customer.quote(at_home()))

        assert isinstance(error, CarrierRejected)
        assert error.messages[0].code == "authentication_failed"
        assert len(counter.stand_in.asked("POST", counter.rates_at)) <= 3
        assert counter.stand_in.tokens.issued == 1


class AccountCases:
    def test_two_accounts_that_ask_at_once_get_their_own_prices_under_their_own_numbers(self, counter: Counter) -> None:
        customers = [counter.customer_of(account) for account in counter.accounts]
        expected = [customer.rate(at_home(), counter.service).total_charge for customer in customers]

        with ThreadPoolExecutor(8) as pool:
            asked = [
                pool.submit(customers[turn % 2].rate, at_home(reference=f"order-{turn}"), counter.service)
                for turn in range(40)
            ]
            found = [rate.result().total_charge for rate in asked]

        assert expected[0] != expected[1]
        assert found == expected * 20
        numbers = [counter.number_in(request) for request in counter.stand_in.asked("POST", counter.rates_at)]
        assert sorted(numbers) == sorted([account.number for account in counter.accounts] * 21)

    def test_a_label_of_one_account_cannot_be_voided_by_another(self, counter: Counter) -> None:
        gears, looms = (counter.customer_of(account) for account in counter.accounts)
        sale = gears.buy(gears.order(at_home(), service=counter.service))

        error = failure(lambda: looms.void(sale))

        assert isinstance(error, CarrierRejected)
        assert gears.void(sale).void_id


class FaultCases:
    @each_fault
    def test_rates_that_go_wrong_are_an_error_that_names_the_carrier(self, counter: Counter, wire: OnTheWire) -> None:
        counter.stand_in.will(wire.fault, at=counter.rates_at)

        error = failure(lambda: counter.customer.quote(at_home()))

        assert isinstance(error, CarrierUnavailable)
        assert not error.maybe_done
        assert error.messages[0].carrier_id == counter.customer.connection.carrier_id

    @each_fault
    def test_a_purchase_that_goes_wrong_says_whether_it_may_be_done_and_is_never_sent_twice(
        self, counter: Counter, wire: OnTheWire
    ) -> None:
        customer = counter.customer
        order = customer.order(at_home(), service=counter.service)
        counter.stand_in.will(wire.fault, at=counter.sells_at)

        error = failure(lambda: customer.buy(order))

        assert error.maybe_done == wire.maybe_done
        assert len(counter.stand_in.asked("POST", counter.sells_at)) == 1
        assert len(counter.stand_in.shipments) <= 1

    @each_fault
    def test_a_void_that_goes_wrong_says_whether_it_may_be_done(self, counter: Counter, wire: OnTheWire) -> None:
        customer = counter.customer
        sale = customer.buy(customer.order(at_home(), service=counter.service))
        counter.stand_in.will(wire.fault, at=counter.voids_at)

        error = failure(lambda: customer.void(sale))

        assert error.maybe_done == wire.maybe_done

    def test_too_many_requests_say_when_to_ask_again(self, counter: Counter) -> None:
        counter.stand_in.will(FAULTS["429"].fault, at=counter.rates_at)

        error = failure(lambda: counter.customer.quote(at_home()))

        assert error.messages[0].code == "rate_limited"
        assert error.messages[0].details["retry_after_s"] == "7"

    def test_a_redirect_is_not_followed(self, counter: Counter) -> None:
        counter.stand_in.will(redirect("https://example.com/elsewhere"), at=counter.rates_at)

        error = failure(lambda: counter.customer.quote(at_home()))

        assert isinstance(error, CarrierUnavailable)
        assert error.messages[0].code == "unexpected_redirect"

    @pytest.mark.parametrize("call", ["quote", "buy"])
    def test_a_token_that_cannot_be_had_for_a_500_is_no_refusal_of_the_credentials(
        self, counter: Counter, call: str
    ) -> None:
        order = counter.customer.order(at_home(), service=counter.service)
        newcomer = counter.customer
        counter.stand_in.will(FAULTS["500"].fault, at=".*token")

        error = failure(lambda: newcomer.quote(at_home()) if call == "quote" else newcomer.buy(order))

        assert isinstance(error, CarrierUnavailable)
        assert not error.maybe_done
        assert counter.stand_in.shipments == {}
