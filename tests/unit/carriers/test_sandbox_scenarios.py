"""What the sandbox does when an integrator asks it to misbehave, and when it sells and voids as it should."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.carriers.sandbox.scenarios import is_asked
from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierTimeout, CarrierUnavailable
from chalicelib.domain.money import Money
from chalicelib.domain.options import Options, SandboxScenario
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.ports import CannotSay, PurchaseRequest, Sale
from tests.builders import A_TENANT, a_parcel, an_address, an_id
from tests.sandbox_cases import DEADLINE, Shop, a_request, a_request_abroad, a_void


def options(scenario: SandboxScenario) -> Options:
    return Options(sandbox_scenario=scenario)


def an_order(shop: Shop, scenario: SandboxScenario) -> PurchaseRequest:
    return shop.order(a_request(options=options(scenario)))


def failure(call: Callable[[], object]) -> CarrierError:
    with pytest.raises(CarrierError) as failed:
        call()
    assert failed.value.messages[0].carrier_name == "sandbox"
    assert failed.value.messages[0].carrier_id == "sandbox"
    return failed.value


def sales(shop: Shop) -> int:
    return len(shop.ledger.page(A_TENANT, PageRequest()).results)


def found(shop: Shop, order: PurchaseRequest) -> Sale | None:
    return shop.carrier.find_purchase(shop.connection, order.purchase_id, DEADLINE)


class TestRates:
    def test_refused_is_a_message(self) -> None:
        shop = Shop()

        quote = shop.carrier.rate(shop.connection, a_request(options=options("rate_refused")), DEADLINE)

        assert quote.rates == ()
        assert [(message.code, message.level) for message in quote.messages] == [("sandbox_scenario", "error")]

    @pytest.mark.parametrize(
        ("scenario", "error"), [("rate_late", CarrierTimeout), ("rate_unavailable", CarrierUnavailable)]
    )
    def test_late_and_unavailable_are_errors_at_once(self, scenario: SandboxScenario, error: type) -> None:
        raised = failure(lambda: Shop().rates(a_request(options=options(scenario))))

        assert type(raised) is error
        assert not raised.maybe_done

    @pytest.mark.parametrize("scenario", [name for name in get_args(SandboxScenario) if not name.startswith("rate_")])
    def test_the_other_scenarios_leave_rates_as_they_are(self, scenario: SandboxScenario) -> None:
        plain = {rate.service: rate.total_charge for rate in Shop().rates(a_request())}

        assert {rate.service: rate.total_charge for rate in Shop().rates(a_request(options=options(scenario)))} == plain


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
            options=options("price_changed"),
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


class TestVoids:
    def test_a_void_is_found_and_twice_is_the_same_answer(self) -> None:
        shop = Shop()
        sale = shop.bought()
        request = a_void(sale)

        voided = shop.carrier.void(shop.connection, request, DEADLINE)
        shop.clock.move(hours=1)

        assert shop.carrier.void(shop.connection, request, DEADLINE) == voided
        assert shop.carrier.void(shop.connection, a_void(sale), DEADLINE) == voided
        assert shop.carrier.find_void(shop.connection, request, DEADLINE) == voided
        assert (voided.void_id, voided.voided_at) == (request.void_id, sale.sold_at)

    def test_a_void_that_nobody_made_is_none(self) -> None:
        shop = Shop()

        assert shop.carrier.find_void(shop.connection, a_void(shop.bought()), DEADLINE) is None

    def test_a_label_that_was_never_sold_is_not_voided(self) -> None:
        shop = Shop()
        request = a_void(shop.bought(), shipment_identifier="pur_unknown")

        assert (
            failure(lambda: shop.carrier.void(shop.connection, request, DEADLINE)).messages[0].code
            == "unknown_shipment"
        )
        assert shop.carrier.find_void(shop.connection, request, DEADLINE) is None

    def test_a_label_whose_parcel_was_picked_up_is_not_voided(self) -> None:
        shop = Shop()
        sale = shop.bought()
        shop.clock.move(hours=12)
        request = a_void(sale)

        refused = failure(lambda: shop.carrier.void(shop.connection, request, DEADLINE))

        assert type(refused) is CarrierRejected
        assert refused.messages[0].code == "already_picked_up"
        assert shop.carrier.find_void(shop.connection, request, DEADLINE) is None

    def test_one_parcel_that_was_delivered_keeps_the_label_from_being_voided(self) -> None:
        shop = Shop()
        sale = shop.bought(parcels=(a_parcel(), a_parcel()))
        shop.carrier.advance(shop.connection, sale.tracking_numbers[1], "delivered", shop.clock.now)

        assert type(failure(lambda: shop.carrier.void(shop.connection, a_void(sale), DEADLINE))) is CarrierRejected

    @pytest.mark.parametrize(
        ("scenario", "error"), [("void_refused", CarrierRejected), ("void_unavailable", CarrierUnavailable)]
    )
    def test_refused_and_unavailable_void_nothing(self, scenario: SandboxScenario, error: type) -> None:
        shop = Shop()
        request = a_void(shop.bought(options=options(scenario)))

        raised = failure(lambda: shop.carrier.void(shop.connection, request, DEADLINE))

        assert type(raised) is error
        assert not raised.maybe_done
        assert shop.carrier.find_void(shop.connection, request, DEADLINE) is None

    def test_late_is_voided_and_found(self) -> None:
        shop = Shop()
        request = a_void(shop.bought(options=options("void_late")))

        raised = failure(lambda: shop.carrier.void(shop.connection, request, DEADLINE))

        assert type(raised) is CarrierTimeout
        assert raised.maybe_done
        voided = shop.carrier.find_void(shop.connection, request, DEADLINE)
        assert voided is not None
        assert shop.carrier.void(shop.connection, request, DEADLINE) == voided

    def test_unconfirmed_voids_nothing_and_nobody_can_say_until_it_is_asked_again(self) -> None:
        shop = Shop()
        sale = shop.bought(options=options("void_unconfirmed"))
        first, second = a_void(sale), a_void(sale)

        for _ in range(2):
            raised = failure(lambda: shop.carrier.void(shop.connection, first, DEADLINE))
            assert type(raised) is CarrierTimeout
            assert raised.maybe_done
            with pytest.raises(CannotSay):
                shop.carrier.find_void(shop.connection, first, DEADLINE)

        assert shop.carrier.void(shop.connection, second, DEADLINE).void_id == second.void_id


def test_a_scenario_is_the_shipments_and_never_a_parcels() -> None:
    request = a_request(parcels=(a_parcel(options=options("rate_refused")),))

    assert not is_asked(request, "rate_refused")
    assert Shop().rates(request)
