"""Accounts that ask at the same time through one SDK: each gets its own prices, under its own name."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import pytest

from chalicelib.domain.rates import RateRequest
from tests.integration.carriers import canadapost_customers, test_dhl_express, usps_customers
from tests.integration.carriers.customers import Customer
from tests.stand_ins.canadapost import CanadaPost
from tests.stand_ins.dhl_express import DhlExpress
from tests.stand_ins.usps import Usps

Pair = tuple[Customer, Customer, RateRequest]


def at_usps(stack: ExitStack) -> Pair:
    here = stack.enter_context(Usps())
    gears, looms = (
        usps_customers.customer_of(here, account) for account in (usps_customers.GEARS, usps_customers.LOOMS)
    )
    return gears, looms, usps_customers.a_request()


def at_canada_post(stack: ExitStack) -> Pair:
    here = stack.enter_context(CanadaPost())
    accounts = (canadapost_customers.GEARS, canadapost_customers.LOOMS)
    gears, looms = (canadapost_customers.customer_of(here, account) for account in accounts)
    return gears, looms, canadapost_customers.a_request()


def at_dhl_express(stack: ExitStack) -> Pair:
    here = stack.enter_context(DhlExpress())
    accounts = (test_dhl_express.GEARS, test_dhl_express.LOOMS)
    gears, looms = (test_dhl_express.customer_of(here, account) for account in accounts)
    return gears, looms, test_dhl_express.within_germany()


@pytest.fixture(params=[at_usps, at_canada_post, at_dhl_express])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Two customers of one carrier behind one adapter, and what they ask."""
    made: Callable[[ExitStack], Pair] = request.param
    with ExitStack() as stack:
        gears, looms, asked = made(stack)
        yield gears, replace(looms, carrier=gears.carrier), asked


def test_prices_are_not_mixed(pair: Pair) -> None:
    gears, looms, asked = pair
    expected = {one.connection.carrier_id: one.rate(asked).total_charge for one in (gears, looms)}

    with ThreadPoolExecutor(8) as threads:
        rates = list(threads.map(lambda customer: customer.rate(asked), [gears, looms] * 16))

    assert len(set(expected.values())) == 2
    assert [rate.carrier_id for rate in rates] == [gears.connection.carrier_id, looms.connection.carrier_id] * 16
    assert [rate.total_charge for rate in rates] == [expected[rate.carrier_id] for rate in rates]
