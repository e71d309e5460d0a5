"""Shipments: create, rate, change and read them; buying and voiding are in `purchases`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.domain import purchases
from chalicelib.domain.errors import (
    ChangedMeanwhile,
    Conflict,
    InvalidRequest,
    NotFound,
    PurchaseInProgress,
    PurchaseUnconfirmed,
    naming_shipment,
)
from chalicelib.domain.ids import made_at
from chalicelib.domain.late_sales import lasting_messages
from chalicelib.domain.purchases import RATED_BY, Order, label_faults, rate_request
from chalicelib.domain.shipment_sizes import fitting
from chalicelib.domain.shipments import ShipmentFields, ShipmentRecord, is_bought, lease_is_held

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.idempotency import Claim
    from chalicelib.domain.pages import Page, PageRequest
    from chalicelib.domain.ports import LabelStore, ShipmentRepository
    from chalicelib.domain.rates import Quote
    from chalicelib.domain.shipments import StoredDocument
    from chalicelib.domain.tenants import Tenant
    from chalicelib.services.purchases import Purchases
    from chalicelib.services.rates import Rates

OPEN_FIELDS = frozenset({"metadata", "reference"})
"""What may change of a shipment whose label is bought."""


@dataclass(frozen=True)
class Change:
    """A change of a shipment: which fields it names, and what they are afterwards."""

    names: frozenset[str]
    outcome: Callable[[ShipmentRecord], ShipmentFields]
    """Raises `InvalidRequest` when the outcome could not have been created."""


@dataclass(frozen=True)
class Shipments:
    """The customer's shipments."""

    repository: ShipmentRepository
    rates: Rates
    purchases: Purchases
    labels: LabelStore
    clock: Callable[[], datetime]
    new_id: Callable[[str], str]

    def create(self, tenant: Tenant, fields: ShipmentFields, claim: Claim, deadline: Deadline) -> ShipmentRecord:
        """Return the new shipment, rated; with `service` its label is bought too.

        A request that is resumed goes on with the shipment that its first try stored. Carriers that fail are named in
        `messages`. What a label lacks is told before anything is stored; later errors tell the stored draft's id.
        """
        if fields.service is not None and (faults := label_faults(fields)):
            raise InvalidRequest("The shipment could not be created due to missing required fields", faults)
        record = (self._found(tenant, claim) if claim.resumed else None) or self._added(tenant, fields, claim, deadline)
        if fields.service is None:
            return record
        with naming_shipment(record.id):
            return self.purchases.purchase(tenant, record.id, Order(service=fields.service), deadline)

    def _added(self, tenant: Tenant, fields: ShipmentFields, claim: Claim, deadline: Deadline) -> ShipmentRecord:
        now = self.clock()
        quote = self.rates.quote(tenant, rate_request(fields), deadline)
        record = ShipmentRecord.model_construct(
            **{name: getattr(fields, name) for name in ShipmentFields.model_fields},
            id=claim.object_id,
            rates=quote.rates,
            messages=quote.messages,
            test_mode=tenant.is_test,
            created_at=made_at(claim.object_id),  # lists by time go by the id
            updated_at=now,
        )
        record = fitting(record)
        try:
            self.repository.add(tenant, record)
        except ChangedMeanwhile:  # an earlier try of this request, given up for dead, has just stored it
            return self.repository.get(tenant, record.id)
        return record

    def _found(self, tenant: Tenant, claim: Claim) -> ShipmentRecord | None:
        try:
            return self.repository.get(tenant, claim.object_id)
        except NotFound:
            return None

    def get(self, tenant: Tenant, shipment_id: str) -> ShipmentRecord:
        """Return the shipment; raises `NotFound`."""
        return self.repository.get(tenant, shipment_id)

    def list(self, tenant: Tenant, request: PageRequest) -> Page[ShipmentRecord]:
        """Return one page, newest first."""
        return self.repository.page(tenant, request)

    def update(self, tenant: Tenant, shipment_id: str, change: Change, deadline: Deadline) -> ShipmentRecord:
        """Return the shipment after `change`; rated again when carriers would quote anew.

        Raises `NotFound`, and `Conflict` when the state forbids it or somebody else was faster.
        """
        record = self.repository.get(tenant, shipment_id)
        self._refuse_change(record, change.names)
        fields = change.outcome(record)
        changes: dict[str, Any] = {name: getattr(fields, name) for name in change.names}
        if any(name in RATED_BY and changes[name] != getattr(record, name) for name in changes):
            quote = self.rates.quote(tenant, rate_request(fields), deadline)
            changes |= _quoted(record, quote)
        return self._saved(tenant, record, changes)

    def rate(self, tenant: Tenant, shipment_id: str, changes: Mapping[str, Any], deadline: Deadline) -> ShipmentRecord:
        """Return the draft, rated again after `changes` of its fields; raises `NotFound` and `Conflict`."""
        record = self.repository.get(tenant, shipment_id)
        self._refuse_change(record, frozenset({"rates"}))
        changed = record.model_copy(update=changes)
        quote = self.rates.quote(tenant, rate_request(changed), deadline)
        return self._saved(tenant, changed, _quoted(record, quote))

    def label(self, tenant: Tenant, shipment_id: str, parcel: int | None) -> StoredDocument:
        """Return where the label is kept: the whole, or one parcel's.

        Raises `NotFound` for a parcel that is not there or has no label of its own, and `Conflict` while there is no
        label, or no valid one.
        """
        record = self.repository.get(tenant, shipment_id)
        if not is_bought(record) or not record.documents:
            raise Conflict(f"This shipment's label is {_unprintable(record)}, so there is none to print")
        if parcel is None or (len(record.parcels) == 1 and parcel == 0):
            return record.documents[0]
        if parcel >= len(record.parcels):
            raise NotFound(f"There is no parcel {parcel}: they are counted from 0 to {len(record.parcels) - 1}")
        if parcel >= len(record.parcel_labels):  # the whole could not be taken apart
            raise NotFound(f"Parcel {parcel} has no label of its own; print the whole label, without `parcel`")
        return record.parcel_labels[parcel]

    def _saved(self, tenant: Tenant, record: ShipmentRecord, changes: Mapping[str, Any]) -> ShipmentRecord:
        changed = record.model_copy(update={**changes, "updated_at": self.clock()})
        return self.repository.save(tenant, fitting(changed))

    def _refuse_change(self, record: ShipmentRecord, names: frozenset[str]) -> None:
        now = self.clock()
        if record.state == "draft":
            return
        if lease_is_held(record, now) and record.attempt is not None:
            seconds = max(1, int((record.attempt.lease_until - now).total_seconds()))
            raise PurchaseInProgress("This shipment is being bought or voided right now; ask again", seconds)
        if record.state in ("purchasing", "unconfirmed"):
            waiting = purchases.waiting_message(record, now)
            raise PurchaseUnconfirmed("" if waiting is None else waiting.message)
        if record.state == "cancelled" and names - OPEN_FIELDS:
            raise Conflict("This shipment is cancelled; create a new one")
        if closed := sorted(names - OPEN_FIELDS):
            raise Conflict(f"The label is bought: only metadata and reference may change, not {', '.join(closed)}")


def _unprintable(record: ShipmentRecord) -> str:
    if record.state != "cancelled" or record.purchase_id is None:
        return "not bought"
    return "given up" if record.void_id is None else "voided"


def _quoted(record: ShipmentRecord, quote: Quote) -> dict[str, Any]:
    return {"rates": quote.rates, "messages": (*lasting_messages(record), *quote.messages)}
