"""Purchases and voids: bought once or known to be unknown, whatever breaks in between."""

import time
from decimal import Decimal

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import (
    CarrierRejected,
    CarrierTimeout,
    CarrierUnavailable,
    Conflict,
    InvalidRequest,
    NotFound,
    PurchaseInProgress,
    PurchaseUnconfirmed,
    Unavailable,
)
from chalicelib.domain.purchases import Order
from tests.builders import A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE, a_parcel, a_rate, a_recipient
from tests.fake_carrier import (
    ANSWER_LOST,
    CANNOT_SAY,
    CRASH_AFTER,
    CRASH_BEFORE,
    LATE,
    LATE_AND_UNDONE,
    REFUSED,
    SMOOTH,
    UNAVAILABLE,
    Crash,
    Turn,
)
from tests.service_cases import AFTER_LEASE_S, EXPRESS, GROUND, IN_TIME, RETRY, Desk


class TestPurchase:
    def test_a_purchase_gives_the_shipment_its_label_its_numbers_and_a_tracker(self) -> None:
        desk = Desk()
        draft = desk.draft(parcels=(a_parcel(), a_parcel()), reference="PO-7", order_id="1001")

        bought = desk.buy(draft, EXPRESS)

        (sale,) = desk.carrier.book.values()
        assert (bought.state, bought.attempt, bought.purchase_id) == ("created", None, sale.purchase_id)
        assert (bought.service, bought.carrier_name, bought.carrier_id) == ("sandbox_express", "sandbox", "sandbox")
        assert bought.tracking_number == sale.tracking_numbers[0]
        assert bought.meta == {"service_name": "Sandbox Ground", "tracking_numbers": list(sale.tracking_numbers)}
        assert tuple((parcel.meta or {})["tracking_number"] for parcel in bought.parcels) == sale.tracking_numbers
        tracker = desk.tracker_table.inner.get(A_TENANT, bought.tracker_id)
        assert (tracker.shipment_id, tracker.tracking_number) == (bought.id, bought.tracking_number)
        assert (tracker.reference, tracker.order_id, tracker.metadata) == ("PO-7", "1001", draft.metadata)

    def test_the_labels_bytes_are_stored_before_the_shipment_is_bought(self) -> None:
        desk = Desk()

        bought = desk.buy(desk.draft(parcels=(a_parcel(), a_parcel())))

        whole = desk.labels.get(A_TENANT, bought.documents[0].object_key)
        apart = [desk.labels.get(A_TENANT, label.object_key) for label in bought.parcel_labels]
        assert whole.startswith(b"label of pur_")
        assert [paper[-2:] for paper in apart] == [b"#0", b"#1"]

    def test_what_is_answered_is_what_is_stored(self) -> None:
        desk = Desk()

        bought = desk.buy(desk.draft())

        assert desk.stored(bought) == bought

    def test_the_purchase_may_change_label_reference_and_metadata(self) -> None:
        desk = Desk()
        order = Order(rate="cheapest", label_type="ZPL", reference="PO-8", metadata={"a": "b"})

        bought = desk.buy(desk.draft(reference="PO-7"), order)

        assert (bought.label_type, bought.reference, bought.metadata) == ("ZPL", "PO-8", {"a": "b"})
        assert bought.documents[0].format == "ZPL"

    def test_what_the_purchase_does_not_name_stays(self) -> None:
        desk = Desk()
        draft = desk.draft(label_type="ZPL", reference="PO-7")

        bought = desk.buy(draft)

        assert (bought.label_type, bought.reference, bought.metadata) == ("ZPL", "PO-7", draft.metadata)

    def test_the_shipment_is_in_purchasing_and_leased_while_the_carrier_is_asked(self) -> None:
        desk = Desk()
        draft = desk.draft()
        seen = []
        desk.carrier.will("buy", Turn(before=lambda: seen.append(desk.stored(draft))))

        bought = desk.buy(draft)

        (during,) = seen
        assert during.state == "purchasing"
        assert during.attempt is not None
        assert during.attempt.id == bought.purchase_id
        assert (during.attempt.lease_until - during.attempt.since).total_seconds() == 60

    def test_the_price_that_was_paid_is_shown_under_the_id_of_the_chosen_rate(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.inner.price_factor = 2

        bought = desk.buy(draft)

        assert bought.selected_rate is not None
        assert bought.selected_rate.total_charge == Decimal("19.74")
        assert bought.selected_rate_id in {rate.id for rate in draft.rates}

    def test_another_accounts_shipment_is_not_found(self) -> None:
        desk = Desk()
        draft = desk.draft()

        for tenant in (ANOTHER_TENANT, ITS_LIVE_MODE):
            with pytest.raises(NotFound):
                desk.purchases.purchase(tenant, draft.id, GROUND, IN_TIME)

        assert desk.carrier.calls == []


class TestAgain:
    @pytest.mark.parametrize(
        "again", [GROUND, Order(), Order(service="sandbox_ground", label_type="PDF")], ids=["same", "empty", "label"]
    )
    def test_the_same_choice_answers_the_same_and_calls_nobody(self, again: Order) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        calls = len(desk.carrier.calls), len(desk.labels.calls)

        answer = desk.buy(bought, again)

        assert answer == bought
        assert (len(desk.carrier.calls), len(desk.labels.calls)) == calls

    @pytest.mark.parametrize(
        "other",
        [EXPRESS, Order(rate="fastest"), Order(label_type="ZPL"), Order(selected_rate_id="rate_0")],
        ids=["service", "rate", "label", "id"],
    )
    def test_another_choice_is_a_conflict(self, other: Order) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        with pytest.raises(Conflict) as caught:
            desk.buy(bought, other)

        assert type(caught.value) is Conflict
        assert len(desk.carrier.book) == 1

    def test_a_rate_bought_by_its_id_answers_the_same_at_another_price(self) -> None:
        desk = Desk()
        draft = desk.draft()
        order = Order(selected_rate_id=draft.rates[1].id)
        other_id = Turn(after=lambda: None)
        desk.carrier.will("buy", other_id)
        desk.carrier.inner.price_factor = 3

        bought = desk.buy(draft, order)

        assert desk.buy(bought, order) == bought

    def test_a_carriers_own_id_for_the_bought_rate_does_not_replace_the_chosen_one(self) -> None:
        desk = Desk()
        draft = desk.draft()
        chosen = draft.rates[1]
        attempt_rates = []
        carrier = desk.carrier.inner
        sale_of = carrier._sale

        def sale_with_a_rate_of_its_own(request):  # type: ignore[no-untyped-def]  # wraps the fake's own
            attempt_rates.append(request.rate.id)
            sale = sale_of(request)
            return type(sale)(**(vars(sale) | {"rate": a_rate(request.rate.service)}))

        carrier._sale = sale_with_a_rate_of_its_own

        bought = desk.buy(draft, Order(selected_rate_id=chosen.id))

        assert attempt_rates == [chosen.id]
        assert bought.selected_rate_id == chosen.id
        assert desk.buy(bought, Order(selected_rate_id=chosen.id)) == bought

    def test_a_second_purchase_within_the_lease_is_told_to_wait(self) -> None:
        desk = Desk()
        draft = desk.draft()
        second = []

        def buy_too() -> None:
            with pytest.raises(PurchaseInProgress) as caught:
                desk.buy(draft)
            second.append(caught.value)

        desk.carrier.will("buy", Turn(after=buy_too))

        bought = desk.buy(draft)

        assert bought.state == "created"
        assert second[0].retry_after_s == 60
        assert desk.carrier.calls.count("buy") == 1

    def test_who_loses_the_race_for_a_draft_is_told_that_it_is_being_bought(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", Turn(before=lambda: None))
        winner = []

        def be_faster() -> None:
            desk.carrier.will("buy", LATE_AND_UNDONE)
            with pytest.raises(CarrierTimeout):
                desk.buy(draft)
            winner.append(desk.stored(draft))

        desk.table.will("save", Turn(before=be_faster))

        with pytest.raises(PurchaseInProgress):
            desk.buy(draft)

        assert desk.stored(draft) == winner[0]
        assert desk.carrier.calls.count("buy") == 1

    def test_a_label_that_is_being_voided_is_not_answered_as_bought(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)

        with pytest.raises(PurchaseInProgress, match="voided"):
            desk.buy(bought)

    def test_a_cancelled_shipment_cannot_be_bought(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.cancel(draft)

        with pytest.raises(Conflict, match="cancelled"):
            desk.buy(draft)


class TestNotBought:
    @pytest.mark.parametrize(
        ("turn", "error"), [(REFUSED, CarrierRejected), (UNAVAILABLE, CarrierUnavailable), (LATE, CarrierTimeout)]
    )
    def test_a_carrier_that_did_not_sell_leaves_a_draft_without_attempt(
        self, turn: Turn, error: type[Exception]
    ) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", turn)

        with pytest.raises(error) as caught:
            desk.buy(draft)

        stored = desk.stored(draft)
        assert (stored.state, stored.attempt, stored.purchase_id) == ("draft", None, None)
        assert caught.value.shipment_id == draft.id  # type: ignore[attr-defined]

    def test_a_refused_purchase_can_be_tried_again_at_once(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", REFUSED, SMOOTH)
        with pytest.raises(CarrierRejected):
            desk.buy(draft)

        bought = desk.buy(draft)

        assert bought.state == "created"
        assert len(desk.carrier.book) == 1

    def test_all_that_a_label_lacks_is_told_before_the_carrier_is_asked(self) -> None:
        desk = Desk()
        draft = desk.draft(recipient=a_recipient(person_name=None, city=None, state_code=None))

        with pytest.raises(InvalidRequest) as caught:
            desk.buy(draft)

        assert caught.value.details.keys() == {"recipient.person_name", "recipient.city", "recipient.state_code"}
        assert desk.carrier.calls == []
        assert desk.stored(draft) == draft

    def test_missing_customs_are_told_by_path_although_no_carrier_offers_a_rate(self) -> None:
        desk = Desk()
        abroad = a_recipient(country_code="CH", postal_code="8001", state_code=None, phone_number=None)
        desk.carrier.inner.offered = ()

        with pytest.raises(InvalidRequest) as caught:
            desk.buy(desk.draft(recipient=abroad), Order(rate="cheapest"))

        assert caught.value.details.keys() == {"recipient.phone_number", "customs"}

    def test_an_order_that_names_nothing_is_told_so_with_all_else_that_is_missing(self) -> None:
        desk = Desk()
        draft = desk.draft(recipient=a_recipient(city=None))

        with pytest.raises(InvalidRequest) as caught:
            desk.buy(draft, Order())

        assert caught.value.details.keys() == {"rate", "recipient.city"}

    @pytest.mark.parametrize("left_s", [0, 16.9])
    def test_no_buying_call_starts_without_time_for_its_answer(self, left_s: float) -> None:
        desk = Desk()
        draft = desk.draft()

        with pytest.raises(Unavailable):
            desk.buy(draft, deadline=Deadline(left_s, lambda: 0.0))

        assert desk.stored(draft) == draft
        assert desk.carrier.calls == []

    def test_a_buying_call_gets_15_seconds_at_most(self) -> None:
        desk = Desk()
        given = []
        buy = desk.carrier.inner.buy
        desk.carrier.inner.buy = lambda connection, request, deadline: (
            given.append(deadline.left_s()) or buy(connection, request, deadline)  # type: ignore[func-returns-value]
        )

        desk.buy(desk.draft(), deadline=Deadline(17, lambda: 0.0))

        assert given == [15]


class TestUnknownOutcome:
    @pytest.mark.parametrize("turn", [ANSWER_LOST, LATE_AND_UNDONE])
    def test_a_purchase_without_answer_keeps_its_lease(self, turn: Turn) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", turn)

        with pytest.raises(CarrierTimeout) as caught:
            desk.buy(draft)

        assert caught.value.shipment_id == draft.id
        assert (desk.stored(draft).state, desk.shown(draft)) == ("purchasing", "draft")
        for act in (desk.buy, desk.cancel):
            with pytest.raises(PurchaseInProgress):
                act(draft)
        assert desk.carrier.calls == ["buy"]

    def test_after_the_lease_it_needs_attention_until_somebody_asks_the_carrier(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)

        desk.after_lease()

        assert desk.shown(draft) == "needs_attention"
        assert desk.carrier.calls == ["buy"]

    def test_a_sale_that_is_found_is_completed_and_not_bought_again(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()

        bought = desk.buy(draft)

        assert desk.carrier.calls == ["buy", "find_purchase"]
        assert (bought.state, bought.purchase_id) == ("created", *desk.carrier.live)
        assert desk.labels.get(A_TENANT, bought.documents[0].object_key)
        assert desk.tracker_table.inner.get(A_TENANT, bought.tracker_id).shipment_id == draft.id

    def test_a_sale_that_is_found_under_another_choice_is_a_conflict_and_completed(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()

        with pytest.raises(Conflict):
            desk.buy(draft, EXPRESS)

        assert desk.stored(draft).state == "created"
        assert len(desk.carrier.book) == 1

    def test_a_sale_that_never_was_is_released_and_bought_once(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()

        bought = desk.buy(draft, EXPRESS)

        assert (bought.state, bought.service) == ("created", "sandbox_express")
        assert len(desk.carrier.live) == 1

    def test_a_cancel_finds_the_sale_and_voids_it(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()

        cancelled = desk.cancel(draft)

        assert desk.carrier.calls == ["buy", "find_purchase", "void"]
        assert cancelled.state == "cancelled"
        assert not desk.carrier.live

    def test_a_cancel_after_a_sale_that_never_was_closes_the_draft(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()

        cancelled = desk.cancel(draft)

        assert cancelled.state == "cancelled"
        assert "void" not in desk.carrier.calls

    def test_a_carrier_that_is_down_when_asked_leaves_the_question_open(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()
        desk.carrier.will("find_purchase", UNAVAILABLE)

        with pytest.raises(CarrierUnavailable):
            desk.buy(draft)

        assert desk.stored(draft).state == "purchasing"
        assert desk.buy(draft).state == "created"


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


STEPS = [
    ("table", "save", CRASH_BEFORE),
    ("table", "save", CRASH_AFTER),
    ("carrier", "buy", CRASH_BEFORE),
    ("carrier", "buy", CRASH_AFTER),
    ("labels", "put", CRASH_BEFORE),
    ("labels", "put", CRASH_AFTER),
    ("table", "complete", CRASH_BEFORE),
    ("table", "complete", CRASH_AFTER),
]
NAMES = [f"{'before' if turn is CRASH_BEFORE else 'after'} {port}.{call}" for port, call, turn in STEPS]


class TestCrash:
    @pytest.mark.parametrize(("port", "call", "turn"), STEPS, ids=NAMES)
    def test_a_crash_at_any_step_leaves_one_label_that_the_next_purchase_finds(
        self, port: str, call: str, turn: Turn
    ) -> None:
        desk = Desk()
        draft = desk.draft()
        getattr(desk, port).will(call, turn)
        with pytest.raises(Crash):
            desk.buy(draft)
        desk.after_lease()

        bought = desk.buy(draft)

        assert bought.state == "created"
        assert desk.carrier.book.keys() == {bought.purchase_id}
        assert desk.labels.get(A_TENANT, bought.documents[0].object_key)
        assert desk.tracker_table.inner.get(A_TENANT, bought.tracker_id).tracking_number == bought.tracking_number

    @pytest.mark.parametrize(("port", "call", "turn"), STEPS, ids=NAMES)
    def test_a_crash_at_any_step_leaves_nothing_that_a_cancel_does_not_take_back(
        self, port: str, call: str, turn: Turn
    ) -> None:
        desk = Desk()
        draft = desk.draft()
        getattr(desk, port).will(call, turn)
        with pytest.raises(Crash):
            desk.buy(draft)
        desk.after_lease()

        cancelled = desk.cancel(draft)

        assert cancelled.state == "cancelled"
        assert not desk.carrier.live

    @pytest.mark.parametrize(("port", "call", "turn"), STEPS[1:-1], ids=NAMES[1:-1])
    def test_within_the_lease_nobody_touches_what_a_crash_left(self, port: str, call: str, turn: Turn) -> None:
        desk = Desk()
        draft = desk.draft()
        getattr(desk, port).will(call, turn)
        with pytest.raises(Crash):
            desk.buy(draft)
        calls = list(desk.carrier.calls)

        for act in (desk.buy, desk.cancel):
            with pytest.raises(PurchaseInProgress):
                act(draft)

        assert desk.carrier.calls == calls

    @pytest.mark.parametrize("turn", [CRASH_BEFORE, CRASH_AFTER])
    def test_a_crash_while_a_found_sale_is_completed_is_found_again(self, turn: Turn) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()
        desk.labels.will("put", turn)
        with pytest.raises(Crash):
            desk.buy(draft)

        bought = desk.buy(draft)

        assert desk.carrier.book.keys() == {bought.purchase_id}


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

        desk.table.will("complete", SMOOTH, Turn(after=lambda: None))
        desk.table.will("save", SMOOTH, SMOOTH, SMOOTH, Turn(before=change))

        with pytest.raises(Conflict):
            desk.purchases.purchase(A_TENANT, shipment_id, GROUND, IN_TIME)

        stored = desk.table.get(A_TENANT, shipment_id)
        assert stored.reference == "PO-9"
        assert [message.code for message in stored.messages] == ["late_sale"]

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


class TestCancel:
    def test_a_draft_is_closed_without_asking_the_carrier(self) -> None:
        desk = Desk()

        cancelled = desk.cancel(desk.draft())

        assert (cancelled.state, cancelled.attempt) == ("cancelled", None)
        assert desk.carrier.calls == []

    def test_a_bought_label_is_voided_once_and_its_tracker_ends(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        cancelled = desk.cancel(bought)

        assert (cancelled.state, cancelled.attempt) == ("cancelled", None)
        assert cancelled.void_id in desk.carrier.voids
        assert not desk.carrier.live
        assert desk.tracker_table.inner.get(A_TENANT, bought.tracker_id).status == "cancelled"

    @pytest.mark.parametrize("buy_first", [True, False])
    def test_cancelling_twice_answers_the_same_and_calls_nobody(self, buy_first: bool) -> None:  # noqa: FBT001
        desk = Desk()
        draft = desk.draft()
        if buy_first:
            desk.buy(draft)
        cancelled = desk.cancel(draft)
        calls = list(desk.carrier.calls)

        again = desk.cancel(draft)

        assert again == cancelled == desk.stored(draft)
        assert desk.carrier.calls == calls

    @pytest.mark.parametrize(
        "state", ["shipped", "in_transit", "out_for_delivery", "delivered", "delivery_failed", "needs_attention"]
    )
    def test_a_parcel_on_its_way_cannot_be_cancelled(self, state: str) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.table.inner.save(A_TENANT, bought.model_copy(update={"state": state}))

        with pytest.raises(Conflict, match="on its way"):
            desk.cancel(bought)

        assert "void" not in desk.carrier.calls

    @pytest.mark.parametrize(
        ("turn", "error"), [(REFUSED, CarrierRejected), (UNAVAILABLE, CarrierUnavailable), (LATE, CarrierTimeout)]
    )
    def test_a_carrier_that_did_not_void_leaves_the_label_bought(self, turn: Turn, error: type[Exception]) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", turn)

        with pytest.raises(error):
            desk.cancel(bought)

        stored = desk.stored(bought)
        assert (stored.state, stored.attempt, stored.purchase_id) == ("created", None, bought.purchase_id)
        assert desk.cancel(bought).state == "cancelled"

    def test_a_void_without_answer_shows_the_label_and_holds_a_lease(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", ANSWER_LOST)

        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)

        assert (desk.stored(bought).state, desk.shown(bought)) == ("voiding", "created")
        with pytest.raises(PurchaseInProgress, match="voided"):
            desk.cancel(bought)

    def test_no_void_starts_without_time_for_its_answer(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        with pytest.raises(Unavailable):
            desk.cancel(bought, Deadline(16.9, lambda: 0.0))

        assert desk.stored(bought) == bought

    @pytest.mark.parametrize("act", ["buy", "cancel"])
    def test_a_void_that_was_carried_out_is_found_after_its_lease(self, act: str) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)
        desk.after_lease()

        if act == "cancel":
            desk.cancel(bought)
        else:
            with pytest.raises(Conflict, match="cancelled"):
                desk.buy(bought)

        assert desk.stored(bought).state == "cancelled"
        assert desk.carrier.calls.count("void") == 1

    def test_a_void_that_never_was_is_asked_again(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)
        desk.after_lease()

        assert desk.cancel(bought).state == "cancelled"
        assert desk.carrier.calls[-2:] == ["find_void", "void"]

    def test_a_void_that_never_was_leaves_the_label_to_the_same_purchase(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)
        desk.after_lease()

        again = desk.buy(bought)

        assert (again.state, again.purchase_id) == ("created", bought.purchase_id)

    def test_a_void_of_which_the_carrier_cannot_say_is_not_assumed(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.carrier.will("void", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)
        desk.after_lease()
        desk.carrier.will("find_void", CANNOT_SAY)

        with pytest.raises(PurchaseUnconfirmed):
            desk.cancel(bought)

        assert desk.stored(bought).state == "voiding"

    @pytest.mark.parametrize(
        ("port", "call", "turn"),
        [
            ("table", "save", CRASH_BEFORE),
            ("table", "save", CRASH_AFTER),
            ("carrier", "void", CRASH_BEFORE),
            ("carrier", "void", CRASH_AFTER),
            ("table", "save", "second save"),
            ("tracker_table", "save", CRASH_BEFORE),
            ("tracker_table", "save", CRASH_AFTER),
        ],
    )
    def test_a_crash_at_any_step_of_a_void_is_mended_by_the_next_cancel(
        self, port: str, call: str, turn: Turn | str
    ) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        getattr(desk, port).will(call, *([SMOOTH, CRASH_BEFORE] if isinstance(turn, str) else [turn]))
        with pytest.raises(Crash):
            desk.cancel(bought)
        desk.after_lease()

        assert desk.cancel(bought).state == "cancelled"
        assert not desk.carrier.live

    def test_a_tracker_that_changes_meanwhile_does_not_keep_the_label_from_being_cancelled(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        def remove() -> None:
            desk.tracker_table.inner.stored.clear()

        desk.tracker_table.will("save", Turn(before=remove))

        assert desk.cancel(bought).state == "cancelled"


def test_a_deadline_is_never_negative() -> None:
    deadline = Deadline.after(-5, time.monotonic)

    assert deadline.left_s() == 0
    assert Deadline(10, lambda: 4).at_most(3).left_s() == 3
    assert Deadline(10, lambda: 4).at_most(30).left_s() == 6
