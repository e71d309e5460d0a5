"""Carriers that can never tell what became of a purchase or void: nothing is assumed, nothing bought twice."""

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierError, CarrierTimeout, CarrierUnavailable, PurchaseUnconfirmed
from chalicelib.domain.ports import CannotSay, Connection, Voided, VoidRequest
from chalicelib.domain.shipments import ShipmentRecord
from tests.fake_carrier import LATE_AND_UNDONE, FakeCarrier, Scripted, Turn, raising
from tests.service_cases import GROUND, RETRY, Desk

DOWN = Turn(before=raising(lambda: CarrierUnavailable("The connection was reset", maybe_done=True)))
RESET_AFTERWARDS = Turn(after=raising(lambda: CarrierUnavailable("The connection was reset", maybe_done=True)))
MAYBE_DONE = pytest.mark.parametrize("turn", [DOWN, RESET_AFTERWARDS, LATE_AND_UNDONE], ids=["down", "reset", "late"])


class SilentCarrier(FakeCarrier):
    """Sells once a purchase id, and can't tell afterwards; a label that is voided already counts as voided."""

    def find_purchase(self, _connection: Connection, purchase_id: str, _deadline: Deadline) -> None:
        raise CannotSay(purchase_id)

    def find_void(self, _connection: Connection, request: VoidRequest, _deadline: Deadline) -> None:
        raise CannotSay(request.void_id)

    def void(self, _connection: Connection, request: VoidRequest, _deadline: Deadline) -> Voided:
        self.voided.add(request.purchase_id)
        return Voided(request.void_id, self.clock())


def a_desk() -> Desk:
    desk = Desk()
    desk.carrier = desk.registry.carriers["sandbox"] = Scripted(SilentCarrier(desk.clock))
    return desk


class TestPurchase:
    def unanswered(self, turn: Turn) -> tuple[Desk, ShipmentRecord]:
        desk = a_desk()
        draft = desk.draft()
        desk.carrier.will("buy", turn)
        with pytest.raises(CarrierError) as caught:
            desk.buy(draft)
        assert "not known" in caught.value.message
        assert desk.shown(draft) == "draft"
        desk.after_lease()
        return desk, draft

    @MAYBE_DONE
    def test_after_the_lease_the_shipment_needs_attention_and_only_an_explicit_retry_buys(self, turn: Turn) -> None:
        desk, draft = self.unanswered(turn)

        for act in (desk.buy, desk.cancel):
            with pytest.raises(PurchaseUnconfirmed):
                act(draft)
        assert (desk.stored(draft).state, desk.shown(draft)) == ("unconfirmed", "needs_attention")
        assert desk.carrier.calls.count("buy") == 1

        assert desk.buy(draft, RETRY).state == "created"
        assert desk.carrier.calls.count("buy") == 2

    @MAYBE_DONE
    def test_a_retry_without_answer_is_as_open_as_the_first(self, turn: Turn) -> None:
        desk, draft = self.unanswered(turn)
        desk.carrier.will("buy", DOWN)
        with pytest.raises(CarrierUnavailable):
            desk.buy(draft, RETRY)
        desk.after_lease()

        with pytest.raises(PurchaseUnconfirmed):
            desk.buy(draft, GROUND)

        assert desk.stored(draft).state == "unconfirmed"

    def test_a_carrier_that_surely_did_nothing_leaves_a_draft(self) -> None:
        desk = a_desk()
        draft = desk.draft()
        desk.carrier.will("buy", Turn(before=raising(lambda: CarrierTimeout("No connection in time"))))

        with pytest.raises(CarrierTimeout) as caught:
            desk.buy(draft)

        assert "nothing was bought" in caught.value.message
        assert desk.stored(draft).state == "draft"


class TestVoid:
    @MAYBE_DONE
    def test_a_void_without_answer_is_tried_once_more_by_the_next_cancel(self, turn: Turn) -> None:
        desk = a_desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", turn)
        with pytest.raises(CarrierError) as caught:
            desk.cancel(bought)
        assert "not known" in caught.value.message
        desk.after_lease()

        cancelled = desk.cancel(bought)

        assert (cancelled.state, desk.carrier.live) == ("cancelled", set())
        assert desk.carrier.calls.count("void") == 2

    @MAYBE_DONE
    def test_meanwhile_the_label_is_shown_as_bought_with_a_message(self, turn: Turn) -> None:
        desk = a_desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", turn)
        with pytest.raises(CarrierError):
            desk.cancel(bought)
        desk.after_lease()

        with pytest.raises(PurchaseUnconfirmed, match="cancel again"):
            desk.buy(bought)

        assert desk.shown(bought) == "created"
