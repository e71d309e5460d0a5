"""Signed tokens: short texts that we hand out and know again, for links that need no key and for cursors of lists."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, cast

from chalicelib.domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

Payload = dict[str, str | int | None]

SECRET_BYTES = 32
TAG_BYTES = 16
"""HMAC-SHA256, cut to its first 128 bits as RFC 2104, section 5 allows: links stay short."""

LONGEST_TOKEN = 2000
"""Longer texts are none of ours and not worth decoding."""

_EXPIRES_AT = "!e"
"""The member that holds the instant, in whole seconds since 1970; no payload may use it."""


class SigningSecrets(Protocol):
    """Where the one signing secret is kept, encrypted."""

    def find(self) -> bytes | None:
        """Return the ciphertext, strongly consistent; None when none has been made yet."""

    def add(self, ciphertext: bytes) -> bytes:
        """Keep `ciphertext` unless there is one already, and return the one that is kept."""


def signed(secret: bytes, purpose: str, payload: Mapping[str, str | int | None], expires_at: datetime | None) -> str:
    """Return a token that carries `payload`, readable but unforgeable, for one `purpose`. URL-safe.

    It expires at the full second of `expires_at`; without one it never does. Raises `ValueError` for a payload that
    makes it longer than any token that we would know again.
    """
    members = dict(payload)
    if expires_at is not None:
        members[_EXPIRES_AT] = int(expires_at.timestamp())
    body = json.dumps(members, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()
    token = _text(_tag(secret, purpose, body) + body)
    if len(token) > LONGEST_TOKEN:
        raise ValueError(f"a token of {len(token)} characters would be known by nobody")
    return token


def verified(secret: bytes, purpose: str, token: str, now: datetime) -> Payload:
    """Return the payload of a token that `signed` made.

    Raises `NotFound` when it was made for another purpose or with another secret, was changed, or has expired.
    """
    raw = _bytes(token)
    tag, body = raw[:TAG_BYTES], raw[TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(secret, purpose, body)):
        raise _unknown()
    members = cast("Payload", json.loads(body))
    expires_at = members.pop(_EXPIRES_AT, None)
    if expires_at is not None and now >= datetime.fromtimestamp(int(expires_at), UTC):
        raise _unknown()
    return members


def _tag(secret: bytes, purpose: str, body: bytes) -> bytes:
    # a zero byte can't stand in JSON, so no purpose and body run together as another pair does
    return hmac.digest(secret, purpose.encode() + b"\0" + body, hashlib.sha256)[:TAG_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(token: str) -> bytes:
    """Return what `token` spells, if it is the one spelling of it."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise _unknown()
    try:
        raw = base64.urlsafe_b64decode(token + "==")  # the most that can be missing; more is passed over
    except binascii.Error as error:
        raise _unknown() from error
    if _text(raw) != token:
        raise _unknown()
    return raw


def _unknown() -> NotFound:
    return NotFound("This link does not exist, or it has expired")
