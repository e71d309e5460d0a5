"""Late sales: what is told of labels that a purchase may have sold, or did sell, after it was given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.domain.ports import Sale
    from chalicelib.domain.shipments import Attempt, ShipmentRecord

LATE_SALE = "late_sale"
"""The code of a message about a label that nobody had asked for any more."""

SUPERSEDED = "purchase_superseded"
"""The code of a message about an unconfirmed purchase behind which another one was made."""

OPEN_QUESTIONS = frozenset({LATE_SALE, SUPERSEDED})
"""Codes of messages that go when what became of their purchase is known."""

NOT_STORED = "sale_not_stored"
"""The code of a message about a label that was sold and could not be stored."""

CLUES = frozenset({NOT_STORED, "sale_incomplete", "sale_unknown", "label_still_valid", "labels_partly_voided"})
"""Codes of carriers' messages that name labels which are, or may be, paid for and valid: they stay for good."""

LASTING = OPEN_QUESTIONS | CLUES


def late_sale_message(sale: Sale) -> Message:
    """Return what tells of a label that was sold after its purchase was given up, and not known to be voided."""
    return Message(
        message=f"{sale.rate.carrier_name} sold a label after its purchase was given up, and it is not known to be "
        "voided: look at your account there, and void it",
        code=LATE_SALE,
        details={"purchase_id": sale.purchase_id, "tracking_number": sale.tracking_number},
        carrier_name=sale.rate.carrier_name,
        carrier_id=sale.rate.carrier_id,
    )


def not_stored_message(sale: Sale) -> Message:
    """Return what tells of a label that was sold, should it not be stored: where to find it with the carrier."""
    number = sale.tracking_number
    return Message(
        message=f"{sale.rate.carrier_name} sold the label {number}, and it could not be stored: ask again, or look "
        "at your account there",
        code=NOT_STORED,
        details={
            "purchase_id": sale.purchase_id,
            "tracking_number": number,
            "shipment_identifier": sale.shipment_identifier,
        },
        carrier_name=sale.rate.carrier_name,
        carrier_id=sale.rate.carrier_id,
    )


def superseded_message(attempt: Attempt) -> Message:
    """Return what tells of a purchase that stayed unconfirmed when its shipment was bought again."""
    return Message(
        message=f"Whether {attempt.carrier_name} sold a label for an earlier purchase is not known, and the label was "
        "asked for again, as retry_unconfirmed wanted: look at your account there",
        code=SUPERSEDED,
        level="warning",
        details={"purchase_id": attempt.id},
        carrier_name=attempt.carrier_name,
        carrier_id=attempt.carrier_id,
    )


def lasting_messages(record: ShipmentRecord) -> tuple[Message, ...]:
    """Return the messages that stay whatever else replaces them: a label that was paid for is never forgotten."""
    return tuple(message for message in record.messages if message.code in LASTING)


def with_clues(record: ShipmentRecord, messages: Iterable[Message]) -> ShipmentRecord:
    """Return the shipment that holds what these tell of labels; itself where it does, or they tell of none."""
    clues = tuple(message for message in messages if message.code in CLUES and message not in record.messages)
    return record.model_copy(update={"messages": (*record.messages, *clues)}) if clues else record


def telling(record: ShipmentRecord, message: Message) -> ShipmentRecord:
    """Return the shipment that tells this of a purchase, in place of what it told of it; itself when it does."""
    if message in record.messages:
        return record
    return record.model_copy(update={"messages": (*_not_about(record, message.details["purchase_id"]), message)})


def tells_of_sale(record: ShipmentRecord, purchase_id: str) -> bool:
    """Return whether a message tells of a label that was sold late for this purchase."""
    return any(message.code == LATE_SALE and is_about(message, purchase_id) for message in record.messages)


def no_longer_superseded(record: ShipmentRecord, purchase_id: str) -> ShipmentRecord:
    """Return the shipment after its carrier said that an earlier purchase sold nothing; itself when no message asks.

    A message about a label that it did sell stays: a carrier may not name those that it took back.
    """
    if tells_of_sale(record, purchase_id):
        return record
    left = _not_about(record, purchase_id)
    return record if left == record.messages else record.model_copy(update={"messages": left})


def resolved(record: ShipmentRecord, purchase_id: str) -> ShipmentRecord:
    """Return the shipment with no question left about a purchase that was given up: its label was taken back."""
    given_up = tuple(one for one in record.given_up if one.id != purchase_id)
    return record.model_copy(update={"messages": _not_about(record, purchase_id), "given_up": given_up})


def _not_about(record: ShipmentRecord, purchase_id: str) -> tuple[Message, ...]:
    return tuple(
        message
        for message in record.messages
        if message.code not in OPEN_QUESTIONS or not is_about(message, purchase_id)
    )


def is_about(message: Message, purchase_id: str | None) -> bool:
    """Return whether the message is about this purchase."""
    return purchase_id is not None and message.details.get("purchase_id") == purchase_id
