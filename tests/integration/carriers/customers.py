"""A customer of a carrier that stands in: the real adapter and SDK, over real HTTP to a server of this process."""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.carriers.gateway.piecewise import adapter_of
from chalicelib.carriers.gateway.sdk import Sdk
from chalicelib.carriers.profiles.profile import Profile
from chalicelib.domain.credentials import Credentials
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierError
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Carrier, Connection, PurchaseRequest, Sale, Voided, VoidRequest
from chalicelib.domain.rates import Quote, Rate, RateRequest
from chalicelib.domain.trackers import Tracking
from tests.builders import A_TENANT, an_id
from tests.stand_ins.server import Fault, answer_lost, answers, cut_short, empty, html, json_reply, truncated


@dataclass(frozen=True)
class Customer:
    """One account of one carrier, and how long its calls may take."""

    carrier: Carrier
    connection: Connection
    patience_s: float = 10
    bought: dict[str, RateRequest] = field(default_factory=dict)
    """What was bought, by the purchase's id."""

    def deadline(self) -> Deadline:
        return Deadline.after(self.patience_s, time.monotonic)

    def quote(self, request: RateRequest) -> Quote:
        return self.carrier.rate(self.connection, request, self.deadline())

    def rate(self, request: RateRequest, service: str | None = None) -> Rate:
        """The cheapest rate, or the one of a service."""
        quote = self.quote(request)
        return next(rate for rate in quote.rates if service in (None, rate.service))

    def order(self, request: RateRequest, **changes: Any) -> PurchaseRequest:
        rate = changes.pop("rate", None) or self.rate(request, changes.pop("service", None))
        fields = {"purchase_id": an_id("pur"), "label_type": "PDF"} | changes
        return PurchaseRequest(shipment=request, rate=rate, **fields)

    def buy(self, order: PurchaseRequest) -> Sale:
        self.bought[order.purchase_id] = order.shipment
        return self.carrier.buy(self.connection, order, self.deadline())

    def void(self, sale: Sale, **changes: Any) -> Voided:
        request = VoidRequest(
            "void_1",
            sale.purchase_id,
            sale.shipment_identifier,
            sale.tracking_number,
            sale.rate.service,
            sale.meta,
            self.bought.get(sale.purchase_id),
        )
        return self.carrier.void(self.connection, replace(request, **changes), self.deadline())

    def track(self, number: str) -> Tracking:
        return self.carrier.track(self.connection, number, self.deadline())

    def check(self) -> tuple[Message, ...]:
        return tuple(self.carrier.check(self.connection, self.deadline()))


def a_customer(
    profile: Profile, url: str, credentials: dict[str, str | int], sdk: Sdk | None = None, **config: Any
) -> Customer:
    """A customer whose connection goes to `url`."""
    carrier = adapter_of(profile, sdk or Sdk(allow_private_addresses=True), lambda: datetime.now(UTC), os.urandom)
    told = Credentials(lambda: credentials)
    name = f"{profile.carrier_name}-{next(iter(credentials.values()))}"
    config = {"server_url": url, **config}
    return Customer(carrier, Connection(profile.carrier_name, name, A_TENANT, "con_1", 1, told, config))


@dataclass(frozen=True)
class OnTheWire:
    """What goes wrong with one answer, and whether the carrier may have done all the same what it was asked."""

    fault: Fault
    maybe_done: bool


FAULTS = {
    "500": OnTheWire(answers(json_reply({"message": "Internal error"}, 500)), maybe_done=True),
    "a web page with 200": OnTheWire(html(200), maybe_done=True),
    "a web page with 503": OnTheWire(html(503), maybe_done=True),
    "503 until later": OnTheWire(answers(json_reply({"message": "Busy"}, 503, Retry_After="30")), maybe_done=False),
    "429": OnTheWire(answers(json_reply({"message": "Too many requests"}, 429, Retry_After="7")), maybe_done=False),
    "nothing with 200": OnTheWire(empty(200), maybe_done=True),
    "a reset after it was done": OnTheWire(answer_lost, maybe_done=True),
    "an answer that breaks off": OnTheWire(truncated, maybe_done=True),
    "half an answer sent as the whole": OnTheWire(cut_short, maybe_done=True),
}

each_fault = pytest.mark.parametrize("wire", list(FAULTS.values()), ids=list(FAULTS))


def failure(call: Callable[[], object]) -> CarrierError:
    """The error of a call that must fail."""
    with pytest.raises(CarrierError) as raised:
        call()
    return raised.value


def said(messages: Iterable[Message]) -> str:
    """All that a carrier said, in one text."""
    return " | ".join(f"{message.code} {message.message} {message.details}" for message in messages)
