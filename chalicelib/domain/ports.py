"""Ports: what the services need from the outside, as Protocols; each adapter says how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from chalicelib.domain.credentials import NO_CREDENTIALS, Credentials

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.messages import Message
    from chalicelib.domain.objects import JsonObject
    from chalicelib.domain.pages import Page, PageRequest
    from chalicelib.domain.rates import Quote, Rate, RateRequest
    from chalicelib.domain.shipments import LabelType, RefundStatus, ShipmentFields, ShipmentRecord
    from chalicelib.domain.tenants import Tenant
    from chalicelib.domain.trackers import Tracker, TrackerStatus, Tracking


@dataclass(frozen=True)
class Connection:
    """A customer's account with a carrier; in test mode the embedded sandbox is one."""

    carrier_name: str
    carrier_id: str
    tenant: Tenant
    id: str = ""
    """The stored connection's id; the embedded sandbox has none."""
    version: int = 0
    """Counts the changes of the stored connection."""
    credentials: Credentials = NO_CREDENTIALS
    config: JsonObject = field(default_factory=dict)
    """The carrier's settings for this account, `server_url` among them."""
    capabilities: frozenset[str] = frozenset()
    """What the customer uses it for; empty means for all that the carrier can do."""

    def may(self, capability: str) -> bool:
        """Return whether the customer uses the connection for this."""
        return not self.capabilities or capability in self.capabilities


@dataclass(frozen=True)
class PurchaseRequest:
    """One label to buy: the carrier gets `purchase_id` as its own idempotency key or reference."""

    purchase_id: str
    shipment: RateRequest
    rate: Rate
    label_type: LabelType
    order_id: str | None = None
    """The customer's own order number."""


@dataclass(frozen=True)
class Document:
    """A label or paper as bytes."""

    category: str
    """`shipping_label`, `return_label` or `commercial_invoice`."""
    format: str
    """`PDF`, `PNG` or `ZPL`."""
    content: bytes
    print_format: str | None = None
    """`4x6` or `letter`."""


@dataclass(frozen=True)
class Sale:
    """A label that a carrier sold."""

    purchase_id: str
    sold_at: datetime
    tracking_numbers: tuple[str, ...]
    """One a parcel, in order."""
    shipment_identifier: str
    """What the carrier wants to hear when the label is voided."""
    rate: Rate
    """At the price that the carrier took."""
    documents: tuple[Document, ...]
    """The label of all parcels, one after the other, then what goes with it."""
    parcel_labels: tuple[Document, ...] = ()
    """Each parcel's own label, in order, where there are several."""
    tracking_url: str | None = None
    messages: tuple[Message, ...] = ()
    meta: JsonObject | None = None
    master_number: str | None = None
    """The shipment's own number, where it is not the first parcel's."""

    @property
    def tracking_number(self) -> str:
        """The number by which the shipment is tracked: the master's."""
        return self.master_number or self.tracking_numbers[0]


@dataclass(frozen=True)
class VoidRequest:
    """One label to void."""

    void_id: str
    purchase_id: str
    shipment_identifier: str
    tracking_number: str
    service: str | None = None
    meta: JsonObject | None = None
    """The sold shipment's `meta`: what else the carrier may want to hear."""
    shipment: RateRequest | ShipmentFields | None = None
    """What the label is for, where that is known: some carriers want to hear of it again."""


@dataclass(frozen=True)
class Voided:
    """A label that a carrier took back."""

    void_id: str
    voided_at: datetime
    refund_status: RefundStatus = "submitted"
    """What becomes of the money: `submitted` where the carrier decides on it later."""
    messages: tuple[Message, ...] = ()


class CannotSay(Exception):
    """The carrier cannot tell what became of a purchase or void."""


class Carrier(Protocol):
    """One kind of carrier. Every call may raise a `CarrierError`; each keeps to its deadline."""

    carrier_name: str

    def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
        """Return the services that the carrier offers, with what it has to say about the others."""

    def buy(self, connection: Connection, request: PurchaseRequest, deadline: Deadline) -> Sale:
        """Buy one label. Never retried by the transport; a second call with the same purchase id sells nothing new.

        Raises `CarrierError` with `maybe_done` set when it may have been sold although no answer came.
        """

    def void(self, connection: Connection, request: VoidRequest, deadline: Deadline) -> Voided:
        """Take the label back."""

    def track(self, connection: Connection, tracking_number: str, deadline: Deadline) -> Tracking:
        """Return the journey so far."""

    def find_purchase(self, connection: Connection, purchase_id: str, deadline: Deadline) -> Sale | None:
        """Return the label that was sold under this purchase id, None when none was; raises `CannotSay`."""

    def find_void(self, connection: Connection, request: VoidRequest, deadline: Deadline) -> Voided | None:
        """Return the void that was carried out under this void id, None when none was; raises `CannotSay`."""

    def check(self, connection: Connection, deadline: Deadline) -> Sequence[Message]:
        """Make a harmless call with the connection's credentials; return what the carrier said.

        Raises `CarrierRejected` when it refuses them.
        """


class AdvancingCarrier(Carrier, Protocol):
    """A sandbox, whose parcels move when they are told to."""

    def advance(self, connection: Connection, tracking_number: str, status: TrackerStatus, now: datetime) -> Tracking:
        """Move the parcel to `status` and return the journey so far."""


class Carriers(Protocol):
    """Which connections a tenant has, and which adapter speaks for a carrier."""

    def connections(self, tenant: Tenant) -> Sequence[Connection]:
        """Return the tenant's active connections, the oldest first."""

    def connection(self, tenant: Tenant, carrier_name: str, carrier_id: str) -> Connection:
        """Return one connection, also one that is not active; raises `NotFound`."""

    def offers(self, carrier_name: str, services: Collection[str]) -> bool:
        """Return whether the carrier may have one of the services; False saves a call."""

    def adapter(self, carrier_name: str) -> Carrier:
        """Return the adapter; raises `KeyError` for an unknown carrier."""

    def sandbox(self) -> AdvancingCarrier:
        """Return the sandbox's adapter."""


class LabelStore(Protocol):
    """Where labels and papers are kept as bytes."""

    def put(self, tenant: Tenant, object_key: str, content: bytes) -> None:
        """Keep `content`; it is durable on return. Writing the same again changes nothing."""

    def check(self, tenant: Tenant) -> None:
        """Raise `Unavailable` unless something can be kept at this moment: no label is bought that could not be."""

    def get(self, tenant: Tenant, object_key: str) -> bytes:
        """Return the bytes; raises `NotFound`."""

    def link(self, tenant: Tenant, object_key: str) -> str | None:
        """Return a short-lived address that a client may fetch from; None where the bytes are answered directly."""


class ShipmentRepository(Protocol):
    """The shipments' table. Every change but `add` is conditional; a lost race raises `Conflict`."""

    def add(self, tenant: Tenant, record: ShipmentRecord) -> None:
        """Store a new draft."""

    def get(self, tenant: Tenant, shipment_id: str) -> ShipmentRecord:
        """Return it, strongly consistent; raises `NotFound`."""

    def page(self, tenant: Tenant, request: PageRequest) -> Page[ShipmentRecord]:
        """Return one page, newest first."""

    def due(self, now: datetime) -> Iterator[tuple[Tenant, str]]:
        """Return, of all tenants, the ids of shipments about which a carrier is to be asked by `now`.

        They are read as far as somebody asks, and may be out of date.
        """

    def save(self, tenant: Tenant, record: ShipmentRecord) -> ShipmentRecord:
        """Store a change conditional on `record.version`; return it with the version counted up."""

    def complete(self, tenant: Tenant, record: ShipmentRecord, tracker: Tracker) -> ShipmentRecord:
        """Store a bought shipment and its tracker in one transaction, conditional on the attempt and the version.

        A tracker that exists already for that number is adopted. Returns the shipment with its `tracker_id`.
        """


class TrackerRepository(Protocol):
    """The trackers' table: one tracker a tenant, carrier and number under any concurrency."""

    def add(self, tenant: Tenant, tracker: Tracker) -> Tracker:
        """Store a new tracker, or return the one that exists for this carrier and number."""

    def get(self, tenant: Tenant, tracker_id: str) -> Tracker:
        """Return it, strongly consistent; raises `NotFound`."""

    def find(self, tenant: Tenant, carrier_name: str, tracking_number: str) -> Tracker | None:
        """Return the tracker of this number, if any."""

    def page(self, tenant: Tenant, request: PageRequest) -> Page[Tracker]:
        """Return one page, newest first."""

    def save(self, tenant: Tenant, tracker: Tracker) -> Tracker:
        """Store a change conditional on `tracker.version`; return it with the version counted up."""

    def remove(self, tenant: Tenant, tracker: Tracker) -> None:
        """Delete the tracker and free its number."""


class Encryption(Protocol):
    """Encryption at rest, bound to a context that must be told again to decrypt."""

    def encrypt(self, plaintext: bytes, context: dict[str, str]) -> bytes:
        """Return the ciphertext."""

    def decrypt(self, ciphertext: bytes, context: dict[str, str]) -> bytes:
        """Return the plaintext; raises `ValueError` when the context or the key is another."""
