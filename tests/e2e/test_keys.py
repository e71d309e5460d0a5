"""API keys: which open, which don't, what each role may do, how many requests a minute they have."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from chalicelib.domain.api_keys import new_token
from tests.e2e.client import MOST_A_MINUTE, Operator, Shop, done, fault, order, refused, tells_the_limit
from tests.e2e.wire import WireAnswer, exchange, request

LIST = "/v1/shipments?limit=1"


def asked_with(shop: Shop, *headers: str) -> WireAnswer:
    """The answer to a request with these headers, sent as they stand."""
    return exchange(str(shop.http.base_url), request(f"GET {LIST}", *headers))[0]


def asked_by(shop: Shop, key: str) -> WireAnswer:
    """The answer to a request with this key."""
    return asked_with(shop, f"Authorization: Bearer {key}")


def is_unauthorized(answer: WireAnswer) -> None:
    assert (answer.status, answer.error["code"], answer.error["details"]) == (401, "unauthorized", {})
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["request-id"]
    assert not [name for name in answer.headers if "ratelimit" in name]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "{key}",
        "Basic {key}",
        "Token {key}",
        "Bearer: {key}",
        "Bearer '{key}'",
        'Bearer "{key}"',
        "Bearer {key}, Bearer {key}",
        "Bearer {key} {key}",
        "Bearer\t{key}",
        "Bearer {key}x",
        "Bearer dray_test_",
        "Bearer dray_test_" + "0" * 33,
        "Bearer sk_live_" + "0" * 33,
        "Bearer " + "a" * 8000,
        "Bearer \u00e9",
    ],
)
def test_a_malformed_header_opens_nothing(shop: Shop, header: str):
    is_unauthorized(asked_with(shop, f"Authorization: {header.replace('{key}', shop.key)}"))


def test_no_key_opens_nothing(shop: Shop):
    is_unauthorized(asked_with(shop))
    is_unauthorized(asked_with(shop, f"Proxy-Authorization: Bearer {shop.key}", f"X-Api-Key: {shop.key}"))


@pytest.mark.parametrize("header", ["bearer {key}", "BEARER {key}", "Bearer   {key}", "Bearer {key}  "])
def test_the_scheme_is_read_in_any_case_and_with_any_spaces(shop: Shop, header: str):
    assert asked_with(shop, f"Authorization: {header.replace('{key}', shop.key)}").status == 200


def test_two_headers_open_nothing(shop: Shop):
    header = f"Authorization: Bearer {shop.key}"

    is_unauthorized(asked_with(shop, header, header))


@pytest.mark.parametrize("position", [0, 5, 10, 20, 30, 37, 42])
def test_a_key_with_one_wrong_character_opens_nothing(shop: Shop, position: int):
    wrong = "x" if shop.key[position] != "x" else "y"
    mistyped = shop.key[:position] + wrong + shop.key[position + 1 :]

    is_unauthorized(asked_by(shop, mistyped))


def test_a_key_of_the_other_case_opens_nothing(shop: Shop):
    is_unauthorized(asked_by(shop, shop.key.swapcase()))


def test_a_well_formed_key_that_nobody_made_opens_nothing(shop: Shop):
    never_made = new_token("test", os.urandom)

    is_unauthorized(asked_by(shop, never_made))


def test_a_revoked_key_opens_nothing_from_then_on(shop: Shop):
    made = done(shop.post("/v1/api_keys", {}), 201)
    assert asked_by(shop, made["key"]).status == 200

    revoked = done(shop.delete(f"/v1/api_keys/{made['id']}"))

    assert revoked["revoked_at"] is not None
    is_unauthorized(asked_by(shop, made["key"]))


def test_revoking_twice_answers_the_same(shop: Shop):
    made = done(shop.post("/v1/api_keys", {}), 201)

    answers = [done(shop.delete(f"/v1/api_keys/{made['id']}")) for _ in range(2)]

    assert answers[0] == answers[1]


def test_a_key_may_revoke_itself(shop: Shop):
    own = done(shop.get("/v1/api_keys"))["results"][0]

    assert done(shop.delete(f"/v1/api_keys/{own['id']}"))["id"] == own["id"]
    is_unauthorized(asked_by(shop, shop.key))


def test_a_key_expires_at_its_very_instant(shop: Shop, operator: Operator):
    expires_at = datetime.now(UTC) + timedelta(seconds=0.6)
    key = done(shop.post("/v1/api_keys", {"expires_at": expires_at.isoformat()}), 201)["key"]
    expires_at = expires_at.replace(microsecond=expires_at.microsecond // 1000 * 1000)
    seen: set[int] = set()

    with operator.client(key) as client:
        deadline = expires_at + timedelta(seconds=5)
        while 401 not in seen and datetime.now(UTC) < deadline:
            began = datetime.now(UTC)
            answer = client.get(LIST)
            if datetime.now(UTC) < expires_at:
                assert answer.status_code == 200
            if began >= expires_at:
                refused(answer, 401, "unauthorized")
            seen.add(answer.status_code)

    assert seen == {200, 401}


READS = ("GET /v1/shipments", "GET /v1/shipments/{shp}", "GET /v1/trackers")
WRITES = (
    "POST /v1/shipments",
    "PATCH /v1/shipments/{shp}",
    "DELETE /v1/shipments/{shp}",
    "POST /v1/shipments/{shp}/rates",
    "POST /v1/shipments/{shp}/purchase",
    "POST /v1/trackers",
    "PATCH /v1/trackers/trk_x",
    "DELETE /v1/trackers/trk_x",
    "POST /v1/trackers/trk_x/advance",
)
ADMINISTERS = ("GET /v1/api_keys", "POST /v1/api_keys", "DELETE /v1/api_keys/key_x")


def answers_to(operator: Operator, shop: Shop, role: str, targets: tuple[str, ...]) -> list[httpx.Response]:
    """What a key of this role of the shop's account hears."""
    shipment_id = shop.draft()["id"]
    with operator.shop(shop.tenant, role=role) as other:
        asks = [target.replace("{shp}", str(shipment_id)).split() for target in targets]
        return [other.http.request(method, path) for method, path in asks]


def test_a_read_only_key_reads_and_compares_rates(operator: Operator, shop: Shop):
    with operator.shop(shop.tenant, role="read_only") as reader:
        assert done(reader.post("/v1/rates", order()))["rates"]

    assert {answer.status_code for answer in answers_to(operator, shop, "read_only", READS)} == {200}


def test_a_read_only_key_writes_nothing(operator: Operator, shop: Shop):
    for answer in answers_to(operator, shop, "read_only", WRITES + ADMINISTERS):
        assert refused(answer, 403, "forbidden") == {}
        tells_the_limit(answer)


def test_the_role_is_judged_before_the_body(operator: Operator, shop: Shop):
    with operator.shop(shop.tenant, role="read_only") as reader:
        answer = reader.http.post("/v1/shipments", content=b"{", headers={"Content-Type": "text/plain"})

    refused(answer, 403, "forbidden")


def test_a_standard_key_does_not_administer_keys(operator: Operator, shop: Shop):
    for answer in answers_to(operator, shop, "standard", ADMINISTERS):
        assert refused(answer, 403, "forbidden") == {}


def test_a_new_key_has_its_makers_mode_and_plan(shop: Shop):
    made = done(shop.post("/v1/api_keys", {"name": "Till 4"}), 201)

    assert made["key"].startswith("dray_test_")
    assert made["key"].endswith(made["last_four"])
    assert (made["role"], made["plan"], made["test_mode"], made["name"]) == ("standard", "scale", True, "Till 4")
    assert (made["expires_at"], made["revoked_at"], made["last_used_at"]) == (None, None, None)


def test_a_key_is_shown_once(shop: Shop):
    made = done(shop.post("/v1/api_keys", {"role": "read_only"}), 201)

    listed = shop.get("/v1/api_keys")

    assert made["key"] not in listed.text
    shown = next(key for key in done(listed)["results"] if key["id"] == made["id"])
    assert shown == {name: value for name, value in made.items() if name != "key"}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"role": "owner"}, "role"),
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2030-01-01"}, "expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-23:59"}, "expires_at"),
        ({"expires_at": 2_000_000_000}, "expires_at"),
        ({"expires_at": True}, "expires_at"),
        ({"mode": "live"}, "mode"),
        ({"plan": "enterprise"}, "plan"),
        ({"limit_per_minute": 5000}, "limit_per_minute"),
        ({"key": "dray_test_mine"}, "key"),
    ],
)
def test_nobody_makes_a_key_on_such_terms(shop: Shop, body: dict[str, Any], path: str):
    assert refused(shop.post("/v1/api_keys", body), 400, "invalid_request").keys() == {path}


def test_a_live_key_sees_no_sandbox(operator: Operator):
    with operator.shop(operator.new_account("live")) as merchant:
        shipment = merchant.draft()

        assert (shipment["test_mode"], shipment["rates"]) == (False, [])
        assert [message["code"] for message in shipment["messages"]] == ["no_connection"]
        assert [message["code"] for message in merchant.quoted()["messages"]] == ["no_connection"]
        assert merchant.key.startswith("dray_live_")


def test_every_answer_takes_a_token_and_tells_what_is_left(operator: Operator):
    with operator.shop(limit_per_minute=5) as customer:
        told = [tells_the_limit(customer.get(path)) for path in (LIST, "/v1/nothing", "/v1/shipments/x")]

    assert told == [(5, 4), (5, 3), (5, 2)]


def test_refused_requests_take_a_token_too(operator: Operator):
    with operator.shop(limit_per_minute=5) as customer:
        wrong_method = customer.http.put("/v1/shipments")
        wrong_type = customer.http.post("/v1/rates", content=b"a", headers={"Content-Type": "text/plain"})
        too_large = customer.http.post("/v1/rates", content=b" " * 300_000)

    answers = (wrong_method, wrong_type, too_large)
    assert [answer.status_code for answer in answers] == [405, 415, 413]
    assert [tells_the_limit(answer) for answer in answers] == [(5, 4), (5, 3), (5, 2)]


def test_an_empty_bucket_refuses_and_says_for_how_long(operator: Operator):
    with operator.shop(limit_per_minute=5) as customer:
        statuses = [customer.get(LIST).status_code for _ in range(5)]

        answer = customer.get(LIST)

        assert statuses == [200] * 5
        assert refused(answer, 429, "rate_limited") == {}
        assert 1 <= int(answer.headers["Retry-After"]) <= 12
        assert tells_the_limit(answer) == (5, 0)
        assert int(answer.headers["X-RateLimit-Reset"]) <= 60


def test_one_keys_bucket_is_not_anothers(operator: Operator, shop: Shop):
    with operator.shop(shop.tenant, limit_per_minute=1) as other:
        other.get(LIST)
        refused(other.get(LIST), 429, "rate_limited")

    assert tells_the_limit(shop.get(LIST))[0] == MOST_A_MINUTE


def test_public_routes_need_no_key_and_take_no_token(operator: Operator):
    with operator.shop(limit_per_minute=1) as customer:
        customer.get(LIST)

        answers = [customer.get(path) for path in ("/v1/health", "/v1/openapi.json", "/docs")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not [name for answer in answers for name in answer.headers if "ratelimit" in name]


def test_a_hundred_keys_are_all_that_an_account_has(operator: Operator, shop: Shop):
    for _ in range(99):
        operator.key(shop.tenant, role="read_only")

    answer = shop.post("/v1/api_keys", {})

    refused(answer, 409, "conflict")
    assert "100" in fault(answer)["message"]
