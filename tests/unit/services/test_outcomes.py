"""Outcomes under interference: notes that others leave, a refusal that must leave no trace, time that ran out."""

from typing import Any

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierRejected, Unavailable
from chalicelib.domain.late_sales import LATE_SALE
from chalicelib.domain.ports import Document
from chalicelib.domain.purchases import Order
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.services.outcomes import named
from tests.builders import A_TENANT, a_message
from tests.fake_carrier import REFUSED, Turn, raising
from tests.service_cases import GROUND, IN_TIME, Desk

NOTE = a_message(code=LATE_SALE)


def noting(desk: Desk, draft: ShipmentRecord, then: Turn = Turn()) -> Turn:  # noqa: B008 - a constant
    """While the carrier is asked, a late sale of an earlier purchase is noted on the shipment."""

    def leave_note() -> None:
        stored = desk.stored(draft)
        desk.table.inner.save(A_TENANT, stored.model_copy(update={"messages": (*stored.messages, NOTE)}))
        then.before()

    return Turn(before=leave_note)


def test_a_note_that_is_left_while_the_carrier_sells_stays() -> None:
    desk = Desk()
    draft = desk.draft()
    desk.carrier.will("buy", noting(desk, draft))

    bought = desk.buy(draft)

    assert bought.state == "created"
    assert NOTE in desk.stored(draft).messages


def test_a_note_that_is_left_while_the_carrier_refuses_stays_and_the_refusal_is_told() -> None:
    desk = Desk()
    draft = desk.draft()
    desk.carrier.will("buy", noting(desk, draft, REFUSED))

    with pytest.raises(CarrierRejected):
        desk.buy(draft)

    assert (desk.stored(draft).state, desk.stored(draft).attempt) == ("draft", None)
    assert NOTE in desk.stored(draft).messages


def test_a_refused_order_changes_nothing_of_the_draft() -> None:
    desk = Desk()
    draft = desk.draft(label_type="PDF", reference="mine", metadata={"shelf": "B7"})
    desk.carrier.will("buy", REFUSED)
    order = Order(service="sandbox_ground", label_type="ZPL", reference="other", metadata={})

    with pytest.raises(CarrierRejected):
        desk.buy(draft, order)

    stored = desk.stored(draft)
    assert (stored.label_type, stored.reference, stored.metadata) == ("PDF", "mine", {"shelf": "B7"})
    assert stored.rates == draft.rates


@pytest.mark.parametrize("act", ["buy", "cancel"])
def test_a_call_does_not_start_when_taking_the_shipment_ate_its_time(act: str) -> None:
    desk = Desk()
    record = desk.draft() if act == "buy" else desk.buy(desk.draft())
    now = [0.0]
    desk.table.will("save", Turn(after=lambda: now.__setitem__(0, 15.0)))
    calls = len(desk.carrier.calls)

    with pytest.raises(Unavailable):
        getattr(desk, act)(record, **deadline(now))

    assert desk.carrier.calls[calls:] == []
    assert (desk.stored(record).state, desk.stored(record).attempt) == (record.state, None)


def deadline(now: list[float]) -> dict[str, Any]:
    return {"deadline": Deadline.after(28, lambda: now[0])}


def test_a_call_does_not_start_when_the_machine_slept_through_its_lease() -> None:
    desk = Desk()
    draft = desk.draft()
    desk.table.will("save", Turn(after=lambda: desk.clock.move(45)))

    with pytest.raises(Unavailable):
        desk.buy(draft)

    assert desk.carrier.calls == []
    assert desk.stored(draft).state == "draft"


def test_a_carriers_refusal_is_told_though_the_shipment_cannot_be_put_back() -> None:
    desk = Desk()
    draft = desk.draft()
    desk.carrier.will("buy", REFUSED)
    broken = Turn(before=raising(lambda: Unavailable("The database is too busy")))
    desk.table.will("save", Turn(), broken)

    with pytest.raises(CarrierRejected):
        desk.buy(draft)

    desk.after_lease()
    assert desk.buy(draft).state == "created"


def test_an_unforeseen_error_of_the_carriers_adapter_releases_nothing() -> None:
    desk = Desk()
    draft = desk.draft()
    desk.carrier.will("buy", Turn(after=raising(lambda: Unavailable("The carrier's books are out of reach"))))

    with pytest.raises(Unavailable):
        desk.purchases.purchase(A_TENANT, draft.id, GROUND, IN_TIME)

    assert desk.stored(draft).state == "purchasing"
    desk.after_lease()
    desk.buy(draft)
    assert len(desk.carrier.book) == 1


def test_two_papers_of_one_category_are_kept_apart() -> None:
    papers = [Document(category, "PDF", b"%PDF", "4x6") for category in ("shipping_label", "return_label", "receipt")]

    names = [name for name, _ in named([*papers, papers[2]])]

    assert names == ["label", "return_label", "receipt", "receipt_2"]
