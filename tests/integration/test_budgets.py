"""The budgets: what each operation of the API costs in the database, through the whole app.

The sandbox's own books are kept in memory here, as a carrier's would be on the carrier's side.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from benchmarks.one_process import SHIPMENT, OneProcess
from chalicelib.carriers.registry import Registry
from chalicelib.carriers.sandbox.carrier import SandboxCarrier
from chalicelib.storage.capacity import Consumed
from chalicelib.wiring import services
from tests.fake_sandbox_ledger import MemorySandboxLedger

ONE = "/v1/shipments/{shipment_id}"
PAGE = ("GET /v1/shipments", "/v1/shipments?limit=20")
ROUTE = {name: SHIPMENT[name] for name in ("shipper", "recipient", "parcels")}
UNREFERENCED = {name: value for name, value in SHIPMENT.items() if name != "reference"}
ABROAD: dict[str, Any] = {
    **SHIPMENT,
    "recipient": {
        "person_name": "Maud Menten",
        "address_line1": "12 Lambton Line",
        "city": "Port Lambton",
        "state_code": "ON",
        "postal_code": "N0P 2B0",
        "country_code": "CA",
        "phone_number": "+1 519 555 0148",
    },
    "parcels": [*SHIPMENT["parcels"], {"weight": 7, "weight_unit": "LB"}],
    "customs": {
        "content_type": "merchandise",
        "duty": {"paid_by": "recipient"},
        "commodities": [
            {
                "title": "Merino scarf",
                "weight": 0.42,
                "weight_unit": "KG",
                "quantity": 2,
                "sku": "SC-MR-0172",
                "hs_code": "611710",
                "value_amount": 39.9,
                "value_currency": "USD",
                "origin_country": "PT",
            }
        ],
    },
}
"""Two parcels, customs and an invoice: larger than most."""

RATING = 1
"""Each rating reads the account's connections: one call, and one unit for as many as accounts usually have."""

EVENT = 4
"""What is kept free of a budget for an event that will join the transaction (DESIGN section 6)."""

Cost: TypeAlias = Callable[..., Consumed]


@pytest.fixture
def app(configured: dict[str, str]) -> OneProcess:  # noqa: ARG001 - its environment is what counts
    whole = OneProcess()
    carrier = SandboxCarrier(MemorySandboxLedger(), services().clock, os.urandom)
    own = services().carriers._own
    vars(services())["carriers"] = Registry(carrier, own)  # where a cached member is kept
    whole.fill(20)
    whole.ask(*PAGE)  # what a process pays once: the limiter's first look, the secret that signs cursors and links
    return whole


@pytest.fixture
def cost(app: OneProcess) -> Cost:
    """Ask the app, and return what that consumed."""

    def asked(route: str, path: str = "", body: Any = None, **headers: str) -> Consumed:
        event = app.event(route, path, body, **headers)
        with services().counting() as consumed:
            app.answer(event)
        return consumed

    return asked


def purchase(shipment_id: str) -> tuple[str, str]:
    return f"POST {ONE}/purchase", f"/v1/shipments/{shipment_id}/purchase"


def draft(app: OneProcess, body: Any) -> str:
    shipment_id: str = app.ask("POST /v1/shipments", body=body).json()["id"]
    return shipment_id


class TestWrites:
    def test_a_shipment_without_a_reference(self, cost: Cost) -> None:
        consumed = cost("POST /v1/shipments", body=UNREFERENCED)

        assert consumed.write_units <= 3
        assert (consumed.calls, consumed.read_units) == (2 + RATING, RATING)

    @pytest.mark.parametrize("body", [SHIPMENT, ABROAD], ids=["domestic", "abroad"])
    def test_a_shipment_with_a_reference(self, cost: Cost, body: Any) -> None:
        consumed = cost("POST /v1/shipments", body=body)

        assert consumed.write_units <= 5
        assert (consumed.calls, consumed.read_units) == (2 + RATING, RATING)

    @pytest.mark.parametrize("body", [SHIPMENT, ABROAD], ids=["domestic", "abroad"])
    def test_a_purchase(self, app: OneProcess, cost: Cost, body: Any) -> None:
        shipment_id = draft(app, body)

        consumed = cost(*purchase(shipment_id), {"rate": "cheapest"})

        assert consumed.write_units <= 24 - EVENT
        assert consumed.read_units <= 2
        assert consumed.calls == 4  # a token, the shipment, the lease, the transaction

    def test_a_shipment_that_is_bought_at_once(self, cost: Cost) -> None:
        consumed = cost("POST /v1/shipments", body=SHIPMENT | {"service": "sandbox_ground"})

        assert consumed.write_units <= 5 + 24 - EVENT

    def test_a_purchase_again_buys_and_writes_nothing(self, app: OneProcess, cost: Cost) -> None:
        shipment_id = app.draft()
        cost(*purchase(shipment_id), {"rate": "cheapest"})

        consumed = cost(*purchase(shipment_id), {"rate": "cheapest"})

        assert consumed.write_units <= 1.4
        assert consumed.calls == 2

    @pytest.mark.parametrize(
        "patch",
        [{"metadata": {"shelf": "B8"}}, {"reference": "order 1043"}, {"parcels": [{"weight": 3, "weight_unit": "KG"}]}],
        ids=lambda patch: next(iter(patch)),
    )
    def test_a_patch(self, app: OneProcess, cost: Cost, patch: Any) -> None:
        shipment_id = app.draft()

        consumed = cost(f"PATCH {ONE}", f"/v1/shipments/{shipment_id}", patch)

        rates_again = RATING if "parcels" in patch else 0
        assert consumed.write_units <= 6.5
        assert consumed.read_units <= 1 + rates_again
        assert consumed.calls == 3 + rates_again

    def test_comparing_rates_stores_nothing(self, cost: Cost) -> None:
        consumed = cost("POST /v1/rates", body=ROUTE)

        assert consumed.write_units <= 1.4
        assert (consumed.calls, consumed.read_units) == (1 + RATING, RATING)

    def test_a_tracker(self, cost: Cost) -> None:
        body = {"tracking_number": "1Z999AA10123456784", "carrier_name": "ups", "reference": "order 1042"}

        consumed = cost("POST /v1/trackers", body=body)

        assert consumed.write_units <= 10.5 - EVENT

    def test_an_idempotency_key(self, cost: Cost) -> None:
        plain = cost("POST /v1/shipments", body=SHIPMENT)

        under_key = cost("POST /v1/shipments", body=SHIPMENT, idempotency_key="order-1042")

        assert under_key.write_units - plain.write_units <= 4
        assert under_key.calls - plain.calls == 2

    def test_a_request_again_under_its_idempotency_key(self, cost: Cost) -> None:
        cost("POST /v1/shipments", body=SHIPMENT, idempotency_key="order-1042")

        consumed = cost("POST /v1/shipments", body=SHIPMENT, idempotency_key="order-1042")

        assert consumed.write_units <= 1.4


class TestReads:
    @pytest.mark.parametrize("body", [SHIPMENT, ABROAD], ids=["domestic", "abroad"])
    def test_one_shipment(self, app: OneProcess, cost: Cost, body: Any) -> None:
        shipment_id = draft(app, body)

        consumed = cost(f"GET {ONE}", f"/v1/shipments/{shipment_id}")

        assert consumed.read_units <= 1
        assert consumed.write_units <= 1.4
        assert consumed.calls == 2

    @pytest.mark.parametrize("body", [SHIPMENT, ABROAD], ids=["domestic", "abroad"])
    def test_a_page_of_20(self, app: OneProcess, cost: Cost, body: Any) -> None:
        for _ in range(21):
            draft(app, body)

        consumed = cost(*PAGE)

        assert consumed.read_units <= 12
        assert consumed.write_units <= 1.4
        assert consumed.calls == 2

    def test_a_page_costs_the_same_at_100_and_at_3000_objects(self, app: OneProcess, cost: Cost) -> None:
        app.fill(100)
        among_few = cost(*PAGE)
        app.fill(2900)

        among_many = cost(*PAGE)

        assert among_many.read_units == pytest.approx(among_few.read_units, abs=0.5)
        assert among_many.write_units <= 1.4
        assert among_many.calls == among_few.calls == 2

    def test_the_authorizer_reads_the_key_once(self, app: OneProcess) -> None:
        with services().counting() as consumed:
            app.authorized()

        assert 0.5 <= consumed.read_units <= 1
        assert (consumed.calls, consumed.write_units) == (1, 0)
