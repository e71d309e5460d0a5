"""Tenants: what is another account's or the other mode's is not there, byte for byte as if it had never been."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chalicelib.domain.tenants import Tenant
from tests.e2e.client import Operator, Shop, done, refused

TARGETS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/v1/shipments/{shp}", None),
    ("PATCH", "/v1/shipments/{shp}", {"reference": "mine now"}),
    ("DELETE", "/v1/shipments/{shp}", None),
    ("POST", "/v1/shipments/{shp}/rates", {}),
    ("POST", "/v1/shipments/{shp}/purchase", {"rate": "cheapest"}),
    ("GET", "/v1/shipments/{shp}/label", None),
    ("GET", "/v1/shipments/{shp}?inline=true", None),
    ("GET", "/v1/trackers/{trk}", None),
    ("PATCH", "/v1/trackers/{trk}", {"metadata": {"a": 1}}),
    ("POST", "/v1/trackers/{trk}/advance", {"status": "delivered"}),
    ("DELETE", "/v1/trackers/{trk}", None),
    ("DELETE", "/v1/api_keys/{key}", None),
)
UNKNOWN = {"shp": "shp_01AAAAAAAAAAAAAAAAAAAAAAAA", "trk": "trk_01AAAAAAAAAAAAAAAAAAAAAAAA"} | {
    "key": "key_01AAAAAAAAAAAAAAAAAAAAAAAA"
}
DIFFER_ALWAYS = re.compile(r"date|request-id|.*ratelimit.*")


@pytest.fixture
def ids(shop: Shop) -> dict[str, str]:
    """Of each noun, an object of the shop's."""
    bought = shop.bought(reference="secret", metadata={"customer": "Ada"})
    key = done(shop.get("/v1/api_keys"))["results"][0]
    return {"shp": bought["id"], "trk": bought["tracker_id"], "key": key["id"]}


@pytest.fixture(params=["another account", "the other mode"])
def stranger(request: pytest.FixtureRequest, operator: Operator, shop: Shop) -> Iterator[Shop]:
    """Somebody who must not see the shop's objects."""
    other = None if request.param == "another account" else Tenant(shop.tenant.account_id, "live")
    with operator.shop(other) as customer:
        yield customer


def as_bytes(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All of an answer but what differs each time."""
    headers = [header for header in answer.headers.multi_items() if not DIFFER_ALWAYS.fullmatch(header[0])]
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize(("method", "path", "body"), TARGETS)
def test_a_strangers_id_looks_like_an_unknown_one(
    stranger: Shop, ids: dict[str, str], method: str, path: str, body: Any
):
    hidden = stranger.http.request(method, path.format(**ids), json=body)
    unknown = stranger.http.request(method, path.format(**UNKNOWN), json=body)

    refused(hidden, 404, "not_found")
    assert as_bytes(hidden) == as_bytes(unknown)


def test_a_stranger_changes_nothing(shop: Shop, stranger: Shop, ids: dict[str, str]):
    before = done(shop.get(f"/v1/shipments/{ids['shp']}")), done(shop.get(f"/v1/trackers/{ids['trk']}"))

    for method, path, body in TARGETS:
        stranger.http.request(method, path.format(**ids), json=body)

    after = done(shop.get(f"/v1/shipments/{ids['shp']}")), done(shop.get(f"/v1/trackers/{ids['trk']}"))
    assert [_lasting(now) for now in after] == [_lasting(then) for then in before]


@pytest.mark.parametrize("query", ["", "?reference=secret", "?metadata_key=customer&metadata_value=Ada"])
def test_a_stranger_finds_nothing_in_lists(stranger: Shop, ids: dict[str, str], query: str):
    assert ids
    assert done(stranger.get(f"/v1/shipments{query}"))["results"] == []


def test_a_number_finds_only_ones_own(shop: Shop, stranger: Shop, ids: dict[str, str]):
    number = done(shop.get(f"/v1/trackers/{ids['trk']}"))["tracking_number"]

    for noun in ("shipments", "trackers"):
        assert len(done(shop.get(f"/v1/{noun}?tracking_number={number}"))["results"]) == 1
        assert done(stranger.get(f"/v1/{noun}?tracking_number={number}"))["results"] == []


def test_two_accounts_follow_one_number_each_for_itself(operator: Operator, shop: Shop):
    body = {"tracking_number": "1Z5R89390357567127"}
    with operator.shop() as other:
        mine, theirs = done(shop.post("/v1/trackers", body), 201), done(other.post("/v1/trackers", body), 201)

    assert mine["id"] != theirs["id"]


def test_a_strangers_keys_are_not_listed(shop: Shop, stranger: Shop, ids: dict[str, str]):
    assert ids["key"] not in stranger.get("/v1/api_keys").text
    assert ids["key"] in shop.get("/v1/api_keys").text


def test_a_strangers_rate_buys_nothing(stranger: Shop, shop: Shop):
    rate = shop.draft()["rates"][0]
    shipment = stranger.draft()

    answer = stranger.post(f"/v1/shipments/{shipment['id']}/purchase", {"selected_rate_id": rate["id"]})

    refused(answer, 409, "rate_unavailable")


@pytest.mark.parametrize("noun", ["shipments", "trackers", "api_keys"])
def test_a_strangers_cursor_leads_nowhere(shop: Shop, stranger: Shop, noun: str):
    cursor = _cursor(shop, noun)

    details = refused(stranger.get(f"/v1/{noun}?limit=1&cursor={cursor}"), 400, "invalid_request")

    assert details.keys() == {"cursor"}


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


def _lasting(shown: dict[str, Any]) -> dict[str, Any]:
    """An object but for its links, which are signed anew each time."""
    links = {"label_url", "invoice_url", "shipping_documents", "meta"}
    return {name: value for name, value in shown.items() if name not in links}
