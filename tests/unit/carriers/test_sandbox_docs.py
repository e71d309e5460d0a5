"""docs/sandbox.md says what the code does: its tables are those of the code."""

import re
from pathlib import Path
from typing import get_args

import chalicelib.carriers.sandbox
from chalicelib.carriers.sandbox.numbers import FIXED_NUMBERS
from chalicelib.carriers.sandbox.presets import PRESETS
from chalicelib.carriers.sandbox.services import SERVICES
from chalicelib.carriers.sandbox.zones import UNSERVED_COUNTRIES
from chalicelib.domain.options import SandboxScenario
from tests.sandbox_cases import Shop, a_request_abroad

DOCS = (Path(__file__).parents[3] / "docs/sandbox.md").read_text(encoding="utf-8")
ROWS = [line for line in DOCS.splitlines() if line.startswith("| `")]
SOURCES = "".join(
    source.read_text(encoding="utf-8") for source in Path(chalicelib.carriers.sandbox.__path__[0]).glob("*.py")
)


def rows(start: str) -> list[str]:
    """The rows whose first cell begins so."""
    return [row for row in ROWS if row.startswith(f"| `{start}")]


def test_the_services_are_those_of_the_code() -> None:
    expected = []
    for service in SERVICES:
        tariff = service.tariff
        cells = (
            f"`{service.code}`",
            str(service.digit),
            f"{tariff.first} + {tariff.first_by_zone}",
            f"{tariff.further} + {tariff.further_by_zone}",
            " ".join(str(days) for days in service.transit_days),
            ", ".join(f"`{option}`" for option in sorted(service.own_options)) or "\u2013",
        )
        expected.append(f"| {' | '.join(cells)} |")

    assert [row for row in ROWS if row.startswith("| `sandbox_") and "scenario" not in row] == expected


def test_the_packagings_are_those_of_the_code() -> None:
    expected = []
    for name, preset in PRESETS.items():
        size = " \N{MULTIPLICATION SIGN} ".join(f"{side.centimetres:f}" for side in preset.sides)
        expected.append(f"| `{name}` | {size} cm | {preset.heaviest.grams / 1000:f} kg |")

    assert [*rows("small_box"), *rows("medium_box")] == expected


def test_the_fixed_numbers_are_those_of_the_code() -> None:
    assert rows("SBX") == [f"| `{number}` | `{status}` |" for number, status in FIXED_NUMBERS.items()]


def test_every_scenario_is_told() -> None:
    told = [row.split("`")[1] for prefix in ("rate_", "purchase_", "price_changed", "void_") for row in rows(prefix)]

    assert told == list(get_args(SandboxScenario))


def test_every_code_of_a_message_is_told() -> None:
    codes = set(re.findall(r'(?:code=|_failure\(connection, |_refused\(connection, )"(\w+)"', SOURCES))

    assert len(codes) > 10
    assert {code for code in codes if f"`{code}`" not in DOCS} == set()


def test_every_charge_is_told() -> None:
    charges = {line.id for rate in Shop().rates(a_request_abroad()) for line in rate.extra_charges}

    assert charges
    assert all(rows(f"{charge}` |") for charge in charges)


def test_the_unserved_countries_are_told() -> None:
    *others, last = sorted(UNSERVED_COUNTRIES)

    assert f"{', '.join(others)} or {last} |" in DOCS
