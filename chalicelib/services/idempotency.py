"""Idempotency: begin a request under its key, and keep its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib import logs
from chalicelib.domain.errors import (
    Conflict,
    IdempotencyInFlight,
    IdempotencyMismatch,
    InvalidRequest,
    Unavailable,
)
from chalicelib.domain.idempotency import LEASE, REMEMBERED_FOR, Claim, IdempotencyRecord, Remembered, is_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.idempotency import IdempotencyRepository
    from chalicelib.domain.ports import Encryption
    from chalicelib.domain.tenants import Tenant

LONGEST_WAIT_S = 2
"""Most requests end in a moment: who waits for one is told to ask again soon, not when its lease would run out."""

TRIES = 3
"""How often another request under the same key may be faster before this one is told to come again."""


@dataclass(frozen=True)
class Idempotency:
    """The keys of all tenants' requests."""

    repository: IdempotencyRepository
    encryption: Callable[[], Encryption]
    clock: Callable[[], datetime]
    new_id: Callable[[str], str]

    def begin(self, tenant: Tenant, key: str, fingerprint: str, prefix: str) -> Claim | Remembered:
        """Return the answer that was given before, or the right to carry the request out.

        Raises `InvalidRequest` for what can't be a key, `IdempotencyMismatch` when the key was used for another
        request, `IdempotencyInFlight` while the first one runs, and `Unavailable` when the keys can't be read.
        """
        if not is_key(key):
            told = {"Idempotency-Key": "Use 1 to 255 visible ASCII characters"}
            raise InvalidRequest("The Idempotency-Key cannot be used", told)
        for _ in range(TRIES):
            now = self.clock()
            mine = IdempotencyRecord(
                fingerprint, self.new_id(prefix), self.new_id("lease"), now + LEASE, now + REMEMBERED_FOR
            )
            stored = self.repository.add(tenant, key, mine, now)
            if stored is None:
                return Claim(mine.object_id, lease_id=mine.lease_id)
            if stored.fingerprint != fingerprint:
                raise IdempotencyMismatch("This Idempotency-Key was used for another request; use a new one")
            if stored.answer is not None:
                return self._opened(tenant, key, stored.answer)
            if now < stored.lease_until:
                left_s = int((stored.lease_until - now).total_seconds())
                seconds = max(1, min(left_s, LONGEST_WAIT_S))
                raise IdempotencyInFlight("The first request under this Idempotency-Key still runs; ask again", seconds)
            again = replace(stored, lease_id=mine.lease_id, lease_until=mine.lease_until)
            if self.repository.take(tenant, key, stored, again):
                return Claim(stored.object_id, resumed=True, lease_id=mine.lease_id)
        raise Unavailable("Too many requests came under this Idempotency-Key at once; ask again")

    def finish(self, tenant: Tenant, key: str, claim: Claim, answer: Remembered | None) -> None:
        """Keep the answer, or with None give the key free to go on from the object's state.

        What goes wrong here is logged and no more: the work is done, and a later try finds its object.
        """
        if claim.lease_id is None:
            return
        try:
            if answer is None:
                self.repository.release(tenant, key, claim.lease_id)
            else:
                self.repository.finish(tenant, key, claim.lease_id, answer)
        except (Conflict, Unavailable) as error:
            logs.logger().warning("idempotency_not_finished", extra={"fields": {"cause": error.code}})

    def sealed(self, tenant: Tenant, key: str, answer: Remembered) -> Remembered:
        """Return an answer that shows a secret as it may be kept."""
        return replace(answer, sealed=True, body=self.encryption().encrypt(answer.body, _context(tenant, key)))

    def _opened(self, tenant: Tenant, key: str, answer: Remembered) -> Remembered:
        if not answer.sealed:
            return answer
        return replace(answer, sealed=False, body=self.encryption().decrypt(answer.body, _context(tenant, key)))


def _context(tenant: Tenant, key: str) -> dict[str, str]:
    return {"account": tenant.account_id, "id": f"idempotency {tenant.mode} {key}"}
