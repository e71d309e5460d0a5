"""Outcomes under interference: notes that others leave, a refusal that must leave no trace, time that ran out."""

from contextlib import suppress
from typing import Any

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierUnavailable, PurchaseUnconfirmed, Unavailable
from chalicelib.domain.late_sales import LATE_SALE
from chalicelib.domain.ports import Document
from chalicelib.domain.purchases import Order
from chalicelib.domain.shipments import ShipmentRecord, StoredDocument
from chalicelib.services.outcomes import named
from tests.builders import A_TENANT, a_message, a_parcel
from tests.fake_carrier import CANNOT_SAY, LATE_AND_UNDONE, REFUSED, SMOOTH, Turn, raising
from tests.service_cases import GROUND, IN_TIME, Desk, a_bought_desk, interrupted

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


class TestWhatIsToldOfAFailure:
    """A carrier's sentence, its full stop taken away, and what became of the label."""

    def sentence(self, act: str, *, maybe_done: bool) -> str:
        desk = Desk()
        record = desk.draft() if act == "buy" else desk.buy(desk.draft())
        told = raising(lambda: CarrierUnavailable("There is no answer from dock X.", maybe_done=maybe_done))
        desk.carrier.will("buy" if act == "buy" else "void", Turn(before=told))
        with pytest.raises(CarrierError) as caught:
            getattr(desk, act)(record)
        return caught.value.message

    @pytest.mark.parametrize(("act", "done"), [("buy", "bought"), ("cancel", "voided")])
    def test_that_nothing_was_done(self, act: str, done: str) -> None:
        told = self.sentence(act, maybe_done=False)

        assert told == f"There is no answer from dock X; nothing was {done}"

    @pytest.mark.parametrize(("act", "done"), [("buy", "sold"), ("cancel", "voided")])
    def test_that_nobody_knows_and_when_to_ask_again(self, act: str, done: str) -> None:
        told = self.sentence(act, maybe_done=True)

        assert told == (
            f"There is no answer from dock X; whether it {done} the label is not known: "
            "ask again after 09:31:00 UTC, and it is asked first"
        )


class TestWhatIsStored:
    def test_a_label_goes_under_its_shipment_and_purchase(self) -> None:
        desk = Desk()
        draft = desk.draft(label_type="ZPL")

        bought = desk.buy(draft)

        key = f"{draft.id}/{bought.purchase_id}/label.zpl"
        label = StoredDocument(category="shipping_label", format="ZPL", print_format="4x6", object_key=key)
        assert (bought.documents, bought.parcel_labels) == ((label,), ())
        (sale,) = desk.carrier.book.values()
        assert desk.labels.get(A_TENANT, key) == sale.documents[0].content

    def test_each_parcels_own_label_goes_under_its_place(self) -> None:
        desk = Desk()

        bought = desk.buy(desk.draft(parcels=(a_parcel(), a_parcel())))

        (sale,) = desk.carrier.book.values()
        keys = [label.object_key for label in bought.parcel_labels]
        assert keys == [f"{bought.id}/{bought.purchase_id}/label-{index}.pdf" for index in (0, 1)]
        assert [desk.labels.get(A_TENANT, key) for key in keys] == [label.content for label in sale.parcel_labels]

    @pytest.mark.parametrize("turn", [REFUSED, SMOOTH], ids=["put back", "sold"])
    def test_a_purchase_changes_its_shipment_when_it_ends(self, turn: Turn) -> None:
        desk = Desk()
        draft = desk.draft()

        def answer_late() -> None:
            desk.clock.move(3)
            turn.before()

        desk.carrier.will("buy", Turn(before=answer_late))

        with suppress(CarrierRejected):
            desk.buy(draft)

        assert desk.stored(draft).updated_at == desk.clock()

    def test_a_void_changes_its_shipment_when_it_ends(self) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", Turn(before=lambda: desk.clock.move(3)))

        assert desk.cancel(bought).updated_at == desk.clock()

    @pytest.mark.parametrize(("turn", "state"), [(SMOOTH, "draft"), (CANNOT_SAY, "unconfirmed")])
    def test_what_a_carrier_says_of_a_purchase_changes_its_shipment(self, turn: Turn, state: str) -> None:
        desk = Desk()
        draft = interrupted(desk, LATE_AND_UNDONE)
        desk.carrier.will("find_purchase", turn)

        desk.sweep()

        assert (desk.stored(draft).state, desk.stored(draft).updated_at) == (state, desk.clock())

    def test_a_carrier_that_still_cannot_say_changes_nothing(self) -> None:
        desk = Desk()
        draft = interrupted(desk, LATE_AND_UNDONE)
        desk.carrier.will("find_purchase", *[CANNOT_SAY] * 2)
        desk.sweep()
        unconfirmed = desk.stored(draft)
        desk.clock.move(1)

        with pytest.raises(PurchaseUnconfirmed):
            desk.buy(draft)

        assert desk.stored(draft) == unconfirmed


def test_two_papers_of_one_category_are_kept_apart() -> None:
    papers = [Document(category, "PDF", b"%PDF", "4x6") for category in ("shipping_label", "return_label", "receipt")]

    names = [name for name, _ in named([*papers, papers[2]])]

    assert names == ["label", "return_label", "receipt", "receipt_2"]
