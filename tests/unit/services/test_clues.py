"""Clues: what a carrier's words tell of labels that may be paid for stays on the shipment, whatever comes."""

import pytest

from chalicelib.domain.errors import CarrierUnavailable, Unavailable
from tests.builders import A_TENANT, a_message
from tests.fake_carrier import CANNOT_SAY, Turn, raising
from tests.service_cases import GROUND, IN_TIME, RETRY, Desk

CLUE = a_message(code="sale_incomplete", details={"tracking_number": "1Z999", "purchase_id": "told below"})
REMARK = a_message(code="invalid_option")


def unsure(*, maybe_done: bool) -> Turn:
    return Turn(before=raising(lambda: CarrierUnavailable("Half an answer", (CLUE, REMARK), maybe_done=maybe_done)))


def failed(*, maybe_done: bool = True) -> tuple[Desk, str]:
    desk = Desk()
    draft = desk.draft()
    desk.carrier.will("buy", unsure(maybe_done=maybe_done))
    with pytest.raises(CarrierUnavailable):
        desk.buy(draft)
    return desk, draft.id


def test_the_number_of_a_label_that_may_be_paid_for_is_on_the_shipment() -> None:
    desk, shipment_id = failed()

    messages = desk.shipments.get(A_TENANT, shipment_id).messages

    assert CLUE in messages
    assert REMARK not in messages


def test_it_stays_when_the_label_is_bought_again() -> None:
    desk, shipment_id = failed()
    desk.after_lease()
    desk.carrier.will("find_purchase", *[CANNOT_SAY] * 5)

    bought = desk.purchases.purchase(A_TENANT, shipment_id, RETRY, IN_TIME)

    assert bought.state == "created"
    assert CLUE in desk.table.inner.get(A_TENANT, shipment_id).messages


def test_a_purchase_that_surely_sold_nothing_leaves_none() -> None:
    desk, shipment_id = failed(maybe_done=False)

    assert CLUE not in desk.table.inner.get(A_TENANT, shipment_id).messages


def test_where_it_cannot_be_stored_the_carriers_failure_is_told_all_the_same() -> None:
    desk = Desk()
    draft = desk.draft()
    desk.carrier.will("buy", unsure(maybe_done=True))
    out_of_reach = Turn(before=raising(lambda: Unavailable("The table is out of reach")))
    desk.table.will("save", Turn(), out_of_reach)

    with pytest.raises(CarrierUnavailable) as told:
        desk.buy(draft)

    assert CLUE in told.value.messages


class TestNotStored:
    """The carrier sold, and what it sold cannot be stored."""

    def unstored(self) -> tuple[Desk, str]:
        desk = Desk()
        draft = desk.draft()
        desk.table.will("complete", Turn(before=raising(lambda: Unavailable("The table is out of reach"))))
        with pytest.raises(Unavailable):
            desk.buy(draft)
        return desk, draft.id

    def test_the_label_is_named_on_the_shipment(self) -> None:
        desk, shipment_id = self.unstored()

        (message,) = desk.shipments.get(A_TENANT, shipment_id).messages

        (sale,) = desk.carrier.book.values()
        assert message.code == "sale_not_stored"
        assert message.details["tracking_number"] == sale.tracking_numbers[0]

    def test_nothing_is_told_of_it_once_it_is_stored(self) -> None:
        desk, shipment_id = self.unstored()
        desk.after_lease()

        bought = desk.purchases.purchase(A_TENANT, shipment_id, GROUND, IN_TIME)

        assert (bought.state, bought.messages) == ("created", ())
        assert len(desk.carrier.book) == 1

    def test_it_stays_where_the_carrier_cannot_say_and_another_label_is_bought(self) -> None:
        desk, shipment_id = self.unstored()
        desk.after_lease()
        desk.carrier.will("find_purchase", *[CANNOT_SAY] * 5)

        desk.purchases.purchase(A_TENANT, shipment_id, RETRY, IN_TIME)

        codes = [message.code for message in desk.table.inner.get(A_TENANT, shipment_id).messages]
        assert "sale_not_stored" in codes
