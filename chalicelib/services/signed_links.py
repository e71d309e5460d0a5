"""Signed links to labels and cursors of lists, under one secret that is made when it is first needed."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from typing import TYPE_CHECKING, cast

from chalicelib.domain.errors import InvalidRequest, NotFound
from chalicelib.domain.ids import AccountId
from chalicelib.domain.signed_links import SECRET_BYTES, Payload, SigningSecrets, signed, verified
from chalicelib.domain.tenants import Mode, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.domain.ports import Encryption

CONTEXT = {"account": "system", "id": "signing_secret"}
"""What the secret's encryption is bound to."""

FILE = "file"
CURSOR = "cursor"


class SignedLinks:
    """Makes tokens, and knows its own again."""

    def __init__(self, secrets: SigningSecrets, encryption: Encryption, random_bytes: Callable[[int], bytes]) -> None:
        self._secrets = secrets
        self._encryption = encryption
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        self._known: bytes | None = None

    def sign(self, purpose: str, payload: Mapping[str, str | int | None], expires_at: datetime | None) -> str:
        """Return a URL-safe token that carries `payload`, readable but unforgeable."""
        return signed(self._secret(), purpose, payload, expires_at)

    def verify(self, purpose: str, token: str, now: datetime) -> Payload:
        """Return the payload; raises `NotFound` when the token is not ours, for another purpose, or expired."""
        return verified(self._secret(), purpose, token, now)

    def mark(self, purpose: str, text: str) -> str:
        """Return what tells `text` from any other and nothing of it: without the secret no guess can be tried."""
        return hmac.digest(self._secret(), f"{purpose}\0{text}".encode(), hashlib.sha256).hex()

    def file_token(self, tenant: Tenant, object_key: str, expires_at: datetime) -> str:
        """Return the token of a link to one stored object."""
        return self.sign(FILE, {"a": tenant.account_id, "m": tenant.mode, "k": object_key}, expires_at)

    def file_of(self, token: str, now: datetime) -> tuple[Tenant, str]:
        """Return whose object a link leads to, and its key; raises `NotFound`."""
        payload = self.verify(FILE, token, now)
        tenant = Tenant(AccountId(str(payload["a"])), cast("Mode", payload["m"]))
        return tenant, str(payload["k"])

    def cursor(self, tenant: Tenant, filters: Mapping[str, str], after: str) -> str:
        """Return the cursor of the page after the object `after`, good for this tenant's list with these filters only.

        `filters` names the list too (a key of its own), so that no cursor fits another noun's list.
        """
        return self.sign(_cursor_purpose(tenant, filters), {"a": after}, None)

    def after(self, tenant: Tenant, filters: Mapping[str, str], cursor: str, now: datetime) -> str:
        """Return after which object a cursor's page begins; raises `InvalidRequest` when it is another list's."""
        try:
            return str(self.verify(_cursor_purpose(tenant, filters), cursor, now)["a"])
        except NotFound as error:
            detail = {"cursor": "Use a cursor of this very list, with the filters that it was made with"}
            raise InvalidRequest("The cursor does not fit this list", detail) from error

    def _secret(self) -> bytes:
        """Return the secret; the first time in a process it is read, the first time ever it is made."""
        with self._lock:
            if self._known is None:
                self._known = self._encryption.decrypt(self._secrets.find() or self._made(), CONTEXT)
            return self._known

    def _made(self) -> bytes:
        return self._secrets.add(self._encryption.encrypt(self._random_bytes(SECRET_BYTES), CONTEXT))


def _cursor_purpose(tenant: Tenant, filters: Mapping[str, str]) -> str:
    return f"{CURSOR} {tenant.key} {json.dumps(dict(filters), sort_keys=True)}"
