"""Accounts: what the operator makes and lists, and the first one of a machine that has none."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.api_keys import KeyTerms
from chalicelib.domain.errors import InvalidRequest, NotFound
from chalicelib.domain.ids import AccountId, is_id, made_at
from chalicelib.domain.pages import Page, PageRequest
from chalicelib.domain.tenants import Tenant
from chalicelib.services.accounts import Accounts
from chalicelib.services.api_keys import ApiKeys
from tests.builders import NOW, an_id
from tests.key_builders import LIMITS


class KeptAccounts:
    """Accounts in a dictionary."""

    def __init__(self, *accounts: Account) -> None:
        self.stored = {account.id: account for account in accounts}

    def add(self, account: Account) -> None:
        self.stored[account.id] = account

    def get(self, account_id: AccountId) -> Account:
        if account_id not in self.stored:
            raise NotFound("There is no such account")
        return self.stored[account_id]

    def page(self, request: PageRequest) -> Page[Account]:
        newest = [self.stored[key] for key in sorted(self.stored, reverse=True)]
        older = [account for account in newest if request.after is None or account.id < request.after]
        results = tuple(older[: request.limit])
        return Page(results, results[-1].id if len(older) > request.limit else None)


@dataclass
class AddedKeys:
    """Takes new keys and gives none back."""

    added: list[tuple[Tenant, KeyTerms, datetime]] = field(default_factory=list)

    def add(self, tenant: Tenant, key: Any, _key_hash: str) -> None:
        self.added.append((tenant, key.terms, key.created_at))

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nobody asks for {name} here")


def a_service(kept: KeptAccounts, keys: AddedKeys | None = None) -> Accounts:
    added: Any = keys or AddedKeys()
    buckets: Any = None
    return Accounts(kept, ApiKeys(added, buckets, LIMITS, bytes), bytes)


def an_account(**changes: Any) -> Account:
    return replace(Account(AccountId(an_id("acc")), "Gears & Co", NOW), **changes)


class TestAccounts:
    def test_a_new_account_is_stored_under_an_id_of_its_instant_with_a_tidy_name(self) -> None:
        kept = KeptAccounts()

        account = a_service(kept).create("  Gears & Co ", NOW)

        assert is_id("acc", account.id)
        assert made_at(account.id) == NOW
        assert (account.name, account.created_at, account.key_count) == ("Gears & Co", NOW, None)
        assert kept.stored == {account.id: account}

    @pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a\x00b"])
    def test_a_name_that_is_none_is_refused_and_nothing_is_stored(self, name: str) -> None:
        kept = KeptAccounts()

        with pytest.raises(InvalidRequest) as refused:
            a_service(kept).create(name, NOW)

        assert refused.value.message == "The name is not usable"
        assert refused.value.details == {"name": "1 to 100 printable characters"}
        assert kept.stored == {}

    @pytest.mark.parametrize("name", ["x", "x" * 100, " " + "x" * 100])
    def test_a_name_has_1_to_100_characters_without_those_round_it(self, name: str) -> None:
        assert a_service(KeptAccounts()).create(name, NOW).name == name.strip()

    def test_an_account_is_found_by_its_id_and_by_no_other(self) -> None:
        account = an_account()
        service = a_service(KeptAccounts(account))

        assert service.get(account.id) == account
        with pytest.raises(NotFound):
            service.get(AccountId(an_id("acc")))

    def test_a_page_is_cut_as_it_was_asked_for(self) -> None:
        first, second = an_account(id=AccountId("acc_1")), an_account(id=AccountId("acc_2"))
        service = a_service(KeptAccounts(first, second))

        newest = service.list(PageRequest(limit=1))
        rest = service.list(PageRequest(limit=1, after=newest.after))

        assert (newest.results, rest.results, rest.after) == ((second,), (first,), None)


class TestFirstAccount:
    def test_a_machine_without_accounts_gets_one_and_an_admin_key_for_test_mode(self) -> None:
        kept, keys = KeptAccounts(), AddedKeys()

        made = a_service(kept, keys).ensure_first_account(NOW)

        assert made is not None
        account, token = made
        assert kept.stored == {account.id: account}
        assert (account.name, account.created_at) == ("First account", NOW)
        terms = KeyTerms("test", "admin", "self_hosted", None, "First key", None)
        assert keys.added == [(Tenant(account.id, "test"), terms, NOW)]
        assert token.startswith("dray_test_")

    @pytest.mark.parametrize("key_count", [0, 1])
    def test_where_an_account_has_had_a_key_nothing_is_made(self, key_count: int) -> None:
        account, keys = an_account(key_count=key_count), AddedKeys()
        kept = KeptAccounts(account)

        assert a_service(kept, keys).ensure_first_account(NOW) is None
        assert (kept.stored, keys.added) == ({account.id: account}, [])

    def test_where_there_are_two_accounts_nothing_is_made_although_neither_has_a_key(self) -> None:
        keys = AddedKeys()

        assert a_service(KeptAccounts(an_account(), an_account()), keys).ensure_first_account(NOW) is None
        assert keys.added == []

    def test_a_first_account_whose_making_was_interrupted_gets_its_key(self) -> None:
        account, keys = an_account(), AddedKeys()
        kept = KeptAccounts(account)

        made = a_service(kept, keys).ensure_first_account(NOW)

        assert made is not None
        assert made[0] == account
        assert kept.stored == {account.id: account}
        assert [tenant for tenant, _, _ in keys.added] == [Tenant(account.id, "test")]
