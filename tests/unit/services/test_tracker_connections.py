"""Trackers and connections: who is asked about a parcel, and what happens when its credentials can't be read."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.errors import CarrierRejected, Unavailable
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Connection
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.trackers import TrackerStatus, Tracking
from chalicelib.services.trackers import NewTracker
from tests.builders import A_TENANT, a_message, a_shipment, a_tracker, an_id
from tests.fake_carrier import FakeRegistry, Turn, raising
from tests.service_cases import IN_TIME, Desk


class TwoConnections(FakeRegistry):
    """Two connections to the sandbox, which notes through which of them it is asked."""

    def __init__(self, desk: Desk, active: tuple[str, ...], inactive: tuple[str, ...]) -> None:
        super().__init__({"sandbox": desk.carrier}, tuple(Connection("sandbox", name, A_TENANT) for name in active))
        self.inactive = inactive
        self.asked: list[Connection] = []

    def connection(self, tenant: Tenant, carrier_name: str, carrier_id: str) -> Connection:
        if carrier_id in self.inactive:
            return Connection(carrier_name, carrier_id, tenant)
        return super().connection(tenant, carrier_name, carrier_id)

    def sandbox(self) -> Any:
        return self

    def advance(self, connection: Connection, number: str, status: TrackerStatus, now: datetime) -> Tracking:
        self.asked.append(connection)
        tracking: Tracking = self.carriers["sandbox"].advance(connection, number, status, now)
        return tracking


@pytest.mark.parametrize(
    ("active", "inactive", "shipment_id", "asked"),
    [
        (("first", "second"), (), "shp_1", "second"),
        (("first", "second"), (), None, "second"),
        (("first",), ("second",), "shp_1", "second"),
        (("first",), ("second",), None, "first"),
        (("first",), (), "shp_1", "first"),
        (("first",), (), None, "first"),
    ],
)
def test_its_own_connection_is_asked_and_the_one_that_sold_the_label_also_when_it_is_not_active(
    active: tuple[str, ...], inactive: tuple[str, ...], shipment_id: str | None, asked: str
) -> None:
    desk = Desk()
    desk.table.inner.add(A_TENANT, a_shipment(id="shp_1"))
    tracker = a_tracker(carrier_id="second", shipment_id=shipment_id)
    desk.tracker_table.inner.add(A_TENANT, tracker)
    registry = TwoConnections(desk, active, inactive)

    replace(desk.trackers, carriers=registry).advance(A_TENANT, tracker.id, "delivered")

    assert registry.asked == [Connection("sandbox", asked, A_TENANT)]


def test_credentials_that_cannot_be_read_leave_it_pending_and_name_the_connection() -> None:
    desk = Desk()
    desk.carrier.will("track", Turn(before=raising(lambda: Unavailable("The keys are out of reach"))))

    wanted = NewTracker(an_id("trk"), "1Z5R89390357567127", "sandbox")
    tracker, _ = desk.trackers.create(A_TENANT, wanted, IN_TIME)

    told = Message(
        message="The keys are out of reach", code="unavailable", carrier_name="sandbox", carrier_id="sandbox"
    )
    assert (tracker.status, tracker.messages) == ("pending", (told,))


@pytest.mark.parametrize(
    ("capabilities", "asked"), [(("rating", "shipping"), "second"), (("rating", "tracking"), "first"), ((), "first")]
)
def test_a_connection_that_is_not_used_for_tracking_is_not_asked(capabilities: tuple[str, ...], asked: str) -> None:
    desk = Desk()
    registry = TwoConnections(desk, ("first", "second"), ())
    registry.known = (
        Connection("sandbox", "first", A_TENANT, capabilities=frozenset(capabilities)),
        Connection("sandbox", "second", A_TENANT),
    )

    tracker, _ = replace(desk.trackers, carriers=registry).create(
        A_TENANT, NewTracker(an_id("trk"), "SBX000000001", "sandbox"), IN_TIME
    )

    assert tracker.carrier_id == asked


@pytest.mark.parametrize("code", ["authentication_failed", "account_refused"])
def test_a_connection_that_its_carrier_refuses_gives_way_to_the_next(code: str) -> None:
    desk = Desk()
    refused = (a_message(), a_message(code=code))
    desk.carrier.will("track", Turn(before=raising(lambda: CarrierRejected("not you", refused))))
    trackers = replace(desk.trackers, carriers=TwoConnections(desk, ("first", "second"), ()))

    tracker, _ = trackers.create(A_TENANT, NewTracker(an_id("trk"), "SBX000000001", "sandbox"), IN_TIME)

    assert (tracker.carrier_id, tracker.messages) == ("second", ())


def test_a_number_is_kept_when_every_connection_is_refused() -> None:
    desk = Desk()
    refused = [(a_message(code="authentication_failed", carrier_id=name),) for name in ("first", "second")]
    turns = [Turn(before=raising(partial(CarrierRejected, "not you", messages))) for messages in refused]
    desk.carrier.will("track", *turns)
    trackers = replace(desk.trackers, carriers=TwoConnections(desk, ("first", "second"), ()))

    tracker, _ = trackers.create(A_TENANT, NewTracker(an_id("trk"), "SBX000000001", "sandbox"), IN_TIME)

    assert (tracker.status, tracker.carrier_id, tracker.messages) == ("pending", "second", refused[1])
