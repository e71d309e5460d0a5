"""Rounds: something was answered, then a process dies at a point; restart, sweep, and what must hold is checked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.api_keys import KeyTerms
from chalicelib.domain.errors import DrayError, Unauthorized
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.token_bucket import TokenBucket, microseconds
from tests.builders import a_parcel, a_shipment
from tests.fake_carrier import ANSWER_LOST
from tests.faults.faulty_services import FaultyServices
from tests.faults.operations import AFTER_LEASE_S, a_number, carry_out
from tests.faults.points import Point
from tests.faults.processes import Outcome, Processes
from tests.faults.verdicts import Verdict, judged, live_of

LATER_S = 600.0
"""When a sweep is run again, for what was given up a moment ago."""

LABEL_TYPES = ("PDF", "ZPL", "PNG")


@dataclass
class Round:
    """One round at a point; `number` makes rounds differ."""

    services: FaultyServices
    processes: Processes
    point: Point
    number: int
    fault: str = "kill"

    def __post_init__(self) -> None:
        account = self.services.accounts.create("Faults", datetime.now(UTC))
        self.tenant = Tenant(account.id, "test")
        self.verdict = Verdict()

    def play(self) -> Verdict:
        """Return what does not hold at the end."""
        kinds: dict[str, Callable[[], None]] = {
            "purchase": self._purchase,
            "late purchase": self._purchase,
            "void": self._void,
            "late void": self._void,
            "sweep of a purchase": self._sweep,
            "sweep of a void": self._sweep,
            "tracker": self._tracker,
            "revocation": self._revocation,
        }
        kinds[self.point.operation]()
        return self.verdict

    def _purchase(self) -> None:
        answered, hit = self._draft(), self._draft()
        outcome = self._die(("purchase", answered.id), (self.point.operation, hit.id))
        self._settle()
        self._judge(answered, hit)
        stored = self.services.shipment_repository.get(self.tenant, answered.id)
        self._expect(stored.purchase_id == outcome.answers[0].get("purchase_id"), "an answered purchase is another")
        if "; nothing was bought" in outcome.answers[-1].get("message", ""):
            self._expect(not live_of(self.services, self.tenant, hit), "told as not bought, and bought")
        self._come_back("purchase", hit, "created", 1)

    def _void(self) -> None:
        answered, hit = self._bought(), self._bought()
        self._die(("void", answered.id), (self.point.operation, hit.id))
        self._settle()
        self._judge(answered, hit)
        self._expect(not live_of(self.services, self.tenant, answered), "an answered void is not carried out")
        self._come_back("void", hit, "cancelled", 0)

    def _sweep(self) -> None:
        is_purchase = self.point.operation == "sweep of a purchase"
        hit = self._draft() if is_purchase else self._bought()
        self.services.carrier.will("buy" if is_purchase else "void", ANSWER_LOST)
        with pytest.raises(DrayError):
            carry_out(self.services, self.tenant.account_id, "purchase" if is_purchase else "void", hit.id)
        self._die(("sweep", ""), offset_s=AFTER_LEASE_S)
        self._settle(LATER_S if self.fault == "cut" else AFTER_LEASE_S)
        self._judge(hit)
        self._come_back(*(("purchase", hit, "created", 1) if is_purchase else ("void", hit, "cancelled", 0)))

    def _tracker(self) -> None:
        answered, hit = a_number(), a_number()
        outcome = self._die(("tracker", answered), ("tracker", hit))
        again = self._answer("tracker", hit)
        for number, tracker_id in ((answered, outcome.answers[0]["id"]), (hit, again.get("id"))):
            page = self.services.trackers.list(self.tenant, PageRequest(equals={"tracking_number": number}))
            self._expect([one.id for one in page.results] == [tracker_id], f"{number} has not the one tracker answered")

    def _revocation(self) -> None:
        now = datetime.now(UTC)
        terms = KeyTerms("test", "standard", "scale")
        answered, hit = (self.services.api_keys.grant(self.tenant.account_id, terms, now) for _ in range(2))
        self._die(("revocation", answered.key.id), ("revocation", hit.key.id))
        self._expect(not self._opens(answered.token), "a revoked key opens")
        self._answer("revocation", hit.key.id)
        self._expect(not self._opens(hit.token), "a key opens that was revoked at the second try")
        for key in (answered.key, hit.key):
            self._expect(self._is_closed(key.id), "a revoked key's bucket is open")

    def _die(self, *steps: tuple[str, str], offset_s: float = 0) -> Outcome:
        """Take the steps in a process of its own that does not outlive the point."""
        named = [(self.tenant.account_id, operation, target) for operation, target in steps]
        outcome = self.processes.run(*named, offset_s=offset_s, point=self.point, fault=self.fault)
        assert outcome.killed == (self.fault == "kill"), f"{self.point}: {outcome}"
        assert [answer for answer in outcome.answers[:-1] if "error" in answer] == [], outcome
        return outcome

    def _settle(self, offset_s: float | None = None) -> None:
        """Sweep once, in a fresh process, when the lease has run out."""
        late = self.point.operation.startswith("late")
        self._now_s = offset_s or (LATER_S if late else AFTER_LEASE_S)
        outcome = self.processes.run(("", "sweep", ""), offset_s=self._now_s)
        assert outcome.ended_well, outcome

    def _judge(self, *records: ShipmentRecord) -> None:
        now = datetime.now(UTC) + timedelta(seconds=self._now_s)
        for record in records:
            self.verdict.add(judged(self.services, self.tenant, record.id, now))

    def _come_back(self, operation: str, record: ShipmentRecord, state: str, labels: int) -> None:
        """Let the customer ask again: it is done now, and once."""
        answer = self._answer(operation, record.id)
        self._expect(answer.get("state") == state, f"asked again, it answers {answer}")
        self._expect(
            len(live_of(self.services, self.tenant, record)) == labels,
            "asked again, it is done too often or not at all",
        )
        self._judge(record)

    def _answer(self, operation: str, target: str) -> dict[str, Any]:
        (answer,) = self.processes.run((self.tenant.account_id, operation, target)).answers
        return answer

    def _expect(self, holds: bool, told: str) -> None:  # noqa: FBT001 - what is expected
        if not holds:
            self.verdict.broken.append(f"{self.point}: {told}")

    def _draft(self) -> ShipmentRecord:
        now = datetime.now(UTC)
        parcels = tuple(a_parcel() for _ in range(1 + self.number % 3))
        record = a_shipment(now=now, parcels=parcels, label_type=LABEL_TYPES[self.number % 2 + self.number % 4 // 3])
        self.services.shipment_repository.add(self.tenant, record)
        return record

    def _bought(self) -> ShipmentRecord:
        record = self._draft()
        carry_out(self.services, self.tenant.account_id, "purchase", record.id)
        return record

    def _opens(self, token: str) -> bool:
        try:
            self.services.api_keys.authenticate(token, datetime.now(UTC))
        except Unauthorized:
            return False
        return True

    def _is_closed(self, key_id: str) -> bool:
        try:
            self.services.buckets.take(key_id, TokenBucket(1000), microseconds(datetime.now(UTC)))
        except Unauthorized:
            return True
        return False
