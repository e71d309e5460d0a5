"""UPS and FedEx as stand-ins, and a customer of each: for tests that are about both."""

from collections.abc import Iterator

import pytest

from tests.integration.carriers import test_fedex, test_ups
from tests.integration.carriers.customers import Customer
from tests.stand_ins.fedex import FedexStandIn
from tests.stand_ins.ups import UpsStandIn


@pytest.fixture
def ups() -> Iterator[UpsStandIn]:
    with UpsStandIn(test_ups.GEARS) as stand_in:
        yield stand_in


@pytest.fixture
def fedex() -> Iterator[FedexStandIn]:
    with FedexStandIn(test_fedex.GEARS) as stand_in:
        yield stand_in


@pytest.fixture
def at_ups(ups: UpsStandIn) -> Customer:
    return test_ups.customer_of(ups)


@pytest.fixture
def at_fedex(fedex: FedexStandIn) -> Customer:
    return test_fedex.customer_of(fedex)
