"""The bucket: never more than its capacity and what came back, and headers that tell the truth."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import RateLimited, Unauthorized, Unavailable
from chalicelib.domain.ids import AccountId, KeyId
from chalicelib.domain.tenants import Caller, Tenant
from chalicelib.domain.token_bucket import (
    MINUTE_US,
    BucketEmpty,
    BucketsOutOfReach,
    Draw,
    Taken,
    TokenBucket,
    microseconds,
)
from chalicelib.services.rate_limits import RateLimits
from tests.log_lines import logged_lines

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
START_US = microseconds(NOW)
CALLER = Caller(Tenant(AccountId("acc_1"), "test"), KeyId("key_1"), "standard", "scale", 60, None)

capacities = st.integers(1, 30_000)
pauses_us = st.lists(st.integers(0, 2_000_000), min_size=1, max_size=200)


def admitted_at(bucket: TokenBucket, pauses: list[int]) -> list[int]:
    """Return the instants at which a token was given, when one is asked for after each pause."""
    full_at_us, now_us, admitted = 0, START_US, []
    for pause_us in pauses:
        now_us += pause_us
        if bucket.admits(full_at_us, now_us):
            full_at_us = bucket.full_at_after(full_at_us, now_us)
            admitted.append(now_us)
    return admitted


class TestBucket:
    @given(st.integers(1, 40), pauses_us)
    def test_no_window_brings_more_than_capacity_and_refill(self, capacity: int, pauses: list[int]) -> None:
        times = admitted_at(TokenBucket(capacity), pauses)

        for first, begin in enumerate(times):
            for last in range(first, len(times)):
                refill = (times[last] - begin) * capacity // MINUTE_US
                assert last - first + 1 <= capacity + refill

    @given(st.integers(1, 50), pauses_us)
    def test_a_token_is_given_whenever_one_is_left_by_the_count_of_tokens(
        self, capacity: int, pauses: list[int]
    ) -> None:
        bucket = TokenBucket(capacity)
        tokens_us, full_at_us, now_us = capacity * bucket.interval_us, 0, START_US

        for pause_us in pauses:
            now_us += pause_us
            tokens_us = min(capacity * bucket.interval_us, tokens_us + pause_us)  # counted in microseconds of refill
            admits = bucket.admits(full_at_us, now_us)
            assert admits == (tokens_us >= bucket.interval_us)
            assert bucket.remaining(full_at_us, now_us) == tokens_us // bucket.interval_us
            if admits:
                tokens_us -= bucket.interval_us
                full_at_us = bucket.full_at_after(full_at_us, now_us)

    @given(capacities)
    def test_a_full_bucket_gives_its_capacity_at_once_and_is_full_again_after_a_minute(self, capacity: int) -> None:
        bucket = TokenBucket(capacity)
        full_at_us = START_US + (capacity - 1) * bucket.interval_us

        assert bucket.admits(full_at_us, START_US)
        assert bucket.remaining(full_at_us, START_US) == 1
        last = bucket.full_at_after(full_at_us, START_US)
        assert not bucket.admits(last, START_US)
        assert last - START_US == pytest.approx(MINUTE_US, abs=capacity)

    @given(capacities, st.integers(0, 2 * MINUTE_US))
    def test_the_told_wait_is_the_shortest_that_brings_a_token(self, capacity: int, debt_us: int) -> None:
        bucket = TokenBucket(capacity)
        full_at_us = START_US + min(debt_us, capacity * bucket.interval_us)
        wait_us = bucket.token_in_us(full_at_us, START_US)

        assert bucket.admits(full_at_us, START_US + wait_us)
        assert wait_us == 0 or not bucket.admits(full_at_us, START_US + wait_us - 1)

    @pytest.mark.parametrize("capacity", [7, 999, 7_000, 29_999])
    def test_an_uneven_limit_is_met_within_a_thousandth(self, capacity: int) -> None:
        a_minute = [0] * capacity + [MINUTE_US // 50_000] * 50_000

        admitted = len(admitted_at(TokenBucket(capacity), a_minute)) - capacity

        assert capacity * 0.999 - 1 <= admitted <= capacity


class TestHeaders:
    def test_they_tell_plan_limit_remaining_tokens_and_the_time_until_full(self) -> None:
        taken = Taken.of("scale", TokenBucket(60), START_US + 1_500_000, START_US)

        assert taken.headers() == {
            "RateLimit-Policy": '"scale";q=60;w=60',
            "RateLimit": '"scale";r=58;t=2',
            "X-RateLimit-Limit": "60",
            "X-RateLimit-Remaining": "58",
            "X-RateLimit-Reset": "2",
        }

    def test_a_bucket_that_is_full_is_full_at_once(self) -> None:
        taken = Taken.of("scale", TokenBucket(60), START_US - 1, START_US)

        assert (taken.remaining, taken.t_s, taken.retry_after_s, taken.reset_s) == (60, 0, 0, 0)

    def test_an_empty_bucket_tells_when_the_next_token_comes(self) -> None:
        taken = Taken.of("scale", TokenBucket(60), START_US + 60_000_000, START_US)

        assert (taken.remaining, taken.t_s, taken.retry_after_s, taken.reset_s) == (0, 1, 1, 60)


class Answering:
    """Buckets that answer what they are told to."""

    def __init__(self, answer: Draw | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[KeyId, TokenBucket, int]] = []

    def take(self, key_id: KeyId, bucket: TokenBucket, now_us: int) -> Draw:
        self.asked.append((key_id, bucket, now_us))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self, key_id: KeyId, now_us: int) -> None:
        raise AssertionError(f"nobody closes {key_id} at {now_us}")


class TestService:
    def test_the_callers_own_limit_is_the_capacity(self) -> None:
        buckets = Answering(Draw(admitted=True, full_at_us=START_US + 1_000_000))

        taken = RateLimits(buckets).take(CALLER, NOW)

        assert buckets.asked == [("key_1", TokenBucket(60), START_US)]
        assert taken == Taken("scale", 60, remaining=59, reset_s=1, retry_after_s=0)

    def test_an_empty_bucket_refuses_with_the_seconds_and_the_standing(self) -> None:
        refused = Draw(admitted=False, full_at_us=START_US + 61_200_000)

        with pytest.raises(BucketEmpty) as caught:
            RateLimits(Answering(refused)).take(CALLER, NOW)

        assert caught.value.retry_after_s == 3
        assert caught.value.message == "This API key may make 60 requests a minute; try again in 3 s"
        assert caught.value.taken == Taken("scale", 60, remaining=0, reset_s=62, retry_after_s=3)

    def test_a_throttled_item_is_a_refusal_for_a_second(self) -> None:
        service = RateLimits(Answering(RateLimited("too often", 1)))

        with pytest.raises(BucketEmpty) as caught:
            service.take(CALLER, NOW)

        assert caught.value.retry_after_s == 1
        assert caught.value.taken == Taken("scale", 60, remaining=0, reset_s=60, retry_after_s=1)
        assert caught.value.taken.headers()["X-RateLimit-Reset"] == "60"
        assert service.degraded_count == 0

    def test_a_refusal_asks_for_a_second_at_least(self) -> None:
        taken = Taken("scale", 60, remaining=0, reset_s=1, retry_after_s=0)

        assert BucketEmpty(taken).retry_after_s == 1

    def test_requests_pass_and_are_counted_when_the_table_is_out_of_reach(self) -> None:
        service = RateLimits(Answering(Unavailable("The database did not answer; try again")))

        taken = [service.take(CALLER, NOW + timedelta(seconds=second)) for second in range(3)]

        assert taken == [Taken("scale", 60, remaining=60, reset_s=0, retry_after_s=0)] * 3
        assert service.degraded_count == 3

    def test_buckets_out_of_reach_are_left_alone_for_five_seconds(self) -> None:
        buckets = Answering(BucketsOutOfReach("The database did not answer; try again"))
        service = RateLimits(buckets)

        asked = []
        for second in (0, 1, 4.999, 5):
            service.take(CALLER, NOW + timedelta(seconds=second))
            asked.append(len(buckets.asked))

        assert asked == [1, 1, 1, 2]
        assert service.degraded_count == 4

    def test_each_unlimited_request_is_logged_with_its_key_and_the_cause(self) -> None:
        service = RateLimits(Answering(BucketsOutOfReach("The database did not answer; try again")))

        with logged_lines() as lines:
            for _ in range(2):
                service.take(CALLER, NOW)

        logged = [json.loads(line) for line in lines.getvalue().splitlines()]
        assert [(line["level"], line["message"], line["key_id"], line["cause"]) for line in logged] == [
            ("WARNING", "rate_limit_degraded", "key_1", "The database did not answer; try again"),
            ("WARNING", "rate_limit_degraded", "key_1", "left alone"),
        ]

    def test_a_bucket_that_many_fight_for_is_asked_each_time(self) -> None:
        buckets = Answering(Unavailable("The rate limit changes faster than it can be read"))
        service = RateLimits(buckets)

        for _ in range(3):
            service.take(CALLER, NOW)

        assert len(buckets.asked) == 3

    def test_a_revoked_key_is_refused(self) -> None:
        with pytest.raises(Unauthorized):
            RateLimits(Answering(Unauthorized("This API key has been revoked"))).take(CALLER, NOW)


def test_instants_are_whole_microseconds_however_far_away() -> None:
    assert microseconds(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == 253_402_300_799_999_999
