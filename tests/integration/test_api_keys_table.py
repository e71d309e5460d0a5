"""Keys and accounts on the real engine: stored once, found by hash and id, counted exactly, revoked at once."""

import os
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.api_keys import MOST_KEYS, ApiKey, KeyTerms, hash_of, new_token, plan_limits
from chalicelib.domain.errors import Conflict, InvalidRequest, NotFound, Unauthorized
from chalicelib.domain.ids import AccountId, KeyId, new_id
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.token_bucket import TokenBucket, microseconds
from chalicelib.services.accounts import Accounts
from chalicelib.services.api_keys import ApiKeys, KeyWish, NewKey
from chalicelib.storage.accounts import AccountsTable, StoredAccounts
from chalicelib.storage.api_keys import ApiKeysTable, StoredApiKeys
from chalicelib.storage.capacity import counting
from chalicelib.storage.rate_limits import RateLimitsTable, StoredBuckets
from chalicelib.storage.schema import create_tables
from chalicelib.storage.tables import TableSettings, bind

NOW = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
TERMS = KeyTerms("test", "admin", "scale", limit_per_minute=7, name="Shop", expires_at=NOW + timedelta(days=30))


class Keys:
    """The services of keys and accounts on tables of their own."""

    def __init__(self, settings: TableSettings) -> None:
        create_tables(settings, [AccountsTable, ApiKeysTable, RateLimitsTable])
        accounts, keys = bind(AccountsTable, settings), bind(ApiKeysTable, settings)
        self.buckets = StoredBuckets(bind(RateLimitsTable, settings))
        self.stored = StoredApiKeys(keys, accounts)
        self.stored_accounts = StoredAccounts(accounts)
        self.api_keys = ApiKeys(self.stored, self.buckets, plan_limits(100), os.urandom)
        self.accounts = Accounts(self.stored_accounts, self.api_keys, os.urandom)

    def an_account(self) -> Account:
        return self.accounts.create("Gears & Co", NOW)

    def count(self, account: Account) -> int | None:
        return self.accounts.get(account.id).key_count


@pytest.fixture
def keys(dynamodb_endpoint: str, table_prefix: str) -> Keys:
    return Keys(TableSettings(table_prefix, "eu-central-1", dynamodb_endpoint))


def made(keys: Keys, account: Account, **terms: object) -> NewKey:
    return keys.api_keys.grant(account.id, replace(TERMS, **terms), NOW)  # type: ignore[arg-type]


class TestFinding:
    def test_a_key_comes_back_by_its_hash_and_by_its_id_as_it_was_stored(self, keys: Keys) -> None:
        account = keys.an_account()
        new = made(keys, account)

        assert new.key == ApiKey(new.key.id, account.id, TERMS, new.token[-4:], NOW)
        assert keys.stored.find_by_hash(hash_of(new.token)) == new.key
        assert keys.stored.get(new.key.tenant, new.key.id) == new.key

    def test_a_key_without_name_limit_and_expiry_comes_back_without_them(self, keys: Keys) -> None:
        new = made(keys, keys.an_account(), name=None, limit_per_minute=None, expires_at=None)

        assert keys.stored.find_by_hash(hash_of(new.token)) == new.key

    def test_an_authentication_costs_one_consistent_read(self, keys: Keys) -> None:
        token = made(keys, keys.an_account()).token
        keys.api_keys.authenticate(token, NOW)

        with counting() as consumed:
            keys.api_keys.authenticate(token, NOW + timedelta(minutes=59))

        assert (consumed.calls, consumed.read_units, consumed.write_units) == (1, 1.0, 0.0)

    def test_the_key_itself_is_nowhere_in_the_tables(self, keys: Keys) -> None:
        token = made(keys, keys.an_account()).token

        kept = [item.serialize() for model in (keys.stored._keys, keys.stored._accounts) for item in model.scan()]

        assert len(kept) == 3
        assert token.split("_")[2][:27] not in str(kept)

    def test_nothing_is_found_for_another_account_or_mode(self, keys: Keys) -> None:
        account, other = keys.an_account(), keys.an_account()
        key_id = made(keys, account).key.id

        for tenant in (Tenant(account.id, "live"), Tenant(other.id, "test")):
            with pytest.raises(NotFound):
                keys.stored.get(tenant, key_id)
            with pytest.raises(NotFound):
                keys.api_keys.revoke(tenant, key_id, NOW)


class TestListing:
    def test_a_walk_meets_each_key_of_the_tenant_once_newest_first(self, keys: Keys) -> None:
        account = keys.an_account()
        ids = [keys.api_keys.grant(account.id, TERMS, NOW + timedelta(seconds=second)).key.id for second in range(7)]
        made(keys, account, mode="live")
        made(keys, keys.an_account())

        walked: list[KeyId] = []
        after = None
        pages = 0
        while pages == 0 or after is not None:
            page = keys.api_keys.list(Tenant(account.id, "test"), PageRequest(limit=3, after=after))
            walked += [key.id for key in page.results]
            after, pages = page.after, pages + 1

        assert walked == ids[::-1]
        assert pages == 3

    def test_a_full_last_page_ends_the_walk(self, keys: Keys) -> None:
        account = keys.an_account()
        made(keys, account)
        made(keys, account)

        page = keys.api_keys.list(Tenant(account.id, "test"), PageRequest(limit=2))

        assert (len(page.results), page.after) == (2, None)

    def test_accounts_are_listed_newest_first(self, keys: Keys) -> None:
        first, second = keys.accounts.create("A", NOW), keys.accounts.create("B", NOW + timedelta(seconds=1))

        newest = keys.accounts.list(PageRequest(limit=1))
        rest = keys.accounts.list(PageRequest(limit=1, after=newest.after))

        assert (newest.results, rest.results, rest.after) == ((second,), (first,), None)


class TestCounting:
    def test_an_account_has_at_most_a_hundred_keys_also_when_they_are_made_at_once(self, keys: Keys) -> None:
        account = keys.an_account()
        for _ in range(MOST_KEYS - 4):
            made(keys, account)
        outcomes: list[str] = []

        def make() -> None:
            try:
                made(keys, account, mode="live")
                outcomes.append("made")
            except Conflict as error:
                outcomes.append(error.message)

        threads = [threading.Thread(target=make) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert outcomes.count("made") == 4
        assert set(outcomes) == {"made", "An account has at most 100 API keys; revoke one first"}
        assert keys.count(account) == MOST_KEYS

    def test_a_revoked_key_makes_room_once(self, keys: Keys) -> None:
        account = keys.an_account()
        key = made(keys, account).key
        made(keys, account)

        keys.api_keys.revoke(key.tenant, key.id, NOW)
        keys.api_keys.revoke(key.tenant, key.id, NOW)

        assert keys.count(account) == 1

    def test_no_key_is_made_for_an_account_that_does_not_exist(self, keys: Keys) -> None:
        nobody = AccountId(new_id("acc", NOW, os.urandom))

        with pytest.raises(NotFound):
            keys.api_keys.grant(nobody, TERMS, NOW)

        assert keys.api_keys.list(Tenant(nobody, "test"), PageRequest()).results == ()

    def test_a_second_key_of_one_id_is_a_conflict_and_not_counted(self, keys: Keys) -> None:
        account = keys.an_account()
        key = made(keys, account).key

        with pytest.raises(Conflict, match="of this id"):
            keys.stored.add(key.tenant, key, hash_of(new_token("test", os.urandom)))

        assert keys.count(account) == 1


class TestRevoking:
    def test_a_revoked_key_opens_nothing_from_now_on(self, keys: Keys) -> None:
        new = made(keys, keys.an_account())
        caller = keys.api_keys.authenticate(new.token, NOW)
        keys.buckets.take(caller.key_id, TokenBucket(7), microseconds(NOW))

        revoked = keys.api_keys.revoke(caller.tenant, caller.key_id, NOW)

        assert revoked.revoked_at == NOW
        with pytest.raises(Unauthorized):
            keys.api_keys.authenticate(new.token, NOW)
        with pytest.raises(Unauthorized):  # what a gateway that remembers the key runs into
            keys.buckets.take(caller.key_id, TokenBucket(7), microseconds(NOW))

    def test_revoking_twice_answers_the_same(self, keys: Keys) -> None:
        key = made(keys, keys.an_account()).key

        first = keys.api_keys.revoke(key.tenant, key.id, NOW)
        second = keys.api_keys.revoke(key.tenant, key.id, NOW + timedelta(hours=2))

        assert first == second == replace(key, revoked_at=NOW)


class TestRepeating:
    def test_a_repeated_attempt_takes_the_place_of_the_first(self, keys: Keys) -> None:
        account = keys.an_account()
        caller = keys.api_keys.authenticate(made(keys, account).token, NOW)
        key_id = KeyId(new_id("key", NOW, os.urandom))
        first = keys.api_keys.create(caller, KeyWish("standard"), NOW, key_id)

        second = keys.api_keys.create(caller, KeyWish("standard"), NOW + timedelta(seconds=9), key_id)

        assert keys.api_keys.authenticate(second.token, NOW).key_id == key_id
        with pytest.raises(Unauthorized):
            keys.api_keys.authenticate(first.token, NOW)
        assert keys.count(account) == 2
        assert keys.stored.get(caller.tenant, key_id) == replace(second.key, last_used_at=NOW)

    def test_a_revoked_key_gets_no_other_secret(self, keys: Keys) -> None:
        account = keys.an_account()
        new = made(keys, account)
        keys.api_keys.revoke(new.key.tenant, new.key.id, NOW)

        with pytest.raises(Conflict):
            keys.api_keys.grant(account.id, TERMS, NOW, new.key.id)

        with pytest.raises(Unauthorized):
            keys.api_keys.authenticate(new.token, NOW)


class TestLastUse:
    def test_it_is_written_once_an_hour_whoever_asks(self, keys: Keys) -> None:
        new = made(keys, keys.an_account())
        key_hash = hash_of(new.token)

        keys.stored.mark_used(key_hash, NOW)
        with pytest.raises(Conflict):
            keys.stored.mark_used(key_hash, NOW + timedelta(minutes=59))
        keys.api_keys.authenticate(new.token, NOW + timedelta(hours=1))

        assert keys.stored.get(new.key.tenant, new.key.id).last_used_at == NOW + timedelta(hours=1)

    def test_a_use_does_not_bring_a_deleted_key_back(self, keys: Keys) -> None:
        with pytest.raises(Conflict):
            keys.stored.mark_used("0" * 64, NOW)

        assert keys.stored.find_by_hash("0" * 64) is None


class TestFirstAccount:
    def test_an_empty_machine_gets_an_account_and_an_admin_key_for_test_mode(self, keys: Keys) -> None:
        first = keys.accounts.ensure_first_account(NOW)

        assert first is not None
        account, token = first
        caller = keys.api_keys.authenticate(token, NOW)
        assert caller.tenant == Tenant(account.id, "test")
        assert (caller.role, caller.plan) == ("admin", "self_hosted")

    def test_a_second_start_makes_nothing(self, keys: Keys) -> None:
        first = keys.accounts.ensure_first_account(NOW)
        assert first is not None
        account, token = first
        caller = keys.api_keys.authenticate(token, NOW)
        keys.api_keys.revoke(caller.tenant, caller.key_id, NOW)

        assert keys.accounts.ensure_first_account(NOW) is None
        assert [one.id for one in keys.accounts.list(PageRequest()).results] == [account.id]

    def test_a_first_account_that_was_left_without_a_key_gets_it(self, keys: Keys) -> None:
        account = keys.an_account()

        first = keys.accounts.ensure_first_account(NOW)

        assert first is not None
        assert first[0].id == account.id

    @pytest.mark.parametrize("name", ["", "   ", "a" * 101, "a\nb"])
    def test_an_account_has_a_name_that_can_be_shown(self, keys: Keys, name: str) -> None:
        with pytest.raises(InvalidRequest):
            keys.accounts.create(name, NOW)
