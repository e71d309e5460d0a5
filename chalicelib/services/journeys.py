"""Journeys: what a parcel's tracker means for its shipment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.domain.shipments import followed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.ports import ShipmentRepository
    from chalicelib.domain.tenants import Tenant
    from chalicelib.domain.trackers import Tracker

TRIES = 3
"""How often a lost race against another change of the shipment is run again."""


class Journeys:
    """Moves a shipment along with its parcel."""

    def __init__(self, repository: ShipmentRepository, clock: Callable[[], datetime]) -> None:
        self._repository = repository
        self._clock = clock

    def follow(self, tenant: Tenant, tracker: Tracker) -> None:
        """Give the tracker's shipment, where it has one, the state that the journey means.

        Raises `Conflict` when others changed the shipment each time.
        """
        if tracker.shipment_id is None:
            return
        for remaining in reversed(range(TRIES)):
            try:
                record = self._repository.get(tenant, tracker.shipment_id)
                moved = followed(record, tracker.status, self._clock())
                if moved is not None:
                    self._repository.save(tenant, moved)
            except NotFound:
                return
            except Conflict:
                if remaining == 0:
                    raise
            else:
                return
