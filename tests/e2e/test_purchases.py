"""Buying and voiding over HTTP: one label a shipment, whoever asks, however often, at whatever moment."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.client import BERLINER, CUSTOMS, RECIPIENT, SHIPPER, Operator, Shop, done, fault, order, refused

BOUGHT_FIELDS = (
    "tracking_number",
    "shipment_identifier",
    "tracker_id",
    "label_url",
    "selected_rate",
    "selected_rate_id",
    "service",
    "carrier_name",
    "carrier_id",
)
SIGNED = ("label_url", "invoice_url", "shipping_documents", "meta")


def purchased(shop: Shop, shipment: dict[str, Any], choice: dict[str, Any]) -> httpx.Response:
    return shop.post(f"/v1/shipments/{shipment['id']}/purchase", choice)


def but_for_links(shipment: dict[str, Any]) -> dict[str, Any]:
    """The shipment without what is signed anew in each answer."""
    return {name: value for name, value in shipment.items() if name not in SIGNED}


def test_buying_by_the_rates_id_buys_that_rate(shop: Shop):
    shipment = shop.draft()
    rate = shipment["rates"][1]

    bought = done(purchased(shop, shipment, {"selected_rate_id": rate["id"]}))

    assert bought["status"] == "created"
    assert bought["selected_rate"] == rate
    assert bought["service"] == rate["service"]
    assert all(bought[name] is not None for name in BOUGHT_FIELDS)
    assert bought["shipping_documents"][0]["category"] == "shipping_label"


@pytest.mark.parametrize("choice", [{"service": "sandbox_express"}, {"service": "sandbox_express", "rate": "fastest"}])
def test_buying_by_service_buys_that_service(shop: Shop, choice: dict[str, Any]):
    assert done(purchased(shop, shop.draft(), choice))["service"] == "sandbox_express"


def test_the_cheapest_and_the_fastest_are_what_they_say(shop: Shop):
    cheap, fast = (done(purchased(shop, shop.draft(), {"rate": rate})) for rate in ("cheapest", "fastest"))

    prices = [rate["total_charge"] for rate in cheap["rates"]]
    days = [rate["transit_days"] for rate in fast["rates"]]
    assert cheap["selected_rate"]["total_charge"] == min(prices)
    assert fast["selected_rate"]["transit_days"] == min(days)


def test_a_purchase_without_a_choice_is_refused(shop: Shop):
    details = refused(purchased(shop, shop.draft(), {}), 400, "invalid_request")

    assert details.keys() == {"rate"}


@pytest.mark.parametrize(
    ("choice", "path"),
    [
        ({"rate": "best"}, "rate"),
        ({"rate": ["cheapest"]}, "rate"),
        ({"selected_rate_id": ""}, "selected_rate_id"),
        ({"selected_rate_id": 5}, "selected_rate_id"),
        ({"rate": "cheapest", "label_type": "GIF"}, "label_type"),
        ({"rate": "cheapest", "retry_unconfirmed": "yes"}, "retry_unconfirmed"),
        ({"rate": "cheapest", "payment": {"paid_by": "x"}}, "payment.paid_by"),
        ({"rate": "cheapest", "metadata": {"a": []}}, "metadata.a"),
        ({"rate": "cheapest", "insure": True}, "insure"),
    ],
)
def test_a_bad_choice_is_refused_and_buys_nothing(shop: Shop, choice: dict[str, Any], path: str):
    shipment = shop.draft()

    assert refused(purchased(shop, shipment, choice), 400, "invalid_request").keys() == {path}
    assert done(shop.get(f"/v1/shipments/{shipment['id']}")) == shipment


def test_a_service_that_nobody_offers_is_the_carriers_no(shop: Shop):
    shipment = shop.draft()

    refused(purchased(shop, shipment, {"service": "sandbox_international_express"}), 422, "carrier_rejected")
    assert done(shop.get(f"/v1/shipments/{shipment['id']}"))["status"] == "draft"


def test_all_that_a_label_needs_is_told_by_path_before_the_carrier_is_asked(shop: Shop):
    bare = {"country_code": "US", "postal_code": "10001"}
    shipment = shop.draft(shipper=bare, recipient=bare | {"postal_code": "94105"})

    details = refused(purchased(shop, shipment, {"rate": "cheapest"}), 400, "invalid_request")

    needed = ("person_name", "address_line1", "city", "state_code")
    assert details.keys() == {f"{end}.{name}" for end in ("shipper", "recipient") for name in needed}


def test_a_label_across_a_border_needs_phones_and_customs(shop: Shop):
    without = {"phone_number": None}
    shipment = shop.draft(shipper=SHIPPER | without, recipient=BERLINER | without)

    details = refused(purchased(shop, shipment, {"rate": "cheapest"}), 400, "invalid_request")

    assert details.keys() == {"shipper.phone_number", "recipient.phone_number", "customs"}


def test_create_and_buy_is_one_request(shop: Shop):
    answer = shop.post("/v1/shipments", order(service="sandbox_overnight", carrier_ids=["sandbox"]))

    bought = done(answer, 201)
    assert (bought["status"], bought["service"]) == ("created", "sandbox_overnight")
    assert but_for_links(done(shop.get(answer.headers["Location"]))) == but_for_links(bought)


def test_create_and_buy_needs_no_less(shop: Shop):
    body = order(recipient=RECIPIENT | {"person_name": None, "city": None}, service="sandbox_ground")

    details = refused(shop.post("/v1/shipments", body), 400, "invalid_request")

    assert details.keys() == {"recipient.person_name", "recipient.city"}


@pytest.mark.parametrize("again", [{"rate": "cheapest"}, {"service": "sandbox_economy"}, {}])
def test_the_same_choice_again_buys_nothing(shop: Shop, again: dict[str, Any]):
    shipment = shop.draft()
    bought = done(purchased(shop, shipment, {"rate": "cheapest"}))

    answered = done(purchased(shop, shipment, again))

    assert but_for_links(answered) == but_for_links(bought)


@pytest.mark.parametrize("other", [{"rate": "fastest"}, {"service": "sandbox_express"}, {"selected_rate_id": "rate_x"}])
def test_another_choice_on_a_bought_one_is_a_conflict(shop: Shop, other: dict[str, Any]):
    shipment = shop.bought(service="sandbox_economy")

    assert refused(purchased(shop, shipment, other), 409, "conflict") == {}
    assert but_for_links(done(shop.get(f"/v1/shipments/{shipment['id']}"))) == but_for_links(shipment)


def test_another_format_on_a_bought_one_is_a_conflict(shop: Shop):
    shipment = shop.bought()

    answer = purchased(shop, shipment, {"service": "sandbox_ground", "label_type": "ZPL"})

    refused(answer, 409, "conflict")


def test_a_purchase_may_change_format_reference_and_metadata(shop: Shop):
    shipment = shop.draft(metadata={"a": 1}, reference="before")

    bought = done(
        purchased(shop, shipment, {"rate": "cheapest", "label_type": "PNG", "reference": "after", "metadata": {"b": 2}})
    )

    assert (bought["label_type"], bought["reference"], bought["metadata"]) == ("PNG", "after", {"b": 2})


def test_what_a_purchase_leaves_out_stays(shop: Shop):
    shipment = shop.draft(label_type="ZPL", metadata={"a": 1}, reference="r", payment={"paid_by": "recipient"})

    bought = done(purchased(shop, shipment, {"rate": "cheapest"}))

    assert (bought["label_type"], bought["metadata"], bought["reference"]) == ("ZPL", {"a": 1}, "r")
    assert bought["payment"]["paid_by"] == "recipient"
    assert bought["shipping_documents"][0]["format"] == "ZPL"


@pytest.mark.parametrize(
    "patch",
    [{"order_id": "o"}, {"label_type": "PDF"}, {"shipper": {}}, {"metadata": {}, "parcels": []}, {"options": {}}],
)
def test_a_bought_one_does_not_change(shop: Shop, patch: dict[str, Any]):
    shipment = shop.bought()

    answer = shop.patch(f"/v1/shipments/{shipment['id']}", patch)

    assert answer.status_code in {400, 409}
    assert but_for_links(done(shop.get(f"/v1/shipments/{shipment['id']}"))) == but_for_links(shipment)


def test_a_bought_one_keeps_metadata_and_reference_open(shop: Shop):
    shipment = shop.bought(metadata={"a": 1})

    changed = done(shop.patch(f"/v1/shipments/{shipment['id']}", {"metadata": {"a": None, "b": 2}, "reference": "new"}))

    assert (changed["metadata"], changed["reference"]) == ({"b": 2}, "new")
    assert done(shop.get("/v1/shipments?reference=new"))["count"] == 1
    assert changed["label_url"]


def test_a_bought_one_is_not_rated_again(shop: Shop):
    refused(shop.post(f"/v1/shipments/{shop.bought()['id']}/rates"), 409, "conflict")


def test_a_label_is_voided_and_voiding_twice_answers_the_same(shop: Shop):
    shipment = shop.bought()

    first, second = (done(shop.delete(f"/v1/shipments/{shipment['id']}")) for _ in range(2))

    assert first == second
    assert (first["status"], first["label_url"]) == ("cancelled", None)
    assert first["tracking_number"] == shipment["tracking_number"]
    assert done(shop.get(f"/v1/trackers/{shipment['tracker_id']}"))["status"] == "cancelled"
    refused(shop.get(f"/v1/shipments/{shipment['id']}/label"), 409, "conflict")


def test_a_parcel_on_its_way_is_not_voided(shop: Shop):
    shipment = shop.bought()
    done(shop.post(f"/v1/trackers/{shipment['tracker_id']}/advance", {"status": "in_transit"}))

    assert refused(shop.delete(f"/v1/shipments/{shipment['id']}"), 409, "conflict") == {}
    assert done(shop.get(f"/v1/shipments/{shipment['id']}"))["status"] == "in_transit"


def test_many_who_buy_at_once_buy_one_label(shop: Shop, operator: Operator):
    shipment = shop.draft()

    def buy(_: int) -> httpx.Response:
        with operator.shop(shop.tenant) as clerk:
            return purchased(clerk, shipment, {"rate": "cheapest"})

    with ThreadPoolExecutor(8) as clerks:
        answers = list(clerks.map(buy, range(8)))

    served = [answer.json() for answer in answers if answer.is_success]
    assert len({told["tracking_number"] for told in served}) == 1
    assert {fault(answer)["code"] for answer in answers if answer.is_error} <= {"purchase_in_progress", "conflict"}
    assert done(shop.get("/v1/trackers"))["count"] == 1


def test_many_who_void_at_once_void_once(shop: Shop, operator: Operator):
    shipment = shop.bought()

    def void(_: int) -> httpx.Response:
        with operator.shop(shop.tenant) as clerk:
            return clerk.delete(f"/v1/shipments/{shipment['id']}")

    with ThreadPoolExecutor(8) as clerks:
        answers = list(clerks.map(void, range(8)))

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert done(shop.get(f"/v1/shipments/{shipment['id']}"))["status"] == "cancelled"


def test_a_return_swaps_the_ends_for_the_carrier_alone(shop: Shop):
    bought = shop.bought(is_return=True, service="sandbox_ground")

    tracker = done(shop.get(f"/v1/trackers/{bought['tracker_id']}"))
    assert bought["shipper"]["city"] == SHIPPER["city"]
    assert bought["recipient"]["city"] == RECIPIENT["city"]
    assert bought["shipping_documents"][0]["category"] == "return_label"
    assert tracker["info"]["shipment_origin_postal_code"] == RECIPIENT["postal_code"]
    assert tracker["info"]["shipment_destination_postal_code"] == SHIPPER["postal_code"]


def test_a_currency_is_the_origins(shop: Shop):
    outbound = shop.draft(recipient=BERLINER, customs=CUSTOMS)
    inbound = shop.draft(recipient=BERLINER, customs=CUSTOMS, is_return=True)

    assert {rate["currency"] for rate in outbound["rates"]} == {"USD"}
    assert {rate["currency"] for rate in inbound["rates"]} == {"EUR"}
