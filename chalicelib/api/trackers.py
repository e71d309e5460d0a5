"""Routes of trackers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.api.bodies import checked, without_nulls
from chalicelib.api.lists import after, list_answer
from chalicelib.api.routing import Answer, Routes
from chalicelib.api.schemas.lists import TrackerList, TrackerQuery
from chalicelib.api.schemas.patches import merged
from chalicelib.api.schemas.trackers import TrackerAdvanceData, TrackerChanges, TrackerUpdateData, TrackingData
from chalicelib.domain.errors import CarrierRejected, Conflict
from chalicelib.domain.trackers import TrackingStatus
from chalicelib.services.trackers import NewTracker
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.api.links import Links
    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.idempotency import Claim
    from chalicelib.domain.tenants import Caller
    from chalicelib.domain.trackers import Tracker

PATH = "/v1/trackers"

routes = Routes(__name__, "trackers")


@routes.operation(
    f"POST {PATH}",
    {201: TrackingStatus, 200: TrackingStatus},
    raises=(CarrierRejected,),
    access="standard",
    makes="trk",
)
def create_tracker(caller: Caller, body: TrackingData, claim: Claim, links: Links, deadline: Deadline) -> Answer:
    """Follow a number; 201 for a new tracker, 200 when the number is followed already.

    `carrier_name` may be left out when the number tells it. A carrier without a connection leaves the tracker
    `pending`, with a message that says so.
    """
    wanted = NewTracker(
        id=claim.object_id,
        tracking_number=body.tracking_number,
        carrier_name=body.carrier_name,
        reference=body.reference,
        order_id=body.order_id,
        info=None if body.info is None else body.info.info(),
        metadata=body.metadata,
    )
    tracker, is_new = services().trackers.create(caller.tenant, wanted, deadline)
    headers = {"Location": links.to(f"{PATH}/{tracker.id}")} if is_new else {}
    return Answer(201 if is_new else 200, tracker, headers=headers)


@routes.operation(f"GET {PATH}", {200: TrackerList})
def list_trackers(caller: Caller, query: TrackerQuery, links: Links) -> Answer:
    """List trackers, newest first. `reference` and `tracking_number` are looked up."""
    now = services().clock()
    request = query.page_request(after(caller.tenant, PATH, query, now), now)
    page = services().trackers.list(caller.tenant, request)
    return Answer(200, list_answer(TrackerList, page, page.results, (caller.tenant, PATH, query, links)))


@routes.operation(f"GET {PATH}/{{tracker_id}}", {200: TrackingStatus})
def get_tracker(caller: Caller, tracker_id: str) -> Answer:
    """Get one tracker."""
    return Answer(200, services().trackers.get(caller.tenant, tracker_id))


@routes.operation(f"PATCH {PATH}/{{tracker_id}}", {200: TrackingStatus}, raises=(Conflict,), access="standard")
def update_tracker(
    caller: Caller,
    tracker_id: str,
    body: TrackerUpdateData,  # type: ignore[valid-type]  # noqa: ARG001 - checked by the wrapper; the patch is applied
    patch: dict[str, Any],
) -> Answer:
    """Change a tracker's `metadata` and `info` by JSON merge patch (RFC 7396)."""

    def changed(tracker: Tracker) -> Tracker:
        tree = tracker.model_dump(include={"metadata", "info"}, exclude_none=True)
        outcome = checked(TrackerChanges, without_nulls(merged(tree, patch)), "The tracker could not be updated")
        info = None if outcome.info is None else outcome.info.info()
        return tracker.model_copy(update={"metadata": outcome.metadata or {}, "info": info})

    return Answer(200, services().trackers.update(caller.tenant, tracker_id, changed))


@routes.operation(f"DELETE {PATH}/{{tracker_id}}", {200: TrackingStatus}, raises=(Conflict,), access="standard")
def delete_tracker(caller: Caller, tracker_id: str) -> Answer:
    """Stop following, and return the tracker as it was. The same number posted later is a new tracker."""
    return Answer(200, services().trackers.delete(caller.tenant, tracker_id))


@routes.operation(
    f"POST {PATH}/{{tracker_id}}/advance", {200: TrackingStatus}, raises=(Conflict, CarrierRejected), access="standard"
)
def advance_tracker(caller: Caller, tracker_id: str, body: TrackerAdvanceData) -> Answer:
    """Move a sandbox parcel to a status, in test mode: its shipment moves with it."""
    return Answer(200, services().trackers.advance(caller.tenant, tracker_id, body.status))
