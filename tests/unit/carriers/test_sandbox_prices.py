"""The sandbox's prices: sums that are exact, and weights that are billed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.carriers.sandbox.exchange import PER_DOLLAR
from chalicelib.carriers.sandbox.load import billed_weight
from chalicelib.carriers.sandbox.services import BY_CODE, SERVICES
from chalicelib.carriers.sandbox.zones import UNSERVED_COUNTRIES
from chalicelib.domain.countries import COUNTRIES, default_currency
from chalicelib.domain.currencies import CURRENCIES
from chalicelib.domain.messages import Message
from chalicelib.domain.options import DangerousGood, LithiumKind, Options
from chalicelib.domain.rates import RateRequest, in_order_of_price
from tests.builders import a_parcel
from tests.sandbox_cases import DEADLINE, Shop, a_place, a_request, a_request_abroad, charge, some_customs

SERVED = sorted(set(COUNTRIES) - UNSERVED_COUNTRIES)


def messages(request: RateRequest) -> tuple[Message, ...]:
    shop = Shop()
    return shop.carrier.rate(shop.connection, request, DEADLINE).messages


@st.composite
def requests(draw: st.DrawFn) -> RateRequest:
    """A request that the sandbox takes, from and to anywhere, with any extras that it honours."""
    weights = st.decimals("0.01", "70", places=2)
    sides = st.decimals("0.1", "60", places=1)
    parcels = draw(
        st.lists(st.builds(a_parcel, weight=weights, length=sides, width=sides, height=sides), min_size=1, max_size=4)
    )
    amounts = st.none() | st.decimals("0.001", "900", places=3)
    options = st.builds(
        Options,
        currency=st.none() | st.just("USD"),
        insurance=amounts,
        declared_value=amounts,
        signature_confirmation=st.none() | st.booleans(),
    )
    origin, destination = draw(st.sampled_from(["JP", "KW", "US", *SERVED])), draw(st.sampled_from(SERVED))
    return a_request(
        shipper=a_place(origin),
        recipient=a_place(destination, residential=draw(st.booleans())),
        parcels=tuple(parcel.model_copy(update={"options": draw(options)}) for parcel in parcels),
        options=draw(options).model_copy(update={"currency": "USD"}),
        customs=some_customs(),
    )


class TestPrices:
    @given(requests())
    def test_the_charges_add_up_to_the_total_exactly_in_the_origins_currency_and_digits(
        self, request: RateRequest
    ) -> None:
        currency = default_currency(request.shipper.country_code)

        rates = Shop().rates(request)

        assert rates
        for rate in rates:
            lines = [line.amount for line in rate.extra_charges if line.amount is not None]
            assert len(lines) == len(rate.extra_charges)
            assert sum(lines) == rate.total_charge
            assert all(amount > 0 and amount == round(amount, CURRENCIES[currency]) for amount in lines)
            assert {rate.currency, *(line.currency for line in rate.extra_charges)} == {currency}
            assert rate.extra_charges[0].id == "base_charge"

    @given(requests())
    def test_the_cheapest_comes_first_and_every_rate_says_what_it_is(self, request: RateRequest) -> None:
        rates = Shop().rates(request)

        assert rates == in_order_of_price(rates)
        assert len({rate.id for rate in rates}) == len(rates)
        for rate in rates:
            assert rate.test_mode
            assert rate.meta is not None
            assert rate.meta["service_name"] == BY_CODE[rate.service].name

    @given(st.decimals("0.1", "69", places=1), st.sampled_from(SERVICES))
    def test_a_kilogram_more_always_costs_more(self, weight: Decimal, service: Any) -> None:
        asked = a_request_abroad if service.international else a_request

        flat = {"length": Decimal(1), "width": Decimal(1), "height": Decimal(1)}

        light, heavy = (
            Shop().rate(asked(parcels=(a_parcel(weight=kilograms, **flat),)), service.code)
            for kilograms in (weight, weight + 1)
        )

        assert light.total_charge < heavy.total_charge

    def test_two_parcels_cost_twice_the_base_of_one(self) -> None:
        one, two = (Shop().rate(a_request(parcels=(a_parcel(),) * count), "sandbox_ground") for count in (1, 2))

        assert charge(two, "base_charge") == 2 * charge(one, "base_charge")

    def test_a_known_price_is_worked_out_by_the_published_tariff(self) -> None:
        """9000 cm3 from New York to San Francisco: 2 kg and zone 8, so 6.20 + 7 x 0.55 and 3 x (0.45 + 7 x 0.08)."""
        rate = Shop().rate(a_request(), "sandbox_ground")

        assert charge(rate, "base_charge") == Decimal("13.08")
        assert charge(rate, "fuel_surcharge") == Decimal("1.64")
        assert charge(rate, "residential_surcharge") == Decimal("3.10")
        assert rate.total_charge == Decimal("17.82")

    @pytest.mark.parametrize(
        ("options", "code", "amount"),
        [
            ({"signature_confirmation": True}, "signature_confirmation", "2.80"),
            ({"insurance": Decimal(1000)}, "insurance", "8.00"),
            ({"insurance": Decimal(10)}, "insurance", "1.50"),
            ({"declared_value": Decimal(300)}, "declared_value", "1.00"),
            ({"declared_value": Decimal(100)}, "declared_value", "0"),
            ({"cash_on_delivery": Decimal(50)}, "cash_on_delivery", "5.00"),
            ({"saturday_delivery": True}, "saturday_delivery", "16.00"),
            ({"insurance": Decimal(920), "currency": "EUR"}, "insurance", "8.00"),
            ({"signature_confirmation": False}, "signature_confirmation", "0"),
            ({"signature_confirmation": "none"}, "signature_confirmation", "0"),
            ({"signature_confirmation": "signature"}, "signature_confirmation", "2.80"),
            ({"signature_confirmation": "adult"}, "adult_signature", "5.60"),
            ({"signature_confirmation": "direct"}, "direct_signature", "4.20"),
        ],
    )
    def test_an_option_costs_what_the_docs_say(self, options: dict[str, Any], code: str, amount: str) -> None:
        rate = Shop().rate(a_request(options=Options(**options)), "sandbox_express")

        assert charge(rate, code) == Decimal(amount)

    def test_a_parcels_own_options_count_for_it_alone(self) -> None:
        signed = a_parcel(options=Options(signature_confirmation=True, insurance=Decimal(500)))

        rate = Shop().rate(
            a_request(parcels=(signed, a_parcel()), options=Options(insurance=Decimal(500))), "sandbox_ground"
        )

        assert charge(rate, "signature_confirmation") == Decimal("2.80")
        assert charge(rate, "insurance") == Decimal("8.00")

    def test_a_parcel_that_asks_for_another_signature_pays_for_that_one_alone(self) -> None:
        adult = a_parcel(options=Options(signature_confirmation="adult"))

        rate = Shop().rate(
            a_request(parcels=(adult, a_parcel()), options=Options(signature_confirmation=True)), "sandbox_ground"
        )

        assert charge(rate, "adult_signature") == Decimal("5.60")
        assert charge(rate, "signature_confirmation") == Decimal("2.80")

    @pytest.mark.parametrize("lithium", ["ion_in_equipment", "ion_with_equipment"])
    def test_lithium_ion_batteries_with_equipment_cost_a_fee_a_parcel(self, lithium: LithiumKind) -> None:
        goods = Options(dangerous_good=DangerousGood(hazard_class="9", lithium=lithium))

        rate = Shop().rate(a_request(parcels=(a_parcel(options=goods), a_parcel())), "sandbox_ground")

        assert charge(rate, "dangerous_good") == Decimal("12.00")

    def test_every_currency_has_a_fixed_exchange_rate(self) -> None:
        assert set(PER_DOLLAR) == set(CURRENCIES)


class TestBilledWeight:
    @pytest.mark.parametrize(
        ("parcel", "grams"),
        [
            ({"weight": Decimal("1.5"), "length": None, "width": None, "height": None}, 1500),
            ({"weight": Decimal("1.51"), "length": None, "width": None, "height": None}, 2000),
            ({"weight": Decimal("0.01"), "length": Decimal(1), "width": Decimal(1), "height": Decimal(1)}, 500),
            ({"weight": Decimal(1), "length": Decimal(50), "width": Decimal(40), "height": Decimal(25)}, 10_000),
            ({"weight": Decimal(1), "length": Decimal(50), "width": Decimal(40), "height": Decimal("25.1")}, 10_500),
            ({"weight": Decimal(1), "weight_unit": "LB", "length": None, "width": None, "height": None}, 500),
            (
                {
                    "weight": Decimal(1),
                    "dimension_unit": "IN",
                    "length": Decimal(10),
                    "width": Decimal(10),
                    "height": Decimal(10),
                },
                3500,
            ),
        ],
    )
    def test_the_greater_of_actual_and_volumetric_weight_is_billed_by_half_kilograms(
        self, parcel: dict[str, Any], grams: int
    ) -> None:
        assert billed_weight(a_parcel(**parcel)).grams == grams

    def test_the_rate_tells_what_was_billed_for_all_parcels(self) -> None:
        rate = Shop().rate(a_request(parcels=(a_parcel(), a_parcel(weight=Decimal("2.2")))), "sandbox_ground")

        assert rate.meta is not None
        assert rate.meta["billed_weight_kg"] == 4.5  # volume: 9000 cm3 count as 1.8 and so as 2 kg


def test_the_same_request_on_the_same_day_costs_the_same() -> None:
    first, second = Shop(), Shop()
    second.clock.now = first.clock.now + timedelta(hours=2)
    request = a_request()

    for here, there in zip(first.rates(request), second.rates(request), strict=True):
        assert here.model_copy(update={"id": ""}) == there.model_copy(update={"id": ""})
