"""Other carriers: what their profiles say that they can do really leads to the carrier, at the addresses listed."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.carriers import catalogue
from chalicelib.carriers.gateway.carrier import SdkCarrier
from chalicelib.carriers.gateway.sdk import Sdk
from chalicelib.carriers.profiles.others import OTHERS
from chalicelib.carriers.profiles.profile import Profile
from chalicelib.domain.credentials import Credentials
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierUnavailable
from chalicelib.domain.ports import Connection, PurchaseRequest, VoidRequest
from chalicelib.domain.rates import RateRequest
from chalicelib.domain.tenants import Mode, Tenant
from tests.builders import A_TENANT, a_parcel, a_rate, an_address, an_id
from tests.integration.carriers.cases import abroad
from tests.sandbox_cases import a_commodity, some_customs
from tests.stand_ins.any_carrier import AnyCarrier

TRACKED = [profile.carrier_name for profile in OTHERS if "tracking" in profile.capabilities]
SOLD = [profile.carrier_name for profile in OTHERS if "shipping" in profile.capabilities]

COUNTRIES = {"dpd": "BE", "purolator": "CA", "usps_international": "US"}

ABROAD = "usps_international"

OTTAWA = {"country_code": "CA", "state_code": "ON", "city": "Ottawa", "postal_code": "K1A 0B1"}
LONDON = {"country_code": "GB", "state_code": None, "city": "London", "postal_code": "SW1A 1AA"}


@pytest.fixture
def carrier() -> Iterator[AnyCarrier]:
    with AnyCarrier() as running:
        yield running


def profile_in(mode: Mode, name: str) -> Profile:
    """The profile with the addresses of one mode alone, so that a call beyond them is refused."""
    profile = catalogue.profile(name)
    live, test = (profile.live_urls, ()) if mode == "live" else ((), profile.test_urls)
    return replace(profile, live_urls=live, test_urls=test)


def connection(carrier: AnyCarrier, name: str, mode: Mode) -> Connection:
    fields = catalogue.entry(name).connection_fields
    given = {field: one.values[0] if one.values else f"{field}-1" for field, one in fields.items()}
    given |= {"account_country_code": COUNTRIES.get(name, "GB"), "message_language": "en_EN"}
    settings = {field: "USD" for field, one in catalogue.entry(name).config_fields.items() if one.required}
    secrets = {field: value for field, value in given.items() if field in fields and field != "region"}
    return Connection(
        carrier_name=name,
        carrier_id=f"my-{name}",
        tenant=Tenant(A_TENANT.account_id, mode),
        id=f"con_{name}",
        credentials=Credentials(lambda: secrets),
        config={"server_url": carrier.url, **settings},
    )


def soon() -> Deadline:
    return Deadline.after(10, time.monotonic)


def adapter(name: str, mode: Mode) -> SdkCarrier:
    sdk = Sdk(allow_private_addresses=True)
    return SdkCarrier(profile_in(mode, name), sdk, lambda: datetime.now(UTC), os.urandom)


def request(name: str) -> RateRequest:
    """A parcel on a lane of the carrier's."""
    if name == "usps_international":
        return abroad()
    place = OTTAWA if name == "purolator" else LONDON
    here, there = an_address(**place), an_address(**place, address_line1="1 Queen Street")
    return RateRequest(shipper=here, recipient=there, parcels=(a_parcel(weight=Decimal("1.37")),))


def modes_of(names: list[str]) -> list[Any]:
    """Each carrier in live mode, and those that have a sandbox in test mode too."""
    pairs: list[tuple[str, Mode]] = [(name, "live") for name in names]
    pairs += [(name, "test") for name in names if catalogue.profile(name).test_urls]
    return [pytest.param(*pair, id="-".join(pair)) for pair in sorted(pairs)]


def is_told_as_down(error: CarrierUnavailable, name: str) -> None:
    message = error.messages[0]
    assert (message.carrier_name, message.carrier_id) == (name, f"my-{name}")
    assert message.code == "carrier_down"


@pytest.mark.parametrize(("name", "mode"), modes_of(TRACKED))
def test_a_number_is_asked_about_at_the_carrier_itself(carrier: AnyCarrier, name: str, mode: Mode) -> None:
    with pytest.raises(CarrierUnavailable) as told:
        adapter(name, mode).track(connection(carrier, name, mode), "123456789012", soon())

    is_told_as_down(told.value, name)
    assert len(carrier.calls) == 1
    asked = carrier.calls[0]
    assert "123456789012" in f"{asked.path}{asked.query}{asked.body.decode()}"


@pytest.mark.parametrize(("name", "mode"), modes_of(SOLD))
def test_rates_are_asked_of_the_carrier_itself(carrier: AnyCarrier, name: str, mode: Mode) -> None:
    with pytest.raises(CarrierUnavailable) as told:
        adapter(name, mode).rate(connection(carrier, name, mode), request(name), soon())

    is_told_as_down(told.value, name)
    assert len(carrier.calls) == 1


@pytest.mark.parametrize(("name", "mode"), modes_of(SOLD))
def test_a_label_is_asked_for_once(carrier: AnyCarrier, name: str, mode: Mode) -> None:
    service = next(iter(catalogue.entry(name).services))
    rate = a_rate(service, carrier_name=name, carrier_id=f"my-{name}")
    order = PurchaseRequest(purchase_id=an_id("pur"), shipment=request(name), rate=rate, label_type="PDF")

    with pytest.raises(CarrierUnavailable) as told:
        adapter(name, mode).buy(connection(carrier, name, mode), order, soon())

    is_told_as_down(told.value, name)
    assert [one.method for one in carrier.calls] == ["POST"]


@pytest.mark.parametrize(("name", "mode"), modes_of(SOLD))
def test_a_label_is_voided_at_the_carrier_itself(carrier: AnyCarrier, name: str, mode: Mode) -> None:
    wanted = VoidRequest(
        void_id=an_id("vod"), purchase_id=an_id("pur"), shipment_identifier="SHP123", tracking_number="SHP123"
    )

    with pytest.raises(CarrierUnavailable) as told:
        adapter(name, mode).void(connection(carrier, name, mode), wanted, soon())

    is_told_as_down(told.value, name)
    assert len(carrier.calls) == 1
    assert "SHP123" in f"{carrier.calls[0].path}{carrier.calls[0].body.decode()}"


class TestUspsAbroad:
    """What the connector would tell USPS wrongly."""

    def asked(self, carrier: AnyCarrier) -> dict[str, Any]:
        (told,) = carrier.calls
        body: dict[str, Any] = told.json()
        return body

    def lane(self) -> RateRequest:
        """From a place whose ZIP code has nine digits, with a commodity in kilograms."""
        commodity = a_commodity(weight=Decimal(1), weight_unit="KG", value_amount=Decimal(20), quantity=2)
        customs = some_customs(commodities=(commodity,))
        return abroad(shipper=an_address(postal_code="10118-0110"), customs=customs)

    def test_rates_are_asked_with_a_short_zip_code_and_no_girth(self, carrier: AnyCarrier) -> None:
        with pytest.raises(CarrierUnavailable):
            adapter(ABROAD, "test").rate(connection(carrier, ABROAD, "test"), self.lane(), soon())

        asked = self.asked(carrier)
        assert asked["originZIPCode"] == "10118"
        assert asked["packageDescription"].keys() >= {"weight", "length", "width", "height"}
        assert "girth" not in asked["packageDescription"]

    def test_a_label_is_asked_for_with_a_short_zip_code_no_girth_and_pounds(self, carrier: AnyCarrier) -> None:
        rate = a_rate("usps_priority_mail_international", carrier_name=ABROAD, carrier_id=f"my-{ABROAD}")
        order = PurchaseRequest(purchase_id=an_id("pur"), shipment=self.lane(), rate=rate, label_type="PDF")

        with pytest.raises(CarrierUnavailable):
            adapter(ABROAD, "test").buy(connection(carrier, ABROAD, "test"), order, soon())

        asked = self.asked(carrier)
        assert asked["senderAddress"]["ZIPCode"] == asked["fromAddress"]["ZIPCode"] == "10118"
        assert "girth" not in asked["packageDescription"]
        assert asked["customsForm"]["contents"][0]["itemWeight"] == pytest.approx(2.2, abs=0.01)
