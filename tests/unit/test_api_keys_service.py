"""The service of keys: what it lets pass, what that costs, and what a new key may be."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.api_keys import ApiKey, KeyTerms, hash_of
from chalicelib.domain.errors import InvalidRequest, NotFound, Unauthorized, Unavailable
from chalicelib.domain.ids import AccountId, KeyId
from chalicelib.domain.pages import Page, PageRequest
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.token_bucket import Draw, TokenBucket
from chalicelib.services.api_keys import ApiKeys, KeyWish
from tests.key_builders import LIMITS, NOW, TOKEN, a_key, with_terms


class KeptKeys:
    """One key by its hash; counts the reads, and fails to write on demand."""

    def __init__(self, keys: Mapping[str, ApiKey], *, can_write: bool = True) -> None:
        self.keys = dict(keys)
        self.can_write = can_write
        self.reads = 0
        self.marked: list[datetime] = []

    def find_by_hash(self, key_hash: str) -> ApiKey | None:
        self.reads += 1
        return self.keys.get(key_hash)

    def mark_used(self, _key_hash: str, now: datetime) -> None:
        if not self.can_write:
            raise Unavailable("The database is too busy; try again")
        self.marked.append(now)

    def add(self, _tenant: Tenant, key: ApiKey, key_hash: str) -> None:
        self.keys[key_hash] = key

    def replace(self, _tenant: Tenant, key: ApiKey, key_hash: str) -> None:
        self.keys = {old: kept for old, kept in self.keys.items() if kept.id != key.id} | {key_hash: key}

    def get(self, tenant: Tenant, key_id: KeyId) -> ApiKey:
        for key in self.keys.values():
            if (key.tenant, key.id) == (tenant, key_id):
                return key
        raise NotFound("There is no such API key")

    def page(self, tenant: Tenant, _request: PageRequest) -> Page[ApiKey]:
        return Page(tuple(key for key in self.keys.values() if key.tenant == tenant), None)

    def revoke(self, tenant: Tenant, key_id: KeyId, now: datetime) -> ApiKey:
        key = replace(self.get(tenant, key_id), revoked_at=now)
        self.keys = {kept_hash: key if kept.id == key_id else kept for kept_hash, kept in self.keys.items()}
        return key


class NoBuckets:
    """Remembers only what was closed."""

    def __init__(self) -> None:
        self.closed: list[KeyId] = []

    def take(self, key_id: KeyId, _bucket: TokenBucket, _now_us: int) -> Draw:
        raise AssertionError(f"nobody takes from {key_id} here")

    def close(self, key_id: KeyId, _now_us: int) -> None:
        self.closed.append(key_id)


def a_service(kept: KeptKeys, buckets: NoBuckets | None = None) -> ApiKeys:
    return ApiKeys(kept, buckets or NoBuckets(), LIMITS, secrets.token_bytes)


class TestAuthenticate:
    def test_a_valid_key_costs_one_read(self) -> None:
        kept = KeptKeys({hash_of(TOKEN): a_key(last_used_at=NOW)})

        caller = a_service(kept).authenticate(TOKEN, NOW)

        assert caller.tenant == Tenant(AccountId("acc_1"), "test")
        assert (kept.reads, kept.marked) == (1, [])

    def test_a_mistyped_key_costs_no_read(self) -> None:
        kept = KeptKeys({})
        wrong = TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1")

        with pytest.raises(Unauthorized):
            a_service(kept).authenticate(wrong, NOW)

        assert kept.reads == 0

    @pytest.mark.parametrize(
        "kept",
        [{}, {hash_of(TOKEN): a_key(revoked_at=NOW)}, {hash_of(TOKEN): with_terms(expires_at=NOW)}],
        ids=["unknown", "revoked", "expired"],
    )
    def test_an_unknown_a_revoked_and_an_expired_key_look_the_same(self, kept: dict[str, ApiKey]) -> None:
        with pytest.raises(Unauthorized, match=r"^This API key is not valid$"):
            a_service(KeptKeys(kept)).authenticate(TOKEN, NOW)

    @pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "BEARER   {}", "  Bearer {}  "])
    def test_the_scheme_may_be_written_in_any_case_with_any_spaces(self, header: str) -> None:
        service = a_service(KeptKeys({hash_of(TOKEN): a_key()}))

        assert service.authenticate_header(header.format(TOKEN), NOW).key_id == "key_1"

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "{}", "Basic {}", "Bearer {} x", "Bearer,{}"])
    def test_any_other_header_is_refused(self, header: str) -> None:
        service = a_service(KeptKeys({hash_of(TOKEN): a_key()}))

        with pytest.raises(Unauthorized):
            service.authenticate_header(header.format(TOKEN), NOW)

    def test_the_last_use_is_marked_once_an_hour(self) -> None:
        an_hour_ago, later = NOW - timedelta(hours=1), NOW - timedelta(minutes=59)
        old = KeptKeys({hash_of(TOKEN): a_key(last_used_at=an_hour_ago)})
        fresh = KeptKeys({hash_of(TOKEN): a_key(last_used_at=later)})

        a_service(old).authenticate(TOKEN, NOW)
        a_service(fresh).authenticate(TOKEN, NOW)

        assert (old.marked, fresh.marked) == ([NOW], [])

    def test_a_key_works_although_its_use_could_not_be_marked(self) -> None:
        kept = KeptKeys({hash_of(TOKEN): a_key()}, can_write=False)

        assert a_service(kept).authenticate(TOKEN, NOW).key_id == "key_1"


class TestCreateAndRevoke:
    CALLER = with_terms(mode="live", plan="enterprise", limit_per_minute=9).caller(LIMITS)

    def test_a_new_key_has_its_makers_account_mode_and_plan(self) -> None:
        made = a_service(KeptKeys({})).create(self.CALLER, KeyWish("read_only", name="Shop"), NOW)

        assert made.token.startswith("dray_live_")
        assert made.key.tenant == self.CALLER.tenant
        assert made.key.terms == KeyTerms("live", "read_only", "enterprise", None, "Shop", None)
        assert made.key.last_four == made.token[-4:]

    def test_an_attempt_repeated_under_its_id_leaves_one_key_with_the_last_secret(self) -> None:
        kept = KeptKeys({})
        service = a_service(kept)
        first = service.create(self.CALLER, KeyWish("admin"), NOW, KeyId("key_9"))

        second = service.create(self.CALLER, KeyWish("admin"), NOW + timedelta(seconds=1), KeyId("key_9"))

        assert kept.keys == {hash_of(second.token): replace(first.key, last_four=second.token[-4:])}

    @pytest.mark.parametrize(
        ("terms", "fault"),
        [
            (KeyTerms("test", "admin", "scale", expires_at=NOW), "expires_at"),
            (KeyTerms("test", "admin", "scale", expires_at=datetime(9999, 1, 1, tzinfo=UTC)), "expires_at"),
            (KeyTerms("test", "admin", "scale", limit_per_minute=0), "limit_per_minute"),
            (KeyTerms("test", "admin", "scale", limit_per_minute=30_001), "limit_per_minute"),
            (KeyTerms("test", "admin", "scale", name=" "), "name"),
            (KeyTerms("test", "admin", "scale", name="a\nb"), "name"),
        ],
    )
    def test_terms_that_make_no_sense_are_refused_by_name(self, terms: KeyTerms, fault: str) -> None:
        kept = KeptKeys({})

        with pytest.raises(InvalidRequest) as refused:
            a_service(kept).grant(AccountId("acc_1"), terms, NOW)

        assert list(refused.value.details) == [fault]
        assert kept.keys == {}

    def test_revoking_closes_the_bucket_each_time_it_is_asked(self) -> None:
        kept, buckets = KeptKeys({hash_of(TOKEN): a_key()}), NoBuckets()
        service = a_service(kept, buckets)

        service.revoke(a_key().tenant, KeyId("key_1"), NOW)
        service.revoke(a_key().tenant, KeyId("key_1"), NOW)

        assert buckets.closed == ["key_1", "key_1"]

    def test_a_key_of_another_account_or_mode_is_not_found_and_keeps_its_bucket(self) -> None:
        kept, buckets = KeptKeys({hash_of(TOKEN): a_key()}), NoBuckets()
        service = a_service(kept, buckets)

        for tenant in (Tenant(AccountId("acc_2"), "test"), Tenant(AccountId("acc_1"), "live")):
            with pytest.raises(NotFound):
                service.revoke(tenant, KeyId("key_1"), NOW)

        assert buckets.closed == []
