"""Verdicts: the carrier's own books against what Dray stored."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.attempts import look_at
from chalicelib.domain.errors import NotFound
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.sandbox_ledger import SandboxSale
from chalicelib.domain.shipments import ShipmentRecord, is_bought, is_under_way
from chalicelib.domain.tenants import Tenant
from chalicelib.wiring import Services


@dataclass
class Verdict:
    """What is wrong, by kind, one sentence each."""

    double: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return [*self.double, *self.lost, *self.stuck, *self.broken]

    def add(self, other: "Verdict") -> None:
        for name, told in vars(other).items():
            getattr(self, name).extend(told)


def sales_of(services: Services, tenant: Tenant, record: ShipmentRecord) -> list[SandboxSale]:
    """What the carrier has in its books about a shipment, which it knows by its sender."""
    page = services.sandbox_ledger.page(tenant, PageRequest(limit=100))
    return [sale for sale in page.results if sale.shipment.shipper.id == record.shipper.id]


def live_of(services: Services, tenant: Tenant, record: ShipmentRecord) -> list[SandboxSale]:
    """The labels that the carrier sold for a shipment, and did not take back."""
    return [sale for sale in sales_of(services, tenant, record) if sale.voided_at is None]


def judged(services: Services, tenant: Tenant, shipment_id: str, now: datetime) -> Verdict:
    """Return what is wrong with a shipment after a sweep."""
    record, verdict = services.shipment_repository.get(tenant, shipment_id), Verdict()
    sales = sales_of(services, tenant, record)
    live = [sale.tracking_numbers[0] for sale in sales if sale.voided_at is None]
    named = {message.details.get("tracking_number", "") for message in record.messages}
    named |= {record.tracking_number or ""} if is_bought(record) else set()
    if len(live) > 1:
        verdict.double.append(f"{shipment_id} has the live labels {live}")
    verdict.lost += [f"{number} is paid and not on {shipment_id}" for number in live if number not in named]
    look = look_at(record)
    if is_under_way(record) or (look is not None and look <= now):
        verdict.stuck.append(f"{shipment_id} is {record.state}, to be looked at {look}")
    if is_bought(record):
        verdict.broken += _faults_of_label(services, tenant, record, live)
    return verdict


def _faults_of_label(services: Services, tenant: Tenant, record: ShipmentRecord, live: list[str]) -> Iterable[str]:
    if record.tracking_number not in live:
        yield f"{record.id} shows a label that its carrier does not know, or took back"
    tracker = services.tracker_repository.find(tenant, "sandbox", record.tracking_number or "")
    if tracker is None or (tracker.id, tracker.shipment_id) != (record.tracker_id, record.id):
        yield f"{record.id} has no tracker of its own"
    for document in (*record.documents, *record.parcel_labels):
        try:
            services.labels.get(tenant, document.object_key)
        except NotFound:
            yield f"{record.id} names {document.object_key}, which is not there"
