"""What is due to be looked at: found for all tenants, by nothing but its own index; the fake does the same."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.attempts import begun, new_attempt, released
from chalicelib.domain.ports import ShipmentRepository
from chalicelib.domain.shipments import LEASE, ShipmentRecord
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.capacity import counting
from chalicelib.storage.shipments import DUE_PAGE, SHARDS
from tests.builders import A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE, NOW, a_rate, a_shipment, a_tracker_of, an_id, bought
from tests.fakes import FakeShipments
from tests.integration.tables import Repositories, settings_of

DUE = NOW + LEASE


@pytest.fixture
def repositories(dynamodb_endpoint: str, table_prefix: str) -> Repositories:
    return Repositories(settings_of(dynamodb_endpoint, table_prefix))


@pytest.fixture(params=["fake", "dynamodb"])
def shipments(request: pytest.FixtureRequest) -> ShipmentRepository:
    if request.param == "fake":
        return FakeShipments()
    real: Repositories = request.getfixturevalue("repositories")
    return real.shipments


def buying(shipments: ShipmentRepository, tenant: Tenant = A_TENANT, **changes: Any) -> ShipmentRecord:
    record = a_shipment(**changes)
    shipments.add(tenant, record)
    return shipments.save(tenant, begun(record, "purchasing", new_attempt(an_id("pur"), NOW, a_rate()), {}))


def test_it_is_found_for_every_tenant_once_it_is_due(shipments: ShipmentRepository) -> None:
    stuck = {(tenant, buying(shipments, tenant).id) for tenant in (A_TENANT, ITS_LIVE_MODE, ANOTHER_TENANT)}

    assert set(shipments.due(DUE - timedelta(seconds=1))) == set()
    assert set(shipments.due(DUE)) == stuck


def test_a_draft_is_never_found(shipments: ShipmentRepository) -> None:
    shipments.add(A_TENANT, a_shipment())

    assert list(shipments.due(DUE)) == []


def test_what_is_settled_is_found_no_more(shipments: ShipmentRepository) -> None:
    sold, unsold = buying(shipments), buying(shipments)
    label = bought(sold)

    shipments.complete(A_TENANT, label, a_tracker_of(label))
    shipments.save(A_TENANT, released(unsold, "draft", NOW))

    assert list(shipments.due(DUE)) == []


def test_more_than_a_page_is_found_once_each(repositories: Repositories) -> None:
    stuck = sorted(buying(repositories.shipments).id for _ in range(DUE_PAGE + 150))

    assert sorted(shipment_id for _, shipment_id in repositories.shipments.due(DUE)) == stuck


def test_nothing_else_is_read_for_it(repositories: Repositories) -> None:
    for _ in range(50):
        repositories.shipments.add(A_TENANT, a_shipment())
    stuck = buying(repositories.shipments)

    with counting() as consumed:
        found = list(repositories.shipments.due(DUE))

    assert found == [(A_TENANT, stuck.id)]
    assert consumed.calls == len(SHARDS)
    assert consumed.read_units <= 0.5 * len(SHARDS)


def test_who_stops_early_reads_no_further(repositories: Repositories) -> None:
    for _ in range(20):
        buying(repositories.shipments)

    with counting() as consumed:
        next(repositories.shipments.due(DUE))

    assert consumed.calls <= len(SHARDS) - 3
