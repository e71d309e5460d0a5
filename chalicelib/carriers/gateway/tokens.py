"""Tokens: what carriers gave for credentials, kept by hashes; one look at the carrier a key, however many ask."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.faults import Fault, Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.ports import Connection

MOST_KEPT = 2000
"""Tokens of so many keys are kept, those that were used last."""

LONGEST_LIFE_S = 86_400.0


@dataclass(frozen=True)
class Fields:
    """How a carrier's token says how long it lives, in the SDK's words."""

    token_field: str = "access_token"  # noqa: S105 - a name
    expiry_field: str = "expiry"
    expiry_format: str = "%Y-%m-%d %H:%M:%S"
    buffer_minutes: float = 30

    def life_s(self, data: Any, now: datetime) -> float:
        """Return for how many seconds the token may be used again: until `buffer_minutes` before its end, or half way.

        The SDK writes the end in local time without a zone; what names none is not used again.
        """
        try:
            end = datetime.strptime(str(data.get(self.expiry_field)), self.expiry_format)  # noqa: DTZ007 - see above
        except (ValueError, AttributeError):
            return 0.0
        left = end - now.astimezone().replace(tzinfo=None)
        return (left - min(timedelta(minutes=self.buffer_minutes), left / 2)).total_seconds()


@dataclass(eq=False)
class Kept:
    """What is known under one key, and the lock that its renewal takes."""

    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    value: Any = field(default=None, repr=False)
    good_until_s: float = 0.0
    """On the store's clock."""
    renewed: int = 0
    """Counts the renewals, so that nobody forgets a token that is newer than the one that failed."""


class TokenStore:
    """All tokens of the process; a key is a hash, of an account's secrets among others."""

    def __init__(self, monotonic: Callable[[], float], most: int = MOST_KEPT) -> None:
        self._monotonic = monotonic
        self._most = most
        self._lock = threading.Lock()
        self._all: OrderedDict[str, Kept] = OrderedDict()

    def at(self, key: str) -> Kept:
        """Return what is kept under the hashed key, new where there is nothing yet."""
        with self._lock:
            kept = self._all.setdefault(key, Kept())
            self._all.move_to_end(key)
            while len(self._all) > self._most:
                self._all.popitem(last=False)
            return kept

    def now_s(self) -> float:
        """Return the seconds on the store's clock."""
        return self._monotonic()

    def __repr__(self) -> str:
        return f"TokenStore({len(self._all)} kept)"


def scope_of(connection: Connection, reached: tuple[str, ...]) -> str:
    """Return a hash of all that a token belongs to: tenant, connection, its version, credentials and addresses."""
    parts = (
        connection.tenant.key,
        connection.carrier_name,
        connection.id or connection.carrier_id,
        connection.version,
        sorted((name, str(value)) for name, value in connection.credentials.reveal().items()),
        reached,
    )
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


class CallTokens:
    """One call's view of the store, in the words of the SDK's cache: keys are hashed before they are kept.

    It knows which of the tokens that it handed out were kept ones, so that they can be forgotten when they are refused.
    """

    def __init__(self, store: TokenStore, scope: str, deadline: Deadline, *, fresh: bool = False) -> None:
        self._store = store
        self._scope = scope
        self._deadline = deadline
        self._fresh = fresh
        self._seen: dict[str, tuple[Kept, int]] = {}
        self._lock = threading.Lock()
        self._fetching = threading.local()
        self.fetched = 0
        """How many tokens were asked for."""
        self.has_failed = False
        """Whether the last one that was asked for did not come."""
        self.reused = False
        """Whether a token was handed out that an earlier call had got."""

    @property
    def is_fetching(self) -> bool:
        """Whether this thread is asking for a token at this moment."""
        return getattr(self._fetching, "depth", 0) > 0

    def forget(self) -> None:
        """Drop the tokens that this call used, but not what somebody else has got since."""
        for kept, renewed in self._seen.values():
            if kept.lock.acquire(blocking=False):  # who holds it is getting another one
                try:
                    if kept.renewed == renewed:
                        kept.value, kept.good_until_s = None, 0.0
                finally:
                    kept.lock.release()

    def texts(self) -> Iterator[str]:
        """Yield the texts that the call has had from the store: tokens among them, so nobody may show them."""
        for kept, _ in self._seen.values():
            values = kept.value.values() if isinstance(kept.value, dict) else (kept.value,)
            yield from (value for value in values if isinstance(value, str))

    def get(self, key: str) -> Any:
        """Return what is kept under the SDK's key, None when it is too old."""
        hashed = self._hashed(key)
        kept = self._store.at(hashed)
        own = hashed in self._seen
        self._seen[hashed] = (kept, kept.renewed)
        if self._fresh and not own:
            return None
        value = kept.value if kept.good_until_s > self._store.now_s() else None
        self.reused = self.reused or (value is not None and not own)
        return value

    def set(self, key: str, value: Any, timeout: float = LONGEST_LIFE_S, **_: Any) -> None:
        """Keep a value, or what a function returns: it is asked once, whoever else comes with the same key."""
        hashed = self._hashed(key)
        kept = self._store.at(hashed)
        with self._renewing(kept):
            seen = self._seen.get(hashed)
            if not callable(value):
                self._keep(kept, value, timeout)
            elif seen is None or kept.renewed == seen[1]:  # else another thread was first
                self._keep(kept, self._fetch(value), timeout)
            self._seen[hashed] = (kept, kept.renewed)

    def thread_safe(self, refresh_func: Any, cache_key: str, **named: Any) -> Token:
        """Return the token under the SDK's key, as the SDK asks for one."""
        return Token(self, refresh_func, cache_key, Fields(**named))

    def token(self, refresh: Any, key: str, fields: Fields) -> Any:
        """Return the kept token's data, or new ones; one thread asks the carrier, the others wait for it."""
        hashed = self._hashed(key)
        kept = self._store.at(hashed)
        data = self.get(key)
        if data is None:
            with self._renewing(kept):
                _, renewed = self._seen[hashed]
                if kept.renewed != renewed and kept.good_until_s > self._store.now_s():
                    data = kept.value
                else:
                    data = self._fetch(refresh)
                    self._keep(kept, data, fields.life_s(data, datetime.now(UTC)))
                self._seen[hashed] = (kept, kept.renewed)
        return data

    def __repr__(self) -> str:
        return "CallTokens(hidden)"

    def _hashed(self, key: str) -> str:
        return hashlib.sha256(f"{self._scope}|{key}".encode()).hexdigest()

    def _keep(self, kept: Kept, value: Any, life_s: float) -> None:
        kept.value, kept.good_until_s = value, self._store.now_s() + min(life_s, LONGEST_LIFE_S)
        kept.renewed += 1

    def _fetch(self, refresh: Any) -> Any:
        self._fetching.depth = getattr(self._fetching, "depth", 0) + 1
        try:
            self.fetched += 1
            self.has_failed = True
            value = refresh()
            self.has_failed = False
        finally:
            self._fetching.depth -= 1
        return value

    @contextmanager
    def _renewing(self, kept: Kept) -> Iterator[None]:
        """Hold the key's lock, for which nobody waits past the deadline."""
        if not kept.lock.acquire(timeout=self._deadline.left_s()):
            raise Stop(Fault("timeout", "did not give a token in time"))
        try:
            yield
        finally:
            kept.lock.release()


class Token:
    """A token to be had, as the SDK's token manager is used."""

    def __init__(self, tokens: CallTokens, refresh: Callable[[], Any], key: str, fields: Fields) -> None:
        self._get = partial(tokens.token, refresh, key, fields)
        self._field = fields.token_field

    def get_token(self) -> Any:
        """Return the token; raises `Stop` or what the refresh raises."""
        token = self._get().get(self._field)
        if not token:
            raise Stop(Fault("unreadable", "gave no token"))
        return token

    get_state = get_token

    def __repr__(self) -> str:
        return "Token(hidden)"
