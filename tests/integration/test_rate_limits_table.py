"""Buckets on the real engine: exact under sixteen threads, one write a request, and none when known to be empty."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from chalicelib.domain.errors import RateLimited, Unauthorized, Unavailable
from chalicelib.domain.ids import KeyId
from chalicelib.domain.token_bucket import SECOND_US, Draw, TokenBucket
from chalicelib.storage.rate_limits import KEPT_S, UNSEEN, Memory, RateLimitsTable, Seen, StoredBuckets
from chalicelib.storage.schema import create_tables
from chalicelib.storage.tables import CountingConnection, TableSettings, bind_to

START_US = 1_795_000_000_000_000
KEY = KeyId("key_1")
THREADS = 16


class Recorded(CountingConnection):
    """Counts each call, by the thread that made it, also one whose condition fails; fails or is interrupted as told."""

    def __init__(self, settings: TableSettings) -> None:
        super().__init__(settings)
        self._by_thread = threading.local()
        self.failure: Exception | None = None
        self.meanwhile: Callable[[], None] | None = None

    def ask(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self._by_thread.calls = self.calls + 1
        if self.failure is not None:
            raise self.failure
        if self.meanwhile is not None:
            self.meanwhile()
        return super().ask(operation, arguments)

    @property
    def calls(self) -> int:
        """How many calls this thread has made."""
        return int(getattr(self._by_thread, "calls", 0))


class Process:
    """A process with a memory of its own, on a table that it shares with others."""

    def __init__(self, settings: TableSettings, connection: Recorded) -> None:
        self.connection = connection
        self.table = bind_to(connection, RateLimitsTable, settings)
        self.buckets = StoredBuckets(self.table)

    def take(self, bucket: TokenBucket, now_us: int) -> tuple[Draw, int]:
        """Return the draw, and how many writes it took."""
        before = self.connection.calls
        draw = self.buckets.take(KEY, bucket, now_us)
        return draw, self.connection.calls - before


Start = Callable[[], Process]


@pytest.fixture
def settings(dynamodb_endpoint: str, table_prefix: str) -> TableSettings:
    settings = TableSettings(table_prefix, "eu-central-1", dynamodb_endpoint)
    create_tables(settings, [RateLimitsTable])
    return settings


@pytest.fixture(scope="module")
def connection(dynamodb_endpoint: str) -> Recorded:
    """One for all: a client of its own for each process would cost more than the tests."""
    return Recorded(TableSettings("", "eu-central-1", dynamodb_endpoint))


@pytest.fixture
def start(settings: TableSettings, connection: Recorded) -> Start:
    """Starts one more process on the table."""
    return lambda: Process(settings, connection)


@pytest.fixture
def process(start: Start) -> Process:
    return start()


@pytest.fixture
def troubled(settings: TableSettings) -> Process:
    """A process whose connection is nobody else's, so that it may be disturbed."""
    return Process(settings, Recorded(settings))


@dataclass
class Load:
    """What sixteen threads asked for, and what it cost."""

    admitted: int = 0
    denied: int = 0
    writes_admitted: int = 0
    writes_denied: int = 0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def note(self, draw: Draw, writes: int) -> None:
        with self._turn:
            if draw.admitted:
                self.admitted += 1
                self.writes_admitted += writes
            else:
                self.denied += 1
                self.writes_denied += writes


class Clock:
    """A clock that moves by `step_us` each time somebody looks at it."""

    def __init__(self, step_us: int) -> None:
        self.now_us = START_US
        self._step_us = step_us
        self._turn = threading.Lock()

    def __call__(self) -> int:
        with self._turn:
            self.now_us += self._step_us
            return self.now_us


def under_load(processes: list[Process], bucket: TokenBucket, clock: Callable[[], int], requests: int) -> Load:
    """Ask for `requests` tokens from sixteen threads at once, spread over the processes."""
    load, start = Load(), threading.Barrier(THREADS)

    def run(number: int) -> None:
        process = processes[number % len(processes)]
        start.wait()
        for _ in range(requests // THREADS):
            load.note(*process.take(bucket, clock()))

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(run, number) for number in range(THREADS)]:
            done.result()
    return load


@pytest.fixture(params=[1, THREADS], ids=["one process", "sixteen processes"])
def processes(request: pytest.FixtureRequest, start: Start) -> list[Process]:
    return [start() for _ in range(request.param)]


class TestUnderLoad:
    def test_at_one_instant_exactly_the_capacity_is_admitted(self, processes: list[Process]) -> None:
        load = under_load(processes, TokenBucket(100), Clock(0), 320)

        assert load.admitted == 100

    @pytest.mark.parametrize("capacity", [1, 120])
    def test_capacity_and_refill_are_admitted_and_no_more(self, processes: list[Process], capacity: int) -> None:
        bucket, clock = TokenBucket(capacity), Clock(50_000)

        load = under_load(processes, bucket, clock, 480)

        allowed = capacity + (clock.now_us - START_US) // bucket.interval_us
        assert load.admitted <= allowed
        # a thread that read the clock before another and writes after it may find the token gone
        assert load.admitted >= allowed - THREADS

    def test_an_admitted_request_costs_at_most_1_4_writes_and_a_denied_one_a_tenth(self, process: Process) -> None:
        load = under_load([process], TokenBucket(120), Clock(20_000), 640)

        assert load.admitted > 120
        assert load.denied > 400
        assert load.writes_admitted <= 1.4 * load.admitted
        assert load.writes_denied <= 0.1 * load.denied

    def test_processes_that_know_nothing_of_each_other_pay_as_little_for_a_burst(self, start: Start) -> None:
        load = under_load([start() for _ in range(THREADS)], TokenBucket(100), Clock(0), 640)

        assert load.writes_admitted <= 1.4 * load.admitted
        assert load.writes_denied <= 0.1 * load.denied


class TestOneByOne:
    def test_a_bucket_empties_and_fills_to_the_microsecond(self, process: Process) -> None:
        bucket = TokenBucket(3)
        for _ in range(3):
            assert process.take(bucket, START_US)[0].admitted

        early, _ = process.take(bucket, START_US + bucket.interval_us - 1)
        in_time, _ = process.take(bucket, START_US + bucket.interval_us)

        assert not early.admitted
        assert in_time == Draw(admitted=True, full_at_us=START_US + 4 * bucket.interval_us)

    def test_a_bucket_known_to_be_empty_costs_no_write(self, process: Process) -> None:
        bucket = TokenBucket(1)
        process.take(bucket, START_US)

        draw, writes = process.take(bucket, START_US + 1)

        assert (draw.admitted, writes) == (False, 0)

    def test_a_bucket_whose_last_token_is_being_taken_is_refused_without_asking(self, troubled: Process) -> None:
        bucket, met = TokenBucket(1), []
        troubled.connection.meanwhile = lambda: met.append(troubled.take(bucket, START_US))

        draw, _ = troubled.take(bucket, START_US)

        assert met == [(Draw(admitted=False, full_at_us=draw.full_at_us), 0)]

    @pytest.mark.parametrize("pause_us", [0, SECOND_US, 3600 * SECOND_US], ids=["busy", "steady", "rare"])
    def test_a_single_process_never_guesses_wrong_twice(self, process: Process, pause_us: int) -> None:
        writes = [process.take(TokenBucket(60), START_US + turn * pause_us)[1] for turn in range(20)]

        assert sum(writes) <= 21

    def test_another_process_learns_of_an_empty_bucket_by_one_write(self, start: Start) -> None:
        bucket = TokenBucket(1)
        start().take(bucket, START_US)
        other = start()

        assert other.take(bucket, START_US) == (Draw(admitted=False, full_at_us=START_US + bucket.interval_us), 1)
        assert other.take(bucket, START_US)[1] == 0

    def test_a_clock_that_lags_behind_gives_no_token_twice(self, start: Start) -> None:
        bucket = TokenBucket(10)
        start().take(bucket, START_US)
        late = start()

        draws = [late.take(bucket, START_US - SECOND_US)[0].admitted for _ in range(12)]

        assert 8 <= draws.count(True) <= 9

    def test_the_item_outlives_its_use_by_a_day(self, process: Process) -> None:
        process.take(TokenBucket(60), START_US)

        assert process.table.get(KEY).ttl.timestamp() == START_US // SECOND_US + KEPT_S


class TestClosed:
    def test_a_closed_bucket_gives_nothing_whichever_form_is_guessed(self, start: Start) -> None:
        fresh, used = start(), start()
        used.take(TokenBucket(60), START_US)

        used.buckets.close(KEY, START_US)

        for process in (fresh, used):
            with pytest.raises(Unauthorized):
                process.take(TokenBucket(60), START_US)

    def test_a_bucket_that_was_never_used_can_be_closed(self, process: Process) -> None:
        process.buckets.close(KEY, START_US)

        with pytest.raises(Unauthorized):
            process.take(TokenBucket(60), START_US)


class TestTrouble:
    def test_a_throttled_item_is_a_refusal_for_a_second(self, troubled: Process) -> None:
        throttled = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}}
        troubled.connection.failure = ClientError(throttled, "UpdateItem")

        with pytest.raises(RateLimited) as refused:
            troubled.take(TokenBucket(60), START_US)

        assert refused.value.retry_after_s == 1

    def test_a_database_that_does_not_answer_is_out_of_reach(self, troubled: Process) -> None:
        troubled.connection.failure = ConnectTimeoutError(endpoint_url="http://127.0.0.1:1")

        with pytest.raises(Unavailable):
            troubled.take(TokenBucket(60), START_US)

    def test_a_missing_table_is_out_of_reach_too(self, settings: TableSettings, connection: Recorded) -> None:
        elsewhere = TableSettings(settings.prefix + "none-", settings.region, settings.endpoint)

        with pytest.raises(Unavailable):
            Process(elsewhere, connection).take(TokenBucket(60), START_US)


class TestMemory:
    def test_it_forgets_the_bucket_that_was_used_longest_ago(self) -> None:
        memory = Memory(2)
        for name in ("a", "b", "a", "c"):
            memory.put(KeyId(name), Seen(1, is_shared=True))

        assert [memory.get(KeyId(name)) is UNSEEN for name in ("a", "b", "c")] == [False, True, False]

    def test_a_later_state_is_not_forgotten_for_an_earlier_one(self) -> None:
        memory = Memory(2)
        memory.put(KEY, Seen(2, is_shared=True))

        memory.put(KEY, Seen(1, is_shared=False))

        assert memory.get(KEY) == Seen(2, is_shared=True)
