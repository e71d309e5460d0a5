"""One connection a tenant and name, at most fifty of them, whoever comes at the same time; the fake does the same."""

import os
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.connections import MOST_CONNECTIONS, ConnectionRecord, ConnectionRepository
from chalicelib.domain.errors import Conflict, InvalidRequest, NotFound
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.capacity import counting
from chalicelib.storage.connections import ConnectionsTable, StoredConnections
from chalicelib.storage.schema import all_tables, create_tables
from chalicelib.storage.tables import bind, bind_to
from tests.builders import A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE, NOW, a_connection
from tests.fakes import FakeConnections
from tests.integration.tables import FaultyConnection, settings_of

SECOND = timedelta(seconds=1)


@pytest.fixture
def real(dynamodb_endpoint: str, table_prefix: str) -> StoredConnections:
    settings = settings_of(dynamodb_endpoint, table_prefix)
    create_tables(settings, [ConnectionsTable])
    return StoredConnections(bind(ConnectionsTable, settings))


@pytest.fixture(params=["fake", "dynamodb"])
def connections(request: pytest.FixtureRequest) -> ConnectionRepository:
    if request.param == "fake":
        return FakeConnections()
    stored: StoredConnections = request.getfixturevalue("real")
    return stored


def fill(connections: ConnectionRepository, count: int, **changes: Any) -> list[ConnectionRecord]:
    """Connections made a second apart, the oldest first."""
    return [connections.add(A_TENANT, a_connection(now=NOW + at * SECOND, **changes)) for at in range(count)]


class TestKeeping:
    def test_a_connection_comes_back_as_it_was_with_its_sealed_credentials(self, connections: ConnectionRepository):
        record = a_connection(
            config={"label_type": "ZPL", "cost": 1.5, "deep": {"list": ["a", None]}},
            capabilities=("rating",),
            sealed_credentials=bytes(range(256)),
            active=False,
        )

        added = connections.add(A_TENANT, record)

        assert added == record
        assert connections.get(A_TENANT, record.id) == record
        assert connections.find(A_TENANT, record.carrier_id) == record
        assert connections.all(A_TENANT) == [record]

    @pytest.mark.parametrize("tenant", [ANOTHER_TENANT, ITS_LIVE_MODE])
    def test_nobody_else_finds_it(self, connections: ConnectionRepository, tenant: Tenant):
        record = connections.add(A_TENANT, a_connection())

        assert connections.find(tenant, record.carrier_id) is None
        assert connections.all(tenant) == []
        assert connections.page(tenant, PageRequest()).results == ()
        with pytest.raises(NotFound):
            connections.get(tenant, record.id)

    @pytest.mark.parametrize("identifier", ["", "con_", "con_" + "x" * 2000, "count#", "carrier_id#ups", "shp_01KAT5"])
    def test_what_is_no_id_is_not_found(self, connections: ConnectionRepository, identifier: str):
        connections.add(A_TENANT, a_connection(carrier_id="ups"))

        with pytest.raises(NotFound):
            connections.get(A_TENANT, identifier)

    def test_a_change_counts_the_version_up_and_a_lost_race_is_a_conflict(self, connections: ConnectionRepository):
        record = connections.add(A_TENANT, a_connection())
        saved = connections.save(A_TENANT, record.model_copy(update={"active": False}))

        with pytest.raises(Conflict):
            connections.save(A_TENANT, record.model_copy(update={"config": {}}))

        assert saved.version == 1
        assert connections.get(A_TENANT, record.id) == saved

    def test_a_removed_connection_is_not_changed_back_to_life(self, connections: ConnectionRepository):
        record = connections.add(A_TENANT, a_connection())
        connections.remove(A_TENANT, record)

        with pytest.raises(NotFound):
            connections.save(A_TENANT, record)

        assert connections.all(A_TENANT) == []


class TestNames:
    def test_a_name_has_one_connection(self, connections: ConnectionRepository):
        first = connections.add(A_TENANT, a_connection(carrier_id="mine"))

        with pytest.raises(Conflict) as refusal:
            connections.add(A_TENANT, a_connection(carrier_id="mine", carrier_name="fedex"))

        assert refusal.value.details.keys() == {"carrier_id"}
        assert connections.all(A_TENANT) == [first]

    @pytest.mark.parametrize("tenant", [ANOTHER_TENANT, ITS_LIVE_MODE])
    def test_another_tenant_may_use_the_same_name(self, connections: ConnectionRepository, tenant: Tenant):
        connections.add(A_TENANT, a_connection(carrier_id="mine"))

        theirs = connections.add(tenant, a_connection(carrier_id="mine"))

        assert connections.find(tenant, "mine") == theirs

    def test_what_an_earlier_try_stored_under_this_id_stays(self, connections: ConnectionRepository):
        first = connections.add(A_TENANT, a_connection())

        again = connections.add(A_TENANT, first.model_copy(update={"sealed_credentials": b"sealed anew"}))

        assert again == first

    def test_a_removed_connections_name_is_free(self, connections: ConnectionRepository):
        first = connections.add(A_TENANT, a_connection(carrier_id="mine"))
        connections.remove(A_TENANT, first)

        second = connections.add(A_TENANT, a_connection(carrier_id="mine"))

        assert connections.find(A_TENANT, "mine") == second

    def test_who_removes_it_again_does_not_touch_its_successor(self, connections: ConnectionRepository):
        first = connections.add(A_TENANT, a_connection(carrier_id="mine"))
        connections.remove(A_TENANT, first)
        second = connections.add(A_TENANT, a_connection(carrier_id="mine"))

        with pytest.raises(NotFound):
            connections.remove(A_TENANT, first)

        assert connections.find(A_TENANT, "mine") == second

    def test_16_who_want_one_name_get_one_connection(self, real: StoredConnections):
        def connect(_: int) -> str | None:
            try:
                return real.add(A_TENANT, a_connection(carrier_id="mine")).id
            except Conflict:
                return None

        with ThreadPoolExecutor(16) as threads:
            made = list(threads.map(connect, range(16)))

        assert [record.id for record in real.all(A_TENANT)] == [identifier for identifier in made if identifier]
        assert len(real.all(A_TENANT)) == 1

    def test_a_write_that_the_client_repeats_is_one_connection(self, dynamodb_endpoint: str, table_prefix: str):
        settings = settings_of(dynamodb_endpoint, table_prefix)
        create_tables(settings, [ConnectionsTable])
        line = FaultyConnection(settings)
        twice = StoredConnections(bind_to(line, ConnectionsTable, settings))

        def again(ask: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if operation == "TransactWriteItems":
                ask(operation, arguments)
            return ask(operation, arguments)

        line.around = again

        record = twice.add(A_TENANT, a_connection())

        assert twice.all(A_TENANT) == [record]


class TestHowMany:
    def test_an_account_has_at_most_fifty(self, connections: ConnectionRepository):
        made = fill(connections, MOST_CONNECTIONS)

        with pytest.raises(Conflict, match=r"50|too many"):
            connections.add(A_TENANT, a_connection())

        assert connections.all(A_TENANT) == made
        assert connections.add(ITS_LIVE_MODE, a_connection())

    def test_a_removed_one_makes_room_for_just_one(self, connections: ConnectionRepository):
        made = fill(connections, MOST_CONNECTIONS)
        connections.remove(A_TENANT, made[0])
        with pytest.raises(NotFound):
            connections.remove(A_TENANT, made[0])

        connections.add(A_TENANT, a_connection())

        with pytest.raises(Conflict):
            connections.add(A_TENANT, a_connection())

    def test_all_are_read_however_long_they_are(self, real: StoredConnections):
        """More than the megabyte that one query answers."""
        made = fill(real, MOST_CONNECTIONS, config={"x": b64encode(os.urandom(24_000)).decode()})

        assert real.all(A_TENANT) == made


class TestLists:
    def test_a_walk_gives_each_once_newest_first(self, connections: ConnectionRepository):
        made = fill(connections, 5)

        first = connections.page(A_TENANT, PageRequest(limit=3))
        second = connections.page(A_TENANT, PageRequest(limit=3, after=first.after))

        assert [*first.results, *second.results] == made[::-1]
        assert second.after is None

    @pytest.mark.parametrize(
        ("equals", "expected"),
        [
            ({"carrier_name": "ups"}, ["a", "b"]),
            ({"carrier_name": "usps"}, []),
            ({"active": "true"}, ["a", "c"]),
            ({"active": "false"}, ["b"]),
            ({"active": "false", "carrier_name": "fedex"}, []),
        ],
    )
    def test_lists_are_narrowed(self, connections: ConnectionRepository, equals: dict[str, str], expected: list[str]):
        kinds: list[dict[str, Any]] = [{}, {"active": False}, {"carrier_name": "fedex"}]
        for at, changes in enumerate(kinds):
            connections.add(A_TENANT, a_connection(now=NOW + at * SECOND, carrier_id="abc"[at], **changes))

        found = connections.page(A_TENANT, PageRequest(equals=equals)).results

        assert sorted(record.carrier_id for record in found) == expected

    def test_an_unknown_filter_is_our_mistake(self, connections: ConnectionRepository):
        connections.add(A_TENANT, a_connection())

        with pytest.raises(ValueError, match="colour"):
            connections.page(A_TENANT, PageRequest(equals={"colour": "red"}))

    def test_a_cursor_of_another_noun_leads_nowhere(self, connections: ConnectionRepository):
        with pytest.raises(InvalidRequest):
            connections.page(A_TENANT, PageRequest(after="shp_01KAT5F2G8QWERTY0123456789"))


def test_the_table_is_one_of_the_schemas():
    assert ConnectionsTable in all_tables()


class TestCosts:
    """In capacity units, for a connection of usual size."""

    def test_what_writes_cost(self, real: StoredConnections):
        with counting() as added:
            record = real.add(A_TENANT, a_connection())
        with counting() as saved:
            record = real.save(A_TENANT, record.model_copy(update={"active": False}))
        with counting() as removed:
            real.remove(A_TENANT, record)

        assert (added.calls, added.read_units, added.write_units) == (1, 0, 6)
        assert (saved.calls, saved.read_units, saved.write_units) == (1, 0, 1)
        assert (removed.calls, removed.read_units, removed.write_units) == (1, 0, 6)

    def test_what_reads_cost(self, real: StoredConnections):
        made = fill(real, 5)

        with counting() as got:
            real.get(A_TENANT, made[0].id)
        with counting() as found:
            real.find(A_TENANT, made[0].carrier_id)
        with counting() as rated:
            real.all(A_TENANT)
        with counting() as listed:
            real.page(A_TENANT, PageRequest())

        assert (got.calls, got.read_units) == (1, 1)
        assert (found.calls, found.read_units) == (2, 2)
        assert (rated.calls, rated.read_units) == (1, 1)
        assert (listed.calls, listed.read_units) == (1, 1)

    def test_a_rating_of_an_account_without_connections_reads_one_unit_at_most(self, real: StoredConnections):
        with counting() as consumed:
            real.all(A_TENANT)

        assert (consumed.calls, consumed.write_units) == (1, 0)
        assert consumed.read_units <= 1
