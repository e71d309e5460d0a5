"""Rating over HTTP: a customer's own connections asked at once by the running server, over real HTTP to stand-ins."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.client import Operator, Shop, done, order, refused
from tests.e2e.running_server import RunningServer
from tests.stand_ins.oauth import Account
from tests.stand_ins.server import answers, hangs, json_reply
from tests.stand_ins.ups import UpsStandIn

DEADLINE_S = 5
MOST_LATE_S = 1.0
"""With all that HTTP and a busy machine add; the benchmark tells how exact the deadline is."""
FAILURES = 3

GEARS = Account("gears-at-ups", "s3cret-of-gears", "A1B2C3")
LOOMS = Account("looms-at-ups", "s3cret-of-looms", "D4E5F6")
DOWN = answers(json_reply({"message": "down"}, 503))
RATES = "/api/rating/.*"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own, whose carriers get five seconds."""
    folder = tmp_path_factory.mktemp("hasty") / "data"
    with RunningServer(folder, {"RATE_DEADLINE_SECONDS": str(DEADLINE_S)}) as running:
        yield running


@pytest.fixture(scope="module")
def operator(server: RunningServer) -> Operator:
    return Operator(server)


@pytest.fixture
def ups() -> Iterator[UpsStandIn]:
    with UpsStandIn(GEARS, LOOMS) as stand_in:
        yield stand_in


@pytest.fixture
def slow_ups() -> Iterator[UpsStandIn]:
    with UpsStandIn(GEARS, LOOMS) as stand_in:
        yield stand_in


def connect(shop: Shop, carrier_id: str, stand_in: UpsStandIn, account: Account = GEARS) -> dict[str, Any]:
    credentials = {
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "account_number": account.number,
    }
    body = {
        "carrier_name": "ups",
        "carrier_id": carrier_id,
        "credentials": credentials,
        "config": {"server_url": stand_in.url},
    }
    return done(shop.post("/v1/connections", body), 201)


def told(quote: dict[str, Any]) -> list[tuple[str, str]]:
    return [(message["carrier_id"], message["code"]) for message in quote["messages"]]


def asked(quote: dict[str, Any]) -> set[str]:
    return {rate["carrier_id"] for rate in quote["rates"]}


def test_a_hanging_carrier_is_named_and_the_others_rates_come_at_the_deadline(
    shop: Shop, ups: UpsStandIn, slow_ups: UpsStandIn
):
    connect(shop, "ups-good", ups)
    connect(shop, "ups-slow", slow_ups)
    done(shop.post("/v1/rates", order()))  # the first call of all loads the SDK
    slow_ups.will(hangs, at=RATES)

    began = time.monotonic()
    quote = done(shop.post("/v1/rates", order()))
    took_s = time.monotonic() - began

    assert asked(quote) == {"sandbox", "ups-good"}
    assert told(quote) == [("ups-slow", "carrier_timeout")]
    assert DEADLINE_S - 0.2 <= took_s <= DEADLINE_S + MOST_LATE_S


def test_all_rates_come_cheapest_first_whoever_offers_them(shop: Shop, ups: UpsStandIn):
    connect(shop, "ups-good", ups)

    charges = [rate["total_charge"] for rate in done(shop.post("/v1/rates", order()))["rates"]]

    assert len(charges) > 6
    assert charges == sorted(charges)


def test_carrier_ids_and_services_narrow_before_any_call(shop: Shop, ups: UpsStandIn):
    connect(shop, "ups-good", ups)

    named = done(shop.post("/v1/rates", order(carrier_ids=["sandbox"])))
    served = done(shop.post("/v1/rates", order(services=["sandbox_ground"])))

    assert (asked(named), asked(served)) == ({"sandbox"}, {"sandbox"})
    assert [rate["service"] for rate in served["rates"]] == ["sandbox_ground"]
    assert ups.requests == []


def test_rates_of_other_services_are_left_out(shop: Shop, ups: UpsStandIn):
    connect(shop, "ups-good", ups)

    quote = done(shop.post("/v1/rates", order(services=["ups_ground"])))

    assert {rate["service"] for rate in quote["rates"]} == {"ups_ground"}


def test_an_unknown_connection_is_a_400_by_its_path(shop: Shop, ups: UpsStandIn):
    connect(shop, "ups-good", ups)

    details = refused(shop.post("/v1/rates", order(carrier_ids=["ups-good", "gone"])), 400, "invalid_request")

    assert details.keys() == {"carrier_ids.1"}
    assert ups.requests == []


def test_a_carrier_that_keeps_failing_is_left_alone_until_the_connection_changes(shop: Shop, ups: UpsStandIn):
    made = connect(shop, "ups-bad", ups)
    body = order(carrier_ids=["ups-bad"])
    ups.will(*[DOWN] * FAILURES, at=RATES)
    for _ in range(FAILURES):
        refused(shop.post("/v1/rates", body), 502, "carrier_unavailable")

    calls = len(ups.requests)
    quote = shop.post("/v1/rates", body)
    draft = done(shop.post("/v1/shipments", order()), 201)
    done(shop.patch(f"/v1/connections/{made['id']}", {"metadata": {"mended": True}}))
    mended = done(shop.post("/v1/rates", body))

    refused(quote, 502, "carrier_unavailable")
    (message,) = quote.json()["error"]["messages"]
    assert (message["code"], message["level"], message["carrier_name"]) == ("circuit_open", "warning", "ups")
    assert 1 <= int(message["details"]["retry_after_s"]) <= 30
    assert (told(draft), asked(draft)) == ([("ups-bad", "circuit_open")], {"sandbox"})
    assert (len(ups.requests) > calls, asked(mended)) == (True, {"ups-bad"})


def test_two_accounts_that_rate_at_the_same_time_see_their_own_prices(operator: Operator, ups: UpsStandIn):
    with operator.shop() as gears, operator.shop() as looms:
        shops = ((gears, GEARS), (looms, LOOMS))
        for shop, account in shops:
            connect(shop, "own", ups, account)

        def rated(index: int) -> int:
            done(shops[index % 2][0].post("/v1/rates", order(carrier_ids=["own"], reference=f"order-{index}")))
            return index

        with ThreadPoolExecutor(6) as pool:
            assert len(list(pool.map(rated, range(40)))) == 40

    for received in ups.asked("POST", RATES):
        caller = ups.tokens.account(received.headers["authorization"])
        body = received.body.decode()
        assert [one.number in body for one in (GEARS, LOOMS)] == [caller == GEARS, caller == LOOMS]
