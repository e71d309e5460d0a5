"""A connection in test mode reaches the carrier's sandbox alone, a live one the live service alone."""

from dataclasses import replace

import pytest

from chalicelib.carriers import catalogue
from chalicelib.carriers.gateway.reach import Reach
from chalicelib.domain.ports import Connection
from tests.builders import A_TENANT, ITS_LIVE_MODE

ADDRESSES = {
    "usps": ("https://apis-tem.usps.com/labels/v3/label", "https://apis.usps.com/labels/v3/label"),
    "canadapost": ("https://ct.soa-gw.canadapost.ca/rs/ship/price", "https://soa-gw.canadapost.ca/rs/ship/price"),
    "dhl_express": ("https://express.api.dhl.com/mydhlapi/test/rates", "https://express.api.dhl.com/mydhlapi/rates"),
}


@pytest.mark.parametrize(("carrier_name", "addresses"), list(ADDRESSES.items()), ids=list(ADDRESSES))
def test_the_two_worlds_do_not_reach_each_other(carrier_name: str, addresses: tuple[str, str]) -> None:
    profile = catalogue.profile(carrier_name)
    in_test_mode = Connection(carrier_name, "mine", A_TENANT)
    live = replace(in_test_mode, tenant=ITS_LIVE_MODE)

    reached = [
        [Reach.of(connection, profile).target(address) is not None for address in addresses]
        for connection in (in_test_mode, live)
    ]

    assert reached == [[True, False], [False, True]]
