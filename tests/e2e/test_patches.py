"""Changing shipments by merge patch (RFC 7396): objects merge, lists are replaced, null clears, the rest stays."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.client import COMMODITY, CUSTOMS, PARCEL, SHIPPER, Operator, Shop, done, fault, refused


def patched(shop: Shop, shipment: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return done(shop.patch(f"/v1/shipments/{shipment['id']}", changes))


def test_a_change_of_what_carriers_see_rates_again(shop: Shop):
    shipment = shop.draft()

    heavier = patched(shop, shipment, {"parcels": [PARCEL | {"weight": 20}]})

    assert heavier["rates"][0]["total_charge"] > shipment["rates"][0]["total_charge"]
    assert {rate["id"] for rate in heavier["rates"]}.isdisjoint(rate["id"] for rate in shipment["rates"])
    assert done(shop.get(f"/v1/shipments/{shipment['id']}")) == heavier


def test_a_change_of_what_they_do_not_see_keeps_the_rates(shop: Shop):
    shipment = shop.draft()

    changed = patched(shop, shipment, {"metadata": {"shelf": "C1"}, "reference": "r", "order_id": "o"})

    assert changed["rates"] == shipment["rates"]
    assert (changed["metadata"], changed["reference"], changed["order_id"]) == ({"shelf": "C1"}, "r", "o")
    assert changed["updated_at"] > changed["created_at"]


def test_a_patch_merges_objects_key_by_key_and_replaces_lists(shop: Shop):
    shipment = shop.draft(
        metadata={"keep": 1, "drop": 2, "change": 3}, options={"insurance": 50, "signature_confirmation": True}
    )

    changed = patched(
        shop,
        shipment,
        {
            "metadata": {"drop": None, "change": "three"},
            "options": {"signature_confirmation": None},
            "recipient": {"address_line2": "Floor 21"},
            "parcels": [PARCEL, PARCEL],
        },
    )

    assert changed["metadata"] == {"keep": 1, "change": "three"}
    assert changed["options"] == {"insurance": 50}
    assert len(changed["parcels"]) == 2
    recipient = shipment["recipient"] | {"address_line2": "Floor 21"}
    assert changed["recipient"] == recipient


def test_null_clears(shop: Shop):
    shipment = shop.draft(reference="r", order_id="o", metadata={"a": 1}, return_address=SHIPPER, customs=CUSTOMS)
    cleared = dict.fromkeys(("reference", "order_id", "metadata", "return_address", "customs", "options"))

    changed = patched(shop, shipment, cleared)

    assert [changed[name] for name in cleared] == [None, None, {}, None, None, {}]


def test_an_empty_patch_changes_nothing(shop: Shop):
    shipment = shop.draft(metadata={"a": 1}, options={"insurance": 5})

    changed = patched(shop, shipment, {})

    assert changed | {"updated_at": ""} == shipment | {"updated_at": ""}


@pytest.mark.parametrize("name", ["shipper", "recipient", "parcels"])
def test_what_is_required_cannot_be_cleared(shop: Shop, name: str):
    answer = shop.patch(f"/v1/shipments/{shop.draft()['id']}", {name: None})

    assert refused(answer, 400, "invalid_request") == {name: "This field is required"}
    assert fault(answer)["message"] == "The shipment could not be updated due to missing required fields"


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({"recipient": {"country_code": None}}, "recipient.country_code"),
        ({"recipient": {"postal_code": None}}, "recipient.postal_code"),
        ({"recipient": {"postal_code": "1"}}, "recipient.postal_code"),
        ({"recipient": "Ada"}, "recipient"),
        ({"recipient": []}, "recipient"),
        ({"recipient": {"first_name": "Ada"}}, "recipient.first_name"),
        ({"return_address": {"city": "Paris"}}, "return_address.country_code"),
        ({"parcels": []}, "parcels"),
        ({"parcels": {}}, "parcels"),
        ({"parcels": PARCEL}, "parcels"),
        ({"parcels": [None]}, "parcels.0"),
        ({"parcels": [{"weight": None, "weight_unit": "KG"}]}, "parcels.0.weight"),
        ({"parcels": [PARCEL] * 51}, "parcels"),
        ({"metadata": []}, "metadata"),
        ({"metadata": {"a": {}}}, "metadata.a"),
        ({"customs": {"content_type": "gift"}}, "customs.commodities"),
        ({"options": {"insurance": "5"}}, "options.insurance"),
        ({"label_type": "GIF"}, "label_type"),
        ({"id": "shp_1"}, "id"),
        ({"status": "delivered"}, "status"),
        ({"rates": []}, "rates"),
    ],
)
def test_a_bad_patch_is_refused_at_its_path_and_changes_nothing(shop: Shop, patch: dict[str, Any], path: str):
    shipment = shop.draft()

    details = refused(shop.patch(f"/v1/shipments/{shipment['id']}", patch), 400, "invalid_request")

    assert details.keys() == {path}
    assert done(shop.get(f"/v1/shipments/{shipment['id']}")) == shipment


@pytest.mark.parametrize("body", [[], None, "x", 5, [{"reference": "r"}]])
def test_a_patch_is_an_object(shop: Shop, body: Any):
    refused(
        shop.http.patch(f"/v1/shipments/{shop.draft()['id']}", content=json.dumps(body).encode()),
        400,
        "invalid_request",
    )


def test_metadata_grows_to_fifty_keys_and_no_further(shop: Shop):
    shipment = shop.draft(metadata={f"key {index}": index for index in range(50)})

    more = shop.patch(f"/v1/shipments/{shipment['id']}", {"metadata": {"one more": 1}})
    instead = shop.patch(f"/v1/shipments/{shipment['id']}", {"metadata": {"one more": 1, "key 0": None}})

    assert refused(more, 400, "invalid_request").keys() == {"metadata"}
    assert len(done(instead)["metadata"]) == 50


def test_null_in_what_replaces_a_list_means_left_out(shop: Shop):
    parcel = PARCEL | {"description": None, "items": [COMMODITY | {"quantity": None}]}

    changed = patched(shop, shop.draft(), {"parcels": [parcel]})

    assert changed["parcels"][0]["items"][0]["quantity"] == 1


def test_changes_at_the_same_time_are_all_kept_or_refused(shop: Shop, operator: Operator):
    shipment = shop.draft()

    def change(index: int) -> int:
        with operator.shop(shop.tenant) as clerk:
            return clerk.patch(f"/v1/shipments/{shipment['id']}", {"metadata": {f"key {index}": index}}).status_code

    with ThreadPoolExecutor(8) as clerks:
        statuses = list(clerks.map(change, range(8)))

    kept = {f"key {index}" for index, status in enumerate(statuses) if status == 200}
    assert set(statuses) <= {200, 409}
    assert done(shop.get(f"/v1/shipments/{shipment['id']}"))["metadata"].keys() == kept
