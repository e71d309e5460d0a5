"""A shipment of several parcels in pieces: amounts divided, goods declared once, and what cannot be told apart."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.carriers.catalogue import entry
from chalicelib.carriers.gateway.pieces import divided, inseparable, orders_of, pieces_of
from chalicelib.carriers.gateway.requests import Dialect
from chalicelib.carriers.gateway.sums import rates_apart
from chalicelib.carriers.profiles.canadapost import PROFILE
from chalicelib.domain.customs import Duty
from chalicelib.domain.options import Options
from chalicelib.domain.parcels import Parcel
from chalicelib.domain.rates import RateRequest
from tests.builders import a_parcel, an_address
from tests.piecewise_cases import A_CONNECTION, NAME, a_request, an_order, parcels, priced
from tests.sandbox_cases import a_commodity, some_customs


def faults(request: RateRequest) -> list[tuple[str, dict[str, str]]]:
    found = inseparable(A_CONNECTION, Dialect(PROFILE, entry(NAME)), request)
    assert all((one.carrier_name, one.carrier_id) == (NAME, A_CONNECTION.carrier_id) for one in found)
    return [(one.code, one.details) for one in found]


def insured(total: int | str, *own: int | str | None, **changes: Any) -> RateRequest:
    """Parcels with amounts of their own, or without, in a shipment that is insured for a total."""
    made = tuple(a_parcel(options=Options() if one is None else Options(insurance=Decimal(one))) for one in own)
    return a_request(parcels=made, options=Options(insurance=Decimal(total), **changes))


def packed(*values: int, **changes: Any) -> Parcel:
    """A parcel with items of these values in it."""
    return a_parcel(items=tuple(item(value) for value in values), **changes)


def item(value: int, **changes: Any) -> Any:
    return a_commodity(**({"quantity": 1, "value_amount": Decimal(value), "value_currency": "CAD"} | changes))


def abroad(*made: Parcel, **changes: Any) -> RateRequest:
    """To New York, declared by what is in the parcels unless told otherwise."""
    goods = changes.pop("goods", tuple(one for parcel in made if not parcel.is_document for one in parcel.items))
    customs = some_customs(commodities=goods, **changes)
    return a_request(recipient=an_address(), parcels=made, customs=customs)


class TestAmounts:
    def test_the_shipments_amount_is_shared_out_and_not_asked_for_twice(self) -> None:
        pieces = pieces_of(insured(100, None, None, None))

        assert [piece.options.insurance for piece in pieces] == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]
        assert [len(piece.parcels) for piece in pieces] == [1, 1, 1]

    def test_in_a_currency_without_cents_there_are_none(self) -> None:
        pieces = pieces_of(insured(100, None, None, None, currency="JPY"))

        assert [piece.options.insurance for piece in pieces] == [Decimal(33), Decimal(34), Decimal(33)]

    def test_a_parcel_keeps_its_own_amount_and_the_others_share_the_rest(self) -> None:
        pieces = pieces_of(insured(100, 60, None, None))

        assert [piece.options.insurance for piece in pieces] == [None, Decimal(20), Decimal(20)]
        assert pieces[0].parcels[0].options.insurance == Decimal(60)

    def test_amounts_of_all_parcels_stand_for_the_shipments(self) -> None:
        request = insured(100, 60, 40)

        assert faults(request) == []
        assert [piece.options.insurance for piece in pieces_of(request)] == [None, None]

    def test_what_is_worth_and_was_paid_is_divided_too(self) -> None:
        options = Options(declared_value=Decimal(30), shipping_charges=Decimal(9), email_notification=True)

        pieces = pieces_of(a_request(options=options))

        assert [piece.options.declared_value for piece in pieces] == [Decimal(15), Decimal(15)]
        assert [piece.options.shipping_charges for piece in pieces] == [Decimal("4.50"), Decimal("4.50")]
        assert all(piece.options.email_notification for piece in pieces)

    @pytest.mark.parametrize(
        "request_",
        [insured(100, 60, 60), insured(100, 60, 30), insured(100, 150, None)],
        ids=["too much", "too little", "more than all"],
    )
    def test_amounts_that_do_not_add_up_are_refused(self, request_: RateRequest) -> None:
        assert faults(request_) == [("invalid_option", {"option": "insurance"})]

    def test_amounts_in_two_currencies_are_refused(self) -> None:
        request = insured(100, None, None)
        foreign = a_parcel(options=Options(insurance=Decimal(20), currency="USD"))

        assert faults(request.model_copy(update={"parcels": (foreign, a_parcel())})) == [
            ("invalid_option", {"option": "insurance"})
        ]

    def test_cash_is_not_collected_for_the_shipment_nor_for_one_of_its_parcels(self) -> None:
        cash = Options(cash_on_delivery=Decimal(20))

        for request in (a_request(options=cash), a_request(parcels=(a_parcel(), a_parcel(options=cash)))):
            assert faults(request) == [("option_not_supported", {"option": "cash_on_delivery"})]

    def test_an_amount_of_the_carriers_own_is_each_parcels(self) -> None:
        cover = Options.model_validate({"canadapost_coverage": Decimal(100)})

        assert faults(a_request(options=cover)) == [("invalid_option", {"option": "canadapost_coverage"})]
        assert faults(a_request(parcels=(a_parcel(options=cover), a_parcel()))) == []

    @given(
        st.decimals("0.01", 100_000, places=2),
        st.lists(st.decimals(0, 1000, places=2), min_size=1, max_size=10),
        st.sampled_from(["CAD", "JPY", "BHD"]),
    )
    def test_parts_add_up_to_the_whole_and_none_is_below_zero(
        self, total: Decimal, weights: list[Decimal], currency: str
    ) -> None:
        parts = divided(total, weights, currency)

        assert (sum(parts), len(parts)) == (total, len(weights))
        assert min(parts) >= 0


class TestCustoms:
    def test_each_parcel_declares_what_is_in_it_and_nothing_is_declared_twice(self) -> None:
        request = abroad(packed(10, 20), packed(40))

        declared = [piece.customs.commodities for piece in pieces_of(request) if piece.customs]

        assert faults(request) == []
        assert declared == [parcel.items for parcel in request.parcels]

    def test_the_value_to_pay_duty_on_goes_by_what_is_in_the_parcels(self) -> None:
        duty = Duty(paid_by="sender", declared_value=Decimal(70), currency="CAD")

        pieces = pieces_of(abroad(packed(10, 20), packed(40), duty=duty))

        values = [piece.customs.duty.declared_value for piece in pieces if piece.customs and piece.customs.duty]
        assert values == [Decimal(30), Decimal(40)]

    def test_documents_among_the_parcels_declare_nothing(self) -> None:
        papers = a_parcel(is_document=True)
        duty = Duty(declared_value=Decimal(70))

        request = abroad(packed(10), papers, packed(60), duty=duty)

        assert faults(request) == []
        assert [
            piece.customs and piece.customs.duty and piece.customs.duty.declared_value for piece in pieces_of(request)
        ] == [Decimal(10), None, Decimal(60)]

    def test_parcels_that_do_not_tell_what_is_in_them_are_refused_with_what_to_do(self) -> None:
        request = abroad(packed(10), a_parcel(), goods=(item(10), item(20)))

        assert faults(request) == [("customs_items_required", {"parcels.1.items": "This field is required"})]

    @pytest.mark.parametrize(
        "goods",
        [(item(10),), (item(10), item(30)), (item(10), item(20, value_currency="USD")), (item(10, quantity=3),)],
        ids=["fewer pieces", "another value", "another currency", "more of one"],
    )
    def test_items_that_are_not_what_is_declared_are_refused(self, goods: tuple[Any, ...]) -> None:
        request = abroad(packed(10), packed(20), goods=goods)

        ((code, details),) = faults(request)
        assert (code, details["parcels"]) == ("customs_items_differ", "2 pieces, 30 CAD")

    def test_within_a_country_nothing_needs_to_be_told_apart(self) -> None:
        request = a_request(customs=some_customs())

        assert faults(request) == []


class TestOrders:
    def test_each_parcel_is_ordered_at_its_own_price(self) -> None:
        orders = orders_of(an_order(), rates_apart(an_order().rate, 2))

        assert [order.rate.total_charge for order in orders] == [Decimal(10), Decimal(20)]
        assert {order.rate.service for order in orders} == {an_order().rate.service}

    @pytest.mark.parametrize("charges", [None, ["10"], ["10", "21"], ["ten", "twenty"]])
    def test_a_rate_that_does_not_know_them_is_shared_out(self, charges: Any) -> None:
        rate = priced(30, meta={"parcel_charges": charges} if charges else None)

        assert [one.total_charge for one in rates_apart(rate, 2)] == [Decimal(15), Decimal(15)]

    def test_references_are_the_customers_or_the_purchase_id(self) -> None:
        for reference in ("order 7", None):
            order = an_order(a_request(reference=reference), order_id="WEB-7" if reference else None)

            orders = orders_of(order, rates_apart(order.rate, 2))

            assert {one.shipment.reference for one in orders} == {reference or order.purchase_id}
            assert {one.order_id for one in orders} == {order.order_id or order.purchase_id}


def test_the_parcels_come_in_order() -> None:
    assert [piece.parcels[0].weight for piece in pieces_of(a_request(parcels=parcels(3, 1, 2)))] == [3, 1, 2]
