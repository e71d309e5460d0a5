"""Trackers that are refused: for numbers that do not tell their carrier, and for the sandbox in live mode."""

import pytest

from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.tenants import Tenant
from chalicelib.services.trackers import NewTracker
from tests.builders import A_TENANT, ITS_LIVE_MODE, an_id
from tests.service_cases import IN_TIME, Desk


def create(desk: Desk, tenant: Tenant, number: str, carrier_name: str | None = None) -> None:
    desk.trackers.create(tenant, NewTracker(an_id("trk"), number, carrier_name), IN_TIME)


def refused(desk: Desk, tenant: Tenant, number: str, carrier_name: str | None = None) -> str:
    """Return why the number's carrier is not followed."""
    with pytest.raises(InvalidRequest, match=r"^The tracker could not be created due to invalid fields$") as caught:
        create(desk, tenant, number, carrier_name)

    assert caught.value.details.keys() == {"carrier_name"}
    return caught.value.details["carrier_name"]


def test_a_number_of_several_carriers_is_refused_with_their_names() -> None:
    told = refused(Desk(), A_TENANT, "320610804900")

    assert told == "This number may be one of several carriers'; say which: fedex, purolator"


@pytest.mark.parametrize("number", ["hello", "JJD000000000000000"])
def test_a_number_of_no_carrier_is_refused(number: str) -> None:
    told = refused(Desk(), A_TENANT, number)

    assert told == "The number does not tell its carrier; say which one it is"


@pytest.mark.parametrize(
    ("number", "carriers"),
    [("1Z5R89390357567128", "ups"), ("SBX000000005100004", "sandbox"), ("556061272542", "fedex or purolator")],
    ids=["UPS", "the sandbox", "two"],
)
def test_a_number_with_a_wrong_check_digit_is_refused_with_whose_it_looks_like(number: str, carriers: str) -> None:
    told = refused(Desk(), A_TENANT, number)

    likely = f"it looks like {carriers}, but its check digit is wrong; name the carrier if you are sure"
    assert told == f"The number does not tell its carrier; {likely}"


def test_in_live_mode_no_number_looks_like_the_sandboxs() -> None:
    told = refused(Desk(), ITS_LIVE_MODE, "SBX000000005100004")

    assert told == "The number does not tell its carrier; say which one it is"


@pytest.mark.parametrize("carrier_name", ["sandbox", None], ids=["by name", "by number"])
def test_in_live_mode_there_is_no_sandbox(carrier_name: str | None) -> None:
    desk = Desk()

    told = refused(desk, ITS_LIVE_MODE, "SBX000000005100003", carrier_name)

    assert told == "The sandbox carrier exists in test mode only"
    assert desk.tracker_table.inner.stored == {}
