"""Cancels that are refused, by force or without, and what a customer is told of the money after those that are not."""

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import (
    CarrierRejected,
    CarrierTimeout,
    Conflict,
    PurchaseInProgress,
    PurchaseUnconfirmed,
    Unavailable,
)
from chalicelib.domain.ports import Voided
from tests.builders import A_TENANT
from tests.fake_carrier import ANSWER_LOST, CANNOT_SAY, REFUSED, Turn
from tests.service_cases import Desk, a_bought_desk, refusing

NO_VOID = refusing("void_not_supported")
ON_ITS_WAY = refusing("already_picked_up")


class TestRefused:
    @pytest.mark.parametrize(
        "state", ["shipped", "in_transit", "out_for_delivery", "delivered", "delivery_failed", "needs_attention"]
    )
    def test_a_parcel_on_its_way_is_not_cancelled_by_force(self, state: str) -> None:
        desk, bought = a_bought_desk()
        desk.table.inner.save(A_TENANT, bought.model_copy(update={"state": state}))

        with pytest.raises(Conflict, match="on its way"):
            desk.cancel(bought, force=True)

        assert "void" not in desk.carrier.calls

    def test_a_parcel_that_the_carrier_has_already_is_not_cancelled_by_force(self) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", ON_ITS_WAY)

        with pytest.raises(Conflict, match="on its way") as caught:
            desk.cancel(bought, force=True)

        assert [message.code for message in caught.value.messages] == ["already_picked_up"]
        assert (desk.stored(bought).state, desk.stored(bought).attempt) == ("created", None)

    def test_a_purchase_under_way_is_not_cut_short(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)

        with pytest.raises(PurchaseInProgress):
            desk.cancel(draft, force=True)

        assert desk.stored(draft).state == "purchasing"

    def test_a_purchase_of_which_nobody_knows_is_not_lost(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()
        desk.carrier.will("find_purchase", CANNOT_SAY, CANNOT_SAY)

        for _ in range(2):
            with pytest.raises(PurchaseUnconfirmed):
                desk.cancel(draft, force=True)

        assert desk.stored(draft).state == "unconfirmed"

    def test_a_purchase_whose_connection_is_gone_is_not_lost_either(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()
        desk.registry.known = ()

        with pytest.raises(Conflict, match="is gone"):
            desk.cancel(draft, force=True)

        assert desk.stored(draft).state == "purchasing"

    def test_a_void_under_way_is_not_cut_short(self) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)

        with pytest.raises(PurchaseInProgress):
            desk.cancel(bought, force=True)

    def test_without_time_to_ask_the_carrier_nothing_is_closed(self) -> None:
        desk, bought = a_bought_desk()

        with pytest.raises(Unavailable, match="not enough time"):
            desk.cancel(bought, Deadline(16.9, lambda: 0.0), force=True)

        assert desk.stored(bought) == bought


class TestHint:
    @pytest.mark.parametrize(
        ("turn", "said"), [(NO_VOID, "The carrier says no"), (REFUSED, "The carrier refuses this")]
    )
    def test_a_refusal_says_how_to_close_the_shipment_all_the_same(self, turn: Turn, said: str) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", turn)

        with pytest.raises(CarrierRejected) as caught:
            desk.cancel(bought)

        assert caught.value.message == (
            f"{said}; nothing was voided; where the carrier cannot void it, cancel with force=true closes the shipment "
            "here alone: the label stays valid and may be billed"
        )
        assert caught.value.messages
        assert desk.stored(bought).state == "created"

    def test_a_parcel_that_the_carrier_has_already_gets_no_such_hint(self) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", ON_ITS_WAY)

        with pytest.raises(CarrierRejected) as caught:
            desk.cancel(bought)

        assert "force" not in caught.value.message


class TestRefunds:
    @pytest.mark.parametrize("refund_status", ["not_applicable", "submitted", "refunded", "rejected"])
    def test_a_voided_labels_refund_is_what_the_carrier_says(self, refund_status: str) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.inner.void = lambda _connection, request, _deadline: Voided(
            request.void_id,
            desk.clock(),
            refund_status=refund_status,  # type: ignore[arg-type]
        )

        assert desk.cancel(bought).refund_status == refund_status

    def test_there_is_none_until_a_shipment_is_cancelled(self) -> None:
        desk = Desk()
        draft = desk.draft()

        assert (draft.refund_status, desk.buy(draft).refund_status) == (None, None)

    def test_a_closed_draft_has_nothing_to_give_back(self) -> None:
        desk = Desk()

        assert desk.cancel(desk.draft()).refund_status == "not_applicable"
