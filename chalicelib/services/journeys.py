"""Journeys: what a parcel's tracker means for its shipment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.domain.shipments import followed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.ports import ShipmentRepository, TrackerRepository
    from chalicelib.domain.tenants import Tenant
    from chalicelib.domain.trackers import Tracker

TRIES = 3
"""How often a lost race against another change of the shipment is run again."""


class Journeys:
    """Moves a shipment along with its parcel."""

    def __init__(
        self, shipments: ShipmentRepository, trackers: TrackerRepository, clock: Callable[[], datetime]
    ) -> None:
        self._shipments = shipments
        self._trackers = trackers
        self._clock = clock

    def follow(self, tenant: Tenant, tracker: Tracker) -> None:
        """Give the tracker's shipment, where it has one, the state that the journey means by now.

        Raises `Conflict` when others changed the shipment each time.
        """
        if tracker.shipment_id is None:
            return
        for remaining in reversed(range(TRIES)):
            try:
                record = self._shipments.get(tenant, tracker.shipment_id)
                # read after the shipment: whoever moves the tracker later finds the shipment as it is saved here
                current = self._trackers.get(tenant, tracker.id)
                moved = followed(record, current.status, self._clock())
                if moved is not None:
                    self._shipments.save(tenant, moved)
            except NotFound:
                return
            except Conflict:
                if remaining == 0:
                    raise
            else:
                return
