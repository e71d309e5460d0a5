"""Trackers over HTTP: who carries a number, following it once, moving sandbox parcels and what moves with them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from chalicelib.carriers.sandbox.numbers import FIXED_NUMBERS
from tests.e2e.client import Operator, Shop, done, refused

UPS = "1Z5R89390357567127"

MOVES = {
    "picked_up": "shipped",
    "in_transit": "in_transit",
    "delivery_delayed": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "ready_for_pickup": "in_transit",
    "delivery_failed": "delivery_failed",
    "on_hold": "needs_attention",
    "return_to_sender": "needs_attention",
    "delivered": "delivered",
}
"""What each move of a parcel makes of its shipment."""


def follow(shop: Shop, number: str, **fields: Any) -> httpx.Response:
    return shop.post("/v1/trackers", {"tracking_number": number} | fields)


@pytest.mark.parametrize(
    ("number", "carrier_name"),
    [(UPS, "ups"), ("986578788855", "fedex"), ("RB123456785GB", "royalmail"), (next(iter(FIXED_NUMBERS)), "sandbox")],
)
def test_the_number_tells_its_carrier(shop: Shop, number: str, carrier_name: str):
    tracker = done(follow(shop, number), 201)

    assert (tracker["carrier_name"], tracker["tracking_number"]) == (carrier_name, number)


def test_a_number_that_several_carriers_use_names_them(shop: Shop):
    details = refused(follow(shop, "320610804900"), 400, "invalid_request")

    assert details.keys() == {"carrier_name"}
    assert details["carrier_name"].endswith("fedex, purolator")


def test_a_number_that_tells_nothing_asks_for_the_carrier(shop: Shop):
    assert refused(follow(shop, "PARCEL-1"), 400, "invalid_request").keys() == {"carrier_name"}
    assert done(follow(shop, "PARCEL-1", carrier_name="fedex"), 201)["carrier_name"] == "fedex"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "tracking_number"),
        ({"tracking_number": ""}, "tracking_number"),
        ({"tracking_number": "   "}, "tracking_number"),
        ({"tracking_number": "n" * 101}, "tracking_number"),
        ({"tracking_number": "é1"}, "tracking_number"),
        ({"tracking_number": 5}, "tracking_number"),
        ({"tracking_number": UPS, "carrier_name": "pigeon"}, "carrier_name"),
        ({"tracking_number": UPS, "carrier_name": ["ups"]}, "carrier_name"),
        ({"tracking_number": UPS, "info": {"note": 5}}, "info.note"),
        ({"tracking_number": UPS, "info": {"notes": "n"}}, "info.notes"),
        ({"tracking_number": UPS, "info": {"note": "n" * 501}}, "info.note"),
        ({"tracking_number": UPS, "metadata": {"a": 1, "b": {}}}, "metadata.b"),
        ({"tracking_number": UPS, "reference": "r" * 101}, "reference"),
        ({"tracking_number": UPS, "status": "delivered"}, "status"),
    ],
)
def test_a_bad_request_is_refused_at_its_path(shop: Shop, body: dict[str, Any], path: str):
    assert refused(shop.post("/v1/trackers", body), 400, "invalid_request").keys() == {path}
    assert done(shop.get("/v1/trackers"))["count"] == 0


def test_a_carrier_without_a_connection_leaves_the_tracker_pending_and_says_so(shop: Shop):
    tracker = done(follow(shop, UPS), 201)

    assert (tracker["status"], tracker["events"], tracker["delivered"]) == ("pending", [], False)
    assert [(message["code"], message["carrier_name"]) for message in tracker["messages"]] == [("no_connection", "ups")]


def test_a_number_that_the_carrier_knows_to_be_wrong_is_refused(shop: Shop):
    refused(follow(shop, "SBX000000000000005", carrier_name="sandbox"), 422, "carrier_rejected")

    assert done(shop.get("/v1/trackers"))["count"] == 0


@pytest.mark.parametrize("spelling", [UPS, UPS.lower(), "1Z 5R8 939 03 5756 7127", f" {UPS}  "])
def test_the_same_number_is_the_same_tracker_however_it_is_spelled(shop: Shop, spelling: str):
    tracker = done(follow(shop, UPS, metadata={"a": 1}), 201)

    again = follow(shop, spelling, carrier_name="ups")

    assert done(again) == tracker
    assert "Location" not in again.headers
    assert done(shop.get(f"/v1/trackers?tracking_number={spelling}"))["results"] == [tracker]


def test_the_same_number_of_another_carrier_is_another_tracker(shop: Shop):
    first, second = (done(follow(shop, "12345", carrier_name=carrier), 201) for carrier in ("ups", "fedex"))

    assert first["id"] != second["id"]


def test_sixteen_at_once_make_one_tracker(shop: Shop, operator: Operator):
    def ask(_: int) -> httpx.Response:
        with operator.shop(shop.tenant) as clerk:
            return follow(clerk, UPS)

    with ThreadPoolExecutor(16) as clerks:
        answers = list(clerks.map(ask, range(16)))

    assert sorted(answer.status_code for answer in answers) == [200] * 15 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert done(shop.get("/v1/trackers"))["count"] == 1


@pytest.mark.parametrize(("number", "status"), FIXED_NUMBERS.items())
def test_fixed_numbers_show_each_status(shop: Shop, number: str, status: str):
    tracker = done(follow(shop, number), 201)

    assert tracker["status"] == status
    assert tracker["delivered"] == (status == "delivered")
    assert tracker["events"][0]["status"] == status
    timestamps = [event["timestamp"] for event in tracker["events"]]
    assert timestamps == sorted(timestamps, reverse=True)
    refused(shop.post(f"/v1/trackers/{tracker['id']}/advance", {"status": "delivered"}), 422, "carrier_rejected")


def test_a_label_gets_its_tracker_by_itself(shop: Shop):
    shipment = shop.bought(reference="r", order_id="o", metadata={"a": 1})

    tracker = done(shop.get(f"/v1/trackers/{shipment['tracker_id']}"))

    assert (tracker["shipment_id"], tracker["tracking_number"]) == (shipment["id"], shipment["tracking_number"])
    assert (tracker["reference"], tracker["order_id"], tracker["metadata"]) == ("r", "o", {"a": 1})
    assert (tracker["status"], tracker["carrier_name"]) == ("pending", "sandbox")
    assert tracker["estimated_delivery"] == shipment["selected_rate"]["estimated_delivery"]
    assert done(follow(shop, shipment["tracking_number"]))["id"] == tracker["id"]


def test_a_parcel_takes_its_shipment_along(shop: Shop):
    shipment = shop.bought()

    for status, expected in MOVES.items():
        moved = done(shop.post(f"/v1/trackers/{shipment['tracker_id']}/advance", {"status": status}))

        assert (moved["status"], moved["events"][0]["status"]) == (status, status)
        assert moved["delivered"] == (status == "delivered")
        now = done(shop.get(f"/v1/shipments/{shipment['id']}"))
        assert now["status"] == expected
        assert done(shop.get(f"/v1/shipments?status={expected}"))["results"][0]["id"] == now["id"]


@pytest.mark.parametrize("status", ["pending", "unknown", "cancelled"])
def test_a_status_that_tells_nothing_of_the_shipment_leaves_it(shop: Shop, status: str):
    shipment = shop.bought()

    done(shop.post(f"/v1/trackers/{shipment['tracker_id']}/advance", {"status": status}))

    assert done(shop.get(f"/v1/shipments/{shipment['id']}"))["status"] == "created"


@pytest.mark.parametrize("body", [{}, {"status": None}, {"status": "lost"}, {"status": 5}, {"status": ["delivered"]}])
def test_a_move_needs_a_status(shop: Shop, body: dict[str, Any]):
    tracker_id = shop.bought()["tracker_id"]

    assert refused(shop.post(f"/v1/trackers/{tracker_id}/advance", body), 400, "invalid_request").keys() == {"status"}


def test_only_sandbox_parcels_are_moved(shop: Shop, operator: Operator):
    tracker = done(follow(shop, UPS), 201)
    refused(shop.post(f"/v1/trackers/{tracker['id']}/advance", {"status": "delivered"}), 409, "conflict")

    with operator.shop(operator.new_account("live")) as merchant:
        live = done(follow(merchant, UPS), 201)
        answer = merchant.post(f"/v1/trackers/{live['id']}/advance", {"status": "delivered"})

    refused(answer, 409, "conflict")


def test_a_voided_labels_parcel_does_not_move(shop: Shop):
    shipment = shop.bought()
    shop.delete(f"/v1/shipments/{shipment['id']}")

    answer = shop.post(f"/v1/trackers/{shipment['tracker_id']}/advance", {"status": "delivered"})

    refused(answer, 422, "carrier_rejected")


def test_a_patch_merges_metadata_and_info(shop: Shop):
    tracker = done(follow(shop, UPS, metadata={"a": 1, "b": 2}, info={"note": "n", "customer_name": "Ada"}), 201)

    changed = done(
        shop.patch(
            f"/v1/trackers/{tracker['id']}",
            {"metadata": {"a": None, "c": 3}, "info": {"note": None, "order_id": "7"}},
        )
    )

    assert changed["metadata"] == {"b": 2, "c": 3}
    assert [changed["info"][name] for name in ("note", "customer_name", "order_id")] == [None, "Ada", "7"]
    assert done(shop.get(f"/v1/trackers/{tracker['id']}")) == changed
    assert changed["updated_at"] > tracker["updated_at"]


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({"status": "delivered"}, "status"),
        ({"reference": "r"}, "reference"),
        ({"info": "text"}, "info"),
        ({"info": {"colour": "red"}}, "info.colour"),
        ({"metadata": {"a": []}}, "metadata.a"),
        ({"metadata": "text"}, "metadata"),
    ],
)
def test_a_bad_patch_is_refused_at_its_path(shop: Shop, patch: dict[str, Any], path: str):
    tracker = done(follow(shop, UPS), 201)

    assert refused(shop.patch(f"/v1/trackers/{tracker['id']}", patch), 400, "invalid_request").keys() == {path}


def test_null_clears_metadata_and_info(shop: Shop):
    tracker = done(follow(shop, UPS, metadata={"a": 1}, info={"note": "n"}), 201)

    changed = done(shop.patch(f"/v1/trackers/{tracker['id']}", {"metadata": None, "info": None}))

    assert (changed["metadata"], changed["info"]) == ({}, None)


def test_what_is_followed_no_more_is_gone_and_can_be_followed_anew(shop: Shop):
    tracker = done(follow(shop, UPS), 201)

    assert done(shop.delete(f"/v1/trackers/{tracker['id']}")) == tracker

    refused(shop.get(f"/v1/trackers/{tracker['id']}"), 404, "not_found")
    refused(shop.delete(f"/v1/trackers/{tracker['id']}"), 404, "not_found")
    assert done(follow(shop, UPS), 201)["id"] != tracker["id"]
