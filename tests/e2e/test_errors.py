"""One shape for everything that goes wrong: on every path, for every method, with or without a key."""

from typing import Any

import httpx
import pytest

from chalicelib.api.errors import PROBLEM, TITLES
from tests.e2e.client import NO_TLS, PARCEL, Operator, Shop, done, fault, order, refused, tells_the_limit

UNKNOWN_PATHS = [
    "/",
    "/v1",
    "/v1/",
    "/v2/shipments",
    "/V1/shipments",
    "/v1/shipment",
    "/v1/shipments/{id}/refund",
    "/v1/shipments/{id}/label/0",
    "/v1//shipments",
    "/v1/shipments;x",
    "/favicon.ico",
    "/.env",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/v1/%73hipments%00",
    "/" + "a" * 5000,
]

ALLOWED = {
    "/v1/shipments": {"GET", "POST"},
    "/v1/shipments/{id}": {"GET", "PATCH", "DELETE"},
    "/v1/shipments/{id}/purchase": {"POST"},
    "/v1/shipments/{id}/rates": {"POST"},
    "/v1/shipments/{id}/label": {"GET"},
    "/v1/rates": {"POST"},
    "/v1/trackers": {"GET", "POST"},
    "/v1/trackers/{id}": {"GET", "PATCH", "DELETE"},
    "/v1/trackers/{id}/advance": {"POST"},
    "/v1/api_keys": {"GET", "POST"},
    "/v1/api_keys/{id}": {"DELETE"},
    "/v1/files/{id}": {"GET"},
    "/v1/health": {"GET"},
    "/v1/openapi.json": {"GET"},
    "/docs": {"GET"},
}
BEYOND_THE_APP = ("TRACE", "PROPFIND")
"""What API Gateway can't route: the app never sees it, so it takes no token."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", *BEYOND_THE_APP)


@pytest.mark.parametrize("path", UNKNOWN_PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_path_is_not_found(shop: Shop, method: str, path: str):
    answer = shop.http.request(method, path.replace("{id}", "shp_1"))

    assert refused(answer, 404, "not_found") == {}
    tells_the_limit(answer)


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/shipments/x/refund"])
def test_an_unknown_path_is_not_found_without_a_key_too(anybody: httpx.Client, path: str):
    assert refused(anybody.get(path), 404, "not_found") == {}


@pytest.mark.parametrize("path", ALLOWED)
def test_a_wrong_method_is_told_the_right_ones(shop: Shop, anybody: httpx.Client, path: str):
    target = path.replace("{id}", "x")

    for method in set(METHODS) - ALLOWED[path]:
        answers = [anybody.request(method, target)]
        if method not in BEYOND_THE_APP:
            answers.append(shop.http.request(method, target))
            tells_the_limit(answers[-1])

        for answer in answers:
            assert (answer.status_code, method) == (405, method)
            assert set(answer.headers["Allow"].split(", ")) == ALLOWED[path]
            assert method == "HEAD" or fault(answer)["code"] == "method_not_allowed"


def test_a_head_has_the_headers_and_no_body(shop: Shop):
    answer = shop.http.head("/v1/shipments")

    assert (answer.status_code, answer.content) == (405, b"")
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["/v1/shipments", "/v1/trackers", "/v1/api_keys"])
def test_an_unknown_parameter_is_refused(shop: Shop, path: str):
    details = refused(shop.get(f"{path}?page=2&limit=1&Limit=1"), 400, "invalid_request")

    assert details.keys() == {"page", "Limit"}


@pytest.mark.parametrize(
    "target",
    [
        "GET /v1/shipments/{id}",
        "PATCH /v1/shipments/{id}",
        "DELETE /v1/shipments/{id}",
        "POST /v1/rates",
        "POST /v1/shipments",
        "POST /v1/shipments/{id}/purchase",
        "POST /v1/shipments/{id}/rates",
        "GET /v1/health",
    ],
)
def test_an_unknown_parameter_is_refused_where_there_are_none(shop: Shop, target: str):
    method, path = target.replace("{id}", str(shop.draft()["id"])).split()

    answer = shop.http.request(method, f"{path}?dry_run=true")

    assert refused(answer, 400, "invalid_request").keys() == {"dry_run"}


def test_a_parameter_given_twice_is_refused(shop: Shop):
    answer = shop.get("/v1/shipments?limit=1&status=draft&limit=1")

    assert refused(answer, 400, "invalid_request") == {"limit": "Give this parameter once"}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=ten",
        "limit=",
        "limit=1e1",
        "limit=" + "9" * 5000,
        "created_after=yesterday",
        "created_after=2026-11-24",
        "created_after=2026-11-24T09:30:00",
        "created_after=1800000000",
        "created_before=2026-02-30T00:00:00Z",
        "created_before=2026-11-24T24:61:00Z",
    ],
)
def test_a_parameter_of_a_wrong_form_is_refused(shop: Shop, query: str):
    name = query.partition("=")[0]

    assert refused(shop.get(f"/v1/shipments?{query}"), 400, "invalid_request").keys() == {name}
    assert refused(shop.get(f"/v1/trackers?{query}"), 400, "invalid_request").keys() == {name}


@pytest.mark.parametrize(
    "query", ["created_after=0001-01-01T00:00:00%2B23:59", "created_before=9999-12-31T23:59:59-23:59"]
)
def test_the_ends_of_time_are_times(shop: Shop, query: str):
    shipment = shop.draft()

    assert [found["id"] for found in done(shop.get(f"/v1/shipments?{query}"))["results"]] == [shipment["id"]]


@pytest.mark.parametrize("noun", ["shipments", "trackers"])
@pytest.mark.parametrize(
    "identifier",
    ["%2F", "%2e%2e%2f", "%00", "%FF", "%25", "%", "%zz", "x", "shp_", "a" * 5000, "%F0%9F%98%80", "shp_%0a", "*"],
)
def test_what_cannot_be_an_id_is_not_found(shop: Shop, noun: str, identifier: str):
    answer = shop.get(f"/v1/{noun}/{identifier}")

    assert refused(answer, 404, "not_found") == {}
    assert fault(answer)["message"] == f"There is no such {noun[:-1]}"


@pytest.mark.parametrize("suffix", ["%00", "%2Flabel", "%20", "%0A", "a", "#", "?x"])
def test_an_id_is_matched_whole(shop: Shop, suffix: str):
    identifier = str(shop.draft()["id"])

    for target in (identifier + suffix.replace("#", "%23").replace("?", "%3F"), identifier.lower(), identifier[:-1]):
        assert refused(shop.get(f"/v1/shipments/{target}"), 404, "not_found") == {}


def test_an_encoded_id_is_the_id(shop: Shop):
    identifier = str(shop.draft()["id"])

    assert done(shop.get(f"/v1/shipments/%73{identifier[1:]}"))["id"] == identifier


def played(name: str, **changes: Any) -> dict[str, Any]:
    return order(options={"sandbox_scenario": name}, **changes)


@pytest.fixture
def errors(shop: Shop, operator: Operator) -> dict[int, httpx.Request]:
    """A request for each class of error."""
    voided = shop.bought()
    shop.delete(f"/v1/shipments/{voided['id']}")
    reader = operator.key(shop.tenant, role="read_only")
    spent = operator.key(shop.tenant, limit_per_minute=1)

    def ask(method: str, path: str, key: str = shop.key, **rest: Any) -> httpx.Request:
        return httpx.Request(method, shop.http.base_url.join(path), headers={"Authorization": f"Bearer {key}"}, **rest)

    requests = {
        400: ask("POST", "/v1/shipments", json={}),
        401: ask("GET", "/v1/shipments", key="dray_test_nobody"),
        403: ask("POST", "/v1/shipments", key=reader, json=order()),
        404: ask("GET", "/v1/shipments/shp_nothing"),
        405: ask("PUT", "/v1/shipments", json={}),
        409: ask("GET", f"/v1/shipments/{voided['id']}/label"),
        413: ask("POST", "/v1/rates", json={"reference": "x" * 300_000}),
        415: ask("POST", "/v1/rates", data={"weight": "1"}),
        422: ask("POST", "/v1/shipments", json=played("rate_refused", service="sandbox_ground")),
        429: ask("GET", "/v1/shipments", key=spent),
        502: ask("POST", "/v1/rates", json=played("rate_unavailable")),
        504: ask("POST", "/v1/rates", json=played("rate_late")),
    }
    shop.http.get(requests[429].url, headers=requests[429].headers)
    return requests


def test_every_class_of_error_has_the_one_shape(operator: Operator, errors: dict[int, httpx.Request]):
    with operator.client() as client:
        for status, request in errors.items():
            assert client.send(request).status_code == status


def test_every_class_of_error_is_a_problem_on_demand(operator: Operator, errors: dict[int, httpx.Request]):
    with operator.client() as client:
        for status, request in errors.items():
            plain = fault(client.send(request))
            request.headers["Accept"] = f"{PROBLEM}, application/json;q=0.5"
            answer = client.send(request)

            problem = answer.json()
            assert problem["status"] == status
            assert problem["detail"] == plain.pop("message")
            assert problem["code"] == plain["code"]
            assert problem.keys() == plain.keys() | {"type", "title", "status", "detail", "instance"}
            assert (problem["type"], problem["title"]) == ("about:blank", TITLES[status])
            assert problem["instance"] == f"urn:request:{answer.headers['Request-Id']}"


def test_the_connection_goes_on_after_every_error(errors: dict[int, httpx.Request]):
    with httpx.Client(limits=httpx.Limits(max_connections=1), verify=NO_TLS) as client:
        streams = [client.send(request).extensions["network_stream"] for request in errors.values()]
        ports = {stream.get_extra_info("client_addr") for stream in streams}

    assert len(ports) == 1


def test_a_shipment_stored_before_the_error_is_named(shop: Shop):
    answer = shop.post(
        "/v1/shipments", order(service="sandbox_ground", options={"sandbox_scenario": "purchase_refused"})
    )

    shipment_id = fault(answer)["shipment_id"]
    assert answer.headers["Location"] == f"{str(shop.http.base_url).rstrip('/')}/v1/shipments/{shipment_id}"
    assert done(shop.get(f"/v1/shipments/{shipment_id}"))["status"] == "draft"


def test_a_request_id_is_new_each_time(shop: Shop):
    ids = {shop.get("/v1/nothing").headers["Request-Id"] for _ in range(5)}

    assert len(ids) == 5


def test_nothing_internal_is_told(shop: Shop):
    answer = shop.post("/v1/shipments", order(parcels=[PARCEL | {"weight": {"$ne": 1}}]))

    assert "Traceback" not in answer.text
    assert "pydantic" not in answer.text
    assert "chalice" not in answer.text.lower()
