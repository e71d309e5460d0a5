"""The services on fakes, their clock in hand: what the services' tests share."""

import os
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierRejected, CarrierTimeout
from chalicelib.domain.ids import new_id
from chalicelib.domain.purchases import Order
from chalicelib.domain.shipments import LEASE, ShipmentRecord, shown_status
from chalicelib.services.journeys import Journeys
from chalicelib.services.purchases import Purchases
from chalicelib.services.rates import Rates
from chalicelib.services.shipments import Shipments
from chalicelib.services.sweeps import Sweeps, Swept
from chalicelib.services.trackers import Trackers
from tests.builders import A_TENANT, NOW, a_message, a_shipment
from tests.fake_carrier import ANSWER_LOST, Crash, FakeCarrier, FakeRegistry, Scripted, Turn, raising
from tests.fakes import FakeLabels, FakeShipments, FakeTrackers

IN_TIME = Deadline.after(3600, time.monotonic)
AFTER_LEASE_S = LEASE.total_seconds() + 1
GROUND = Order(service="sandbox_ground")
EXPRESS = Order(service="sandbox_express")
RETRY = Order(service="sandbox_ground", retry_unconfirmed=True)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Desk:
    """One tenant's services, on fakes or on the `tables` given; each port is scripted."""

    def __init__(self, *, with_carrier: bool = True, tables: tuple[Any, Any] | None = None) -> None:
        trackers = FakeTrackers()
        shipments, trackers = tables or (FakeShipments(trackers), trackers)
        self.clock = Clock()
        self.carrier = Scripted(FakeCarrier(self.clock))
        self.tracker_table = Scripted(trackers)
        self.table = Scripted(shipments)
        self.labels = Scripted(FakeLabels())
        self.registry = FakeRegistry({"sandbox": self.carrier} if with_carrier else {})
        self.rates = Rates(self.registry)
        journeys = Journeys(self.table, self.tracker_table, self.clock)
        self.trackers = Trackers(self.tracker_table, self.registry, journeys, self.clock, self.new_id)
        self.purchases = Purchases(self.table, self.registry, self.labels, self.trackers, self.clock, self.new_id)
        self.sweeps = Sweeps(self.table, self.purchases.outcomes, self.clock)
        self.shipments = Shipments(self.table, self.rates, self.purchases, self.labels, self.clock, self.new_id)

    def new_id(self, prefix: str) -> str:
        return new_id(prefix, self.clock(), os.urandom)

    def draft(self, **changes: Any) -> ShipmentRecord:
        """A stored draft with the carrier's rates."""
        record = a_shipment(**{"rates": self.carrier.offered, **changes})
        self.table.inner.add(A_TENANT, record)
        return record

    def buy(self, record: ShipmentRecord, order: Order = GROUND, deadline: Deadline = IN_TIME) -> ShipmentRecord:
        return self.purchases.purchase(A_TENANT, record.id, order, deadline)

    def cancel(self, record: ShipmentRecord, deadline: Deadline = IN_TIME, *, force: bool = False) -> ShipmentRecord:
        return self.purchases.cancel(A_TENANT, record.id, deadline, force=force)

    def sweep(self, deadline: Deadline = IN_TIME) -> Swept:
        return self.sweeps.settle(deadline)

    def stored(self, record: ShipmentRecord) -> ShipmentRecord:
        found: ShipmentRecord = self.table.inner.get(A_TENANT, record.id)
        return found

    def shown(self, record: ShipmentRecord) -> str:
        return shown_status(self.stored(record), self.clock())

    def after_lease(self) -> None:
        """Let the lease of whoever is at it run out; from here on everybody behaves."""
        self.clock.move(AFTER_LEASE_S)
        for port in (self.carrier, self.table, self.tracker_table, self.labels):
            port.behave()


def a_bought_desk() -> tuple[Desk, ShipmentRecord]:
    """A desk, and a shipment whose label was bought there."""
    desk = Desk()
    return desk, desk.buy(desk.draft())


def a_void_without_answer(turn: Turn = ANSWER_LOST) -> tuple[Desk, ShipmentRecord]:
    """A desk, and a bought shipment whose void nobody saw the end of, its lease run out."""
    desk, bought = a_bought_desk()
    desk.carrier.will("void", turn)
    with pytest.raises(CarrierTimeout):
        desk.cancel(bought)
    desk.after_lease()
    return desk, bought


def interrupted(desk: Desk, turn: Turn = ANSWER_LOST, operation: str = "buy") -> ShipmentRecord:
    """A shipment whose purchase nobody saw the end of, its lease run out."""
    draft = desk.draft()
    desk.carrier.will(operation, turn)
    with pytest.raises((CarrierTimeout, Crash)):
        desk.buy(draft)
    desk.after_lease()
    return draft


def refusing(code: str) -> Turn:
    """The carrier says no, with this code."""
    return Turn(before=raising(lambda: CarrierRejected("The carrier says no", (a_message(code=code),))))
