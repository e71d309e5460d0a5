"""Who may not buy or void now: told why in a sentence, how long to wait, and to the second when it may."""

from collections.abc import Callable

import pytest

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import (
    CarrierTimeout,
    Conflict,
    InvalidRequest,
    PurchaseInProgress,
    PurchaseUnconfirmed,
    Unavailable,
)
from chalicelib.domain.purchases import Order
from tests.fake_carrier import ANSWER_LOST, CANNOT_SAY, LATE_AND_UNDONE, Turn
from tests.service_cases import Desk, a_bought_desk, a_void_without_answer, interrupted

TOO_LATE = "There was not enough time left to ask the carrier safely, so nothing was done; ask again"


@pytest.mark.parametrize(
    ("passed_s", "wait_s"), [(0, 60), (0.5, 59), (1, 59), (57.9, 2), (58.5, 1), (59.5, 1), (59.999, 1)]
)
def test_who_comes_second_is_told_the_whole_seconds_of_the_lease_and_one_at_least(passed_s: float, wait_s: int) -> None:
    desk = Desk()
    draft = desk.draft()
    desk.carrier.will("buy", LATE_AND_UNDONE)
    with pytest.raises(CarrierTimeout):
        desk.buy(draft)
    desk.clock.move(passed_s)

    with pytest.raises(PurchaseInProgress) as caught:
        desk.buy(draft)

    assert caught.value.message == "This shipment's label is being bought right now; ask again"
    assert caught.value.retry_after_s == wait_s


def test_of_a_void_under_way_it_is_told_that_the_label_is_being_voided() -> None:
    desk, bought = a_bought_desk()
    desk.carrier.will("void", ANSWER_LOST)
    with pytest.raises(CarrierTimeout):
        desk.cancel(bought)

    for again in (desk.buy, desk.cancel):
        with pytest.raises(PurchaseInProgress) as caught:
            again(bought)
        assert caught.value.message == "This shipment's label is being voided right now; ask again"


def test_who_loses_the_race_to_void_is_told_that_it_is_being_voided() -> None:
    desk, bought = a_bought_desk()

    def be_faster() -> None:
        desk.carrier.will("void", ANSWER_LOST)
        with pytest.raises(CarrierTimeout):
            desk.cancel(bought)

    desk.table.will("save", Turn(before=be_faster))

    with pytest.raises(PurchaseInProgress, match="is being voided"):
        desk.cancel(bought)

    assert desk.carrier.calls.count("void") == 1


def test_of_a_void_that_nobody_knows_of_a_buyer_is_told_so() -> None:
    desk, bought = a_void_without_answer()
    desk.carrier.will("find_void", CANNOT_SAY)

    with pytest.raises(PurchaseUnconfirmed) as caught:
        desk.buy(bought)

    assert caught.value.message == (
        "Whether the carrier sandbox voided the label is not known; cancel again to void it"
    )


def test_of_a_purchase_that_nobody_knows_of_a_buyer_is_told_where_to_look() -> None:
    desk = Desk()
    draft = interrupted(desk)
    desk.carrier.will("find_purchase", CANNOT_SAY)

    with pytest.raises(PurchaseUnconfirmed) as caught:
        desk.buy(draft)

    assert caught.value.message == (
        "The carrier sandbox cannot say whether it sold the label; look at your account there, and buy again with "
        "retry_unconfirmed only if it did not"
    )


@pytest.mark.parametrize("act", ["buy", "cancel"])
def test_a_carrier_is_asked_with_17_seconds_left_and_not_with_less(act: str) -> None:
    desk = Desk()
    record = desk.draft() if act == "buy" else desk.buy(desk.draft())

    with pytest.raises(Unavailable) as caught:
        getattr(desk, act)(record, deadline=Deadline(16.99, lambda: 0.0))

    assert caught.value.message == TOO_LATE
    assert desk.stored(record) == record
    done = getattr(desk, act)(record, deadline=Deadline(17, lambda: 0.0))
    assert done.state == ("created" if act == "buy" else "cancelled")


@pytest.mark.parametrize("act", ["buy", "cancel"])
@pytest.mark.parametrize(("slept_s", "is_asked"), [(40, True), (40.001, False)])
def test_a_carrier_is_asked_with_20_seconds_of_the_lease_left_and_not_with_less(
    act: str,
    slept_s: float,
    is_asked: bool,  # noqa: FBT001
) -> None:
    desk = Desk()
    record = desk.draft() if act == "buy" else desk.buy(desk.draft())
    calls = len(desk.carrier.calls)
    desk.table.will("save", Turn(after=lambda: desk.clock.move(slept_s)))

    told = message_of(lambda: getattr(desk, act)(record))

    assert (told, len(desk.carrier.calls) - calls) == (("", 1) if is_asked else (TOO_LATE, 0))


def test_a_connection_that_is_gone_is_named_with_its_carrier() -> None:
    desk = Desk()
    draft = desk.draft()
    desk.registry.known = ()

    assert message_of(lambda: desk.buy(draft)) == (
        "The connection sandbox to sandbox is gone; create it anew under that name"
    )


def test_what_a_label_lacks_is_headed_by_a_sentence() -> None:
    desk = Desk()
    draft = desk.draft()

    with pytest.raises(InvalidRequest) as caught:
        desk.buy(draft, Order())

    assert caught.value.message == "The shipment could not be bought due to missing required fields"
    assert caught.value.details == {"rate": "Say what to buy: selected_rate_id, service, or rate (cheapest or fastest)"}


def message_of(act: Callable[[], object]) -> str:
    """What is told where the act is refused; nothing where it is done."""
    try:
        act()
    except (Conflict, Unavailable) as error:
        return error.message
    return ""
