"""Carriers and references: what a client can know before it asks for a rate."""

from typing import Any

import httpx
import pytest

from chalicelib.carriers import catalogue
from chalicelib.domain.countries import COUNTRIES
from chalicelib.domain.currencies import CURRENCIES
from tests.e2e.client import Operator, Shop, done, order, refused

MOST_BYTES = 400_000
"""A Lambda may answer 6 MB; a client on a phone would rather not."""


def test_all_carriers_are_on_one_page_by_name(shop: Shop):
    answer = shop.get("/v1/carriers")

    listed = done(answer)
    names = [carrier["carrier_name"] for carrier in listed["results"]]
    assert names == list(catalogue.carriers())
    assert (listed["count"], listed["next"], listed["next_cursor"], listed["previous"]) == (
        len(names),
        None,
        None,
        None,
    )
    assert len(answer.content) < MOST_BYTES


@pytest.mark.parametrize("name", ["sandbox", "ups", "laposte"])
def test_one_carrier_is_the_same_as_in_the_list(shop: Shop, name: str):
    listed = done(shop.get("/v1/carriers"))["results"]

    assert done(shop.get(f"/v1/carriers/{name}")) == next(one for one in listed if one["carrier_name"] == name)


def test_a_carrier_tells_what_a_connection_to_it_needs(shop: Shop):
    ups = done(shop.get("/v1/carriers/ups"))

    needed = {name for name, field in ups["connection_fields"].items() if field["required"]}
    assert needed == {"client_id", "client_secret"}
    assert ups["connection_fields"]["client_secret"]["secret"]
    assert "server_url" in ups["config_fields"]
    assert {"label_type": "ZPL", "size": "4x6", "dpi": 203} in ups["labels"]


@pytest.mark.parametrize("role", ["read_only", "standard"])
def test_any_key_of_any_mode_may_ask(operator: Operator, role: str):
    for mode in ("test", "live"):
        tenant = operator.new_account(mode)
        with operator.shop(tenant, role=role) as customer:
            assert done(customer.get("/v1/carriers/sandbox"))["carrier_name"] == "sandbox"


@pytest.mark.parametrize(
    ("asked", "likely"), [("fedx", "fedex"), ("UPS", "ups"), ("dhl", "dhl_express"), ("canada-post", "canadapost")]
)
def test_a_name_that_is_none_is_told_with_likely_ones(shop: Shop, asked: str, likely: str):
    answer = shop.get(f"/v1/carriers/{asked}")

    refused(answer, 404, "not_found")
    assert likely in answer.json()["error"]["message"]


def test_a_name_that_is_like_none_is_not_found(shop: Shop):
    answer = shop.get("/v1/carriers/" + "x" * 200)

    refused(answer, 404, "not_found")
    assert answer.json()["error"]["message"] == "There is no such carrier"


def test_the_carriers_take_no_parameters(shop: Shop):
    assert refused(shop.get("/v1/carriers?limit=1"), 400, "invalid_request").keys() == {"limit"}


def test_the_carriers_need_a_key(anybody: httpx.Client):
    assert anybody.get("/v1/carriers").status_code == 401
    assert anybody.get("/v1/carriers/ups").status_code == 401


class TestReferences:
    def references(self, anybody: httpx.Client) -> dict[str, Any]:
        told: dict[str, Any] = done(anybody.get("/v1/references"))
        return told

    def test_they_need_no_key_and_may_be_kept(self, anybody: httpx.Client):
        answer = anybody.get("/v1/references")

        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=3600"

    def test_who_has_them_gets_them_not_again(self, anybody: httpx.Client):
        etag = anybody.get("/v1/references").headers["etag"]

        again = anybody.get("/v1/references", headers={"If-None-Match": etag})
        other = anybody.get("/v1/references", headers={"If-None-Match": '"another"'})

        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert other.status_code == 200

    def test_they_are_the_tables_that_requests_are_checked_by(self, anybody: httpx.Client):
        told = self.references(anybody)

        assert told["countries"].keys() == COUNTRIES.keys()
        assert told["countries"]["US"]["states"]["CA"] == "California"
        assert told["countries"]["DE"] == {"name": "Germany", "currency": "EUR", "states": {}}
        assert {code: one["digits"] for code, one in told["currencies"].items()} == CURRENCIES
        assert told["weight_units"] == {"G": 1.0, "KG": 1000.0, "OZ": 28.349523125, "LB": 453.59237}
        assert told["carriers"]["dhl_express"] == "DHL Express"

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ("label_types", lambda value: {"label_type": value}),
            ("label_sizes", lambda value: {"options": {"label_size": value}}),
            ("label_dpis", lambda value: {"options": {"label_dpi": value}}),
            ("signature_kinds", lambda value: {"options": {"signature_confirmation": value}}),
            ("hazard_classes", lambda value: {"options": {"dangerous_good": {"class": value}}}),
            ("lithium_kinds", lambda value: {"options": {"dangerous_good": {"class": "9", "lithium": value}}}),
            ("paid_by", lambda value: {"payment": {"paid_by": value}}),
        ],
    )
    def test_each_value_may_be_sent(self, anybody: httpx.Client, shop: Shop, values: str, field: Any):
        for value in self.references(anybody)[values]:
            assert shop.post("/v1/shipments", order(**field(value))).status_code == 201, value


def parcels(**changes: Any) -> dict[str, Any]:
    parcel = order()["parcels"][0]
    return {"parcels": [parcel, {**parcel, **changes}]}


def test_a_packaging_that_no_carrier_has_is_refused_at_its_path(shop: Shop):
    answer = shop.post("/v1/rates", order(**parcels(package_preset="no_such_box", packaging_type="no_such_bag")))

    assert refused(answer, 400, "invalid_request").keys() == {"parcels.1.package_preset", "parcels.1.packaging_type"}


def test_a_packaging_of_a_carriers_own_is_taken(shop: Shop):
    asked = order(**parcels(package_preset="small_box", packaging_type="fedex_tube"))

    assert shop.post("/v1/shipments", asked).status_code == 201
