"""Shipments: which of the states inside are shown, and what each lets happen."""

from datetime import timedelta
from typing import get_args

import pytest

from chalicelib.domain.shipments import (
    LEASE,
    SHIPMENT_STATUSES,
    State,
    is_bought,
    lease_is_held,
    shown_status,
)
from tests.builders import NOW, a_shipment, an_attempt

STATES: tuple[State, ...] = get_args(State)
INTERNAL = {"purchasing", "unconfirmed", "voiding"}
WITHOUT_LABEL = {"draft", "purchasing", "unconfirmed", "cancelled"}
JUST_BEFORE_END = NOW + LEASE - timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("state", "within", "after"),
    [
        ("draft", "draft", "draft"),
        ("purchasing", "draft", "needs_attention"),
        ("unconfirmed", "needs_attention", "needs_attention"),
        ("created", "created", "created"),
        ("voiding", "created", "created"),
        ("cancelled", "cancelled", "cancelled"),
        ("shipped", "shipped", "shipped"),
        ("in_transit", "in_transit", "in_transit"),
        ("out_for_delivery", "out_for_delivery", "out_for_delivery"),
        ("delivered", "delivered", "delivered"),
        ("delivery_failed", "delivery_failed", "delivery_failed"),
        ("needs_attention", "needs_attention", "needs_attention"),
    ],
)
def test_the_shown_status_hides_leases_and_voids(state: State, within: str, after: str) -> None:
    record = a_shipment(state=state, attempt=an_attempt() if state in INTERNAL else None)

    assert shown_status(record, JUST_BEFORE_END) == within
    assert shown_status(record, NOW + LEASE) == after


@pytest.mark.parametrize("state", STATES)
def test_only_the_contracts_statuses_are_shown(state: State) -> None:
    record = a_shipment(state=state, attempt=an_attempt())

    assert shown_status(record, NOW) in SHIPMENT_STATUSES
    assert shown_status(record, NOW + LEASE) in SHIPMENT_STATUSES


def test_all_of_the_contracts_statuses_can_be_shown() -> None:
    assert {shown_status(a_shipment(state=state), NOW) for state in STATES} == set(SHIPMENT_STATUSES)


@pytest.mark.parametrize("state", STATES)
def test_a_shipment_is_bought_once_a_label_was_sold_and_not_voided(state: State) -> None:
    assert is_bought(a_shipment(state=state)) is (state not in WITHOUT_LABEL)


@pytest.mark.parametrize("state", STATES)
def test_a_lease_is_held_while_somebody_buys_or_voids_and_not_a_moment_longer(state: State) -> None:
    record = a_shipment(state=state, attempt=an_attempt())

    assert lease_is_held(record, JUST_BEFORE_END) is (state in {"purchasing", "voiding"})
    assert not lease_is_held(record, NOW + LEASE)
    assert not lease_is_held(record.model_copy(update={"attempt": None}), NOW)
