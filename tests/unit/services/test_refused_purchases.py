"""Purchases that come to nothing: refused, too late, or lacking what a label needs."""

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import (
    CarrierRejected,
    CarrierTimeout,
    CarrierUnavailable,
    InvalidRequest,
    Unavailable,
)
from chalicelib.domain.purchases import Order
from tests.builders import a_recipient
from tests.fake_carrier import (
    LATE,
    REFUSED,
    SMOOTH,
    UNAVAILABLE,
    Turn,
    raising,
)
from tests.service_cases import Desk


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

    def test_what_a_carrier_says_in_a_sentence_goes_on_in_it(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", Turn(before=raising(lambda: CarrierRejected("A description is required."))))

        with pytest.raises(CarrierRejected) as caught:
            desk.buy(draft)

        assert caught.value.message == "A description is required; nothing was bought"

    def test_no_purchase_is_started_while_no_label_could_be_kept(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.labels.will("check", Turn(before=raising(lambda: Unavailable("The label store is down"))))

        with pytest.raises(Unavailable) as caught:
            desk.buy(draft)

        assert desk.stored(draft) == draft
        assert "save" not in desk.table.calls
        assert "buy" not in desk.carrier.calls
        assert caught.value.shipment_id == draft.id

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
