"""Credentials: what opens a customer's account with a carrier, shown by nothing but `reveal`."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.domain.tenants import Tenant

MOST_BYTES = 3072
"""The longest credentials, as JSON: KMS encrypts 4096 bytes in one call, and no carrier wants a quarter of it."""


class Credentials:
    """The fields that a carrier wants to know, decrypted when they are first needed.

    No `repr`, `str`, format, pickle or comparison of it tells a value.
    """

    def __init__(self, decrypt: Callable[[], Mapping[str, str | int]]) -> None:
        self._decrypt = decrypt

    def reveal(self) -> Mapping[str, str | int]:
        """Return the fields by name; what decryption raises goes through."""
        return self._fields

    @cached_property
    def _fields(self) -> Mapping[str, str | int]:
        return self._decrypt()

    def __repr__(self) -> str:
        return "Credentials(hidden)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are not written anywhere")


NO_CREDENTIALS = Credentials(dict)
"""Of a carrier that wants none."""


def as_plaintext(credentials: Credentials) -> bytes:
    """Return what is encrypted to keep the credentials."""
    fields = dict(credentials.reveal())
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def of_plaintext(plaintext: bytes) -> Mapping[str, str | int]:
    """Return the fields that `as_plaintext` wrote."""
    fields: dict[str, str | int] = json.loads(plaintext)
    return fields


def encryption_context(tenant: Tenant, connection_id: str) -> dict[str, str]:
    """Return what a connection's credentials are bound to: under any other they cannot be decrypted."""
    return {"account": tenant.account_id, "mode": tenant.mode, "id": connection_id}
