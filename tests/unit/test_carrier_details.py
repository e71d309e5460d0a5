"""Carrier details: the catalogue and the profiles, joined."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.carriers import catalogue
from chalicelib.carriers.details import details
from chalicelib.domain.carrier_details import contract_options, exact, option_types

ROOT = Path(__file__).parents[2]
ALL = catalogue.carriers()
MOST_BYTES = 20_000
"""All carriers together must stay far below what a Lambda can answer."""


@pytest.mark.parametrize("name", ALL)
def test_a_carrier_can_be_told_in_few_bytes(name: str) -> None:
    told = details(name)

    assert told.carrier_name == name
    assert len(told.model_dump_json()) < MOST_BYTES


def test_a_carriers_options_are_the_contracts_that_it_honours_and_then_its_own() -> None:
    options = details("ups").shipping_options

    assert options["saturday_delivery"].types == ("boolean",)
    assert options["ups_saturday_delivery_indicator"].types == ("boolean",)
    assert "cash_on_delivery" not in options
    assert list(options).index("label_size") < list(options).index("ups_saturday_delivery_indicator")


def test_of_an_option_with_kinds_those_are_told_that_the_carrier_honours() -> None:
    options = details("ups").shipping_options

    assert options["signature_confirmation"].types == ("boolean", "string")
    assert options["signature_confirmation"].values == ("signature", "adult")
    assert options["label_size"].values == ("4x6",)
    assert options["label_dpi"].values == ("203",)


def test_the_sandbox_tells_what_it_honours_in_one_order() -> None:
    options = details("sandbox").shipping_options

    assert options["signature_confirmation"].values == ("signature", "adult", "direct")
    assert set(options["label_size"].values) == {"4x6", "A6", "A4", "letter"}
    assert options["dangerous_good"].values == ("ion_in_equipment", "ion_with_equipment")
    assert details("sandbox").package_presets["small_box"].weight == 5000


def test_who_only_follows_has_no_options() -> None:
    assert details("laposte").shipping_options == {}


def test_a_carrier_without_a_sandbox_says_so() -> None:
    assert details("ups").has_sandbox
    assert not details("laposte").has_sandbox


@pytest.mark.parametrize("name", contract_options())
def test_every_option_of_the_contract_has_a_type(name: str) -> None:
    assert option_types(name)
    assert set(option_types(name)) <= {"boolean", "string", "number", "integer", "array", "object"}


def test_an_option_with_kinds_has_several_types() -> None:
    assert option_types("signature_confirmation") == ("boolean", "string")
    assert option_types("dangerous_good") == ("boolean", "object")
    assert option_types("insurance") == ("number",)


def test_an_option_that_the_contract_does_not_name_has_no_type() -> None:
    with pytest.raises(KeyError):
        option_types("insurence")


@pytest.mark.parametrize(("value", "kept"), [(0.1, Decimal("0.1")), (12.0, Decimal("12.0")), (None, None)])
def test_a_facts_number_is_kept_as_it_is_written(value: float | None, kept: Decimal | None) -> None:
    assert exact(value) == kept


def test_telling_all_carriers_loads_no_connector() -> None:
    program = (
        "import sys; from chalicelib.api.reference_values import references;"
        "from chalicelib.carriers.catalogue import carriers; references(carriers());"
        "print([name for name in ('karrio', 'lxml', 'loguru') if name in sys.modules])"
    )

    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603

    assert told.stdout == "[]\n"
