"""Trackers: a parcel's journey as its carrier tells it."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Annotated, Literal, get_args

from pydantic import Field

from chalicelib.domain.messages import Message
from chalicelib.domain.objects import MOST_PAIRS, DayText, DrayObject, Instant, JsonObject, Metadata, Url, known_values

TrackerStatus = Literal[
    "pending",
    "picked_up",
    "unknown",
    "on_hold",
    "cancelled",
    "delivered",
    "in_transit",
    "delivery_delayed",
    "out_for_delivery",
    "ready_for_pickup",
    "delivery_failed",
    "return_to_sender",
]
TRACKER_STATUSES: tuple[TrackerStatus, ...] = get_args(TrackerStatus)
_REASONS = """
    carrier_damaged_parcel carrier_sorting_error carrier_address_not_found carrier_parcel_lost carrier_not_enough_time
    carrier_vehicle_issue carrier_capacity_exceeded carrier_mechanical_delay retailer_cancelled retailer_incorrect_data
    retailer_not_ready retailer_incorrect_parcel retailer_incorrect_dimensions retailer_packaging_issue
    consignee_refused consignee_business_closed consignee_not_available consignee_not_home consignee_cancelled
    consignee_verification_failed consignee_incorrect_address consignee_access_restricted
    consignee_safe_place_unavailable customs_delay customs_documentation customs_duties_unpaid customs_prohibited
    customs_inspection weather_delay natural_disaster force_majeure parcel_being_researched security_issue
    regulatory_hold unknown
"""
INCIDENT_REASONS = tuple(_REASONS.split())
"""Why a parcel is late or does not arrive (the contract's value list *incident reason*)."""
FINAL_STATUSES = frozenset({"delivered", "cancelled", "return_to_sender"})
"""Nothing follows these: the journey has ended."""

Text = Annotated[str, Field(max_length=250)]


class TrackingInfo(DrayObject):
    """What is known about a parcel beside its journey."""

    carrier_tracking_link: Annotated[str, Field(max_length=1000)] | None = None
    """The carrier's own page for the number."""
    customer_name: Text | None = None
    """Who gets the parcel."""
    expected_delivery: Text | None = None
    """The day of delivery that the customer was told."""
    note: Annotated[str, Field(max_length=500)] | None = None
    """A note."""
    order_date: Text | None = None
    """The order's date."""
    order_id: Text | None = None
    """The order's number."""
    package_weight: Text | None = None
    """The weight, as text."""
    package_weight_unit: Text | None = None
    """The unit of the weight."""
    shipment_package_count: Text | None = None
    """How many parcels."""
    shipment_pickup_date: Text | None = None
    """When it was picked up."""
    shipment_delivery_date: Text | None = None
    """When it was delivered."""
    shipment_service: Text | None = None
    """The carrier's service."""
    shipment_origin_country: Text | None = None
    """Where it comes from."""
    shipment_origin_postal_code: Text | None = None
    """Where it comes from."""
    shipment_destination_country: Text | None = None
    """Where it goes."""
    shipment_destination_postal_code: Text | None = None
    """Where it goes."""
    shipping_date: Text | None = None
    """When it was sent."""
    signed_by: Text | None = None
    """Who signed for it."""
    source: Text | None = None
    """The system that it comes from."""


class TrackingEvent(DrayObject):
    """One step of a journey."""

    date: DayText
    """The day, in the place's own calendar: `YYYY-MM-DD`."""
    time: str | None = None
    """The time of the day there: `HH:MM`."""
    timestamp: Instant | None = None
    """The instant, where the carrier tells the zone."""
    status: Annotated[str, known_values(TRACKER_STATUSES)] | None = None
    """The tracker status that this step led to."""
    code: str | None = None
    """The carrier's own code."""
    reason: Annotated[str, known_values(INCIDENT_REASONS)] | None = None
    """What went wrong."""
    description: str | None = None
    """What happened, in the carrier's words."""
    location: str = ""
    """Where."""
    latitude: float | None = None
    """Degrees north."""
    longitude: float | None = None
    """Degrees east."""


class TrackingStatus(DrayObject):
    """A parcel that is followed, as it is answered."""

    id: str
    """The tracker's id."""
    object_type: Literal["tracker"] = "tracker"
    """Always `tracker`."""
    carrier_name: str
    """The carrier."""
    carrier_id: str
    """The connection through which the carrier is asked; the carrier's name where there is none."""
    tracking_number: str
    """The number, without white space and in upper case."""
    info: TrackingInfo | None = None
    """What is known beside the journey."""
    events: tuple[TrackingEvent, ...] = ()
    """The journey, newest first."""
    delivered: bool = False
    """Whether the parcel has arrived."""
    test_mode: bool
    """Whether it is a sandbox's parcel."""
    status: Annotated[str, known_values(TRACKER_STATUSES)] = "pending"
    """Where the parcel is."""
    estimated_delivery: date | None = None
    """The day of delivery that the carrier expects."""
    meta: JsonObject | None = None
    """What the carrier says beside the fields."""
    is_archived: bool = False
    """Whether it was archived."""
    archived_at: Instant | None = None
    """When it was archived."""
    metadata: Metadata = Field(default_factory=dict)
    """The customer's own key-value pairs."""
    messages: tuple[Message, ...] = ()
    """What the carrier, or Dray, says about it."""
    delivery_image_url: Url | None = None
    """A photograph of the delivery."""
    signature_image_url: Url | None = None
    """A picture of the signature."""
    shipment_id: str | None = None
    """The shipment whose label it follows."""
    reference: str | None = None
    """The customer's own reference."""
    order_id: str | None = None
    """The customer's own order number."""
    created_at: Instant
    """When following began."""
    updated_at: Instant
    """When it last changed."""


class Tracker(TrackingStatus):
    """A tracker as it is stored: the answered fields and what only Dray needs."""

    version: int = 0
    """Counts the changes: every update is conditional on it."""
    parcel_numbers: tuple[str, ...] = ()
    """The numbers of all parcels, the master's first, where the shipment has several."""


class Tracking(DrayObject):
    """What a carrier answers about one number."""

    status: TrackerStatus
    events: tuple[TrackingEvent, ...] = ()
    """Newest first."""
    estimated_delivery: date | None = None
    info: TrackingInfo | None = None
    messages: tuple[Message, ...] = ()
    meta: JsonObject | None = None
    """What the carrier says beside the fields."""


def with_tracking(tracker: Tracker, tracking: Tracking, now: Instant) -> Tracker:
    """Return the tracker as the carrier's answer leaves it; what the customer told stays."""
    told = {} if tracker.info is None else tracker.info.model_dump(exclude_none=True)
    found = {} if tracking.info is None else tracking.info.model_dump(exclude_none=True)
    info = TrackingInfo(**(found | told)) if found or told else None
    return tracker.model_copy(
        update={
            "status": tracking.status,
            "delivered": tracking.status == "delivered",
            "events": tracking.events,
            "estimated_delivery": tracking.estimated_delivery,
            "info": info,
            "messages": tracking.messages,
            "meta": tracking.meta,
            "updated_at": now,
        }
    )


def adopted(existing: Tracker, new: Tracker) -> Tracker:
    """Return the tracker that a number has already, as the tracker of the label that was bought with that number."""
    both = existing.metadata | {name: value for name, value in new.metadata.items() if name not in existing.metadata}
    return existing.model_copy(
        update={
            "carrier_id": new.carrier_id,
            "shipment_id": new.shipment_id,
            "parcel_numbers": new.parcel_numbers,
            "reference": existing.reference if existing.reference is not None else new.reference,
            "order_id": existing.order_id if existing.order_id is not None else new.order_id,
            "metadata": dict(islice(both.items(), MOST_PAIRS)),  # more could not be read again
            "updated_at": new.updated_at,
        }
    )
