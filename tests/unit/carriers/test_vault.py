"""The vault: credentials opened when they are needed, kept for a moment, shown to nobody."""

import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib import logs
from chalicelib.carriers.vault import KEPT_S, MOST_KEPT, Vault
from chalicelib.domain.credentials import as_plaintext, encryption_context
from chalicelib.domain.errors import CarrierUnavailable, Unavailable
from chalicelib.domain.tenants import Tenant
from tests.builders import A_TENANT, an_id
from tests.connection_cases import SECRET, credentials
from tests.registry_cases import World


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All that Dray logs, whoever configured its logger before."""
    logs.logger().addHandler(caplog.handler)
    with caplog.at_level(logging.DEBUG, logs.LOGGER_NAME):
        yield caplog
    logs.logger().removeHandler(caplog.handler)


@pytest.fixture
def world() -> World:
    return World()


class TestOpening:
    def test_nothing_is_decrypted_before_it_is_needed(self, world: World):
        world.add()

        connection = world.one()

        assert world.encryption.opened == 0
        connection.credentials.reveal()
        assert world.encryption.opened == 1

    def test_what_was_decrypted_is_kept_for_a_moment(self, world: World):
        world.add()
        world.one().credentials.reveal()
        world.seconds.now_s += KEPT_S - 1
        world.one().credentials.reveal()
        assert world.encryption.opened == 1

        world.seconds.now_s += 1
        world.one().credentials.reveal()

        assert world.encryption.opened == 2

    def test_a_changed_connection_counts_at_once(self, world: World):
        record = world.add()
        world.one().credentials.reveal()
        anew = as_plaintext(credentials(client_secret="new"))
        sealed = world.encryption.encrypt(anew, encryption_context(A_TENANT, record.id))
        world.table.save(A_TENANT, record.model_copy(update={"sealed_credentials": sealed}))

        assert world.one().credentials.reveal()["client_secret"] == "new"

    def test_no_more_are_kept_than_may_be(self, world: World):
        vault = Vault(lambda: world.encryption, world.seconds)
        records = [world.add(f"ups-{at}", Tenant(A_TENANT.account_id, "test")) for at in range(2)]
        for version in range(MOST_KEPT):
            vault.credentials(A_TENANT, records[0].model_copy(update={"version": version})).reveal()
        vault.credentials(A_TENANT, records[0]).reveal()  # the first again: the second is now the oldest
        assert world.encryption.opened == MOST_KEPT

        vault.credentials(A_TENANT, records[1]).reveal()

        vault.credentials(A_TENANT, records[0]).reveal()
        assert world.encryption.opened == MOST_KEPT + 1
        vault.credentials(A_TENANT, records[0].model_copy(update={"version": 1})).reveal()
        assert world.encryption.opened == MOST_KEPT + 2

    def test_what_is_old_does_not_stay_in_memory(self, world: World):
        vault = Vault(lambda: world.encryption, world.seconds)
        vault.credentials(A_TENANT, world.add("a")).reveal()
        world.seconds.now_s += KEPT_S

        vault.credentials(A_TENANT, world.add("b")).reveal()

        assert len(vault._kept) == 1

    def test_nobody_changes_what_others_get(self, world: World):
        world.add()

        with pytest.raises(TypeError):
            world.one().credentials.reveal()["client_secret"] = "mine"  # type: ignore[index]

    @pytest.mark.parametrize(
        ("fault", "told"),
        [(ValueError("another key"), "send them anew"), (Unavailable("KMS is slow"), "ask again")],
    )
    def test_what_cannot_be_opened_names_the_connection(self, world: World, fault: Exception, told: str):
        world.add()
        world.encryption.fault = fault

        with pytest.raises(CarrierUnavailable, match=told) as failure:
            world.one().credentials.reveal()

        (message,) = failure.value.messages
        assert (message.carrier_name, message.carrier_id, message.code) == (
            "ups",
            "ups-berlin",
            "credentials_unreadable",
        )
        assert not failure.value.maybe_done

    def test_a_failure_is_not_kept(self, world: World):
        world.add()
        world.encryption.fault = Unavailable("KMS is slow")
        with pytest.raises(CarrierUnavailable):
            world.one().credentials.reveal()

        world.encryption.fault = None

        assert world.one().credentials.reveal()["client_secret"] == SECRET

    def test_another_connections_credentials_do_not_open(self, world: World):
        first = world.add("a")
        world.add(sealed_credentials=first.sealed_credentials)

        with pytest.raises(CarrierUnavailable):
            world.one().credentials.reveal()


class TestSecrecy:
    def test_no_repr_tells_a_secret(self, world: World):
        record = world.add()
        connection = world.one()
        connection.credentials.reveal()
        shown = [repr(thing) + str(thing) for thing in (connection, record, world.registry, connection.credentials)]
        vault = Vault(lambda: world.encryption)
        vault.credentials(A_TENANT, record).reveal()

        assert SECRET not in "".join((*shown, repr(vault), repr(replace(connection, version=9))))
        assert SECRET[::-1] not in "".join(shown)  # as the test's encryption seals it

    def test_no_exception_and_no_log_line_tells_one(self, world: World, logged: pytest.LogCaptureFixture):
        record = world.add()
        world.table.stored[A_TENANT.key, record.id] = record.model_copy(update={"id": an_id("con")})

        with pytest.raises(CarrierUnavailable) as failure:
            world.one().credentials.reveal()

        told = "".join(traceback.format_exception(failure.value))
        assert SECRET not in told + logged.text
        assert SECRET[::-1] not in told + logged.text
        assert "credentials_unreadable" in logged.text
