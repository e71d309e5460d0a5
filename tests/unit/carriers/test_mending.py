"""What the connectors of UPS and FedEx would spoil is put right on both sides of them."""

import json
from typing import Any

import pytest

from chalicelib.carriers.profiles import fedex_mending, ups_mending
from chalicelib.carriers.profiles.mending import in_units, with_duty_payer, with_lines_as_written, with_short_phones

METRIC = {"weight": 1.5, "weight_unit": "KG", "length": 30.0, "width": 20.0, "height": 15.0, "dimension_unit": "CM"}
IMPERIAL = {"weight": 3.3, "weight_unit": "LB", "length": 12.0, "width": 8.0, "height": 6.0, "dimension_unit": "IN"}
PURCHASE_ID = "pur_01JDHB3V6F8S5T1Q9W7X2Y4Z0A"
IN_THE_US = {"US": ("LB", "IN")}


def a_request(*parcels: dict[str, Any], country: str = "US", **changes: Any) -> dict[str, Any]:
    address = {"country_code": country, "phone_number": "+1 212 555 0147"}
    return {"shipper": address, "recipient": {"country_code": "FR"}, "parcels": list(parcels), "options": {}} | changes


def an_order(*parcels: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return a_request(*parcels, reference=PURCHASE_ID, metadata={"purchase_id": PURCHASE_ID}) | changes


class TestUnits:
    def test_parcels_are_told_in_the_units_of_their_origin_and_rounded_up(self) -> None:
        parcel = in_units(a_request(METRIC), IN_THE_US)["parcels"][0]

        assert parcel == {
            "weight": 3.31,
            "weight_unit": "LB",
            "length": 11.82,
            "width": 7.88,
            "height": 5.91,
            "dimension_unit": "IN",
        }

    def test_what_is_in_these_units_already_stays_as_it_is(self) -> None:
        assert in_units(a_request(IMPERIAL), IN_THE_US)["parcels"] == [IMPERIAL]

    def test_other_origins_get_kilograms_and_centimetres(self) -> None:
        parcels = in_units(a_request(IMPERIAL, METRIC, country="DE"), IN_THE_US)["parcels"]

        assert parcels[0]["weight"] == 1.5
        assert (parcels[0]["length"], parcels[0]["weight_unit"], parcels[0]["dimension_unit"]) == (30.48, "KG", "CM")
        assert parcels[1] == METRIC

    def test_a_parcel_without_sizes_gets_none(self) -> None:
        parcel = in_units(a_request({"weight": 8.0, "weight_unit": "OZ"}), IN_THE_US)["parcels"][0]

        assert parcel == {"weight": 0.5, "weight_unit": "LB"}

    def test_fedex_gets_sizes_in_whole_inches(self) -> None:
        parcel = fedex_mending.prepared("rate", a_request(METRIC))["parcels"][0]

        assert (parcel["length"], parcel["width"], parcel["height"]) == (12, 8, 6)


class TestDuties:
    @pytest.mark.parametrize(("incoterm", "payer"), [("DAP", "recipient"), (None, "recipient"), ("DDP", "sender")])
    def test_who_pays_the_duty_is_told_by_the_incoterm_where_nobody_is_named(
        self, incoterm: str | None, payer: str
    ) -> None:
        request = with_duty_payer(a_request(customs={"incoterm": incoterm, "duty": {"currency": "EUR"}}))

        assert request["customs"]["duty"] == {"currency": "EUR", "paid_by": payer}

    def test_who_is_named_pays(self) -> None:
        request = with_duty_payer(a_request(customs={"incoterm": "DAP", "duty": {"paid_by": "sender"}}))

        assert request["customs"]["duty"] == {"paid_by": "sender"}

    def test_without_customs_there_is_no_duty(self) -> None:
        assert "customs" not in with_duty_payer(a_request())

    @pytest.mark.parametrize(
        ("destination", "payer", "kept"),
        [
            ("US", {"BillShipper": {"AccountNumber": "A1B2C3"}}, ["01"]),
            ("FR", {"BillShipper": {"AccountNumber": "A1B2C3"}}, ["01", "02"]),
            ("FR", {"BillReceiver": {"Address": {"PostalCode": "75002"}}}, ["01"]),
        ],
        ids=["at home", "by the sender", "by a recipient without an account"],
    )
    def test_ups_is_told_of_duties_abroad_alone_and_of_accounts_alone(
        self, destination: str, payer: dict[str, Any], kept: list[str]
    ) -> None:
        charges = [{"Type": "01", "BillShipper": {"AccountNumber": "A1B2C3"}}, {"Type": "02", **payer}]
        places = {party: {"Address": {"CountryCode": country}} for party, country in
                  (("ShipFrom", "US"), ("ShipTo", destination))}  # fmt: skip
        shipment = {
            **places,
            "PaymentInformation": {"ShipmentCharge": charges},
            "Package": [{}],
        }

        mended = ups_mending.amended("ship", {"ShipmentRequest": {"Shipment": shipment}}, an_order(METRIC))

        told = mended["ShipmentRequest"]["Shipment"]
        assert [charge["Type"] for charge in told["PaymentInformation"]["ShipmentCharge"]] == kept


class TestPhones:
    @pytest.mark.parametrize(
        ("phone", "short"),
        [
            ("+1 212 555 0147", "+1 212 555 0147"),
            ("+33 1 70 18 99 00", "+33170189900"),
            ("+49 (0) 30 9018 20123", "+49030901820123"),
            ("+4903090182012345", "4903090182012345"),
        ],
    )
    def test_a_phone_number_that_would_be_cut_loses_its_spaces_instead(self, phone: str, short: str) -> None:
        request = with_short_phones(a_request(recipient={"country_code": "FR", "phone_number": phone}))

        assert request["recipient"]["phone_number"] == short


class TestAddresses:
    def test_a_number_at_the_end_of_a_line_stays_there(self) -> None:
        box = {"country_code": "US", "address_line1": "PO Box 1200", "street_number": "1200"}
        request = a_request(shipper=box, return_address=box, customs={"duty_billing_address": box})

        mended = with_lines_as_written(request)

        for address in (mended["shipper"], mended["return_address"], mended["customs"]["duty_billing_address"]):
            assert (address["address_line1"], address["street_number"]) == ("PO Box 1200", "")


class TestReferences:
    def told_to_ups(self, destination: str, *parcels: dict[str, Any], reference: str = "order 7") -> Any:
        places = {"ShipFrom": "US", "ShipTo": destination}
        shipment = {party: {"Address": {"CountryCode": country}} for party, country in places.items()}
        body = {"PaymentInformation": {"ShipmentCharge": []}, "Package": [{} for _ in parcels], **shipment}
        asked = an_order(*parcels, reference=reference)
        return ups_mending.amended("ship", {"ShipmentRequest": {"Shipment": body}}, asked)["ShipmentRequest"][
            "Shipment"
        ]

    def test_ups_is_told_both_at_each_parcel_within_the_us_and_a_parcels_own_before(self) -> None:
        shipment = self.told_to_ups("US", METRIC, {**METRIC, "reference_number": "box 2"})

        assert [[one["Value"] for one in package["ReferenceNumber"]] for package in shipment["Package"]] == [
            ["order 7", PURCHASE_ID],
            ["box 2", PURCHASE_ID],
        ]
        assert "ReferenceNumber" not in shipment

    def test_ups_is_told_both_at_the_shipment_elsewhere(self) -> None:
        shipment = self.told_to_ups("FR", METRIC, reference="o" * 40)

        assert [one["Value"] for one in shipment["ReferenceNumber"]] == ["o" * 35, PURCHASE_ID]
        assert shipment["Package"] == [{}]

    def test_ups_is_told_the_purchase_id_once_where_there_is_nothing_else(self) -> None:
        shipment = self.told_to_ups("FR", METRIC, reference=PURCHASE_ID)

        assert [one["Value"] for one in shipment["ReferenceNumber"]] == [PURCHASE_ID]

    @pytest.mark.parametrize(
        ("taken", "kind"),
        [
            (["CUSTOMER_REFERENCE"], "P_O_NUMBER"),
            (["CUSTOMER_REFERENCE", "P_O_NUMBER"], "INVOICE_NUMBER"),
            (["CUSTOMER_REFERENCE", "P_O_NUMBER", "INVOICE_NUMBER", "DEPARTMENT_NUMBER"], None),
        ],
    )
    def test_fedex_is_told_the_purchase_id_by_a_kind_of_reference_that_is_free(
        self, taken: list[str], kind: str | None
    ) -> None:
        own = [{"customerReferenceType": name, "value": "mine"} for name in taken]
        body = {"requestedShipment": {"requestedPackageLineItems": [{"customerReferences": own}]}}

        mended = fedex_mending.amended("ship", body, an_order(METRIC, reference="order 7"))

        (item,) = mended["requestedShipment"]["requestedPackageLineItems"]
        added = [{"customerReferenceType": kind, "value": PURCHASE_ID}] if kind else []
        assert item["customerReferences"] == [*own, *added]


class TestOptions:
    def test_ups_mails_nobody_who_is_not_to_get_mail(self) -> None:
        options = ups_mending.prepared("ship", a_request(METRIC))["options"]

        assert options["email_notification"] is False

    def test_ups_mails_who_is_to_get_mail(self) -> None:
        options = ups_mending.prepared("ship", a_request(METRIC, options={"email_notification": True}))["options"]

        assert options["email_notification"] is True

    def test_a_return_to_ups_is_a_printed_label_and_its_parcel_is_described(self) -> None:
        mended = ups_mending.prepared("return", a_request(METRIC, is_return=True))

        assert mended["options"]["ups_return_service"] == "ups_print_return_label"
        assert mended["parcels"][0]["description"] == "Return"

    def test_fedex_is_told_the_declared_value_at_the_parcels_in_equal_parts(self) -> None:
        request = a_request(METRIC, METRIC, METRIC, options={"declared_value": 100.0, "currency": "USD"})

        mended = fedex_mending.prepared("ship", request)

        assert mended["options"] == {"currency": "USD"}
        assert [parcel["options"] for parcel in mended["parcels"]] == [{"declared_value": 33.34}] * 3

    def test_a_parcels_own_declared_value_goes_before_its_part(self) -> None:
        request = a_request({**METRIC, "options": {"declared_value": 9.0}}, options={"declared_value": 100.0})

        assert fedex_mending.prepared("ship", request)["parcels"][0]["options"] == {"declared_value": 9.0}

    def test_customs_are_told_what_the_commodities_are_worth(self) -> None:
        customs = {"totalCustomsValue": {"amount": 300.0}, "commodities": [{"quantity": 2}]}

        sent = {"requestedShipment": {"customsClearanceDetail": customs, "requestedPackageLineItems": [{}]}}
        mended = fedex_mending.amended("ship", sent, an_order(METRIC))

        assert mended["requestedShipment"]["customsClearanceDetail"] == {"commodities": [{"quantity": 2}]}

    @pytest.mark.parametrize("mending", [ups_mending, fedex_mending])
    def test_what_is_neither_rated_nor_sold_goes_through(self, mending: Any) -> None:
        asked = {"tracking_numbers": ["1Z"]}

        assert mending.prepared("track", asked) is asked
        assert mending.amended("cancel", asked, asked) is asked


class TestAnswers:
    def test_upss_rates_have_their_day_of_arrival(self) -> None:
        arrival = {"ServiceSummary": {"EstimatedArrival": {"Arrival": {"Date": "20261201"}}}}
        body = {"RateResponse": {"RatedShipment": [{"TimeInTransit": arrival}, {}]}}

        rates = ups_mending.completed("rate", [{"service": "a"}, {"service": "b"}], [json.dumps(body).encode()])

        assert [rate.get("estimated_delivery") for rate in rates] == ["2026-12-01", None]

    def test_upss_label_has_the_price_by_contract(self) -> None:
        published = {"TotalCharges": {"CurrencyCode": "USD", "MonetaryValue": "30.79"}}
        negotiated = {"TotalCharge": {"CurrencyCode": "USD", "MonetaryValue": "24.63"}}
        results = {"ShipmentCharges": published, "NegotiatedRateCharges": negotiated}
        body = json.dumps({"ShipmentResponse": {"ShipmentResults": results}}).encode()

        sale = ups_mending.completed("ship", {"tracking_number": "1Z"}, [body])

        assert sale["selected_rate"] == {"total_charge": "24.63", "currency": "USD", "extra_charges": []}

    @pytest.mark.parametrize(("kind", "status"), [("O", "out_for_delivery"), ("P", "picked_up"), ("?", None)])
    def test_upss_types_of_activities_stand_for_codes_that_nobody_knows(self, kind: str, status: str | None) -> None:
        parcel = {
            "activity": [{"status": {"type": kind, "code": "9Z"}}],
            "deliveryDate": [{"type": "SDD", "date": "20261201"}],
        }
        body = json.dumps({"trackResponse": {"shipment": [{"package": [parcel]}]}}).encode()

        told = ups_mending.completed("track", [{"events": [{"code": "9Z"}], "estimated_delivery": None}], [body])

        assert told[0]["events"] == [{"code": "9Z", "status": status}]
        assert told[0]["estimated_delivery"] == "2026-12-01"

    def test_fedexs_label_has_the_price_that_is_charged(self) -> None:
        details = [
            {"rateType": "PAYOR_LIST_SHIPMENT", "totalNetCharge": 30.5, "currency": "USD"},
            {"rateType": "PAYOR_ACCOUNT_SHIPMENT", "totalNetCharge": 24.4, "currency": "USD"},
        ]
        rating = {"actualRateType": "PAYOR_ACCOUNT_SHIPMENT", "shipmentRateDetails": details}
        output = {"transactionShipments": [{"completedShipmentDetail": {"shipmentRating": rating}}]}

        sale = fedex_mending.completed("ship", {"tracking_number": "7"}, [json.dumps({"output": output}).encode()])

        assert (sale["selected_rate"]["total_charge"], sale["selected_rate"]["currency"]) == (24.4, "USD")

    @pytest.mark.parametrize("mending", [ups_mending, fedex_mending])
    @pytest.mark.parametrize("operation", ["rate", "ship", "track"])
    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"output": null, "RateResponse": 1}'])
    def test_what_cannot_be_read_stays_as_the_sdk_told_it(self, mending: Any, operation: str, body: bytes) -> None:
        result = [{"service": "a", "events": []}]

        assert mending.completed(operation, result, [body]) == result
