"""Connections that there are already: changed, deleted, and tried at their carrier."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.connections import ConnectionRecord
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierTimeout, CarrierUnavailable, Conflict, InvalidRequest, NotFound
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.ports import Connection
from chalicelib.services.connections import CHECK_S, ConnectionWish
from tests.builders import A_TENANT, ITS_LIVE_MODE, a_message
from tests.connection_cases import SECRET, Office, credentials
from tests.fake_carrier import LATE, REFUSED, UNAVAILABLE, Turn
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

        assert faults(refusal) == {"credentials"}
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

    @pytest.mark.parametrize(("turn", "error"), [(LATE, CarrierTimeout), (UNAVAILABLE, CarrierUnavailable)])
    def test_a_carrier_that_says_nothing_is_an_error(self, office: Office, turn: Turn, error: type[Exception]):
        record = office.create()
        office.carrier.will("check", turn)

        with pytest.raises(error):
            office.service.test(A_TENANT, record.id, IN_TIME)

    def test_it_takes_no_longer_than_it_may(self, office: Office):
        record, left = office.create(), []

        def note(_: Connection, deadline: Deadline) -> tuple[()]:
            left.append(deadline.left_s())
            return ()

        office.carrier.inner.check = note

        office.service.test(A_TENANT, record.id, IN_TIME)

        assert left[0] <= CHECK_S < IN_TIME.left_s()

    def test_an_inactive_one_can_be_tried(self, office: Office):
        record = office.create(active=False)

        assert office.service.test(A_TENANT, record.id, IN_TIME).success

    def test_a_carrier_that_is_no_longer_offered_is_told(self, office: Office):
        record = office.create()
        del office.kinds.known["ups"]

        with pytest.raises(Conflict, match="does not offer ups"):
            office.service.test(A_TENANT, record.id, IN_TIME)
        assert office.service.get(A_TENANT, record.id).carrier_name == "ups"

    def test_another_tenants_is_unknown(self, office: Office):
        record = office.create()

        with pytest.raises(NotFound):
            office.service.test(ITS_LIVE_MODE, record.id, IN_TIME)
        assert office.carrier.calls == []
