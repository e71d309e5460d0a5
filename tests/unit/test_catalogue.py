"""The catalogue: light to ask, and exact in what it says of credentials, configs, options and packagings."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.carriers import catalogue
from chalicelib.domain.options import Options
from chalicelib.domain.parcels import ParcelFields

ROOT = Path(__file__).parents[2]
ALL = catalogue.carriers()
WITH_PROFILE = tuple(name for name in ALL if name != "sandbox")

UPS = {"client_id": "id-of-app", "client_secret": "s3cret"}


def test_the_carriers_are_sorted_and_the_sandbox_is_among_them() -> None:
    assert list(ALL) == sorted(ALL)
    assert {"canadapost", "dhl_express", "fedex", "sandbox", "ups", "usps"} <= set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_every_carrier_has_an_entry_of_its_own(name: str) -> None:
    assert catalogue.entry(name).carrier_name == name


@pytest.mark.parametrize("name", WITH_PROFILE)
def test_every_carrier_but_the_sandbox_has_a_profile_of_its_own(name: str) -> None:
    assert catalogue.profile(name).carrier_name == name


@pytest.mark.parametrize("name", ["", "UPS", "mydhl", "generic", "index", "../catalogue_data/ups"])
def test_a_name_that_is_no_carriers_is_a_key_error(name: str) -> None:
    for ask in (catalogue.entry, catalogue.profile):
        with pytest.raises(KeyError):
            ask(name)
    with pytest.raises(KeyError):
        catalogue.offers(name, ["anything"])


def test_the_sandbox_has_no_profile() -> None:
    with pytest.raises(KeyError):
        catalogue.profile("sandbox")


def test_asking_what_requests_may_name_loads_neither_the_sdk_nor_pydantic() -> None:
    program = (
        "import sys; from chalicelib.carriers import catalogue as c; c.known_options(); c.offers('ups', ['x']);"
        "c.faults_of_credentials('ups', {}); c.faults_of_config('ups', {});"
        "print([name for name in ('karrio', 'pydantic', 'boto3') if name in sys.modules])"
    )

    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603

    assert told.stdout == "[]\n"


def test_a_carrier_offers_its_own_services_alone() -> None:
    assert catalogue.offers("ups", ["fedex_ground", "ups_ground"])
    assert not catalogue.offers("ups", ["fedex_ground"])
    assert not catalogue.offers("ups", [])
    assert catalogue.offers("sandbox", ["sandbox_ground"])
    assert not catalogue.offers("laposte", ["laposte_standard_service"])


def test_options_of_carriers_own_are_known_by_the_type_of_their_value() -> None:
    known = catalogue.known_options()

    assert known["ups_saturday_delivery_indicator"] is bool
    assert known["seko_cif_value"] is float
    assert known["seko_special_instructions"] is str
    assert set(known.values()) <= {bool, str, int, float}


def test_the_contracts_own_options_are_not_carriers() -> None:
    assert catalogue.known_options().keys() & Options.model_fields.keys() == set()


def test_every_packaging_that_a_carrier_publishes_may_be_named() -> None:
    entries = [catalogue.entry(name) for name in ALL]

    assert {name for one in entries for name in one.package_presets} == catalogue.known_presets()
    assert {name for one in entries for name in one.packaging_types} <= catalogue.known_packaging_types()
    assert {"envelope", "your_packaging"} <= catalogue.known_packaging_types()


@pytest.mark.parametrize("name", sorted({*catalogue.known_presets(), *catalogue.known_packaging_types()}))
def test_the_name_of_a_packaging_fits_a_parcel(name: str) -> None:
    assert ParcelFields(weight=1, weight_unit="KG", packaging_type=name).packaging_type == name


def test_a_preset_tells_its_sizes_and_its_greatest_weight() -> None:
    box = catalogue.entry("ups").package_presets["ups_small_express_box"]

    assert (box.length, box.width, box.height, box.dimension_unit) == (2.0, 13.0, 11.0, "IN")
    assert (box.weight, box.weight_unit) == (30.0, "LB")


class TestCredentials:
    def test_what_is_needed_and_right_has_no_fault(self) -> None:
        assert catalogue.faults_of_credentials("ups", UPS | {"account_number": "A1B2C3"}) == {}
        assert catalogue.faults_of_credentials("ups", UPS | {"account_country_code": "DE"}) == {}

    def test_the_sandbox_wants_none(self) -> None:
        assert catalogue.faults_of_credentials("sandbox", {}) == {}
        assert catalogue.faults_of_credentials("sandbox", UPS).keys() == UPS.keys()

    def test_all_that_is_missing_is_told_at_once(self) -> None:
        assert catalogue.faults_of_credentials("ups", {}) == {
            "client_id": "This field is required",
            "client_secret": "This field is required",
        }
        assert catalogue.faults_of_credentials("ups", {"client_id": None, "client_secret": "s"}).keys() == {"client_id"}

    def test_a_misspelt_field_is_told_with_the_likely_one(self) -> None:
        faults = catalogue.faults_of_credentials("ups", {**UPS, "client_secrets": "s", "zzz": "z"})

        assert faults["client_secrets"] == "Unknown field; did you mean client_secret?"
        assert faults["zzz"] == "Unknown field"

    @pytest.mark.parametrize("value", [7, True, [], {}, "", "   ", " padded", "padded\n", "with\x00in", "ü" * 4001])
    def test_what_is_no_text_that_a_carrier_could_have_given_is_told_without_the_value(self, value: Any) -> None:
        faults = catalogue.faults_of_credentials("ups", UPS | {"client_secret": value})

        assert faults.keys() == {"client_secret"}
        assert not str(value).strip() or str(value) not in faults["client_secret"]

    def test_a_listed_value_is_one_of_the_list(self) -> None:
        usps = UPS | {"account_type": "EPS"}

        assert catalogue.faults_of_credentials("usps", usps) == {}
        assert catalogue.faults_of_credentials("usps", usps | {"account_type": "cash"}) == {
            "account_type": "Must be one of EPS, PERMIT, METER"
        }

    @pytest.mark.parametrize("code", ["de", "Germany", "XX"])
    def test_a_country_is_told_by_its_code(self, code: str) -> None:
        assert catalogue.faults_of_credentials("ups", UPS | {"account_country_code": code}).keys() == {
            "account_country_code"
        }

    def test_of_two_pairs_of_keys_one_must_be_whole(self) -> None:
        rates, tracks = {"api_key": "a", "secret_key": "b"}, {"track_api_key": "c", "track_secret_key": "d"}
        told = "Give api_key and secret_key or track_api_key and track_secret_key"

        assert catalogue.faults_of_credentials("fedex", rates) == {}
        assert catalogue.faults_of_credentials("fedex", tracks) == {}
        assert catalogue.faults_of_credentials("fedex", {}) == {"api_key": told}
        assert catalogue.faults_of_credentials("fedex", {"api_key": "a", "track_secret_key": "d"}) == {
            "secret_key": told
        }


class TestConfig:
    def test_every_carrier_takes_another_address(self) -> None:
        for name in WITH_PROFILE:
            needed = {field: "USD" for field, one in catalogue.entry(name).config_fields.items() if one.required}
            assert catalogue.faults_of_config(name, needed | {"server_url": "https://stand-in.example"}) == {}

    def test_an_unknown_setting_is_told(self) -> None:
        faults = catalogue.faults_of_config("ups", {"cost_centre": "4711"})

        assert faults == {"cost_centre": "Unknown field; did you mean cost_center?"}

    @pytest.mark.parametrize("value", ["yes", 1, [True]])
    def test_a_setting_has_its_type(self, value: Any) -> None:
        faults = catalogue.faults_of_config("canadapost", {"transmit_shipment_by_default": value})

        assert faults == {"transmit_shipment_by_default": "Must be of type boolean"}

    def test_a_currency_that_answers_lack_must_be_told(self) -> None:
        assert catalogue.faults_of_config("seko", {}) == {"currency": "This field is required"}
        assert catalogue.faults_of_config("seko", {"currency": "EUR"}) == {}


@pytest.mark.parametrize("name", WITH_PROFILE)
def test_every_field_is_described_and_what_opens_is_secret(name: str) -> None:
    fields = catalogue.entry(name).connection_fields

    assert all(one.description.endswith(".") for one in fields.values())
    opening = {field for field, one in fields.items() if one.secret}
    assert opening >= {field for field in fields if "password" in field or "secret" in field or "api_key" in field}
    assert opening, "no carrier lets anybody in"
    assert "account_country_code" not in opening
