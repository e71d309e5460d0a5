"""Token buckets: how many requests a key may make, by the one instant at which its bucket is full again (GCRA)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from chalicelib.domain.errors import RateLimited, Unavailable

if TYPE_CHECKING:
    from chalicelib.domain.ids import KeyId

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class TokenBucket:
    """`capacity` tokens, of which one comes back every `interval_us`.

    All that must be kept is when it would be full again (the generic cell rate algorithm's theoretical arrival time).
    Instants are whole microseconds since 1970: with milliseconds a limit of 7,000 a minute would be 11 % too small.
    """

    capacity: int

    @property
    def interval_us(self) -> int:
        """The time of one token; rounded up, so that a minute never brings more than `capacity`."""
        return -(-MINUTE_US // self.capacity)

    @property
    def burst_us(self) -> int:
        """How far ahead of now the bucket may be full again, for one more token to be left."""
        return (self.capacity - 1) * self.interval_us

    def admits(self, full_at_us: int, now_us: int) -> bool:
        """Whether a token is left."""
        return full_at_us <= now_us + self.burst_us

    def full_at_after(self, full_at_us: int, now_us: int) -> int:
        """Return when the bucket is full again once a token has been taken at `now_us`."""
        return max(full_at_us, now_us) + self.interval_us

    def remaining(self, full_at_us: int, now_us: int) -> int:
        """Return how many tokens are left."""
        debt_us = max(full_at_us - now_us, 0)
        return max(0, (self.burst_us + self.interval_us - debt_us) // self.interval_us)

    def token_in_us(self, full_at_us: int, now_us: int) -> int:
        """Return how long until a token is left; 0 when one is."""
        return max(0, full_at_us - self.burst_us - now_us)


@dataclass(frozen=True)
class Draw:
    """What came of asking a bucket for a token."""

    admitted: bool
    full_at_us: int
    """After the draw."""


@dataclass(frozen=True)
class Taken:
    """Where a key's bucket stands after a request: what its answer's headers tell."""

    policy: str
    """The plan's name."""
    limit: int
    remaining: int
    reset_s: int
    """Until the bucket is full, rounded up."""
    retry_after_s: int
    """Until there is a token again, rounded up; 0 while one is left."""

    @property
    def t_s(self) -> int:
        """The parameter `t` of the field RateLimit (draft-ietf-httpapi-ratelimit-headers): the time that `r` is for.

        That is until the bucket is full, or, when it is empty, until the next token: never later than `Retry-After`.
        """
        return self.reset_s if self.remaining else self.retry_after_s

    @classmethod
    def of(cls, policy: str, bucket: TokenBucket, full_at_us: int, now_us: int) -> Taken:
        """Return the standing of `bucket`."""
        return cls(
            policy=policy,
            limit=bucket.capacity,
            remaining=bucket.remaining(full_at_us, now_us),
            reset_s=_seconds_up(max(0, full_at_us - now_us)),
            retry_after_s=_seconds_up(bucket.token_in_us(full_at_us, now_us)),
        )

    def headers(self) -> dict[str, str]:
        """Return the answer's header fields: the IETF draft's two, and the three that clients have long known."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={MINUTE_US // SECOND_US}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={self.t_s}',
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset_s),
        }


class BucketEmpty(RateLimited):
    """A refusal that knows the bucket's standing, so that its answer has the same headers as any other."""

    def __init__(self, taken: Taken) -> None:
        seconds = max(1, taken.retry_after_s)
        super().__init__(f"This API key may make {taken.limit} requests a minute; try again in {seconds} s", seconds)
        self.taken = taken


class BucketsOutOfReach(Unavailable):
    """The buckets can't be asked at all, whoever's they are: no fault of this key's, and none that it can cause."""


class Buckets(Protocol):
    """Where the buckets are kept, one a key, shared by all processes."""

    def take(self, key_id: KeyId, bucket: TokenBucket, now_us: int) -> Draw:
        """Take one token, if one is left.

        Raises `Unauthorized` when the key has been revoked, `RateLimited` when the bucket itself is written too often,
        `BucketsOutOfReach` when no bucket can be asked, and `Unavailable` when this one changes too fast to be read.
        """

    def close(self, key_id: KeyId, now_us: int) -> None:
        """Let no token be taken any more: the key has been revoked. Twice does no harm."""


def microseconds(at: datetime) -> int:
    """Return whole microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _seconds_up(duration_us: int) -> int:
    return -(-duration_us // SECOND_US)
