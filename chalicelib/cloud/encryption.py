"""Encryption at rest in AWS: KMS, with account and id as the encryption context."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from chalicelib.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BYTES = 4096
"""What KMS encrypts in one call (API reference, Encrypt, Plaintext)."""

TIMEOUT_S = 3
ATTEMPTS = 3

_BUSY = frozenset(
    {"DependencyTimeoutException", "KMSInternalException", "LimitExceededException", "ThrottlingException"}
)
_NOT_OURS = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class KmsEncryption:
    """Encrypts under a KMS key; the key itself never leaves KMS."""

    def __init__(self, key_id: str, region: str) -> None:
        self._key_id = key_id
        self._region = region

    def encrypt(self, plaintext: bytes, context: dict[str, str]) -> bytes:
        """Return the ciphertext, bound to `context`; raises `ValueError` above `MOST_BYTES`, and `Unavailable`."""
        if len(plaintext) > MOST_BYTES:
            raise ValueError(f"KMS encrypts at most {MOST_BYTES} bytes, not {len(plaintext)}")
        answer = _call(self._client.encrypt, KeyId=self._key_id, Plaintext=plaintext, EncryptionContext=context)
        return bytes(answer["CiphertextBlob"])

    def decrypt(self, ciphertext: bytes, context: dict[str, str]) -> bytes:
        """Return the plaintext; raises `ValueError` when context or key is another, and `Unavailable`."""
        answer = _call(self._client.decrypt, KeyId=self._key_id, CiphertextBlob=ciphertext, EncryptionContext=context)
        return bytes(answer["Plaintext"])

    @cached_property
    def _client(self) -> Any:
        retries = {"total_max_attempts": ATTEMPTS, "mode": "standard"}
        config = Config(connect_timeout=TIMEOUT_S, read_timeout=TIMEOUT_S, retries=retries)
        return get_session().create_client("kms", region_name=self._region, config=config)


def _call(operation: Callable[..., Any], **arguments: Any) -> Any:
    try:
        return operation(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_OURS:
            raise ValueError("the ciphertext was made with another key or context, or was changed") from error
        if error.response["Error"]["Code"] in _BUSY:
            raise Unavailable("Encryption is out of reach for the moment") from error
        raise  # a missing key or permission is the operator's to mend, and stands in the log
    except BotoCoreError as error:
        raise Unavailable("Encryption is out of reach for the moment") from error
