"""What no client library sends: broken framing, headers said twice, requests one behind the other."""

import json

import pytest

from tests.e2e.client import Shop, order
from tests.e2e.wire import WireAnswer, exchange, request

BODY = json.dumps(order()).encode()
JSON = "Content-Type: application/json"


@pytest.fixture
def key(shop: Shop) -> str:
    return f"Authorization: Bearer {shop.key}"


def answer_to(shop: Shop, *requests: bytes) -> WireAnswer:
    return exchange(str(shop.http.base_url), *requests)[0]


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: -1",
        "Content-Length: abc",
        "Content-Length: 1e3",
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: gzip",
        "X Header: 1",
        "NoColon",
    ],
)
def test_broken_framing_is_refused_in_the_one_shape(shop: Shop, key: str, framing: str):
    answer = answer_to(shop, request("POST /v1/rates", key, JSON, framing, body=BODY))

    assert (answer.status, answer.error["code"]) == (400, "invalid_request")
    assert answer.headers["request-id"]
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("line", ["GET", "GET /v1/shipments extra", "get /v1/shipments", "\x16\x03\x01\x02", ""])
def test_what_is_no_http_is_refused_in_the_one_shape(shop: Shop, line: str):
    answer = answer_to(shop, f"{line}\r\nHost: x\r\n\r\n".encode("latin-1"))

    assert answer.status in {200, 400}
    assert answer.headers["request-id"]


def test_a_chunk_without_a_size_is_refused(shop: Shop, key: str):
    answer = answer_to(shop, request("POST /v1/rates", key, JSON, "Transfer-Encoding: chunked", body=b"zz\r\nabc\r\n"))

    assert (answer.status, answer.error["code"]) == (400, "invalid_request")


def test_a_body_announced_far_too_large_is_refused_before_it_comes(shop: Shop, key: str):
    answer = answer_to(shop, request("POST /v1/rates", key, JSON, "Content-Length: 99999999999999"))

    assert (answer.status, answer.error["code"]) == (413, "payload_too_large")


def test_headers_without_end_are_refused(shop: Shop, key: str):
    answer = answer_to(shop, request("GET /v1/shipments", key, "X-Long: " + "a" * 16_384))

    assert (answer.status, answer.error["code"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([JSON, JSON], 415),
        ([JSON, "Content-Type: text/plain"], 415),
        ([JSON, "Accept: application/json", "Accept: application/problem+json"], 200),
        ([JSON, "X-Strange: \xff\xfe"], 200),
        ([JSON, "Accept: \xff"], 200),
        ([JSON, "X_Under_Score: 1"], 200),
        ([JSON, "Expect: nothing"], 200),
        ([JSON, "Cookie: a=b", "Origin: null", "X-HTTP-Method-Override: DELETE"], 200),
    ],
)
def test_odd_headers_are_read_or_passed_over(shop: Shop, key: str, headers: list[str], status: int):
    answer = answer_to(shop, request("POST /v1/rates", key, *headers, body=BODY))

    assert answer.status == status
    assert answer.headers["ratelimit"]


def test_a_target_with_scheme_and_host_is_its_path(shop: Shop, key: str):
    answer = answer_to(shop, request("GET http://elsewhere.example/v1/shipments?limit=1", key))

    assert (answer.status, json.loads(answer.body)["count"]) == (200, 0)


def test_a_request_without_a_host_is_answered(shop: Shop, key: str):
    answer = answer_to(shop, f"GET /v1/shipments HTTP/1.0\r\n{key}\r\n\r\n".encode())

    assert answer.status == 200


def test_every_request_on_a_connection_is_answered_after_any_error(shop: Shop, key: str):
    health = request("GET /v1/health")
    errors = {
        401: request("GET /v1/shipments"),
        404: request("GET /v1/nothing", key),
        405: request("PUT /v1/shipments", key, JSON, body=BODY),
        415: request("POST /v1/rates", key, "Content-Type: text/plain", body=BODY),
        413: request("POST /v1/rates", key, JSON, body=b" " * 300_000),
        400: request("POST /v1/rates", key, JSON, body=b"{"),
    }
    pipeline = [part for error in errors.values() for part in (error, health)]

    answers = exchange(str(shop.http.base_url), *pipeline)

    assert [answer.status for answer in answers] == [status for error in errors for status in (error, 200)]
    assert len({answer.headers["request-id"] for answer in answers}) == len(answers)


def test_the_body_of_a_refused_request_is_not_taken_for_the_next(shop: Shop):
    smuggled = request("DELETE /v1/shipments/shp_1")

    answers = exchange(str(shop.http.base_url), request("POST /v1/rates", JSON, body=smuggled), request("GET /docs"))

    assert [answer.status for answer in answers] == [401, 200]


@pytest.mark.parametrize("host", ["api.example", "api.example:8443", "[::1]:8000"])
def test_links_begin_with_the_host_that_was_asked(shop: Shop, host: str):
    lines = f"POST /v1/shipments HTTP/1.1\r\nHost: {host}\r\n{JSON}\r\nAuthorization: Bearer {shop.key}\r\n"

    answer = answer_to(shop, f"{lines}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY)

    assert answer.headers["location"].startswith(f"http://{host}/v1/shipments/shp_")
