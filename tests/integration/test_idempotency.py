"""Idempotency keys on the real engine: one run a key, the same answer again, nobody locked out."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import shake_256
from pathlib import Path

import pytest

from chalicelib.cloud.key_file import KeyFileEncryption
from chalicelib.domain.errors import IdempotencyInFlight, IdempotencyMismatch
from chalicelib.domain.idempotency import LEASE, REMEMBERED_FOR, Claim, Remembered, told_apart
from chalicelib.domain.tenants import Tenant
from chalicelib.services.idempotency import Idempotency
from chalicelib.storage.idempotency import IdempotencyTable, StoredIdempotency
from chalicelib.storage.schema import create_tables
from chalicelib.storage.tables import bind, dispatch
from tests.builders import A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE, NOW, an_id
from tests.integration.tables import settings_of

ANSWER = Remembered(201, b'{"id":"shp_1"}', {"Content-Type": "application/json"})
REQUEST = told_apart("POST", "/v1/shipments", {"service": "sandbox_ground"})


@dataclass
class Clock:
    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Keys:
    service: Idempotency
    clock: Clock
    table: type[IdempotencyTable]

    def begin(self, key: str = "k", mark: str = REQUEST) -> Claim | Remembered:
        return self.service.begin(A_TENANT, key, mark, "shp")

    def claim(self, key: str = "k") -> Claim:
        claim = self.begin(key)
        assert isinstance(claim, Claim)
        return claim


@pytest.fixture
def keys(dynamodb_endpoint: str, table_prefix: str, tmp_path: Path) -> Keys:
    settings, clock = settings_of(dynamodb_endpoint, table_prefix), Clock()
    create_tables(settings, [IdempotencyTable])
    table = bind(IdempotencyTable, settings)
    encryption = KeyFileEncryption(tmp_path / "key")
    return Keys(Idempotency(StoredIdempotency(table), lambda: encryption, clock, an_id), clock, table)


def test_the_first_answer_is_given_again(keys: Keys):
    keys.service.finish(A_TENANT, "k", keys.claim(), ANSWER)

    assert keys.begin() == ANSWER


def test_another_request_under_the_same_key_is_refused(keys: Keys):
    keys.service.finish(A_TENANT, "k", keys.claim(), ANSWER)

    with pytest.raises(IdempotencyMismatch):
        keys.begin(mark=told_apart("POST", "/v1/shipments", {"service": "sandbox_express"}))


def test_while_the_first_runs_a_second_is_told_when_to_come_again(keys: Keys):
    keys.claim()

    with pytest.raises(IdempotencyInFlight) as refusal:
        keys.begin()

    assert refusal.value.retry_after_s == 2


def test_after_a_crash_the_next_try_goes_on_with_the_same_object(keys: Keys):
    first = keys.claim()
    keys.clock.now += LEASE

    again = keys.claim()

    assert again.resumed
    assert again.object_id == first.object_id


def test_an_answer_that_is_not_remembered_frees_the_key_at_once(keys: Keys):
    first = keys.claim()
    keys.service.finish(A_TENANT, "k", first, None)

    again = keys.claim()

    assert again.resumed
    assert again.object_id == first.object_id


def test_an_answer_that_comes_after_its_lease_does_not_replace_the_next_ones(keys: Keys):
    late = keys.claim()
    keys.clock.now += LEASE
    keys.service.finish(A_TENANT, "k", keys.claim(), ANSWER)

    keys.service.finish(A_TENANT, "k", late, Remembered(400, b"{}"))

    assert keys.begin() == ANSWER


def test_after_a_day_the_key_is_new_though_its_row_may_still_be_there(keys: Keys):
    first = keys.claim()
    keys.service.finish(A_TENANT, "k", first, ANSWER)
    keys.clock.now += REMEMBERED_FOR

    again = keys.claim()

    assert not again.resumed
    assert again.object_id != first.object_id


@pytest.mark.parametrize("tenant", [ANOTHER_TENANT, ITS_LIVE_MODE], ids=["another account", "the other mode"])
def test_a_key_means_nothing_to_another_tenant(keys: Keys, tenant: Tenant):
    keys.service.finish(A_TENANT, "k", keys.claim(), ANSWER)

    theirs = keys.service.begin(tenant, "k", REQUEST, "shp")

    assert isinstance(theirs, Claim)
    assert not theirs.resumed


def test_of_sixteen_at_once_one_runs(keys: Keys):
    def attempt(_: int) -> bool:
        try:
            return isinstance(keys.begin(), Claim)
        except IdempotencyInFlight:
            return False

    with ThreadPoolExecutor(16) as pool:
        ran = list(pool.map(attempt, range(16)))

    assert ran.count(True) == 1


def test_of_sixteen_after_a_crash_one_goes_on(keys: Keys):
    keys.claim()
    keys.clock.now += LEASE

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: _resumed(keys), range(16)))

    assert outcomes.count(True) == 1


def _resumed(keys: Keys) -> bool:
    try:
        return keys.claim().resumed
    except IdempotencyInFlight:
        return False


def test_an_answer_that_shows_a_secret_is_stored_encrypted(keys: Keys):
    secret = Remembered(201, b'{"key":"dray_test_secret"}')
    keys.service.finish(A_TENANT, "k", keys.claim(), keys.service.sealed(A_TENANT, "k", secret))

    row = dispatch(keys.table, "GetItem", {"Key": {"tenant": {"S": A_TENANT.key}, "key": {"S": "k"}}})["Item"]

    assert b"dray_test" not in row["body"]["B"]
    assert keys.begin() == secret


def test_an_answer_too_large_for_an_item_frees_the_key(keys: Keys):
    first = keys.claim()
    noise = shake_256(b"does not compress").digest(400_000)

    keys.service.finish(A_TENANT, "k", first, Remembered(200, noise))

    assert keys.claim().object_id == first.object_id


def test_a_lease_of_less_than_a_second_still_names_a_second(keys: Keys):
    keys.claim()
    keys.clock.now += LEASE - timedelta(milliseconds=1)

    with pytest.raises(IdempotencyInFlight) as refusal:
        keys.begin()

    assert refusal.value.retry_after_s == 1
