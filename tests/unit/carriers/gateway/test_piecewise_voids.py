"""Voids of several parcels that were bought one by one: each label, and each told of."""

import itertools
from typing import get_args

import pytest

from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierTimeout
from chalicelib.domain.ports import Sale, Voided
from chalicelib.domain.shipments import REFUND_STATUSES, RefundStatus
from tests.piecewise_cases import Clerk, Voiding, Window, a_request, a_void_of, an_order, parcels


def sold(clerk: Clerk | None = None, count: int = 2) -> tuple[Window, Sale]:
    window = Window(clerk or Clerk())
    return window, window.buy(an_order(a_request(parcels=parcels(*[1] * count))))


def failed(window: Window, sale: Sale, seconds: float = 15) -> CarrierError:
    with pytest.raises(CarrierError) as raised:
        window.void(a_void_of(sale), seconds)
    return raised.value


def test_each_label_is_taken_back_under_an_id_of_its_own() -> None:
    window, sale = sold()
    request = a_void_of(sale)

    voided = window.void(request)

    assert (voided.void_id, voided.refund_status) == (request.void_id, "submitted")
    assert window.clerk.live == []
    assert [
        (one.void_id, one.purchase_id, one.shipment_identifier, one.tracking_number) for one in window.clerk.voids
    ] == [
        (f"{request.void_id}-1", f"{sale.purchase_id}-1", "ID1", "T1"),
        (f"{request.void_id}-2", f"{sale.purchase_id}-2", "ID2", "T2"),
    ]
    assert [message.code for message in voided.messages] == ["ticket"]


def test_each_void_has_what_the_carrier_said_of_that_parcel() -> None:
    window, sale = sold()

    window.void(a_void_of(sale))

    assert [(one.meta or {})["own"] for one in window.clerk.voids] == ["T1", "T2"]
    assert {(one.meta or {})["service_name"] for one in window.clerk.voids} == {"Xpresspost"}


def test_identifiers_are_told_apart_without_what_the_carrier_said() -> None:
    window, sale = sold()

    window.void(a_void_of(sale, meta=None))

    assert window.clerk.live == []


def test_one_parcels_void_is_the_carriers_own() -> None:
    window, sale = sold(count=1)
    request = a_void_of(sale)

    voided = window.void(request)

    assert window.clerk.voids == [request]
    assert voided.void_id == request.void_id


def test_whatever_goes_wrong_each_label_is_told_as_it_is_and_the_next_void_ends_it() -> None:
    for voids in itertools.product(get_args(Voiding), repeat=3):
        window, sale = sold(Clerk(voiding=dict(enumerate(voids))), 3)

        if voids == ("voids",) * 3:
            window.void(a_void_of(sale))
        else:
            error = failed(window, sale)
            assert error.maybe_done or len(window.clerk.live) == 3, voids
            told = [state.rpartition(": ")[2] for state in error.messages[0].details.values()]
            for state, label in zip(told, window.clerk.labels, strict=True):
                assert state in ("not known", "still valid" if label.is_live else "taken back"), voids
        window.clerk.voiding.clear()

        assert window.void(a_void_of(sale)).refund_status == "submitted"
        assert window.clerk.live == []


def test_a_refusal_of_the_first_leaves_the_shipment_whole() -> None:
    window, sale = sold(Clerk(voiding={0: "refuses"}))

    error = failed(window, sale)

    assert isinstance(error, CarrierRejected)
    assert (error.maybe_done, len(window.clerk.live), len(window.clerk.voids)) == (False, 2, 1)
    assert [message.code for message in error.messages] == ["labels_partly_voided", "in_use"]
    assert error.messages[1].details["parcel"] == "parcels.0"


def test_once_one_is_taken_back_the_others_are_tried_whatever_one_says() -> None:
    window, sale = sold(Clerk(voiding={1: "refuses"}), 3)

    error = failed(window, sale)

    assert error.maybe_done
    assert [label.number for label in window.clerk.live] == ["T2"]
    assert error.messages[0].details == {
        "parcels.0": "T1 ID1: taken back",
        "parcels.1": "T2 ID2: still valid",
        "parcels.2": "T3 ID3: taken back",
    }
    assert "still valid: T2" in error.message


def test_no_void_starts_without_time_for_it() -> None:
    window, sale = sold()

    error = failed(window, sale, seconds=0.5)

    assert isinstance(error, CarrierTimeout)
    assert (error.maybe_done, window.clerk.voids) == (False, [])


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("refunded", "submitted"), "submitted"),
        (("submitted", "rejected"), "rejected"),
        (("not_applicable", "refunded"), "refunded"),
        (("not_applicable", "not_applicable"), "not_applicable"),
    ],
)
def test_the_money_of_all_is_what_becomes_of_the_worst(
    statuses: tuple[RefundStatus, RefundStatus], expected: str
) -> None:
    clerk = Refunding(refunds=statuses)
    window, sale = sold(clerk)

    assert set(statuses) <= set(REFUND_STATUSES)
    assert window.void(a_void_of(sale)).refund_status == expected


class Refunding(Clerk):
    """A clerk that gives back money as it is told."""

    def __init__(self, refunds: tuple[RefundStatus, RefundStatus]) -> None:
        super().__init__()
        self.refunds = iter(refunds)

    def void(self, *arguments: object) -> Voided:
        voided = super().void(*arguments)  # type: ignore[arg-type]
        return Voided(voided.void_id, voided.voided_at, next(self.refunds))
