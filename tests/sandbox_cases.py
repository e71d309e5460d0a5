"""A sandbox with its clock, and requests that it takes: what the sandbox's tests share."""

import itertools
import os
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.carriers.sandbox.carrier import SandboxCarrier
from chalicelib.carriers.sandbox.selling import entered
from chalicelib.domain.addresses import Address
from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.customs import Customs
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierError
from chalicelib.domain.options import Options, SandboxScenario
from chalicelib.domain.parcels import Commodity
from chalicelib.domain.ports import Connection, PurchaseRequest, Sale, VoidRequest
from chalicelib.domain.rates import Rate, RateRequest
from chalicelib.domain.sandbox_ledger import SandboxLedger, SandboxSale
from tests.builders import A_TENANT, a_parcel, a_recipient, an_address, an_id
from tests.fake_sandbox_ledger import MemorySandboxLedger

TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
A_CONNECTION = Connection(SANDBOX, SANDBOX, A_TENANT)
DEADLINE = Deadline.after(3600, time.monotonic)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = TUESDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Shop:
    """A customer of one sandbox: says in a line what the port needs several objects for."""

    def __init__(self, ledger: SandboxLedger | None = None, connection: Connection = A_CONNECTION) -> None:
        self.clock = Clock()
        self.ledger = ledger or MemorySandboxLedger()
        self.carrier = SandboxCarrier(self.ledger, self.clock, os.urandom)
        self.connection = connection

    def rates(self, request: RateRequest) -> tuple[Rate, ...]:
        return self.carrier.rate(self.connection, request, DEADLINE).rates

    def rate(self, request: RateRequest, service: str) -> Rate:
        return next(rate for rate in self.rates(request) if rate.service == service)

    def order(self, request: RateRequest, **changes: Any) -> PurchaseRequest:
        """The purchase of a request's cheapest rate, or of the one given."""
        rate = changes.pop("rate", None) or self.rates(request)[0]
        fields = {"purchase_id": an_id("pur"), "label_type": "PDF"} | changes
        return PurchaseRequest(shipment=request, rate=rate, **fields)

    def buy(self, order: PurchaseRequest) -> Sale:
        return self.carrier.buy(self.connection, order, DEADLINE)

    def record(self, order: PurchaseRequest) -> SandboxSale:
        """What the ledger holds once the order is bought; nothing is printed."""
        sale = SandboxSale(
            purchase_id=order.purchase_id,
            carrier_id=self.connection.carrier_id,
            sold_at=self.clock.now,
            tracking_numbers=(),
            label_type=order.label_type,
            shipment=order.shipment,
            rate=order.rate,
        )
        return entered(self.connection, self.ledger, sale)

    def bought(self, **changes: Any) -> Sale:
        return self.buy(self.order(a_request(**changes)))


def a_request(**changes: Any) -> RateRequest:
    """One parcel from New York to a home in San Francisco."""
    fields = {
        "shipper": an_address(),
        "recipient": a_recipient(),
        "parcels": (a_parcel(),),
        "reference": "order 100-2041",
    }
    return RateRequest(**(fields | changes))


def a_request_abroad(**changes: Any) -> RateRequest:
    """One parcel from New York to Berlin, with its customs declaration."""
    recipient = an_address(
        country_code="DE", state_code=None, city="Berlin", postal_code="10115", address_line1="Invalidenstra\u00dfe 1"
    )
    return a_request(**({"recipient": recipient, "customs": some_customs()} | changes))


def a_commodity(**changes: Any) -> Commodity:
    fields = {
        "id": an_id("cmd"),
        "title": "Gear",
        "description": "Brass gear",
        "weight": Decimal("0.35"),
        "weight_unit": "KG",
        "quantity": 3,
        "hs_code": "8483.90",
        "origin_country": "GB",
        "value_amount": Decimal("19.90"),
        "value_currency": "USD",
    }
    return Commodity(**(fields | changes))


def some_customs(**changes: Any) -> Customs:
    fields = {"commodities": (a_commodity(),), "incoterm": "DAP", "content_type": "merchandise", "signer": "Ada Byron"}
    return Customs(**(fields | changes))


def a_fixed_sale(label_type: str) -> SandboxSale:
    """A sale abroad of two parcels that is the same in every process."""
    shop = Shop()
    request = a_request_abroad(parcels=(a_parcel(), a_parcel()))
    return shop.record(shop.order(request, purchase_id="pur_fixed", label_type=label_type))


_void_ids = itertools.count()


def a_void(sale: Sale, **changes: Any) -> VoidRequest:
    fields = {
        "void_id": f"void_{next(_void_ids)}",
        "purchase_id": sale.purchase_id,
        "shipment_identifier": sale.shipment_identifier,
        "tracking_number": sale.tracking_numbers[0],
    }
    return VoidRequest(**(fields | changes))


def a_place(country_code: str, **changes: Any) -> Address:
    """A place of which little but the country is known."""
    fields = {"country_code": country_code, "postal_code": None, "state_code": None, "city": "Somewhere"}
    return an_address(**(fields | changes))


def services_of(rates: Iterable[Rate]) -> set[str]:
    return {rate.service or "" for rate in rates}


def charge(rate: Rate, code: str) -> Decimal:
    """What a rate asks for one thing; nothing where it has no such line."""
    return next((line.amount or Decimal(0) for line in rate.extra_charges if line.id == code), Decimal(0))


def playing(scenario: SandboxScenario) -> Options:
    return Options(sandbox_scenario=scenario)


def failure(call: Callable[[], object]) -> CarrierError:
    """The error of a call that must fail, in the sandbox's words."""
    try:
        call()
    except CarrierError as error:
        speakers = {(message.carrier_name, message.carrier_id) for message in error.messages}
        assert speakers == {(SANDBOX, SANDBOX)}
        return error
    raise AssertionError("it did not fail")
