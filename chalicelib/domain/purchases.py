"""Purchases: which rate is meant, what a label needs, and what a sale makes of a shipment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from chalicelib.domain.addresses import missing_for_label
from chalicelib.domain.customs import Payment, needs_customs
from chalicelib.domain.errors import (
    CarrierRejected,
    CarrierTimeout,
    CarrierUnavailable,
    InvalidRequest,
    RateUnavailable,
)
from chalicelib.domain.late_sales import is_about, lasting_messages
from chalicelib.domain.messages import NOT_ANSWERED, Message
from chalicelib.domain.rates import Rate, RateChoice, RateRequest, chosen_by
from chalicelib.domain.shipments import ShipmentFields, ShipmentRecord, StoredDocument

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from chalicelib.domain.ports import Sale
    from chalicelib.domain.shipments import Attempt, LabelType, State

RATED_BY = (
    "shipper",
    "recipient",
    "return_address",
    "billing_address",
    "parcels",
    "options",
    "customs",
    "payment",
    "is_return",
    "services",
    "carrier_ids",
)
"""The fields that carriers see when they quote: a change of one makes the rates stale."""


@dataclass(frozen=True)
class Order:
    """What a purchase asks for; what is None stays as the shipment has it."""

    selected_rate_id: str | None = None
    service: str | None = None
    rate: RateChoice | None = None
    label_type: LabelType | None = None
    payment: Payment | None = None
    reference: str | None = None
    metadata: Mapping[str, Any] | None = None
    retry_unconfirmed: bool = False
    id: str | None = None
    """The order's own id: the same for all tries under one idempotency key, each of which is an attempt of its own."""

    def changes(self) -> dict[str, Any]:
        """Return what the purchase changes of the shipment beside buying."""
        given: dict[str, Any] = {"label_type": self.label_type, "payment": self.payment, "reference": self.reference}
        if self.metadata is not None:
            given["metadata"] = dict(self.metadata)
        return {name: value for name, value in given.items() if value is not None}


def rate_request(fields: ShipmentFields) -> RateRequest:
    """Return what carriers are told of a shipment."""
    names = [name for name in RateRequest.model_fields if name in ShipmentFields.model_fields]
    return RateRequest.model_construct(**{name: getattr(fields, name) for name in names})


def chosen_rate(record: ShipmentRecord, order: Order) -> Rate:
    """Return the shipment's rate that the order means; one that names nothing means the cheapest.

    Raises `RateUnavailable` for a rate that is not the shipment's, `InvalidRequest` for the cheapest of several
    currencies, and the carriers' own refusal when nobody offers the service.
    """
    if order.selected_rate_id is not None:
        for rate in record.rates:
            if rate.id == order.selected_rate_id:
                if order.service not in (None, rate.service):
                    raise RateUnavailable(f"This rate is for the service {rate.service}, not {order.service}")
                return rate
        raise RateUnavailable("This rate is not one of the shipment's rates any more; choose one of its `rates`")
    service = _service(record, order)
    offered = [rate for rate in record.rates if service in (None, rate.service)]
    choice = order.rate or "cheapest"
    if choice == "cheapest" and len({rate.currency for rate in offered}) > 1:
        told = "The rates are in several currencies, which cannot be compared; choose by selected_rate_id"
        raise InvalidRequest("The shipment could not be bought due to invalid fields", {"rate": told})
    chosen = chosen_by(choice, offered)
    if chosen is None:
        raise _refusal(record, service)
    return chosen


def order_faults(record: ShipmentRecord, order: Order) -> dict[str, str]:
    """Return, by path, all that is missing to buy: what the order must say, and what a label needs."""
    faults = label_faults(record)
    if order.selected_rate_id is None and order.rate is None and _service(record, order) is None:
        faults["rate"] = "Say what to buy: selected_rate_id, service, or rate (cheapest or fastest)"
    return faults


def is_same_choice(record: ShipmentRecord, order: Order) -> bool:
    """Return whether the order asks for just what was bought, so that its answer is the bought shipment."""
    if order.label_type not in (None, record.label_type) or record.selected_rate is None:
        return False
    if order.service not in (None, record.selected_rate.service):
        return False
    if order.selected_rate_id is not None:
        return order.selected_rate_id == record.selected_rate_id
    if order.rate is not None:
        meant = chosen_by(order.rate, [rate for rate in record.rates if order.service in (None, rate.service)])
        return meant is not None and meant.id == record.selected_rate_id
    return True


def label_faults(fields: ShipmentFields) -> dict[str, str]:
    """Return, by path, all that a label needs and the shipment lacks: before the carrier is called."""
    customs = needs_customs(fields.shipper, fields.recipient, fields.parcels)
    across_border = customs or fields.shipper.country_code != fields.recipient.country_code
    faults = {}
    for name in ("shipper", "recipient"):
        for field, told in missing_for_label(getattr(fields, name), across_border=across_border).items():
            faults[f"{name}.{field}"] = told
    if customs and fields.customs is None:
        faults["customs"] = "A label between customs territories needs a customs declaration"
    return faults


def sold(
    record: ShipmentRecord, sale: Sale, documents: Sequence[Sequence[StoredDocument]], now: datetime
) -> ShipmentRecord:
    """Return the shipment with the label that a carrier sold; `documents` are the shared ones, then each parcel's."""
    numbers = sale.tracking_numbers
    rate = sale.rate
    if record.attempt is not None and record.attempt.rate is not None:
        rate = rate.model_copy(update={"id": record.attempt.rate.id})  # by which it was chosen, and may be again
    parcels = tuple(
        parcel.model_copy(update={"meta": {**(parcel.meta or {}), "tracking_number": number}})
        for parcel, number in zip_longest(
            record.parcels, numbers[: len(record.parcels)]
        )  # some tell the master's alone
    )
    return record.model_copy(
        update={
            "state": "created",
            "attempt": None,
            "purchase_id": sale.purchase_id,
            "parcels": parcels,
            "service": rate.service,
            "selected_rate_id": rate.id,
            "selected_rate": rate,
            "carrier_name": sale.rate.carrier_name,
            "carrier_id": sale.rate.carrier_id,
            "tracking_number": sale.tracking_number,
            "tracking_url": sale.tracking_url,
            "shipment_identifier": sale.shipment_identifier,
            "documents": tuple(documents[0]),
            "parcel_labels": tuple(documents[1]),
            "messages": (*_about_others(record, sale), *sale.messages),
            "meta": {**(sale.meta or {}), "tracking_numbers": list(numbers)},
            "updated_at": now,
        }
    )


def waiting_message(record: ShipmentRecord, now: datetime) -> Message | None:
    """Return what a customer is told while it is not known what came of a purchase or void: whom to ask, and when."""
    attempt = record.attempt
    if attempt is None or record.state not in ("purchasing", "unconfirmed", "voiding"):
        return None
    is_leased = record.state != "unconfirmed" and now < attempt.lease_until
    if record.state == "voiding" and is_leased:
        return None  # one being voided shows as it was
    code, told = _waiting(record.state, attempt, is_leased=is_leased)
    return Message(
        message=told, code=code, level="warning", carrier_name=attempt.carrier_name, carrier_id=attempt.carrier_id
    )


def _waiting(state: State, attempt: Attempt, *, is_leased: bool) -> tuple[str, str]:
    carrier = f"The carrier {attempt.carrier_name}"
    if state == "voiding":
        told = f"Whether the carrier {attempt.carrier_name} voided the label is not known; cancel again to void it"
        return "void_unconfirmed", told
    if is_leased:
        told = f"{carrier} is being asked for the label; ask again after {attempt.lease_until:%H:%M:%S} UTC"
        return "purchase_in_progress", told
    if state == "purchasing":
        told = (
            f"Whether the carrier {attempt.carrier_name} sold the label is not known yet; the next purchase or cancel"
        )
        return "purchase_unconfirmed", f"{told} asks it first"
    told = f"{carrier} cannot say whether it sold the label; look at your account there, and buy again with"
    return "purchase_unconfirmed", f"{told} retry_unconfirmed only if it did not"


def doubt(state: State, attempt: Attempt) -> str:
    """Return what is said behind the error of a carrier that may have sold, or voided, the label all the same."""
    done = "sold" if state == "purchasing" else "voided"
    again = f"ask again after {attempt.lease_until:%H:%M:%S} UTC, and it is asked first"
    return f"; whether it {done} the label is not known: {again}"


def _service(record: ShipmentRecord, order: Order) -> str | None:
    """Return the service that is meant; the one that the shipment was created with where the order names nothing."""
    return order.service or (None if order.rate else record.service)


def _about_others(record: ShipmentRecord, sale: Sale) -> Iterator[Message]:
    """Yield what stays: of this sale nothing has to be told any more."""
    return (message for message in lasting_messages(record) if not is_about(message, sale.purchase_id))


def _refusal(record: ShipmentRecord, service: str | None) -> CarrierRejected | CarrierTimeout | CarrierUnavailable:
    what = "a rate" if service is None else f"the service {service!r}"
    codes = {message.code for message in record.messages}
    if not record.rates and codes and codes <= {CarrierTimeout.code}:
        return CarrierTimeout("No carrier answered in time, so nothing was bought; rate again", record.messages)
    if not record.rates and codes and codes <= NOT_ANSWERED:
        return CarrierUnavailable("No carrier could be reached, so nothing was bought; rate again", record.messages)
    offered = ", ".join(sorted({rate.service for rate in record.rates}))
    told = f"No carrier offers {what} for this shipment, so nothing was bought"
    if offered:
        return CarrierRejected(f"{told}; offered are {offered}", record.messages)
    reasons = {message.message.rstrip(".") for message in record.messages}
    because = reasons.pop() if len(reasons) == 1 else "`messages` says why" if reasons else ""
    return CarrierRejected(f"{told}: {because}" if because else told, record.messages)
