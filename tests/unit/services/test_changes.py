"""Changes: a change of a shipment holds whoever else changes it at the same time."""

import pytest

from chalicelib.domain.errors import ChangedMeanwhile, Conflict
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.services.changes import changed
from tests.builders import A_TENANT
from tests.fake_carrier import Turn, raising
from tests.service_cases import Desk

SOMEBODY_ELSE = Turn(before=raising(lambda: Conflict("Somebody else changed it")))


def naming(record: ShipmentRecord) -> ShipmentRecord:
    return record.model_copy(update={"reference": "PO-9"})


def test_a_lost_race_is_run_again_from_what_is_stored_now() -> None:
    desk = Desk()
    draft = desk.draft()
    faster = draft.model_copy(update={"order_id": "1001"})
    desk.table.will("save", Turn(before=lambda: desk.table.inner.save(A_TENANT, faster)))

    after = changed(desk.table, A_TENANT, draft, naming)

    assert (after.order_id, after.reference) == ("1001", "PO-9")
    assert desk.stored(draft) == after


def test_nothing_to_change_writes_nothing() -> None:
    desk = Desk()
    draft = desk.draft()

    after = changed(desk.table, A_TENANT, draft, lambda record: record)

    assert after is draft
    assert desk.table.calls == []


def test_what_is_found_changed_already_is_the_answer() -> None:
    desk = Desk()
    draft = desk.draft()
    faster = naming(draft).model_copy(update={"order_id": "1001"})
    desk.table.will("save", Turn(before=lambda: desk.table.inner.save(A_TENANT, faster)))

    after = changed(desk.table, A_TENANT, draft, lambda record: record if record.reference else naming(record))

    assert after == desk.stored(draft)
    assert desk.table.calls == ["save", "get"]


def test_the_third_try_counts() -> None:
    desk = Desk()
    draft = desk.draft()
    desk.table.will("save", SOMEBODY_ELSE, SOMEBODY_ELSE)

    changed(desk.table, A_TENANT, draft, naming)

    assert desk.stored(draft).reference == "PO-9"


def test_after_three_lost_races_it_is_to_be_asked_again() -> None:
    desk = Desk()
    draft = desk.draft()
    desk.table.will("save", *[SOMEBODY_ELSE] * 3)

    with pytest.raises(ChangedMeanwhile, match=r"^This shipment keeps changing; ask again$"):
        changed(desk.table, A_TENANT, draft, naming)

    assert desk.table.calls.count("save") == 3
    assert desk.stored(draft) == draft
