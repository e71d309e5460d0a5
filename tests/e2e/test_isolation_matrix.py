"""Isolation, generated: every operation of the document, asked by everybody who must not see what it is asked for."""

import base64
import itertools
import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chalicelib.domain.tenants import Role
from tests.contract.documents import operations
from tests.e2e.client import Operator, done, refused
from tests.e2e.matrix import (
    EVERYBODYS,
    LISTS,
    MAKERS,
    OBJECTS,
    POSTS,
    ROLES,
    ROUTES,
    UNKNOWN,
    Owner,
    Route,
    as_bytes,
    owners,
)

TAG_BYTES = 16

REPLAYED = "Idempotency-Replayed"


@pytest.fixture(scope="module")
def everybody(operator: Operator) -> Iterator[tuple[Owner, ...]]:
    with owners(operator) as made:
        yield made


def named(routes: tuple[Route, ...]) -> list[Any]:
    return [pytest.param(route, id=route.name) for route in routes]


def pairs(everybody: tuple[Owner, ...]) -> Iterator[tuple[Owner, Owner]]:
    """Everybody, beside everybody else."""
    return ((owner, stranger) for owner in everybody for stranger in everybody if stranger is not owner)


def test_every_operation_is_in_the_matrix():
    assert {f"{route.method} {route.path}" for route in ROUTES} == operations().keys()
    nouns = {route.noun for route in ROUTES} - {None}
    assert nouns <= MAKERS.keys() | EVERYBODYS.keys(), "say in MAKERS how an owner makes one, or why it is everybody's"
    assert MAKERS.keys() == UNKNOWN.keys() == {route.noun for route in OBJECTS}


@pytest.mark.parametrize("route", named(OBJECTS))
def test_what_is_anothers_looks_like_what_never_was(everybody: tuple[Owner, ...], route: Route):
    assert route.noun is not None
    before = [owner.state() for owner in everybody]

    for stranger in everybody:
        for role, caller in stranger.callers.items():
            unknown = route.sent_by(caller, UNKNOWN[route.noun])
            for owner in (owner for owner in everybody if owner is not stranger):
                hidden = route.sent_by(caller, owner.objects[route.noun]["id"])

                assert hidden.status_code == (404 if route.allows(role) else 403), hidden.text
                assert as_bytes(hidden) == as_bytes(unknown)
    assert [owner.state() for owner in everybody] == before


@pytest.mark.parametrize("route", named(OBJECTS))
def test_the_owner_reaches_it_by_the_same_request(everybody: tuple[Owner, ...], route: Route):
    assert route.noun is not None
    owner = everybody[0]

    answer = route.sent_by(owner.admin, owner.another(route.noun)["id"])

    assert owner.admin.tenant.mode == "test"
    assert answer.status_code not in (403, 404), answer.text


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", named(tuple(route for route in ROUTES if not route.is_public)))
def test_a_role_may_do_what_the_contract_says_and_nothing_else(everybody: tuple[Owner, ...], route: Route, role: Role):
    for owner in everybody:
        answer = route.sent_by(owner.callers[role], UNKNOWN.get(route.noun or "", "nothing"))

        assert (answer.status_code == 403) is not route.allows(role), answer.text


@pytest.mark.parametrize("route", named(LISTS))
def test_lists_and_filters_find_only_ones_own(everybody: tuple[Owner, ...], route: Route):
    noun = route.path.rpartition("/")[2]
    roles = itertools.cycle(role for role in ROLES if route.allows(role))

    for owner in everybody:
        made = owner.objects[noun]
        for query in filters(route, made):
            mine = done(owner.admin.get(route.path, params={"limit": 100, **query}))
            assert made["id"] in [one["id"] for one in mine["results"]], query
            for stranger in (stranger for stranger in everybody if stranger is not owner):
                theirs = done(stranger.callers[next(roles)].get(route.path, params={"limit": 100, **query}))
                assert {one["id"] for one in theirs["results"]}.isdisjoint(one["id"] for one in mine["results"])
                assert owner.mark not in json.dumps(theirs["results"])


def filters(route: Route, made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """No filter, and each one that the document names, set so that it finds `made`."""
    yield {}
    known = {"created_after": "2000-01-01T00:00:00Z", "created_before": "2100-01-01T00:00:00Z"}
    for name in sorted(route.parameters - {"limit", "cursor", "metadata_value"}):
        if name == "metadata_key":
            yield {"metadata_key": "mark", "metadata_value": made["metadata"]["mark"]}
            continue
        value = known[name] if name in known else made[name]  # a filter of no field needs a line here
        if value is not None:  # a draft has no tracking number
            yield {name: str(value).lower() if isinstance(value, bool) else value}


@pytest.mark.parametrize("route", named(LISTS))
def test_anothers_cursor_is_no_better_than_a_made_up_one(everybody: tuple[Owner, ...], route: Route):
    noun = route.path.rpartition("/")[2]
    for owner in everybody:
        owner.another(noun)

    for owner, stranger in pairs(everybody):
        cursor = done(owner.admin.get(f"{route.path}?limit=1"))["next_cursor"]
        foreign = stranger.admin.get(route.path, params={"limit": 1, "cursor": cursor})
        made_up = stranger.admin.get(route.path, params={"limit": 1, "cursor": "A" * len(cursor)})

        assert refused(foreign, 400, "invalid_request").keys() == {"cursor"}
        assert as_bytes(foreign) == as_bytes(made_up)


@pytest.mark.parametrize("route", named(POSTS))
def test_anothers_idempotency_key_replays_nothing_and_is_in_nobodys_way(everybody: tuple[Owner, ...], route: Route):
    for owner, stranger in pairs(everybody):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        first = _for_its_own(route, owner, key)
        theirs = _for_its_own(route, stranger, key)
        again = _for_its_own(route, owner, key, first)

        assert REPLAYED not in theirs.headers
        assert owner.mark not in theirs.text
        assert "idempotency_" not in theirs.text
        assert again.status_code == first.status_code


@pytest.mark.parametrize("route", named(tuple(route for route in POSTS if not route.allows("read_only"))))
def test_no_replay_tells_a_lesser_key_what_it_may_not_ask(everybody: tuple[Owner, ...], route: Route):
    owner, key = everybody[0], {"Idempotency-Key": str(uuid.uuid4())}
    identifier = "" if route.noun is None else owner.another(route.noun)["id"]
    first = route.sent_by(owner.admin, identifier, headers=key)

    answer = route.sent_by(owner.callers["read_only"], identifier, headers=key)

    assert first.is_success or REPLAYED not in first.headers
    refused(answer, 403, "forbidden")
    assert REPLAYED not in answer.headers


def test_a_signed_links_parts_can_not_be_put_together_anew(everybody: tuple[Owner, ...], anybody: httpx.Client):
    north, south = (owner for owner in everybody if owner.admin.tenant.mode == "test")
    own, other = (base64.urlsafe_b64decode(_padded(_token(owner))) for owner in (north, south))
    tag, told = own[:TAG_BYTES], json.loads(own[TAG_BYTES:])
    unknown = anybody.get(f"/v1/files/{_spelled(bytes(len(own)))}")
    assert anybody.get(f"/v1/files/{_spelled(own)}").is_success

    forged = [tag + other[TAG_BYTES:], other[:TAG_BYTES] + own[TAG_BYTES:]]
    for member, value in json.loads(other[TAG_BYTES:]).items():
        changed = value + 1 if isinstance(value, int) else value + "x"
        forged += [tag + _compact(told | {member: value}) for value in (value, changed) if told[member] != value]
        forged.append(tag + _compact({name: value for name, value in told.items() if name != member}))
    assert len(forged) > 2 * len(told)
    for token in forged:
        answer = anybody.get(f"/v1/files/{_spelled(token)}")
        assert answer.status_code == 404
        assert as_bytes(answer) == as_bytes(unknown)


def test_a_number_of_anothers_parcel_tells_and_moves_nothing_of_it(everybody: tuple[Owner, ...]):
    north, south = (owner for owner in everybody if owner.admin.tenant.mode == "test")
    parcel = north.another("trackers")
    body = {"tracking_number": parcel["tracking_number"], "carrier_name": "sandbox"}
    theirs = done(south.admin.post("/v1/trackers", body), 201)

    south.admin.post(f"/v1/trackers/{theirs['id']}/advance", {"status": "delivered"})

    assert (theirs["shipment_id"], theirs["reference"], theirs["order_id"]) == (None, None, None)
    assert north.mark not in json.dumps(theirs)
    mine = done(north.admin.get(f"/v1/trackers/{parcel['id']}"))
    assert mine["status"] == parcel["status"]


def test_anothers_connection_is_not_asked(everybody: tuple[Owner, ...]):
    for owner, stranger in pairs(everybody):
        body = _rates_route().body | {"carrier_ids": [owner.objects["connections"]["carrier_id"]]}
        hidden = stranger.admin.post("/v1/rates", body)
        unknown = stranger.admin.post("/v1/rates", body | {"carrier_ids": ["nobodys-connection"]})

        assert hidden.text.replace(body["carrier_ids"][0], "nobodys-connection") == unknown.text


def _rates_route() -> Route:
    return next(route for route in ROUTES if route.name == "compare_rates")


def _for_its_own(
    route: Route, owner: Owner, key: dict[str, str], earlier: httpx.Response | None = None
) -> httpx.Response:
    """Ask under a key for an object of the asker's; again for the same one as an `earlier` request."""
    if earlier is not None:
        sent = earlier.request
        return owner.admin.http.request(sent.method, sent.url, content=sent.content, headers=sent.headers)
    identifier = "" if route.noun is None else owner.objects[route.noun]["id"]
    return route.sent_by(owner.admin, identifier, headers=key)


def _token(owner: Owner) -> str:
    shipment = done(owner.admin.get(f"/v1/shipments/{owner.objects['shipments']['id']}"))
    return str(shipment["label_url"]).rpartition("/")[2]


def _padded(token: str) -> str:
    return token + "=" * (-len(token) % 4)


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _compact(told: dict[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":"), sort_keys=True).encode()
