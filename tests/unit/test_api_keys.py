"""Keys: what a mistyped one looks like, when one is valid, and what the service lets pass."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.api_keys import (
    BASE62,
    ApiKey,
    KeyTerms,
    caller_from,
    context_of,
    hash_of,
    is_well_formed,
    new_token,
    plan_limits,
)
from chalicelib.domain.errors import InvalidRequest, NotFound, Unauthorized, Unavailable
from chalicelib.domain.ids import AccountId, KeyId
from chalicelib.domain.pages import Page, PageRequest
from chalicelib.domain.tenants import Caller, Mode, Tenant
from chalicelib.domain.token_bucket import Draw, TokenBucket
from chalicelib.services.api_keys import ApiKeys, KeyWish

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LIMITS = plan_limits(100)
TOKEN = new_token("test", secrets.token_bytes)

modes = st.sampled_from(["test", "live"])
secrets_ = st.binary(min_size=20, max_size=20)


def a_key(**changes: object) -> ApiKey:
    terms = KeyTerms(mode="test", role="standard", plan="scale")
    key = ApiKey(KeyId("key_1"), AccountId("acc_1"), terms, last_four=TOKEN[-4:], created_at=NOW)
    return replace(key, **changes)  # type: ignore[arg-type]


def with_terms(**changes: object) -> ApiKey:
    key = a_key()
    return replace(key, terms=replace(key.terms, **changes))  # type: ignore[arg-type]


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


class TestToken:
    @given(modes, secrets_)
    def test_a_new_key_has_prefix_mode_160_random_bits_and_checksum(self, mode: Mode, secret: bytes) -> None:
        token = new_token(mode, lambda _size: secret)

        value = 0
        for character in token.removeprefix(f"dray_{mode}_")[:27]:
            value = value * 62 + BASE62.index(character)

        assert value.to_bytes(20) == secret
        assert len(token) == len(f"dray_{mode}_") + 27 + 6
        assert is_well_formed(token)

    @given(modes, secrets_, st.data())
    def test_any_one_wrong_character_is_found(self, mode: Mode, secret: bytes, data: st.DataObject) -> None:
        token = new_token(mode, lambda _size: secret)

        at = data.draw(st.integers(0, len(token) - 1))
        wrong = data.draw(st.one_of(st.sampled_from(BASE62), st.characters()).filter(lambda c: c != token[at]))

        assert not is_well_formed(token[:at] + wrong + token[at + 1 :])

    @given(modes, secrets_, st.data())
    def test_two_swapped_neighbours_are_found(self, mode: Mode, secret: bytes, data: st.DataObject) -> None:
        token = new_token(mode, lambda _size: secret)
        at = data.draw(st.integers(10, len(token) - 8))

        swapped = token[:at] + token[at + 1] + token[at] + token[at + 2 :]

        assert is_well_formed(swapped) == (token[at] == token[at + 1])

    @given(secrets_)
    def test_a_key_with_the_other_modes_name_is_found(self, secret: bytes) -> None:
        token = new_token("test", lambda _size: secret)

        assert not is_well_formed(token.replace("_test_", "_live_"))

    @pytest.mark.parametrize("text", ["", "dray_test_", TOKEN[:-1], TOKEN + "0", TOKEN + "\n", f" {TOKEN}", "é" * 43])
    def test_what_has_another_shape_is_no_key(self, text: str) -> None:
        assert not is_well_formed(text)

    def test_what_is_kept_does_not_show_the_key(self) -> None:
        assert len(hash_of(TOKEN)) == 64
        assert TOKEN[10:37] not in hash_of(TOKEN)


class TestValidity:
    def test_expiry_is_exact(self) -> None:
        key = with_terms(expires_at=NOW)

        assert key.is_valid(NOW - timedelta(microseconds=1))
        assert not key.is_valid(NOW)

    def test_a_revoked_key_is_not_valid(self) -> None:
        assert not a_key(revoked_at=NOW).is_valid(NOW)

    def test_a_key_takes_its_plans_limit_unless_it_has_its_own(self) -> None:
        assert a_key().caller(LIMITS).limit_per_minute == 1000
        assert with_terms(limit_per_minute=7).caller(LIMITS).limit_per_minute == 7
        assert with_terms(plan="self_hosted").caller(LIMITS).limit_per_minute == 100


class TestContext:
    @given(
        st.builds(
            Caller,
            tenant=st.builds(Tenant, st.just(AccountId("acc_1")), modes),
            key_id=st.just(KeyId("key_1")),
            role=st.sampled_from(["admin", "standard", "read_only"]),
            plan=st.sampled_from(["self_hosted", "scale", "enterprise"]),
            limit_per_minute=st.integers(1, 30_000),
            expires_at=st.none() | st.datetimes(min_value=datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        )
    )
    def test_the_caller_comes_back_from_flat_strings(self, caller: Caller) -> None:
        context = context_of(caller)

        assert all(type(value) is str for value in context.values())
        assert caller_from(context | {"principalId": "x"}, NOW) == caller

    def test_a_key_that_expires_while_the_gateway_remembers_it_is_refused_to_the_instant(self) -> None:
        context = context_of(with_terms(expires_at=NOW).caller(LIMITS))

        assert caller_from(context, NOW - timedelta(microseconds=1)).key_id == "key_1"
        with pytest.raises(Unauthorized):
            caller_from(context, NOW)

    def test_without_an_authorizers_answer_nobody_is_let_in(self) -> None:
        with pytest.raises(Unauthorized):
            caller_from({}, NOW)


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
