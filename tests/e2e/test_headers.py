"""Headers of safety: no answer is kept or taken for another type, and other sites' scripts read only what they may."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.documents import operations
from tests.e2e.client import Shop
from tests.e2e.matrix import ROUTES, UNKNOWN, Route
from tests.e2e.running_server import RunningServer
from tests.e2e.wire import exchange, request

KEPT = {"get_references", "get_openapi", "get_docs", "get_docs_asset"}
"""What is the same for all and may be kept."""

SITE = "https://office.example.com"
OTHER_SITES = (
    "https://office.example.com.evil.example",
    "https://evil.example",
    "http://office.example.com",
    "https://office.example.com:8443",
    "https://sub.office.example.com",
    "null",
    "*",
)


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own, open for the scripts of two sites."""
    settings = {"CORS_ORIGINS": f"{SITE}, http://localhost:3000"}
    with RunningServer(tmp_path_factory.mktemp("open") / "data", settings) as running:
        yield running


def cors(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def is_safe(answer: httpx.Response) -> bool:
    return answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("route", [pytest.param(route, id=route.name) for route in ROUTES])
def test_no_answer_is_kept_or_guessed_at(shop: Shop, anybody: httpx.Client, route: Route):
    for caller in (shop.http, anybody):
        answer = caller.request(route.method, route.path.format_map(AnyId()), json=route.body)

        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store" or (route.name in KEPT and answer.is_success)


class AnyId(dict[str, str]):
    """Fills every parameter of a path."""

    def __missing__(self, name: str) -> str:
        return {"shipment_id": UNKNOWN["shipments"], "carrier_name": "sandbox"}.get(name, "nothing")


@pytest.mark.parametrize(
    "line",
    [
        "GET /nothing/here",
        "PUT /v1/shipments",
        "BREW /v1/shipments",
        "GET /v1/shipments?limit=x",
        "GET nonsense",
        "POST /v1/rates",
    ],
)
def test_what_the_app_never_sees_is_as_safe(server: RunningServer, line: str):
    body = b"x" * 300_000 if line.startswith("POST") else b""

    (answer,) = exchange(server.url, request(line, body=body))

    assert answer.status >= 400
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_a_body_that_nobody_reads_is_refused_as_safely(server: RunningServer):
    (answer,) = exchange(server.url, request("POST /v1/rates", "Content-Length: 99999999999"))

    assert (answer.status, answer.headers["x-content-type-options"]) == (413, "nosniff")
    assert answer.headers["cache-control"] == "no-store"


def test_a_label_is_neither_kept_nor_guessed_at(shop: Shop, anybody: httpx.Client):
    bought = shop.bought()

    assert is_safe(shop.get(f"/v1/shipments/{bought['id']}/label"))
    assert is_safe(anybody.get(bought["label_url"]))


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_other_sites_read_nothing_unless_a_setting_says_so(server: RunningServer, method: str):
    asked = {"Origin": SITE, "Access-Control-Request-Method": "GET"}
    with server.client() as client:
        answer = client.request(method, "/v1/shipments", headers=asked)

    assert answer.status_code == (200 if method == "GET" else 405)
    assert cors(answer) == {}
    assert "Vary" not in answer.headers


@pytest.mark.parametrize("route", sorted(operations()))
def test_a_browser_may_ask_every_route_without_a_key(open_server: RunningServer, route: str):
    method, path = route.split(" ")
    asked = {
        "Origin": SITE,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }

    answer = httpx.options(open_server.url + path.format_map(AnyId()), headers=asked)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert method in answer.headers["Access-Control-Allow-Methods"].split(", ")
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "idempotency-key"} <= set(allowed)
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "RateLimit" not in answer.headers
    assert answer.headers["Vary"] == "Origin"


@pytest.mark.parametrize("path", ["/v1/shipments", "/v1/health", "/v1/references", "/v1/shipments?limit=x", "/nothing"])
def test_a_named_site_reads_every_answer(open_server: RunningServer, path: str):
    with open_server.client() as client:
        answer = client.get(path, headers={"Origin": SITE})

    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert answer.headers["Vary"] == "Origin"
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


def test_it_reads_refusals_of_the_gateway_too(open_server: RunningServer):
    answer = httpx.get(f"{open_server.url}/v1/shipments", headers={"Origin": "http://localhost:3000"})

    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"


@pytest.mark.parametrize("origin", OTHER_SITES)
def test_no_other_site_reads_anything(open_server: RunningServer, origin: str):
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    with open_server.client() as client:
        answers = [client.get("/v1/shipments", headers=asked), client.options("/v1/shipments", headers=asked)]

    assert [answer.status_code for answer in answers] == [200, 405]
    for answer in answers:
        assert cors(answer) == {}
        assert answer.headers["Vary"] == "Origin"


def test_a_path_that_is_not_there_allows_nothing(open_server: RunningServer):
    asked = {"Origin": SITE, "Access-Control-Request-Method": "GET"}

    assert httpx.options(f"{open_server.url}/v1/nothing", headers=asked).status_code == 404


def test_options_that_are_no_browsers_question_are_answered_as_ever(open_server: RunningServer):
    answer = httpx.options(f"{open_server.url}/v1/shipments", headers={"Origin": SITE})

    assert answer.status_code == 405
