"""Customers over HTTP: their keys, their requests, and what the contract promises of every answer, checked on each."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from chalicelib.api.errors import PROBLEM
from chalicelib.domain.api_keys import KeyTerms
from chalicelib.domain.tenants import Mode, Tenant
from chalicelib.wiring import Services
from cli.target import Target
from tests.contract.answers import check_answer
from tests.e2e.running_server import RunningServer

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP: loading the world's certificates for each client takes longer than most tests."""

MOST_A_MINUTE = 30_000
"""So high a limit that no test meets it by accident."""

CODES = {
    400: {"invalid_request"},
    401: {"unauthorized"},
    403: {"forbidden"},
    404: {"not_found"},
    405: {"method_not_allowed"},
    409: {"conflict", "purchase_in_progress", "purchase_unconfirmed", "rate_unavailable", "idempotency_in_flight"},
    413: {"payload_too_large"},
    415: {"unsupported_media_type"},
    422: {"carrier_rejected", "idempotency_mismatch"},
    429: {"rate_limited"},
    502: {"carrier_unavailable"},
    504: {"carrier_timeout"},
}
"""The contract's table; what is not here is ours to mend."""

PUBLIC = re.compile(r"/v1/(health|references|openapi\.json|files/[^/]*)|/docs.*")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

SHIPPER = {
    "company_name": "Blue Barn Goods",
    "address_line1": "425 Market Street",
    "city": "San Francisco",
    "state_code": "CA",
    "postal_code": "94105",
    "country_code": "US",
    "phone_number": "+1 415 555 0100",
}
RECIPIENT = {
    "person_name": "Ada Nilsen",
    "address_line1": "350 Fifth Avenue",
    "city": "New York",
    "state_code": "NY",
    "postal_code": "10001",
    "country_code": "US",
    "phone_number": "+1 212 555 0147",
}
BERLINER = {
    "person_name": "Grete Krüger",
    "address_line1": "Invalidenstraße 43",
    "city": "Berlin",
    "postal_code": "10115",
    "country_code": "DE",
    "phone_number": "+49 30 5550 100",
}
PARCEL = {"weight": 1.2, "weight_unit": "KG", "length": 30, "width": 20, "height": 15, "dimension_unit": "CM"}
COMMODITY: dict[str, Any] = {
    "title": "Brass gear",
    "quantity": 2,
    "weight": 0.6,
    "weight_unit": "KG",
    "value_amount": 24.5,
    "value_currency": "USD",
    "origin_country": "US",
    "hs_code": "848340",
}
CUSTOMS: dict[str, Any] = {"content_type": "merchandise", "commodities": [COMMODITY]}


def order(**changes: Any) -> dict[str, Any]:
    """The body of a shipment that can be bought: one parcel from San Francisco to New York."""
    return {"shipper": SHIPPER, "recipient": RECIPIENT, "parcels": [PARCEL]} | changes


def order_abroad(**changes: Any) -> dict[str, Any]:
    """The body of a shipment to Berlin, with its customs declaration."""
    return order(recipient=BERLINER, customs=CUSTOMS) | changes


def fault(answer: httpx.Response) -> dict[str, Any]:
    """The error object of an answer that refuses."""
    told: dict[str, Any] = answer.json()["error"]
    return told


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, str]:
    """What is wrong where, of an answer that refuses with just this status and code."""
    assert (answer.status_code, fault(answer)["code"]) == (status, code), answer.text
    details: dict[str, str] = fault(answer)["details"]
    return details


def done(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The object of an answer that succeeds with just this status."""
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


class Shop:
    """A customer with one key of a tenant, whose every answer has to keep what the contract promises."""

    def __init__(self, http: httpx.Client, key: str, tenant: Tenant) -> None:
        self.http = http
        self.key = key
        self.tenant = tenant

    def get(self, path: str, **rest: Any) -> httpx.Response:
        return self.http.get(path, **rest)

    def post(self, path: str, json: Any = None, **rest: Any) -> httpx.Response:
        return self.http.post(path, json=json, **rest)

    def patch(self, path: str, json: Any, **rest: Any) -> httpx.Response:
        return self.http.patch(path, json=json, **rest)

    def delete(self, path: str) -> httpx.Response:
        return self.http.delete(path)

    def draft(self, **changes: Any) -> dict[str, Any]:
        """A new shipment, rated and not bought."""
        return done(self.post("/v1/shipments", order(**changes)), 201)

    def bought(self, **changes: Any) -> dict[str, Any]:
        """A new shipment with its label."""
        return done(self.post("/v1/shipments", order(**{"service": "sandbox_ground"} | changes)), 201)

    def quoted(self, **changes: Any) -> dict[str, Any]:
        """Rates, without storing anything."""
        return done(self.post("/v1/rates", order(**changes)))


class Operator:
    """Who runs the server: makes accounts and keys on any terms, and reaches behind the API where a test must."""

    def __init__(self, server: RunningServer) -> None:
        self.services: Services = Target(None, None, None, server.data_dir).services()
        self.url = server.url
        self.document = httpx.get(f"{server.url}/v1/openapi.json").raise_for_status().json()

    @property
    def operation_count(self) -> int:
        """How many operations the document has."""
        return sum(len(methods) for methods in self.document["paths"].values())

    @contextmanager
    def shop(self, tenant: Tenant | None = None, **terms: Any) -> Iterator[Shop]:
        """A customer with a new key: of a new account in test mode, or of `tenant`."""
        tenant = tenant or self.new_account()
        key = self.key(tenant, **terms)
        with self.client(key) as http:
            yield Shop(http, key, tenant)

    def client(self, key: str | None = None) -> httpx.Client:
        """A client with a key or without, which fails on every answer that breaks a promise."""
        hooks: Any = {"response": [self.check]}
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, event_hooks=hooks, verify=NO_TLS)

    def check(self, answer: httpx.Response) -> None:
        """Fail unless the answer is one that the OpenAPI document and the contract promise."""
        keeps_promises(answer)
        if answer.request.method != "HEAD":  # it promises a body that it does not send
            check_answer(self.document, answer)

    def new_account(self, mode: Mode = "test") -> Tenant:
        """An account that has nothing yet."""
        return Tenant(self.services.accounts.create("A test's", datetime.now(UTC)).id, mode)

    def key(self, tenant: Tenant, **terms: Any) -> str:
        """A new key, an admin's with a high limit where `terms` don't say otherwise."""
        given: dict[str, Any] = {"role": "admin", "plan": "scale", "limit_per_minute": MOST_A_MINUTE} | terms
        now = datetime.now(UTC)
        return self.services.api_keys.grant(tenant.account_id, KeyTerms(mode=tenant.mode, **given), now).token


def keeps_promises(answer: httpx.Response) -> None:
    """Fail when an answer breaks what the contract says of every one."""
    answer.read()
    assert UUID.fullmatch(answer.headers["Request-Id"])
    if answer.status_code >= 400:
        _is_an_error_of_the_contract(answer)
    if answer.status_code == 201:
        assert answer.headers["Location"].startswith(str(answer.request.url.join("/")))
    path = answer.request.url.raw_path.decode().partition("?")[0]
    is_public = PUBLIC.fullmatch(path) and answer.status_code != 405
    if is_public or answer.status_code == 401 or "Authorization" not in answer.request.headers:
        assert not [name for name in answer.headers if "ratelimit" in name]
    else:
        tells_the_limit(answer)


def _is_an_error_of_the_contract(answer: httpx.Response) -> None:
    told = answer.json() if answer.request.method != "HEAD" else {"error": {}}
    if PROBLEM in answer.request.headers.get("Accept", ""):
        assert answer.headers["Content-Type"] == PROBLEM
        assert told["status"] == answer.status_code
    else:
        assert answer.headers["Content-Type"] == "application/json"
        assert list(told) == ["error"]
        told = told["error"]
        assert told.keys() <= {"code", "message", "details", "messages", "shipment_id"}
    if answer.request.method != "HEAD":
        assert told["code"] in CODES[answer.status_code], answer.text
        assert told.get("message") or told["detail"]
        assert all(isinstance(text, str) and text for text in told["details"].values())
    for status, header in {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After"}.items():
        assert (header in answer.headers) >= (answer.status_code == status)


def tells_the_limit(answer: httpx.Response) -> tuple[int, int]:
    """What an answer tells of its key's bucket: its capacity and what is left; both spellings must agree.

    An empty bucket tells when there is a token again, in the draft's spelling, and when it is full, in the other.
    """
    policy = re.fullmatch(r'"(\w+)";q=(\d+);w=60', answer.headers["RateLimit-Policy"])
    standing = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["RateLimit"])
    assert policy is not None
    assert standing is not None
    limit, left, until = int(policy[2]), int(standing[2]), int(standing[3])
    told = [int(answer.headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset")]
    assert policy[1] == standing[1]
    assert [limit, left] == told[:2]
    assert until == told[2] if left else 1 <= until <= told[2]
    return limit, left
