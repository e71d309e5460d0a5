"""Several parcels bought one by one: all of them, or none that nobody is told of."""

import itertools
import logging
from decimal import Decimal
from typing import get_args

import pytest

from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierTimeout, CarrierUnavailable
from chalicelib.domain.ports import PurchaseRequest, Sale
from tests.piecewise_cases import Buying, Clerk, Voiding, Window, a_request, an_order, in_canada, parcels

Case = tuple[int, int, Buying, tuple[Voiding, ...]]


def every_case() -> list[Case]:
    """Return: of so many parcels that one ends so, and the voids of those before so."""
    hows: tuple[Buying, ...] = get_args(Buying)
    voidings: tuple[Voiding, ...] = get_args(Voiding)
    return [
        (count, index, how, voids)
        for count in (2, 3)
        for index in range(count)
        for how in hows
        for voids in itertools.product(voidings, repeat=index + (how == "dawdles"))
    ]


def outcome_of(case: Case) -> tuple[Clerk, Sale | CarrierError | ZeroDivisionError]:
    count, index, how, voids = case
    clerk = Clerk(buying=(*["sells"] * index, how), voiding=dict(enumerate(voids)))  # type: ignore[arg-type]
    try:
        return clerk, Window(clerk).buy(an_order(a_request(parcels=parcels(*[1] * count))))
    except (CarrierError, ZeroDivisionError) as error:
        return clerk, error


def named_in(error: CarrierError) -> set[str]:
    return {value for message in error.messages for value in message.details.values()}


def test_whatever_goes_wrong_a_live_label_is_in_a_sale_or_named() -> None:
    for case in every_case():
        clerk, outcome = outcome_of(case)

        if isinstance(outcome, CarrierError):
            assert all({label.number, label.purchase_id} & named_in(outcome) for label in clerk.live), case
            assert outcome.maybe_done or not clerk.live, case
            assert not outcome.maybe_done or not isinstance(outcome, CarrierRejected), case
        elif isinstance(outcome, Sale):
            assert [label.number for label in clerk.live] == list(outcome.tracking_numbers), case
            assert len(outcome.tracking_numbers) == case[0]


def test_an_error_says_that_something_may_be_left_only_where_it_may() -> None:
    for case in every_case():
        _, outcome = outcome_of(case)

        if isinstance(outcome, CarrierError):
            is_sure = case[2] in ("refuses", "fails", "dawdles") and set(case[3]) <= {"voids"}
            assert outcome.maybe_done != is_sure, case


def test_an_error_that_is_no_carriers_takes_the_labels_back_and_logs_what_is_left(
    caplog: pytest.LogCaptureFixture,
) -> None:
    window = Window(Clerk(buying=["sells", "sells", "breaks"], voiding={0: "refuses"}))

    with caplog.at_level(logging.ERROR, "dray"), pytest.raises(ZeroDivisionError):
        window.buy(an_order(a_request(parcels=parcels(1, 1, 1))))

    assert [label.number for label in window.clerk.live] == ["T1"]
    assert [(record.message, record.fields["tracking_number"]) for record in caplog.records] == [  # type: ignore[attr-defined]
        ("label_still_valid", "T1")
    ]


def test_labels_that_cannot_be_made_one_sale_are_taken_back() -> None:
    window = Window(Clerk(changes=[{"documents": ()}]))

    with pytest.raises(IndexError):
        window.buy(an_order())

    assert window.clerk.live == []


def test_a_refused_parcel_is_an_error_in_the_carriers_words_that_names_it_and_who_was_taken_back() -> None:
    window = Window(Clerk(buying=["sells", "refuses"]))

    with pytest.raises(CarrierRejected) as raised:
        window.buy(an_order())

    refusal, back = raised.value.messages
    assert (refusal.code, refusal.details) == ("refused", {"parcel": "parcels.1"})
    assert (back.code, back.level, back.details) == ("labels_taken_back", "info", {"tracking_numbers": "T1"})
    assert "parcel 2 of 2" in raised.value.message
    assert window.clerk.live == []


def test_each_label_that_stays_is_told_with_all_that_finds_it() -> None:
    window = Window(Clerk(buying=["sells", "sells", "loses the answer"], voiding={0: "refuses"}))
    order = an_order(a_request(parcels=parcels(1, 1, 1)))

    with pytest.raises(CarrierUnavailable) as raised:
        window.buy(order)

    valid, unknown, _ = raised.value.messages
    assert (valid.code, valid.details) == (
        "label_still_valid",
        {
            "parcel": "parcels.0",
            "purchase_id": f"{order.purchase_id}-1",
            "tracking_number": "T1",
            "shipment_identifier": "ID1",
            "void": "not_done",
        },
    )
    assert (unknown.code, unknown.details) == (
        "sale_unknown",
        {"parcel": "parcels.2", "purchase_id": f"{order.purchase_id}-3", "reference": order.purchase_id},
    )


def test_each_parcel_has_an_id_of_its_own_that_is_the_same_again() -> None:
    window, again = Window(), Window()
    order = an_order()

    window.buy(order)
    again.buy(order)

    ids = [one.purchase_id for one in window.clerk.orders]
    assert ids == [f"{order.purchase_id}-1", f"{order.purchase_id}-2"]
    assert [one.purchase_id for one in again.clerk.orders] == ids
    assert all(len(f"{order.purchase_id}-10") <= 35 for _ in ids)  # Canada Post's customer-request-id
    assert {one.shipment.reference for one in window.clerk.orders} == {order.purchase_id}


class TestTime:
    def test_no_parcel_is_bought_that_could_take_longer_than_is_left(self) -> None:
        window = Window(Clerk(takes_s=4))

        with pytest.raises(CarrierTimeout) as raised:
            window.buy(an_order(a_request(parcels=parcels(1, 1, 1, 1))))

        assert len(window.clerk.orders) == 2  # after 8 of 15 s, less 4 for taking back, 3 are left
        assert (window.clerk.live, raised.value.maybe_done) == ([], False)

    def test_time_is_kept_to_take_labels_back(self) -> None:
        window = Window(Clerk(buying=["dawdles"]))

        with pytest.raises(CarrierTimeout) as raised:
            window.buy(an_order(), seconds=23)

        assert window.clerk.untils == [19]
        assert (window.clerk.live, raised.value.maybe_done) == ([], False)

    def test_without_time_nothing_is_bought(self) -> None:
        window = Window()

        for seconds in (0, 4.5):
            with pytest.raises(CarrierTimeout) as raised:
                window.buy(an_order(), seconds=seconds)
            assert not raised.value.maybe_done

        assert window.clerk.orders == []


class TestRefusedBefore:
    def refused(self, order: PurchaseRequest) -> tuple[str, dict[str, str]]:
        window = Window()
        with pytest.raises(CarrierRejected) as raised:
            window.buy(order)
        assert window.clerk.orders == []
        return raised.value.messages[0].code, raised.value.messages[0].details

    def test_more_parcels_than_can_be_bought_in_time(self) -> None:
        assert self.refused(an_order(a_request(parcels=parcels(*[1] * 11))))[0] == "too_many_parcels"

    def test_a_parcel_without_weight_by_its_place_before_any_is_bought(self) -> None:
        request = a_request(parcels=(*parcels(1), parcels(1)[0].model_copy(update={"weight": Decimal(0)})))

        assert self.refused(an_order(request, rate=an_order().rate))[1] == {
            "parcels.1.weight_unit": "This field is required"
        }

    def test_a_label_that_could_not_be_taken_back(self) -> None:
        code, details = self.refused(an_order(a_request(shipper=in_canada(email=None))))

        assert (code, list(details)) == ("required_to_take_back", ["shipper.email"])

    def test_a_return_label_that_could_not_be_taken_back(self) -> None:
        request = a_request(shipper=in_canada(email=None), is_return=True)

        assert list(self.refused(an_order(request))[1]) == ["shipper.email"]
