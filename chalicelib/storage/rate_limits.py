"""The buckets' table: one item a key, one conditional write a request, and none for a bucket known to be empty."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pynamodb.attributes import BooleanAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute

from chalicelib.domain.errors import RateLimited, Unauthorized, Unavailable
from chalicelib.domain.token_bucket import BucketsOutOfReach, Draw
from chalicelib.storage.tables import THROTTLES, ConditionFailed, Table, dispatch

if TYPE_CHECKING:
    from chalicelib.domain.ids import KeyId
    from chalicelib.domain.token_bucket import TokenBucket
    from chalicelib.storage.tables import RawItem

KEPT_S = 86_400
"""How long an item outlives its use: longer than any bucket takes to fill and any gateway remembers a revoked key."""

MOST_REMEMBERED = 10_000
TRIES = 3
"""A wrong guess of the form, then a lost race for the other; after that only the first form can be left."""

THROTTLED_RETRY_S = 1

BUSY = (
    "SET full_at_us = full_at_us + :interval, #ttl = :ttl",
    "full_at_us BETWEEN :now AND :latest AND attribute_not_exists(revoked)",
)
IDLE = (
    "SET full_at_us = :next, #ttl = :ttl",
    "(attribute_not_exists(full_at_us) OR full_at_us < :now) AND attribute_not_exists(revoked)",
)
"""Expressions know no max(): so a bucket in use and a full one are written by two forms that exclude each other."""


class RateLimitsTable(Table):
    """A key's bucket: when it is full again; `revoked` closes it for good."""

    table = "rate_limits"

    key_id = UnicodeAttribute(hash_key=True)
    full_at_us = NumberAttribute(null=True)
    revoked = BooleanAttribute(null=True)
    ttl = TTLAttribute(null=True)


class StoredBuckets:
    """All buckets. What is remembered of one is never later than what is stored, as `full_at_us` never falls."""

    def __init__(self, buckets: type[RateLimitsTable]) -> None:
        self._buckets = buckets
        self._memory = Memory(MOST_REMEMBERED)
        self._turn = threading.Lock()
        self._under_way: Counter[KeyId] = Counter()

    def take(self, key_id: KeyId, bucket: TokenBucket, now_us: int) -> Draw:
        """Take one token, if one is left; see `Buckets.take`.

        Where this process knows of no more tokens than its other threads are about to take, it refuses without asking.
        """
        with self._turn:
            seen, others = self._memory.get(key_id), self._under_way[key_id]
            if bucket.remaining(seen.full_at_us, now_us) <= others:
                full_at_us = max(seen.full_at_us, now_us) + others * bucket.interval_us
                return Draw(admitted=False, full_at_us=full_at_us)
            self._under_way[key_id] += 1
        expected_busy = seen.full_at_us >= now_us or others > 0
        try:
            draw, busy = self._drawn(key_id, bucket, now_us, busy=expected_busy or seen.is_shared)
            self._memory.put(key_id, Seen(draw.full_at_us, is_shared=seen.is_shared if expected_busy else busy))
            return draw
        finally:
            with self._turn:
                self._under_way -= Counter({key_id: 1})

    def _drawn(self, key_id: KeyId, bucket: TokenBucket, now_us: int, *, busy: bool) -> tuple[Draw, bool]:
        """Ask for a token, by the form that was guessed and then by the other; return also which was right."""
        for _ in range(TRIES):
            try:
                full_at_us = self._write(key_id, bucket, now_us, busy=busy)
            except ConditionFailed as error:
                full_at_us = _full_at(error.stored[0])
                if not bucket.admits(full_at_us, now_us):
                    return Draw(admitted=False, full_at_us=full_at_us), True
                busy = full_at_us >= now_us
            else:
                return Draw(admitted=True, full_at_us=full_at_us), busy
        raise Unavailable("The rate limit changes faster than it can be read")

    def close(self, key_id: KeyId, now_us: int) -> None:
        """Let no token be taken any more."""
        update = {
            "Key": {"key_id": {"S": key_id}},
            "UpdateExpression": "SET revoked = :yes, #ttl = :ttl",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {":yes": {"BOOL": True}, ":ttl": _ttl(now_us)},
        }
        dispatch(self._buckets, "UpdateItem", update)

    def _write(self, key_id: KeyId, bucket: TokenBucket, now_us: int, *, busy: bool) -> int:
        """Write one of the two forms, and return when the bucket is now full again; raises `ConditionFailed`."""
        expression, condition = BUSY if busy else IDLE
        values: dict[str, Any] = {":now": _n(now_us), ":ttl": _ttl(now_us)}
        if busy:
            values |= {":interval": _n(bucket.interval_us), ":latest": _n(now_us + bucket.burst_us)}
        else:
            values |= {":next": _n(now_us + bucket.interval_us)}
        update = {
            "Key": {"key_id": {"S": key_id}},
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": values,
            "ReturnValues": "UPDATED_NEW",
        }
        try:
            answer = dispatch(self._buckets, "UpdateItem", update)
        except Unavailable as error:
            raise _translated(error) from error
        except ClientError as error:  # a fault of ours, like a missing table: no reason to stop parcels
            raise BucketsOutOfReach("The rate limits' table can't be written") from error
        return int(answer["Attributes"]["full_at_us"]["N"])


@dataclass(frozen=True)
class Seen:
    """What this process last saw of a bucket."""

    full_at_us: int
    is_shared: bool
    """Whether it was last found in use although it should have been full: then other processes take from it too."""


UNSEEN = Seen(0, is_shared=False)


class Memory:
    """What was last seen of the buckets used last, at most `size` of them; threads may share it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._seen: OrderedDict[KeyId, Seen] = OrderedDict()
        self._turn = threading.Lock()

    def get(self, key_id: KeyId) -> Seen:
        """Return what was seen, `UNSEEN` for nothing."""
        with self._turn:
            return self._seen.get(key_id, UNSEEN)

    def put(self, key_id: KeyId, seen: Seen) -> None:
        """Remember it, unless a later state is remembered already."""
        with self._turn:
            if self._seen.get(key_id, UNSEEN).full_at_us <= seen.full_at_us:
                self._seen[key_id] = seen
            self._seen.move_to_end(key_id)
            if len(self._seen) > self._size:
                self._seen.popitem(last=False)


def _full_at(stored: RawItem | None) -> int:
    """Return when a stored bucket is full again; raises `Unauthorized` when it is closed."""
    if stored is None:
        return 0
    if "revoked" in stored:
        raise Unauthorized("This API key has been revoked")
    return int(stored["full_at_us"]["N"])


def _translated(error: Unavailable) -> Exception:
    """Return a refusal where the item itself is written too often, else that the buckets are out of reach."""
    cause = error.__cause__
    if isinstance(cause, ClientError) and cause.response["Error"]["Code"] in THROTTLES:
        return RateLimited("This API key makes more requests than can be counted", THROTTLED_RETRY_S)
    return BucketsOutOfReach(error.message)


def _ttl(now_us: int) -> dict[str, str]:
    return _n(now_us // 1_000_000 + KEPT_S)


def _n(number: int) -> dict[str, str]:
    return {"N": str(number)}
