"""The whole app in this process, on a real engine: asked as API Gateway asks it in AWS, by events."""

from __future__ import annotations

import json
import sys
import uuid
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from app import app
from chalicelib.api.authorizer import authorize
from chalicelib.domain.api_keys import KeyTerms
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.rows import body_of, find_item, key_of
from chalicelib.storage.schema import all_tables, create_tables
from chalicelib.storage.shipments import ShipmentsTable
from chalicelib.storage.tables import bind, dispatch, table_name
from chalicelib.wiring import services
from local.machine import running_machine
from local.settings import LocalSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STAGE_ARN = "arn:aws:execute-api:eu-central-1:123456789012:api/dev"
HOST = "api.example.com"
REQUESTS_A_MINUTE = 30_000
"""The most that a key may have."""
BATCH = 25
"""So many items a BatchWriteItem takes (DynamoDB's limit)."""

SHIPMENT: dict[str, Any] = {
    "shipper": {
        "company_name": "Blue Barn Goods",
        "address_line1": "425 Market Street",
        "city": "San Francisco",
        "state_code": "CA",
        "postal_code": "94105",
        "country_code": "US",
        "phone_number": "+1 415 555 0100",
    },
    "recipient": {
        "person_name": "Ada Nilsen",
        "address_line1": "350 Fifth Avenue",
        "city": "New York",
        "state_code": "NY",
        "postal_code": "10001",
        "country_code": "US",
        "residential": True,
    },
    "parcels": [
        {"weight": 1.2, "weight_unit": "KG", "length": 30, "width": 20, "height": 15, "dimension_unit": "CM"},
    ],
    "reference": "order 1042",
    "metadata": {"shelf": "B7"},
}
"""What a customer ships, complete enough for a label."""


@dataclass(frozen=True)
class Answer:
    """What the app answered."""

    status: int
    text: str

    def json(self) -> Any:
        """Return the body."""
        return json.loads(self.text)


class OneProcess:
    """The app as its settings in the environment say, with new tables where they are missing, and a new customer."""

    def __init__(self) -> None:
        services.cache_clear()
        create_tables(services().tables, all_tables())
        now = datetime.now(UTC)
        self.tenant = Tenant(services().accounts.create("Benchmarks", now).id, "test")
        terms = KeyTerms("test", "admin", "scale", limit_per_minute=REQUESTS_A_MINUTE)
        self.token = services().api_keys.grant(self.tenant.account_id, terms, now).token

    def authorized(self) -> dict[str, str]:
        """Return what the authorizer's Lambda tells of the key."""
        event = {"type": "TOKEN", "authorizationToken": f"Bearer {self.token}", "methodArn": f"{STAGE_ARN}/GET/"}
        context: dict[str, str] = authorize(event, None)["context"]
        return context

    @cached_property
    def remembered(self) -> dict[str, str]:
        """What API Gateway remembers of the authorizer's answer, for a minute."""
        return self.authorized()

    def event(self, route: str, path: str = "", body: Any = None, **headers: str) -> dict[str, Any]:
        """Return the event of a request for a route as in `POST /v1/shipments/{shipment_id}/purchase`.

        `path` is the true path and query where it is not the route's; headers are named in Python's spelling.
        """
        method, resource = route.split(" ")
        plain, _, query = (path or resource).partition("?")
        sent = {"host": HOST, "authorization": f"Bearer {self.token}", "content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        parts = zip(resource.split("/"), plain.split("/"), strict=True)
        return {
            "resource": resource,
            "path": plain,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "multiValueQueryStringParameters": parse_qs(query) or None,
            "pathParameters": {name[1:-1]: value for name, value in parts if name.startswith("{")},
            "stageVariables": {},
            "requestContext": {
                "requestId": str(uuid.uuid4()),
                "path": plain,
                "resourcePath": resource,
                "httpMethod": method,
                "identity": {"sourceIp": "127.0.0.1"},
                "authorizer": self.remembered,
            },
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
        }

    def ask(self, route: str, path: str = "", body: Any = None, **headers: str) -> Answer:
        """Return the app's answer to a request; the arguments are those of `event`. Raises when it is an error."""
        return self.answer(self.event(route, path, body, **headers))

    @staticmethod
    def answer(event: Mapping[str, Any]) -> Answer:
        """Return the app's answer to an event; raises when it is an error."""
        told = app(event, None)
        if told["statusCode"] >= 400:  # noqa: PLR2004 - where HTTP's errors begin
            raise RuntimeError(f"{event['httpMethod']} {event['path']}: {told['statusCode']} {told['body']}")
        return Answer(told["statusCode"], told["body"])

    def draft(self) -> str:
        """Return the id of a new shipment."""
        shipment_id: str = self.ask("POST /v1/shipments", body=SHIPMENT).json()["id"]
        return shipment_id

    def fill(self, count: int) -> None:
        """Store so many further copies of a shipment, past the app: it is quicker."""
        table = bind(ShipmentsTable, services().tables)
        original = services().shipment_repository.get(self.tenant, self.draft())
        item = find_item(table, self.tenant, original.id)
        for start in range(0, count, BATCH):
            copies = [
                original.model_copy(update={"id": services().new_id("shp")}) for _ in range(min(BATCH, count - start))
            ]
            puts = [
                {"PutRequest": {"Item": (item or {}) | key_of(self.tenant, copy.id) | body_of(copy)}} for copy in copies
            ]
            dispatch(table, "BatchWriteItem", {"RequestItems": {table_name(table): puts}})


@contextmanager
def one_process() -> Iterator[OneProcess]:
    """Run the engine on a folder of its own while the block lasts; the app's log lines are made and thrown away.

    Once a process: the app's settings stay in its environment.
    """
    with TemporaryDirectory() as folder, Path("/dev/null").open("w") as nowhere, redirect_stdout(nowhere):
        settings = LocalSettings.read({"DATA_DIR": folder})
        with running_machine(settings, on_failure=sys.exit):
            yield OneProcess()
