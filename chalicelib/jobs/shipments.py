"""Jobs of shipments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Blueprint, Rate

from chalicelib.jobs.job import job
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.domain.deadlines import Deadline
    from chalicelib.services.sweeps import Swept

jobs = Blueprint(__name__)


@jobs.schedule(Rate(1, Rate.MINUTES), description="Finds purchases and voids that nobody saw the end of")
@job
def sweep_stuck_purchases(deadline: Deadline) -> Swept:
    """Ask carriers what became of purchases and voids whose lease has run out."""
    return services().sweeps.settle(deadline)
