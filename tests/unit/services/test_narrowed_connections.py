"""Connections that a customer uses for a part of what their carrier can do."""

from dataclasses import replace

import pytest

from chalicelib.domain.errors import Conflict, InvalidRequest
from chalicelib.domain.ports import Connection
from chalicelib.services.rates import Rates
from tests.builders import A_TENANT
from tests.fake_carrier import FakeRegistry
from tests.sandbox_cases import a_request
from tests.service_cases import GROUND, IN_TIME, Desk


def used_for(*capabilities: str) -> Connection:
    return Connection("sandbox", "sandbox", A_TENANT, capabilities=frozenset(capabilities))


def test_one_that_is_not_used_for_rating_is_not_asked_for_rates() -> None:
    desk = Desk()
    rates = Rates(FakeRegistry({"sandbox": desk.carrier}, (used_for("tracking"),)))

    quote = rates.quote(A_TENANT, a_request(), IN_TIME)

    assert [message.code for message in quote.messages] == ["no_connection"]
    assert desk.carrier.calls == []
    with pytest.raises(InvalidRequest):
        rates.quote(A_TENANT, a_request(carrier_ids=("sandbox",)), IN_TIME)


def test_one_that_is_not_used_for_shipping_sells_nothing_and_the_draft_stays() -> None:
    desk = Desk()
    draft = desk.draft()
    registry = FakeRegistry({"sandbox": desk.carrier}, (used_for("rating"),))

    with pytest.raises(Conflict) as caught:
        replace(desk.purchases, carriers=registry).purchase(A_TENANT, draft.id, GROUND, IN_TIME)

    assert caught.value.message == "The connection sandbox is not used for shipping; see its `capabilities`"
    assert desk.carrier.calls == []
    assert desk.stored(draft).state == "draft"


def test_one_that_is_used_for_shipping_alone_sells() -> None:
    desk = Desk()
    draft = desk.draft()
    registry = FakeRegistry({"sandbox": desk.carrier}, (used_for("shipping"),))

    bought = replace(desk.purchases, carriers=registry).purchase(A_TENANT, draft.id, GROUND, IN_TIME)

    assert desk.carrier.live == {bought.purchase_id}
