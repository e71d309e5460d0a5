"""Shipments: created and rated, changed while that is allowed, and rated again when carriers would quote anew."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.errors import (
    CarrierRejected,
    CarrierTimeout,
    Conflict,
    DrayError,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    PurchaseInProgress,
    PurchaseUnconfirmed,
)
from chalicelib.domain.idempotency import Claim
from chalicelib.domain.options import Options
from chalicelib.domain.shipments import ShipmentFields, ShipmentRecord
from chalicelib.services.shipments import Change
from tests.builders import A_TENANT, ITS_LIVE_MODE, NOW, a_message, a_parcel, a_recipient, a_shipment, an_id
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
    Turn,
)
from tests.service_cases import GROUND, IN_TIME, Desk


def fields(**changes: Any) -> ShipmentFields:
    record = a_shipment(**changes)
    return ShipmentFields.model_construct(**{name: getattr(record, name) for name in ShipmentFields.model_fields})


def a_claim(**changes: Any) -> Claim:
    return replace(Claim(an_id("shp")), **changes)


def setting(**changes: Any) -> Change:
    """The change of a draft's fields to these values."""
    return Change(frozenset(changes), lambda record: record.model_copy(update=changes))


class TestCreate:
    def test_a_shipment_is_stored_as_a_rated_draft_under_the_claimed_id(self) -> None:
        desk = Desk()
        claim = a_claim()

        record = desk.shipments.create(A_TENANT, fields(reference="PO-7"), claim, IN_TIME)

        assert (record.id, record.state, record.version) == (claim.object_id, "draft", 0)
        assert (record.created_at, record.updated_at, record.test_mode) == (NOW, NOW, True)
        assert record.rates == desk.carrier.offered
        assert desk.stored(record) == record

    def test_carriers_that_fail_are_named_and_the_draft_is_stored_all_the_same(self) -> None:
        desk = Desk()
        desk.carrier.will("rate", LATE)

        record = desk.shipments.create(A_TENANT, fields(), a_claim(), IN_TIME)

        assert desk.stored(record).rates == ()
        assert [message.code for message in record.messages] == ["carrier_timeout"]

    def test_without_connection_the_draft_says_so(self) -> None:
        desk = Desk(with_carrier=False)

        record = desk.shipments.create(ITS_LIVE_MODE, fields(), a_claim(), IN_TIME)

        assert [message.code for message in record.messages] == ["no_connection"]
        assert not record.test_mode

    def test_with_a_service_its_label_is_bought_at_once(self) -> None:
        desk = Desk()

        record = desk.shipments.create(A_TENANT, fields(service="sandbox_express"), a_claim(), IN_TIME)

        assert (record.state, record.service) == ("created", "sandbox_express")
        assert len(desk.carrier.live) == 1

    @pytest.mark.parametrize(
        ("turn", "error"), [(REFUSED, CarrierRejected), (ANSWER_LOST, CarrierTimeout), (CRASH_AFTER, Crash)]
    )
    def test_every_error_after_the_draft_was_stored_names_it(self, turn: Turn, error: type[Exception]) -> None:
        desk = Desk()
        claim = a_claim()
        desk.carrier.will("buy", turn)

        with pytest.raises(error) as caught:
            desk.shipments.create(A_TENANT, fields(service="sandbox_ground"), claim, IN_TIME)

        assert vars(caught.value)["shipment_id"] == claim.object_id
        assert desk.table.get(A_TENANT, claim.object_id)

    def test_a_service_that_nobody_offers_is_a_refusal_that_keeps_the_draft(self) -> None:
        desk = Desk()
        desk.carrier.inner.said = (a_message(),)

        with pytest.raises(CarrierRejected) as caught:
            desk.shipments.create(A_TENANT, fields(service="teleport"), a_claim(), IN_TIME)

        assert caught.value.messages == (a_message(),)
        assert caught.value.shipment_id is not None
        assert desk.table.get(A_TENANT, caught.value.shipment_id).state == "draft"

    def test_what_a_label_lacks_is_told_before_anything_is_stored(self) -> None:
        desk = Desk()
        lacking = fields(service="sandbox_ground", recipient=a_recipient(city=None))

        with pytest.raises(InvalidRequest) as caught:
            desk.shipments.create(A_TENANT, lacking, a_claim(), IN_TIME)

        assert caught.value.details.keys() == {"recipient.city"}
        assert caught.value.shipment_id is None
        assert (desk.table.calls, desk.carrier.calls) == ([], [])

    def test_a_shipment_too_large_for_the_database_is_refused(self) -> None:
        desk = Desk()
        parcels = tuple(a_parcel(meta={"what": "x" * 6_000}) for _ in range(50))

        with pytest.raises(PayloadTooLarge):
            desk.shipments.create(A_TENANT, fields(parcels=parcels), a_claim(), IN_TIME)

        assert desk.table.calls == []


class TestResumed:
    @pytest.mark.parametrize("service", [None, "sandbox_ground"])
    def test_a_resumed_request_goes_on_with_the_shipment_of_its_first_try(self, service: str | None) -> None:
        desk = Desk()
        claim = a_claim()
        first = desk.shipments.create(A_TENANT, fields(service=service), claim, IN_TIME)

        again = desk.shipments.create(A_TENANT, fields(service=service), replace(claim, resumed=True), IN_TIME)

        assert again == first
        assert len(desk.table.inner.stored) == 1
        assert len(desk.carrier.book) == (0 if service is None else 1)

    def test_a_resumed_request_whose_first_try_stored_nothing_begins(self) -> None:
        desk = Desk()
        claim = a_claim(resumed=True)

        record = desk.shipments.create(A_TENANT, fields(), claim, IN_TIME)

        assert record.id == claim.object_id

    @pytest.mark.parametrize(
        ("port", "call", "turn"),
        [
            ("table", "add", CRASH_BEFORE),
            ("table", "add", CRASH_AFTER),
            ("table", "save", CRASH_BEFORE),
            ("table", "save", CRASH_AFTER),
            ("carrier", "buy", CRASH_AFTER),
            ("labels", "put", CRASH_BEFORE),
            ("table", "complete", CRASH_AFTER),
        ],
    )
    def test_a_create_and_buy_that_crashed_is_resumed_to_one_shipment_and_one_label(
        self, port: str, call: str, turn: Turn
    ) -> None:
        desk = Desk()
        claim = a_claim()
        getattr(desk, port).will(call, turn)
        with pytest.raises(Crash):
            desk.shipments.create(A_TENANT, fields(service="sandbox_ground"), claim, IN_TIME)
        desk.after_lease()

        record = desk.shipments.create(
            A_TENANT, fields(service="sandbox_ground"), replace(claim, resumed=True), IN_TIME
        )

        assert record.state == "created"
        assert len(desk.table.inner.stored) == len(desk.carrier.live) == 1


class TestUpdate:
    @pytest.mark.parametrize(
        "changes",
        [
            {"recipient": a_recipient(city="Oakland")},
            {"parcels": (a_parcel(weight=2),)},
            {"options": Options(insurance=5)},
            {"is_return": True},
            {"services": ("sandbox_ground",)},
            {"carrier_ids": ("sandbox",)},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_what_carriers_see_is_rated_again(self, changes: dict[str, Any]) -> None:
        desk = Desk()
        draft = desk.draft(rates=(), messages=(a_message(),))

        changed = desk.shipments.update(A_TENANT, draft.id, setting(**changes), IN_TIME)

        assert desk.carrier.calls == ["rate"]
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


def rate_again(desk: Desk, record: ShipmentRecord) -> None:
    desk.shipments.rate(A_TENANT, record.id, {}, IN_TIME)


def change_recipient(desk: Desk, record: ShipmentRecord) -> None:
    desk.shipments.update(A_TENANT, record.id, setting(recipient=a_recipient(city="Oakland")), IN_TIME)


def change_metadata(desk: Desk, record: ShipmentRecord) -> None:
    desk.shipments.update(A_TENANT, record.id, setting(metadata={}), IN_TIME)


ACTS = [rate_again, change_recipient, change_metadata]
Act = Callable[[Desk, ShipmentRecord], None]


class TestForbidden:
    @pytest.mark.parametrize("act", ACTS)
    def test_nothing_changes_while_the_label_is_bought(self, act: Act) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", LATE_AND_UNDONE)
        with pytest.raises(CarrierTimeout):
            desk.buy(draft)
        before = desk.stored(draft)
        desk.clock.move(20)

        with pytest.raises(PurchaseInProgress) as caught:
            act(desk, draft)

        assert caught.value.retry_after_s == 40
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

        with pytest.raises(PurchaseUnconfirmed, match="sandbox"):
            act(desk, draft)

    @pytest.mark.parametrize("act", [rate_again, change_recipient])
    def test_of_a_bought_shipment_nothing_changes_that_its_label_was_made_of(self, act: Act) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        with pytest.raises(Conflict, match="only metadata and reference"):
            act(desk, bought)

        assert desk.stored(bought) == bought

    @pytest.mark.parametrize("act", [rate_again, change_recipient])
    def test_of_a_cancelled_shipment_nothing_changes_but_what_is_the_customers(self, act: Act) -> None:
        desk = Desk()
        cancelled = desk.cancel(desk.draft())

        with pytest.raises(Conflict, match="cancelled"):
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


class TestLabel:
    def test_the_whole_label_and_each_parcels_are_found(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft(parcels=(a_parcel(), a_parcel())))

        found = [desk.shipments.label(A_TENANT, bought.id, parcel) for parcel in (None, 0, 1)]

        assert found == [bought.documents[0], *bought.parcel_labels]

    def test_the_only_parcels_label_is_the_whole(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())

        assert desk.shipments.label(A_TENANT, bought.id, 0) == bought.documents[0]

    @pytest.mark.parametrize("count", [1, 2])
    def test_a_parcel_that_is_not_there_is_not_found(self, count: int) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft(parcels=tuple(a_parcel() for _ in range(count))))

        with pytest.raises(NotFound, match=f"{count} parcel"):
            desk.shipments.label(A_TENANT, bought.id, count)

    def test_a_draft_has_no_label(self) -> None:
        desk = Desk()

        with pytest.raises(Conflict, match="not bought"):
            desk.shipments.label(A_TENANT, desk.draft().id, None)

    def test_a_voided_label_is_not_given_out(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.cancel(bought)

        with pytest.raises(Conflict, match="voided"):
            desk.shipments.label(A_TENANT, bought.id, None)

    def test_a_purchase_under_way_has_no_label(self) -> None:
        desk = Desk()
        draft = desk.draft()
        desk.carrier.will("buy", ANSWER_LOST)
        with pytest.raises(DrayError):
            desk.buy(draft, GROUND)

        with pytest.raises(Conflict, match="not bought"):
            desk.shipments.label(A_TENANT, draft.id, None)
