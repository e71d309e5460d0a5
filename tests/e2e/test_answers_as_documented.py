"""Real answers are those that the document promises: every operation once, and errors of each kind."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chalicelib.api.schemas import examples
from tests.contract.answers import check_answer
from tests.e2e.running_server import RunningServer


@pytest.fixture
def checked(server: RunningServer) -> Iterator[httpx.Client]:
    """A client every answer of which is held against the server's own document."""
    document = httpx.get(f"{server.url}/v1/openapi.json").raise_for_status().json()

    def check(answer: httpx.Response) -> None:
        answer.read()
        check_answer(document, answer)

    with server.client() as client:
        client.event_hooks = {"response": [check]}
        yield client


def _post(client: httpx.Client, path: str, operation: str, **more: Any) -> httpx.Response:
    return client.post(path, json=examples.REQUESTS[operation] | more)


def test_the_answers_about_shipments(checked: httpx.Client):
    assert _post(checked, "/v1/rates", "compare_rates").status_code == 200
    draft = _post(checked, "/v1/shipments", "create_shipment").json()
    path = f"/v1/shipments/{draft['id']}"

    statuses = [
        checked.patch(path, json=examples.REQUESTS["update_shipment"]),
        _post(checked, f"{path}/rates", "rate_shipment"),
        checked.get(f"{path}/label"),
        _post(checked, f"{path}/purchase", "purchase_shipment"),
        checked.get(path, params={"inline": "true"}),
        checked.get(f"{path}/label"),
        _post(checked, f"{path}/purchase", "purchase_shipment", service="sandbox_express"),
        checked.get("/v1/shipments", params={"reference": "PO-1042-B"}),
        checked.delete(path),
    ]

    assert [answer.status_code for answer in statuses] == [200, 200, 409, 200, 200, 200, 409, 200, 200]


def test_the_answers_behind_signed_links(checked: httpx.Client):
    bought = _post(checked, "/v1/shipments", "create_shipment", service="sandbox_ground").json()

    assert checked.get(bought["label_url"]).content.startswith(b"%PDF-")
    assert checked.get("/v1/files/nothing").status_code == 404


def test_the_answers_about_shipments_abroad(checked: httpx.Client):
    commodity = {"weight": 0.4, "weight_unit": "KG", "title": "Book", "quantity": 2, "value_amount": 12.5}
    berlin = {"person_name": "Ada", "address_line1": "Invalidenstraße 43", "city": "Berlin", "postal_code": "10115"}
    body = {
        "recipient": berlin | {"country_code": "DE", "phone_number": "+49 30 5550100"},
        "customs": {
            "commodities": [commodity | {"value_currency": "USD", "origin_country": "US", "metadata": {"isbn": 1}}],
            "content_type": "merchandise",
            "incoterm": "DAP",
            "duty": {"paid_by": "recipient"},
            "options": {"eori_number": "GB1"},
        },
        "options": {"insurance": 25, "currency": "USD", "shipment_date": "2026-12-01"},
        "service": "sandbox_international_economy",
    }

    bought = _post(checked, "/v1/shipments", "create_shipment", **body)

    assert bought.status_code == 201
    assert bought.json()["invoice_url"]


def test_the_answers_about_trackers(checked: httpx.Client):
    bought = _post(checked, "/v1/shipments", "create_shipment", service="sandbox_ground").json()
    path = f"/v1/trackers/{bought['tracker_id']}"

    answers = [
        _post(checked, "/v1/trackers", "create_tracker"),
        _post(checked, "/v1/trackers", "create_tracker"),
        checked.get("/v1/trackers"),
        checked.get(path),
        checked.patch(path, json=examples.REQUESTS["update_tracker"]),
        _post(checked, f"{path}/advance", "advance_tracker"),
        checked.delete(path),
        checked.get(path),
    ]

    assert [answer.status_code for answer in answers][1:] == [200, 200, 200, 200, 200, 200, 404]


def test_the_answers_about_keys(checked: httpx.Client):
    made = _post(checked, "/v1/api_keys", "create_api_key")
    listed = checked.get("/v1/api_keys")
    revoked = checked.delete(f"/v1/api_keys/{made.json()['id']}")

    assert [made.status_code, listed.status_code, revoked.status_code] == [201, 200, 200]
    assert made.headers["Location"].endswith(f"/v1/api_keys/{made.json()['id']}")


def test_the_answers_about_the_api_itself(checked: httpx.Client):
    assert checked.get("/v1/health").json() == {"status": "ok"}
    assert checked.get("/v1/openapi.json").status_code == 200
    assert checked.get("/docs").status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json"])
def test_the_answers_to_what_is_wrong(checked: httpx.Client, accept: str):
    checked.headers["Accept"] = accept
    reader = _post(checked, "/v1/api_keys", "create_api_key", role="read_only").json()["key"]
    rejected = examples.PARCEL | {"weight": 90}

    answers = [
        checked.post("/v1/shipments", json={"shipper": examples.SHIPPER, "colour": "red"}),
        checked.get("/v1/shipments", headers={"Authorization": "Bearer nothing"}),
        checked.post("/v1/shipments", json={}, headers={"Authorization": f"Bearer {reader}"}),
        checked.get("/v1/shipments/shp_nothing"),
        checked.get("/v1/nothing"),
        checked.put("/v1/shipments", json={}),
        checked.post("/v1/rates", content=b" " * 300_000, headers={"Content-Type": "application/json"}),
        checked.post("/v1/rates", content=b"<a/>", headers={"Content-Type": "text/xml"}),
        _post(checked, "/v1/shipments", "create_shipment", parcels=[rejected], service="sandbox_ground"),
    ]

    assert [answer.status_code for answer in answers] == [400, 401, 403, 404, 404, 405, 413, 415, 422]
