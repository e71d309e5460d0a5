"""Routes of shipments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from chalicelib.api.files import file_answer
from chalicelib.api.lists import after, list_answer
from chalicelib.api.routing import Answer, Routes
from chalicelib.api.schemas.fields import RequestBody
from chalicelib.api.schemas.lists import ShipmentList, ShipmentQuery
from chalicelib.api.schemas.patches import ShipmentUpdateData, patched_fields
from chalicelib.api.schemas.shipments import ShipmentData, ShipmentPurchaseData, ShipmentRateData
from chalicelib.api.shipment_answers import shown
from chalicelib.domain.errors import (
    CarrierRejected,
    CarrierTimeout,
    CarrierUnavailable,
    Conflict,
    PurchaseInProgress,
    PurchaseUnconfirmed,
    RateUnavailable,
    naming_shipment,
)
from chalicelib.domain.purchases import Order
from chalicelib.domain.shipments import Shipment
from chalicelib.services.shipments import Change
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.api.links import Links
    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.idempotency import Claim
    from chalicelib.domain.tenants import Caller

PATH = "/v1/shipments"
FROM_CARRIERS = (CarrierRejected, CarrierUnavailable, CarrierTimeout)
IN_THE_WAY = (Conflict, PurchaseInProgress, PurchaseUnconfirmed)

routes = Routes(__name__, "shipments")


class InlineQuery(RequestBody):
    """How a bought shipment is answered."""

    inline: bool = False
    """Whether the documents' bytes are answered too, in `shipping_documents[].base64`."""


class CancelQuery(RequestBody):
    """How far a shipment is cancelled."""

    force: bool = False
    """Close the shipment here alone where the carrier does not void its label, which then stays valid."""


class LabelQuery(RequestBody):
    """Which part of a label is wanted."""

    parcel: Annotated[int, Field(ge=0)] | None = None
    """One parcel's label only, counted from 0."""


@routes.operation(
    f"POST {PATH}",
    {201: Shipment},
    raises=(*FROM_CARRIERS, RateUnavailable, *IN_THE_WAY),
    access="standard",
    makes="shp",
)
def create_shipment(caller: Caller, body: ShipmentData, claim: Claim, links: Links, deadline: Deadline) -> Answer:
    """Create a shipment and rate it at once; with `service` its label is bought too.

    The draft is stored and answered with 201 also when no carrier offers a rate: `messages` says why. When the
    purchase fails, the error tells the draft's `shipment_id`: buy that one, instead of creating a second.
    """
    fields = body.fields(services().new_id)
    record = services().shipments.create(caller.tenant, fields, claim, deadline)
    location = {"Location": links.to(f"{PATH}/{record.id}")}
    with naming_shipment(record.id):
        return Answer(201, shown(record, caller.tenant, links), headers=location)


@routes.operation(f"GET {PATH}", {200: ShipmentList})
def list_shipments(caller: Caller, query: ShipmentQuery, links: Links) -> Answer:
    """List shipments, newest first.

    `reference`, `order_id` and `tracking_number` are looked up; other filters pass over what they do not want, so that
    a page may be short or empty while `next` is not null.
    """
    now = services().clock()
    request = query.page_request(after(caller.tenant, PATH, query, now), now)
    page = services().shipments.list(caller.tenant, request)
    results = (shown(record, caller.tenant, links) for record in page.results)
    return Answer(200, list_answer(ShipmentList, page, results, (caller.tenant, PATH, query, links)))


@routes.operation(f"GET {PATH}/{{shipment_id}}", {200: Shipment})
def get_shipment(caller: Caller, shipment_id: str, query: InlineQuery, links: Links) -> Answer:
    """Get one shipment."""
    record = services().shipments.get(caller.tenant, shipment_id)
    return Answer(200, shown(record, caller.tenant, links, inline=query.inline))


@routes.operation(f"PATCH {PATH}/{{shipment_id}}", {200: Shipment}, raises=IN_THE_WAY, access="standard")
def update_shipment(
    caller: Caller,
    shipment_id: str,
    body: ShipmentUpdateData,  # type: ignore[valid-type]  # noqa: ARG001 - checked by the wrapper; the patch is applied
    patch: dict[str, Any],
    links: Links,
    deadline: Deadline,
) -> Answer:
    """Change a shipment by JSON merge patch (RFC 7396).

    A draft may change in all that it was created with, and is rated again when carriers would quote anew. Of a bought
    shipment only `metadata` and `reference` may change.
    """
    change = Change(frozenset(patch), lambda record: patched_fields(record, patch, services().new_id))
    record = services().shipments.update(caller.tenant, shipment_id, change, deadline)
    return Answer(200, shown(record, caller.tenant, links))


@routes.operation(
    f"DELETE {PATH}/{{shipment_id}}", {200: Shipment}, raises=(*IN_THE_WAY, *FROM_CARRIERS), access="standard"
)
def cancel_shipment(caller: Caller, shipment_id: str, query: CancelQuery, links: Links, deadline: Deadline) -> Answer:
    """Cancel a shipment: a draft is closed, a bought label is voided with its carrier. Twice answers the same.

    A carrier that does not void is a 422, with its words. With `force=true` the void is tried all the same, and where
    it fails the shipment is closed here alone: a message `label_still_valid` says that the label may be billed. A
    parcel that travels, or a purchase of which it is not known what became, is a 409 also then.
    """
    record = services().purchases.cancel(caller.tenant, shipment_id, deadline, force=query.force)
    return Answer(200, shown(record, caller.tenant, links))


@routes.operation(f"POST {PATH}/{{shipment_id}}/rates", {200: Shipment}, raises=IN_THE_WAY, access="standard")
def rate_shipment(caller: Caller, shipment_id: str, body: ShipmentRateData, links: Links, deadline: Deadline) -> Answer:
    """Rate a draft again: its rates and messages are replaced."""
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    if body.options is not None:
        changes["options"] = body.options.options()
    record = services().shipments.rate(caller.tenant, shipment_id, changes, deadline)
    return Answer(200, shown(record, caller.tenant, links))


@routes.operation(
    f"POST {PATH}/{{shipment_id}}/purchase",
    {200: Shipment},
    raises=(*IN_THE_WAY, RateUnavailable, *FROM_CARRIERS),
    access="standard",
    makes="pur",
)
def purchase_shipment(
    caller: Caller,
    shipment_id: str,
    body: ShipmentPurchaseData,
    query: InlineQuery,
    claim: Claim,
    links: Links,
    deadline: Deadline,
) -> Answer:
    """Buy the label of one of the shipment's rates.

    The same choice again on a bought shipment answers the same and buys nothing; another choice is a conflict.
    """
    order = Order(
        selected_rate_id=body.selected_rate_id,
        service=body.service,
        rate=body.rate,
        label_type=body.label_type,
        payment=None if body.payment is None else body.payment.payment(),
        reference=body.reference,
        metadata=body.metadata,
        retry_unconfirmed=bool(body.retry_unconfirmed),
        id=claim.object_id,
    )
    record = services().purchases.purchase(caller.tenant, shipment_id, order, deadline)
    with naming_shipment(record.id):
        return Answer(200, shown(record, caller.tenant, links, inline=query.inline))


@routes.operation(
    f"GET {PATH}/{{shipment_id}}/label",
    {200: "application/pdf, image/png, application/zpl", 302: None},
    raises=(Conflict,),
)
def get_shipment_label(caller: Caller, shipment_id: str, query: LabelQuery) -> Answer:
    """Get the label itself, whatever `Accept` says.

    Where labels are kept in S3 the answer is a redirect to a short-lived link.
    """
    document = services().shipments.label(caller.tenant, shipment_id, query.parcel)
    return file_answer(caller.tenant, document.object_key)
