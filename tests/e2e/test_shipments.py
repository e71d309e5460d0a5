"""Shipments over HTTP: created and rated, changed, rated again, cancelled."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.client import BERLINER, CUSTOMS, PARCEL, RECIPIENT, SHIPPER, Operator, Shop, done, fault, order, refused

US_POSTCODES = {"shipper": {"country_code": "US", "postal_code": "94105"}} | {
    "recipient": {"country_code": "US", "postal_code": "10001"}
}


def patched(shop: Shop, shipment: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return done(shop.patch(f"/v1/shipments/{shipment['id']}", changes))


def test_a_new_shipment_is_a_draft_with_rates(shop: Shop):
    shipment = shop.draft(reference="order 7", order_id="7", metadata={"gift": True, "shelf": "B7", "weight": 1.25})

    assert shipment["id"].startswith("shp_")
    assert (shipment["status"], shipment["object_type"], shipment["test_mode"]) == ("draft", "shipment", True)
    assert (shipment["reference"], shipment["order_id"]) == ("order 7", "7")
    assert shipment["metadata"] == {"gift": True, "shelf": "B7", "weight": 1.25}
    assert shipment["created_at"] <= shipment["updated_at"]
    assert shipment["created_at"].endswith("Z")
    assert {rate["service"] for rate in shipment["rates"]} >= {"sandbox_economy", "sandbox_ground", "sandbox_express"}
    assert (shipment["tracking_number"], shipment["label_url"], shipment["tracker_id"]) == (None, None, None)


def test_a_new_shipment_is_found_at_its_location(shop: Shop):
    answer = shop.post("/v1/shipments", order())

    found = shop.get(answer.headers["Location"])

    assert done(found) == done(answer, 201)


def test_every_rate_adds_up_and_the_cheapest_comes_first(shop: Shop):
    rates = shop.quoted(options={"insurance": 100, "signature_confirmation": True})["rates"]

    for rate in rates:
        parts = [Decimal(str(charge["amount"])) for charge in rate["extra_charges"]]
        assert sum(parts) == Decimal(str(rate["total_charge"]))
        assert {charge["currency"] for charge in rate["extra_charges"]} == {rate["currency"]} == {"USD"}
    assert [rate["total_charge"] for rate in rates] == sorted(rate["total_charge"] for rate in rates)


def test_a_cart_is_quoted_by_countries_and_postal_codes_alone(shop: Shop):
    quote = done(shop.post("/v1/rates", US_POSTCODES | {"parcels": [{"weight": 1, "weight_unit": "LB"}]}))

    assert quote["rates"]
    assert done(shop.get("/v1/shipments"))["count"] == 0


def test_comparing_and_creating_quote_the_same(shop: Shop):
    prices = [(rate["service"], rate["total_charge"]) for rate in shop.quoted()["rates"]]

    assert [(rate["service"], rate["total_charge"]) for rate in shop.draft()["rates"]] == prices


def test_a_home_costs_more_than_a_company(shop: Shop):
    company, home = (
        shop.quoted(recipient=RECIPIENT | {"residential": residential})["rates"][0] for residential in (False, True)
    )

    assert home["total_charge"] > company["total_charge"]
    assert "residential_surcharge" in {charge["id"] for charge in home["extra_charges"]}


def test_only_the_services_asked_for_are_rated(shop: Shop):
    shipment = shop.draft(services=["sandbox_express", "sandbox_ground"])

    assert {rate["service"] for rate in shipment["rates"]} == {"sandbox_express", "sandbox_ground"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"parcels": [PARCEL | {"weight": 71}]}, "parcel_too_heavy"),
        ({"parcels": [PARCEL | {"length": 275}]}, "parcel_too_large"),
        ({"recipient": BERLINER}, "customs_required"),
        ({"recipient": {"country_code": "KP"}, "customs": CUSTOMS}, "unserved_country"),
        ({"services": ["pigeon"]}, "unknown_service"),
        ({"options": {"shipment_date": "2020-01-01"}}, "shipment_date_out_of_range"),
        ({"options": {"insurance": 50_000}}, "amount_too_high"),
        ({"options": {"hold_at_location": True}}, "option_not_supported"),
    ],
)
def test_what_the_carrier_refuses_it_says_in_messages(shop: Shop, changes: dict[str, Any], code: str):
    shipment = shop.draft(**changes)

    assert (shipment["status"], shipment["rates"]) == ("draft", [])
    assert code in {message["code"] for message in shipment["messages"]}
    assert {message["carrier_name"] for message in shipment["messages"]} == {"sandbox"}


def test_an_option_that_some_services_lack_leaves_the_others(shop: Shop):
    shipment = shop.draft(options={"saturday_delivery": True})

    assert {rate["service"] for rate in shipment["rates"]} == {"sandbox_express", "sandbox_overnight"}
    assert [message["code"] for message in shipment["messages"]] == ["option_not_supported"]


def test_an_address_in_europe_keeps_its_letters(shop: Shop):
    lane = {"shipper": BERLINER, "recipient": BERLINER | {"city": "Tübingen", "postal_code": "72070"}}

    shipment = shop.draft(**lane)

    assert shipment["recipient"]["city"] == "Tübingen"
    assert {rate["currency"] for rate in shipment["rates"]} == {"EUR"}


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


def test_rating_again_replaces_the_rates(shop: Shop):
    shipment = shop.draft()

    answer = shop.post(f"/v1/shipments/{shipment['id']}/rates", {"services": ["sandbox_express"]})

    rated = done(answer)
    assert [rate["service"] for rate in rated["rates"]] == ["sandbox_express"]
    assert rated["rates"][0]["id"] not in {rate["id"] for rate in shipment["rates"]}
    assert rated["services"] == ["sandbox_express"]


def test_a_rate_that_was_replaced_buys_nothing(shop: Shop):
    shipment = shop.draft()
    done(shop.post(f"/v1/shipments/{shipment['id']}/rates"))

    answer = shop.post(f"/v1/shipments/{shipment['id']}/purchase", {"selected_rate_id": shipment["rates"][0]["id"]})

    assert refused(answer, 409, "rate_unavailable") == {}


def test_a_draft_is_closed_and_closing_twice_answers_the_same(shop: Shop):
    shipment = shop.draft()

    first, second = (done(shop.delete(f"/v1/shipments/{shipment['id']}")) for _ in range(2))

    assert first == second
    assert first["status"] == "cancelled"


@pytest.mark.parametrize("ask", ["purchase", "rates", "label"])
def test_a_cancelled_shipment_is_good_for_nothing(shop: Shop, ask: str):
    shipment = shop.draft()
    shop.delete(f"/v1/shipments/{shipment['id']}")

    path = f"/v1/shipments/{shipment['id']}/{ask}"

    answer = shop.get(path) if ask == "label" else shop.post(path, {"rate": "cheapest"} if ask == "purchase" else {})

    assert refused(answer, 409, "conflict") == {}


def test_a_cancelled_shipment_keeps_metadata_and_reference_open(shop: Shop):
    shipment = shop.draft()
    shop.delete(f"/v1/shipments/{shipment['id']}")

    refused(shop.patch(f"/v1/shipments/{shipment['id']}", {"order_id": "o"}), 409, "conflict")
    assert patched(shop, shipment, {"reference": "r", "metadata": {"a": 1}})["reference"] == "r"


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
