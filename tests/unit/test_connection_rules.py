"""Connections' rules: where a carrier may be connected, to which address, and what a fault says."""

import pytest

from chalicelib.domain.connections import (
    CarrierKind,
    ServerUrlRules,
    faults_of_capabilities,
    faults_of_names,
    faults_of_place,
)
from chalicelib.domain.ports import Connection
from chalicelib.domain.tenants import Tenant
from tests.builders import A_TENANT, ITS_LIVE_MODE, a_connection

UPS = CarrierKind("ups", "UPS", ("rating", "shipping"), has_sandbox=True)
LIVE_ONLY = CarrierKind("liveonly", "Live Only", ("rating",), has_sandbox=False)
SANDBOX = CarrierKind("sandbox", "Sandbox", ("rating",), has_sandbox=True)
ELSEWHERE = {"server_url": "https://stand-in.example.com"}


class TestPlace:
    @pytest.mark.parametrize(
        ("tenant", "kind", "config"),
        [
            (A_TENANT, UPS, {}),
            (A_TENANT, UPS, ELSEWHERE),
            (ITS_LIVE_MODE, UPS, {}),
            (ITS_LIVE_MODE, UPS, ELSEWHERE),
            (A_TENANT, LIVE_ONLY, ELSEWHERE),
            (ITS_LIVE_MODE, LIVE_ONLY, {}),
            (A_TENANT, SANDBOX, {}),
        ],
    )
    def test_a_carrier_that_can_be_called_in_the_mode_is_fine(
        self, tenant: Tenant, kind: CarrierKind, config: dict[str, str]
    ) -> None:
        assert faults_of_place(tenant, kind, config) == {}

    @pytest.mark.parametrize(
        ("tenant", "kind", "config", "told"),
        [
            (ITS_LIVE_MODE, SANDBOX, {}, {"carrier_name": "The sandbox carrier exists in test mode only"}),
            (ITS_LIVE_MODE, SANDBOX, ELSEWHERE, {"carrier_name": "The sandbox carrier exists in test mode only"}),
            (
                A_TENANT,
                SANDBOX,
                ELSEWHERE,
                {"config.server_url": "The sandbox carrier is built in: it has no other address"},
            ),
            (
                A_TENANT,
                LIVE_ONLY,
                {"label_type": "ZPL"},
                {
                    "carrier_name": "Live Only has no sandbox of its own: connect it in live mode, "
                    "or give config.server_url"
                },
            ),
        ],
    )
    def test_any_other_is_told_what_to_do(
        self, tenant: Tenant, kind: CarrierKind, config: dict[str, str], told: dict[str, str]
    ) -> None:
        assert faults_of_place(tenant, kind, config) == told


def test_each_capability_that_the_carrier_lacks_is_told_at_its_place() -> None:
    told = "UPS can do: rating, shipping"

    assert faults_of_capabilities(UPS, ("flying", "rating", "diving")) == {
        "capabilities.0": told,
        "capabilities.2": told,
    }


def test_each_name_that_a_change_would_change_is_told() -> None:
    before = a_connection(carrier_name="ups", carrier_id="mine")
    told = "A connection keeps it; connect anew for another one"

    assert faults_of_names(before, "ups", "mine") == {}
    assert faults_of_names(before, "ups", "yours") == {"carrier_id": told}
    assert faults_of_names(before, "dpd", "mine") == {"carrier_name": told}


class TestServerUrl:
    @pytest.mark.parametrize("tenant", [A_TENANT, ITS_LIVE_MODE])
    def test_without_one_nothing_is_wrong(self, tenant: Tenant) -> None:
        assert ServerUrlRules().faults(tenant, {"label_type": "ZPL"}) == {}

    @pytest.mark.parametrize(
        ("rules", "tenant"),
        [
            (ServerUrlRules(), A_TENANT),
            (ServerUrlRules(in_live_mode=True), A_TENANT),
            (ServerUrlRules(in_live_mode=True), ITS_LIVE_MODE),
        ],
    )
    def test_a_public_one_is_fine_where_the_mode_allows_it(self, rules: ServerUrlRules, tenant: Tenant) -> None:
        assert rules.faults(tenant, ELSEWHERE) == {}

    def test_a_live_connection_has_none_unless_the_stage_allows_it(self) -> None:
        told = "In live mode, this server calls carriers at their own addresses only"

        assert ServerUrlRules(private=True).faults(ITS_LIVE_MODE, ELSEWHERE) == {"config.server_url": told}

    @pytest.mark.parametrize(
        ("url", "told"),
        [
            (7, "Must be a string"),
            (None, "Must be a string"),
            ("http://carrier.example.com", "Must begin with https:// and name a host"),
            ("https://10.0.0.1", "Must name a public host: private and local addresses are refused"),
        ],
    )
    def test_a_fault_of_it_is_told_as_a_sentence(self, url: object, told: str) -> None:
        assert ServerUrlRules().faults(A_TENANT, {"server_url": url}) == {"config.server_url": told}

    def test_where_private_addresses_are_allowed_other_faults_remain(self) -> None:
        rules = ServerUrlRules(private=True)

        assert rules.faults(A_TENANT, {"server_url": "http://10.0.0.1"}) == {}
        assert rules.faults(A_TENANT, {"server_url": "ftp://10.0.0.1"}) == {
            "config.server_url": "Must begin with https:// or http:// and name a host"
        }


@pytest.mark.parametrize(
    ("capabilities", "may"), [((), True), (("rating", "tracking"), True), (("tracking", "shipping"), False)]
)
def test_a_connection_is_used_for_all_unless_it_was_narrowed(
    capabilities: tuple[str, ...],
    may: bool,  # noqa: FBT001
) -> None:
    connection = Connection("ups", "mine", A_TENANT, capabilities=frozenset(capabilities))

    assert connection.may("rating") is may
