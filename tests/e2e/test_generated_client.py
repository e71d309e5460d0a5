"""A client generated from the running server's document goes through the README's story."""

import importlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from chalicelib.api.schemas import examples
from tests.contract.generated_client import PACKAGE, generated_client
from tests.e2e.running_server import RunningServer


class Library:
    """The generated package: `call` asks an operation, `model` is a class of its models."""

    def __init__(self, server: RunningServer) -> None:
        package = self._module("")
        self._client = package.AuthenticatedClient(server.url, server.key, raise_on_unexpected_status=True)

    def close(self) -> None:
        """Close its connections."""
        self._client.get_httpx_client().close()

    def call(self, operation: str, *arguments: str, **more: Any) -> Any:
        """Return the parsed answer of `noun.operation`."""
        return self._module(f".api.{operation}").sync(*arguments, client=self._client, **more)

    def model(self, name: str) -> Any:
        """Return the class of this name."""
        return getattr(self._module(".models"), name)

    def body(self, model: str, operation: str) -> Any:
        """Return the example of an operation's request as the client's own object."""
        return self.model(model).from_dict(examples.REQUESTS[operation])

    @staticmethod
    def _module(name: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}{name}")


@pytest.fixture(scope="module")
def library(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("library")
    generated_client(httpx.get(f"{server.url}/v1/openapi.json").raise_for_status().json(), Path(folder))
    sys.path.insert(0, str(folder))
    opened = Library(server)
    yield opened
    opened.close()
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_it_runs_the_readmes_story(library: Library):
    assert library.call("about.get_health").status == "ok"

    quote = library.call("rates.compare_rates", body=library.body("RateRequest", "compare_rates"))
    cheapest = quote.rates[0]
    draft = library.call("shipments.create_shipment", body=library.body("ShipmentData", "create_shipment"))
    wanted = next(rate for rate in draft.rates if rate.service == cheapest.service)
    order = library.model("ShipmentPurchaseData")(selected_rate_id=wanted.id)
    bought = library.call("shipments.purchase_shipment", draft.id, body=order)

    assert (draft.status, bought.status) == ("draft", "created")
    assert bought.selected_rate.total_charge == cheapest.total_charge
    assert bought.metadata["channel"] == "web"

    label = library.call("shipments.get_shipment_label", bought.id)
    assert label.payload.read(5) == b"%PDF-"

    tracker = library.call("trackers.get_tracker", bought.tracker_id)
    assert (tracker.tracking_number, tracker.shipment_id) == (bought.tracking_number, bought.id)

    listed = library.call("shipments.list_shipments", reference="PO-1042", limit=100)
    assert bought.id in [shipment.id for shipment in listed.results]

    cancelled = library.call("shipments.cancel_shipment", bought.id)
    assert cancelled.status == "cancelled"


def test_it_makes_and_revokes_a_key(library: Library):
    expires_at = datetime.now(UTC) + timedelta(days=1)
    wish = library.model("ApiKeyData")(name="generated", role=library.model("Role").READ_ONLY, expires_at=expires_at)

    made = library.call("api_keys.create_api_key", body=wish)
    revoked = library.call("api_keys.revoke_api_key", made.id)

    assert made.key.startswith("dray_test_")
    assert (revoked.id, revoked.role) == (made.id, "read_only")
    assert revoked.revoked_at is not None


def test_it_reads_what_went_wrong(library: Library):
    body = library.body("ShipmentData", "create_shipment")
    body.recipient.postal_code = "not a code"

    refused = library.call("shipments.create_shipment", body=body)

    assert refused.error.code == "invalid_request"
    assert "recipient.postal_code" in refused.error.details
