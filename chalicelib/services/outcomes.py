"""Outcomes: what came of a purchase or void, stored, put back, or asked about when nobody saw its end."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from chalicelib import logs
from chalicelib.domain import cancellations, purchases
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierError, ChangedMeanwhile, Conflict, NotFound, Unavailable
from chalicelib.domain.ports import CannotSay, VoidRequest
from chalicelib.domain.shipments import BUYING_CALL_S, StoredDocument, lease_is_held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import (
        Carrier,
        Carriers,
        Connection,
        Document,
        LabelStore,
        Sale,
        ShipmentRepository,
        Voided,
    )
    from chalicelib.domain.rates import Rate
    from chalicelib.domain.shipments import Attempt, ShipmentRecord
    from chalicelib.domain.tenants import Tenant
    from chalicelib.services.trackers import Trackers

Result = TypeVar("Result")

TRIES = 3
"""How often a lost race against another change of the shipment is run again."""


@dataclass(frozen=True)
class Outcomes:
    """Brings `purchasing` and `voiding` to their ends."""

    repository: ShipmentRepository
    carriers: Carriers
    labels: LabelStore
    trackers: Trackers
    clock: Callable[[], datetime]
    new_id: Callable[[str], str]

    def failed(self, tenant: Tenant, before: ShipmentRecord, taken: ShipmentRecord, error: CarrierError) -> None:
        """Put back what was before a call that surely did nothing; of what may have been done, the error says so."""
        if error.maybe_done and taken.attempt is not None:
            error.message += purchases.doubt(taken.state, taken.attempt)
        else:
            error.message += f"; nothing was {'bought' if taken.state == 'purchasing' else 'voided'}"
            self.put_back(tenant, before, taken)

    def put_back(self, tenant: Tenant, before: ShipmentRecord, taken: ShipmentRecord) -> None:
        """Store the shipment as it was before an attempt that did nothing; where that fails, the next request does."""

        def undone(current: ShipmentRecord) -> ShipmentRecord:
            if current.attempt is None or taken.attempt is None or current.attempt.id != taken.attempt.id:
                return current
            return purchases.put_back(before, current, self.clock())

        try:
            self._changed(tenant, taken, undone)
        except (Conflict, Unavailable):  # what was the matter with the carrier counts for the caller
            logs.logger().warning("attempt_not_released", extra={"fields": {"shipment": taken.id}})

    def completed(self, tenant: Tenant, taken: ShipmentRecord, sale: Sale) -> ShipmentRecord:
        """Store the label, then shipment and tracker in one transaction."""
        folder = f"{taken.id}/{sale.purchase_id}"
        shared = [self._stored(tenant, f"{folder}/{name}", one) for name, one in named(sale.documents)]
        labels = enumerate(sale.parcel_labels)
        apart = [self._stored(tenant, f"{folder}/label-{index}", label) for index, label in labels]
        for _ in range(TRIES):
            record = purchases.sold(taken, sale, (shared, apart), self.clock())
            try:
                return self.repository.complete(tenant, record, self.trackers.of_shipment(tenant, record))
            except Conflict:
                stored = self.repository.get(tenant, taken.id)
                if stored.attempt is None or stored.attempt.id != sale.purchase_id:
                    return self._late(tenant, stored, sale)
                taken = purchases.noting(taken, stored)  # somebody left a note on the shipment meanwhile
        raise Unavailable("This shipment keeps changing; ask again, and its label is found")

    def _late(self, tenant: Tenant, record: ShipmentRecord, sale: Sale) -> ShipmentRecord:
        """Return the shipment when somebody else completed this sale; void a sale that was given up meanwhile.

        A message tells of the late sale before the void is asked for, and goes only when it was carried out: never
        dropped, whatever breaks in between.
        """
        if record.purchase_id == sale.purchase_id:
            return record
        attempt = purchases.new_attempt(self.new_id("void"), self.clock(), sale.rate)
        request = VoidRequest(
            attempt.id,
            sale.purchase_id,
            sale.shipment_identifier,
            sale.tracking_numbers[0],
            sale.rate.service,
            sale.meta,
        )
        until = Deadline.after(BUYING_CALL_S, time.monotonic)
        message = purchases.late_sale_message(sale)
        noted = self._noted(tenant, record, message)
        try:
            adapter, account = ready(self.carriers, tenant, attempt)
            adapter.void(account, request, until)
        except (CarrierError, Conflict, Unavailable):
            logs.logger().error(message.code, extra={"fields": {"shipment": record.id, **message.details}})
        else:
            if noted is not None:
                self._changed(tenant, noted, lambda current: purchases.not_telling(current, message))
        told = (
            "The carrier's answer came after this purchase had been given up; the label was voided, or see `messages`"
        )
        raise Conflict(told)

    def _noted(self, tenant: Tenant, record: ShipmentRecord, message: Message) -> ShipmentRecord | None:
        """Return the shipment with the note; None when it could not be stored, which stops no void."""
        try:
            return self._changed(tenant, record, lambda current: purchases.telling(current, message))
        except (Conflict, Unavailable):
            logs.logger().error("late_sale_not_noted", extra={"fields": {"shipment": record.id, **message.details}})
            return None

    def _changed(
        self, tenant: Tenant, record: ShipmentRecord, change: Callable[[ShipmentRecord], ShipmentRecord]
    ) -> ShipmentRecord:
        """Return the shipment after `change`, which holds whoever else changes it meanwhile.

        Raises `Conflict` when others were faster each time.
        """
        for _ in range(TRIES):
            changed = change(record)
            if changed is record:
                return record
            try:
                return self.repository.save(tenant, changed)
            except Conflict:
                record = self.repository.get(tenant, record.id)
        raise ChangedMeanwhile("This shipment keeps changing; ask again")

    def _stored(self, tenant: Tenant, path: str, document: Document) -> StoredDocument:
        key = f"{path}.{document.format.lower()}"
        self.labels.put(tenant, key, document.content)
        return StoredDocument(
            category=document.category, format=document.format, print_format=document.print_format, object_key=key
        )

    def settled(self, tenant: Tenant, record: ShipmentRecord, deadline: Deadline) -> ShipmentRecord:
        """Return the shipment after the carrier told what became of an attempt whose lease has run out."""
        attempt = record.attempt
        if attempt is None or lease_is_held(record, self.clock()):
            return record
        if record.state in ("purchasing", "unconfirmed"):
            return self._settled_purchase(tenant, record, attempt, deadline)
        if record.state == "voiding":
            return self._settled_void(tenant, record, attempt, deadline)
        return record

    def _settled_purchase(
        self, tenant: Tenant, record: ShipmentRecord, attempt: Attempt, deadline: Deadline
    ) -> ShipmentRecord:
        until = deadline.at_most(BUYING_CALL_S)
        try:
            adapter, account = ready(self.carriers, tenant, attempt)
            sale = adapter.find_purchase(account, attempt.id, until)
        except CannotSay:
            if record.state == "unconfirmed":
                return record
            unconfirmed = record.model_copy(update={"state": "unconfirmed", "updated_at": self.clock()})
            return self.repository.save(tenant, unconfirmed)
        if sale is None:
            return self.repository.save(tenant, purchases.released(record, "draft", self.clock()))
        return self.completed(tenant, record, sale)

    def _settled_void(
        self, tenant: Tenant, record: ShipmentRecord, attempt: Attempt, deadline: Deadline
    ) -> ShipmentRecord:
        until = deadline.at_most(BUYING_CALL_S)
        try:
            adapter, account = ready(self.carriers, tenant, attempt)
            voided = adapter.find_void(account, void_request(record, attempt), until)
        except CannotSay:
            return record  # a cancel voids once more: no label can be voided twice, and no void buys anything
        if voided is None:
            return self.repository.save(tenant, purchases.released(record, "created", self.clock()))
        return self.voided(tenant, record, voided)

    def voided(self, tenant: Tenant, record: ShipmentRecord, voided: Voided) -> ShipmentRecord:
        """Return the shipment, cancelled: its label is worth nothing now, whoever has changed it meanwhile."""

        def cancelled(current: ShipmentRecord) -> ShipmentRecord:
            if current.state == "cancelled" and current.void_id is not None:
                return current
            return cancellations.voided(current, voided, self.clock())

        stored = self._changed(tenant, record, cancelled)
        self.trackers.label_voided(tenant, stored)
        return stored

    def given_up(self, tenant: Tenant, record: ShipmentRecord, reason: CarrierError | str) -> ShipmentRecord:
        """Return the shipment, closed here alone after a void that failed for `reason`; its tracker goes on.

        Raises `Conflict` when the parcel travels by now, or somebody else voids the label.
        """

        def closed(current: ShipmentRecord) -> ShipmentRecord:
            if current.state == "cancelled":
                return current
            if current.state not in ("created", record.state):
                raise Conflict(cancellations.TRAVELS)
            if current.state == "voiding" and current.attempt != record.attempt:
                raise ChangedMeanwhile("Somebody else is voiding this shipment's label; ask again")
            return cancellations.given_up(current, reason, self.clock())

        return self._changed(tenant, record, closed)


def timed(attempt: Attempt, call: Callable[[], Result]) -> Result:
    """Return what a call to the carrier returns, its time noted in the log."""
    began = time.monotonic()
    try:
        return call()
    finally:
        logs.note_duration("carriers_ms", attempt.carrier_id, time.monotonic() - began)


def named(documents: Iterable[Document]) -> Iterator[tuple[str, Document]]:
    """Return the documents, each with a name that no other has: two may be of one category and format."""
    seen: Counter[str] = Counter()
    for document in documents:
        name = "label" if document.category == "shipping_label" else document.category
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name}_{seen[name]}"), document


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
    )
