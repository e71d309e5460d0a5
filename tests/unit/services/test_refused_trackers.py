"""Trackers that are refused: for numbers that do not tell their carrier, and for the sandbox in live mode."""

import pytest

from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.tenants import Tenant
from chalicelib.services.trackers import NewTracker
from tests.builders import A_TENANT, ITS_LIVE_MODE, an_id
from tests.service_cases import IN_TIME, Desk


def create(desk: Desk, tenant: Tenant, number: str, carrier_name: str | None = None) -> None:
    desk.trackers.create(tenant, NewTracker(an_id("trk"), number, carrier_name), IN_TIME)


def test_a_number_of_several_carriers_is_refused_with_their_names() -> None:
    with pytest.raises(InvalidRequest) as caught:
        create(Desk(), A_TENANT, "320610804900")

    assert caught.value.details["carrier_name"].endswith("fedex, purolator")


def test_a_number_of_no_carrier_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        create(Desk(), A_TENANT, "hello")

    assert caught.value.details.keys() == {"carrier_name"}


@pytest.mark.parametrize(
    ("number", "carriers"),
    [("1Z5R89390357567128", "ups"), ("SBX000000005100004", "sandbox"), ("JJD000000000000000", None)],
    ids=["UPS", "the sandbox", "nobody"],
)
def test_a_number_with_a_wrong_check_digit_is_refused_with_whose_it_looks_like(
    number: str, carriers: str | None
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        create(Desk(), A_TENANT, number)

    told = caught.value.details["carrier_name"]
    assert told.startswith("The number does not tell its carrier; ")
    assert (f"it looks like {carriers}, but its check digit is wrong" in told) == (carriers is not None)


def test_in_live_mode_no_number_looks_like_the_sandboxs() -> None:
    with pytest.raises(InvalidRequest) as caught:
        create(Desk(), ITS_LIVE_MODE, "SBX000000005100004")

    assert "sandbox" not in caught.value.details["carrier_name"]


@pytest.mark.parametrize("carrier_name", ["sandbox", None], ids=["by name", "by number"])
def test_in_live_mode_there_is_no_sandbox(carrier_name: str | None) -> None:
    desk = Desk()

    with pytest.raises(InvalidRequest) as caught:
        create(desk, ITS_LIVE_MODE, "SBX000000005100003", carrier_name)

    assert caught.value.details == {"carrier_name": "The sandbox carrier exists in test mode only"}
    assert desk.tracker_table.inner.stored == {}
