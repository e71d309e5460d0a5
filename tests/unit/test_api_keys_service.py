"""The service of keys: what it lets pass, what that costs, and what a new key may be."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.api_keys import ApiKey, KeyTerms, hash_of
from chalicelib.domain.errors import InvalidRequest, NotFound, Unauthorized, Unavailable
from chalicelib.domain.ids import AccountId, KeyId, is_id, made_at
from chalicelib.domain.pages import Page, PageRequest
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.token_bucket import Draw, TokenBucket, microseconds
from chalicelib.services.api_keys import ApiKeys, KeyWish
from tests.key_builders import LIMITS, NOW, TOKEN, a_key, with_terms

KNOWN_ACCOUNT = AccountId("acc_1")


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

    def mark_used(self, key_hash: str, now: datetime) -> None:
        if not self.can_write or key_hash not in self.keys:
            raise Unavailable("The database is too busy; try again")
        self.marked.append(now)

    def add(self, tenant: Tenant, key: ApiKey, key_hash: str) -> None:
        if tenant.account_id != KNOWN_ACCOUNT:
            raise NotFound("There is no such account")
        self.keys[key_hash] = key

    def replace(self, tenant: Tenant, key: ApiKey, key_hash: str) -> None:
        self.get(tenant, key.id)
        self.keys = {old: kept for old, kept in self.keys.items() if kept.id != key.id} | {key_hash: key}

    def get(self, tenant: Tenant, key_id: KeyId) -> ApiKey:
        self.reads += 1
        for key in self.keys.values():
            if (key.tenant, key.id) == (tenant, key_id):
                return key
        raise NotFound("There is no such API key")

    def page(self, tenant: Tenant, request: PageRequest) -> Page[ApiKey]:
        own = [key for key in self.keys.values() if key.tenant == tenant]
        return Page(tuple(own[: request.limit]), None)

    def revoke(self, tenant: Tenant, key_id: KeyId, now: datetime) -> ApiKey:
        key = replace(self.get(tenant, key_id), revoked_at=now)
        self.keys = {kept_hash: key if kept.id == key_id else kept for kept_hash, kept in self.keys.items()}
        return key


class NoBuckets:
    """Remembers only what was closed."""

    def __init__(self) -> None:
        self.closed: list[tuple[KeyId, int]] = []

    def take(self, key_id: KeyId, _bucket: TokenBucket, _now_us: int) -> Draw:
        raise AssertionError(f"nobody takes from {key_id} here")

    def close(self, key_id: KeyId, now_us: int) -> None:
        self.closed.append((key_id, now_us))


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

        with pytest.raises(Unauthorized, match=r"^This API key is not valid$"):
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
        service = a_service(KeptKeys({hash_of(TOKEN): with_terms(expires_at=NOW)}))
        at = NOW - timedelta(microseconds=1)

        assert service.authenticate_header(header.format(TOKEN), at).key_id == "key_1"

    @pytest.mark.parametrize("header", ["", "{}", "Basic {}", "Bearer,{}"])
    def test_without_a_bearers_header_one_is_asked_for(self, header: str) -> None:
        service = a_service(KeptKeys({hash_of(TOKEN): a_key()}))

        with pytest.raises(Unauthorized, match=r"^Send an API key: Authorization: Bearer dray_…$"):
            service.authenticate_header(header.format(TOKEN), NOW)

    @pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer {} x"])
    def test_a_bearers_header_without_a_key_is_refused(self, header: str) -> None:
        service = a_service(KeptKeys({hash_of(TOKEN): a_key()}))

        with pytest.raises(Unauthorized, match=r"^This API key is not valid$"):
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
        kept, until = KeptKeys({}), NOW + timedelta(days=1)

        made = a_service(kept).create(self.CALLER, KeyWish("read_only", name=" Shop ", expires_at=until), NOW)

        assert made.token.startswith("dray_live_")
        assert made.key.tenant == self.CALLER.tenant
        assert made.key.terms == KeyTerms("live", "read_only", "enterprise", None, "Shop", until)
        assert (made.key.last_four, made.key.created_at) == (made.token[-4:], NOW)
        assert kept.keys == {hash_of(made.token): made.key}

    def test_a_new_key_has_an_id_of_its_instant_and_is_looked_for_nowhere(self) -> None:
        kept = KeptKeys({})

        made = a_service(kept).create(self.CALLER, KeyWish("admin"), NOW)

        assert is_id("key", made.key.id)
        assert made_at(made.key.id) == NOW
        assert kept.reads == 0

    def test_an_account_that_does_not_exist_gets_no_key(self) -> None:
        with pytest.raises(NotFound):
            a_service(KeptKeys({})).grant(AccountId("acc_2"), KeyTerms("test", "admin", "scale"), NOW)

    def test_an_attempt_repeated_under_its_id_leaves_one_key_with_the_last_secret(self) -> None:
        kept = KeptKeys({})
        service = a_service(kept)
        first = service.create(self.CALLER, KeyWish("admin"), NOW, KeyId("key_9"))

        second = service.create(self.CALLER, KeyWish("admin"), NOW + timedelta(seconds=1), KeyId("key_9"))

        assert kept.keys == {hash_of(second.token): replace(first.key, last_four=second.token[-4:])}

    @pytest.mark.parametrize(
        ("terms", "details"),
        [
            ({"expires_at": NOW}, {"expires_at": "This time has passed"}),
            ({"expires_at": datetime(9999, 1, 1, tzinfo=UTC)}, {"expires_at": "At the latest in the year 9998"}),
            ({"limit_per_minute": 0}, {"limit_per_minute": "Between 1 and 30000"}),
            ({"limit_per_minute": 30_001}, {"limit_per_minute": "Between 1 and 30000"}),
            (
                {"expires_at": NOW, "limit_per_minute": -1, "name": " "},
                {"expires_at": "This time has passed", "limit_per_minute": "Between 1 and 30000"},
            ),
        ],
    )
    def test_terms_that_make_no_sense_are_all_refused_by_name(
        self, terms: dict[str, Any], details: dict[str, str]
    ) -> None:
        kept = KeptKeys({})

        with pytest.raises(InvalidRequest) as refused:
            a_service(kept).grant(AccountId("acc_1"), KeyTerms("test", "admin", "scale", **terms), NOW)

        assert (refused.value.message, refused.value.details) == ("The API key could not be created", details)
        assert kept.keys == {}

    @pytest.mark.parametrize("name", [" ", "a\nb"])
    def test_a_name_that_is_none_is_refused(self, name: str) -> None:
        kept = KeptKeys({})

        with pytest.raises(InvalidRequest) as refused:
            a_service(kept).grant(AccountId("acc_1"), KeyTerms("test", "admin", "scale", name=name), NOW)

        assert refused.value.details == {"name": "1 to 100 printable characters"}
        assert kept.keys == {}

    @pytest.mark.parametrize(
        "terms",
        [
            {"expires_at": NOW + timedelta(microseconds=1)},
            {"expires_at": datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)},
            {"limit_per_minute": 1},
            {"limit_per_minute": 30_000},
        ],
    )
    def test_terms_at_their_limits_are_granted(self, terms: dict[str, Any]) -> None:
        wanted = KeyTerms("test", "admin", "scale", **terms)

        assert a_service(KeptKeys({})).grant(AccountId("acc_1"), wanted, NOW).key.terms == wanted

    def test_a_list_shows_the_tenants_own_keys_as_many_as_were_asked_for(self) -> None:
        own = [a_key(), a_key(id=KeyId("key_2"), revoked_at=NOW)]
        service = a_service(KeptKeys({"1": own[0], "2": with_terms(mode="live"), "3": own[1]}))

        assert service.list(own[0].tenant, PageRequest()).results == tuple(own)
        assert service.list(own[0].tenant, PageRequest(limit=1)).results == (own[0],)

    def test_revoking_closes_the_bucket_each_time_it_is_asked(self) -> None:
        kept, buckets = KeptKeys({hash_of(TOKEN): a_key()}), NoBuckets()
        service = a_service(kept, buckets)

        revoked = service.revoke(a_key().tenant, KeyId("key_1"), NOW)
        service.revoke(a_key().tenant, KeyId("key_1"), NOW)

        assert revoked == a_key(revoked_at=NOW)
        assert buckets.closed == [("key_1", microseconds(NOW))] * 2

    def test_a_key_of_another_account_or_mode_is_not_found_and_keeps_its_bucket(self) -> None:
        kept, buckets = KeptKeys({hash_of(TOKEN): a_key()}), NoBuckets()
        service = a_service(kept, buckets)

        for tenant in (Tenant(AccountId("acc_2"), "test"), Tenant(AccountId("acc_1"), "live")):
            with pytest.raises(NotFound):
                service.revoke(tenant, KeyId("key_1"), NOW)

        assert buckets.closed == []
