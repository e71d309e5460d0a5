"""Tenants: what the matrix of isolation can't generate, and cursors that fit no other list, filter or spelling."""

from collections.abc import Iterator

import pytest

from tests.e2e.client import Operator, Shop, done, refused


@pytest.fixture
def stranger(operator: Operator) -> Iterator[Shop]:
    """A customer of another account."""
    with operator.shop() as customer:
        yield customer


def test_two_accounts_follow_one_number_each_for_itself(operator: Operator, shop: Shop):
    body = {"tracking_number": "1Z5R89390357567127"}
    with operator.shop() as other:
        mine, theirs = done(shop.post("/v1/trackers", body), 201), done(other.post("/v1/trackers", body), 201)

    assert mine["id"] != theirs["id"]


def test_a_strangers_rate_buys_nothing(stranger: Shop, shop: Shop):
    rate = shop.draft()["rates"][0]
    shipment = stranger.draft()

    answer = stranger.post(f"/v1/shipments/{shipment['id']}/purchase", {"selected_rate_id": rate["id"]})

    refused(answer, 409, "rate_unavailable")


@pytest.mark.parametrize("noun", ["shipments", "trackers", "api_keys"])
def test_a_cursor_of_another_list_leads_nowhere(shop: Shop, noun: str):
    for other in {"shipments", "trackers", "api_keys"} - {noun}:
        cursor = _cursor(shop, other)

        assert refused(shop.get(f"/v1/{noun}?cursor={cursor}"), 400, "invalid_request").keys() == {"cursor"}


def test_a_cursor_holds_for_its_own_filters_only(shop: Shop):
    cursor = _cursor(shop, "shipments", "&status=draft")

    assert refused(shop.get(f"/v1/shipments?cursor={cursor}"), 400, "invalid_request").keys() == {"cursor"}
    assert refused(shop.get(f"/v1/shipments?status=created&cursor={cursor}"), 400, "invalid_request")
    assert done(shop.get(f"/v1/shipments?status=draft&cursor={cursor}"))["results"]


@pytest.mark.parametrize("tamper", ["first", "middle", "last", "longer", "shorter", "empty", "id", "long", "quoted"])
def test_a_tampered_cursor_is_refused(shop: Shop, tamper: str):
    cursor = _cursor(shop, "shipments")
    at = {"first": 0, "middle": len(cursor) // 2, "last": len(cursor) - 1}.get(tamper, 0)
    changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
    others = {
        "longer": cursor + "A",
        "shorter": cursor[:-1],
        "empty": "",
        "id": str(shop.draft()["id"]),
        "long": cursor * 50,
        "quoted": f"{cursor}%3D%3D",
    }

    details = refused(shop.get(f"/v1/shipments?cursor={others.get(tamper, changed)}"), 400, "invalid_request")

    assert details.keys() == {"cursor"}


def _cursor(shop: Shop, noun: str, query: str = "") -> str:
    """The cursor of the second page of a list that has two objects."""
    for index in range(2):
        if noun == "shipments":
            shop.draft()
        elif noun == "trackers":
            done(shop.post("/v1/trackers", {"tracking_number": f"{noun}{index}", "carrier_name": "ups"}), 201)
        else:
            done(shop.post("/v1/api_keys", {}), 201)
    cursor = done(shop.get(f"/v1/{noun}?limit=1{query}"))["next_cursor"]
    assert isinstance(cursor, str)
    return cursor
