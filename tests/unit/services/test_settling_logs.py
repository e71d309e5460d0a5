"""What operators read of purchases and voids that go astray: each event once, with all that it takes to look for it."""

import pytest

from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable, Conflict, Unavailable
from chalicelib.domain.shipments import ShipmentRecord
from tests.builders import a_message
from tests.fake_carrier import CANNOT_SAY, LATE_AND_UNDONE, REFUSED, SMOOTH, UNAVAILABLE, Turn, raising
from tests.log_lines import logged_events
from tests.service_cases import AFTER_LEASE_S, Desk, interrupted

CLUE = a_message(code="sale_incomplete", details={"tracking_number": "1Z999"})
OUT_OF_REACH = Turn(before=raising(lambda: Unavailable("The table is out of reach")))
SWEPT = {"settled": 0, "open": 0, "passed_over": 0, "is_complete": True}


def late_sale() -> tuple[Desk, ShipmentRecord, dict[str, str]]:
    """A draft whose next purchase sells only when it is given up and the draft closed, and what is told of its sale."""
    desk = Desk()
    draft = desk.draft()
    details: dict[str, str] = {}

    def give_up() -> None:
        desk.clock.move(AFTER_LEASE_S)
        desk.cancel(draft)

    def note() -> None:
        (sale,) = desk.carrier.book.values()
        details.update(purchase_id=sale.purchase_id, tracking_number=sale.tracking_number)

    desk.carrier.will("buy", Turn(before=give_up, after=note))
    return desk, draft, details


class TestPurchases:
    def test_a_label_that_is_sold_is_logged_before_it_is_stored_with_where_to_find_it(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.labels.will("put", Turn(before=raising(lambda: RuntimeError("the process dies"))))

        with logged_events() as told, pytest.raises(RuntimeError):
            desk.buy(draft)

        (sale,) = desk.carrier.book.values()
        fields = {
            "shipment": draft.id,
            "purchase_id": sale.purchase_id,
            "tracking_number": sale.tracking_number,
            "shipment_identifier": sale.shipment_identifier,
        }
        assert told == [("INFO", "label_sold", fields)]

    def test_clues_that_cannot_be_stored_are_logged_whole(self) -> None:
        desk = Desk()
        draft = desk.draft()
        half = raising(lambda: CarrierUnavailable("Half an answer", (CLUE,), maybe_done=True))
        desk.carrier.will("buy", Turn(before=half))
        desk.table.will("save", SMOOTH, OUT_OF_REACH)

        with logged_events() as told, pytest.raises(CarrierUnavailable):
            desk.buy(draft)

        fields = {"shipment": draft.id, "messages": [CLUE.model_dump()]}
        assert told == [("ERROR", "clues_not_stored", fields)]

    def test_a_shipment_that_cannot_be_put_back_is_named(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", REFUSED)
        desk.table.will("save", SMOOTH, OUT_OF_REACH)

        with logged_events() as told, pytest.raises(CarrierRejected):
            desk.buy(draft)

        assert told == [("WARNING", "attempt_not_released", {"shipment": draft.id})]

    def test_a_purchase_that_is_given_up_is_named_with_its_shipment(self) -> None:
        desk = Desk()
        draft = interrupted(desk, LATE_AND_UNDONE)
        attempt = desk.stored(draft).attempt
        assert attempt is not None

        with logged_events() as told:
            desk.cancel(draft)

        assert told == [("WARNING", "purchase_given_up", {"shipment": draft.id, "purchase": attempt.id})]


class TestLateSales:
    def test_one_that_is_not_voided_is_logged_as_an_error(self) -> None:
        desk, draft, details = late_sale()
        desk.carrier.will("void", UNAVAILABLE)

        with logged_events() as told, pytest.raises(Conflict):
            desk.buy(draft)

        assert told[-1] == ("ERROR", "late_sale", {"shipment": draft.id, **details})

    def test_one_that_cannot_be_noted_is_logged_and_voided_all_the_same(self) -> None:
        desk, draft, details = late_sale()
        desk.table.will("save", SMOOTH, SMOOTH, SMOOTH, OUT_OF_REACH)

        with logged_events() as told, pytest.raises(Conflict):
            desk.buy(draft)

        assert told[-1] == ("ERROR", "late_sale_not_noted", {"shipment": draft.id, **details})
        assert desk.carrier.live == set()

    def test_one_that_is_voided_makes_no_noise(self) -> None:
        desk, draft, _ = late_sale()

        with logged_events() as told, pytest.raises(Conflict):
            desk.buy(draft)

        assert [name for _, name, _ in told] == ["purchase_given_up", "label_sold"]


class TestSweeps:
    def test_a_sweep_tells_what_it_came_to(self) -> None:
        desk = Desk()
        interrupted(desk)

        with logged_events() as told:
            desk.sweep()

        assert told[-1] == ("INFO", "swept", {**SWEPT, "settled": 1})

    def test_a_sweep_that_finds_nothing_is_silent(self) -> None:
        desk = Desk()
        desk.draft()

        with logged_events() as told:
            desk.sweep()

        assert told == []

    def test_a_fault_of_ours_is_logged_with_its_shipment(self) -> None:
        desk = Desk()
        draft = interrupted(desk)
        desk.carrier.will("find_purchase", Turn(before=raising(lambda: RuntimeError("a fault of ours"))))

        with logged_events() as told:
            desk.sweep()

        assert told == [("ERROR", "sweep_failed", {"shipment": draft.id}), ("INFO", "swept", {**SWEPT, "open": 1})]

    def test_a_carrier_that_fails_is_logged_with_the_question_that_stays_open(self) -> None:
        desk = Desk()
        draft = interrupted(desk)
        attempt = desk.stored(draft).attempt
        assert attempt is not None
        desk.carrier.will("find_purchase", UNAVAILABLE)

        with logged_events() as told:
            desk.sweep()

        fields = {"shipment": draft.id, "attempt": attempt.id, "cause": "carrier_unavailable"}
        assert told[0] == ("WARNING", "not_settled", fields)

    def test_a_carrier_that_cannot_say_is_no_failure(self) -> None:
        desk = Desk()
        interrupted(desk, LATE_AND_UNDONE)
        desk.carrier.will("find_purchase", CANNOT_SAY)

        with logged_events() as told:
            desk.sweep()

        assert [name for _, name, _ in told] == ["swept"]
