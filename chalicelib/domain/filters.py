"""Filters: whether a shipment, a tracker or a connection is among what a list was narrowed to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pydantic import TypeAdapter

from chalicelib.domain.connections import ConnectionRecord
from chalicelib.domain.objects import MetadataValue
from chalicelib.domain.shipments import ShipmentRecord, shown_status
from chalicelib.domain.trackers import Tracker
from chalicelib.domain.tracking_numbers import normalized

if TYPE_CHECKING:
    from chalicelib.domain.pages import PageRequest

T = TypeVar("T", ShipmentRecord, Tracker, ConnectionRecord)
Filter: TypeAlias = Callable[[T, str, datetime | None], bool]

_AS_JSON: TypeAdapter[Any] = TypeAdapter(MetadataValue)


def metadata_text(value: object) -> str:
    """Return a metadata value as a filter spells it: text as it is, numbers and booleans as in JSON."""
    return value if isinstance(value, str) else _AS_JSON.dump_json(value).decode()


def numbers_of(record: ShipmentRecord) -> tuple[str, ...]:
    """Return the tracking numbers of all parcels, the master's first, each once."""
    told = (record.meta or {}).get("tracking_numbers") or ()
    of_parcels = [(parcel.meta or {}).get("tracking_number") for parcel in record.parcels]
    return tuple(dict.fromkeys(str(number) for number in (record.tracking_number, *told, *of_parcels) if number))


def shipment_matches(record: ShipmentRecord, request: PageRequest) -> bool:
    """Return whether the shipment fits the request's fields and metadata; its time of creation is not looked at.

    Raises `ValueError` for a field that shipments are not filtered by, and for a status without `request.now`.
    """
    return _matches(record, request, _SHIPMENT_FILTERS)


def tracker_matches(tracker: Tracker, request: PageRequest) -> bool:
    """Return whether the tracker fits the request's fields and metadata; its time of creation is not looked at.

    Raises `ValueError` for a field that trackers are not filtered by.
    """
    return _matches(tracker, request, _TRACKER_FILTERS)


def connection_matches(record: ConnectionRecord, request: PageRequest) -> bool:
    """Return whether the connection fits the request's fields: `carrier_name`, and `active` as `true` or `false`.

    Raises `ValueError` for a field that connections are not filtered by.
    """
    return _matches(record, request, _CONNECTION_FILTERS)


def _shows_status(record: ShipmentRecord, status: str, now: datetime | None) -> bool:
    if now is None:
        raise ValueError("a status is judged at an instant: PageRequest.now is missing")
    return shown_status(record, now) == status


def _matches(item: T, request: PageRequest, filters: Mapping[str, Filter[T]]) -> bool:
    if unknown := request.equals.keys() - filters.keys():
        raise ValueError(f"no such filter: {', '.join(sorted(unknown))}")
    if request.metadata is not None:
        name, text = request.metadata
        if name not in item.metadata or metadata_text(item.metadata[name]) != text:
            return False
    return all(filters[field](item, value, request.now) for field, value in request.equals.items())


_SHIPMENT_FILTERS: Mapping[str, Filter[ShipmentRecord]] = {
    "status": _shows_status,
    "carrier_name": lambda record, value, _: record.carrier_name == value,
    "service": lambda record, value, _: record.service == value,
    "reference": lambda record, value, _: record.reference == value,
    "order_id": lambda record, value, _: record.order_id == value,
    "tracking_number": lambda record, value, _: normalized(value) in map(normalized, numbers_of(record)),
}
_TRACKER_FILTERS: Mapping[str, Filter[Tracker]] = {
    "status": lambda tracker, value, _: tracker.status == value,
    "carrier_name": lambda tracker, value, _: tracker.carrier_name == value,
    "reference": lambda tracker, value, _: tracker.reference == value,
    "tracking_number": lambda tracker, value, _: (
        normalized(value) in map(normalized, (tracker.tracking_number, *tracker.parcel_numbers))
    ),
}
_CONNECTION_FILTERS: Mapping[str, Filter[ConnectionRecord]] = {
    "carrier_name": lambda record, value, _: record.carrier_name == value,
    "active": lambda record, value, _: record.active == (value == "true"),
}
