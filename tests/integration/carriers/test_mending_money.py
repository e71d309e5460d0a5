"""UPS and FedEx over real HTTP: what is asked and told of money, days and goods is what was meant."""

from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.addresses import Address
from chalicelib.domain.customs import Duty
from chalicelib.domain.options import Options
from chalicelib.domain.rates import RateRequest
from tests.builders import a_parcel, an_id
from tests.integration.carriers import test_fedex, test_ups
from tests.integration.carriers.cases import abroad, at_home, paris, pounds
from tests.integration.carriers.customers import Customer
from tests.integration.carriers.test_mending import sold_by_fedex, sold_by_ups
from tests.sandbox_cases import a_commodity, some_customs
from tests.stand_ins.fedex import FedexStandIn
from tests.stand_ins.ups import UpsStandIn

SAVER, GROUND = "ups_worldwide_saver", "ups_ground"


def rated_by_ups(ups: UpsStandIn) -> Any:
    return ups.asked("POST", test_ups.RATES)[-1].json()["RateRequest"]["Shipment"]


def somewhere(postal_code: str) -> Address:
    return Address(id=an_id("adr"), country_code="US", postal_code=postal_code)


def undescribed(**changes: Any) -> RateRequest:
    """Abroad, of goods that only `changes` describe."""
    customs = some_customs(commodities=(a_commodity(title="Gear", description=None),))
    return abroad(**({"customs": customs, "parcels": (pounds(description=None, content=None),)} | changes))


class TestUpsAsked:
    @pytest.mark.parametrize(
        ("changes", "worth"),
        [
            ({}, ("USD", "40.00")),
            ({"options": Options(declared_value=Decimal(90), currency="EUR")}, ("EUR", "90.00")),
            ({"customs": some_customs(duty=Duty(declared_value=Decimal(75), currency="GBP"))}, ("GBP", "75.00")),
            ({"customs": some_customs(commodities=(a_commodity(value_currency="EUR"),))}, ("EUR", "59.70")),
            ({"customs": some_customs(commodities=(a_commodity(value_amount=Decimal("0.10")),))}, ("USD", "1.00")),
        ],
        ids=["goods", "declared value", "value for duties", "another currency", "less than UPS takes"],
    )
    def test_the_invoices_total_is_what_the_goods_are_worth_when_rated_and_when_sold(
        self, ups: UpsStandIn, at_ups: Customer, changes: dict[str, Any], worth: tuple[str, str]
    ) -> None:
        at_ups.buy(at_ups.order(abroad(**changes), service=SAVER))

        lines = [shipment["InvoiceLineTotal"] for shipment in (rated_by_ups(ups), sold_by_ups(ups))]
        assert [(line["CurrencyCode"], line["MonetaryValue"]) for line in lines] == [worth, worth]

    def test_the_invoice_is_in_the_currency_of_the_goods(self, ups: UpsStandIn, at_ups: Customer) -> None:
        customs = some_customs(commodities=(a_commodity(value_currency="EUR"),))

        at_ups.buy(at_ups.order(abroad(customs=customs), service=SAVER))

        assert sold_by_ups(ups)["ShipmentServiceOptions"]["InternationalForms"]["CurrencyCode"] == "EUR"

    def test_goods_in_two_currencies_are_refused_before_any_call(self, ups: UpsStandIn, at_ups: Customer) -> None:
        customs = some_customs(commodities=(a_commodity(), a_commodity(value_currency="EUR")))

        quote = at_ups.quote(abroad(customs=customs))

        assert [message.code for message in quote.messages] == ["customs_currency_not_supported"]
        assert ups.requests == []

    @pytest.mark.parametrize(
        "options",
        [Options(), Options.model_validate({"shipment_date": "2026-11-28"})],
        ids=["today", "on a Saturday"],
    )
    def test_the_day_that_is_rated_is_the_day_that_is_sold(
        self, ups: UpsStandIn, at_ups: Customer, options: Options
    ) -> None:
        at_ups.buy(at_ups.order(at_home(options=options), service=GROUND))

        rated = rated_by_ups(ups)
        days = {rated["ShipmentDate"], rated["DeliveryTimeInformation"]["Pickup"]["Date"]}
        assert days == {sold_by_ups(ups)["ShipmentDate"]}
        assert options.shipment_date is None or days == {"20261128"}

    def test_country_and_postal_code_are_enough_for_rates(self, ups: UpsStandIn, at_ups: Customer) -> None:
        quote = at_ups.quote(at_home(shipper=somewhere("10001"), recipient=somewhere("94105")))

        assert (len(quote.rates), quote.messages) == (7, ())
        assert "AddressLine" not in rated_by_ups(ups)["ShipTo"]["Address"]

    def test_a_person_without_a_company_is_who_buys_and_who_is_asked_for(
        self, ups: UpsStandIn, at_ups: Customer
    ) -> None:
        at_ups.buy(at_ups.order(abroad(recipient=paris(company_name=None)), service=SAVER))

        buyer = sold_by_ups(ups)["ShipmentServiceOptions"]["InternationalForms"]["Contacts"]["SoldTo"]
        assert buyer["Name"] == "Emilie du Breuil"

    def test_a_company_without_a_person_is_who_is_asked_for(self, ups: UpsStandIn, at_ups: Customer) -> None:
        at_ups.buy(at_ups.order(abroad(recipient=paris(person_name=None)), service=SAVER))

        assert sold_by_ups(ups)["ShipTo"]["AttentionName"] == "Maison Breuil"

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"parcels": (pounds(description="Box of gears", content="Gears"),)}, "Box of gears"),
            ({"customs": some_customs(content_description="Clockwork")}, "Clockwork"),
            ({"customs": some_customs(commodities=(a_commodity(), a_commodity()))}, "Brass gear"),
            ({}, "Gear"),
        ],
        ids=["parcel", "declaration", "commodities", "title"],
    )
    def test_what_goes_abroad_is_described_by_the_first_that_does(
        self, ups: UpsStandIn, at_ups: Customer, changes: dict[str, Any], words: str
    ) -> None:
        at_ups.buy(at_ups.order(undescribed(**changes), service=SAVER))

        assert sold_by_ups(ups)["Description"] == words


class TestUpsTold:
    def test_an_option_is_charged_once_and_by_its_name(self, at_ups: Customer) -> None:
        rate = at_ups.rate(at_home(options=Options(signature_confirmation=True)), GROUND)

        assert [charge.name for charge in rate.extra_charges] == [
            "BASE CHARGE",
            "DELIVERY CONFIRMATION",
            "RESIDENTIAL ADDRESS",
            "FUEL SURCHARGE",
        ]

    def test_a_service_has_its_name_for_people(self, at_ups: Customer) -> None:
        order = at_ups.order(at_home(), service="ups_2nd_day_air_am")

        sale = at_ups.buy(order)

        assert [(found or {})["service_name"] for found in (order.rate.meta, sale.meta)] == ["UPS 2nd Day Air A.M."] * 2

    def test_links_end_with_the_number(self, at_ups: Customer) -> None:
        sale = at_ups.buy(at_ups.order(at_home(is_return=True), service=GROUND))

        number = sale.tracking_numbers[0]
        info = at_ups.track(number).info
        assert info is not None
        back = (sale.meta or {})["return_shipment"]["tracking_url"]
        for link in (sale.tracking_url, info.carrier_tracking_link, back):
            assert str(link).endswith(f"tracknum={number}")

    def test_a_scan_on_the_way_is_no_incident(self, ups: UpsStandIn, at_ups: Customer) -> None:
        number = at_ups.buy(at_ups.order(at_home(), service=GROUND)).tracking_numbers[0]
        ups.happens(number, "I", "AR", "Arrived at Facility")

        event = at_ups.track(number).events[0]

        assert (event.code, event.status, event.reason) == ("AR", "in_transit", None)


class TestFedex:
    def test_a_discount_lowers_the_price(self, at_fedex: Customer) -> None:
        rate = at_fedex.rate(at_home(), "fedex_2_day")

        discounts = [charge.amount for charge in rate.extra_charges if charge.name == "Discounts"]
        assert len(discounts) == 1
        assert (discounts[0] or 0) < 0
        assert "other" not in {charge.name for charge in rate.extra_charges}
        assert sum(charge.amount or 0 for charge in rate.extra_charges) == rate.total_charge

    def test_rates_abroad_are_asked_for_what_all_pieces_are_worth_and_weigh(
        self, fedex: FedexStandIn, at_fedex: Customer
    ) -> None:
        at_fedex.quote(abroad())

        customs = fedex.asked("POST", test_fedex.RATES)[-1].json()["requestedShipment"]["customsClearanceDetail"]
        (commodity,) = customs["commodities"]
        assert (commodity["customsValue"], commodity["weight"]["value"]) == ({"amount": 40, "currency": "USD"}, 1)

    def test_a_commodity_weighs_what_all_its_pieces_do(self, fedex: FedexStandIn, at_fedex: Customer) -> None:
        at_fedex.buy(at_fedex.order(abroad(), service="fedex_international_priority"))

        (commodity,) = sold_by_fedex(fedex)["customsClearanceDetail"]["commodities"]
        assert (commodity["quantity"], commodity["weight"]) == (2, {"units": "LB", "value": 1})

    def test_an_invoice_is_asked_for_where_customs_are_crossed_alone(
        self, fedex: FedexStandIn, at_fedex: Customer
    ) -> None:
        at_fedex.buy(at_fedex.order(at_home(), service="fedex_2_day"))
        within = sold_by_fedex(fedex)
        at_fedex.buy(at_fedex.order(abroad(), service="fedex_international_priority"))

        assert "shippingDocumentSpecification" not in within
        assert sold_by_fedex(fedex)["shippingDocumentSpecification"]["shippingDocumentTypes"] == ["COMMERCIAL_INVOICE"]

    def test_a_service_has_its_name_for_people(self, at_fedex: Customer) -> None:
        order = at_fedex.order(at_home(parcels=(a_parcel(),)), service="fedex_2_day")

        sale = at_fedex.buy(order)

        assert [(found or {})["service_name"] for found in (order.rate.meta, sale.meta)] == ["FedEx 2Day"] * 2
