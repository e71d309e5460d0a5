"""Cancellations: a draft that is closed, a label that is voided, and one that is given up here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.attempts import is_void, released
from chalicelib.domain.late_sales import is_about, lasting_messages
from chalicelib.domain.messages import Message

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.errors import CarrierError
    from chalicelib.domain.ports import Voided
    from chalicelib.domain.shipments import RefundStatus, ShipmentRecord

LABEL_STILL_VALID = "label_still_valid"
"""The code of a message about a label that was given up here, and not taken back by its carrier."""

ON_ITS_WAY = "already_picked_up"
"""The code of a carrier that refuses to void a label because its parcel travels."""

TRAVELS = "This parcel is on its way; only a label that has not been used can be voided"
"""What is told of a parcel that is on its way: it cannot be cancelled, by force neither."""

HINT = (
    "; where the carrier cannot void it, cancel with force=true closes the shipment here alone: the label stays valid "
    "and may be billed"
)
"""What is said behind a carrier's refusal to void."""


def closed(record: ShipmentRecord, now: datetime) -> ShipmentRecord:
    """Return the draft, cancelled."""
    return _cancelled(record, "not_applicable", now)


def voided(record: ShipmentRecord, voided: Voided, now: datetime) -> ShipmentRecord:
    """Return the shipment whose label the carrier took back, cancelled: what was told of that label goes."""
    others = (message for message in lasting_messages(record) if not is_about(message, record.purchase_id))
    told = (*others, *voided.messages)
    cancelled = _cancelled(record, voided.refund_status, now)
    return cancelled.model_copy(update={"void_id": voided.void_id, "messages": told})


def given_up(record: ShipmentRecord, reason: CarrierError | str, now: datetime) -> ShipmentRecord:
    """Return the shipment, cancelled although its label may stay valid: a lasting message says so, and why."""
    message = _still_valid(record, reason)
    cancelled = _cancelled(record, "not_applicable", now)
    return cancelled.model_copy(update={"messages": (*lasting_messages(record), message)})


def is_on_its_way(error: CarrierError) -> bool:
    """Return whether the carrier refused to void because the parcel travels."""
    return any(message.code == ON_ITS_WAY for message in error.messages)


def _cancelled(record: ShipmentRecord, refund_status: RefundStatus, now: datetime) -> ShipmentRecord:
    given_up = tuple(one for one in record.given_up if not is_void(one))  # what they would do is done
    return released(record, "cancelled", now).model_copy(update={"refund_status": refund_status, "given_up": given_up})


def _still_valid(record: ShipmentRecord, reason: CarrierError | str) -> Message:
    carrier = record.carrier_name or ""
    if isinstance(reason, str):
        told, is_known, words = (
            f"The carrier {carrier} could not be asked to void the label",
            record.state != "voiding",
            reason,
        )
    else:
        told, is_known, words = f"The carrier {carrier} did not void the label", not reason.maybe_done, reason.message
    if is_known:
        told = f"{told}: it stays valid and may be billed"
    else:
        told = f"Whether the carrier {carrier} voided the label is not known: it may still be valid and be billed"
    return Message(
        message=f"{told}; look at your account there ({words})",
        code=LABEL_STILL_VALID,
        level="warning",
        details={
            "purchase_id": record.purchase_id or "",
            "tracking_number": record.tracking_number or "",
            "shipment_identifier": record.shipment_identifier or "",
            "void": "not_done" if is_known else "unknown",
        },
        carrier_name=carrier,
        carrier_id=record.carrier_id or "",
    )
