"""Shipments: what they hold, which states they pass through, and who may do what in which state."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field

from chalicelib.domain.addresses import Address
from chalicelib.domain.customs import Customs, Payment
from chalicelib.domain.messages import Message
from chalicelib.domain.objects import DrayObject, Instant, JsonObject, Metadata, Url, known_values
from chalicelib.domain.options import Options
from chalicelib.domain.parcels import Parcel
from chalicelib.domain.rates import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

LabelType = Literal["PDF", "ZPL", "PNG"]

RefundStatus = Literal["not_applicable", "submitted", "refunded", "rejected"]
REFUND_STATUSES: tuple[RefundStatus, ...] = get_args(RefundStatus)

State = Literal[
    "draft",
    "purchasing",
    "unconfirmed",
    "created",
    "voiding",
    "cancelled",
    "shipped",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "delivery_failed",
    "needs_attention",
]
"""What is stored; `purchasing`, `unconfirmed` and `voiding` are Dray's own and never answered."""

LEASE = timedelta(seconds=60)
"""How long a purchase or void may take before others may ask the carrier what became of it."""

BUYING_CALL_S = 15
"""The longest that a buying call to a carrier may take."""

ShipmentStatus = Literal[
    "draft",
    "created",
    "cancelled",
    "shipped",
    "in_transit",
    "delivered",
    "needs_attention",
    "out_for_delivery",
    "delivery_failed",
]
SHIPMENT_STATUSES: tuple[ShipmentStatus, ...] = get_args(ShipmentStatus)


class ShippingDocument(DrayObject):
    """A document of a bought shipment."""

    category: str
    """`shipping_label`, `return_label` or `commercial_invoice`."""
    format: str
    """`PDF`, `PNG` or `ZPL`."""
    print_format: str | None = None
    """The paper: `4x6`, `A6`, `A4` or `letter`."""
    url: Url | None = None
    """Where to fetch it; signed, and short-lived."""
    base64: str | None = None
    """The document itself, where it was asked for by `inline=true`."""


class StoredDocument(DrayObject):
    """Where a document's bytes are kept."""

    category: str
    format: str
    print_format: str | None = None
    object_key: str
    """The key in the label store: the whole document, all parcels in order."""


class ShipmentFields(DrayObject):
    """What the customer said, and may change while the shipment is a draft."""

    shipper: Address
    """Who sends: the merchant, also for a return."""
    recipient: Address
    """Who receives: the merchant's customer, also for a return."""
    return_address: Address | None = None
    """Where an undeliverable parcel goes."""
    billing_address: Address | None = None
    """Who pays the carrier's bill."""
    parcels: tuple[Parcel, ...]
    """The parcels, in label order."""
    options: Options = Options()
    """Requested extras."""
    payment: Payment = Payment()
    """Who pays the carrier."""
    customs: Customs | None = None
    """The customs declaration."""
    reference: Annotated[str, Field(max_length=100)] | None = None
    """The customer's own reference, printed on the label."""
    order_id: Annotated[str, Field(max_length=50)] | None = None
    """The customer's own order number."""
    label_type: str = "PDF"
    """The label's format: `PDF`, `ZPL` or `PNG`."""
    is_return: bool = False
    """Whether the parcel travels from `recipient` back to `shipper`."""
    service: str | None = None
    """The service to buy, or the one that was bought."""
    services: tuple[str, ...] | None = None
    """Only these services are rated."""
    carrier_ids: tuple[str, ...] | None = None
    """Only these connections are asked."""
    metadata: Metadata = Field(default_factory=dict)
    """The customer's own key-value pairs."""


class ShipmentHead(DrayObject):
    """What a person looks for first in an answer: pydantic writes the fields of the last base first."""

    id: str
    """The shipment's id."""
    object_type: Literal["shipment"] = "shipment"
    """Always `shipment`."""
    status: Annotated[str, known_values(SHIPMENT_STATUSES)] = "draft"
    """Where the shipment is."""


class Shipment(ShipmentFields, ShipmentHead):
    """A shipment as it is answered."""

    rates: tuple[Rate, ...] = ()
    """What carriers ask, cheapest first."""
    messages: tuple[Message, ...] = ()
    """What carriers, or Dray, say about it."""
    selected_rate_id: str | None = None
    """The rate that was bought."""
    selected_rate: Rate | None = None
    """The rate that was bought, at the price that was paid."""
    carrier_name: str | None = None
    """The carrier that sold the label."""
    carrier_id: str | None = None
    """The connection through which it was bought."""
    tracking_number: str | None = None
    """The number to follow; the master's where there are several parcels."""
    tracking_url: Url | None = None
    """The carrier's page for the number."""
    shipment_identifier: str | None = None
    """The carrier's own id of the shipment."""
    refund_status: Annotated[str, known_values(REFUND_STATUSES)] | None = None
    """What becomes of the money once it is cancelled: null until then, `not_applicable` where there is none to give
    back, or the carrier was not told."""
    tracker_id: str | None = None
    """The tracker that follows the parcel."""
    label_url: Url | None = None
    """Where to fetch the label; signed, and short-lived."""
    invoice_url: Url | None = None
    """Where to fetch the commercial invoice; signed, and short-lived."""
    shipping_documents: tuple[ShippingDocument, ...] = ()
    """The label and what goes with it."""
    return_shipment: JsonObject | None = None
    """A return label that came with the outbound one."""
    meta: JsonObject | None = None
    """What the carrier or Dray says beside the fields."""
    is_archived: bool = False
    """Whether it was archived."""
    archived_at: Instant | None = None
    """When it was archived."""
    test_mode: bool
    """Whether it belongs to the world of sandboxes."""
    created_at: Instant
    """When it was made."""
    updated_at: Instant
    """When it last changed."""


class Attempt(DrayObject):
    """A purchase or void under way: written before the carrier is called, so that a crash leaves a trace."""

    id: str
    """The purchase's or void's own id, which the carrier is told."""
    order_id: str | None = None
    """The order that it carries out: tries under one idempotency key share it."""
    since: Instant
    """When it began."""
    lease_until: Instant
    """Until then nobody else touches the shipment."""
    look_at: Instant | None = None
    """When the sweep asks the carrier what became of it; None when it has asked for long enough."""
    rate: Rate | None = None
    """The rate that is being bought."""
    carrier_name: str
    """The carrier that is asked."""
    carrier_id: str
    """The connection through which it is asked."""


class ShipmentRecord(Shipment):
    """A shipment as it is stored: the answered fields and what only Dray needs."""

    state: State = "draft"
    """The stored state; `status` is what is shown of it."""
    version: int = 0
    """Counts the changes: every update is conditional on it."""
    attempt: Attempt | None = None
    """The purchase or void under way, or the last one that stayed unconfirmed."""
    given_up: tuple[Attempt, ...] = ()
    """Purchases and voids that were given up and may still turn out to be carried out: the sweep asks again."""
    purchase_id: str | None = None
    """The purchase that got the label."""
    void_id: str | None = None
    """The void that cancelled the label."""
    documents: tuple[StoredDocument, ...] = ()
    """Where the label and its companions are kept."""
    parcel_labels: tuple[StoredDocument, ...] = ()
    """Each parcel's own label, in order, where there are several."""


def shown_status(record: ShipmentRecord, now: datetime) -> str:
    """Return the status that a customer sees: the wire knows nothing of leases and voids."""
    if record.state == "purchasing":
        return "draft" if record.attempt is not None and now < record.attempt.lease_until else "needs_attention"
    if record.state == "unconfirmed":
        return "needs_attention"
    if record.state == "voiding":
        return "created"
    return record.state


def is_bought(record: ShipmentRecord) -> bool:
    """Return whether a label was sold and not voided."""
    return record.state not in ("draft", "purchasing", "unconfirmed", "cancelled")


def is_under_way(record: ShipmentRecord) -> bool:
    """Return whether a purchase or void was begun and has no outcome yet."""
    return record.state in ("purchasing", "voiding")


def lease_is_held(record: ShipmentRecord, now: datetime) -> bool:
    """Return whether somebody is buying or voiding right now."""
    return is_under_way(record) and record.attempt is not None and now < record.attempt.lease_until


STATE_BY_TRACKING: Mapping[str, State] = {
    "picked_up": "shipped",
    "in_transit": "in_transit",
    "delivery_delayed": "in_transit",
    "ready_for_pickup": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "delivery_failed": "delivery_failed",
    "on_hold": "needs_attention",
    "return_to_sender": "needs_attention",
}
"""The state that a parcel's journey gives its shipment; other tracker statuses say nothing about it."""


def followed(record: ShipmentRecord, tracker_status: str, now: datetime) -> ShipmentRecord | None:
    """Return the shipment as its parcel's journey leaves it; None when nothing changes or no parcel travels."""
    state = STATE_BY_TRACKING.get(tracker_status)
    if state is None or state == record.state or not is_bought(record) or record.state == "voiding":
        return None
    return record.model_copy(update={"state": state, "updated_at": now})
