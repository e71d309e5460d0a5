"""Labels that were sold after their purchase had been given up: voided, or kept and shown."""

import pytest

from chalicelib.domain.errors import (
    CarrierRejected,
    Conflict,
)
from chalicelib.domain.purchases import Order
from tests.builders import A_TENANT
from tests.fake_carrier import (
    ANSWER_LOST,
    CRASH_AFTER,
    CRASH_BEFORE,
    LATE_AND_UNDONE,
    REFUSED,
    SMOOTH,
    UNAVAILABLE,
    Crash,
    Turn,
    raising,
)
from tests.service_cases import AFTER_LEASE_S, EXPRESS, GROUND, IN_TIME, Desk


class TestLateSale:
    def late(self, desk: Desk, meanwhile: Order | None) -> str:
        """A purchase whose carrier sells only after its lease; meanwhile it is released, and bought or cancelled."""
        draft = desk.draft()

        def give_up() -> None:
            desk.clock.move(AFTER_LEASE_S)
            if meanwhile is None:
                desk.cancel(draft)
            else:
                desk.buy(draft, meanwhile)

        desk.carrier.will("buy", Turn(before=give_up))
        return draft.id

    @pytest.mark.parametrize("meanwhile", [EXPRESS, GROUND, None], ids=["other bought", "same bought", "cancelled"])
    def test_a_sale_whose_purchase_was_released_is_voided(self, meanwhile: Order | None) -> None:
        desk = Desk()
        shipment_id = self.late(desk, meanwhile)

        with pytest.raises(Conflict):
            desk.purchases.purchase(A_TENANT, shipment_id, GROUND, IN_TIME)

        stored = desk.table.get(A_TENANT, shipment_id)
        assert desk.carrier.live == ({stored.purchase_id} if meanwhile else set())
        assert stored.messages == ()

    @pytest.mark.parametrize("turn", [REFUSED, UNAVAILABLE, ANSWER_LOST, LATE_AND_UNDONE, CRASH_BEFORE, CRASH_AFTER])
    def test_a_late_sale_that_may_not_be_voided_is_kept_in_the_messages(self, turn: Turn) -> None:
        desk = Desk()
        shipment_id = self.late(desk, EXPRESS)
        desk.carrier.will("void", turn)

        with pytest.raises((Conflict, Crash)):
            desk.purchases.purchase(A_TENANT, shipment_id, GROUND, IN_TIME)

        stored = desk.table.get(A_TENANT, shipment_id)
        (message,) = stored.messages
        late = desk.carrier.book.keys() - {stored.purchase_id}
        assert (message.code, {message.details["purchase_id"]}) == ("late_sale", late)
        assert message.details["tracking_number"].startswith("SBX")

    def test_a_late_sale_stays_in_the_messages_whatever_becomes_of_the_shipment(self) -> None:
        desk = Desk()
        draft = desk.draft()

        def release() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.carrier.will("buy", REFUSED)
            with pytest.raises(CarrierRejected):
                desk.buy(draft)

        desk.carrier.will("buy", Turn(before=release))
        desk.carrier.will("void", REFUSED)
        with pytest.raises(Conflict):
            desk.buy(draft)

        rated = desk.shipments.rate(A_TENANT, draft.id, {}, IN_TIME)
        bought = desk.buy(draft)
        cancelled = desk.cancel(draft)

        for record in (rated, bought, cancelled):
            assert [message.code for message in record.messages] == ["late_sale"]

    def test_a_late_sale_is_kept_although_somebody_changes_the_shipment_at_the_same_time(self) -> None:
        desk = Desk()
        shipment_id = self.late(desk, EXPRESS)
        desk.carrier.will("void", REFUSED)

        def change() -> None:
            desk.table.will("save", SMOOTH)
            record = desk.table.inner.get(A_TENANT, shipment_id)
            desk.table.inner.save(A_TENANT, record.model_copy(update={"reference": "PO-9"}))

        desk.table.will("save", SMOOTH, SMOOTH, SMOOTH, Turn(before=change))

        with pytest.raises(Conflict):
            desk.purchases.purchase(A_TENANT, shipment_id, GROUND, IN_TIME)

        stored = desk.table.get(A_TENANT, shipment_id)
        assert stored.reference == "PO-9"
        assert [message.code for message in stored.messages] == ["late_sale"]

    def test_a_sale_that_was_stored_although_its_transaction_seemed_lost_is_not_voided(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.table.will("complete", Turn(after=raising(lambda: Conflict("Somebody else changed it"))))

        bought = desk.buy(draft)

        assert bought == desk.stored(draft)
        assert desk.carrier.live == {bought.purchase_id}

    def test_who_was_overtaken_by_the_completion_of_the_same_sale_answers_it(self) -> None:
        desk = Desk()
        draft = desk.draft()

        def complete_first() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.buy(draft)

        desk.carrier.will("buy", Turn(after=complete_first))

        bought = desk.buy(draft)

        assert bought == desk.stored(draft)
        assert desk.carrier.live == {bought.purchase_id}
        assert "void" not in desk.carrier.calls
