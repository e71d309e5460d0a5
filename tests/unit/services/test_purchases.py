"""Purchases: one choice bought once, and whatever is missing told before the carrier is asked."""

from decimal import Decimal

import pytest

from chalicelib.domain.errors import (
    CarrierRejected,
    CarrierTimeout,
    Conflict,
    NotFound,
    PurchaseInProgress,
)
from chalicelib.domain.purchases import Order
from tests.builders import A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE, a_parcel
from tests.fake_carrier import (
    ANSWER_LOST,
    LATE_AND_UNDONE,
    REFUSED,
    SMOOTH,
    Turn,
)
from tests.service_cases import EXPRESS, GROUND, IN_TIME, Desk


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

    def test_each_try_of_an_order_is_a_purchase_of_its_own(self) -> None:
        desk = Desk()
        draft, order = desk.draft(), Order(rate="cheapest", id="pur_named")
        desk.carrier.will("buy", REFUSED, SMOOTH)
        with pytest.raises(CarrierRejected):
            desk.buy(draft, order)

        bought = desk.buy(draft, order)

        assert bought.purchase_id != "pur_named"
        assert desk.carrier.book.keys() == {bought.purchase_id}

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
        assert caught.value.message == (
            "This shipment's label is bought already, with another choice; cancel it to buy anew"
        )
        assert len(desk.carrier.book) == 1

    def test_a_rate_bought_by_its_id_answers_the_same_at_another_price(self) -> None:
        desk = Desk()
        draft = desk.draft()
        order = Order(selected_rate_id=draft.rates[1].id)
        desk.carrier.inner.price_factor = 3

        bought = desk.buy(draft, order)

        assert desk.buy(bought, order) == bought

    def test_a_carriers_own_id_for_the_bought_rate_does_not_replace_the_chosen_one(self) -> None:
        desk = Desk()
        draft = desk.draft()
        order = Order(selected_rate_id=draft.rates[1].id)
        desk.carrier.inner.names_rates_anew = True

        bought = desk.buy(draft, order)

        assert bought.selected_rate_id == order.selected_rate_id
        assert bought.selected_rate is not None
        assert bought.selected_rate.id == order.selected_rate_id
        assert desk.buy(bought, order) == bought

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

        with pytest.raises(Conflict, match=r"^This shipment is cancelled; create a new one$"):
            desk.buy(draft)
