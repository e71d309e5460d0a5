"""Selling a sandbox label: the sale that a purchase makes, entered once whatever happens, and what is handed over."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.charges import risen
from chalicelib.carriers.sandbox.invoice import invoice
from chalicelib.carriers.sandbox.labels import label_documents
from chalicelib.carriers.sandbox.load import load
from chalicelib.carriers.sandbox.numbers import NumberSeries
from chalicelib.carriers.sandbox.rating import offer, rate, repriced
from chalicelib.carriers.sandbox.refusals import incomplete_customs, paper_refusals, spoken_by
from chalicelib.carriers.sandbox.scenarios import is_asked, late, unavailable
from chalicelib.carriers.sandbox.services import BY_CODE
from chalicelib.domain.errors import CarrierRejected
from chalicelib.domain.ports import Sale
from chalicelib.domain.sandbox_ledger import NumbersTaken

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.ports import Connection, PurchaseRequest
    from chalicelib.domain.rates import Rate, RateRequest
    from chalicelib.domain.sandbox_ledger import SandboxLedger, SandboxSale

MOST_ATTEMPTS = 200
"""How many times a sale may find numbers taken; `numbers.TRIES_A_MINUTE` makes them reach into earlier minutes."""


def bought_rate(connection: Connection, request: PurchaseRequest, now: datetime) -> Rate:
    """Return the rate at the price that is taken now; raises `CarrierRejected` when it is not offered."""
    wanted = request.rate.service
    found = offer(request.shipment, now, (wanted,))
    unprintable = tuple(paper_refusals(request.shipment, request.label_type))
    if found.load is None or not found.services or unprintable:
        said = spoken_by(connection, (*found.messages, *unprintable))
        raise CarrierRejected("The sandbox does not sell this label", said)
    sold = rate(connection, found.load, found.services[0], request.rate.id)
    if is_asked(request.shipment, "price_changed"):
        return repriced(sold, risen(sold.extra_charges))
    return sold


def leave_unanswered(connection: Connection, request: PurchaseRequest, ledger: SandboxLedger) -> None:
    """Raise a time-out for the shipment's first purchase, of which nobody will ever learn what became."""
    first = ledger.add_unanswered(connection.tenant, shipment_key(request.shipment), request.purchase_id)
    if first == request.purchase_id:
        raise late(connection, maybe_done=True)


def shipment_key(shipment: RateRequest) -> str:
    """Return what tells a shipment from all others: the ids of its parts."""
    parts = (shipment.shipper.id, shipment.recipient.id, *(parcel.id for parcel in shipment.parcels))
    return sha256("/".join(parts).encode()).hexdigest()[:32]


def entered(connection: Connection, ledger: SandboxLedger, sale: SandboxSale) -> SandboxSale:
    """Enter a sale under numbers that nobody else has, or return the one that stands under its purchase already.

    Whatever numbers `sale` holds are replaced. Raises `CarrierUnavailable` when there are none left to give.
    """
    series = NumberSeries(sale.purchase_id, sale.sold_at, BY_CODE[sale.rate.service])
    taken: set[str] = set()
    for _ in range(MOST_ATTEMPTS):
        numbers = series.numbers(len(sale.shipment.parcels), taken)
        try:
            return ledger.add(connection.tenant, sale.model_copy(update={"tracking_numbers": numbers}))
        except NumbersTaken as known:
            taken.update(known.tracking_numbers)
    raise unavailable(connection)


def handed_over(connection: Connection, sale: SandboxSale) -> Sale:
    """Return what the customer gets for a sale; the same sale gives the same bytes."""
    remarks = incomplete_customs(load(sale.shipment, sale.sold_at))
    label, *parcel_labels = label_documents(sale)
    paper = invoice(sale)
    return Sale(
        purchase_id=sale.purchase_id,
        sold_at=sale.sold_at,
        tracking_numbers=sale.tracking_numbers,
        shipment_identifier=sale.purchase_id,
        rate=sale.rate,
        documents=(label,) if paper is None else (label, paper),
        parcel_labels=tuple(parcel_labels) if len(parcel_labels) > 1 else (),
        messages=spoken_by(connection, remarks, "warning"),
        meta=sale.rate.meta,
    )
