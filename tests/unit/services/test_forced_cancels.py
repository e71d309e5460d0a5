"""Cancels by force: the carrier is asked all the same, and a label that it did not void is never forgotten."""

from dataclasses import replace

import pytest

from chalicelib.domain.cancellations import LABEL_STILL_VALID
from chalicelib.domain.errors import (
    CarrierTimeout,
    Conflict,
)
from chalicelib.domain.ports import Connection
from chalicelib.domain.tenants import Tenant
from tests.builders import A_TENANT
from tests.fake_carrier import (
    ANSWER_LOST,
    CANNOT_SAY,
    CRASH_AFTER,
    CRASH_BEFORE,
    LATE,
    LATE_AND_UNDONE,
    REFUSED,
    UNAVAILABLE,
    Crash,
    FakeRegistry,
    Turn,
)
from tests.service_cases import AFTER_LEASE_S, IN_TIME, Desk, a_bought_desk, a_void_without_answer, refusing

NO_VOID = refusing("void_not_supported")


class OneCustomersRegistry(FakeRegistry):
    """Connections that only one customer has."""

    def connections(self, tenant: Tenant) -> list[Connection]:
        return super().connections(tenant) if tenant == A_TENANT else []


class TestGivenUp:
    @pytest.mark.parametrize("turn", [NO_VOID, REFUSED, UNAVAILABLE, LATE], ids=["none", "refused", "down", "late"])
    def test_a_label_that_was_not_voided_is_closed_here_and_a_message_says_that_it_stays_valid(
        self, turn: Turn
    ) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", turn)

        cancelled = desk.cancel(bought, force=True)

        assert cancelled == desk.stored(bought)
        assert (cancelled.state, cancelled.refund_status, cancelled.attempt) == ("cancelled", "not_applicable", None)
        (message,) = cancelled.messages
        assert (message.code, message.level, message.details["void"]) == (LABEL_STILL_VALID, "warning", "not_done")
        assert message.details["tracking_number"] == bought.tracking_number
        assert "stays valid" in message.message

    @pytest.mark.parametrize("turn", [ANSWER_LOST, LATE_AND_UNDONE])
    def test_of_a_void_whose_answer_was_lost_the_message_says_that_nobody_knows(self, turn: Turn) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", turn)

        cancelled = desk.cancel(bought, force=True)

        (message,) = cancelled.messages
        assert (cancelled.state, message.details["void"]) == ("cancelled", "unknown")
        assert "not known" in message.message

    @pytest.mark.parametrize("turn", [NO_VOID, UNAVAILABLE, LATE_AND_UNDONE])
    def test_after_an_earlier_void_without_answer_no_failure_tells_that_the_label_is_valid(self, turn: Turn) -> None:
        desk, bought = a_void_without_answer(LATE_AND_UNDONE)
        desk.carrier.will("void", turn)

        cancelled = desk.cancel(bought, force=True)

        assert cancelled.messages[0].details["void"] == "unknown"

    def test_the_parcel_of_a_label_that_stays_valid_is_followed_further(self) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", NO_VOID)

        desk.cancel(bought, force=True)

        assert desk.tracker_table.inner.get(A_TENANT, bought.tracker_id).status == "pending"

    def test_a_label_that_was_given_up_is_not_printed(self) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", NO_VOID)
        desk.cancel(bought, force=True)

        with pytest.raises(Conflict, match="given up"):
            desk.shipments.label(A_TENANT, bought.id, None)

    def test_twice_answers_the_same_and_calls_nobody(self) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", NO_VOID)
        cancelled = desk.cancel(bought, force=True)
        calls = list(desk.carrier.calls)

        assert [desk.cancel(bought), desk.cancel(bought, force=True)] == [cancelled, cancelled]
        assert desk.carrier.calls == calls

    def test_a_connection_that_is_gone_does_not_hold_a_shipment_for_ever(self) -> None:
        desk, bought = a_bought_desk()
        desk.registry.known = ()

        cancelled = desk.cancel(bought, force=True)

        (message,) = cancelled.messages
        assert (cancelled.state, message.details["void"]) == ("cancelled", "not_done")
        assert "is gone" in message.message

    def test_the_connection_that_is_looked_for_is_the_customers_own(self) -> None:
        desk, bought = a_bought_desk()
        purchases = replace(desk.purchases, carriers=OneCustomersRegistry({"sandbox": desk.carrier}))

        cancelled = purchases.cancel(A_TENANT, bought.id, IN_TIME, force=True)

        assert (cancelled.void_id, cancelled.messages) == (*desk.carrier.voids, ())

    def test_a_void_without_answer_whose_connection_is_gone_is_not_known(self) -> None:
        desk, bought = a_void_without_answer()
        desk.registry.known = ()

        assert desk.cancel(bought, force=True).messages[0].details["void"] == "unknown"

    def test_a_shipment_that_somebody_changes_meanwhile_is_closed_with_the_change(self) -> None:
        desk, bought = a_bought_desk()

        def change() -> None:
            stored = desk.stored(bought)
            desk.table.inner.save(A_TENANT, stored.model_copy(update={"reference": "PO-9"}))
            NO_VOID.before()

        desk.carrier.will("void", Turn(before=change))

        cancelled = desk.cancel(bought, force=True)

        assert (cancelled.state, cancelled.reference) == ("cancelled", "PO-9")

    def test_a_parcel_that_sets_out_while_its_void_fails_is_not_closed(self) -> None:
        desk, bought = a_bought_desk()

        def set_out() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.buy(bought)
            stored = desk.stored(bought)
            desk.table.inner.save(A_TENANT, stored.model_copy(update={"state": "in_transit"}))
            NO_VOID.before()

        desk.carrier.will("void", Turn(before=set_out))

        with pytest.raises(Conflict, match="on its way"):
            desk.cancel(bought, force=True)

        assert desk.stored(bought).state == "in_transit"

    def test_a_void_that_somebody_else_has_begun_meanwhile_is_left_to_them(self) -> None:
        desk, bought = a_bought_desk()

        def void_without_answer() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.carrier.will("void", ANSWER_LOST)
            with pytest.raises(CarrierTimeout):
                desk.cancel(bought)
            NO_VOID.before()

        desk.carrier.will("void", Turn(before=void_without_answer))

        with pytest.raises(Conflict, match="Somebody else"):
            desk.cancel(bought, force=True)

        assert desk.stored(bought).state == "voiding"


class TestVoidedAllTheSame:
    def test_a_label_that_was_given_up_while_its_void_was_under_way_is_voided_and_its_message_goes(self) -> None:
        desk, bought = a_bought_desk()

        def give_up() -> None:
            desk.clock.move(AFTER_LEASE_S)
            desk.carrier.will("void", NO_VOID)
            assert desk.cancel(bought, force=True).messages

        desk.carrier.will("void", Turn(before=give_up))

        cancelled = desk.cancel(bought)

        assert cancelled == desk.stored(bought)
        assert (cancelled.refund_status, cancelled.messages) == ("submitted", ())
        assert cancelled.void_id in desk.carrier.voids

    def test_force_tries_the_void_first(self) -> None:
        desk, bought = a_bought_desk()

        cancelled = desk.cancel(bought, force=True)

        assert (cancelled.state, cancelled.void_id) == ("cancelled", *desk.carrier.voids)
        assert (cancelled.refund_status, cancelled.messages) == ("submitted", ())

    def test_a_void_without_answer_is_tried_again_by_force(self) -> None:
        desk, bought = a_void_without_answer()
        desk.carrier.will("find_void", CANNOT_SAY)

        cancelled = desk.cancel(bought, force=True)

        assert (cancelled.state, cancelled.messages) == ("cancelled", ())
        assert len(desk.carrier.voids) == 1

    def test_a_draft_is_closed_without_asking_anybody(self) -> None:
        desk = Desk()

        cancelled = desk.cancel(desk.draft(), force=True)

        assert (cancelled.state, cancelled.refund_status, cancelled.messages) == ("cancelled", "not_applicable", ())
        assert desk.carrier.calls == []

    @pytest.mark.parametrize("turn", [CRASH_BEFORE, CRASH_AFTER])
    def test_a_crash_in_the_middle_is_mended_by_the_next_cancel(self, turn: Turn) -> None:
        desk, bought = a_bought_desk()
        desk.carrier.will("void", turn)
        with pytest.raises(Crash):
            desk.cancel(bought, force=True)
        desk.after_lease()

        assert desk.cancel(bought, force=True).messages == ()
        assert not desk.carrier.live
