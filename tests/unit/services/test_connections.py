"""Connections in the service: what is refused, and what is kept sealed."""

from dataclasses import replace

import pytest

from chalicelib.domain.connections import CarrierKind, ConnectionRecord, ServerUrlRules
from chalicelib.domain.credentials import MOST_BYTES, as_plaintext, encryption_context
from chalicelib.domain.errors import Conflict, InvalidRequest
from chalicelib.domain.ids import made_at
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.tenants import Tenant
from tests.builders import A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE, NOW, an_id
from tests.connection_cases import SECRET, Office, a_wish, credentials

ELSEWHERE = {"server_url": "https://stand-in.example.com"}
OTHER_RULES = ServerUrlRules(in_live_mode=True, private=True)


@pytest.fixture
def office() -> Office:
    return Office()


def faults(refusal: pytest.ExceptionInfo[InvalidRequest]) -> set[str]:
    assert SECRET not in str(refusal.value.details) + refusal.value.message
    return set(refusal.value.details)


class TestCreating:
    def test_it_is_kept_with_its_credentials_sealed(self, office: Office):
        record = office.create(metadata={"a": 1}, config={"label_type": "ZPL"}, capabilities=("rating",), active=False)

        stored = office.table.get(A_TENANT, record.id)
        assert stored == ConnectionRecord(
            id=record.id,
            carrier_name="ups",
            display_name="UPS",
            carrier_id="ups-berlin",
            capabilities=("rating",),
            config={"label_type": "ZPL"},
            metadata={"a": 1},
            active=False,
            test_mode=True,
            created_at=NOW,
            updated_at=NOW,
            sealed_credentials=stored.sealed_credentials,
        )
        assert SECRET.encode() not in stored.sealed_credentials
        assert office.opened(record) == {"client_id": "me", "client_secret": SECRET}

    def test_it_was_made_when_its_id_was_also_where_that_was_an_earlier_try(self, office: Office):
        office.clock.move(60)

        record = office.create()

        assert record.created_at == made_at(record.id) == NOW
        assert record.updated_at == office.clock()

    def test_it_belongs_to_the_mode_of_the_key_that_made_it(self, office: Office):
        assert office.create(ITS_LIVE_MODE).test_mode is False
        assert office.service.list(A_TENANT, PageRequest()).results == ()

    @pytest.mark.parametrize("tenant", [ITS_LIVE_MODE, ANOTHER_TENANT])
    def test_its_credentials_open_for_its_own_tenant_alone(self, office: Office, tenant: Tenant):
        record = office.create()
        sealed = office.table.get(A_TENANT, record.id).sealed_credentials

        with pytest.raises(ValueError, match="context"):
            office.encryption.decrypt(sealed, encryption_context(tenant, record.id))
        with pytest.raises(ValueError, match="context"):
            office.encryption.decrypt(sealed, encryption_context(A_TENANT, an_id("con")))

    def test_it_can_do_what_its_carrier_can_also_what_that_learns_later(self, office: Office):
        record = office.create()
        office.kinds.known["ups"] = replace(office.kinds.kind("ups"), capabilities=("rating", "teleporting"))

        assert record.capabilities == ("rating", "shipping", "tracking")
        assert office.table.get(A_TENANT, record.id).capabilities == ()
        assert office.service.get(A_TENANT, record.id).capabilities == ("rating", "teleporting")

    def test_it_may_be_narrowed_to_what_the_carrier_can(self, office: Office):
        assert office.create(capabilities=("rating",)).capabilities == ("rating",)

        with pytest.raises(InvalidRequest) as refusal:
            office.create(carrier_id="other", capabilities=("rating", "teleporting"))

        assert faults(refusal) == {"capabilities.1"}

    def test_a_second_try_under_the_same_id_finds_the_first(self, office: Office):
        first = office.create()

        again = office.service.create(A_TENANT, first.id, a_wish())

        assert again == first
        assert len(office.table.all(A_TENANT)) == 1

    def test_a_taken_name_is_a_conflict(self, office: Office):
        office.create()

        with pytest.raises(Conflict) as refusal:
            office.create()

        assert refusal.value.details.keys() == {"carrier_id"}

    @pytest.mark.parametrize("carrier_id", ["sandbox", "Sandbox"])
    def test_the_built_in_sandboxs_name_is_reserved(self, office: Office, carrier_id: str):
        with pytest.raises(InvalidRequest) as refusal:
            office.create(carrier_id=carrier_id)

        assert faults(refusal) == {"carrier_id"}

    @pytest.mark.parametrize(
        ("name", "likely"),
        [
            ("UPS Express", "did you mean ups?"),
            ("UPS Fre", "did you mean ups or ups_freight?"),
            ("x" * 3000, "see GET /v1/carriers"),
        ],
    )
    def test_an_unknown_carrier_is_told_the_likely_ones(self, office: Office, name: str, likely: str):
        office.kinds.known["ups_freight"] = CarrierKind("ups_freight", "UPS Freight", ("rating",), has_sandbox=True)

        with pytest.raises(InvalidRequest) as refusal:
            office.create(carrier_name=name)

        assert refusal.value.message == "The connection could not be stored due to invalid fields"
        assert refusal.value.details == {"carrier_name": f"Is not a carrier that can be connected here; {likely}"}

    def test_all_faults_are_told_at_once(self, office: Office):
        with pytest.raises(InvalidRequest) as refusal:
            office.create(
                carrier_id="sandbox",
                credentials=credentials(account_numer="7"),
                config={"colour": "red", "server_url": 7},
                capabilities=("x",),
            )

        assert refusal.value.message == "The connection could not be created due to invalid fields"
        assert refusal.value.details == {
            "carrier_id": "Is the built-in sandbox's own; choose another name",
            "credentials.account_numer": "Unknown field",
            "config.colour": "Unknown field",
            "config.server_url": "Must be a string",
            "capabilities.0": "UPS can do: rating, shipping, tracking",
        }
        assert office.table.stored == {}

    def test_each_carrier_judges_its_own_fields(self, office: Office):
        with pytest.raises(InvalidRequest) as refusal:
            office.create(carrier_name="sandbox", config={"label_type": "ZPL"})

        assert faults(refusal) == {"config.label_type", "credentials.client_id", "credentials.client_secret"}

    def test_credentials_have_a_longest_size_in_bytes(self, office: Office):
        room = MOST_BYTES - len(as_plaintext(credentials(account_number="")))
        longest = "ü" * (room // 2) + "u" * (room % 2)

        with pytest.raises(InvalidRequest) as refusal:
            office.create(credentials=credentials(account_number=f"{longest}u"))

        assert refusal.value.details == {"credentials": "Must have at most 3072 bytes as JSON"}
        assert office.create(credentials=credentials(account_number=longest))

    def test_a_carrier_that_wants_no_credentials_has_none_sealed(self, office: Office):
        record = office.create(carrier_name="sandbox", credentials=None)

        assert office.opened(record) == {}


class TestPlaces:
    def test_a_carrier_without_a_sandbox_is_for_live_mode(self, office: Office):
        with pytest.raises(InvalidRequest) as refusal:
            office.create(carrier_name="liveonly")

        assert faults(refusal) == {"carrier_name"}
        assert office.create(ITS_LIVE_MODE, carrier_name="liveonly")
        assert office.create(carrier_name="liveonly", config=ELSEWHERE)

    def test_the_sandbox_is_for_test_mode(self, office: Office):
        with pytest.raises(InvalidRequest) as refusal:
            office.create(ITS_LIVE_MODE, carrier_name="sandbox", credentials=None, config=ELSEWHERE)

        assert faults(refusal) == {"carrier_name", "config.server_url"}
        assert office.create(carrier_name="sandbox", credentials=None)

    def test_the_sandbox_has_no_other_address(self, office: Office):
        with pytest.raises(InvalidRequest) as refusal:
            office.create(carrier_name="sandbox", credentials=None, config=ELSEWHERE)

        assert faults(refusal) == {"config.server_url"}

    def test_a_live_connection_goes_elsewhere_only_where_the_stage_allows_it(self, office: Office):
        with pytest.raises(InvalidRequest) as refusal:
            office.create(ITS_LIVE_MODE, config=ELSEWHERE)

        allowing = replace(office.service, server_urls=OTHER_RULES)
        assert faults(refusal) == {"config.server_url"}
        assert allowing.create(ITS_LIVE_MODE, an_id("con"), a_wish(config=ELSEWHERE)).config == ELSEWHERE

    @pytest.mark.parametrize("url", ["http://stand-in.example.com", "https://127.0.0.1:8443", "https://localhost", ""])
    def test_private_addresses_need_a_setting(self, office: Office, url: str):
        with pytest.raises(InvalidRequest) as refusal:
            office.create(config={"server_url": url})

        assert faults(refusal) == {"config.server_url"}

    @pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "https://localhost"])
    def test_a_stage_may_allow_them(self, office: Office, url: str):
        allowing = replace(office.service, server_urls=OTHER_RULES)

        assert allowing.create(A_TENANT, an_id("con"), a_wish(config={"server_url": url}))
