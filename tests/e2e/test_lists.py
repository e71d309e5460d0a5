"""Lists over HTTP: each filter finds what it says and nothing else; a walk returns each object exactly once."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.client import Operator, Shop, done

ENVELOPE = {"count", "next", "next_cursor", "previous", "results"}


def listed(shop: Shop, noun: str, query: str = "") -> dict[str, Any]:
    return done(shop.get(f"/v1/{noun}?{query}"))


def ids(page: dict[str, Any]) -> list[str]:
    return [str(found["id"]) for found in page["results"]]


def walk(shop: Shop, first: str) -> list[dict[str, Any]]:
    """Every page of a list, by following `next`."""
    pages = []
    address: str | None = first
    while address is not None:
        pages.append(done(shop.get(address)))
        address = pages[-1]["next"]
    return pages


def a_tracker(shop: Shop, number: str, carrier_name: str = "ups", **fields: Any) -> dict[str, Any]:
    body = {"tracking_number": number, "carrier_name": carrier_name} | fields
    return done(shop.post("/v1/trackers", body), 201)


def make(shop: Shop, noun: str, count: int) -> list[str]:
    """Objects of a noun; their ids, newest first."""
    if noun == "shipments":
        made = [shop.draft() for _ in range(count)]
    elif noun == "trackers":
        made = [a_tracker(shop, f"NUMBER{index}") for index in range(count)]
    else:
        made = [done(shop.post("/v1/api_keys", {}), 201) for _ in range(count)]
    return [str(one["id"]) for one in reversed(made)]


@pytest.mark.parametrize("noun", ["shipments", "trackers"])
def test_an_empty_list_has_the_whole_envelope(shop: Shop, noun: str):
    page = listed(shop, noun)

    assert page == {"count": 0, "next": None, "next_cursor": None, "previous": None, "results": []}


@pytest.mark.parametrize("noun", ["shipments", "trackers", "api_keys"])
def test_a_list_is_newest_first_and_counted_when_it_is_whole(shop: Shop, noun: str):
    made = make(shop, noun, 3)

    page = listed(shop, noun)

    assert page.keys() == ENVELOPE
    assert ids(page)[:3] == made
    assert page["count"] == len(page["results"])


@pytest.mark.parametrize("noun", ["shipments", "trackers", "api_keys"])
def test_a_walk_returns_each_once_in_order(shop: Shop, noun: str):
    made = make(shop, noun, 5)

    pages = walk(shop, f"/v1/{noun}?limit=2")

    walked = [found for page in pages for found in ids(page)]
    assert walked[:5] == made
    assert len(set(walked)) == len(walked)
    assert [page["count"] for page in pages] == [None] * len(pages)
    assert all(page["previous"] is None for page in pages)


@pytest.mark.parametrize("noun", ["shipments", "trackers"])
def test_a_walk_is_not_disturbed_by_what_is_made_meanwhile(shop: Shop, noun: str):
    made = make(shop, noun, 5)
    walked: list[str] = []
    address: str | None = f"/v1/{noun}?limit=1"

    while address is not None:
        page = done(shop.get(address))
        walked += ids(page)
        address = page["next"]
        make_one_more(shop, noun, len(walked))

    assert walked == made


def test_a_walk_is_not_disturbed_by_what_is_removed_meanwhile(shop: Shop):
    made = make(shop, "trackers", 4)
    first = listed(shop, "trackers", "limit=2")

    shop.delete(f"/v1/trackers/{made[1]}")
    shop.delete(f"/v1/trackers/{made[2]}")
    rest = done(shop.get(first["next"]))

    assert ids(rest) == [made[3]]


def test_the_link_to_the_next_page_is_absolute_and_keeps_what_was_asked(shop: Shop):
    for _ in range(3):
        shop.draft(metadata={"a b&c": "ü=1"})
    asked = {"metadata_key": "a b&c", "metadata_value": "ü=1", "limit": "2", "status": "draft"}

    page = done(shop.get("/v1/shipments", params=asked))

    address = urlsplit(page["next"])
    assert page["next"].startswith(str(shop.http.base_url))
    told = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert told == asked | {"cursor": page["next_cursor"]}
    assert len(done(shop.get(page["next"]))["results"]) == 1


def test_a_cursor_may_be_used_by_itself_and_again(shop: Shop):
    made = make(shop, "shipments", 3)
    cursor = listed(shop, "shipments", "limit=1")["next_cursor"]

    pages = [listed(shop, "shipments", f"limit={limit}&cursor={cursor}") for limit in (1, 2, 1)]

    assert [ids(page) for page in pages] == [made[1:2], made[1:3], made[1:2]]


def test_the_links_begin_with_the_address_that_the_request_came_by(shop: Shop):
    make(shop, "shipments", 2)

    page = done(shop.get("/v1/shipments?limit=1", headers={"Host": "api.example", "X-Forwarded-Proto": "https"}))

    assert page["next"].startswith("https://api.example/v1/shipments?")


@pytest.fixture
def various(shop: Shop) -> dict[str, dict[str, Any]]:
    """Shipments that differ in what lists filter by."""
    metadata: dict[str, Any] = {"shelf": "B7", "gift": True, "fee": 2.50, "count": 3}
    return {
        "plain": shop.draft(),
        "named": shop.draft(reference="order 7", order_id="7", metadata=metadata),
        "ground": shop.bought(service="sandbox_ground", reference="order 7"),
        "express": shop.bought(service="sandbox_express", metadata={"shelf": "B8"}),
        "closed": done(shop.delete(f"/v1/shipments/{shop.draft(order_id='8')['id']}")),
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=draft", ["named", "plain"]),
        ("status=created", ["express", "ground"]),
        ("status=cancelled", ["closed"]),
        ("status=delivered", []),
        ("carrier_name=sandbox", ["express", "ground"]),
        ("carrier_name=ups", []),
        ("service=sandbox_express", ["express"]),
        ("reference=order%207", ["ground", "named"]),
        ("reference=order+7", ["ground", "named"]),
        ("reference=ORDER%207", []),
        ("order_id=7", ["named"]),
        ("order_id=8", ["closed"]),
        ("metadata_key=shelf&metadata_value=B7", ["named"]),
        ("metadata_key=gift&metadata_value=true", ["named"]),
        ("metadata_key=fee&metadata_value=2.5", ["named"]),
        ("metadata_key=count&metadata_value=3", ["named"]),
        ("metadata_key=count&metadata_value=4", []),
        ("metadata_key=none&metadata_value=3", []),
        ("reference=order%207&status=created", ["ground"]),
        ("reference=order%207&order_id=8", []),
        ("reference=order%207&status=cancelled", []),
        ("order_id=7&reference=order%207&metadata_key=shelf&metadata_value=B7", ["named"]),
        ("created_after=2020-01-01T00:00:00Z", ["closed", "express", "ground", "named", "plain"]),
        ("created_before=2020-01-01T00:00:00Z", []),
        ("created_after=2999-01-01T00:00:00%2B02:00", []),
        ("reference=%00", []),
        ("reference=%F0%9F%98%80", []),
    ],
)
def test_a_filter_finds_what_it_says(shop: Shop, various: dict[str, dict[str, Any]], query: str, names: list[str]):
    assert ids(listed(shop, "shipments", query)) == [various[name]["id"] for name in names]


def test_times_are_exclusive(shop: Shop):
    first, second, third = (shop.draft() for _ in range(3))

    between = f"created_after={first['created_at']}&created_before={third['created_at']}"

    assert ids(listed(shop, "shipments", between)) == [second["id"]]


@pytest.mark.parametrize("name", ["metadata_key", "metadata_value"])
def test_a_metadata_key_goes_with_its_value(shop: Shop, name: str):
    answer = shop.get(f"/v1/shipments?{name}=a")

    other = {"metadata_key": "metadata_value", "metadata_value": "metadata_key"}[name]
    assert answer.json()["error"]["details"].keys() == {other}


def test_a_filtered_walk_finds_all(shop: Shop):
    wanted = []
    for index in range(6):
        shipment = shop.draft(metadata={"even": index % 2 == 0})
        wanted += [shipment["id"]] if index % 2 == 0 else []

    pages = walk(shop, "/v1/shipments?limit=2&metadata_key=even&metadata_value=true")

    assert [found for page in pages for found in ids(page)] == wanted[::-1]


def test_a_looked_up_walk_finds_all(shop: Shop):
    made = [shop.draft(reference="the same")["id"] for _ in range(5)]
    shop.draft(reference="another")

    pages = walk(shop, "/v1/shipments?limit=2&reference=the%20same")

    assert [found for page in pages for found in ids(page)] == made[::-1]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=pending", ["lost", "boxed", "first"]),
        ("status=delivered", []),
        ("carrier_name=fedex", ["boxed"]),
        ("reference=r", ["boxed", "first"]),
        ("reference=r&carrier_name=ups", ["first"]),
        ("tracking_number=first", ["first"]),
        ("tracking_number=FIR%20ST", ["first"]),
        ("tracking_number=none", []),
        ("created_before=2020-01-01T00:00:00Z", []),
        ("limit=1&tracking_number=BOXED&status=pending", ["boxed"]),
    ],
)
def test_trackers_are_filtered_too(shop: Shop, query: str, names: list[str]):
    made = {
        "first": a_tracker(shop, "FIRST", reference="r"),
        "boxed": a_tracker(shop, "BOXED", "fedex", reference="r"),
        "lost": a_tracker(shop, "LOST"),
    }

    assert ids(listed(shop, "trackers", query)) == [made[name]["id"] for name in names]


def test_the_two_modes_of_an_account_have_lists_of_their_own(shop: Shop, operator: Operator):
    made = make(shop, "shipments", 2)

    with operator.shop(type(shop.tenant)(shop.tenant.account_id, "live")) as live:
        own = make(live, "shipments", 1)

        assert ids(listed(live, "shipments")) == own
    assert ids(listed(shop, "shipments")) == made


def make_one_more(shop: Shop, noun: str, index: int) -> None:
    """Make an object in the middle of a walk."""
    if noun == "shipments":
        shop.draft()
    else:
        a_tracker(shop, f"LATER{index}")
