"""Objects that are valid as they come: a test states only what matters to it."""

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.domain.addresses import Address
from chalicelib.domain.connections import ConnectionRecord
from chalicelib.domain.ids import AccountId, new_id
from chalicelib.domain.messages import Message
from chalicelib.domain.options import Options
from chalicelib.domain.parcels import Parcel
from chalicelib.domain.rates import Charge, Rate, in_order_of_price
from chalicelib.domain.shipments import LEASE, Attempt, ShipmentRecord, StoredDocument
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.trackers import Tracker, TrackingEvent

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
"""The clock of most tests: a Tuesday."""

A_TENANT = Tenant(AccountId("acc_01KAT5F2G8QWERTY0123456789"), "test")
ITS_LIVE_MODE = Tenant(A_TENANT.account_id, "live")
ANOTHER_TENANT = Tenant(AccountId("acc_01KAT5F2G8ASDFGH9876543210"), "test")

SERVICES = {
    "sandbox_economy": ("Sandbox Economy", "8.42", 5),
    "sandbox_ground": ("Sandbox Ground", "9.87", 3),
    "sandbox_express": ("Sandbox Express", "18.30", 2),
    "sandbox_overnight": ("Sandbox Overnight", "31.15", 1),
    "sandbox_overnight_early": ("Sandbox Overnight Early", "46.60", 1),
}
"""By service: its name for people, a price in USD and the days that it takes."""


def an_id(prefix: str, now: datetime = NOW) -> str:
    """A new id, made at `now`."""
    return new_id(prefix, now, os.urandom)


def an_address(**changes: Any) -> Address:
    fields = {
        "id": an_id("adr"),
        "person_name": "Ada Byron",
        "company_name": "Analytical Goods Inc.",
        "email": "ada@example.com",
        "phone_number": "+1 212 555 0147",
        "address_line1": "350 5th Avenue",
        "address_line2": "Floor 21",
        "city": "New York",
        "state_code": "NY",
        "postal_code": "10118",
        "country_code": "US",
        "residential": False,
    }
    return Address(**(fields | changes))


def a_recipient(**changes: Any) -> Address:
    """Another address, a home in the same country."""
    fields = {
        "person_name": "Charles Babbage",
        "company_name": None,
        "email": "charles@example.com",
        "phone_number": "+1 415 555 0123",
        "address_line1": "1455 Market Street",
        "address_line2": None,
        "city": "San Francisco",
        "state_code": "CA",
        "postal_code": "94103",
        "residential": True,
    }
    return an_address(**(fields | changes))


def a_parcel(**changes: Any) -> Parcel:
    fields = {
        "id": an_id("pcl"),
        "weight": Decimal("1.5"),
        "weight_unit": "KG",
        "length": Decimal(30),
        "width": Decimal(20),
        "height": Decimal(15),
        "dimension_unit": "CM",
        "packaging_type": "your_packaging",
        "description": "Brass gears",
    }
    return Parcel(**(fields | changes))


def a_rate(service: str = "sandbox_ground", **changes: Any) -> Rate:
    name, price, days = SERVICES.get(service, (service, "10.00", 2))
    total = Decimal(price)
    extras = {"fuel_surcharge": "0.87", "residential_surcharge": "1.05", "signature_confirmation": "2.80"}
    extras["insurance"] = "1.50"
    base = total - sum(Decimal(extra) for extra in extras.values())
    parts = {"base_charge": base} | {key: Decimal(extra) for key, extra in extras.items()}
    fields = {
        "id": an_id("rate"),
        "carrier_name": "sandbox",
        "carrier_id": "sandbox",
        "currency": "USD",
        "service": service,
        "total_charge": total,
        "transit_days": days,
        "extra_charges": tuple(
            Charge(id=key, name=key.capitalize().replace("_", " "), amount=amount, currency="USD")
            for key, amount in parts.items()
        ),
        "estimated_delivery": (NOW + timedelta(days=days)).date(),
        "meta": {"service_name": name, "billed_weight_kg": 1.5, "zone": "domestic-6"},
        "test_mode": True,
    }
    return Rate(**(fields | changes))


def a_shipment(*, now: datetime = NOW, **changes: Any) -> ShipmentRecord:
    """A draft, rated in five services, with the options and metadata that a shop tells."""
    fields: dict[str, Any] = {
        "id": an_id("shp", now),
        "shipper": an_address(),
        "recipient": a_recipient(),
        "parcels": (a_parcel(),),
        "options": Options(signature_confirmation=True, insurance=Decimal(100), currency="USD"),
        "rates": in_order_of_price([a_rate(service) for service in SERVICES]),
        "messages": (),
        "metadata": {"order": "100-2041", "channel": "web", "gift": False},
        "test_mode": True,
        "created_at": now,
        "updated_at": now,
    }
    return ShipmentRecord(**(fields | changes))


def an_attempt(**changes: Any) -> Attempt:
    fields = {
        "id": an_id("pur"),
        "since": NOW,
        "lease_until": NOW + LEASE,
        "rate": a_rate(),
        "carrier_name": "sandbox",
        "carrier_id": "sandbox",
    }
    return Attempt(**(fields | changes))


def bought(record: ShipmentRecord, **changes: Any) -> ShipmentRecord:
    """`record`, a shipment in `purchasing`, as the carrier's sale leaves it."""
    assert record.attempt is not None
    assert record.attempt.rate is not None
    number = f"SBX{record.attempt.id[-14:]}"
    stem = f"{record.id}/{record.attempt.id}"
    fields = {
        "state": "created",
        "status": "created",
        "attempt": None,
        "purchase_id": record.attempt.id,
        "selected_rate": record.attempt.rate,
        "selected_rate_id": record.attempt.rate.id,
        "service": record.attempt.rate.service,
        "carrier_name": record.attempt.carrier_name,
        "carrier_id": record.attempt.carrier_id,
        "tracking_number": number,
        "tracking_url": f"https://example.com/track/{number}",
        "shipment_identifier": record.attempt.id,
        "meta": {"tracking_numbers": [number], "service_name": "Sandbox Ground"},
        "documents": (
            StoredDocument(category="shipping_label", format="PDF", print_format="4x6", object_key=f"{stem}/label.pdf"),
        ),
        "updated_at": NOW + timedelta(seconds=1),
    }
    return record.model_copy(update=fields | changes)


def a_tracker(*, now: datetime = NOW, **changes: Any) -> Tracker:
    fields: dict[str, Any] = {
        "id": an_id("trk", now),
        "carrier_name": "sandbox",
        "carrier_id": "sandbox",
        "tracking_number": f"SBX{an_id('trk')[-14:]}",
        "events": (
            an_event(
                status="in_transit", code="AR", description="Arrived at the sorting centre", location="Newark, NJ"
            ),
            an_event(),
        ),
        "status": "in_transit",
        "estimated_delivery": date(2026, 11, 27),
        "test_mode": True,
        "created_at": now,
        "updated_at": now,
    }
    return Tracker(**(fields | changes))


def an_event(**changes: Any) -> TrackingEvent:
    fields = {
        "date": "2026-11-24",
        "time": "10:05",
        "timestamp": NOW,
        "status": "picked_up",
        "code": "PU",
        "description": "Picked up from the shipper",
        "location": "New York, NY",
    }
    return TrackingEvent(**(fields | changes))


def a_tracker_of(record: ShipmentRecord, **changes: Any) -> Tracker:
    """The tracker of a label that was just bought."""
    fields: dict[str, Any] = {
        "carrier_name": record.carrier_name,
        "carrier_id": record.carrier_id,
        "tracking_number": record.tracking_number,
        "events": (),
        "status": "pending",
        "estimated_delivery": None,
        "shipment_id": record.id,
        "reference": record.reference,
        "order_id": record.order_id,
        "metadata": record.metadata,
    }
    return a_tracker(**(fields | changes))


def a_message(**changes: Any) -> Message:
    fields = {
        "message": "The sandbox refuses this",
        "code": "refused",
        "carrier_name": "sandbox",
        "carrier_id": "sandbox",
    }
    return Message(**(fields | changes))


def a_connection(*, now: datetime = NOW, **changes: Any) -> ConnectionRecord:
    """A stored connection to UPS, in test mode."""
    identifier = an_id("con", now)
    fields: dict[str, Any] = {
        "id": identifier,
        "carrier_name": "ups",
        "display_name": "UPS",
        "carrier_id": f"ups-{identifier[-8:]}",
        "config": {"label_type": "ZPL"},
        "metadata": {"warehouse": "Berlin"},
        "test_mode": True,
        "created_at": now,
        "updated_at": now,
        "sealed_credentials": os.urandom(120),
    }
    return ConnectionRecord(**(fields | changes))
