"""Changes: a shipment changed whoever else changes it at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.errors import ChangedMeanwhile, Conflict

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.ports import ShipmentRepository
    from chalicelib.domain.shipments import ShipmentRecord
    from chalicelib.domain.tenants import Tenant

TRIES = 3
"""How often a lost race against another change of the shipment is run again."""


def changed(
    repository: ShipmentRepository,
    tenant: Tenant,
    record: ShipmentRecord,
    change: Callable[[ShipmentRecord], ShipmentRecord],
) -> ShipmentRecord:
    """Return the shipment after `change`, which holds whoever else changes it meanwhile.

    Nothing is written where `change` returns the very record. Raises `Conflict` when others were faster each time.
    """
    for _ in range(TRIES):
        wanted = change(record)
        if wanted is record:
            return record
        try:
            return repository.save(tenant, wanted)
        except Conflict:
            record = repository.get(tenant, record.id)
    raise ChangedMeanwhile("This shipment keeps changing; ask again")
