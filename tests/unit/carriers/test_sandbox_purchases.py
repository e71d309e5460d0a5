"""Sandbox purchases: sold once under an id, and whatever an integrator asks to go wrong."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, CarrierUnavailable
from chalicelib.domain.money import Money
from chalicelib.domain.options import Options, SandboxScenario
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.ports import CannotSay, PurchaseRequest, Sale
from tests.builders import A_TENANT, a_parcel, an_address, an_id
from tests.sandbox_cases import DEADLINE, Shop, a_request, a_request_abroad, failure, playing


def an_order(shop: Shop, scenario: SandboxScenario) -> PurchaseRequest:
    return shop.order(a_request(options=playing(scenario)))


def sales(shop: Shop) -> int:
    return len(shop.ledger.page(A_TENANT, PageRequest()).results)


def found(shop: Shop, order: PurchaseRequest) -> Sale | None:
    return shop.carrier.find_purchase(shop.connection, order.purchase_id, DEADLINE)


class TestPurchases:
    def test_a_purchase_sells_at_the_rates_price_and_under_its_id(self) -> None:
        shop = Shop()
        order = shop.order(a_request())

        sale = shop.buy(order)

        assert sale.rate == order.rate
        assert sale.purchase_id == order.purchase_id
        assert sale.sold_at == shop.clock.now
        assert found(shop, order) == sale

    @pytest.mark.parametrize("label_type", ["PDF", "PNG", "ZPL"])
    def test_a_second_purchase_with_the_same_id_sells_nothing_and_prints_the_same(self, label_type: str) -> None:
        shop = Shop()
        order = shop.order(a_request_abroad(parcels=(a_parcel(), a_parcel())), label_type=label_type)
        first = shop.buy(order)
        shop.clock.move(hours=3)

        assert shop.buy(order) == first
        assert found(shop, order) == first
        assert sales(shop) == 1

    def test_a_purchase_that_nobody_made_is_none(self) -> None:
        assert found(Shop(), Shop().order(a_request())) is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"parcels": (a_parcel(weight=Decimal(71)),)},
            {"recipient": an_address(country_code="AQ")},
            {"recipient": an_address(country_code="DE", postal_code="10115", state_code=None)},
            {"options": Options(dangerous_good=True)},
        ],
    )
    def test_what_is_not_rated_is_not_sold(self, changes: dict[str, object]) -> None:
        shop = Shop()
        order = replace(shop.order(a_request()), shipment=a_request(**changes))

        refused = failure(lambda: shop.buy(order))

        assert type(refused) is CarrierRejected
        assert {message.level for message in refused.messages} == {"error"}
        assert sales(shop) == 0
        assert found(shop, order) is None

    def test_a_service_that_does_not_exist_is_not_sold(self) -> None:
        shop = Shop()
        order = shop.order(a_request())
        order = replace(order, rate=order.rate.model_copy(update={"service": "sandbox_rocket"}))

        assert failure(lambda: shop.buy(order)).messages[0].code == "unknown_service"

    def test_refused_is_not_sold(self) -> None:
        shop = Shop()
        order = an_order(shop, "purchase_refused")

        refused = failure(lambda: shop.buy(order))

        assert type(refused) is CarrierRejected
        assert refused.messages[0].code == "sandbox_scenario"
        assert found(shop, order) is None

    def test_unavailable_is_not_sold(self) -> None:
        shop = Shop()
        order = an_order(shop, "purchase_unavailable")

        raised = failure(lambda: shop.buy(order))

        assert type(raised) is CarrierUnavailable
        assert not raised.maybe_done
        assert found(shop, order) is None

    def test_late_is_sold_and_found(self) -> None:
        shop = Shop()
        order = an_order(shop, "purchase_late")

        raised = failure(lambda: shop.buy(order))

        assert type(raised) is CarrierTimeout
        assert raised.maybe_done
        sale = found(shop, order)
        assert sale is not None
        assert shop.buy(order) == sale
        assert sales(shop) == 1

    def test_unconfirmed_is_not_sold_and_nobody_can_say(self) -> None:
        shop = Shop()
        order = an_order(shop, "purchase_unconfirmed")

        for _ in range(2):
            raised = failure(lambda: shop.buy(order))
            assert type(raised) is CarrierTimeout
            assert raised.maybe_done
            with pytest.raises(CannotSay):
                found(shop, order)

        assert sales(shop) == 0

    def test_the_next_purchase_of_an_unconfirmed_shipment_is_sold(self) -> None:
        shop = Shop()
        order = an_order(shop, "purchase_unconfirmed")
        failure(lambda: shop.buy(order))
        retry = replace(order, purchase_id=an_id("pur"))

        sale = shop.buy(retry)

        assert found(shop, retry) == sale
        with pytest.raises(CannotSay):
            found(shop, order)
        assert sales(shop) == 1

    def test_another_unconfirmed_shipment_has_a_first_purchase_of_its_own(self) -> None:
        shop = Shop()
        failure(lambda: shop.buy(an_order(shop, "purchase_unconfirmed")))

        assert failure(lambda: shop.buy(an_order(shop, "purchase_unconfirmed"))).maybe_done

    @given(country=st.sampled_from(["US", "JP", "KW", "DE", "TN", "CL"]), weight=st.decimals("0.1", "69", places=1))
    def test_a_changed_price_is_a_tenth_higher_and_its_charges_add_up(self, country: str, weight: Decimal) -> None:
        shop = Shop()
        request = a_request(
            shipper=an_address(country_code=country, state_code=None, postal_code=None),
            parcels=(a_parcel(weight=weight, is_document=True),),
            options=playing("price_changed"),
        )
        order = shop.order(request)

        rate = shop.buy(replace(order, label_type="ZPL")).rate

        assert rate.id == order.rate.id
        assert rate.total_charge == Money(order.rate.total_charge * Decimal("1.1"), rate.currency).rounded().amount
        assert sum(line.amount for line in rate.extra_charges if line.amount) == rate.total_charge
        assert rate.extra_charges[:-1] == order.rate.extra_charges

    def test_nothing_is_done_when_no_time_is_left(self) -> None:
        shop = Shop()
        order = shop.order(a_request())

        raised = failure(lambda: shop.carrier.buy(shop.connection, order, DEADLINE.at_most(0)))

        assert type(raised) is CarrierTimeout
        assert not raised.maybe_done
        assert sales(shop) == 0
