"""Fields that are no good: each refused with its path, all of a request at once, before anything happens."""

from typing import Any

import pytest

from tests.e2e.client import (
    COMMODITY,
    CUSTOMS,
    PARCEL,
    RECIPIENT,
    SHIPPER,
    Shop,
    done,
    fault,
    order,
    order_abroad,
    refused,
)

REQUIRED = "This field is required"


def parcel(**changes: Any) -> dict[str, Any]:
    return order(parcels=[PARCEL | changes])


def commodity(**changes: Any) -> dict[str, Any]:
    return order_abroad(customs={"commodities": [COMMODITY | changes]})


def recipient(**changes: Any) -> dict[str, Any]:
    return order(recipient=RECIPIENT | changes)


def test_the_contracts_own_example_comes_out_literally(shop: Shop):
    answer = shop.post("/v1/shipments", {"shipper": SHIPPER, "parcels": [PARCEL]})

    assert answer.status_code == 400
    assert answer.json() == {
        "error": {
            "code": "invalid_request",
            "message": "The shipment could not be created due to missing required fields",
            "details": {"recipient": "This field is required"},
        }
    }


def test_all_faults_of_a_request_are_told_at_once(shop: Shop):
    body = {
        "shipper": SHIPPER | {"country_code": "XX"},
        "recipient": {"country_code": "US", "postal_code": "1"},
        "parcels": [{"weight": -1, "weight_unit": "STONE"}, {"colour": "red"}],
        "label_type": "GIF",
    }

    details = refused(shop.post("/v1/shipments", body), 400, "invalid_request")

    assert details.keys() == {
        "shipper.country_code",
        "recipient.postal_code",
        "parcels.0.weight",
        "parcels.0.weight_unit",
        "parcels.1.weight",
        "parcels.1.weight_unit",
        "parcels.1.colour",
        "label_type",
    }
    assert details["parcels.1.weight"] == REQUIRED
    assert details["parcels.1.colour"] == "Unknown field"


WRONG_TYPES: list[tuple[dict[str, Any], str]] = [
    (order(shipper="San Francisco"), "shipper"),
    (order(shipper=[SHIPPER]), "shipper"),
    (order(parcels=PARCEL), "parcels"),
    (order(parcels="one"), "parcels"),
    (order(parcels=[None]), "parcels.0"),
    (order(parcels=[[PARCEL]]), "parcels.0"),
    (order(metadata=["a"]), "metadata"),
    (order(metadata={"a": {"b": 1}}), "metadata.a"),
    (order(metadata={"a": [1]}), "metadata.a"),
    (order(options="insurance"), "options"),
    (order(options={"insurance": "100"}), "options.insurance"),
    (order(options={"insurance": True}), "options.insurance"),
    (order(options={"saturday_delivery": "yes"}), "options.saturday_delivery"),
    (order(options={"saturday_delivery": 1}), "options.saturday_delivery"),
    (order(options={"shipment_date": 1_800_000_000}), "options.shipment_date"),
    (order(options={"shipment_date": "1800000000"}), "options.shipment_date"),
    (order(options={"shipment_date": "24.11.2026"}), "options.shipment_date"),
    (order(options={"shipping_date": 5}), "options.shipping_date"),
    (order(is_return="true"), "is_return"),
    (order(reference=5), "reference"),
    (order(label_type=["PDF"]), "label_type"),
    (order(services="sandbox_ground"), "services"),
    (order(services=[1]), "services.0"),
    (order(payment="sender"), "payment"),
    (parcel(weight="1.2"), "parcels.0.weight"),
    (parcel(weight=True), "parcels.0.weight"),
    (parcel(weight=[1]), "parcels.0.weight"),
    (parcel(weight={"value": 1}), "parcels.0.weight"),
    (parcel(weight_unit=5), "parcels.0.weight_unit"),
    (parcel(is_document="no"), "parcels.0.is_document"),
    (parcel(items=[{"weight": 1, "weight_unit": "KG", "quantity": 1.5}]), "parcels.0.items.0.quantity"),
    (parcel(items=[{"weight": 1, "weight_unit": "KG", "quantity": "2"}]), "parcels.0.items.0.quantity"),
    (recipient(country_code=49), "recipient.country_code"),
    (recipient(residential="yes"), "recipient.residential"),
    (recipient(person_name={"first": "Ada"}), "recipient.person_name"),
    (recipient(postal_code=10001), "recipient.postal_code"),
    (commodity(metadata={"a": {}}), "customs.commodities.0.metadata.a"),
    (commodity(value_currency=978), "customs.commodities.0.value_currency"),
    (order_abroad(customs=[]), "customs"),
    (order_abroad(customs=CUSTOMS | {"duty": "sender"}), "customs.duty"),
    (order_abroad(customs=CUSTOMS | {"invoice_date": 20261124}), "customs.invoice_date"),
]


@pytest.mark.parametrize(("body", "path"), WRONG_TYPES)
def test_a_wrong_type_is_refused_at_its_path(shop: Shop, body: dict[str, Any], path: str):
    assert refused(shop.post("/v1/shipments", body), 400, "invalid_request").keys() == {path}


@pytest.mark.parametrize(
    ("weight", "unit", "told"),
    [
        (0, "KG", "more than 0"),
        (-0.0, "KG", "more than 0"),
        (-1, "LB", "more than 0"),
        (1e300, "KG", "at most 15 digits"),
        (123456789.123456789, "KG", "at most 15 digits"),
        (1e-300, "KG", "at most 15 digits"),
        (30_001, "KG", "heavier than 30 tonnes"),
        (70_000, "LB", "heavier than 30 tonnes"),
        (0.00001, "G", "lighter than a tenth of a gram"),
    ],
)
def test_no_parcel_has_such_a_weight(shop: Shop, weight: float, unit: str, told: str):
    details = refused(shop.post("/v1/rates", parcel(weight=weight, weight_unit=unit)), 400, "invalid_request")

    assert details.keys() == {"parcels.0.weight"}
    assert told in details["parcels.0.weight"]


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"length": 0}, {"length"}),
        ({"length": -1}, {"length"}),
        ({"length": 2_501}, {"length"}),
        ({"length": 985, "dimension_unit": "IN"}, {"length"}),
        ({"height": None}, {"height"}),
        ({"height": None, "width": None}, {"height", "width"}),
        ({"dimension_unit": None}, {"dimension_unit"}),
    ],
)
def test_no_parcel_has_such_a_size(shop: Shop, changes: dict[str, Any], paths: set[str]):
    details = refused(shop.post("/v1/rates", parcel(**changes)), 400, "invalid_request")

    assert details.keys() == {f"parcels.0.{name}" for name in paths}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (parcel(weight_unit="STONE"), "parcels.0.weight_unit"),
        (parcel(weight_unit=""), "parcels.0.weight_unit"),
        (parcel(dimension_unit="MM"), "parcels.0.dimension_unit"),
        (recipient(country_code="XX"), "recipient.country_code"),
        (recipient(country_code="UK"), "recipient.country_code"),
        (recipient(country_code="USA"), "recipient.country_code"),
        (recipient(country_code=""), "recipient.country_code"),
        (recipient(country_code="ß"), "recipient.country_code"),
        (recipient(country_code="ﬁ"), "recipient.country_code"),
        (recipient(country_code="U" * 5000), "recipient.country_code"),
        (recipient(state_code="Bavaria"), "recipient.state_code"),
        (recipient(postal_code="ABC"), "recipient.postal_code"),
        (recipient(postal_code=None), "recipient.postal_code"),
        (commodity(origin_country="ZZ"), "customs.commodities.0.origin_country"),
        (commodity(value_currency="XXX"), "customs.commodities.0.value_currency"),
        (order(options={"currency": "EURO"}), "options.currency"),
        (order(options={"sandbox_scenario": "explode"}), "options.sandbox_scenario"),
        (order(payment={"paid_by": "nobody"}), "payment.paid_by"),
        (order_abroad(customs=CUSTOMS | {"incoterm": "XYZ"}), "customs.incoterm"),
        (order_abroad(customs=CUSTOMS | {"content_type": "contraband"}), "customs.content_type"),
        (order(label_type="GIF"), "label_type"),
        (order(carrier_ids=["nobody"]), "carrier_ids.0"),
    ],
)
def test_what_no_list_knows_is_refused(shop: Shop, body: dict[str, Any], path: str):
    assert refused(shop.post("/v1/shipments", body), 400, "invalid_request").keys() == {path}


def test_codes_are_taken_in_any_case_and_answered_in_upper_case(shop: Shop):
    shipment = shop.draft(
        recipient=RECIPIENT | {"country_code": "us", "state_code": "ny"},
        parcels=[PARCEL | {"weight_unit": "kg", "dimension_unit": "cm"}],
        options={"currency": "eur"},
        label_type="zpl",
    )

    assert shipment["recipient"]["country_code"] == "US"
    assert shipment["recipient"]["state_code"] == "NY"
    assert shipment["parcels"][0]["weight_unit"] == "KG"
    assert shipment["parcels"][0]["dimension_unit"] == "CM"
    assert shipment["options"]["currency"] == "EUR"
    assert shipment["label_type"] == "ZPL"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"parcels": []}, "parcels"),
        ({"parcels": [PARCEL] * 51}, "parcels"),
        ({"parcels": [PARCEL | {"items": [{"weight": 1, "weight_unit": "G"}] * 101}]}, "parcels.0.items"),
        ({"customs": {"commodities": []}}, "customs.commodities"),
        ({"customs": {"commodities": [{"weight": 1, "weight_unit": "G"}] * 101}}, "customs.commodities"),
        ({"metadata": {f"key {index}": index for index in range(51)}}, "metadata"),
        ({"metadata": {"k" * 41: "v"}}, f"metadata.{'k' * 41}"),
        ({"metadata": {"": "v"}}, "metadata."),
        ({"metadata": {"a": "v" * 501}}, "metadata.a"),
        ({"metadata": {"a": 1e300}}, "metadata.a"),
        ({"reference": "r" * 101}, "reference"),
        ({"order_id": "o" * 51}, "order_id"),
        ({"services": ["s"] * 51}, "services"),
        ({"carrier_ids": ["c" * 101]}, "carrier_ids.0"),
        ({"recipient": RECIPIENT | {"person_name": "n" * 101}}, "recipient.person_name"),
        ({"recipient": RECIPIENT | {"city": "c" * 51}}, "recipient.city"),
        ({"recipient": RECIPIENT | {"postal_code": "1" * 21}}, "recipient.postal_code"),
        ({"options": {"insurance": -1}}, "options.insurance"),
        ({"options": {"insurance": 100_000_001}}, "options.insurance"),
        ({"options": {"shipment_note": "n" * 301}}, "options.shipment_note"),
    ],
)
def test_what_is_too_many_or_too_long_is_refused(shop: Shop, changes: dict[str, Any], path: str):
    assert refused(shop.post("/v1/shipments", order(**changes)), 400, "invalid_request").keys() == {path}


def test_as_many_and_as_long_as_allowed_is_taken(shop: Shop):
    shipment = shop.draft(
        parcels=[PARCEL] * 50,
        metadata={f"{index:040}": "v" * 500 for index in range(50)},
        reference="r" * 100,
        order_id="o" * 50,
    )

    assert len(shipment["parcels"]) == 50
    assert len(shipment["metadata"]) == 50
    assert shipment["rates"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (order(colour="red"), "colour"),
        (order(object_type="shipment"), "object_type"),
        (recipient(first_name="Ada"), "recipient.first_name"),
        (parcel(mass=1), "parcels.0.mass"),
        (order(options={"teleport": True}), "options.teleport"),
        (commodity(price=1), "customs.commodities.0.price"),
        (order_abroad(customs=CUSTOMS | {"options": {"eori": "1"}}), "customs.options.eori"),
        (order(payment={"paid_by": "sender", "card": "1"}), "payment.card"),
    ],
)
def test_an_unknown_field_is_refused_at_its_path(shop: Shop, body: dict[str, Any], path: str):
    details = refused(shop.post("/v1/shipments", body), 400, "invalid_request")

    assert details == {path: "Unknown field"}


def test_what_was_answered_can_be_sent_back(shop: Shop):
    answered = shop.draft()

    again = {name: answered[name] for name in ("shipper", "recipient", "parcels", "options", "payment", "metadata")}

    assert done(shop.post("/v1/shipments", again), 201)["id"] != answered["id"]


def test_null_for_an_optional_field_means_left_out(shop: Shop):
    nothing = dict.fromkeys(("return_address", "options", "customs", "reference", "service", "services", "payment"))

    assert shop.draft(**nothing, label_type=None, is_return=None, metadata=None)["label_type"] == "PDF"


def test_null_for_a_required_field_is_missing(shop: Shop):
    answer = shop.post("/v1/shipments", order(recipient=None))

    assert refused(answer, 400, "invalid_request") == {"recipient": REQUIRED}
    assert fault(answer)["message"].endswith("due to missing required fields")
