"""Tokens over the wire: one for many callers, a new one for a refused one, none of one account for another."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.carriers.gateway.sdk import SdkOperation, metadata
from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable
from tests.gateway_cases import (
    CANADA_POST,
    FEDEX,
    LIVE,
    RATE_PATH,
    SHIP_PATH,
    TOKEN_PATH,
    UPS,
    USPS,
    Busy,
    Ups,
    a_call,
    a_connection,
    after,
    an_sdk,
    failure,
)
from tests.stand_ins.server import Received, Reply, StandIn, answers, empty, html, json_reply

THREADS = 16


def test_a_token_is_used_again():
    sdk = an_sdk()
    with Ups() as ups:
        for _ in range(3):
            a_call(ups.url, sdk=sdk)

        assert ups.tokens == 1


def test_many_first_callers_ask_for_one_token():
    sdk = an_sdk()
    with Ups() as ups, ThreadPoolExecutor(THREADS) as threads:
        ups.delay_s = 0.05
        list(threads.map(lambda _: a_call(ups.url, sdk=sdk), range(THREADS)))

        assert ups.tokens == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_kept_token_that_is_refused_is_replaced_and_the_look_repeated_once(status: int):
    sdk = an_sdk()
    with Ups() as ups:
        a_call(ups.url, sdk=sdk)
        ups.will(empty(status), at=RATE_PATH)

        answer = a_call(ups.url, sdk=sdk)

        assert answer.result
        assert answer.statuses == (200,)
        assert ups.tokens == 2
        assert [one.headers["authorization"] for one in ups.asked("POST", RATE_PATH)] == [
            "Bearer token-1",
            "Bearer token-1",
            "Bearer token-2",
        ]


def test_a_void_is_repeated_with_a_new_token_as_the_refused_one_did_nothing():
    sdk = an_sdk()
    with Ups() as ups:
        a_call(ups.url, sdk=sdk)
        ups.will(empty(401), at="/api/.*void.*")

        assert a_call(ups.url, "cancel", sdk=sdk).result["success"]


def test_a_new_token_that_is_refused_is_not_replaced_again():
    sdk = an_sdk()
    with Ups() as ups:
        ups.will(empty(401), empty(401), at=RATE_PATH)

        error = failure(lambda: a_call(ups.url, sdk=sdk))

        assert type(error) is CarrierRejected
        assert (ups.tokens, len(ups.asked("POST", RATE_PATH))) == (1, 1)


@pytest.mark.parametrize("operation", ["ship", "return"])
def test_a_sale_is_never_repeated_but_the_next_one_has_a_new_token(operation: SdkOperation):
    sdk = an_sdk()
    with Ups() as ups:
        a_call(ups.url, sdk=sdk)
        ups.will(empty(401), at=SHIP_PATH)

        error = failure(lambda: a_call(ups.url, operation, sdk=sdk))

        assert not error.maybe_done
        assert len(ups.asked("POST", SHIP_PATH)) == 1
        a_call(ups.url, operation, sdk=sdk)
        assert ups.tokens == 2


@pytest.mark.parametrize("status", [400, 401])
def test_wrong_credentials_are_told_as_such_whatever_status_the_carrier_has_for_them(status: int):
    refusal = json_reply({"response": {"errors": [{"code": "10401", "message": "ClientId is Invalid"}]}}, status)
    with Ups() as ups:
        ups.will(answers(refusal), at=TOKEN_PATH)

        error = failure(lambda: a_call(ups.url))

    assert type(error) is CarrierRejected
    assert error.messages[0].code == "authentication_failed"
    assert error.messages[0].details["carrier_code"] == "10401"
    assert "ClientId is Invalid" in error.message


def test_another_connection_credential_version_mode_or_address_has_its_own_token():
    sdk = an_sdk()
    with Ups() as ups:
        a_call(ups.url, sdk=sdk)
        others = [
            a_connection(ups.url, id="con_2"),
            a_connection(ups.url, version=2),
            a_connection(ups.url, tenant=LIVE),
            a_connection(f"{ups.url}/"),
            a_connection(ups.url, credentials={"client_id": "another", "client_secret": "s3cret-of-another"}),
        ]

        for connection in others:
            a_call(None, sdk=sdk, connection=connection)

        assert ups.tokens == 5  # the same address with a slash is the same address


class Accounts(Busy):
    """Answers each account with a price of its own; a token names its account."""

    def __init__(self) -> None:
        super().__init__()
        self.route("POST", TOKEN_PATH, self.token)
        self.route("POST", RATE_PATH, self.rates)

    def token(self, received: Received) -> Reply:
        account = received.headers["x-merchant-id"]
        return json_reply({"access_token": f"token-of-{account}", "issued_at": "99999999999999", "expires_in": "9999"})

    def rates(self, received: Received) -> Reply:
        account = received.headers["authorization"].removeprefix("Bearer token-of-")
        shipper = received.json()["RateRequest"]["Shipment"]["Shipper"]["ShipperNumber"]
        assert shipper == f"N{account}"
        price = Ups()
        price.price = f"{account}.00"
        return price.rates(received)


def test_two_hundred_ratings_at_once_of_two_accounts_do_not_mix():
    sdk = an_sdk()
    with Accounts() as carrier, ThreadPoolExecutor(THREADS) as threads:

        def price(index: int) -> float:
            account = str(10 + index % 2)
            connection = a_connection(
                None,
                carrier_id=f"ups-{account}",
                id=f"con_{account}",
                credentials={"client_id": account, "client_secret": account, "account_number": f"N{account}"},
                config={"server_url": carrier.url, "merchant_id": account},
            )
            [rate] = a_call(None, sdk=sdk, connection=connection).result
            assert rate["carrier_id"] == f"ups-{account}"
            return float(rate["total_charge"])

        prices = list(threads.map(price, range(200)))

    assert prices == [10.0, 11.0] * 100


def test_a_token_server_that_fails_is_asked_once_and_not_waited_for():
    metadata("usps")
    with StandIn() as carrier:
        carrier.will(html(500), html(500), html(500), at="/oauth2/.*")
        started = time.monotonic()

        error = failure(lambda: a_call(carrier.url, profile=USPS))

        assert len(carrier.requests) == 1
    assert type(error) is CarrierUnavailable
    assert time.monotonic() - started < 0.9  # the connector would wait for a second, and then for two


def test_authenticate_gets_a_fresh_token():
    sdk = an_sdk()
    with Ups() as ups:
        a_call(ups.url, sdk=sdk)

        assert sdk.authenticate(a_connection(ups.url), UPS, after(5))

        assert ups.tokens == 2
        a_call(ups.url, sdk=sdk)
        assert ups.tokens == 2


def test_authenticate_says_what_is_wrong():
    with Ups() as ups:
        ups.will(empty(401), at=TOKEN_PATH)

        error = failure(lambda: an_sdk().authenticate(a_connection(ups.url), UPS, after(5)))

    assert error.messages[0].code == "authentication_failed"


def test_authenticate_asks_for_fedexs_tracking_token_where_only_that_is_known():
    with StandIn() as carrier:
        carrier.route("POST", "/oauth/token", lambda _: json_reply({"access_token": "t", "expires_in": 3600}))
        connection = a_connection(
            carrier.url, credentials={"track_api_key": "the-key", "track_secret_key": "the-secret"}
        )

        assert an_sdk().authenticate(connection, FEDEX, after(5))

        assert b"client_id=the-key" in carrier.requests[0].body


def test_a_carrier_without_tokens_is_not_asked_for_one():
    with StandIn() as carrier:
        credentials = {"username": "the-user", "password": "the-password", "customer_number": "2004381"}

        assert not an_sdk().authenticate(a_connection(carrier.url, credentials=credentials), CANADA_POST, after(5))

        assert carrier.requests == []
