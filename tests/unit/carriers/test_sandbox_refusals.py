"""What the sandbox refuses to carry, in words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.carriers.sandbox.services import SERVICES
from chalicelib.carriers.sandbox.zones import UNSERVED_COUNTRIES
from chalicelib.domain.messages import Message
from chalicelib.domain.options import DangerousGood, Options
from chalicelib.domain.rates import RateRequest
from tests.builders import a_parcel, an_address
from tests.sandbox_cases import DEADLINE, Shop, a_place, a_request, a_request_abroad, services_of, some_customs

ABROAD = {service.code for service in SERVICES if service.international}


def messages(request: RateRequest) -> tuple[Message, ...]:
    shop = Shop()
    return shop.carrier.rate(shop.connection, request, DEADLINE).messages


def refusal(request: RateRequest) -> Message:
    """The one message of a request for which nothing is offered."""
    shop = Shop()
    quote = shop.carrier.rate(shop.connection, request, DEADLINE)
    assert quote.rates == ()
    (message,) = quote.messages
    assert (message.level, message.carrier_name, message.carrier_id) == ("error", "sandbox", "sandbox")
    return message


class TestRefusals:
    @pytest.mark.parametrize("country", sorted(UNSERVED_COUNTRIES))
    @pytest.mark.parametrize("end", ["shipper", "recipient"])
    def test_a_country_that_is_not_served(self, country: str, end: str) -> None:
        message = refusal(a_request_abroad(**{end: a_place(country)}))

        assert (message.code, message.details) == ("unserved_country", {f"{end}.country_code": country})

    def test_a_parcel_over_70_kg(self) -> None:
        heavy = (a_parcel(weight=Decimal(70)), a_parcel(weight=Decimal("70.01")))

        message = refusal(a_request(parcels=heavy))

        assert (message.code, message.details) == ("parcel_too_heavy", {"parcels.1.weight": "70.01 KG"})

    @pytest.mark.parametrize(
        ("sides", "fits"),
        [((274, 20, 20), True), (("274.1", 20, 20), False), ((219, 50, 50), True), (("219.1", 50, 50), False)],
    )
    def test_a_parcel_that_is_too_large(self, sides: tuple[Any, ...], fits: bool) -> None:  # noqa: FBT001
        length, width, height = (Decimal(side) for side in sides)
        parcel = a_parcel(length=height, width=length, height=width)  # in any order

        found = {message.code for message in messages(a_request(parcels=(parcel,)))}

        assert found == (set() if fits else {"parcel_too_large"})

    def test_goods_across_a_customs_border_without_a_declaration(self) -> None:
        message = refusal(a_request_abroad(customs=None))

        assert message.code == "customs_required"
        assert "customs" in message.details

    def test_documents_need_no_customs_and_neither_does_a_customs_union(self) -> None:
        documents = a_request_abroad(customs=None, parcels=(a_parcel(is_document=True),))
        in_the_union = a_request(
            shipper=a_place("DE", postal_code="10115"), recipient=a_place("FR", postal_code="75001")
        )

        assert services_of(Shop().rates(documents)) == services_of(Shop().rates(in_the_union)) == ABROAD

    def test_a_day_of_shipping_that_nobody_can_keep(self) -> None:
        for day in (date(2026, 11, 22), date(2027, 1, 24), date.max, date.min):
            for shipper in (an_address(), a_place("KW"), a_place("IL")):  # the last day of all is a Friday
                request = a_request(shipper=shipper, customs=some_customs(), options=Options(shipment_date=day))
                assert refusal(request).code == "shipment_date_out_of_range"
        assert Shop().rates(a_request(options=Options(shipment_date=date(2026, 11, 23))))
        assert Shop().rates(a_request(options=Options(shipment_date=date(2027, 1, 23))))

    @pytest.mark.parametrize("option", ["insurance", "cash_on_delivery", "declared_value"])
    def test_amounts_that_are_too_high(self, option: str) -> None:
        found = messages(a_request(options=Options(**{option: Decimal(100_000_000)})))

        assert "amount_too_high" in {message.code for message in found}

    def test_a_currency_that_is_none(self) -> None:
        assert (
            refusal(a_request(options=Options(insurance=Decimal(1), currency="QQQ"))).code == "currency_not_supported"
        )

    def test_a_service_that_does_not_exist(self) -> None:
        message = refusal(a_request(services=("sandbox_rocket",)))

        assert (message.code, message.details) == ("unknown_service", {"service": "sandbox_rocket"})

    def test_a_service_that_does_not_serve_the_lane(self) -> None:
        assert refusal(a_request(services=("sandbox_international_express",))).code == "service_not_available"

    def test_beside_rates_a_refused_service_is_a_warning(self) -> None:
        (message,) = messages(a_request(services=("sandbox_rocket", "sandbox_ground")))

        assert (message.code, message.level) == ("unknown_service", "warning")

    @pytest.mark.parametrize(
        "option",
        [
            {"hold_at_location": True},
            {"locker_id": "L1"},
            {"dangerous_good": True},
            {"sunday_delivery": True},
            {"paperless_trade": True},
            {"doc_references": ("D1",)},
            {"dangerous_good": DangerousGood(hazard_class="3")},
            {"dangerous_good": DangerousGood(hazard_class="9", lithium="ion_alone")},
            {"dangerous_good": DangerousGood(hazard_class="9", lithium="metal_in_equipment")},
            {"ups_saturday_delivery_option": True},
        ],
    )
    def test_an_option_that_no_service_honours_leaves_no_rate(self, option: dict[str, Any]) -> None:
        for on_parcel in (False, True):
            options = Options(**option)
            request = a_request(parcels=(a_parcel(options=options),)) if on_parcel else a_request(options=options)

            message = refusal(request)

            assert (message.code, message.details["option"]) == ("option_not_supported", next(iter(option)))

    def test_an_option_that_some_services_honour_leaves_their_rates_and_names_the_others(self) -> None:
        request = a_request(options=Options(saturday_delivery=True))

        (message,) = messages(request)

        assert services_of(Shop().rates(request)) == {"sandbox_express", "sandbox_overnight"}
        assert (message.code, message.level) == ("option_not_supported", "warning")
        assert message.details == {"option": "saturday_delivery", "services": "sandbox_economy, sandbox_ground"}

    def test_lithium_batteries_in_equipment_go_by_ground_alone(self) -> None:
        goods = DangerousGood(hazard_class="9", lithium="ion_in_equipment")
        request = a_request(options=Options(dangerous_good=goods))

        (message,) = messages(request)

        assert services_of(Shop().rates(request)) == {"sandbox_ground"}
        assert (message.details["option"], message.details["value"]) == ("dangerous_good", "ion_in_equipment")

    def test_what_another_carrier_calls_an_option_and_is_not_asked_for_is_passed_over(self) -> None:
        assert messages(a_request(options=Options(ups_saturday_delivery_option=False))) == ()

    def test_all_faults_are_told_at_once(self) -> None:
        request = a_request_abroad(customs=None, parcels=(a_parcel(weight=Decimal(80), length=Decimal(300)),))

        found = {message.code for message in messages(request)}

        assert found == {"parcel_too_heavy", "parcel_too_large", "customs_required"}
