"""Sweeps: purchases and voids that nobody saw the end of, found and asked about without anybody's request."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib import logs
from chalicelib.domain import attempts
from chalicelib.domain.errors import CarrierError, CarrierRejected, Conflict, Unavailable
from chalicelib.domain.ports import CannotSay
from chalicelib.domain.shipments import BUYING_CALL_S, lease_is_held
from chalicelib.services.changes import changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.ports import ShipmentRepository
    from chalicelib.domain.shipments import Attempt, ShipmentRecord
    from chalicelib.domain.tenants import Tenant
    from chalicelib.services.outcomes import Outcomes

LEFT_FOR_LOOK_S = BUYING_CALL_S + 5
"""No shipment is looked at with less time left: the carrier is asked, and its answer must still be stored."""

MOST_SILENT = 3
"""So many calls of a carrier may fail in one sweep; then it is left alone until the next, and the others go on."""


@dataclass(frozen=True)
class Swept:
    """What a sweep came to, in shipments."""

    settled: int = 0
    """No question is left about them, or none for the moment."""
    open: int = 0
    """Their carrier could not be asked or could not say, or they could not be stored: they are looked at again."""
    passed_over: int = 0
    """Not looked at, as their carrier had failed too often before."""
    is_complete: bool = True
    """Whether all that was due was looked at: not so when the time ran out."""


@dataclass(frozen=True)
class _Round:
    """One sweep: how much time it has, and how often each carrier's calls have failed."""

    deadline: Deadline
    failures: Counter[str] = field(default_factory=Counter)

    def passes_over(self, due: Iterable[Attempt]) -> bool:
        return all(self.failures[one.carrier_name] >= MOST_SILENT for one in due)


@dataclass(frozen=True)
class Sweeps:
    """Brings to an end what a crash or a silent carrier left.

    Several at once do no harm: a carrier's answer is the same to all, and every write is conditional.
    """

    repository: ShipmentRepository
    outcomes: Outcomes
    clock: Callable[[], datetime]

    def settle(self, deadline: Deadline) -> Swept:
        """Ask the carriers about all that is due, of all tenants, and return what came of it; stops early in time."""
        counts: Counter[str] = Counter()
        this, is_complete = _Round(deadline), True
        for tenant, shipment_id in self.repository.due(self.clock()):
            if deadline.left_s() < LEFT_FOR_LOOK_S:
                is_complete = False
                break
            try:
                counts[self._look(tenant, shipment_id, this)] += 1
            except Exception:  # noqa: BLE001 - one that cannot be read or stored must not keep the others waiting
                logs.logger().exception("sweep_failed", extra={"fields": {"shipment": shipment_id}})
                counts["open"] += 1
        swept = Swept(counts["settled"], counts["open"], counts["passed_over"], is_complete)
        if swept != Swept():
            logs.logger().info("swept", extra={"fields": vars(swept)})
        return swept

    def _look(self, tenant: Tenant, shipment_id: str, this: _Round) -> str:
        """Return what became of one shipment: `settled`, `open` or `passed_over`."""
        record, now = self.repository.get(tenant, shipment_id), self.clock()
        due = [one for one in (record.attempt, *record.given_up) if one is not None and attempts.is_due(one, now)]
        if lease_is_held(record, now) or not due:
            return "settled"  # by somebody else: the index lags behind
        if this.passes_over(due):
            return "passed_over"
        try:
            is_known = [self._asked(tenant, record, one, this) for one in due]
        finally:
            self._rest(tenant, record)
        return "settled" if all(is_known) else "open"

    def _asked(self, tenant: Tenant, record: ShipmentRecord, one: Attempt, this: _Round) -> bool:
        """Ask about one attempt; return whether its carrier said what became of it, and that was stored."""
        record = self.repository.get(tenant, record.id)  # the question before may have changed it
        try:
            if record.attempt is not None and record.attempt.id == one.id:
                return self.outcomes.settled(tenant, record, this.deadline).attempt is None
            if any(other.id == one.id for other in record.given_up):
                self.outcomes.review(tenant, record, one, this.deadline)
        except CannotSay:
            return False
        except (CarrierError, Conflict, Unavailable) as error:
            if isinstance(error, CarrierError) and not isinstance(error, CarrierRejected):
                this.failures[one.carrier_name] += 1
            fields = {"shipment": record.id, "attempt": one.id, "cause": error.code}
            logs.logger().warning("not_settled", extra={"fields": fields})
            return False
        return True

    def _rest(self, tenant: Tenant, record: ShipmentRecord) -> None:
        """Put off the questions that are still due, so that the next sweep begins with others."""

        def rested(current: ShipmentRecord) -> ShipmentRecord:
            now = self.clock()
            return current if lease_is_held(current, now) else attempts.rested(current, now)

        changed(self.repository, tenant, self.repository.get(tenant, record.id), rested)
