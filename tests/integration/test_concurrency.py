"""Sixteen clients at once on one thing: one label, one tracker, one first request, and every answer holds."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.config import Settings
from chalicelib.domain.errors import Conflict, IdempotencyInFlight
from chalicelib.domain.idempotency import Claim
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.services.shipments import Change
from chalicelib.services.trackers import NewTracker
from chalicelib.storage.schema import all_tables, create_tables
from chalicelib.wiring import Services
from tests.builders import A_TENANT, a_shipment
from tests.faults.machine import settings_for
from tests.faults.operations import GROUND, a_number, in_time
from tests.faults.verdicts import judged, live_of, sales_of

CLIENTS = 16
ROUNDS = 5

Request = Callable[[], Any]


@pytest.fixture
def services(dynamodb_endpoint: str, table_prefix: str, tmp_path: Path) -> Services:
    made = Services(Settings.read(settings_for(dynamodb_endpoint, table_prefix, tmp_path)))
    create_tables(made.tables, all_tables())
    _ = made.shipments, made.trackers, made.idempotency, made.carriers  # a process's first request makes them
    return made


def at_once(requests: list[Request]) -> list[Any]:
    """Return what each request answered or raised, all made at the same time."""

    def answer(request: Request) -> Any:
        try:
            return request()
        except Conflict as error:
            return error

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(answer, requests))


def a_draft(services: Services) -> ShipmentRecord:
    record = a_shipment(now=datetime.now(UTC))
    services.shipment_repository.add(A_TENANT, record)
    return record


def purchase(services: Services, draft: ShipmentRecord) -> Request:
    return lambda: services.purchases.purchase(A_TENANT, draft.id, GROUND, in_time())


def cancel(services: Services, draft: ShipmentRecord) -> Request:
    return lambda: services.purchases.cancel(A_TENANT, draft.id, in_time())


def patch(services: Services, draft: ShipmentRecord, mark: str) -> Request:
    def marked(record: ShipmentRecord) -> ShipmentRecord:
        return record.model_copy(update={"metadata": record.metadata | {mark: True}})

    change = Change(frozenset({"metadata"}), marked)
    return lambda: services.shipments.update(A_TENANT, draft.id, change, in_time())


@pytest.mark.parametrize("_", range(ROUNDS))
def test_16_who_buy_one_label_get_one_label(services: Services, _: int) -> None:
    draft = a_draft(services)

    answers = at_once([purchase(services, draft)] * CLIENTS)

    (sale,) = sales_of(services, A_TENANT, draft)
    bought = [answer for answer in answers if isinstance(answer, ShipmentRecord)]
    assert len(bought) >= 1
    assert {record.purchase_id for record in bought} == {sale.purchase_id}
    others = {answer.code for answer in answers if isinstance(answer, Conflict)}
    assert others <= {"purchase_in_progress", "conflict"}
    assert services.purchases.purchase(A_TENANT, draft.id, GROUND, in_time()).purchase_id == sale.purchase_id


@pytest.mark.parametrize("_", range(ROUNDS))
def test_of_16_who_buy_cancel_and_change_one_shipment_each_answer_holds(services: Services, _: int) -> None:
    draft = a_draft(services)
    marks = [f"mark {number}" for number in range(5)]
    requests = [purchase(services, draft)] * 6 + [cancel(services, draft)] * 5
    requests += [patch(services, draft, mark) for mark in marks]

    answers = at_once(requests)

    stored = services.shipment_repository.get(A_TENANT, draft.id)
    refused = {answer.code for answer in answers if isinstance(answer, Conflict)}
    assert refused <= {"conflict", "purchase_in_progress"}
    sales = sales_of(services, A_TENANT, draft)
    bought = {answer.purchase_id for answer in answers[:6] if isinstance(answer, ShipmentRecord)}
    is_cancelled = any(isinstance(answer, ShipmentRecord) for answer in answers[6:11])
    assert len(sales) <= 1
    assert bought <= {sale.purchase_id for sale in sales}
    assert (stored.state == "cancelled") == is_cancelled
    assert len(live_of(services, A_TENANT, draft)) == (1 if stored.state == "created" else 0)
    answered = {mark for mark, answer in zip(marks, answers[11:], strict=True) if isinstance(answer, ShipmentRecord)}
    assert answered <= stored.metadata.keys()
    assert not (set(marks) - answered) & stored.metadata.keys()
    assert judged(services, A_TENANT, draft.id, datetime.now(UTC)).faults == []


@pytest.mark.parametrize("_", range(ROUNDS))
def test_16_who_cancel_one_label_void_it_once(services: Services, _: int) -> None:
    draft = a_draft(services)
    services.purchases.purchase(A_TENANT, draft.id, GROUND, in_time())

    answers = at_once([cancel(services, draft)] * CLIENTS)

    (sale,) = sales_of(services, A_TENANT, draft)
    cancelled = [answer for answer in answers if isinstance(answer, ShipmentRecord)]
    assert {(record.state, record.void_id) for record in cancelled} == {("cancelled", sale.void_id)}


@pytest.mark.parametrize("_", range(ROUNDS))
def test_16_who_follow_one_number_get_one_tracker(services: Services, _: int) -> None:
    number = a_number()

    def follow() -> Any:
        wanted = NewTracker(services.new_id("trk"), number, "sandbox")
        return services.trackers.create(A_TENANT, wanted, in_time())

    answers = at_once([follow] * CLIENTS)

    (tracker,) = services.trackers.list(A_TENANT, PageRequest(equals={"tracking_number": number})).results
    assert {answered.id for answered, _ in answers} == {tracker.id}
    assert Counter(is_new for _, is_new in answers) == {True: 1, False: CLIENTS - 1}


@pytest.mark.parametrize("_", range(ROUNDS))
def test_of_16_under_one_idempotency_key_one_is_carried_out(services: Services, _: int) -> None:
    key = uuid.uuid4().hex

    answers = at_once([lambda: services.idempotency.begin(A_TENANT, key, "fingerprint", "shp")] * CLIENTS)

    assert Counter(map(type, answers)) == {Claim: 1, IdempotencyInFlight: CLIENTS - 1}
