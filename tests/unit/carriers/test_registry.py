"""The registry: who is asked, under whose name, and who may go elsewhere."""

import pytest

from chalicelib.carriers.registry import Registry
from chalicelib.domain.errors import CarrierUnavailable, NotFound
from chalicelib.domain.tenants import Tenant
from tests.builders import A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE, NOW, an_id
from tests.connection_cases import SECRET
from tests.fake_carrier import FakeCarrier
from tests.registry_cases import World
from tests.service_cases import Clock

ELSEWHERE = {"server_url": "https://proxy.example.com"}


@pytest.fixture
def world() -> World:
    return World()


def ids(world: World, tenant: Tenant = A_TENANT) -> list[str]:
    return [connection.carrier_id for connection in world.registry.connections(tenant)]


class TestWhoIsAsked:
    def test_the_embedded_sandbox_comes_first_and_in_test_mode_alone(self, world: World):
        world.add("first", id=an_id("con", NOW.replace(hour=1)))
        world.add("second")
        world.add("live", ITS_LIVE_MODE)

        assert ids(world) == ["sandbox", "first", "second"]
        assert ids(world, ITS_LIVE_MODE) == ["live"]
        assert ids(world, ANOTHER_TENANT) == ["sandbox"]

    def test_an_inactive_one_is_not_asked_and_found_all_the_same(self, world: World):
        world.add(active=False)

        assert ids(world) == ["sandbox"]
        assert world.one().carrier_id == "ups-berlin"

    def test_a_carrier_that_the_stage_does_not_offer_is_not_asked(self, world: World):
        world.add()
        del world.kinds.known["ups"]

        assert ids(world) == ["sandbox"]
        with pytest.raises(NotFound):
            world.one()

    def test_a_connection_carries_what_its_carrier_needs(self, world: World):
        record = world.add(config={"label_type": "ZPL"}, version=3)

        connection = world.registry.connections(A_TENANT)[1]

        assert (connection.id, connection.version, connection.config) == (record.id, 3, {"label_type": "ZPL"})
        assert (connection.carrier_name, connection.tenant) == ("ups", A_TENANT)
        assert connection.credentials.reveal()["client_secret"] == SECRET

    @pytest.mark.parametrize("tenant", [ANOTHER_TENANT, ITS_LIVE_MODE])
    def test_another_tenants_is_not_found(self, world: World, tenant: Tenant):
        world.add()

        with pytest.raises(NotFound):
            world.one(tenant)

    def test_a_name_belongs_to_one_carrier(self, world: World):
        world.add()

        with pytest.raises(NotFound):
            world.registry.connection(A_TENANT, "liveonly", "ups-berlin")
        with pytest.raises(NotFound):
            world.registry.connection(ITS_LIVE_MODE, "sandbox", "sandbox")
        assert world.registry.connection(A_TENANT, "sandbox", "sandbox").id == ""

    def test_a_deleted_one_is_gone_at_once(self, world: World):
        record = world.add()
        world.one()
        world.table.remove(A_TENANT, record)

        with pytest.raises(NotFound, match="ups-berlin"):
            world.one()

    def test_without_customers_own_there_is_the_sandbox(self):
        registry = Registry(FakeCarrier(Clock()))

        assert [known.carrier_id for known in registry.connections(A_TENANT)] == ["sandbox"]
        assert registry.connections(ITS_LIVE_MODE) == []
        with pytest.raises(KeyError):
            registry.adapter("ups")


class TestAdapters:
    def test_one_is_made_when_it_is_first_asked_for_and_kept(self, world: World):
        world.add()
        world.registry.connections(A_TENANT)
        assert world.made == []

        first, second = world.registry.adapter("ups"), world.registry.adapter("ups")

        assert first is second
        assert world.made == ["ups"]
        assert world.registry.adapter("sandbox") is world.registry.sandbox() is world.sandbox

    def test_an_unknown_carrier_has_none(self, world: World):
        with pytest.raises(KeyError):
            world.registry.adapter("fedex")
        assert world.made == []


class TestLeaving:
    def test_a_live_one_that_the_stage_no_longer_lets_go_elsewhere_is_refused(self, world: World):
        world.add(tenant=ITS_LIVE_MODE, config=ELSEWHERE)

        with pytest.raises(CarrierUnavailable, match="server_url"):
            world.one(ITS_LIVE_MODE).credentials.reveal()
        assert world.encryption.opened == 0

    def test_where_it_may_it_does_and_in_test_mode_always(self, world: World):
        world.add(config=ELSEWHERE)
        allowing = World(may_leave=True)
        allowing.add(tenant=ITS_LIVE_MODE, config=ELSEWHERE)

        assert world.one().credentials.reveal()["client_secret"] == SECRET
        assert allowing.one(ITS_LIVE_MODE).credentials.reveal()["client_secret"] == SECRET
