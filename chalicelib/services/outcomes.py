"""Outcomes: what came of a purchase or void, stored, put back, or asked about when nobody saw its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import logs
from chalicelib.domain import attempts, cancellations, late_sales, purchases
from chalicelib.domain.errors import CarrierError, ChangedMeanwhile, Conflict, Unavailable
from chalicelib.domain.ports import CannotSay
from chalicelib.domain.shipments import BUYING_CALL_S, StoredDocument, lease_is_held
from chalicelib.services.asking import ready, void_request
from chalicelib.services.changes import TRIES, changed
from chalicelib.services.late_sales import LateSales

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import (
        Carriers,
        Document,
        LabelStore,
        Sale,
        ShipmentRepository,
        Voided,
    )
    from chalicelib.domain.shipments import Attempt, ShipmentRecord
    from chalicelib.domain.tenants import Tenant
    from chalicelib.services.trackers import Trackers


@dataclass(frozen=True)
class Outcomes:
    """Brings `purchasing` and `voiding` to their ends."""

    repository: ShipmentRepository
    carriers: Carriers
    labels: LabelStore
    trackers: Trackers
    clock: Callable[[], datetime]

    @cached_property
    def late_sales(self) -> LateSales:
        """What becomes of labels that are sold after their purchase was given up."""
        return LateSales(self.repository, self.carriers, self.clock)

    def failed(self, tenant: Tenant, before: ShipmentRecord, taken: ShipmentRecord, error: CarrierError) -> None:
        """Put back what was before a call that surely did nothing; of what may have been done, the error says so."""
        if error.maybe_done and taken.attempt is not None:
            error.message = error.message.rstrip(".") + purchases.doubt(taken.state, taken.attempt)
            self._keep_clues(tenant, taken, error.messages)
        else:
            done = "bought" if taken.state == "purchasing" else "voided"
            error.message = f"{error.message.rstrip('.')}; nothing was {done}"
            self.put_back(tenant, before, taken)

    def _keep_clues(self, tenant: Tenant, taken: ShipmentRecord, messages: Sequence[Message]) -> None:
        """Store what is told of labels that are, or may be, paid for: the caller may never read its answer."""
        try:
            changed(self.repository, tenant, taken, lambda current: late_sales.with_clues(current, messages))
        except (Conflict, Unavailable):
            told = [message.model_dump() for message in messages]
            logs.logger().error("clues_not_stored", extra={"fields": {"shipment": taken.id, "messages": told}})

    def put_back(self, tenant: Tenant, before: ShipmentRecord, taken: ShipmentRecord) -> None:
        """Store the shipment as it was before an attempt that did nothing; where that fails, the next request does."""

        def undone(current: ShipmentRecord) -> ShipmentRecord:
            if current.attempt is None or taken.attempt is None or current.attempt.id != taken.attempt.id:
                return current
            return attempts.put_back(before, current, self.clock())

        try:
            changed(self.repository, tenant, taken, undone)
        except (Conflict, Unavailable):  # what was the matter with the carrier counts for the caller
            logs.logger().warning("attempt_not_released", extra={"fields": {"shipment": taken.id}})

    def completed(self, tenant: Tenant, taken: ShipmentRecord, sale: Sale) -> ShipmentRecord:
        """Store the label, then shipment and tracker in one transaction.

        A sale that cannot be stored is told of on the shipment and in the log: not every carrier can be asked later.
        """
        message = late_sales.not_stored_message(sale)
        logs.logger().info("label_sold", extra={"fields": {"shipment": taken.id, **message.details}})
        try:
            return self._completed(tenant, taken, sale)
        except Unavailable:
            self._keep_clues(tenant, taken, (message,))
            raise

    def _completed(self, tenant: Tenant, taken: ShipmentRecord, sale: Sale) -> ShipmentRecord:
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
                    return self._overtaken(tenant, stored, sale)
                taken = attempts.noting(taken, stored)  # somebody left a note on the shipment meanwhile
        raise Unavailable("This shipment keeps changing; ask again, and its label is found")

    def _overtaken(self, tenant: Tenant, stored: ShipmentRecord, sale: Sale) -> ShipmentRecord:
        """Return the shipment when somebody else completed this sale; else have it voided, and raise `Conflict`."""
        if stored.purchase_id == sale.purchase_id:
            return stored
        self.late_sales.take_back(tenant, stored, sale)
        told = (
            "The carrier's answer came after this purchase had been given up; the label was voided, or see `messages`"
        )
        raise Conflict(told)

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
            return self.repository.save(tenant, attempts.unconfirmed(record, self.clock()))
        if sale is None:
            logs.logger().warning(
                "purchase_given_up", extra={"fields": {"shipment": record.id, "purchase": attempt.id}}
            )
            return self.repository.save(tenant, attempts.not_sold(record, self.clock()))
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
            return self.repository.save(tenant, attempts.not_voided(record, self.clock()))
        return self.voided(tenant, record, voided)

    def review(self, tenant: Tenant, record: ShipmentRecord, attempt: Attempt, deadline: Deadline) -> None:
        """Ask about an attempt that was given up, and store what came of it after all: a late sale is taken back.

        Raises `CannotSay`, and what carriers raise.
        """
        if not attempts.is_void(attempt):
            self.late_sales.review(tenant, record, attempt, deadline)
            return
        adapter, account = ready(self.carriers, tenant, attempt)
        voided = adapter.find_void(account, void_request(record, attempt), deadline.at_most(BUYING_CALL_S))
        if voided is not None:
            self.voided(tenant, record, voided)

    def voided(self, tenant: Tenant, record: ShipmentRecord, voided: Voided) -> ShipmentRecord:
        """Return the shipment, cancelled: its label is worth nothing now, whoever has changed it meanwhile."""

        def cancelled(current: ShipmentRecord) -> ShipmentRecord:
            if current.state == "cancelled" and current.void_id is not None:
                return current
            return cancellations.voided(current, voided, self.clock())

        stored = changed(self.repository, tenant, record, cancelled)
        self.trackers.label_voided(tenant, stored)
        return stored

    def given_up(self, tenant: Tenant, record: ShipmentRecord, reason: CarrierError | str) -> ShipmentRecord:
        """Return the shipment, closed here alone after a void that failed for `reason`; its tracker goes on.

        Raises `Conflict` when the parcel travels by now, or somebody else voids the label.
        """

        def closed(current: ShipmentRecord) -> ShipmentRecord:
            if current.state == "cancelled":
                return current
            if current.state not in ("created", "voiding"):
                raise Conflict(cancellations.TRAVELS)
            if current.state == "voiding" and current.attempt != record.attempt:
                raise ChangedMeanwhile("Somebody else is voiding this shipment's label; ask again")
            return cancellations.given_up(current, reason, self.clock())

        return changed(self.repository, tenant, record, closed)


def named(documents: Iterable[Document]) -> Iterator[tuple[str, Document]]:
    """Return the documents, each with a name that no other has: two may be of one category and format."""
    seen: Counter[str] = Counter()
    for document in documents:
        name = "label" if document.category == "shipping_label" else document.category
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name}_{seen[name]}"), document
