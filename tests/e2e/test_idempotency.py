"""The contract's section on idempotency, over HTTP: one run a key, the same answer again, to whom it belongs."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chalicelib.api.bodies import parsed_json
from chalicelib.api.idempotency import HEADER
from chalicelib.domain.idempotency import REMEMBERED_FOR, IdempotencyRecord, told_apart
from chalicelib.domain.pages import PageRequest
from tests.e2e.client import Operator, Shop, done, fault, order, refused

GROUND = "sandbox_ground"


def a_key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}


def replayed(answer: httpx.Response) -> bool:
    return bool(answer.headers.get("Idempotency-Replayed") == "true")


def without_links(tree: dict[str, Any]) -> dict[str, Any]:
    """A shipment without what is signed anew in every answer."""
    meta = {name: value for name, value in tree["meta"].items() if name != "label_url_expires_at"}
    documents = [document | {"url": None} for document in tree["shipping_documents"]]
    return tree | {"label_url": None, "invoice_url": None, "shipping_documents": documents, "meta": meta}


def labels_of(operator: Operator, shop: Shop) -> int:
    """How many labels the sandbox sold to a customer, by its own books."""
    ledger = operator.services.carriers.sandbox()._ledger  # type: ignore[attr-defined]  # the carrier's own books
    return len(ledger.page(shop.tenant, PageRequest(limit=100)).results)


def test_a_create_and_buy_that_is_repeated_buys_one_label_and_answers_the_same(shop: Shop, operator: Operator):
    key, body = a_key(), order(service=GROUND)

    first = shop.post("/v1/shipments", body, headers=key)
    second = shop.post("/v1/shipments", body, headers=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert (replayed(first), replayed(second)) == (False, True)
    assert without_links(second.json()) == without_links(first.json())
    assert second.headers["Location"] == first.headers["Location"]
    assert labels_of(operator, shop) == 1


def test_links_in_a_replay_are_good(shop: Shop, anybody: httpx.Client):
    key, body = a_key(), order(service=GROUND)
    shop.post("/v1/shipments", body, headers=key)

    again = done(shop.post("/v1/shipments", body, headers=key), 201)

    assert anybody.get(again["label_url"]).content.startswith(b"%PDF")
    assert again["label_url"] == again["shipping_documents"][0]["url"]


def test_a_customers_own_text_is_answered_as_it_was_though_it_looks_like_a_link(shop: Shop, operator: Operator):
    with operator.shop() as stranger:
        foreign = stranger.bought()["label_url"]
    key, body = a_key(), order(metadata={"link": foreign, "label_url_expires_at": "never"})
    first = done(shop.post("/v1/shipments", body, headers=key), 201)

    again = done(shop.post("/v1/shipments", body, headers=key), 201)

    assert again == first
    assert again["metadata"]["link"] == foreign


def test_another_request_under_the_same_key_is_refused(shop: Shop):
    key = a_key()
    shop.post("/v1/shipments", order(), headers=key)

    other = shop.post("/v1/shipments", order(reference="another"), headers=key)

    refused(other, 422, "idempotency_mismatch")


def test_the_same_body_at_another_path_is_another_request(shop: Shop):
    key, one, two = a_key(), shop.draft(), shop.draft()
    shop.post(f"/v1/shipments/{one['id']}/purchase", {"rate": "cheapest"}, headers=key)

    other = shop.post(f"/v1/shipments/{two['id']}/purchase", {"rate": "cheapest"}, headers=key)

    refused(other, 422, "idempotency_mismatch")


def test_a_refusal_is_answered_again_and_the_carrier_is_not_asked_again(shop: Shop):
    key = a_key()
    body = order(service=GROUND, options={"sandbox_scenario": "purchase_refused"})
    first = shop.post("/v1/shipments", body, headers=key)

    again = shop.post("/v1/shipments", body, headers=key)

    assert (first.status_code, again.status_code) == (422, 422)
    assert replayed(again)
    assert fault(again) == fault(first)


def test_an_invalid_body_is_answered_again(shop: Shop):
    key, body = a_key(), {"shipper": {"country_code": "US"}}
    first = shop.post("/v1/shipments", body, headers=key)

    again = shop.post("/v1/shipments", body, headers=key)

    assert replayed(again)
    assert fault(again) == fault(first)


def test_after_a_time_out_the_same_key_goes_on_with_the_same_shipment(shop: Shop):
    key = a_key()
    body = order(service=GROUND, options={"sandbox_scenario": "purchase_late"})
    first = shop.post("/v1/shipments", body, headers=key)

    again = shop.post("/v1/shipments", body, headers=key)

    assert refused(first, 504, "carrier_timeout") == {}
    refused(again, 409, "purchase_in_progress")
    assert fault(again)["shipment_id"] == fault(first)["shipment_id"]
    assert done(shop.get("/v1/shipments"))["count"] == 1


def test_of_sixteen_at_once_one_shipment_comes(shop: Shop, operator: Operator):
    key, body = a_key(), order(service=GROUND)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: shop.post("/v1/shipments", body, headers=key), range(16)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert labels_of(operator, shop) == 1
    for answer in answers:
        if answer.status_code == 409:
            refused(answer, 409, "idempotency_in_flight")
            assert 1 <= int(answer.headers["Retry-After"]) <= 30


def test_a_crash_after_the_draft_was_stored_is_gone_on_from(shop: Shop, operator: Operator):
    key, body = a_key(), order(service=GROUND)
    draft = done(shop.post("/v1/shipments", body | {"service": None}, headers=a_key()), 201)
    forged = _crashed(operator, shop, key["Idempotency-Key"], body, draft["id"])

    resumed = done(shop.post("/v1/shipments", body, headers=key), 201)

    assert forged.object_id == resumed["id"] == draft["id"]
    assert resumed["status"] == "created"
    assert done(shop.get("/v1/shipments"))["count"] == 1


def _crashed(operator: Operator, shop: Shop, key: str, body: dict[str, Any], shipment_id: str) -> IdempotencyRecord:
    """What a process leaves that dies after it stored the draft: a record with a lease that has run out."""
    services = operator.services
    now = services.clock()
    request = told_apart("POST", "/v1/shipments", parsed_json(json.dumps(body).encode()))
    mark = services.signed_links.mark(HEADER, request)
    record = IdempotencyRecord(mark, shipment_id, "lease_dead", now - timedelta(seconds=1), now + REMEMBERED_FOR)
    assert services.idempotency.repository.add(shop.tenant, key, record, now) is None
    return record


def test_a_new_key_that_is_asked_for_again_is_the_same_key(shop: Shop):
    key, body = a_key(), {"role": "standard", "name": "shop"}

    first = done(shop.post("/v1/api_keys", body, headers=key), 201)
    again = done(shop.post("/v1/api_keys", body, headers=key), 201)

    assert again == first
    assert len(done(shop.get("/v1/api_keys"))["results"]) == 2


def test_a_role_that_may_not_ask_gets_no_replay_and_takes_no_key(shop: Shop):
    key, body = a_key(), {"role": "admin"}
    shop.post("/v1/api_keys", body, headers=key)
    reader = done(shop.post("/v1/api_keys", {"role": "read_only"}), 201)["key"]
    as_reader = {"Authorization": f"Bearer {reader}"}
    other = a_key()

    refused(shop.post("/v1/api_keys", body, headers=key | as_reader), 403, "forbidden")
    refused(shop.post("/v1/shipments", order(), headers=other | as_reader), 403, "forbidden")

    assert done(shop.post("/v1/shipments", order(reference="mine"), headers=other), 201)["reference"] == "mine"


def test_a_tracker_that_is_posted_again_is_answered_as_new(shop: Shop):
    key, body = a_key(), {"tracking_number": "1Z5R89390357567127"}

    first = shop.post("/v1/trackers", body, headers=key)
    again = shop.post("/v1/trackers", body, headers=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert shop.post("/v1/trackers", body).status_code == 200


@pytest.mark.parametrize("key", ["k" * 256, "two words"])
def test_what_can_not_be_a_key_is_refused(shop: Shop, key: str):
    answer = shop.post("/v1/shipments", order(), headers={"Idempotency-Key": key})

    assert refused(answer, 400, "invalid_request").keys() == {"Idempotency-Key"}


def test_another_accounts_key_is_a_key_of_its_own(shop: Shop, operator: Operator):
    key = a_key()
    shop.post("/v1/shipments", order(), headers=key)

    with operator.shop() as stranger:
        theirs = stranger.post("/v1/shipments", order(), headers=key)

    assert theirs.status_code == 201
    assert not replayed(theirs)
