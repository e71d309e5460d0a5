"""Cancelling over HTTP: what becomes of the money, and shipments that are closed by force."""

from typing import Any

import pytest

from tests.e2e.client import Shop, done, fault, refused


def path_of(shipment: dict[str, Any]) -> str:
    return f"/v1/shipments/{shipment['id']}"


def forced(shop: Shop, shipment: dict[str, Any], value: str = "true") -> Any:
    return shop.delete(f"{path_of(shipment)}?force={value}")


def playing(scenario: str) -> dict[str, Any]:
    return {"options": {"sandbox_scenario": scenario}}


def test_the_money_is_told_of_once_a_shipment_is_cancelled(shop: Shop):
    draft, bought = shop.draft(), shop.bought()

    told = [done(shop.delete(path_of(shipment)))["refund_status"] for shipment in (draft, bought)]

    assert (draft["refund_status"], bought["refund_status"]) == (None, None)
    assert told == ["not_applicable", "refunded"]
    assert done(shop.get(path_of(bought)))["refund_status"] == "refunded"


@pytest.mark.parametrize(
    ("scenario", "void"), [("void_refused", "not_done"), ("void_unavailable", "not_done"), ("void_late", "unknown")]
)
def test_by_force_a_shipment_is_closed_here_and_says_that_its_label_stays_valid(shop: Shop, scenario: str, void: str):
    shipment = shop.bought(**playing(scenario))

    closed = done(forced(shop, shipment))

    assert (closed["status"], closed["refund_status"], closed["label_url"]) == ("cancelled", "not_applicable", None)
    (message,) = closed["messages"]
    assert (message["code"], message["details"]["void"]) == ("label_still_valid", void)
    assert message["details"]["tracking_number"] == shipment["tracking_number"]
    assert done(shop.get(path_of(shipment))) == done(shop.delete(path_of(shipment))) == closed
    refused(shop.get(f"{path_of(shipment)}/label"), 409, "conflict")


def test_without_force_the_refusal_says_how_to_go_on(shop: Shop):
    shipment = shop.bought(**playing("void_refused"))

    answer = forced(shop, shipment, "false")

    refused(answer, 422, "carrier_rejected")
    assert "force=true" in fault(answer)["message"]
    assert [message["carrier_name"] for message in fault(answer)["messages"]] == ["sandbox"]


def test_force_voids_where_it_can(shop: Shop):
    closed = done(forced(shop, shop.bought()))

    assert (closed["status"], closed["refund_status"], closed["messages"]) == ("cancelled", "refunded", [])


def test_a_parcel_that_travels_is_not_cancelled_by_force_neither(shop: Shop):
    shipment = shop.bought()
    done(shop.post(f"/v1/trackers/{shipment['tracker_id']}/advance", {"status": "in_transit"}))

    for value in ("false", "true"):
        refused(forced(shop, shipment, value), 409, "conflict")

    assert done(shop.get(path_of(shipment)))["status"] == "in_transit"


def test_a_purchase_of_which_nobody_knows_is_not_closed_by_force(shop: Shop):
    shipment = shop.draft(**playing("purchase_unconfirmed"))
    refused(shop.post(f"{path_of(shipment)}/purchase", {"service": "sandbox_ground"}), 504, "carrier_timeout")

    refused(forced(shop, shipment), 409, "purchase_in_progress")


@pytest.mark.parametrize("value", ["yes please", "2", ""])
def test_force_is_true_or_false(shop: Shop, value: str):
    shipment = shop.draft()

    assert refused(forced(shop, shipment, value), 400, "invalid_request").keys() == {"force"}
    assert done(shop.get(path_of(shipment)))["status"] == "draft"
