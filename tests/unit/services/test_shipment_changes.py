"""Changes of shipments: rated again when carriers would quote anew, refused when the state forbids it."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import (
    CarrierTimeout,
    Conflict,
    InvalidRequest,
    NotFound,
    PurchaseInProgress,
    PurchaseUnconfirmed,
)
from chalicelib.domain.options import Options
from chalicelib.domain.ports import Connection
from chalicelib.domain.purchases import waiting_message
from chalicelib.domain.rates import Quote, RateRequest
from chalicelib.domain.shipments import ShipmentFields, ShipmentRecord
from chalicelib.services.shipments import Change
from tests.builders import A_TENANT, ITS_LIVE_MODE, NOW, SERVICES, a_message, a_parcel, a_recipient
from tests.fake_carrier import (
    CANNOT_SAY,
    LATE_AND_UNDONE,
    UNAVAILABLE,
    Turn,
)
from tests.service_cases import IN_TIME, Desk


def setting(**changes: Any) -> Change:
    """The change of a draft's fields to these values."""
    return Change(frozenset(changes), lambda record: record.model_copy(update=changes))


class TestUpdate:
    @pytest.mark.parametrize(
        "changes",
        [
            {"recipient": a_recipient(city="Oakland")},
            {"parcels": (a_parcel(weight=2),)},
            {"options": Options(insurance=5)},
            {"is_return": True},
            {"services": tuple(SERVICES)},
            {"carrier_ids": ("sandbox",)},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_what_carriers_see_is_rated_again(self, changes: dict[str, Any]) -> None:
        desk = Desk()
        draft = desk.draft(rates=(), messages=(a_message(),))

        changed = desk.shipments.update(A_TENANT, draft.id, setting(**changes), IN_TIME)

        assert desk.carrier.calls == ["rate"]
        assert {name: getattr(changed, name) for name in changes} == changes
        assert (changed.rates, changed.messages) == (desk.carrier.offered, ())
        assert desk.stored(draft) == changed

    @pytest.mark.parametrize(
        "changes",
        [
            {"metadata": {"a": "b"}},
            {"reference": "PO-8"},
            {"order_id": "1001"},
            {"label_type": "ZPL"},
            {"service": "sandbox_ground"},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_what_carriers_do_not_see_is_not(self, changes: dict[str, Any]) -> None:
        desk = Desk()
        draft = desk.draft()

        changed = desk.shipments.update(A_TENANT, draft.id, setting(**changes), IN_TIME)

        assert desk.carrier.calls == []
        assert {name: getattr(changed, name) for name in changes} == changes
        assert changed.rates == draft.rates

    def test_what_is_named_and_stays_the_same_is_not_rated_again(self) -> None:
        desk = Desk()
        draft = desk.draft()
        same = setting(recipient=draft.recipient.model_copy(), options=draft.options.model_copy())

        desk.shipments.update(A_TENANT, draft.id, same, IN_TIME)

        assert desk.carrier.calls == []

    def test_a_change_is_marked_with_its_time_and_counted(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.clock.move(5)

        changed = desk.shipments.update(A_TENANT, draft.id, setting(reference="PO-8"), IN_TIME)

        assert (changed.updated_at, changed.created_at) == (desk.clock(), NOW)
        assert changed.version == draft.version + 1

    def test_an_outcome_that_could_not_have_been_created_changes_nothing(self) -> None:
        desk = Desk()
        draft = desk.draft()

        def refuse(_: ShipmentRecord) -> ShipmentFields:
            raise InvalidRequest("no", {"recipient": "no"})

        with pytest.raises(InvalidRequest):
            desk.shipments.update(A_TENANT, draft.id, Change(frozenset({"recipient"}), refuse), IN_TIME)

        assert desk.stored(draft) == draft

    def test_a_draft_whose_carriers_fail_loses_its_stale_rates(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("rate", UNAVAILABLE)

        changed = desk.shipments.update(A_TENANT, draft.id, setting(is_return=True), IN_TIME)

        assert changed.rates == ()
        assert [message.code for message in changed.messages] == ["carrier_unavailable"]

    def test_who_was_slower_is_told_so_and_nothing_is_lost(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.table.will(
            "save", Turn(before=lambda: desk.table.inner.save(A_TENANT, draft.model_copy(update={"order_id": "1"})))
        )

        with pytest.raises(Conflict):
            desk.shipments.update(A_TENANT, draft.id, setting(reference="PO-8"), IN_TIME)

        assert (desk.stored(draft).order_id, desk.stored(draft).reference) == ("1", None)


def test_rated_again_a_draft_keeps_the_changes_that_it_was_rated_with() -> None:
    desk = Desk()
    draft = desk.draft(rates=(), messages=(a_message(),))
    asked = []

    def rate(_connection: Connection, request: RateRequest, _deadline: Deadline) -> Quote:
        asked.append(request)
        return Quote(rates=desk.carrier.offered)

    desk.carrier.inner.rate = rate

    rated = desk.shipments.rate(A_TENANT, draft.id, {"options": Options(insurance=5)}, IN_TIME)

    assert [request.options for request in asked] == [rated.options] == [Options(insurance=5)]
    assert (rated.rates, rated.messages, rated.version) == (desk.carrier.offered, (), draft.version + 1)
    assert desk.stored(draft) == rated


def rate_again(desk: Desk, record: ShipmentRecord) -> None:
    desk.shipments.rate(A_TENANT, record.id, {}, IN_TIME)


def change_recipient(desk: Desk, record: ShipmentRecord) -> None:
    desk.shipments.update(A_TENANT, record.id, setting(recipient=a_recipient(city="Oakland")), IN_TIME)


def change_all(desk: Desk, record: ShipmentRecord) -> None:
    everything = setting(order_id="1001", label_type="ZPL", is_return=True, metadata={}, reference="PO-9")
    desk.shipments.update(A_TENANT, record.id, everything, IN_TIME)


def change_metadata(desk: Desk, record: ShipmentRecord) -> None:
    desk.shipments.update(A_TENANT, record.id, setting(metadata={}), IN_TIME)


ACTS = [rate_again, change_recipient, change_metadata]
Act = Callable[[Desk, ShipmentRecord], None]


class TestForbidden:
    @pytest.mark.parametrize("act", ACTS)
    @pytest.mark.parametrize(("seconds", "left_s"), [(20, 40), (57.5, 2), (58.5, 1), (59.5, 1)])
    def test_nothing_changes_while_the_label_is_bought(self, act: Act, seconds: float, left_s: int) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        before = desk.stored(draft)
        desk.clock.move(seconds)

        with pytest.raises(PurchaseInProgress) as caught:
            act(desk, draft)

        assert caught.value.message == "This shipment is being bought or voided right now; ask again"
        assert caught.value.retry_after_s == left_s
        assert desk.stored(draft) == before

    @pytest.mark.parametrize("act", ACTS)
    @pytest.mark.parametrize("asked", [True, False])
    def test_nothing_changes_while_the_purchase_is_unconfirmed(self, act: Act, asked: bool) -> None:  # noqa: FBT001
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        desk.after_lease()
        if asked:
            desk.carrier.will("find_purchase", CANNOT_SAY)
            with pytest.raises(PurchaseUnconfirmed):
                desk.buy(draft)

        with pytest.raises(PurchaseUnconfirmed) as caught:
            act(desk, draft)

        waiting = waiting_message(desk.stored(draft), desk.clock())
        assert waiting is not None
        assert caught.value.message == waiting.message

    @pytest.mark.parametrize(
        ("act", "closed"),
        [(rate_again, "rates"), (change_recipient, "recipient"), (change_all, "is_return, label_type, order_id")],
    )
    def test_of_a_bought_shipment_nothing_changes_that_its_label_was_made_of(self, act: Act, closed: str) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        told = f"^The label is bought: only metadata and reference may change, not {closed}$"
        with pytest.raises(Conflict, match=told):
            act(desk, bought)

        assert desk.stored(bought) == bought

    @pytest.mark.parametrize("act", [rate_again, change_recipient])
    def test_of_a_cancelled_shipment_nothing_changes_but_what_is_the_customers(self, act: Act) -> None:
        desk = Desk()
        cancelled = desk.cancel(desk.draft())

        with pytest.raises(Conflict, match=r"^This shipment is cancelled; create a new one$"):
            act(desk, cancelled)

    @pytest.mark.parametrize("end", ["created", "cancelled", "in_transit"])
    def test_metadata_and_reference_stay_open(self, end: str) -> None:
        desk = Desk()
        record = desk.buy(desk.draft())
        desk.table.inner.save(A_TENANT, record.model_copy(update={"state": end}))

        change = setting(metadata={"a": "b"}, reference="PO-9")
        changed = desk.shipments.update(A_TENANT, record.id, change, IN_TIME)

        assert (changed.metadata, changed.reference, changed.state) == ({"a": "b"}, "PO-9", end)

    def test_the_other_modes_shipment_is_not_found(self) -> None:
        desk = Desk()
        draft = desk.draft()

        for act in (
            lambda: desk.shipments.get(ITS_LIVE_MODE, draft.id),
            lambda: desk.shipments.update(ITS_LIVE_MODE, draft.id, setting(metadata={}), IN_TIME),
            lambda: desk.shipments.rate(ITS_LIVE_MODE, draft.id, {}, IN_TIME),
            lambda: desk.shipments.label(ITS_LIVE_MODE, draft.id, None),
            lambda: desk.purchases.cancel(ITS_LIVE_MODE, draft.id, IN_TIME),
        ):
            with pytest.raises(NotFound):
                act()
