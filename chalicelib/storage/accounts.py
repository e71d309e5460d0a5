"""The accounts' table: accounts, where an account's keys are found by id, and the signing secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute

from chalicelib.domain.accounts import Account
from chalicelib.domain.errors import NotFound
from chalicelib.domain.ids import AccountId
from chalicelib.domain.pages import Page
from chalicelib.storage.tables import ConditionFailed, Table, dispatch

if TYPE_CHECKING:
    from chalicelib.domain.pages import PageRequest

ACCOUNTS = "accounts"
SYSTEM = "system"
SIGNING_SECRET = "signing_secret"  # noqa: S105 - where it lies, not what it is


class AccountsTable(Table):
    """One of three: an account (`accounts`, its id), a key's hash (tenant, the key's id), or the signing secret."""

    table = "accounts"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    key_count = NumberAttribute(null=True)
    key_hash = UnicodeAttribute(null=True)
    ciphertext = BinaryAttribute(null=True, legacy_encoding=False)


class StoredAccounts:
    """The accounts: they belong to the operator, so nothing here takes a tenant."""

    def __init__(self, items: type[AccountsTable]) -> None:
        self._items = items

    def add(self, account: Account) -> None:
        """Store a new account; raises `Conflict` when its id exists."""
        item = self._items(ACCOUNTS, account.id, name=account.name, created_at=account.created_at)
        dispatch(
            self._items,
            "PutItem",
            {"Item": item.serialize(), "ConditionExpression": "attribute_not_exists(pk)"},
        )

    def get(self, account_id: AccountId) -> Account:
        """Return it, strongly consistent; raises `NotFound`."""
        try:
            return _account(self._items.get(ACCOUNTS, account_id, consistent_read=True))
        except self._items.DoesNotExist as error:
            raise NotFound(f"There is no account {account_id}") from error

    def page(self, request: PageRequest) -> Page[Account]:
        """Return one page, newest first, strongly consistent."""
        older = self._items.sk < request.after if request.after else None
        found = self._items.query(
            ACCOUNTS, older, consistent_read=True, scan_index_forward=False, limit=request.limit + 1
        )
        accounts = [_account(item) for item in found]
        results = tuple(accounts[: request.limit])
        return Page(results, results[-1].id if len(accounts) > request.limit else None)


class StoredSigningSecret:
    """The one signing secret, as ciphertext."""

    def __init__(self, items: type[AccountsTable]) -> None:
        self._items = items

    def find(self) -> bytes | None:
        """Return the ciphertext, strongly consistent; None when none has been made yet."""
        try:
            item = self._items.get(SYSTEM, SIGNING_SECRET, consistent_read=True)
        except self._items.DoesNotExist:
            return None
        return item.ciphertext

    def add(self, ciphertext: bytes) -> bytes:
        """Keep `ciphertext` unless there is one already, and return the one that is kept."""
        item = self._items(SYSTEM, SIGNING_SECRET, ciphertext=ciphertext)
        put = {"Item": item.serialize(), "ConditionExpression": "attribute_not_exists(pk)"}
        try:
            dispatch(self._items, "PutItem", put)
        except ConditionFailed:
            return self.find() or ciphertext
        return ciphertext


def _account(item: AccountsTable) -> Account:
    count = item.key_count
    if item.name is None or item.created_at is None:
        raise ValueError(f"the account {item.sk} is stored without name or time")
    return Account(AccountId(item.sk), item.name, item.created_at, None if count is None else int(count))
