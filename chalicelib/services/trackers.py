"""Trackers: follow numbers, whoever carries the parcel."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.errors import (
    CarrierError,
    CarrierRejected,
    Conflict,
    DrayError,
    InvalidRequest,
    NotFound,
    Unavailable,
)
from chalicelib.domain.ids import made_at
from chalicelib.domain.messages import Message
from chalicelib.domain.trackers import FINAL_STATUSES, Tracker, TrackingInfo, with_tracking
from chalicelib.domain.tracking_numbers import candidates, near_misses, normalized

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.pages import Page, PageRequest
    from chalicelib.domain.ports import Carriers, Connection, TrackerRepository
    from chalicelib.domain.shipments import ShipmentRecord
    from chalicelib.domain.tenants import Tenant
    from chalicelib.domain.trackers import TrackerStatus, Tracking
    from chalicelib.services.journeys import Journeys

TRACK_S = 10.0
"""How long a carrier may take to tell where a parcel is."""

LONGEST_LINK = 1000
"""A tracker's link is no longer: a purchase must not fail for a carrier's long one."""


@dataclass(frozen=True)
class NewTracker:
    """A number to follow, with what the customer knows about it."""

    id: str
    """The id that its tracker gets, when it is new."""
    tracking_number: str
    carrier_name: str | None = None
    reference: str | None = None
    order_id: str | None = None
    info: TrackingInfo | None = None
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Trackers:
    """Follows numbers: one tracker a tenant, carrier and number."""

    repository: TrackerRepository
    carriers: Carriers
    journeys: Journeys
    clock: Callable[[], datetime]
    new_id: Callable[[str], str]

    def create(self, tenant: Tenant, wanted: NewTracker, deadline: Deadline) -> tuple[Tracker, bool]:
        """Return the number's tracker, after a look at the carrier, and whether this request made it.

        A carrier without a connection, or one that fails, leaves it `pending` with a message. Raises `InvalidRequest`
        when the number does not tell its carrier, or in live mode the sandbox is meant, and `CarrierRejected` when the
        carrier knows the number to be wrong.
        """
        number = normalized(wanted.tracking_number)
        carrier_name = wanted.carrier_name or _carrier_of(tenant, number)
        if carrier_name == SANDBOX and not tenant.is_test:
            raise _not_followed("The sandbox carrier exists in test mode only")
        if existing := self.repository.find(tenant, carrier_name, number):
            return self._looked_again(tenant, existing, deadline), existing.id == wanted.id
        now = self.clock()
        tracker = Tracker(
            id=wanted.id,
            carrier_name=carrier_name,
            carrier_id=carrier_name,
            tracking_number=number,
            info=wanted.info,
            test_mode=tenant.is_test,
            metadata=dict(wanted.metadata or {}),
            reference=wanted.reference,
            order_id=wanted.order_id,
            created_at=made_at(wanted.id),  # lists by time go by the id
            updated_at=now,
        )
        tracker = self._first_look(tenant, tracker, deadline)
        stored = self.repository.add(tenant, tracker)
        return stored, stored.id == tracker.id

    def get(self, tenant: Tenant, tracker_id: str) -> Tracker:
        """Return the tracker; raises `NotFound`."""
        return self.repository.get(tenant, tracker_id)

    def list(self, tenant: Tenant, request: PageRequest) -> Page[Tracker]:
        """Return one page, newest first."""
        return self.repository.page(tenant, request)

    def update(self, tenant: Tenant, tracker_id: str, change: Callable[[Tracker], Tracker]) -> Tracker:
        """Store what `change` makes of the tracker; raises `NotFound`, and `Conflict` when somebody else was faster."""
        tracker = self.repository.get(tenant, tracker_id)
        return self.repository.save(tenant, change(tracker).model_copy(update={"updated_at": self.clock()}))

    def delete(self, tenant: Tenant, tracker_id: str) -> Tracker:
        """Stop following and return the tracker as it was; raises `NotFound`."""
        tracker = self.repository.get(tenant, tracker_id)
        self.repository.remove(tenant, tracker)
        return tracker

    def advance(self, tenant: Tenant, tracker_id: str, status: TrackerStatus) -> Tracker:
        """Move a sandbox parcel to `status`, and its shipment with it.

        Raises `NotFound`, and `Conflict` for a parcel that is not the sandbox's.
        """
        tracker = self.repository.get(tenant, tracker_id)
        connection = self._connection(tenant, tracker)
        if not tenant.is_test or tracker.carrier_name != SANDBOX or connection is None:
            raise Conflict("Only the sandbox carrier's parcels can be moved, in test mode")
        now = self.clock()
        tracking = self.carriers.sandbox().advance(connection, tracker.tracking_number, status, now)
        moved = self.repository.save(tenant, with_tracking(tracker, tracking, now))
        self.journeys.follow(tenant, moved)
        return moved

    def label_voided(self, tenant: Tenant, record: ShipmentRecord) -> None:
        """End the journey of a label that was voided; a tracker that is gone, or changes just now, is left alone."""
        if record.tracker_id is None:
            return
        try:
            tracker = self.repository.get(tenant, record.tracker_id)
            self.repository.save(tenant, tracker.model_copy(update={"status": "cancelled", "updated_at": self.clock()}))
        except (NotFound, Conflict):
            return  # the carrier says `cancelled` when it is next asked

    def of_shipment(self, tenant: Tenant, record: ShipmentRecord) -> Tracker:
        """Return a new tracker, not stored, of a label that was just bought."""
        assert record.tracking_number is not None  # noqa: S101 - a bought shipment has one
        tracker_id = self.new_id("trk")
        now = made_at(tracker_id)
        origin, destination = (record.shipper, record.recipient)[:: -1 if record.is_return else 1]
        numbers = ((parcel.meta or {}).get("tracking_number") for parcel in record.parcels)
        parcels = tuple(str(number) for number in numbers if number)
        return Tracker(
            id=tracker_id,
            carrier_name=record.carrier_name or "",
            carrier_id=record.carrier_id or "",
            tracking_number=record.tracking_number,
            parcel_numbers=parcels if len(parcels) > 1 else (),
            test_mode=tenant.is_test,
            metadata=record.metadata,
            info=TrackingInfo(
                carrier_tracking_link=(record.tracking_url or "")[:LONGEST_LINK] or None,
                order_id=record.order_id,
                shipment_service=record.service,
                shipment_package_count=str(len(record.parcels)),
                shipment_origin_country=origin.country_code,
                shipment_origin_postal_code=origin.postal_code,
                shipment_destination_country=destination.country_code,
                shipment_destination_postal_code=destination.postal_code,
            ),
            shipment_id=record.id,
            reference=record.reference,
            order_id=record.order_id,
            estimated_delivery=None if record.selected_rate is None else record.selected_rate.estimated_delivery,
            created_at=now,
            updated_at=now,
        )

    def _first_look(self, tenant: Tenant, tracker: Tracker, deadline: Deadline) -> Tracker:
        seen = tracker.model_copy(update={"messages": (_no_connection(tracker),)})
        for connection in self._connections(tenant, tracker):
            tracker = tracker.model_copy(update={"carrier_id": connection.carrier_id})
            try:
                tracking = self._look(connection, tracker.tracking_number, deadline)
            except (CarrierError, Unavailable) as error:
                seen = tracker.model_copy(update={"messages": error.messages or (_failure(tracker, error),)})
                if _is_about_account(error):
                    continue
                if isinstance(error, CarrierRejected):
                    raise
                return seen
            return with_tracking(tracker, tracking, tracker.updated_at)
        return seen

    def _looked_again(self, tenant: Tenant, tracker: Tracker, deadline: Deadline) -> Tracker:
        """Return an existing tracker as its carrier tells now, its shipment with it; as it was where it can't tell."""
        seen = self._seen_again(tenant, tracker, deadline)
        if seen is not None:
            self.journeys.follow(tenant, seen)
            return seen
        with suppress(Conflict, Unavailable):  # who saw the last of it may have died before its shipment followed
            self.journeys.follow(tenant, tracker)
        return tracker

    def _seen_again(self, tenant: Tenant, tracker: Tracker, deadline: Deadline) -> Tracker | None:
        """Return the tracker with what is new of it, stored; None where nothing is, or nobody can tell."""
        connection = self._connection(tenant, tracker)
        if connection is None or tracker.status in FINAL_STATUSES:
            return None
        try:
            tracking = self._look(connection, tracker.tracking_number, deadline)
        except (CarrierError, Unavailable):
            return None
        seen = with_tracking(tracker, tracking, self.clock())
        if seen.model_copy(update={"updated_at": tracker.updated_at}) == tracker:
            return None
        try:
            return self.repository.save(tenant, seen)
        except Conflict:
            return self.repository.get(tenant, tracker.id)

    def _look(self, connection: Connection, number: str, deadline: Deadline) -> Tracking:
        return self.carriers.adapter(connection.carrier_name).track(connection, number, deadline.at_most(TRACK_S))

    def _connection(self, tenant: Tenant, tracker: Tracker) -> Connection | None:
        return next(iter(self._connections(tenant, tracker)), None)

    def _connections(self, tenant: Tenant, tracker: Tracker) -> Sequence[Connection]:
        """Return who may know the parcel, the likeliest first: the connection that sold its label, else active ones."""
        active = [connection for connection in self.carriers.connections(tenant) if connection.may("tracking")]
        same = [connection for connection in active if connection.carrier_name == tracker.carrier_name]
        its_own = [connection for connection in same if connection.carrier_id == tracker.carrier_id]
        if not its_own and tracker.shipment_id is not None:
            with suppress(NotFound):
                return [self.carriers.connection(tenant, tracker.carrier_name, tracker.carrier_id)]
        return its_own or same


def _is_about_account(error: DrayError) -> bool:
    """Return whether the carrier refused the connection, which says nothing of the number."""
    return any(message.code in ("authentication_failed", "account_refused") for message in error.messages)


def _carrier_of(tenant: Tenant, number: str) -> str:
    found = candidates(number)
    if len(found) == 1:
        return found[0].carrier_name
    if found:
        names = ", ".join(candidate.carrier_name for candidate in found)
        raise _not_followed(f"This number may be one of several carriers'; say which: {names}")
    near = [name for name in near_misses(number) if name != SANDBOX or tenant.is_test]
    reason = "say which one it is"
    if near:
        likely = " or ".join(near)
        reason = f"it looks like {likely}, but its check digit is wrong; name the carrier if you are sure"
    raise _not_followed(f"The number does not tell its carrier; {reason}")


def _not_followed(told: str) -> InvalidRequest:
    return InvalidRequest("The tracker could not be created due to invalid fields", {"carrier_name": told})


def _failure(tracker: Tracker, error: CarrierError | Unavailable) -> Message:
    return Message(
        message=error.message, code=error.code, carrier_name=tracker.carrier_name, carrier_id=tracker.carrier_id
    )


def _no_connection(tracker: Tracker) -> Message:
    return Message(
        message=f"This account has no connection to {tracker.carrier_name}: the number is kept and not followed yet",
        code="no_connection",
        level="warning",
        carrier_name=tracker.carrier_name,
        carrier_id=tracker.carrier_id,
    )
