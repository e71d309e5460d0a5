"""Shipments over HTTP: created and rated, changed, rated again, cancelled."""

from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.client import BERLINER, CUSTOMS, PARCEL, RECIPIENT, Shop, done, order, refused

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
        ({"services": ["sandbox_international_economy"]}, "service_not_available"),
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


def test_a_service_that_nobody_has_is_told_without_asking_anybody(shop: Shop):
    shipment = shop.draft(services=["pigeon"])

    assert (shipment["status"], shipment["rates"]) == ("draft", [])
    assert [message["code"] for message in shipment["messages"]] == ["service_not_offered"]


def test_an_empty_choice_narrows_nothing(shop: Shop):
    assert len(shop.draft(services=[], carrier_ids=[])["rates"]) == len(shop.draft()["rates"])


def test_an_option_that_some_services_lack_leaves_the_others(shop: Shop):
    shipment = shop.draft(options={"saturday_delivery": True})

    assert {rate["service"] for rate in shipment["rates"]} == {"sandbox_express", "sandbox_overnight"}
    assert [message["code"] for message in shipment["messages"]] == ["option_not_supported"]


def test_an_address_in_europe_keeps_its_letters(shop: Shop):
    lane = {"shipper": BERLINER, "recipient": BERLINER | {"city": "Tübingen", "postal_code": "72070"}}

    shipment = shop.draft(**lane)

    assert shipment["recipient"]["city"] == "Tübingen"
    assert {rate["currency"] for rate in shipment["rates"]} == {"EUR"}


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
