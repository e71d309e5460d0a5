"""Shipments: created and rated, resumed after a crash, and their labels found."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.errors import (
    CarrierRejected,
    CarrierTimeout,
    Conflict,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
)
from chalicelib.domain.idempotency import Claim
from chalicelib.domain.shipments import ShipmentFields
from tests.builders import A_TENANT, ITS_LIVE_MODE, NOW, a_message, a_parcel, a_recipient, a_shipment, an_id
from tests.fake_carrier import (
    ANSWER_LOST,
    CRASH_AFTER,
    CRASH_BEFORE,
    LATE,
    REFUSED,
    Crash,
    Turn,
)
from tests.service_cases import IN_TIME, Desk


def fields(**changes: Any) -> ShipmentFields:
    record = a_shipment(**changes)
    return ShipmentFields.model_construct(**{name: getattr(record, name) for name in ShipmentFields.model_fields})


def a_claim(**changes: Any) -> Claim:
    return replace(Claim(an_id("shp")), **changes)


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

        assert caught.value.message == "The shipment could not be created due to missing required fields"
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
        assert desk.carrier.calls.count("rate") == 1
        assert len(desk.table.inner.stored) == 1
        assert len(desk.carrier.book) == (0 if service is None else 1)

    def test_a_resumed_request_whose_first_try_stored_nothing_begins(self) -> None:
        desk = Desk()
        claim = a_claim(resumed=True)

        record = desk.shipments.create(A_TENANT, fields(), claim, IN_TIME)

        assert record.id == claim.object_id

    def test_it_buys_the_service_that_it_names_whatever_the_draft_was_changed_to_meanwhile(self) -> None:
        desk = Desk()
        first = desk.draft(service="sandbox_express")
        claim = a_claim(object_id=first.id, resumed=True)

        record = desk.shipments.create(A_TENANT, fields(service="sandbox_ground"), claim, IN_TIME)

        assert (record.id, record.state, record.service) == (first.id, "created", "sandbox_ground")

    def test_what_its_first_try_stores_meanwhile_is_the_shipment(self) -> None:
        desk = Desk()
        claim = a_claim(resumed=True)
        first = a_shipment(id=claim.object_id, reference="the first try's")
        desk.table.will("add", Turn(before=lambda: desk.table.inner.add(A_TENANT, first)))

        record = desk.shipments.create(A_TENANT, fields(), claim, IN_TIME)

        assert record == desk.stored(record) == first

    def test_a_resumed_requests_draft_is_as_old_as_its_first_try(self) -> None:
        desk = Desk()
        claim = a_claim(resumed=True)
        desk.clock.move(60)

        record = desk.shipments.create(A_TENANT, fields(), claim, IN_TIME)

        assert (record.created_at, record.updated_at) == (NOW, desk.clock())

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

        with pytest.raises(NotFound, match=f"^There is no parcel {count}: they are counted from 0 to {count - 1}$"):
            desk.shipments.label(A_TENANT, bought.id, count)

    @pytest.mark.parametrize("parcel", [0, 1])
    def test_parcels_whose_labels_came_as_one_have_none_of_their_own(self, parcel: int) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft(parcels=(a_parcel(), a_parcel())))
        desk.table.inner.save(A_TENANT, bought.model_copy(update={"parcel_labels": ()}))

        told = f"^Parcel {parcel} has no label of its own; print the whole label, without `parcel`$"
        with pytest.raises(NotFound, match=told):
            desk.shipments.label(A_TENANT, bought.id, parcel)

        assert desk.shipments.label(A_TENANT, bought.id, None) == bought.documents[0]

    @pytest.mark.parametrize("parcel", [None, 0])
    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"state": "draft"}, "not bought"),
            ({"state": "purchasing"}, "not bought"),
            ({"state": "unconfirmed"}, "not bought"),
            ({"state": "cancelled"}, "not bought"),
            ({"state": "cancelled", "purchase_id": "pur_1"}, "given up"),
            ({"state": "cancelled", "purchase_id": "pur_1", "void_id": "void_1"}, "voided"),
        ],
    )
    def test_where_there_is_no_valid_label_it_is_said_what_became_of_it(
        self, changes: dict[str, str], told: str, parcel: int | None
    ) -> None:
        desk = Desk()
        record = desk.draft(**changes)

        with pytest.raises(Conflict, match=f"^This shipment's label is {told}, so there is none to print$"):
            desk.shipments.label(A_TENANT, record.id, parcel)

    def test_a_voided_label_is_not_given_out(self) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        desk.cancel(bought)

        with pytest.raises(Conflict, match="is voided"):
            desk.shipments.label(A_TENANT, bought.id, None)
