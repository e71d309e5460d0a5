"""Accounts: the customers, each a world of its own in either mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chalicelib.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.ids import AccountId
    from chalicelib.domain.pages import Page, PageRequest

LONGEST_NAME = 100


@dataclass(frozen=True)
class Account:
    """A customer."""

    id: AccountId
    name: str
    created_at: datetime
    key_count: int | None = None
    """How many keys it has that are not revoked; None as long as it has never had one."""


class AccountRepository(Protocol):
    """The accounts' table; it belongs to the operator, so nothing here takes a tenant."""

    def add(self, account: Account) -> None:
        """Store a new account."""

    def get(self, account_id: AccountId) -> Account:
        """Return it; raises `NotFound`."""

    def page(self, request: PageRequest) -> Page[Account]:
        """Return one page, newest first."""


def checked_name(name: str) -> str:
    """Return `name` without spaces around it.

    Raises `InvalidRequest` when it is empty, longer than `LONGEST_NAME` or holds what can't be printed.
    """
    stripped = name.strip()
    if not stripped or len(stripped) > LONGEST_NAME or not stripped.isprintable():
        raise InvalidRequest("The name is not usable", {"name": f"1 to {LONGEST_NAME} printable characters"})
    return stripped
