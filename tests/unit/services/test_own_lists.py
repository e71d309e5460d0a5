"""Reading shipments and trackers: one by its id, or a page of them, and nobody else's."""

from typing import Any

import pytest

from chalicelib.domain.errors import NotFound
from chalicelib.domain.pages import PageRequest
from tests.builders import A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE, a_shipment, a_tracker, an_id
from tests.service_cases import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(params=["shipments", "trackers"])
def noun(request: pytest.FixtureRequest, desk: Desk) -> tuple[Any, list[str]]:
    """The service of a noun, and the ids of three of a tenant's, the newest first."""
    of_shipments = request.param == "shipments"
    prefix, table = ("shp", desk.table) if of_shipments else ("trk", desk.tracker_table)
    ids = sorted((an_id(prefix) for _ in range(3)), reverse=True)
    for identifier in ids:
        table.inner.add(A_TENANT, a_shipment(id=identifier) if of_shipments else a_tracker(id=identifier))
    return (desk.shipments if of_shipments else desk.trackers), ids


def test_one_is_found_by_its_id_among_others(noun: tuple[Any, list[str]]) -> None:
    service, ids = noun

    assert [service.get(A_TENANT, identifier).id for identifier in ids] == ids


def test_a_page_is_as_long_as_asked_and_begins_where_the_last_one_ended(noun: tuple[Any, list[str]]) -> None:
    service, ids = noun

    first = service.list(A_TENANT, PageRequest(limit=2))
    second = service.list(A_TENANT, PageRequest(limit=2, after=first.after))

    assert [thing.id for thing in first.results] == ids[:2]
    assert ([thing.id for thing in second.results], second.after) == (ids[2:], None)


@pytest.mark.parametrize("tenant", [ANOTHER_TENANT, ITS_LIVE_MODE])
def test_others_are_neither_found_nor_listed(noun: tuple[Any, list[str]], tenant: Any) -> None:
    service, ids = noun

    assert service.list(tenant, PageRequest()).results == ()
    with pytest.raises(NotFound):
        service.get(tenant, ids[0])
