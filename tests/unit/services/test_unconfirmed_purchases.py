"""Purchases of which the carrier cannot say what became: nothing is bought or cancelled but by an explicit retry."""

import pytest

from chalicelib.domain.errors import (
    CarrierTimeout,
    PurchaseInProgress,
    PurchaseUnconfirmed,
)
from chalicelib.domain.purchases import Order
from tests.builders import A_TENANT
from tests.fake_carrier import (
    ANSWER_LOST,
    CANNOT_SAY,
    LATE_AND_UNDONE,
    Turn,
)
from tests.service_cases import AFTER_LEASE_S, GROUND, IN_TIME, RETRY, Desk


class TestUnconfirmed:
    def unconfirmed(self, turn: Turn = LATE_AND_UNDONE) -> tuple[Desk, str]:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", turn)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()
        desk.carrier.will("find_purchase", *[CANNOT_SAY] * 5)
        return desk, draft.id

    def test_when_the_carrier_cannot_say_nothing_is_bought_and_nothing_cancelled(self) -> None:
        desk, shipment_id = self.unconfirmed()

        for _ in range(2):
            with pytest.raises(PurchaseUnconfirmed, match="retry_unconfirmed"):
                desk.purchases.purchase(A_TENANT, shipment_id, GROUND, IN_TIME)
            with pytest.raises(PurchaseUnconfirmed):
                desk.purchases.cancel(A_TENANT, shipment_id, IN_TIME)

        assert desk.table.get(A_TENANT, shipment_id).state == "unconfirmed"
        assert desk.carrier.calls.count("buy") == 1
        assert "void" not in desk.carrier.calls

    def test_only_an_explicit_retry_buys_again(self) -> None:
        desk, shipment_id = self.unconfirmed()

        bought = desk.purchases.purchase(A_TENANT, shipment_id, RETRY, IN_TIME)

        assert bought.state == "created"
        assert desk.carrier.live == {bought.purchase_id}

    def test_an_explicit_retry_buys_nothing_when_the_carrier_finds_the_sale_after_all(self) -> None:
        desk, shipment_id = self.unconfirmed(ANSWER_LOST)
        with pytest.raises(PurchaseUnconfirmed):
            desk.purchases.purchase(A_TENANT, shipment_id, GROUND, IN_TIME)
        desk.carrier.behave()

        bought = desk.purchases.purchase(A_TENANT, shipment_id, RETRY, IN_TIME)

        assert bought.state == "created"
        assert desk.carrier.calls.count("buy") == 1

    def test_the_retry_that_stayed_unconfirmed_itself_is_no_retry_of_itself(self) -> None:
        desk, shipment_id = self.unconfirmed()
        retry = Order(service="sandbox_ground", retry_unconfirmed=True, id="pur_second")
        desk.carrier.will("buy", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.purchases.purchase(A_TENANT, shipment_id, retry, IN_TIME)
        desk.clock.move(AFTER_LEASE_S)

        with pytest.raises(PurchaseUnconfirmed):
            desk.purchases.purchase(A_TENANT, shipment_id, retry, IN_TIME)

        assert desk.carrier.calls.count("buy") == 2

    def test_who_loses_the_race_to_one_that_stayed_unconfirmed_is_told_so_even_when_retrying(self) -> None:
        desk = Desk()
        draft = desk.draft()

        def be_faster() -> None:
            desk.carrier.will("buy", LATE_AND_UNDONE)
            with pytest.raises(CarrierTimeout):
                desk.buy(draft)
            desk.clock.move(AFTER_LEASE_S)
            desk.carrier.will("find_purchase", CANNOT_SAY)
            with pytest.raises(PurchaseUnconfirmed):
                desk.buy(draft)

        desk.table.will("save", Turn(before=be_faster))

        with pytest.raises(PurchaseUnconfirmed):
            desk.buy(draft, RETRY)

        assert desk.carrier.calls.count("buy") == 1

    def test_a_retry_of_what_is_not_unconfirmed_is_an_ordinary_purchase(self) -> None:
        desk = Desk()
        draft = desk.draft()

        bought = desk.buy(draft, RETRY)

        assert desk.buy(draft, RETRY) == bought
        assert len(desk.carrier.book) == 1

    def test_a_retry_does_not_break_into_a_purchase_under_way(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)

        with pytest.raises(PurchaseInProgress):
            desk.buy(draft, RETRY)

    def test_the_unconfirmed_purchase_is_completed_by_its_own_late_answer(self) -> None:
        desk = Desk()
        draft = desk.draft()

        def give_up() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.carrier.will("find_purchase", CANNOT_SAY)
            with pytest.raises(PurchaseUnconfirmed):
                desk.buy(draft)

        desk.carrier.will("buy", Turn(after=give_up))

        bought = desk.buy(draft)

        assert bought.state == "created"
        assert desk.carrier.live == {bought.purchase_id}
