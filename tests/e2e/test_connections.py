"""Connections over HTTP: kept, changed, narrowed, tried, rated and bought through."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.domain.tenants import Tenant
from tests.e2e.client import Operator, Shop, done, order, refused

PATH = "/v1/connections"
UPS: dict[str, Any] = {
    "carrier_name": "ups",
    "carrier_id": "ups-berlin",
    "credentials": {"client_id": "me", "client_secret": "not-told", "account_number": "A1B2C3"},
    "metadata": {"warehouse": "Berlin"},
}
NOBODY = "http://127.0.0.1:9"
"""Where nothing listens (the port that RFC 863 keeps for discarding)."""


def sandbox(carrier_id: str, **changes: Any) -> dict[str, Any]:
    """The body of a connection of the customer's own to the sandbox."""
    return {"carrier_name": "sandbox", "carrier_id": carrier_id, "credentials": {}} | changes


def connect(shop: Shop, **changes: Any) -> dict[str, Any]:
    return done(shop.post(PATH, UPS | changes), 201)


def names(shop: Shop, query: str = "") -> list[str]:
    return [found["carrier_id"] for found in done(shop.get(f"{PATH}{query}"))["results"]]


class TestKeeping:
    def test_a_connection_is_answered_without_its_credentials(self, shop: Shop):
        answer = shop.post(PATH, UPS)

        made = done(answer, 201)
        assert answer.headers["Location"].endswith(f"{PATH}/{made['id']}")
        assert (
            made.items()
            >= {
                "object_type": "carrier-connection",
                "carrier_name": "ups",
                "display_name": "UPS",
                "carrier_id": "ups-berlin",
                "config": {},
                "metadata": {"warehouse": "Berlin"},
                "is_system": False,
                "active": True,
                "test_mode": True,
            }.items()
        )
        assert {"rating", "shipping", "tracking"} <= set(made["capabilities"])
        assert done(shop.get(f"{PATH}/{made['id']}")) == made
        assert done(shop.get(PATH))["results"] == [made]

    def test_a_patch_merges_and_keeps_the_names(self, shop: Shop):
        made = connect(shop, config={"cost_center": "7"})

        changed = done(
            shop.patch(
                f"{PATH}/{made['id']}",
                {"active": False, "metadata": {"warehouse": None, "floor": 2}, "config": {"cost_center": None}}
                | {"carrier_id": "ups-berlin", "credentials": {"client_id": "me", "client_secret": "new"}},
            )
        )

        assert (changed["active"], changed["metadata"], changed["config"]) == (False, {"floor": 2}, {})
        assert changed["updated_at"] > made["updated_at"]
        assert done(shop.get(f"{PATH}/{made['id']}")) == changed

    @pytest.mark.parametrize(
        ("patch", "paths"),
        [
            ({"carrier_name": "fedex"}, {"carrier_name"}),
            ({"carrier_id": "other", "carrier_name": None}, {"carrier_name"}),
            ({"credentials": {"client_id": "me"}}, {"credentials.client_secret"}),
            ({"credentials": None}, {"credentials"}),
            ({"config": {"server_url": "https://ups.example.com"}}, {"credentials"}),
            ({"config": {"colour": "red"}}, {"config.colour"}),
            ({"capabilities": ["teleporting"]}, {"capabilities.0"}),
            ({"test_mode": False}, {"test_mode"}),
        ],
    )
    def test_a_bad_patch_is_refused_at_its_path(self, shop: Shop, patch: dict[str, Any], paths: set[str]):
        made = connect(shop)

        assert refused(shop.patch(f"{PATH}/{made['id']}", patch), 400, "invalid_request").keys() == paths
        assert done(shop.get(f"{PATH}/{made['id']}")) == made

    def test_a_deleted_one_is_answered_as_it_was_and_its_name_is_free(self, shop: Shop):
        made = connect(shop)

        assert done(shop.delete(f"{PATH}/{made['id']}")) == made

        refused(shop.delete(f"{PATH}/{made['id']}"), 404, "not_found")
        refused(shop.get(f"{PATH}/{made['id']}"), 404, "not_found")
        assert connect(shop)["id"] != made["id"]

    @pytest.mark.parametrize(
        ("changes", "paths"),
        [
            ({"carrier_name": "upss"}, {"carrier_name"}),
            ({"carrier_id": "a b"}, {"carrier_id"}),
            ({"carrier_id": "sandbox"}, {"carrier_id"}),
            ({"credentials": {"client_id": "me", "secret": "x"}}, {"credentials.client_secret", "credentials.secret"}),
            ({"config": {"server_url": "http://ups.example.com/?a=1"}}, {"config.server_url"}),
            ({"carrier_name": None, "credentials": None}, {"carrier_name", "credentials"}),
            ({"password": "x"}, {"password"}),
        ],
    )
    def test_faults_are_told_at_their_paths(self, shop: Shop, changes: dict[str, Any], paths: set[str]):
        assert refused(shop.post(PATH, UPS | changes), 400, "invalid_request").keys() == paths

    def test_a_taken_name_is_a_conflict(self, shop: Shop):
        connect(shop)

        assert refused(shop.post(PATH, UPS), 409, "conflict").keys() == {"carrier_id"}
        assert names(shop) == ["ups-berlin"]

    def test_the_same_request_under_one_key_is_one_connection(self, shop: Shop):
        headers = {"Idempotency-Key": "connect-1"}

        first, again = (shop.post(PATH, UPS, headers=headers) for _ in range(2))

        assert done(first, 201) == done(again, 201)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert names(shop) == ["ups-berlin"]

    def test_lists_are_narrowed_and_walked(self, shop: Shop):
        for at in range(3):
            done(shop.post(PATH, sandbox(f"own-{at}", active=at != 1)), 201)
        connect(shop)

        assert names(shop) == ["ups-berlin", "own-2", "own-1", "own-0"]
        assert names(shop, "?carrier_name=sandbox") == ["own-2", "own-1", "own-0"]
        assert names(shop, "?active=false") == ["own-1"]
        first = done(shop.get(f"{PATH}?active=true&carrier_name=sandbox&limit=1"))
        assert "active=true" in first["next"]
        second = done(shop.get(first["next"]))
        assert [found["carrier_id"] for found in (*first["results"], *second["results"])] == ["own-2", "own-0"]


class TestModes:
    @pytest.fixture
    def merchant(self, shop: Shop, operator: Operator) -> Iterator[Shop]:
        """The same account in live mode."""
        with operator.shop(Tenant(shop.tenant.account_id, "live")) as merchant:
            yield merchant

    def test_a_live_connection_is_another_one(self, shop: Shop, merchant: Shop):
        connect(shop)

        live = connect(merchant)

        assert live["test_mode"] is False
        assert names(merchant) == ["ups-berlin"]

    def test_a_live_one_has_no_sandbox_and_no_address_of_its_own(self, merchant: Shop):
        elsewhere = UPS | {"config": {"server_url": "https://ups.example.com"}}

        assert refused(merchant.post(PATH, sandbox("s")), 400, "invalid_request").keys() == {"carrier_name"}
        assert refused(merchant.post(PATH, elsewhere), 400, "invalid_request").keys() == {"config.server_url"}


class TestRoles:
    def test_a_standard_key_uses_what_an_admin_has_set_up(self, shop: Shop, operator: Operator):
        made = done(shop.post(PATH, sandbox("own")), 201)

        with operator.shop(shop.tenant, role="standard") as clerk:
            assert done(clerk.get(f"{PATH}/{made['id']}")) == made
            assert done(clerk.post(f"{PATH}/{made['id']}/test"))["success"]
            refused(clerk.post(PATH, sandbox("another")), 403, "forbidden")
            refused(clerk.patch(f"{PATH}/{made['id']}", {"active": False}), 403, "forbidden")
            refused(clerk.delete(f"{PATH}/{made['id']}"), 403, "forbidden")

    def test_a_read_only_key_reads(self, shop: Shop, operator: Operator):
        made = done(shop.post(PATH, sandbox("own")), 201)

        with operator.shop(shop.tenant, role="read_only") as visitor:
            assert done(visitor.get(PATH))["results"] == [made]
            refused(visitor.post(f"{PATH}/{made['id']}/test"), 403, "forbidden")


class TestUsing:
    def test_it_is_rated_and_bought_through_beside_the_built_in_sandbox(self, shop: Shop):
        done(shop.post(PATH, sandbox("own")), 201)

        assert {rate["carrier_id"] for rate in shop.quoted()["rates"]} == {"sandbox", "own"}
        bought = shop.bought(carrier_ids=["own"])
        assert (bought["carrier_name"], bought["carrier_id"]) == ("sandbox", "own")
        assert done(shop.delete(f"/v1/shipments/{bought['id']}"))["status"] == "cancelled"

    def test_an_inactive_one_is_not_rated_and_its_labels_can_be_voided(self, shop: Shop):
        made = done(shop.post(PATH, sandbox("own")), 201)
        bought = shop.bought(carrier_ids=["own"])

        done(shop.patch(f"{PATH}/{made['id']}", {"active": False}))

        assert {rate["carrier_id"] for rate in shop.quoted()["rates"]} == {"sandbox"}
        assert refused(shop.post("/v1/rates", order(carrier_ids=["own"])), 400, "invalid_request")
        assert done(shop.delete(f"/v1/shipments/{bought['id']}"))["status"] == "cancelled"

    def test_without_it_its_labels_wait_for_one_of_its_name(self, shop: Shop):
        made = done(shop.post(PATH, sandbox("own")), 201)
        bought = shop.bought(carrier_ids=["own"])
        done(shop.delete(f"{PATH}/{made['id']}"))

        answer = shop.delete(f"/v1/shipments/{bought['id']}")

        refused(answer, 409, "conflict")
        assert "own" in answer.json()["error"]["message"]
        done(shop.post(PATH, sandbox("own")), 201)
        assert done(shop.delete(f"/v1/shipments/{bought['id']}"))["status"] == "cancelled"

    def test_what_cannot_be_reached_is_an_error_that_names_it(self, shop: Shop):
        made = connect(shop, config={"server_url": NOBODY})

        answer = shop.post(f"{PATH}/{made['id']}/test")

        refused(answer, 502, "carrier_unavailable")
        assert answer.json()["error"]["messages"][0]["carrier_id"] == "ups-berlin"
