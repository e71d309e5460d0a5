"""Encryption at rest on one machine: AES-256-GCM under a key that lies in a file."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32
NONCE_BYTES = 12
"""96 random bits, as NIST SP 800-38D, section 8.2.2 has it: good for 2 ** 32 messages under one key."""

VERSION = b"\x01"
"""The first byte of a ciphertext, so that another cipher can follow one day."""


class KeyFileEncryption:
    """Encrypts under the key in a file, which is made when there is none."""

    def __init__(self, path: Path) -> None:
        """Read or make the key; raises `ValueError` when the file holds something else."""
        self._cipher = AESGCM(_key(path))

    def encrypt(self, plaintext: bytes, context: dict[str, str]) -> bytes:
        """Return the ciphertext, bound to `context`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + self._cipher.encrypt(nonce, plaintext, _bound(context))

    def decrypt(self, ciphertext: bytes, context: dict[str, str]) -> bytes:
        """Return the plaintext; raises `ValueError` when context, key or ciphertext is another."""
        nonce, sealed = ciphertext[1 : 1 + NONCE_BYTES], ciphertext[1 + NONCE_BYTES :]
        if ciphertext[:1] != VERSION or len(nonce) < NONCE_BYTES:
            raise ValueError("this is not a ciphertext of ours")
        try:
            return self._cipher.decrypt(nonce, sealed, _bound(context))
        except InvalidTag as error:
            raise ValueError("the ciphertext was made with another key or context, or was changed") from error


def _bound(context: dict[str, str]) -> bytes:
    return json.dumps(context, sort_keys=True).encode()


def _key(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key file {path} must hold {KEY_BYTES} bytes, not {len(key)}")
    return key


def _make(path: Path) -> None:
    """Put a new key at `path`, whole or not at all; of several who do it at once, one file wins and stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(handle)
        os.link(draft, path)  # unlike a rename it never replaces a key that is in use
        _sync_folder(path.parent)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
