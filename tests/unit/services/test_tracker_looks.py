"""Looks at a parcel: which connection is asked, for which number, and how long the carrier may take."""

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.ports import Connection
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.trackers import Tracker, Tracking
from chalicelib.services.trackers import NewTracker
from tests.builders import A_TENANT, ANOTHER_TENANT, a_tracker, an_id
from tests.fake_carrier import FakeCarrier
from tests.service_cases import Desk

NUMBER = "1Z5R89390357567127"
"""UPS's own example."""


class Noting(FakeCarrier):
    """Notes what it is asked, and how many seconds it may take."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.clock)
        self.asked: list[tuple[Tenant, str, float]] = []

    def track(self, connection: Connection, tracking_number: str, deadline: Deadline) -> Tracking:
        self.asked.append((connection.tenant, tracking_number, deadline.left_s()))
        return super().track(connection, tracking_number, deadline)


def looked(tenant: Tenant, left_s: float, *known: Tracker) -> list[tuple[Tenant, str, float]]:
    """Post the number where the trackers are known, and return what the carrier is asked."""
    desk = Desk()
    carrier = desk.carrier.inner = Noting(desk)
    for tracker in known:
        desk.tracker_table.inner.add(tenant, tracker)
    wanted = NewTracker(an_id("trk"), f" {NUMBER.lower()}", "sandbox")

    desk.trackers.create(tenant, wanted, Deadline.after(left_s, lambda: 0.0))

    return carrier.asked


@pytest.mark.parametrize("tenant", [A_TENANT, ANOTHER_TENANT])
@pytest.mark.parametrize(("left_s", "given_s"), [(3.0, 3.0), (10.0, 10.0), (11.0, 10.0)])
def test_a_carrier_gets_ten_seconds_or_what_the_request_has_left(tenant: Tenant, left_s: float, given_s: float) -> None:
    known = a_tracker(tracking_number=NUMBER)

    assert looked(tenant, left_s) == [(tenant, NUMBER, given_s)]
    assert looked(tenant, left_s, known) == [(tenant, NUMBER, given_s)]
