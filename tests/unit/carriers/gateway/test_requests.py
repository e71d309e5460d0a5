"""What the SDK is asked for: all that the customer said, in its words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args, get_type_hints

import pytest

from chalicelib.carriers.gateway.loading import load
from chalicelib.carriers.gateway.requests import (
    cancel_request,
    rate_request,
    shipment_request,
    tracking_request,
)
from chalicelib.domain.addresses import AddressFields
from chalicelib.domain.customs import CustomsOptions, Duty, Payment
from chalicelib.domain.options import Options
from tests.builders import a_parcel, a_recipient, an_address
from tests.sandbox_cases import a_commodity, a_request, a_request_abroad, some_customs
from tests.sdk_cases import a_dialect, a_profile, a_void_of, an_entry, an_order


def unknown_fields(told: object, model: Any, path: str = "") -> list[str]:
    """The paths in a request that the SDK's model has no field for, and would drop without a word."""
    if isinstance(told, list):
        return [fault for part in told for fault in unknown_fields(part, model, path)]
    if not isinstance(told, dict) or not getattr(model, "__annotations__", None):
        return []
    hints = get_type_hints(model)
    faults = []
    for name, value in told.items():
        if name not in hints:
            faults.append(f"{path}{name}")
        else:
            inner = next(iter(get_args(hints[name])), hints[name])
            faults += unknown_fields(value, inner, f"{path}{name}.")
    return faults


def everything() -> Any:
    """A request abroad in which every field is told."""
    item = a_commodity(sku="G-1", product_id="p1", variant_id="v1", metadata={"shelf": "B"})
    customs = some_customs(
        commodities=(item,),
        duty=Duty(paid_by="recipient", currency="USD", declared_value=Decimal("59.70"), account_number="D-1"),
        duty_billing_address=AddressFields(country_code="DE", city="Berlin"),
        invoice="I-7",
        invoice_date=date(2026, 11, 20),
        commercial_invoice=True,
        certify=True,
        content_description="Gears",
        options=CustomsOptions(eori_number="GB1234"),
    )
    parcel = a_parcel(
        items=(item,), reference_number="box 1", content="gears", freight_class="50", package_preset="acme_small_box"
    )
    return a_request_abroad(
        parcels=(parcel,),
        customs=customs,
        return_address=an_address(city="Newark"),
        billing_address=an_address(city="Albany"),
        payment=Payment(paid_by="third_party", account_number="P-9", currency="USD"),
    )


def test_a_rate_request_has_only_fields_that_the_sdk_reads() -> None:
    request = rate_request(everything(), a_dialect())

    assert unknown_fields(request, load().models.RateRequest) == []


def test_a_purchase_has_only_fields_that_the_sdk_reads() -> None:
    order = an_order(everything(), order_id="O-1")

    request = shipment_request(order, a_dialect(), a_profile().labels[0])

    assert unknown_fields(request, load().models.ShipmentRequest) == ["quoted"]  # for the profile alone


def test_everything_that_the_customer_said_is_in_the_request() -> None:
    request = shipment_request(an_order(everything(), order_id="O-1"), a_dialect(), a_profile().labels[0])

    assert request["shipper"]["person_name"] == "Ada Byron"
    assert request["recipient"]["city"] == "Berlin"
    assert request["return_address"]["city"] == "Newark"
    assert request["billing_address"]["city"] == "Albany"
    assert request["payment"] == {"paid_by": "third_party", "account_number": "P-9", "currency": "USD"}
    assert (request["service"], request["label_type"]) == ("acme_ground", "PDF_4x6")
    assert (request["reference"], request["order_id"]) == ("order 100-2041", "O-1")
    parcel = request["parcels"][0]
    assert (parcel["length"], parcel["width"], parcel["height"], parcel["dimension_unit"]) == (30.0, 20.0, 15.0, "CM")
    assert (parcel["reference_number"], parcel["content"], parcel["freight_class"]) == ("box 1", "gears", "50")
    assert parcel["items"][0]["sku"] == "G-1"
    customs = request["customs"]
    assert customs["duty"] == {
        "paid_by": "recipient",
        "currency": "USD",
        "declared_value": 59.7,
        "account_number": "D-1",
    }
    assert customs["duty_billing_address"]["city"] == "Berlin"
    assert (customs["invoice"], customs["invoice_date"], customs["incoterm"]) == ("I-7", "2026-11-20", "DAP")
    assert customs["options"] == {"eori_number": "GB1234"}
    commodity = customs["commodities"][0]
    assert (commodity["quantity"], commodity["value_amount"], commodity["value_currency"]) == (3, 19.9, "USD")
    assert (commodity["weight"], commodity["weight_unit"], commodity["origin_country"]) == (0.35, "KG", "GB")


def test_the_sender_pays_where_nobody_is_told() -> None:
    assert rate_request(a_request(), a_dialect())["payment"] == {"paid_by": "sender"}


def test_a_return_travels_from_the_recipient_to_the_shipper() -> None:
    request = rate_request(a_request(is_return=True), a_dialect())

    assert (request["shipper"]["city"], request["recipient"]["city"]) == ("San Francisco", "New York")
    assert request["return_address"]["city"] == "New York"
    assert request["is_return"] is True


def test_the_sdk_is_not_told_of_a_return_by_the_options_as_some_connectors_would_swap_back() -> None:
    request = rate_request(a_request(is_return=True, options=Options(is_return=True)), a_dialect())

    assert "is_return" not in request["options"]


def test_the_purchase_id_is_the_reference_where_the_customer_has_none() -> None:
    order = an_order(a_request(reference=None))

    request = shipment_request(order, a_dialect(), a_profile().labels[0])

    assert (request["reference"], request["order_id"]) == (order.purchase_id, order.purchase_id)


def test_the_purchase_id_goes_to_the_carriers_own_place_for_it() -> None:
    order = an_order()
    dialect = a_dialect(a_profile(purchase_id_option="acme_idempotency_key"))

    request = shipment_request(order, dialect, dialect.profile.labels[0])

    assert request["options"]["acme_idempotency_key"] == order.purchase_id
    assert request["reference"] == "order 100-2041"


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (None, []),
        (("acme_air",), ["acme_air"]),
        (("acme_air", "other_carriers_ground"), ["acme_air"]),
        (("acme_air", "acme_ground"), []),
    ],
)
def test_a_service_is_named_only_where_it_is_the_only_one(wanted: Any, sent: list[str]) -> None:
    assert rate_request(a_request(services=wanted), a_dialect())["services"] == sent


def test_a_declaration_is_not_sent_where_no_customs_are_crossed() -> None:
    request = rate_request(a_request(customs=some_customs()), a_dialect())

    assert "customs" not in request


def test_a_duty_that_names_no_payer_leaves_it_to_the_carrier_and_the_incoterm() -> None:
    customs = some_customs(duty=Duty(currency="EUR"))

    request = rate_request(a_request_abroad(customs=customs), a_dialect())

    assert request["customs"]["duty"] == {"currency": "EUR"}


@pytest.mark.parametrize(
    ("number", "line", "sent_line", "sent_number"),
    [
        ("12", "Hauptstrasse", "12 Hauptstrasse", "12"),
        ("12", "Hauptstrasse 12", "Hauptstrasse 12", "12"),
        ("12 b", "Hauptstrasse", "12 b Hauptstrasse", None),
        ("12", None, "12", "12"),
        (None, "350 5th Avenue", "350 5th Avenue", None),
    ],
)
def test_a_street_number_joins_the_line_and_is_not_there_twice(
    number: str | None, line: str | None, sent_line: str, sent_number: str | None
) -> None:
    address = an_address(street_number=number, address_line1=line)

    sent = rate_request(a_request(shipper=address), a_dialect())["shipper"]

    assert (sent.get("address_line1"), sent.get("street_number")) == (sent_line, sent_number)
    read = load().lib.to_address(load().models.Address(**sent))
    assert read.address_line1 == sent_line
    assert sorted(read.street.split()) == sorted(sent_line.split())


def test_what_an_address_does_not_tell_is_left_to_the_sdk() -> None:
    bare = an_address(address_line1=None, address_line2=None, residential=None, email=None)

    sent = rate_request(a_request(shipper=bare), a_dialect())["shipper"]

    assert sent["residential"] is False
    assert {"address_line1", "address_line2", "email", "street_number"}.isdisjoint(sent)


def test_a_commoditys_title_stands_for_its_description() -> None:
    customs = some_customs(commodities=(a_commodity(description=None),))

    sent = rate_request(a_request_abroad(customs=customs), a_dialect())["customs"]["commodities"][0]

    assert (sent["title"], sent["description"]) == ("Gear", "Gear")


def test_requests_share_nothing() -> None:
    request = a_request(options=Options(saturday_delivery=True), parcels=(a_parcel(), a_parcel()))

    first, second = (rate_request(request, a_dialect()) for _ in range(2))

    first["options"]["more"] = first["services"].append("more")
    first["parcels"][0]["options"]["more"] = True
    first["payment"]["more"] = True
    assert second == rate_request(request, a_dialect())


def test_one_number_is_asked_about_a_call() -> None:
    assert tracking_request("T1") == {"tracking_numbers": ["T1"], "options": {}}


SOURCES = {"email": "shipper.email", "postcode": "recipient.postal_code", "order": "meta.order_no", "x": "meta.x"}


@pytest.mark.parametrize("is_return", [False, True])
def test_a_void_tells_what_the_carrier_wants_to_hear_of_the_shipment(*, is_return: bool) -> None:
    request = a_void_of(meta={"order_no": "O-5"}, shipment=a_request(is_return=is_return))

    assert cancel_request(request, SOURCES) == {
        "shipment_identifier": "SHIP-1",
        "service": "acme_ground",
        "options": {"email": "ada@example.com", "postcode": "94103", "order": "O-5"},
    }


def test_a_void_of_which_nothing_else_is_known_has_no_options() -> None:
    assert cancel_request(a_void_of(), SOURCES)["options"] == {}


def test_an_unknown_recipient_name_stays_out_of_the_other_address() -> None:
    sent = rate_request(a_request(recipient=a_recipient(person_name=None)), replace(a_dialect(), entry=an_entry()))

    assert "person_name" not in sent["recipient"]
    assert sent["shipper"]["person_name"] == "Ada Byron"
