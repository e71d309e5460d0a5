"""Shipments as they are shown: leases and voids hidden, links signed anew."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.domain.objects import utc_text
from chalicelib.domain.purchases import waiting_message
from chalicelib.domain.shipments import ShippingDocument, is_bought, shown_status
from chalicelib.wiring import services

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.api.links import Links
    from chalicelib.domain.shipments import ShipmentRecord, StoredDocument
    from chalicelib.domain.tenants import Tenant

LABELS = frozenset({"shipping_label", "return_label"})


def shown(record: ShipmentRecord, tenant: Tenant, links: Links, *, inline: bool = False) -> ShipmentRecord:
    """Return the shipment as a customer sees it now; with `inline` its documents' bytes are in it."""
    now = services().clock()
    changes: dict[str, Any] = {"status": shown_status(record, now)}
    waiting = waiting_message(record, now)
    if waiting is not None and record.state == "voiding":
        changes["messages"] = (*record.messages, waiting)
    elif waiting is not None and record.attempt is not None:
        state = "in_progress" if waiting.code == "purchase_in_progress" else "unconfirmed"
        changes["messages"] = (*record.messages, waiting)
        changes["meta"] = {**(record.meta or {}), "purchase": {"state": state, "since": utc_text(record.attempt.since)}}
    if is_bought(record) and record.documents:
        changes |= _documents(record, tenant, links, (now, inline))
    return record.model_copy(update=changes)


def _documents(record: ShipmentRecord, tenant: Tenant, links: Links, how: tuple[datetime, bool]) -> dict[str, Any]:
    now, inline = how
    expires_at = now + timedelta(days=services().settings.label_link_days)
    documents = [_document(document, tenant, links, (expires_at, inline)) for document in record.documents]
    urls = {document.category: document.url for document in reversed(documents)}
    return {
        "label_url": next((urls[category] for category in urls if category in LABELS), None),
        "invoice_url": urls.get("commercial_invoice"),
        "shipping_documents": tuple(documents),
        "meta": {
            **(record.meta or {}),
            "label_url_expires_at": utc_text(expires_at),
        },
    }


def _document(document: StoredDocument, tenant: Tenant, links: Links, how: tuple[datetime, bool]) -> ShippingDocument:
    expires_at, inline = how
    token = services().signed_links.file_token(tenant, document.object_key, expires_at)
    content = services().labels.get(tenant, document.object_key) if inline else None
    return ShippingDocument.model_construct(
        category=document.category,
        format=document.format,
        print_format=document.print_format,
        url=links.to(f"/v1/files/{token}"),
        base64=None if content is None else base64.b64encode(content).decode(),
    )
