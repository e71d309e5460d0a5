"""What tests of carriers that sell one parcel a call start from: such a carrier with books, a script and a clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from threading import Lock
from typing import Any, Literal

from chalicelib.carriers.gateway.piecewise import PiecewiseCarrier
from chalicelib.carriers.profiles.canadapost import PROFILE
from chalicelib.domain.addresses import Address
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierTimeout, CarrierUnavailable
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import CannotSay, Connection, Document, PurchaseRequest, Sale, Voided, VoidRequest
from chalicelib.domain.rates import Charge, Quote, Rate, RateRequest
from chalicelib.domain.shipments import BUYING_CALL_S
from chalicelib.domain.trackers import Tracking
from tests.builders import A_TENANT, NOW, a_parcel, a_rate, an_address, an_id
from tests.stand_ins.prints import pdf

NAME, ACCOUNT, SERVICE = "canadapost", "post-main", "canadapost_xpresspost"

Buying = Literal["sells", "refuses", "fails", "loses the answer", "loses the request", "breaks", "dawdles"]
"""How a purchase ends: `fails` surely sold nothing; of what is lost nobody hears whether it was sold; `breaks` raises
what no carrier should; `dawdles` sells, and leaves no time for another."""

Voiding = Literal["voids", "refuses", "loses the answer", "loses the request"]


def said(code: str, words: str, **details: str) -> Message:
    return Message(code=code, message=words, details=details, carrier_name=NAME, carrier_id=ACCOUNT)


@cache
def printed(number: str) -> bytes:
    return pdf([number], (4, 6))


def error_of(kind: type[CarrierError], code: str, *, maybe_done: bool = False) -> CarrierError:
    return kind(f"It was {code}", (said(code, f"It was {code}"),), maybe_done=maybe_done)


@dataclass
class Watch:
    """A monotonic clock that stands until it is moved."""

    now_s: float = 0

    def __call__(self) -> float:
        return self.now_s

    def deadline(self, seconds: float = BUYING_CALL_S) -> Deadline:
        return Deadline.after(seconds, self)


@dataclass
class Label:
    """One label in the books."""

    purchase_id: str
    number: str
    identifier: str
    is_live: bool = True


@dataclass
class Clerk:
    """A carrier that sells one parcel a call, as its script says; `labels` are its books."""

    carrier_name: str = NAME
    buying: Sequence[Buying] = ()
    voiding: dict[int, Voiding] = field(default_factory=dict)
    """By the label's place in the books."""
    quotes: dict[Decimal, Quote | CarrierError] = field(default_factory=dict)
    """By the parcel's weight; others get `price` a kilogram."""
    price: Decimal = Decimal(10)
    takes_s: float = 0.5
    watch: Watch = field(default_factory=Watch)
    labels: list[Label] = field(default_factory=list)
    asked: list[RateRequest] = field(default_factory=list)
    orders: list[PurchaseRequest] = field(default_factory=list)
    untils: list[float] = field(default_factory=list)
    """When each purchase was to have ended."""
    voids: list[VoidRequest] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    """What of each sale is otherwise."""
    lock: Lock = field(default_factory=Lock)

    @property
    def live(self) -> list[Label]:
        return [label for label in self.labels if label.is_live]

    def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
        assert (connection, deadline.left_s() > 0) == (A_CONNECTION, True)
        with self.lock:
            self.asked.append(request)
        (parcel,) = request.parcels
        quote = self.quotes.get(parcel.weight) or Quote(rates=(priced(self.price * parcel.weight),))
        if isinstance(quote, CarrierError):
            raise quote
        return quote

    def buy(self, connection: Connection, order: PurchaseRequest, deadline: Deadline) -> Sale:
        assert (connection, len(order.shipment.parcels)) == (A_CONNECTION, 1)
        index = len(self.orders)
        self.orders.append(order)
        self.untils.append(deadline.at_s)
        how = self.buying[index] if index < len(self.buying) else "sells"
        self.watch.now_s = deadline.at_s - 0.5 if how == "dawdles" else self.watch.now_s + self.takes_s
        if how == "breaks":
            raise ZeroDivisionError
        if how == "refuses":
            raise error_of(CarrierRejected, "refused")
        if how == "fails":
            raise error_of(CarrierUnavailable, "down")
        if how == "loses the request":
            raise error_of(CarrierTimeout, "late", maybe_done=True)
        label = Label(order.purchase_id, f"T{index + 1}", f"ID{index + 1}")
        self.labels.append(label)
        if how == "loses the answer":
            raise error_of(CarrierUnavailable, "lost", maybe_done=True)
        return self._sale(order, label, index)

    def _sale(self, order: PurchaseRequest, label: Label, index: int) -> Sale:
        fields: dict[str, Any] = {
            "purchase_id": order.purchase_id,
            "sold_at": NOW,
            "tracking_numbers": (label.number,),
            "shipment_identifier": label.identifier,
            "rate": order.rate,
            "documents": (Document("shipping_label", "PDF", printed(label.number), "4x6"),),
            "tracking_url": f"https://post.example/{label.number}",
            "meta": {"service_name": "Xpresspost", "own": label.number},
        }
        return Sale(**(fields | (self.changes[index] if index < len(self.changes) else {})))

    def void(self, connection: Connection, request: VoidRequest, deadline: Deadline) -> Voided:
        assert connection == A_CONNECTION
        with self.lock:
            self.voids.append(request)
        if deadline.left_s() <= 0:
            raise error_of(CarrierTimeout, "late")
        index = next(place for place, one in enumerate(self.labels) if one.identifier == request.shipment_identifier)
        how = self.voiding.get(index, "voids")
        if how == "refuses" and self.labels[index].is_live:
            raise error_of(CarrierRejected, "in_use")
        if how == "loses the request":
            raise error_of(CarrierTimeout, "late", maybe_done=True)
        self.labels[index].is_live = False
        if how == "loses the answer":
            raise error_of(CarrierUnavailable, "lost", maybe_done=True)
        return Voided(request.void_id, NOW, "submitted", (said("ticket", "A refund is asked for"),))

    def track(self, connection: Connection, tracking_number: str, deadline: Deadline) -> Tracking:
        assert (connection, deadline.left_s() > 0) == (A_CONNECTION, True)
        return Tracking(status="delivered", meta={"number": tracking_number})

    def find_purchase(self, connection: Connection, purchase_id: str, deadline: Deadline) -> Sale | None:
        assert (connection, deadline.left_s() > 0) == (A_CONNECTION, True)
        raise CannotSay(purchase_id)

    def find_void(self, connection: Connection, request: VoidRequest, deadline: Deadline) -> Voided | None:
        assert (connection, deadline.left_s() > 0) == (A_CONNECTION, True)
        raise CannotSay(request.void_id)

    def check(self, connection: Connection, deadline: Deadline) -> tuple[Message, ...]:
        assert (connection, deadline.left_s() > 0) == (A_CONNECTION, True)
        return (said("ready", "It accepts the credentials"),)


@dataclass
class Window:
    """A customer of the clerk's: says in a line what the port needs several objects for."""

    clerk: Clerk = field(default_factory=Clerk)

    @property
    def carrier(self) -> PiecewiseCarrier:
        return PiecewiseCarrier(self.clerk, PROFILE)

    def rate(self, request: RateRequest) -> Quote:
        return self.carrier.rate(A_CONNECTION, request, self.clerk.watch.deadline())

    def buy(self, order: PurchaseRequest, seconds: float = BUYING_CALL_S) -> Sale:
        return self.carrier.buy(A_CONNECTION, order, self.clerk.watch.deadline(seconds))

    def void(self, request: VoidRequest, seconds: float = BUYING_CALL_S) -> Voided:
        return self.carrier.void(A_CONNECTION, request, self.clerk.watch.deadline(seconds))


A_CONNECTION = Connection(NAME, ACCOUNT, A_TENANT, id="con_1")


def priced(price: Decimal | int | str, service: str = SERVICE, **changes: Any) -> Rate:
    """A rate whose charges are a base and a tenth of fuel."""
    total = Decimal(price)
    parts = {"Base": total - total / 10, "Fuel": total / 10}
    fields: dict[str, Any] = {
        "carrier_name": NAME,
        "carrier_id": ACCOUNT,
        "currency": "CAD",
        "total_charge": total,
        "extra_charges": tuple(Charge(name=name, amount=part, currency="CAD") for name, part in parts.items()),
        "transit_days": 2,
        "estimated_delivery": None,
        "meta": {"service_name": "Xpresspost"},
    }
    return a_rate(service, **(fields | changes))


def in_canada(**changes: Any) -> Address:
    place = {"country_code": "CA", "state_code": "ON", "city": "Ottawa", "postal_code": "K1A 0B1"}
    return an_address(**(place | changes))


def parcels(*kilograms: int | str) -> tuple[Any, ...]:
    return tuple(a_parcel(weight=Decimal(weight)) for weight in kilograms)


def a_request(**changes: Any) -> RateRequest:
    """Two parcels, of one and two kilograms, within Canada."""
    fields: dict[str, Any] = {"shipper": in_canada(), "recipient": in_canada(), "parcels": parcels(1, 2)}
    return RateRequest(**(fields | changes))


def an_order(request: RateRequest | None = None, **changes: Any) -> PurchaseRequest:
    asked = request or a_request()
    prices = [Decimal(10) * parcel.weight for parcel in asked.parcels]
    meta = {"service_name": "Xpresspost", "parcel_charges": [str(price) for price in prices]}
    fields: dict[str, Any] = {
        "purchase_id": an_id("pur"),
        "rate": priced(sum(prices, Decimal(0)), meta=meta),
        "label_type": "PDF",
    }
    return PurchaseRequest(shipment=asked, **(fields | changes))


def a_void_of(sale: Sale, **changes: Any) -> VoidRequest:
    """The void of a sale, as the services ask for it."""
    fields: dict[str, Any] = {
        "void_id": an_id("void"),
        "purchase_id": sale.purchase_id,
        "shipment_identifier": sale.shipment_identifier,
        "tracking_number": sale.tracking_numbers[0],
        "service": sale.rate.service,
        "meta": {**(sale.meta or {}), "tracking_numbers": list(sale.tracking_numbers)},
    }
    return VoidRequest(**(fields | changes))
