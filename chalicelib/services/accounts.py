"""Accounts: made and listed by the operator, and the first one by a machine that has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.accounts import Account, checked_name
from chalicelib.domain.api_keys import KeyTerms
from chalicelib.domain.ids import AccountId, new_id
from chalicelib.domain.pages import PageRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.accounts import AccountRepository
    from chalicelib.domain.pages import Page
    from chalicelib.services.api_keys import ApiKeys

FIRST_ACCOUNT = "First account"


class Accounts:
    """All customers of this installation."""

    def __init__(self, accounts: AccountRepository, api_keys: ApiKeys, random_bytes: Callable[[int], bytes]) -> None:
        self._accounts = accounts
        self._api_keys = api_keys
        self._random_bytes = random_bytes

    def create(self, name: str, now: datetime) -> Account:
        """Make an account; raises `InvalidRequest` for a name that can't be one."""
        account = Account(AccountId(new_id("acc", now, self._random_bytes)), checked_name(name), created_at=now)
        self._accounts.add(account)
        return account

    def get(self, account_id: AccountId) -> Account:
        """Return it; raises `NotFound`."""
        return self._accounts.get(account_id)

    def list(self, request: PageRequest) -> Page[Account]:
        """Return one page, newest first."""
        return self._accounts.page(request)

    def ensure_first_account(self, now: datetime) -> tuple[Account, str] | None:
        """Make the first account and an admin key for test mode, and return both; None where there are some already.

        An only account that has never had a key is taken for a first one whose making was interrupted.
        """
        page = self._accounts.page(PageRequest(limit=2))
        if len(page.results) > 1 or any(account.key_count is not None for account in page.results):
            return None
        account = page.results[0] if page.results else self.create(FIRST_ACCOUNT, now)
        terms = KeyTerms(mode="test", role="admin", plan="self_hosted", name="First key")
        return account, self._api_keys.grant(account.id, terms, now).token
