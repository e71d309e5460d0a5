"""Connections that are gone, or cannot be opened: the shipment stays as it is, and the answer says what to do."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from chalicelib.domain.credentials import Credentials
from chalicelib.domain.errors import CarrierTimeout, CarrierUnavailable, Conflict, DrayError, Unavailable
from chalicelib.domain.ports import Connection
from chalicelib.domain.shipments import ShipmentRecord
from tests.builders import A_TENANT
from tests.fake_carrier import ANSWER_LOST, REFUSED, Turn
from tests.service_cases import AFTER_LEASE_S, EXPRESS, GROUND, IN_TIME, Desk

A_CONNECTION = Connection("sandbox", "sandbox", A_TENANT)


def failing(error: Callable[[], Exception]) -> Credentials:
    def decrypt() -> Mapping[str, str | int]:
        raise error()

    return Credentials(decrypt)


def lock(desk: Desk, error: Callable[[], Exception]) -> None:
    """From now on the connection's credentials can't be decrypted."""
    desk.registry.known = (replace(A_CONNECTION, credentials=failing(error)),)


def remove_connection(desk: Desk) -> None:
    desk.registry.known = ()


def remove_carrier(desk: Desk) -> None:
    """From now on the installation no longer offers the carrier."""
    desk.registry.known = (A_CONNECTION,)
    desk.registry.carriers = {}


GONE = pytest.mark.parametrize("remove", [remove_connection, remove_carrier])


class TestPurchase:
    @GONE
    def test_without_connection_nothing_is_taken_and_the_answer_names_it(self, remove: Callable[[Desk], None]) -> None:
        desk = Desk()
        draft = desk.draft()
        remove(desk)

        with pytest.raises(Conflict, match="sandbox is gone; create it anew") as caught:
            desk.buy(draft)

        assert caught.value.shipment_id == draft.id
        assert desk.stored(draft) == draft

    @pytest.mark.parametrize("error", [Unavailable, CarrierUnavailable])
    def test_credentials_that_cannot_be_decrypted_leave_the_draft(self, error: type[DrayError]) -> None:
        desk = Desk()
        draft = desk.draft()
        lock(desk, lambda: error("cannot be decrypted for the moment"))

        with pytest.raises(error, match="decrypted"):
            desk.buy(draft)

        assert desk.stored(draft) == draft
        assert desk.carrier.calls == []


class TestVoid:
    @GONE
    def test_without_connection_the_label_stays_bought(self, remove: Callable[[Desk], None]) -> None:
        desk = Desk()
        bought = desk.buy(desk.draft())
        remove(desk)

        with pytest.raises(Conflict, match="is gone") as caught:
            desk.cancel(bought)

        assert caught.value.shipment_id == bought.id
        assert desk.stored(bought) == bought

    @pytest.mark.parametrize("force", [False, True])
    def test_credentials_that_cannot_be_decrypted_leave_the_label_bought(self, force: bool) -> None:  # noqa: FBT001
        desk = Desk()
        bought = desk.buy(desk.draft())
        lock(desk, lambda: Unavailable("cannot be decrypted for the moment"))

        with pytest.raises(Unavailable, match="decrypted"):
            desk.cancel(bought, force=force)

        assert desk.stored(bought) == bought


class TestSettling:
    def interrupted(self, act: str) -> tuple[Desk, ShipmentRecord]:
        """A purchase, or a void, whose answer was lost and whose lease has run out."""
        desk = Desk()
        record = desk.draft() if act == "buy" else desk.buy(desk.draft())
        desk.carrier.will("buy" if act == "buy" else "void", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            getattr(desk, act)(record)
        desk.after_lease()
        return desk, record

    @pytest.mark.parametrize("act", ["buy", "cancel"])
    @GONE
    def test_without_connection_the_question_stays_open(self, act: str, remove: Callable[[Desk], None]) -> None:
        desk, record = self.interrupted(act)
        before = desk.stored(record)
        remove(desk)

        for again in (desk.buy, desk.cancel):
            with pytest.raises(Conflict, match="is gone"):
                again(record)

        assert desk.stored(record) == before

    @pytest.mark.parametrize("act", ["buy", "cancel"])
    def test_a_connection_that_comes_back_answers_it(self, act: str) -> None:
        desk, record = self.interrupted(act)
        remove_connection(desk)
        with pytest.raises(Conflict):
            getattr(desk, act)(record)
        desk.registry.known = None

        assert getattr(desk, act)(record).state == ("created" if act == "buy" else "cancelled")
        assert len(desk.carrier.book) == 1

    @pytest.mark.parametrize("act", ["buy", "cancel"])
    def test_credentials_that_cannot_be_decrypted_leave_it_open(self, act: str) -> None:
        desk, record = self.interrupted(act)
        before = desk.stored(record)
        lock(desk, lambda: Unavailable("cannot be decrypted for the moment"))

        with pytest.raises(Unavailable, match="decrypted"):
            getattr(desk, act)(record)

        assert desk.stored(record) == before


def test_a_late_sale_whose_connection_is_gone_stays_in_the_messages() -> None:
    desk = Desk()
    draft = desk.draft()

    def give_up() -> None:
        desk.clock.move(AFTER_LEASE_S)
        desk.buy(draft, EXPRESS)
        remove_connection(desk)

    desk.carrier.will("buy", Turn(before=give_up))

    with pytest.raises(Conflict, match="had been given up"):
        desk.purchases.purchase(A_TENANT, draft.id, GROUND, IN_TIME)

    assert [message.code for message in desk.stored(draft).messages] == ["late_sale"]


def test_a_void_is_told_the_service_and_what_the_carrier_said_at_the_sale() -> None:
    desk = Desk()
    draft = desk.draft()
    asked = []
    void = desk.carrier.inner.void
    desk.carrier.inner.void = lambda connection, request, deadline: (
        asked.append(request) or void(connection, request, deadline)  # type: ignore[func-returns-value]
    )

    def give_up() -> None:
        desk.clock.move(AFTER_LEASE_S)
        desk.cancel(desk.buy(draft, EXPRESS))

    desk.carrier.will("buy", Turn(before=give_up))
    with pytest.raises(Conflict):
        desk.buy(draft)

    assert [request.service for request in asked] == ["sandbox_express", "sandbox_ground"]
    assert all(request.meta["service_name"] == "Sandbox Ground" for request in asked)


def test_a_refusal_that_is_settled_needs_no_connection_afterwards() -> None:
    desk = Desk()
    draft = desk.draft()
    desk.carrier.will("buy", REFUSED)
    with pytest.raises(DrayError):
        desk.buy(draft)
    remove_connection(desk)

    assert desk.cancel(draft).state == "cancelled"
