"""Connections that there are already: changed, deleted, and tried at their carrier."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.connections import ConnectionRecord
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import (
    CarrierRejected,
    CarrierTimeout,
    CarrierUnavailable,
    Conflict,
    InvalidRequest,
    NotFound,
)
from chalicelib.domain.messages import Message
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.ports import Connection
from chalicelib.services.connections import CHECK_S, ConnectionWish
from tests.builders import A_TENANT, ITS_LIVE_MODE, a_message
from tests.connection_cases import SECRET, Office, credentials
from tests.fake_carrier import LATE, REFUSED, UNAVAILABLE, Turn, raising
from tests.service_cases import IN_TIME

ELSEWHERE = {"server_url": "https://stand-in.example.com"}


@pytest.fixture
def office() -> Office:
    return Office()


def faults(refusal: pytest.ExceptionInfo[InvalidRequest]) -> set[str]:
    assert SECRET not in str(refusal.value.details) + refusal.value.message
    return set(refusal.value.details)


class TestChanging:
    def test_what_is_not_named_stays(self, office: Office):
        record = office.create(config={"label_type": "ZPL"}, metadata={"a": 1})
        office.clock.move(5)

        changed = office.change(record, active=False)

        assert changed == record.model_copy(
            update={"active": False, "updated_at": office.clock(), "version": record.version + 1}
        )
        assert office.opened(record)["client_secret"] == SECRET

    def test_what_is_named_is_stored_and_answered(self, office: Office):
        record = office.create(config={"label_type": "ZPL"}, metadata={"a": 1}, capabilities=("rating", "tracking"))
        wanted = {"config": {"cost_center": "7"}, "metadata": {"b": 2}, "capabilities": ("rating",), "active": False}
        office.clock.move(5)

        changed = office.change(record, **wanted)

        assert changed == record.model_copy(update=wanted | {"updated_at": office.clock(), "version": 1})
        assert office.table.get(A_TENANT, record.id) == changed

    def test_one_that_is_not_narrowed_stays_so_and_shows_what_its_carrier_can(self, office: Office):
        changed = office.change(office.create(), active=False)

        assert changed.capabilities == ("rating", "shipping", "tracking")
        assert office.table.get(A_TENANT, changed.id).capabilities == ()

    def test_new_credentials_replace_the_old_ones(self, office: Office):
        record = office.create(credentials=credentials(account_number="1"))

        office.change(record, credentials=credentials(client_secret="new"))

        assert office.opened(record) == {"client_id": "me", "client_secret": "new"}

    @pytest.mark.parametrize("changes", [{"carrier_name": "sandbox"}, {"carrier_id": "other"}])
    def test_it_keeps_its_names(self, office: Office, changes: dict[str, Any]):
        record = office.create()

        with pytest.raises(InvalidRequest) as refusal:
            office.change(record, **changes)

        assert faults(refusal) == changes.keys()
        assert refusal.value.message == "The connection could not be updated due to invalid fields"

    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"config": {"colour": "red"}}, "config.colour"),
            ({"config": {"server_url": "ftp://x.example.com"}, "credentials": credentials()}, "config.server_url"),
            ({"credentials": credentials(other="x")}, "credentials.other"),
            ({"capabilities": ("x",)}, "capabilities.0"),
        ],
    )
    def test_a_change_is_judged_as_a_creation_is(self, office: Office, changes: dict[str, Any], path: str):
        record = office.create()

        with pytest.raises(InvalidRequest) as refusal:
            office.change(record, **changes)

        assert faults(refusal) == {path}
        assert refusal.value.message == "The connection could not be updated due to invalid fields"
        assert office.service.get(A_TENANT, record.id) == record

    def test_what_stays_is_not_judged_anew(self, office: Office):
        record = office.create(config={"label_type": "ZPL"}, capabilities=("rating",))
        office.kinds.faults_of_config = lambda *_: {"label_type": "Unknown field"}  # type: ignore[method-assign]
        office.kinds.known["ups"] = replace(office.kinds.kind("ups"), capabilities=("tracking",))

        assert office.change(record, active=False).active is False

    def test_stored_credentials_go_to_no_other_address(self, office: Office):
        record = office.create()

        with pytest.raises(InvalidRequest) as refusal:
            office.change(record, config=ELSEWHERE)

        told = "Send them anew with config.server_url: those stored go to no other address"
        assert refusal.value.details == {"credentials": told}
        moved = office.change(record, config=ELSEWHERE, credentials=credentials())
        assert office.change(moved, config=ELSEWHERE | {"label_type": "ZPL"}).config["label_type"] == "ZPL"
        assert office.change(moved, config={}).config == {}

    def test_a_lost_race_is_a_conflict(self, office: Office):
        record = office.create()

        def meanwhile(before: ConnectionRecord) -> ConnectionWish:
            office.change(record, active=False)
            return ConnectionWish(before.carrier_name, before.carrier_id, None)

        with pytest.raises(Conflict):
            office.service.update(A_TENANT, record.id, meanwhile)


class TestListing:
    def test_a_page_shows_what_each_can_and_says_where_the_list_goes_on(self, office: Office):
        made = [office.create(), office.create(carrier_id="ups-bonn", capabilities=("rating",))]

        page = office.service.list(A_TENANT, PageRequest(limit=1))
        rest = office.service.list(A_TENANT, PageRequest(limit=1, after=page.after))

        assert [*page.results, *rest.results] == sorted(made, key=lambda record: record.id, reverse=True)
        assert (page.after, rest.after) == (page.results[0].id, None)


class TestDeleting:
    def test_it_is_answered_as_it_was_and_then_gone(self, office: Office):
        record = office.create()

        assert office.service.delete(A_TENANT, record.id) == record

        with pytest.raises(NotFound):
            office.service.delete(A_TENANT, record.id)
        assert office.service.list(A_TENANT, PageRequest()).results == ()


class TestTrying:
    def test_a_carrier_that_accepts_is_a_success_with_its_words(self, office: Office):
        record = office.create()
        office.carrier.inner.check = lambda *_: (a_message(level="info"),)

        told = office.service.test(A_TENANT, record.id, IN_TIME)

        assert (told.operation, told.success, told.messages) == ("test", True, (a_message(level="info"),))

    def test_a_refusal_is_an_answer_with_the_carriers_words(self, office: Office):
        record = office.create()
        office.carrier.will("check", REFUSED)

        told = office.service.test(A_TENANT, record.id, IN_TIME)

        assert (told.success, told.messages) == (False, (a_message(),))

    def test_a_refusal_without_words_is_told_in_ours(self, office: Office):
        record = office.create()
        office.carrier.will("check", Turn(before=raising(lambda: CarrierRejected("UPS refuses these credentials"))))

        (message,) = office.service.test(A_TENANT, record.id, IN_TIME).messages

        assert message == Message(
            message="UPS refuses these credentials",
            code="carrier_rejected",
            carrier_name="ups",
            carrier_id="ups-berlin",
        )

    @pytest.mark.parametrize(("turn", "error"), [(LATE, CarrierTimeout), (UNAVAILABLE, CarrierUnavailable)])
    def test_a_carrier_that_says_nothing_is_an_error(self, office: Office, turn: Turn, error: type[Exception]):
        record = office.create()
        office.carrier.will("check", turn)

        with pytest.raises(error):
            office.service.test(A_TENANT, record.id, IN_TIME)

    def test_it_alone_is_tried_and_no_longer_than_it_may(self, office: Office):
        record, left, tried = office.create(), [], []

        def note(connection: Connection, deadline: Deadline) -> tuple[()]:
            left.append(deadline.left_s())
            tried.append(connection)
            return ()

        office.carrier.inner.check = note

        office.service.test(A_TENANT, record.id, IN_TIME)

        assert left[0] <= CHECK_S < IN_TIME.left_s()
        assert tried == [Connection("ups", "ups-berlin", A_TENANT)]

    def test_an_inactive_one_can_be_tried(self, office: Office):
        record = office.create(active=False)

        assert office.service.test(A_TENANT, record.id, IN_TIME).success

    def test_a_carrier_that_is_no_longer_offered_is_told(self, office: Office):
        record = office.create()
        del office.kinds.known["ups"]

        with pytest.raises(Conflict, match=r"^This server does not offer ups any more$"):
            office.service.test(A_TENANT, record.id, IN_TIME)
        assert office.service.get(A_TENANT, record.id).carrier_name == "ups"

    def test_another_tenants_is_unknown(self, office: Office):
        record = office.create()

        with pytest.raises(NotFound):
            office.service.test(ITS_LIVE_MODE, record.id, IN_TIME)
        assert office.carrier.calls == []
