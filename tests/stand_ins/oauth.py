"""Accounts with a carrier and the bearer tokens that its token endpoint gives them, for stand-ins."""

from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from threading import Lock


@dataclass(frozen=True)
class Account:
    """A customer of the carrier: how it proves who it is, and what it pays."""

    client_id: str
    client_secret: str
    number: str
    """The carrier's account or shipper number."""
    country: str = "US"
    share: Decimal = Decimal("0.80")
    """Of the list price, by its contract."""


class Tokens:
    """Who may call, by the tokens that were given out; a token stays good until `expire` or `revoke`."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts = {account.client_id: account for account in accounts}
        self._revoked: set[str] = set()
        self._good: dict[str, Account] = {}
        self._lock = Lock()
        self.issued = 0
        """How many tokens were given out."""

    def issue(self, client_id: str, client_secret: str) -> str | None:
        """Return a new token, None when the credentials are wrong or revoked."""
        account = self._accounts.get(client_id)
        if account is None or account.client_secret != client_secret or client_id in self._revoked:
            return None
        with self._lock:
            self.issued += 1
            token = f"token-{self.issued}-of-{client_id}"
            self._good[token] = account
        return token

    def account(self, authorization: str | None) -> Account | None:
        """Return whose good token the header `Authorization` holds, None when it holds none."""
        scheme, _, token = (authorization or "").partition(" ")
        account = self._good.get(token)
        known = scheme == "Bearer" and account is not None and account.client_id not in self._revoked
        return account if known else None

    def expire(self) -> None:
        """Let every token that was given out so far be too old."""
        self._good.clear()

    def revoke(self, account: Account) -> None:
        """Close an account: neither its tokens nor its credentials are good any more."""
        self._revoked.add(account.client_id)


def basic(authorization: str | None) -> tuple[str, str]:
    """Return user and password of HTTP Basic (RFC 7617), empty ones when the header holds none."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    user, _, password = b64decode(encoded).decode().partition(":")
    return user, password
