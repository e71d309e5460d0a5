"""Encryption at rest: the same promises by KMS and by a key file, and where the signing secret is kept by it."""

import os
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.cloud.encryption import MOST_BYTES, KmsEncryption
from chalicelib.cloud.key_file import KeyFileEncryption
from chalicelib.domain.ids import AccountId
from chalicelib.domain.ports import Encryption
from chalicelib.domain.tenants import Tenant
from chalicelib.services.signed_links import SignedLinks
from chalicelib.storage.accounts import AccountsTable, StoredSigningSecret
from chalicelib.storage.schema import create_tables
from chalicelib.storage.tables import TableSettings, bind

REGION = "eu-central-1"
CONTEXT = {"account": "acc_1", "id": "whk_1"}


@pytest.fixture
def kms() -> Iterator[KmsEncryption]:
    """KMS as moto plays it, with a key."""
    with mock_aws():
        key = boto3.client("kms", region_name=REGION).create_key()
        yield KmsEncryption(key["KeyMetadata"]["KeyId"], REGION)


@pytest.fixture
def key_file(tmp_path: Path) -> KeyFileEncryption:
    return KeyFileEncryption(tmp_path / "key")


@pytest.fixture(params=["kms", "key_file"])
def encryption(request: pytest.FixtureRequest) -> Encryption:
    chosen: Encryption = request.getfixturevalue(request.param)
    return chosen


class TestEncryption:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
    @given(plaintext=st.binary(min_size=1, max_size=200))
    def test_what_was_encrypted_comes_back(self, encryption: Encryption, plaintext: bytes) -> None:
        ciphertext = encryption.encrypt(plaintext, CONTEXT)

        assert encryption.decrypt(ciphertext, CONTEXT) == plaintext
        assert len(plaintext) < 4 or plaintext not in ciphertext

    def test_the_order_of_the_context_does_not_matter(self, encryption: Encryption) -> None:
        ciphertext = encryption.encrypt(b"secret", CONTEXT)

        assert encryption.decrypt(ciphertext, dict(reversed(CONTEXT.items()))) == b"secret"

    @pytest.mark.parametrize("context", [{}, {"account": "acc_2", "id": "whk_1"}, CONTEXT | {"more": "x"}])
    def test_another_context_opens_nothing(self, encryption: Encryption, context: dict[str, str]) -> None:
        ciphertext = encryption.encrypt(b"secret", CONTEXT)

        with pytest.raises(ValueError, match="another key or context"):
            encryption.decrypt(ciphertext, context)

    def test_a_changed_ciphertext_opens_nothing(self, encryption: Encryption) -> None:
        ciphertext = encryption.encrypt(b"secret", CONTEXT)
        changed = ciphertext[:-1] + bytes([ciphertext[-1] ^ 1])

        with pytest.raises(ValueError, match="was changed"):
            encryption.decrypt(changed, CONTEXT)

    def test_the_same_text_is_never_the_same_ciphertext(self, encryption: Encryption) -> None:
        assert encryption.encrypt(b"secret", CONTEXT) != encryption.encrypt(b"secret", CONTEXT)


class TestKeyFile:
    def test_another_file_opens_nothing(self, key_file: KeyFileEncryption, tmp_path: Path) -> None:
        ciphertext = key_file.encrypt(b"secret", CONTEXT)

        with pytest.raises(ValueError, match="another key"):
            KeyFileEncryption(tmp_path / "other").decrypt(ciphertext, CONTEXT)

    @pytest.mark.parametrize("ciphertext", [b"", b"\x01", b"\x01" + b"0" * 11, b"\x02" + b"0" * 40])
    def test_what_is_no_ciphertext_opens_nothing(self, key_file: KeyFileEncryption, ciphertext: bytes) -> None:
        with pytest.raises(ValueError, match=r"ciphertext"):
            key_file.decrypt(ciphertext, CONTEXT)

    def test_the_file_is_made_once_for_its_owner_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "key"
        ciphertext = KeyFileEncryption(path).encrypt(b"secret", CONTEXT)

        assert KeyFileEncryption(path).decrypt(ciphertext, CONTEXT) == b"secret"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [file.name for file in path.parent.iterdir()] == ["key"]

    def test_several_who_make_it_at_once_have_one_key(self, tmp_path: Path) -> None:
        made: list[KeyFileEncryption] = []
        threads = [threading.Thread(target=lambda: made.append(KeyFileEncryption(tmp_path / "key"))) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        ciphertext = made[0].encrypt(b"secret", CONTEXT)
        assert [one.decrypt(ciphertext, CONTEXT) for one in made] == [b"secret"] * 16
        assert [file.name for file in tmp_path.iterdir()] == ["key"]

    def test_a_file_that_holds_something_else_is_refused_by_name(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("not a key")

        with pytest.raises(ValueError, match=r"key must hold 32 bytes, not 9"):
            KeyFileEncryption(tmp_path / "key")


class TestKms:
    def test_more_than_kms_takes_is_refused_before_it_is_asked(self) -> None:
        with pytest.raises(ValueError, match="at most 4096 bytes"):
            KmsEncryption("alias/none", REGION).encrypt(b"0" * (MOST_BYTES + 1), CONTEXT)

    def test_a_missing_key_is_the_operators_to_mend_and_no_reason_to_try_again(self, kms: KmsEncryption) -> None:
        assert kms.encrypt(b"secret", CONTEXT)

        with pytest.raises(ClientError, match="NotFound"):
            KmsEncryption("alias/none", REGION).encrypt(b"secret", CONTEXT)


class TestSigningSecret:
    def test_all_processes_sign_with_one_secret_that_is_kept_encrypted(
        self, dynamodb_endpoint: str, table_prefix: str, key_file: KeyFileEncryption
    ) -> None:
        tables = TableSettings(table_prefix, REGION, dynamodb_endpoint)
        create_tables(tables, [AccountsTable])
        secrets = StoredSigningSecret(bind(AccountsTable, tables))
        tenant, now = Tenant(AccountId("acc_1"), "test"), datetime(2026, 11, 24, tzinfo=UTC)
        cursors: list[str] = []

        def sign() -> None:
            cursors.append(SignedLinks(secrets, key_file, os.urandom).cursor(tenant, {}, "shp_1"))

        threads = [threading.Thread(target=sign) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(set(cursors)) == 1
        assert SignedLinks(secrets, key_file, os.urandom).after(tenant, {}, cursors[0], now) == "shp_1"
        assert len(secrets.find() or b"") == 1 + 12 + 32 + 16
