"""Rate limits: one token a request, and what happens when the bucket is empty or out of reach."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from chalicelib import logs
from chalicelib.domain.errors import RateLimited, Unavailable
from chalicelib.domain.token_bucket import (
    MINUTE_US,
    SECOND_US,
    BucketEmpty,
    BucketsOutOfReach,
    Taken,
    TokenBucket,
    microseconds,
)

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.tenants import Caller
    from chalicelib.domain.token_bucket import Buckets


LEFT_ALONE_US = 5 * SECOND_US
"""So long nobody waits for buckets that are out of reach: each request would wait for all of the client's tries."""


class RateLimits:
    """The limiter of all keys."""

    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets
        self._lock = threading.Lock()
        self.degraded_count = 0
        """How many requests passed unlimited in this process, because their bucket could not be reached."""
        self._asked_again_us = 0

    def take(self, caller: Caller, now: datetime) -> Taken:
        """Take one token of the caller's bucket, and return where that leaves it.

        Raises `BucketEmpty` (a `RateLimited`) when there is none, `Unauthorized` when the key has been revoked.
        """
        bucket, now_us = TokenBucket(caller.limit_per_minute), microseconds(now)
        if now_us < self._asked_again_us:
            return self._let_pass(caller, "left alone")
        try:
            draw = self._buckets.take(caller.key_id, bucket, now_us)
        except RateLimited as error:  # more requests than one item can count: too many by any limit
            raise BucketEmpty(_overrun(caller, error.retry_after_s)) from error
        except Unavailable as error:
            if isinstance(error, BucketsOutOfReach):
                self._asked_again_us = now_us + LEFT_ALONE_US
            return self._let_pass(caller, error.message)
        taken = Taken.of(caller.plan, bucket, draw.full_at_us, now_us)
        if not draw.admitted:
            raise BucketEmpty(taken)
        return taken

    def _let_pass(self, caller: Caller, cause: str) -> Taken:
        """Count and tell that the limiter is out: a customer's parcels matter more than exact limits."""
        with self._lock:
            self.degraded_count += 1
        logs.logger().warning("rate_limit_degraded", extra={"fields": {"key_id": caller.key_id, "cause": cause}})
        return Taken(caller.plan, caller.limit_per_minute, caller.limit_per_minute, reset_s=0, retry_after_s=0)


def _overrun(caller: Caller, retry_after_s: int) -> Taken:
    """Return the standing of a bucket that could not even be asked: empty, full again in a minute at the latest."""
    return Taken(caller.plan, caller.limit_per_minute, 0, MINUTE_US // SECOND_US, retry_after_s)
