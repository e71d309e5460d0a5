"""Bodies that are no good as a whole: broken JSON, too large, too deep, in the wrong wrapping."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.e2e.client import PARCEL, RECIPIENT, Shop, done, fault, order, refused

MOST_BYTES = 256 * 1024
TEN_MEGABYTES = 10 * 1000 * 1000
JSON = {"Content-Type": "application/json"}

NOT_JSON = {
    "nothing but a brace": (b"{", "Expecting property name"),
    "cut short": (json.dumps(order()).encode()[:-1], "Expecting"),
    "something behind": (b'{"is_return": true} {}', "Extra data"),
    "single quotes": (b"{'is_return': true}", "Expecting property name"),
    "a comma too many": (b'{"is_return": true,}', "Illegal trailing comma|Expecting property name"),
    "a comment": (b'{"is_return": true} // why', "Extra data"),
    "NaN": (b'{"parcels": [{"weight": NaN}]}', "NaN is not a JSON number"),
    "Infinity": (b'{"parcels": [{"weight": Infinity}]}', "Infinity is not a JSON number"),
    "minus Infinity": (b'{"parcels": [{"weight": -Infinity}]}', "-Infinity is not a JSON number"),
    "a name twice": (b'{"reference": "a", "reference": "b"}', "the name 'reference' is given twice"),
    "a name twice, deep": (b'{"parcels": [{"weight": 1, "weight": 2}]}', "the name 'weight' is given twice"),
    "an endless integer": (b'{"parcels": ' + b"9" * 5000 + b"}", "a number has too many digits"),
    "an endless exponent": (b'{"a": 1e-99999999999999999999}', "the exponent of .* is too large"),
    "a raw control character": (b'{"reference": "a\x01b"}', "Invalid control character"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "BOM"),
    "UTF-16": (json.dumps(order()).encode("utf-16"), "The body is not UTF-8"),
    "half a character": (b'{"reference": "\xc3"}', "The body is not UTF-8"),
    "a byte that UTF-8 never has": (b'{"reference": "\xff"}', "The body is not UTF-8"),
    "a list": (b"[]", "The body must be a JSON object"),
    "a text": (b'"shipment"', "The body must be a JSON object"),
    "a number": (b"5", "The body must be a JSON object"),
    "null": (b"null", "The body must be a JSON object"),
    "true": (b"true", "The body must be a JSON object"),
    "brackets without end": (b"[" * 100_000, "nests deeper than 32 levels"),
    "objects without end": (b'{"a":' * 40_000, "nests deeper than 32 levels"),
    "objects beyond the limit": (b'{"meta":' * 32 + b"{}" + b"}" * 32, "nests deeper than 32 levels"),
}


def send(shop: Shop, body: bytes, path: str = "/v1/shipments", **headers: str) -> httpx.Response:
    return shop.http.post(path, content=body, headers=JSON | headers)


@pytest.mark.parametrize("what", NOT_JSON)
def test_a_body_that_is_no_json_object_is_refused(shop: Shop, what: str):
    body, words = NOT_JSON[what]

    answer = send(shop, body)

    assert refused(answer, 400, "invalid_request") == {}
    assert re.search(words, fault(answer)["message"])


@pytest.mark.parametrize("number", ["1e5000", "1e10000000", "-1e999999", "1e-10000000"])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "a-number"}], ids=["alone", "under a key"])
def test_a_number_beyond_all_measure_is_refused_and_costs_nothing(shop: Shop, number: str, headers: dict[str, str]):
    body = json.dumps(order(parcels=[PARCEL | {"weight": 0}])).replace('"weight": 0', f'"weight": {number}').encode()

    answer = send(shop, body, **headers)

    assert set(refused(answer, 400, "invalid_request")) == {"parcels.0.weight"}


@pytest.mark.parametrize(
    "path", ["/v1/shipments", "/v1/rates", "/v1/trackers", "/v1/api_keys", "/v1/shipments/{id}/rates"]
)
def test_every_route_reads_bodies_alike(shop: Shop, path: str):
    target = path.replace("{id}", str(shop.draft()["id"]))

    assert refused(send(shop, b'{"metadata": {"a": NaN}}', target), 400, "invalid_request") == {}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"recipient": {"person_name": "A\\u0000a"}}', "recipient.person_name"),
        (b'{"recipient": {"city": "\\u001b[31mred"}}', "recipient.city"),
        (b'{"parcels": [{"description": "\\u0085"}]}', "parcels.0.description"),
        (b'{"reference": "\\ud800"}', "reference"),
        (b'{"metadata": {"shelf": "\\u007f"}}', "metadata.shelf"),
    ],
)
def test_a_control_character_is_refused_where_it_stands(shop: Shop, body: bytes, path: str):
    assert refused(send(shop, body), 400, "invalid_request") == {path: "Remove the control characters"}


def test_a_control_character_in_a_name_is_refused(shop: Shop):
    details = refused(send(shop, b'{"metadata": {"a\\u0000b": 1}}'), 400, "invalid_request")

    assert details == {"metadata.a\ufffdb": "Remove the control characters"}


def test_ten_megabytes_are_refused_and_the_connection_goes_on(shop: Shop):
    before = shop.get("/v1/shipments?limit=1")

    answer = send(shop, b" " * TEN_MEGABYTES)

    after = shop.get("/v1/shipments?limit=1")
    assert refused(answer, 413, "payload_too_large") == {}
    assert _connection(before) == _connection(answer) == _connection(after)


def test_the_largest_body_is_read_and_one_byte_more_is_not(shop: Shop):
    body = json.dumps(order()).encode()

    fits = send(shop, body.ljust(MOST_BYTES), "/v1/rates")
    too_large = send(shop, body.ljust(MOST_BYTES + 1), "/v1/rates")

    assert done(fits)["rates"]
    assert refused(too_large, 413, "payload_too_large") == {}


def test_a_shipment_that_would_grow_beyond_what_is_stored_is_refused(shop: Shop):
    many = [PARCEL | {"items": [{"weight": 1, "weight_unit": "G"}] * 100}] * 40

    answer = shop.post("/v1/shipments", order(parcels=many))

    refused(answer, 413, "payload_too_large")
    assert done(shop.get("/v1/shipments"))["count"] == 0


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "json"],
)
def test_what_is_not_declared_as_json_is_refused(shop: Shop, media_type: str):
    answer = send(shop, json.dumps(order()).encode(), "/v1/rates", **{"Content-Type": media_type})

    assert refused(answer, 415, "unsupported_media_type") == {}


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", ""])
def test_spellings_of_json_are_taken(shop: Shop, media_type: str):
    answer = send(shop, json.dumps(order()).encode(), "/v1/rates", **{"Content-Type": media_type})

    assert done(answer)["rates"]


def test_a_body_without_a_type_is_taken_for_json(shop: Shop):
    request = shop.http.build_request("POST", "/v1/rates", content=json.dumps(order()).encode())
    request.headers.pop("Content-Type", None)

    assert done(shop.http.send(request))["rates"]


def test_a_body_in_chunks_is_read(shop: Shop):
    def chunks() -> Any:
        text = json.dumps(order()).encode()
        yield from (text[at : at + 40] for at in range(0, len(text), 40))

    answer = shop.http.post("/v1/rates", content=chunks(), headers=JSON)

    assert answer.request.headers["Transfer-Encoding"] == "chunked"
    assert done(answer)["rates"]


def test_too_large_a_body_in_chunks_is_refused(shop: Shop):
    answer = shop.http.post("/v1/rates", content=(b" " * 10_000 for _ in range(30)), headers=JSON)

    assert refused(answer, 413, "payload_too_large") == {}


def test_a_body_on_a_get_is_passed_over(shop: Shop):
    shipment = shop.draft()

    answer = shop.http.request("GET", f"/v1/shipments/{shipment['id']}", content=b"{", headers=JSON)

    assert done(answer)["id"] == shipment["id"]


def test_an_empty_body_is_an_empty_object(shop: Shop):
    details = refused(send(shop, b""), 400, "invalid_request")

    assert details == dict.fromkeys(("shipper", "recipient", "parcels"), "This field is required")


def _connection(answer: httpx.Response) -> Any:
    """Which of our ports the answer came to: the same one for the same connection."""
    return answer.extensions["network_stream"].get_extra_info("client_addr")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (order(refrence=None), "refrence"),
        (order(recipient=RECIPIENT | {"": None}), "recipient."),
        (order(parcels=[PARCEL | {"mass": None}]), "parcels.0.mass"),
        (order(refrence=None, weight=1), "refrence"),
    ],
)
def test_an_unknown_field_is_refused_also_when_it_is_null(shop: Shop, body: dict[str, Any], path: str):
    details = refused(shop.post("/v1/shipments", body), 400, "invalid_request")

    assert details[path] == "Unknown field"


def test_an_unknown_field_in_a_list_of_a_patch_is_refused_also_when_it_is_null(shop: Shop):
    path = f"/v1/shipments/{shop.draft()['id']}"

    assert refused(shop.patch(path, {"parcels": [PARCEL | {"mass": None}]}), 400, "invalid_request").keys() == {
        "parcels.0.mass"
    }
    assert done(shop.patch(path, {"parcels": [PARCEL | {"description": None}]}))["parcels"][0]["description"] is None
