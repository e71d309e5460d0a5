"""The sandbox's scenarios over HTTP: each branch that an integrator can play, with what a customer sees of it."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import httpx
import pytest

from chalicelib.domain.ids import ShipmentId
from chalicelib.domain.options import SandboxScenario
from tests.e2e.client import Operator, Shop, done, fault, order, refused

PLAYED: set[str] = {
    "rate_refused",
    "rate_late",
    "rate_unavailable",
    "purchase_refused",
    "purchase_unavailable",
    "purchase_late",
    "purchase_unconfirmed",
    "price_changed",
    "void_refused",
    "void_unavailable",
    "void_late",
    "void_unconfirmed",
}


def scenario(name: str, **changes: Any) -> dict[str, Any]:
    return {"options": {"sandbox_scenario": name}} | changes


def purchase(shop: Shop, shipment: dict[str, Any], **choice: Any) -> httpx.Response:
    return shop.post(f"/v1/shipments/{shipment['id']}/purchase", {"rate": "cheapest"} | choice)


def shown(shop: Shop, shipment: dict[str, Any]) -> dict[str, Any]:
    return done(shop.get(f"/v1/shipments/{shipment['id']}"))


def lease_ends(operator: Operator, shop: Shop, shipment: dict[str, Any]) -> None:
    """Let the time of a purchase or void under way be over, as if a minute had passed."""
    repository = operator.services.shipment_repository
    record = repository.get(shop.tenant, ShipmentId(shipment["id"]))
    assert record.attempt is not None
    ended = record.attempt.model_copy(update={"lease_until": datetime.now(UTC) - timedelta(seconds=1)})
    repository.save(shop.tenant, record.model_copy(update={"attempt": ended}))


def test_every_scenario_is_played_here():
    assert set(get_args(SandboxScenario)) == PLAYED


def test_rate_refused_offers_nothing_and_says_so(shop: Shop):
    quote, shipment = shop.quoted(**scenario("rate_refused")), shop.draft(**scenario("rate_refused"))

    for told in (quote, shipment):
        assert told["rates"] == []
        assert [message["code"] for message in told["messages"]] == ["sandbox_scenario"]
    refused(purchase(shop, shipment), 422, "carrier_rejected")


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("rate_late", 504, "carrier_timeout"), ("rate_unavailable", 502, "carrier_unavailable")],
)
def test_rates_that_nobody_answers_are_an_error_and_a_shipment_is_stored_all_the_same(
    shop: Shop, name: str, status: int, code: str
):
    quote = shop.post("/v1/rates", order(**scenario(name)))
    shipment = shop.draft(**scenario(name))

    refused(quote, status, code)
    assert [message["carrier_name"] for message in fault(quote)["messages"]] == ["sandbox"]
    assert (shipment["status"], shipment["rates"]) == ("draft", [])
    assert [message["code"] for message in shipment["messages"]] == [code]
    refused(purchase(shop, shipment), status, code)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("purchase_refused", 422, "carrier_rejected"), ("purchase_unavailable", 502, "carrier_unavailable")],
)
def test_a_purchase_that_fails_leaves_the_draft_as_it_was(shop: Shop, name: str, status: int, code: str):
    shipment = shop.draft(**scenario(name))

    answer = purchase(shop, shipment)

    refused(answer, status, code)
    assert fault(answer)["messages"][0]["carrier_id"] == "sandbox"
    assert fault(answer)["shipment_id"] == shipment["id"]
    assert answer.headers["Location"].endswith(f"/v1/shipments/{shipment['id']}")
    assert shown(shop, shipment)["status"] == "draft"
    done(shop.patch(f"/v1/shipments/{shipment['id']}", {"options": {"sandbox_scenario": None}}))
    assert done(purchase(shop, shipment))["status"] == "created"


@pytest.mark.parametrize(
    ("name", "status"), [("rate_refused", 422), ("purchase_refused", 422), ("purchase_unavailable", 502)]
)
def test_create_and_buy_that_fails_keeps_the_draft_and_names_it(shop: Shop, name: str, status: int):
    answer = shop.post("/v1/shipments", order(service="sandbox_ground", **scenario(name)))

    assert answer.status_code == status
    kept = done(shop.get(answer.headers["Location"]))
    assert (kept["id"], kept["status"]) == (fault(answer)["shipment_id"], "draft")
    assert done(shop.get("/v1/shipments"))["count"] == 1


def test_price_changed_shows_the_price_that_was_taken(shop: Shop):
    shipment = shop.draft(**scenario("price_changed"))
    quoted = shipment["rates"][0]

    bought = done(purchase(shop, shipment))

    assert bought["selected_rate_id"] == bought["selected_rate"]["id"] == quoted["id"]
    assert bought["selected_rate"]["total_charge"] > quoted["total_charge"]
    assert bought["rates"][0] == quoted


@pytest.mark.parametrize("name", ["purchase_late", "purchase_unconfirmed"])
def test_while_a_purchase_is_open_everybody_waits(shop: Shop, name: str):
    shipment = shop.draft(**scenario(name))
    path = f"/v1/shipments/{shipment['id']}"

    late = purchase(shop, shipment)

    refused(late, 504, "carrier_timeout")
    assert "not known" in fault(late)["message"]
    waiting = shown(shop, shipment)
    assert (waiting["status"], waiting["meta"]["purchase"]["state"]) == ("draft", "in_progress")
    assert waiting["messages"][-1]["code"] == "purchase_in_progress"
    for answer in (purchase(shop, shipment), shop.patch(path, {"reference": "r"}), shop.delete(path)):
        assert refused(answer, 409, "purchase_in_progress") == {}
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
    refused(shop.post(f"{path}/rates"), 409, "purchase_in_progress")
    assert done(shop.get("/v1/shipments?status=draft"))["count"] == 1


def test_purchase_late_is_found_afterwards_and_not_bought_twice(shop: Shop, operator: Operator):
    shipment = shop.draft(**scenario("purchase_late"))
    refused(purchase(shop, shipment), 504, "carrier_timeout")
    lease_ends(operator, shop, shipment)
    assert shown(shop, shipment)["status"] == "needs_attention"
    assert done(shop.get("/v1/shipments?status=needs_attention"))["count"] == 1

    bought = done(purchase(shop, shipment))

    assert bought["status"] == "created"
    assert done(purchase(shop, shipment))["tracking_number"] == bought["tracking_number"]
    assert "purchase" not in (shown(shop, shipment)["meta"] or {})


def test_purchase_unconfirmed_buys_again_only_when_told_so(shop: Shop, operator: Operator):
    shipment = shop.draft(**scenario("purchase_unconfirmed"))
    refused(purchase(shop, shipment), 504, "carrier_timeout")
    lease_ends(operator, shop, shipment)

    again, cancelled = purchase(shop, shipment), shop.delete(f"/v1/shipments/{shipment['id']}")

    refused(again, 409, "purchase_unconfirmed")
    refused(cancelled, 409, "purchase_unconfirmed")
    waiting = shown(shop, shipment)
    assert (waiting["status"], waiting["meta"]["purchase"]["state"]) == ("needs_attention", "unconfirmed")
    assert done(purchase(shop, shipment, retry_unconfirmed=True))["status"] == "created"


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("void_refused", 422, "carrier_rejected"), ("void_unavailable", 502, "carrier_unavailable")],
)
def test_a_void_that_fails_leaves_the_label_valid(shop: Shop, name: str, status: int, code: str):
    shipment = shop.bought(**scenario(name))

    answer = shop.delete(f"/v1/shipments/{shipment['id']}")

    refused(answer, status, code)
    assert shown(shop, shipment)["status"] == "created"
    assert shop.get(f"/v1/shipments/{shipment['id']}/label").is_success


def test_void_late_is_found_afterwards(shop: Shop, operator: Operator):
    shipment = shop.bought(**scenario("void_late"))
    path = f"/v1/shipments/{shipment['id']}"

    refused(shop.delete(path), 504, "carrier_timeout")

    assert shown(shop, shipment)["status"] == "created"
    refused(shop.delete(path), 409, "purchase_in_progress")
    lease_ends(operator, shop, shipment)
    assert done(shop.delete(path))["status"] == "cancelled"


def test_void_unconfirmed_is_not_assumed_and_may_be_asked_for_again(shop: Shop, operator: Operator):
    shipment = shop.bought(**scenario("void_unconfirmed"))
    path = f"/v1/shipments/{shipment['id']}"

    refused(shop.delete(path), 504, "carrier_timeout")

    lease_ends(operator, shop, shipment)
    waiting = shown(shop, shipment)
    assert (waiting["status"], waiting["messages"][-1]["code"]) == ("created", "void_unconfirmed")
    assert done(shop.delete(path))["status"] == "cancelled"
