"""What the sandbox does with rates and voids when an integrator asks it to misbehave, and when it does not."""

from typing import get_args

import pytest

from chalicelib.carriers.sandbox.scenarios import is_asked
from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, CarrierUnavailable
from chalicelib.domain.options import SandboxScenario
from chalicelib.domain.ports import CannotSay
from tests.builders import a_parcel
from tests.sandbox_cases import DEADLINE, Shop, a_request, a_void, failure, playing


class TestRates:
    def test_refused_is_a_message(self) -> None:
        shop = Shop()

        quote = shop.carrier.rate(shop.connection, a_request(options=playing("rate_refused")), DEADLINE)

        assert quote.rates == ()
        assert [(message.code, message.level) for message in quote.messages] == [("sandbox_scenario", "error")]

    @pytest.mark.parametrize(
        ("scenario", "error"), [("rate_late", CarrierTimeout), ("rate_unavailable", CarrierUnavailable)]
    )
    def test_late_and_unavailable_are_errors_at_once(self, scenario: SandboxScenario, error: type) -> None:
        raised = failure(lambda: Shop().rates(a_request(options=playing(scenario))))

        assert type(raised) is error
        assert not raised.maybe_done

    @pytest.mark.parametrize("scenario", [name for name in get_args(SandboxScenario) if not name.startswith("rate_")])
    def test_the_other_scenarios_leave_rates_as_they_are(self, scenario: SandboxScenario) -> None:
        plain = {rate.service: rate.total_charge for rate in Shop().rates(a_request())}

        assert {rate.service: rate.total_charge for rate in Shop().rates(a_request(options=playing(scenario)))} == plain


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
        shop.clock.move(hours=9)
        request = a_void(sale)
        assert shop.carrier.track(shop.connection, sale.tracking_numbers[0], DEADLINE).status == "picked_up"

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
        request = a_void(shop.bought(options=playing(scenario)))

        raised = failure(lambda: shop.carrier.void(shop.connection, request, DEADLINE))

        assert type(raised) is error
        assert not raised.maybe_done
        assert shop.carrier.find_void(shop.connection, request, DEADLINE) is None

    def test_late_is_voided_and_found(self) -> None:
        shop = Shop()
        request = a_void(shop.bought(options=playing("void_late")))

        raised = failure(lambda: shop.carrier.void(shop.connection, request, DEADLINE))

        assert type(raised) is CarrierTimeout
        assert raised.maybe_done
        voided = shop.carrier.find_void(shop.connection, request, DEADLINE)
        assert voided is not None
        assert shop.carrier.void(shop.connection, request, DEADLINE) == voided

    @pytest.mark.parametrize("is_same", [True, False], ids=["the same void", "another void"])
    def test_unconfirmed_voids_nothing_and_nobody_can_say_until_it_is_asked_again(self, is_same: bool) -> None:  # noqa: FBT001
        shop = Shop()
        sale = shop.bought(options=playing("void_unconfirmed"))
        first = a_void(sale)
        again = first if is_same else a_void(sale)

        raised = failure(lambda: shop.carrier.void(shop.connection, first, DEADLINE))

        assert type(raised) is CarrierTimeout
        assert raised.maybe_done
        with pytest.raises(CannotSay):
            shop.carrier.find_void(shop.connection, first, DEADLINE)
        assert shop.carrier.void(shop.connection, again, DEADLINE).void_id == again.void_id


def test_a_scenario_is_the_shipments_and_never_a_parcels() -> None:
    request = a_request(parcels=(a_parcel(options=playing("rate_refused")),))

    assert not is_asked(request, "rate_refused")
    assert Shop().rates(request)
