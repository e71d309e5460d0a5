"""What a carrier is told when it sells or takes back a label, through whose account, and how long it may take."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import logs
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierRejected
from chalicelib.domain.ids import is_id
from chalicelib.domain.ports import Connection, PurchaseRequest, VoidRequest
from chalicelib.domain.purchases import Order, rate_request
from chalicelib.services.asking import timed, void_request
from tests.builders import A_TENANT, a_shipment, an_attempt
from tests.service_cases import Desk, a_bought_desk

ITS_ACCOUNT = Connection("sandbox", "sandbox", A_TENANT)


def watched(desk: Desk, operation: str) -> list[tuple[Connection, Any, float]]:
    """What the carrier is asked from here on: through which connection, for what, and how many seconds it has."""
    asked: list[tuple[Connection, Any, float]] = []
    carry_out = getattr(desk.carrier.inner, operation)

    def ask(connection: Connection, request: Any, deadline: Deadline) -> Any:
        asked.append((connection, request, deadline.left_s()))
        return carry_out(connection, request, deadline)

    setattr(desk.carrier.inner, operation, ask)
    return asked


def test_a_carrier_is_told_the_whole_order_under_the_purchases_own_id() -> None:
    desk = Desk()
    draft = desk.draft(order_id="1001")
    asked = watched(desk, "buy")

    bought = desk.buy(draft, Order(selected_rate_id=draft.rates[1].id, label_type="ZPL"))

    ((account, request, _),) = asked
    assert account == ITS_ACCOUNT
    assert request == PurchaseRequest(
        purchase_id=bought.purchase_id or "",
        shipment=rate_request(draft),
        rate=draft.rates[1],
        label_type="ZPL",
        order_id="1001",
    )
    assert is_id("pur", request.purchase_id)


def test_a_carrier_is_told_all_that_is_known_of_the_label_that_it_takes_back() -> None:
    desk, bought = a_bought_desk()
    asked = watched(desk, "void")

    cancelled = desk.cancel(bought)

    ((account, request, _),) = asked
    assert account == ITS_ACCOUNT
    assert request == VoidRequest(
        void_id=cancelled.void_id or "",
        purchase_id=bought.purchase_id or "",
        shipment_identifier=bought.shipment_identifier or "",
        tracking_number=bought.tracking_number or "",
        service="sandbox_ground",
        meta=bought.meta,
        shipment=request.shipment,
    )
    assert rate_request(request.shipment) == rate_request(bought)
    assert is_id("void", request.void_id)


def test_what_is_not_known_of_a_label_is_told_as_an_empty_text() -> None:
    record, attempt = a_shipment(), an_attempt(id="void_1")

    assert void_request(record, attempt) == VoidRequest("void_1", "", "", "", shipment=record)


@pytest.mark.parametrize(("left_s", "given_s"), [(17, 15), (28, 15)])
def test_a_carrier_gets_15_seconds_at_most_to_take_a_label_back(left_s: float, given_s: float) -> None:
    desk, bought = a_bought_desk()
    asked = watched(desk, "void")

    desk.cancel(bought, Deadline(left_s, lambda: 0.0))

    assert [left for _, _, left in asked] == [given_s]


def test_no_label_is_bought_before_the_tenants_own_store_can_keep_it() -> None:
    desk = Desk()
    checked: list[object] = []
    desk.labels.inner.check = checked.append

    desk.buy(desk.draft())

    assert checked == [A_TENANT]


def refuse() -> None:
    raise CarrierRejected("No")


def answer() -> None:
    """Answer at once."""


@pytest.mark.parametrize("call", [answer, refuse])
def test_how_long_a_carrier_took_is_logged_under_its_connection_whatever_it_said(call: Callable[[], None]) -> None:
    logs.start_request()
    spent: list[float] = []

    def asked() -> None:
        began = time.perf_counter()
        sum(range(20_000))
        spent.append((time.perf_counter() - began) * 1000)
        call()

    began = time.perf_counter()
    try:
        timed(an_attempt(carrier_id="ups-berlin"), asked)
    except CarrierRejected:
        assert call is refuse
    took_ms = (time.perf_counter() - began) * 1000

    line = json.loads(logs.JsonLine().format(logs.logger().makeRecord("", 20, "", 1, "", (), None)))
    assert line["carriers_ms"].keys() == {"ups-berlin"}
    assert spent[0] - 0.1 <= line["carriers_ms"]["ups-berlin"] <= took_ms + 0.1
