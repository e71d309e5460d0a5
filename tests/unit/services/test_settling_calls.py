"""What carriers are asked when nobody saw an end: of which label, through whose connection, and for how long."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import Conflict
from chalicelib.domain.ports import Connection, VoidRequest
from chalicelib.domain.shipments import BUYING_CALL_S, ShipmentRecord
from tests.builders import A_TENANT
from tests.fake_carrier import ANSWER_LOST, CANNOT_SAY, LATE_AND_UNDONE, Turn
from tests.service_cases import AFTER_LEASE_S, IN_TIME, Desk, a_void_without_answer, interrupted

Asked = list[tuple[str, Connection, Any, Deadline]]


def watched(desk: Desk) -> Asked:
    """Every question and void from here on."""
    asked: Asked = []
    for operation in ("find_purchase", "find_void", "void"):
        setattr(desk.carrier.inner, operation, noting(desk, operation, asked))
    return asked


def noting(desk: Desk, operation: str, asked: Asked) -> Callable[..., Any]:
    carry_out = getattr(desk.carrier.inner, operation)

    def ask(connection: Connection, what: Any, deadline: Deadline) -> Any:
        asked.append((operation, connection, what, deadline))
        return carry_out(connection, what, deadline)

    return ask


def a_purchase_in_question() -> tuple[Desk, ShipmentRecord]:
    desk = Desk()
    return desk, desk.stored(interrupted(desk))


def a_purchase_given_up() -> tuple[Desk, ShipmentRecord]:
    desk = Desk()
    draft = interrupted(desk, LATE_AND_UNDONE)
    desk.sweep()
    return desk, desk.stored(draft)


def a_void_in_question() -> tuple[Desk, ShipmentRecord]:
    desk, bought = a_void_without_answer()
    return desk, desk.stored(bought)


def a_void_given_up() -> tuple[Desk, ShipmentRecord]:
    desk, bought = a_void_without_answer(LATE_AND_UNDONE)
    desk.sweep()
    return desk, desk.stored(bought)


def settle(desk: Desk, record: ShipmentRecord, deadline: Deadline) -> None:
    desk.purchases.outcomes.settled(A_TENANT, record, deadline)


def review(desk: Desk, record: ShipmentRecord, deadline: Deadline) -> None:
    desk.purchases.outcomes.review(A_TENANT, record, record.given_up[0], deadline)


@pytest.mark.parametrize(("left_s", "given_s"), [(BUYING_CALL_S - 1, BUYING_CALL_S - 1), (60, BUYING_CALL_S)])
@pytest.mark.parametrize(
    ("stuck", "ask"),
    [
        (a_purchase_in_question, settle),
        (a_purchase_given_up, review),
        (a_void_in_question, settle),
        (a_void_given_up, review),
    ],
)
def test_a_question_goes_through_the_tenants_connection_and_takes_as_long_as_a_purchase_at_most(
    stuck: Callable[[], tuple[Desk, ShipmentRecord]],
    ask: Callable[[Desk, ShipmentRecord, Deadline], None],
    left_s: float,
    given_s: float,
) -> None:
    desk, record = stuck()
    asked = watched(desk)

    ask(desk, record, Deadline(left_s, lambda: 0.0))

    ((_, account, _, deadline),) = asked
    assert account == Connection("sandbox", "sandbox", A_TENANT)
    assert deadline.left_s() == given_s


@pytest.mark.parametrize(("stuck", "ask"), [(a_void_in_question, settle), (a_void_given_up, review)])
def test_a_void_is_asked_about_under_its_own_id_with_what_is_known_of_the_label(
    stuck: Callable[[], tuple[Desk, ShipmentRecord]], ask: Callable[[Desk, ShipmentRecord, Deadline], None]
) -> None:
    desk, record = stuck()
    asked = watched(desk)

    ask(desk, record, IN_TIME)

    ((operation, _, request, _),) = asked
    (attempt,) = [record.attempt] if record.attempt else record.given_up
    assert (operation, request.void_id) == ("find_void", attempt.id)
    assert (request.purchase_id, request.shipment) == (record.purchase_id, record)


class TestLateSale:
    def sold_late(self, *turns: Turn) -> tuple[Desk, ShipmentRecord, Asked]:
        """A draft that was closed before its carrier sold after all, and what is asked as that sale is taken back."""
        desk = Desk()
        draft = desk.draft()

        def give_up() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.cancel(draft)

        desk.carrier.will("buy", Turn(before=give_up))
        desk.carrier.will("void", *turns)
        asked = watched(desk)
        with pytest.raises(Conflict):
            desk.buy(draft)
        asked[:] = [one for one in asked if one[0] != "find_purchase"]
        return desk, draft, asked

    def test_its_void_tells_all_that_the_carrier_said_at_the_sale(self) -> None:
        desk, draft, asked = self.sold_late()

        (sale,) = desk.carrier.book.values()
        ((operation, account, request, deadline),) = asked
        assert (operation, account) == ("void", Connection("sandbox", "sandbox", A_TENANT))
        assert BUYING_CALL_S - 5 < deadline.left_s() <= BUYING_CALL_S
        assert request == VoidRequest(
            void_id=sale.purchase_id.replace("pur_", "void_"),
            purchase_id=sale.purchase_id,
            shipment_identifier=sale.shipment_identifier,
            tracking_number=sale.tracking_number,
            service="sandbox_ground",
            meta=sale.meta,
            shipment=request.shipment,
        )
        assert request.shipment.id == draft.id

    def again(self, desk: Desk, record: ShipmentRecord) -> None:
        (sale,) = desk.carrier.book.values()
        desk.purchases.outcomes.late_sales.take_back(A_TENANT, desk.stored(record), sale)

    def test_a_void_whose_answer_was_lost_is_asked_about_and_not_repeated(self) -> None:
        desk, draft, asked = self.sold_late(ANSWER_LOST)

        self.again(desk, draft)

        (_, _, first, _), (operation, account, second, deadline) = asked
        assert (operation, account) == ("find_void", Connection("sandbox", "sandbox", A_TENANT))
        assert second.void_id == first.void_id
        assert BUYING_CALL_S - 5 < deadline.left_s() <= BUYING_CALL_S
        assert desk.stored(draft).messages == ()

    @pytest.mark.parametrize("turn", [Turn(), CANNOT_SAY], ids=["not done", "cannot say"])
    def test_one_that_is_not_known_to_be_done_is_repeated_under_its_id(self, turn: Turn) -> None:
        desk, draft, asked = self.sold_late(LATE_AND_UNDONE)
        desk.carrier.will("find_void", turn)

        self.again(desk, draft)

        assert asked[-1][0] == "void"
        assert desk.carrier.live == set()
        assert desk.stored(draft).messages == ()
