"""Credentials: decrypted once and late, shown by `reveal` alone, and kept in bytes that never change."""

import pickle
from collections.abc import Mapping

import pytest

from chalicelib.domain.credentials import (
    NO_CREDENTIALS,
    Credentials,
    as_plaintext,
    encryption_context,
    of_plaintext,
)
from chalicelib.domain.tenants import Tenant
from tests.builders import A_TENANT, ITS_LIVE_MODE
from tests.connection_cases import SECRET, credentials


def test_they_are_decrypted_when_they_are_first_needed_and_once() -> None:
    decrypted = []

    def decrypt() -> Mapping[str, str | int]:
        decrypted.append(1)
        return {"pin": 7}

    sealed = Credentials(decrypt)

    assert decrypted == []
    assert sealed.reveal() == sealed.reveal() == {"pin": 7}
    assert decrypted == [1]


def test_no_text_of_them_tells_a_value() -> None:
    opened = credentials()
    opened.reveal()

    assert {repr(opened), str(opened), f"{opened}"} == {"Credentials(hidden)"}
    assert SECRET not in repr([opened])


def test_they_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match=r"^credentials are not written anywhere$"):
        pickle.dumps(credentials())


def test_a_carrier_that_wants_none_gets_no_field() -> None:
    assert NO_CREDENTIALS.reveal() == {}


class TestPlaintext:
    """What is encrypted is read by later versions, and its size is limited: each byte of it is a promise."""

    def test_it_is_json_in_utf_8_without_a_byte_too_many_in_one_order(self) -> None:
        sent = Credentials(lambda: {"pin": 7, "name": "ü"})

        assert as_plaintext(sent) == '{"name":"ü","pin":7}'.encode()

    def test_it_is_read_as_it_was_written(self) -> None:
        assert of_plaintext(as_plaintext(credentials(pin=7))) == dict(credentials(pin=7).reveal())

    @pytest.mark.parametrize("tenant", [A_TENANT, ITS_LIVE_MODE])
    def test_it_is_bound_to_account_mode_and_connection(self, tenant: Tenant) -> None:
        assert encryption_context(tenant, "con_1") == {
            "account": A_TENANT.account_id,
            "mode": tenant.mode,
            "id": "con_1",
        }
