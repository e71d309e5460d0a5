"""Asking: through which connection a carrier is asked about a shipment, what it is told, and how long it took."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from chalicelib import logs
from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.domain.ports import VoidRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.ports import Carrier, Carriers, Connection
    from chalicelib.domain.rates import Rate
    from chalicelib.domain.shipments import Attempt, ShipmentRecord
    from chalicelib.domain.tenants import Tenant

Result = TypeVar("Result")


def timed(attempt: Attempt, call: Callable[[], Result]) -> Result:
    """Return what a call to the carrier returns, its time noted in the log."""
    began = time.monotonic()
    try:
        return call()
    finally:
        logs.note_duration("carriers_ms", attempt.carrier_id, time.monotonic() - began)


def ready(carriers: Carriers, tenant: Tenant, attempt: Attempt) -> tuple[Carrier, Connection]:
    """Return who is asked through which connection, its credentials decrypted.

    Whatever may fail at that fails here, before anything is taken: raises `Conflict` when the connection, or its
    carrier, is gone, and what decryption raises.
    """
    found = connection(carriers, tenant, attempt)
    if found is None:
        raise Conflict(gone(attempt))
    found.credentials.reveal()
    return carriers.adapter(attempt.carrier_name), found


def connection(carriers: Carriers, tenant: Tenant, of: Attempt | Rate) -> Connection | None:
    """Return the connection through which the carrier is asked; None when it, or its carrier's adapter, is gone."""
    try:
        carriers.adapter(of.carrier_name)
        return carriers.connection(tenant, of.carrier_name, of.carrier_id)
    except (NotFound, KeyError):
        return None


def gone(of: Attempt | Rate) -> str:
    """Return what is told of a connection that is gone, and what to do."""
    return f"The connection {of.carrier_id} to {of.carrier_name} is gone; create it anew under that name"


def void_request(record: ShipmentRecord, attempt: Attempt) -> VoidRequest:
    """Return what the carrier is told to take back."""
    return VoidRequest(
        void_id=attempt.id,
        purchase_id=record.purchase_id or "",
        shipment_identifier=record.shipment_identifier or "",
        tracking_number=record.tracking_number or "",
        service=record.service,
        meta=record.meta,
        shipment=record,
    )
