"""The matrix of isolation: two accounts, two modes, three roles, what each owns, and every documented operation."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, get_args

import httpx

from chalicelib.domain.tenants import Mode, Role, Tenant
from tests.contract.documents import operations, request_contents
from tests.e2e.client import Operator, Shop, done

Json = dict[str, Any]

MODES: tuple[Mode, ...] = get_args(Mode)
ROLES: tuple[Role, ...] = get_args(Role)
ACCOUNTS = ("north", "south")

ADMINS_ALONE = re.compile(r"\w+ /v1/api_keys.*|(POST|PATCH|DELETE) /v1/connections(/{connection_id})?")
"""What only an admin's key may do: the account's keys, and what holds its carriers' credentials."""

READERS_TOO = re.compile(r"GET .*|POST /v1/rates")
"""What a read-only key may do."""

EVERYBODYS = {
    "carriers": "carriers are the same for all",
    "files": "a signed link is the permission itself",
    "docs": "the reference page",
}
"""Paths whose parameter names nobody's own object, and why."""

DIFFER_ALWAYS = re.compile(r"date|request-id|.*ratelimit.*")


@dataclass(frozen=True)
class Route:
    """One operation of the document."""

    method: str
    path: str
    told: Json = field(repr=False)
    """What the document says of it."""

    @property
    def name(self) -> str:
        return str(self.told["operationId"])

    @property
    def noun(self) -> str | None:
        """Whose object the path names: the word before its parameter; None where it names none."""
        found = re.search(r"/(\w+)/{\w+}", self.path)
        return found and found[1]

    @property
    def is_public(self) -> bool:
        return self.told.get("security") == []

    @property
    def body(self) -> Any:
        """The document's own example, a good request; None where there is no body."""
        content = request_contents().get(f"{self.method} {self.path}")
        return content and content["example"]

    @property
    def parameters(self) -> set[str]:
        """The names of what may stand in the query."""
        return {one["name"] for one in self.told.get("parameters", ()) if one["in"] == "query"}

    def allows(self, role: Role) -> bool:
        """Whether the contract lets such a key do it; the one place here that says so."""
        route = f"{self.method} {self.path}"
        if role == "admin" or self.is_public:
            return True
        if ADMINS_ALONE.fullmatch(route):
            return False
        return role == "standard" or bool(READERS_TOO.fullmatch(route))

    def sent_by(self, shop: Shop, identifier: str = "", **rest: Any) -> httpx.Response:
        """What the API answers to a good request for the object of this id."""
        path = re.sub(r"{\w+}", identifier, self.path)
        return shop.http.request(self.method, path, **{"json": self.body} | rest)


ROUTES = tuple(Route(name.split(" ")[0], name.split(" ")[1], told) for name, told in operations().items())
OBJECTS = tuple(route for route in ROUTES if route.noun is not None and route.noun not in EVERYBODYS)
LISTS = tuple(route for route in ROUTES if "cursor" in route.parameters)
POSTS = tuple(route for route in ROUTES if route.method == "POST")


def _shipment(shop: Shop, mark: str) -> Json:
    changes = {"reference": mark, "order_id": f"{mark}-order", "metadata": {"mark": mark}}
    return shop.bought(**changes) if shop.tenant.mode == "test" else shop.draft(**changes)


def _tracker(shop: Shop, mark: str) -> Json:
    if shop.tenant.mode == "test":
        return done(shop.get(f"/v1/trackers/{_shipment(shop, mark)['tracker_id']}"))
    number = f"{mark}-{len(done(shop.get('/v1/trackers?limit=100'))['results'])}"
    body = {"tracking_number": number, "carrier_name": "ups", "reference": mark, "metadata": {"mark": mark}}
    return done(shop.post("/v1/trackers", body), 201)


def _connection(shop: Shop, mark: str) -> Json:
    count = len(done(shop.get("/v1/connections?limit=100"))["results"])
    credentials = {"client_id": f"{mark}-id", "client_secret": f"{mark}-secret", "account_number": "A1B2C3"}
    body = {"carrier_name": "ups", "carrier_id": f"{mark}-{count}", "credentials": credentials, "active": False}
    return done(shop.post("/v1/connections", body), 201)


def _key(shop: Shop, mark: str) -> Json:
    return done(shop.post("/v1/api_keys", {"name": mark}), 201)


MAKERS: Mapping[str, Callable[[Shop, str], Json]] = {
    "shipments": _shipment,
    "trackers": _tracker,
    "connections": _connection,
    "api_keys": _key,
}
"""By noun, how an owner makes one that carries its mark wherever text may stand. A new noun adds its line."""

UNKNOWN = {
    "shipments": "shp_01AAAAAAAAAAAAAAAAAAAAAAAA",
    "trackers": "trk_01AAAAAAAAAAAAAAAAAAAAAAAA",
    "connections": "con_01AAAAAAAAAAAAAAAAAAAAAAAA",
    "api_keys": "key_01AAAAAAAAAAAAAAAAAAAAAAAA",
}
"""By noun, an id that could be one and that nobody has."""


@dataclass(frozen=True)
class Owner:
    """One account in one mode: a key of each role, and one object of each noun."""

    mark: str
    """Text that stands in what it owns, and nowhere else."""
    callers: dict[Role, Shop]
    objects: dict[str, Json]

    @property
    def admin(self) -> Shop:
        return self.callers["admin"]

    def another(self, noun: str) -> Json:
        """A new object."""
        return MAKERS[noun](self.admin, self.mark)

    def state(self) -> Json:
        """All that it owns, as it is shown, but for links, which are signed anew each time."""
        return {noun: _lasting(shown) for noun, shown in self._shown()}

    def _shown(self) -> Iterator[tuple[str, Json]]:
        for noun, made in self.objects.items():
            listed = done(self.admin.get(f"/v1/{noun}?limit=100"))["results"]
            yield noun, next(one for one in listed if one["id"] == made["id"])


@contextmanager
def owners(operator: Operator) -> Iterator[tuple[Owner, ...]]:
    """Two accounts, each in both modes."""
    with ExitStack() as stack:
        accounts = {name: operator.new_account().account_id for name in ACCOUNTS}
        yield tuple(
            _owner(operator, stack, Tenant(account_id, mode), f"{name}{mode}of{account_id[-6:]}")
            for name, account_id in accounts.items()
            for mode in MODES
        )


def _owner(operator: Operator, stack: ExitStack, tenant: Tenant, mark: str) -> Owner:
    callers = {role: stack.enter_context(operator.shop(tenant, role=role)) for role in ROLES}
    return Owner(mark, callers, {noun: make(callers["admin"], mark) for noun, make in MAKERS.items()})


def as_bytes(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All of an answer but what differs each time."""
    headers = [header for header in answer.headers.multi_items() if not DIFFER_ALWAYS.fullmatch(header[0])]
    return answer.status_code, answer.content, headers


def _lasting(shown: Json) -> Json:
    links = {"label_url", "invoice_url", "shipping_documents", "meta", "last_used_at"}
    return {name: value for name, value in shown.items() if name not in links}
