"""Reach: a connection's calls go to its carrier's addresses in its mode, or to the server that stands in for it."""

import pytest

from chalicelib.carriers.gateway.reach import Reach, Target
from tests.gateway_cases import LIVE, TEST, UPS, a_connection

PREFIXES = ("https://api.carrier.example/v1", "https://tracking.carrier.example")


@pytest.mark.parametrize(
    "url",
    [
        "https://api.carrier.example/v1",
        "https://api.carrier.example/v1/rates?a=b&c=%20",
        "https://API.carrier.example/v1/rates",
        "https://api.carrier.example:443/v1/rates",
        "https://tracking.carrier.example",
    ],
)
def test_what_begins_like_a_listed_address_is_reached(url: str):
    assert Reach(PREFIXES).target(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://api.carrier.example/v1/rates",
        "https://api.carrier.example/v10/rates",
        "https://api.carrier.example/v2/rates",
        "https://api.carrier.example/",
        "https://api.carrier.example:8443/v1/rates",
        "https://api.carrier.example.evil.example/v1/rates",
        "https://api.carrier.example@evil.example/v1/rates",
        "https://user@api.carrier.example/v1/rates",
        "https://evil.example/v1/rates",
        "https://api.carrier.example/v1/../v2/rates",
        "https://api.carrier.example/v1/%2e%2e/v2/rates",
        "https://api.carrier.example/v1/rates here",
        "https://api.carrier.example/v1/rates\r\nHost: evil.example",
        "https://api.carrier.example\\.evil.example/v1",
        "file:///etc/passwd",
        "//api.carrier.example/v1",
        "",
    ],
)
def test_nothing_else_is_reached(url: str):
    assert Reach(PREFIXES).target(url) is None
    assert Reach(PREFIXES, "https://stand-in.example").target(url) is None


def test_where_a_request_goes_is_told_in_parts():
    target = Reach(PREFIXES).target("https://API.carrier.example/v1/rates?a=b")

    assert target == Target("https", "api.carrier.example", 443, "/v1/rates?a=b")
    assert target is not None
    assert target.is_default_port


def test_a_server_of_the_connections_own_gets_the_listed_calls_with_their_paths():
    reach = Reach(PREFIXES, "http://127.0.0.1:8080/base")

    assert reach.target("https://api.carrier.example/v1/rates?a=b") == Target(
        "http", "127.0.0.1", 8080, "/base/v1/rates?a=b"
    )


def test_links_to_that_server_are_followed_as_they_are_and_to_no_other():
    reach = Reach(PREFIXES, "https://stand-in.example")

    assert reach.target("https://stand-in.example/label?x") == Target("https", "stand-in.example", 443, "/label?x")
    assert reach.target("https://stand-in.example:444/label") is None
    assert reach.target("http://stand-in.example/label") is None


def test_the_mode_decides_between_a_carriers_sandbox_and_the_rest():
    assert Reach.of(a_connection(None, tenant=TEST), UPS) == Reach(UPS.test_urls)
    assert Reach.of(a_connection(None, tenant=LIVE), UPS) == Reach(UPS.live_urls)


def test_with_a_server_of_its_own_a_connection_sends_all_calls_there():
    reach = Reach.of(a_connection("https://stand-in.example/"), UPS)

    assert reach.server_url == "https://stand-in.example"
    for url in (*UPS.live_urls, *UPS.test_urls):
        target = reach.target(f"{url}/x")
        assert target is not None
        assert target.host == "stand-in.example"
