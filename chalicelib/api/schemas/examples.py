"""Examples: one parcel's way from San Francisco to New York; requests as sent, answers made from them by the models."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any

from chalicelib.api.schemas.api_keys import ApiKey, ApiKeyList, NewApiKey
from chalicelib.api.schemas.carrier_examples import CARRIER_NAME, carrier, some_references
from chalicelib.api.schemas.carriers import CarrierList
from chalicelib.api.schemas.lists import CarrierConnectionList, ShipmentList, TrackerList
from chalicelib.api.schemas.shipments import ShipmentData
from chalicelib.domain import ids
from chalicelib.domain.connections import CarrierConnection, ConnectionTest
from chalicelib.domain.rates import Charge, Rate, RateResponse
from chalicelib.domain.shipments import Shipment, ShippingDocument
from chalicelib.domain.trackers import TrackingEvent, TrackingInfo, TrackingStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic import BaseModel

Json = dict[str, Any]

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
"""When the examples take place."""

SHIPPER = {
    "company_name": "Golden Gate Goods",
    "address_line1": "1 Ferry Building",
    "city": "San Francisco",
    "state_code": "CA",
    "postal_code": "94111",
    "country_code": "US",
    "phone_number": "+1 415 555 0132",
    "email": "shipping@example.com",
}
RECIPIENT = {
    "person_name": "Ada Byron",
    "address_line1": "350 5th Avenue",
    "address_line2": "Floor 21",
    "city": "New York",
    "state_code": "NY",
    "postal_code": "10118",
    "country_code": "US",
}
PARCEL = {
    "weight": 1.2,
    "weight_unit": "KG",
    "length": 30,
    "width": 20,
    "height": 10,
    "dimension_unit": "CM",
    "description": "Two paperbacks",
}

TRACKING_NUMBER = "SBX025190570139378"
TEST_NUMBER = "SBX000000006100002"
"""One of the sandbox's fixed numbers: always `in_transit`."""

REQUESTS: Mapping[str, Json] = {
    "compare_rates": {"shipper": SHIPPER, "recipient": RECIPIENT, "parcels": [PARCEL]},
    "create_shipment": {
        "shipper": SHIPPER,
        "recipient": RECIPIENT,
        "parcels": [PARCEL],
        "reference": "PO-1042",
        "order_id": "1042",
        "metadata": {"channel": "web"},
    },
    "update_shipment": {"reference": "PO-1042-B", "metadata": {"channel": None, "gift": True}},
    "rate_shipment": {"services": ["sandbox_ground"]},
    "purchase_shipment": {"service": "sandbox_ground"},
    "create_tracker": {"tracking_number": TEST_NUMBER, "carrier_name": "sandbox", "order_id": "1042"},
    "update_tracker": {"info": {"customer_name": "Ada Byron"}, "metadata": {"channel": "web"}},
    "advance_tracker": {"status": "out_for_delivery"},
    "create_connection": {
        "carrier_name": "ups",
        "carrier_id": "ups-berlin",
        "credentials": {"client_id": "my-client-id", "client_secret": "my-client-secret", "account_number": "A1B2C3"},
        "metadata": {"warehouse": "Berlin"},
    },
    "update_connection": {"active": False, "metadata": {"warehouse": None}},
    "create_api_key": {"name": "warehouse", "role": "standard", "expires_at": "2027-11-24T00:00:00Z"},
}
"""A request body by operation."""


def _new_ids() -> Callable[[str], str]:
    numbers = count()
    return lambda prefix: ids.new_id(prefix, AT, lambda size: sha256(b"%d" % next(numbers)).digest()[:size])


_id = _new_ids()

PATH_PARAMETERS: Mapping[str, str] = {
    "shipment_id": _id("shp"),
    "tracker_id": _id("trk"),
    "key_id": _id("key"),
    "connection_id": _id("con"),
    "carrier_name": CARRIER_NAME,
    "token": "eyJhIjoiYWNjXzAxTTg2RTgxRTAi",
}
"""An example by path parameter."""


def answers(base: str) -> dict[str, Any]:
    """Return the body of a successful answer by operation; links in it begin with `base`."""
    return dict(_answers(base))


def _answers(base: str) -> Iterator[tuple[str, Any]]:
    draft, bought = _draft(), _bought(base)
    tracker = _tracker()
    ground = draft.model_copy(update={"services": ("sandbox_ground",), "rates": draft.rates[1:]})
    changed = bought.model_copy(update={"reference": "PO-1042-B", "metadata": {"gift": True}})
    told = tracker.model_copy(update={"info": TrackingInfo(customer_name="Ada Byron"), "metadata": {"channel": "web"}})
    key, connection = _key(), _connection()
    yield "get_health", {"status": "ok"}
    yield "get_openapi", {"openapi": "3.1.0"}
    yield "compare_rates", _json(RateResponse(rates=_rates()))
    yield "create_shipment", _json(draft)
    yield "list_shipments", _page(ShipmentList, bought)
    yield "get_shipment", _json(bought)
    yield "update_shipment", _json(changed)
    yield "cancel_shipment", _json(draft.model_copy(update={"status": "cancelled", "refund_status": "not_applicable"}))
    yield "rate_shipment", _json(ground)
    yield "purchase_shipment", _json(bought)
    yield "create_tracker", _json(tracker)
    yield "list_trackers", _page(TrackerList, tracker)
    yield "get_tracker", _json(tracker)
    yield "update_tracker", _json(told)
    yield "delete_tracker", _json(tracker)
    yield "advance_tracker", _json(_advanced(tracker))
    yield "create_connection", _json(connection)
    yield "list_connections", _page(CarrierConnectionList, connection)
    yield "get_connection", _json(connection)
    yield "update_connection", _json(connection.model_copy(update={"active": False, "metadata": {}}))
    yield "delete_connection", _json(connection)
    yield "test_connection", _json(ConnectionTest(success=True))
    yield "list_carriers", _page(CarrierList, carrier())
    yield "get_carrier", _json(carrier())
    yield "get_references", _json(some_references())
    yield "list_api_keys", _page(ApiKeyList, key)
    yield "create_api_key", _json(NewApiKey(**key.model_dump(), key="dray_test_ExampleExampleExampleExample00000"))
    yield "revoke_api_key", _json(key.model_copy(update={"revoked_at": AT + timedelta(days=30)}))


def _json(model: BaseModel) -> Any:
    return model.model_dump(mode="json")


def _page(model: type[BaseModel], result: BaseModel) -> Any:
    return _json(model(count=1, next=None, next_cursor=None, results=(result,)))


def _rates() -> tuple[Rate, Rate]:
    return (
        _rate("sandbox_economy", "Sandbox Economy", ("9.24", "1.16"), (6, date(2026, 12, 2))),
        _rate("sandbox_ground", "Sandbox Ground", ("12.07", "1.51"), (5, date(2026, 12, 1))),
    )


def _rate(service: str, name: str, amounts: tuple[str, str], arrival: tuple[int, date]) -> Rate:
    base, fuel = (Decimal(amount) for amount in amounts)
    transit_days, estimated_delivery = arrival
    return Rate(
        id=ids.new_id("rate", AT, lambda size: sha256(service.encode()).digest()[:size]),
        carrier_name="sandbox",
        carrier_id="sandbox",
        currency="USD",
        service=service,
        total_charge=base + fuel,
        transit_days=transit_days,
        extra_charges=(
            Charge(id="base_charge", name="Base charge", amount=base, currency="USD"),
            Charge(id="fuel_surcharge", name="Fuel surcharge", amount=fuel, currency="USD"),
        ),
        estimated_delivery=estimated_delivery,
        meta={"service_name": name, "billed_weight_kg": 1.5, "zone": "domestic-8"},
        test_mode=True,
    )


def _draft() -> Shipment:
    fields = ShipmentData.model_validate(REQUESTS["create_shipment"]).fields(_new_ids())
    return Shipment(
        **dict(fields),
        id=PATH_PARAMETERS["shipment_id"],
        rates=_rates(),
        test_mode=True,
        created_at=AT,
        updated_at=AT,
    )


def _bought(base: str) -> Shipment:
    draft = _draft()
    rate = draft.rates[1]
    link = f"{base}/v1/files/{PATH_PARAMETERS['token']}"
    label = ShippingDocument(category="shipping_label", format="PDF", print_format="4x6", url=link)
    return draft.model_copy(
        update={
            "status": "created",
            "parcels": (draft.parcels[0].model_copy(update={"meta": {"tracking_number": TRACKING_NUMBER}}),),
            "service": rate.service,
            "selected_rate_id": rate.id,
            "selected_rate": rate,
            "carrier_name": rate.carrier_name,
            "carrier_id": rate.carrier_id,
            "tracking_number": TRACKING_NUMBER,
            "shipment_identifier": ids.new_id("pur", AT, lambda size: sha256(b"purchase").digest()[:size]),
            "tracker_id": PATH_PARAMETERS["tracker_id"],
            "label_url": link,
            "shipping_documents": (label,),
            "meta": {"tracking_numbers": [TRACKING_NUMBER], "label_url_expires_at": "2026-12-01T09:30:05Z"},
            "updated_at": AT + timedelta(seconds=5),
        }
    )


def _tracker() -> TrackingStatus:
    return TrackingStatus(
        id=PATH_PARAMETERS["tracker_id"],
        carrier_name="sandbox",
        carrier_id="sandbox",
        tracking_number=TEST_NUMBER,
        info=TrackingInfo(shipment_service="Sandbox Ground"),
        events=(
            _event("in_transit", "SORTED", "Processed at sorting centre", 9),
            _event("picked_up", "PICKED_UP", "Picked up", 3),
            _event("pending", "LABEL_CREATED", "Label created, waiting for the parcel", 0),
        ),
        status="in_transit",
        estimated_delivery=date(2026, 12, 1),
        test_mode=True,
        order_id="1042",
        created_at=AT,
        updated_at=AT,
    )


def _event(status: str, code: str, told: str, hours: int) -> TrackingEvent:
    at = AT + timedelta(hours=hours)
    return TrackingEvent(
        date=f"{at:%Y-%m-%d}", time=f"{at:%H:%M}", timestamp=at, status=status, code=code, description=told
    )


def _advanced(tracker: TrackingStatus) -> TrackingStatus:
    event = _event("out_for_delivery", "OUT_FOR_DELIVERY", "Out for delivery", 20)
    return tracker.model_copy(update={"status": "out_for_delivery", "events": (event, *tracker.events)})


def _connection() -> CarrierConnection:
    return CarrierConnection(
        id=PATH_PARAMETERS["connection_id"],
        carrier_name="ups",
        display_name="UPS",
        carrier_id="ups-berlin",
        capabilities=("rating", "shipping", "tracking", "voiding"),
        metadata={"warehouse": "Berlin"},
        test_mode=True,
        created_at=AT,
        updated_at=AT,
    )


def _key() -> ApiKey:
    return ApiKey(
        id=PATH_PARAMETERS["key_id"],
        name="warehouse",
        role="standard",
        plan="self_hosted",
        limit_per_minute=None,
        last_four="0000",
        test_mode=True,
        created_at=AT,
        last_used_at=None,
        expires_at=datetime(2027, 11, 24, tzinfo=UTC),
        revoked_at=None,
    )
