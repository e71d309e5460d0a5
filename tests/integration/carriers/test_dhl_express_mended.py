"""DHL Express over real HTTP: what its connector misnames, cuts or mistakes arrives as it was meant, on both sides."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.carriers.profiles.dhl_express_mending import planned_at
from chalicelib.domain.errors import CarrierRejected
from chalicelib.domain.options import Options
from tests.builders import a_parcel
from tests.integration.carriers.customers import Customer, failure
from tests.integration.carriers.test_dhl_express import berlin, customer_of, munich, to_new_york, within_germany
from tests.sandbox_cases import a_commodity, some_customs
from tests.stand_ins.dhl_express import DhlExpress, refusal
from tests.stand_ins.server import answers

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def dhl() -> Iterator[DhlExpress]:
    with DhlExpress() as stand_in:
        yield stand_in


@pytest.fixture
def customer(dhl: DhlExpress) -> Customer:
    return customer_of(dhl)


def sold(dhl: DhlExpress) -> Any:
    return dhl.asked("POST", ".*/shipments")[-1].json()


def declared(dhl: DhlExpress) -> Any:
    return sold(dhl)["content"]


def paris(**changes: Any) -> Any:
    place = {"country_code": "FR", "city": "Paris", "postal_code": "75002", "address_line1": "12 rue de la Banque"}
    return berlin(**(place | {"phone_number": "+33 1 70 18 99 00"} | changes))


class TestProducts:
    def test_each_product_has_the_name_of_what_dhl_carries(self, customer: Customer) -> None:
        rates = customer.quote(to_new_york()).rates

        assert [(rate.service, (rate.meta or {})["service_name"]) for rate in rates] == [
            ("dhl_express_worldwide", "EXPRESS WORLDWIDE"),
            ("dhl_express_12_00", "EXPRESS 12:00"),
            ("dhl_express_9_00", "EXPRESS 9:00"),
        ]

    @pytest.mark.parametrize(("service", "code"), [("dhl_express_12_00", "Y"), ("dhl_express_9_00", "E")])
    def test_what_is_quoted_is_bought_and_tracked(
        self, dhl: DhlExpress, customer: Customer, service: str, code: str
    ) -> None:
        sale = customer.buy(customer.order(to_new_york(), service=service))
        dhl.scan(sale.tracking_number, "PU", NOON)
        tracking = customer.track(sale.tracking_number)

        assert (sold(dhl)["productCode"], sale.rate.service) == (code, service)
        assert tracking.info is not None
        assert tracking.info.shipment_service == service

    def test_one_wanted_service_is_asked_for_by_its_code(self, dhl: DhlExpress, customer: Customer) -> None:
        rates = customer.quote(to_new_york(services=("dhl_express_12_00",))).rates

        assert [rate.service for rate in rates] == ["dhl_express_12_00"]
        assert dhl.asked("POST", ".*/rates")[0].json()["productCode"] == "Y"

    def test_the_countrys_own_code_is_told_as_it_was_quoted(self, dhl: DhlExpress, customer: Customer) -> None:
        dhl.local_codes = {"P": "S"}

        customer.buy(customer.order(to_new_york()))

        assert (sold(dhl)["productCode"], sold(dhl)["localProductCode"]) == ("P", "S")


class TestPrices:
    def test_the_price_and_its_parts_are_the_bills(self, customer: Customer) -> None:
        rate = customer.rate(to_new_york())

        assert (rate.currency, rate.total_charge) == ("EUR", Decimal("40.00"))
        assert [(line.name, line.amount, line.currency) for line in rate.extra_charges] == [
            ("EXPRESS WORLDWIDE", Decimal("32.00"), "EUR"),
            ("FUEL SURCHARGE", Decimal("8.00"), "EUR"),
        ]

    def test_parts_that_are_more_than_the_price_are_left_out(self, dhl: DhlExpress, customer: Customer) -> None:
        dhl.overcharges = True
        order = customer.order(to_new_york())

        sale = customer.buy(order)

        assert order.rate.extra_charges == sale.rate.extra_charges == ()
        assert order.rate.total_charge == sale.rate.total_charge == Decimal("40.00")

    def test_a_sold_label_has_the_bills_price_too(self, customer: Customer) -> None:
        rate = customer.buy(customer.order(to_new_york())).rate

        assert (rate.currency, rate.total_charge) == ("EUR", Decimal("40.00"))
        assert sum(line.amount or 0 for line in rate.extra_charges) == rate.total_charge
        assert len(rate.extra_charges) == 2

    def test_a_rate_has_its_day_of_delivery(self, customer: Customer) -> None:
        wanted = (datetime.now(UTC) + timedelta(days=3)).date()

        rate = customer.rate(to_new_york(options=Options(shipment_date=wanted, currency="EUR")))

        assert rate.estimated_delivery == wanted + timedelta(days=2)

    def test_a_parcel_under_way_has_its_day_of_delivery(self, dhl: DhlExpress, customer: Customer) -> None:
        number = customer.buy(customer.order(within_germany())).tracking_number
        dhl.scan(number, "PU", NOON)

        assert str(customer.track(number).estimated_delivery) == "2026-11-27"


class TestRefusals:
    def test_what_dhl_must_know_to_quote_is_asked_for_before_any_call(
        self, dhl: DhlExpress, customer: Customer
    ) -> None:
        bare = a_parcel(length=None, width=None, height=None, dimension_unit=None)

        quote = customer.quote(within_germany(recipient=munich(city=None), parcels=(a_parcel(), bare)))

        (message,) = quote.messages
        assert (message.code, quote.rates, dhl.requests) == ("field_required", (), [])
        assert list(message.details) == ["recipient.city", "parcels.1.length", "parcels.1.width", "parcels.1.height"]

    def test_several_faults_are_told_in_dhls_words_each(self, dhl: DhlExpress, customer: Customer) -> None:
        dhl.will(answers(refusal("/rates", 400, "", "#/a: required key [b] not found", "996: In the past")))

        (message,) = customer.quote(within_germany()).messages

        assert message.message == "#/a: required key [b] not found; 996: In the past"
        assert "additionalDetails" not in message.details


class TestDays:
    def test_today_is_no_past(self, dhl: DhlExpress, customer: Customer) -> None:
        today = Options(shipment_date=datetime.now(UTC).date())

        sale = customer.buy(customer.order(within_germany(options=today)))

        assert sale.tracking_numbers
        assert len(dhl.asked("POST", ".*/rates")) == 1

    @pytest.mark.parametrize(
        ("wanted", "planned"),
        [
            ("2026-11-24T08:00", "2026-11-24T12:00:00 GMT+00:00"),
            ("2026-11-24T16:00", "2026-11-24T16:00:00 GMT+00:00"),
            ("2026-11-26T08:00", "2026-11-26T08:00:00 GMT+00:00"),
            ("2026-11-23T08:00", "2026-11-23T08:00:00 GMT+00:00"),
            (None, "2026-11-24T12:00:00 GMT+00:00"),
        ],
    )
    def test_an_hour_of_today_that_is_over_is_now_and_a_day_that_is_over_stays_so(
        self, wanted: str | None, planned: str
    ) -> None:
        assert planned_at({} if wanted is None else {"shipping_date": wanted}, NOON) == planned

    def test_a_day_that_is_not_over_in_the_west_is_today(self) -> None:
        late = NOON + timedelta(hours=15)

        assert planned_at({"shipping_date": "2026-11-24T12:00"}, late) == "2026-11-25T03:00:00 GMT+00:00"


class TestLabels:
    @pytest.mark.parametrize(
        ("label_type", "options", "template", "dpi"),
        [
            ("PDF", {}, "ECOM26_64_001", 300),
            ("PDF", {"label_size": "A6"}, "ECOM26_A6_002", 300),
            ("PDF", {"label_size": "A4"}, "ECOM26_84_A4_001", 300),
            ("ZPL", {}, "ECOM26_64_001", 300),
            ("ZPL", {"label_dpi": 203, "label_size": "A6"}, "ECOM26_A6_002", 200),
        ],
    )
    def test_a_label_has_the_size_that_it_is_said_to_have(
        self, dhl: DhlExpress, customer: Customer, label_type: str, options: dict[str, Any], template: str, dpi: int
    ) -> None:
        request = within_germany(options=Options(**options))

        sale = customer.buy(customer.order(request, label_type=label_type))

        printed = sold(dhl)["outputImageProperties"]
        assert (printed["encodingFormat"], printed["printerDPI"]) == (label_type.lower(), dpi)
        assert [image["templateName"] for image in printed["imageOptions"]] == [template]
        assert sale.documents[0].print_format == options.get("label_size", "4x6")

    def test_a_letter_is_not_printed(self, customer: Customer) -> None:
        messages = customer.quote(within_germany(options=Options(label_size="letter"))).messages

        assert messages[0].code == "label_not_supported"

    def test_the_tracking_page_is_the_public_one(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(within_germany()))

        assert sale.tracking_url is not None
        assert sale.tracking_url.startswith("https://www.dhl.com/")
        assert sale.tracking_url.endswith(sale.tracking_number)

    def test_the_label_and_its_tracker_have_the_same_page(self, customer: Customer) -> None:
        sale = customer.buy(customer.order(within_germany()))

        info = customer.track(sale.tracking_number).info

        assert info is not None
        assert info.carrier_tracking_link == sale.tracking_url


class TestParcels:
    def test_grams_and_ounces_are_no_kilograms_and_pounds(self, dhl: DhlExpress, customer: Customer) -> None:
        grams = a_parcel(weight=Decimal(1500), weight_unit="G")
        ounces = a_parcel(weight=Decimal(24), weight_unit="OZ")

        for parcels in ((grams, ounces), (ounces, grams)):
            customer.buy(customer.order(within_germany(parcels=parcels)))

        contents = [request.json()["content"] for request in dhl.asked("POST", ".*/shipments")]
        assert [content["unitOfMeasurement"] for content in contents] == ["metric", "imperial"]
        assert [[piece["weight"] for piece in content["packages"]] for content in contents] == [
            [1.5, 0.69],
            [1.5, 3.31],
        ]

    def test_an_address_is_told_as_it_is(self, dhl: DhlExpress, customer: Customer) -> None:
        customer.buy(customer.order(within_germany(shipper=berlin(address_line1="PO BOX 1200"))))

        assert sold(dhl)["customerDetails"]["shipperDetails"]["postalAddress"]["addressLine1"] == "PO BOX 1200"

    def test_a_line_that_dhl_would_cut_is_refused_before_any_call(self, dhl: DhlExpress, customer: Customer) -> None:
        quote = customer.quote(within_germany(shipper=berlin(address_line1="x" * 46)))

        assert (quote.messages[0].code, dhl.requests) == ("address_line_too_long", [])

    def test_a_long_reference_is_cut_and_the_purchase_id_is_not(self, dhl: DhlExpress, customer: Customer) -> None:
        order = customer.order(within_germany(reference="R" * 60))

        customer.buy(order)

        assert [one["value"] for one in sold(dhl)["customerReferences"]] == [order.purchase_id, "R" * 35]


class TestCustoms:
    def test_within_the_european_union_nothing_is_declared(self, dhl: DhlExpress, customer: Customer) -> None:
        sale = customer.buy(customer.order(within_germany(recipient=paris())))

        assert sale.rate.service == "dhl_express_worldwide_eu"
        assert declared(dhl)["isCustomsDeclarable"] is False
        assert {"exportDeclaration", "declaredValue"}.isdisjoint(declared(dhl))

    def test_values_are_told_in_their_own_currency(self, dhl: DhlExpress, customer: Customer) -> None:
        goods = (a_commodity(value_amount=Decimal("19.90"), value_currency="GBP", quantity=3),)

        customer.buy(customer.order(to_new_york(customs=some_customs(commodities=goods))))

        assert (declared(dhl)["declaredValueCurrency"], declared(dhl)["declaredValue"]) == ("GBP", 59.7)

    def test_values_in_two_currencies_are_refused_before_any_call(self, dhl: DhlExpress, customer: Customer) -> None:
        goods = tuple(a_commodity(value_currency=currency) for currency in ("GBP", "EUR"))

        quote = customer.quote(to_new_york(customs=some_customs(commodities=goods)))

        assert (quote.messages[0].code, dhl.requests) == ("customs_currency_not_supported", [])

    def test_a_line_weighs_what_was_declared_in_the_shipments_unit(self, dhl: DhlExpress, customer: Customer) -> None:
        goods = (a_commodity(weight=Decimal(8), weight_unit="OZ"),)

        customer.buy(customer.order(to_new_york(customs=some_customs(commodities=goods))))

        assert declared(dhl)["exportDeclaration"]["lineItems"][0]["weight"] == {"netValue": 0.227, "grossValue": 0.227}

    def test_an_invoice_without_a_number_has_the_orders(self, dhl: DhlExpress, customer: Customer) -> None:
        order = customer.order(to_new_york(), order_id="ord_17")

        customer.buy(order)

        assert declared(dhl)["exportDeclaration"]["invoice"]["number"] == "ord_17"


def test_a_product_that_is_not_served_is_refused_in_dhls_words(customer: Customer) -> None:
    rate = customer.rate(within_germany())

    error = failure(lambda: customer.buy(customer.order(to_new_york(), rate=rate)))

    assert isinstance(error, CarrierRejected)
    assert "not available" in str(error.messages[0].message)
