"""The catalogue's facts and the pages of the carriers are what the installed SDK and the profiles say."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from chalicelib.carriers import catalogue
from chalicelib.carriers.details import details
from chalicelib.carriers.profiles.others import LEFT_OUT
from local.catalogue import DOCS, differences

ROOT = Path(__file__).parents[2]
PAGES = [name for name in catalogue.carriers() if name != "sandbox"]


def test_facts_and_pages_are_up_to_date() -> None:
    check = [sys.executable, "-m", "local.catalogue", "--check"]

    told = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603

    assert (told.returncode, told.stdout) == (0, ""), told.stdout + told.stderr


def test_a_file_that_differs_is_missing_or_is_needless_is_named(tmp_path: Path) -> None:
    for name in ("same", "changed", "needless"):
        (tmp_path / name).write_text("as it was", encoding="utf-8")
    wanted = {
        tmp_path / "same": "as it was",
        tmp_path / "changed": "as it should be",
        tmp_path / "missing": "as it was",
    }

    assert differences(wanted, tmp_path) == ["changed", "missing", "needless"]


def test_every_installed_connector_is_offered_or_left_out_for_a_reason() -> None:
    installed = {point.name for point in entry_points(group="karrio.plugins")}
    offered = {catalogue.profile(name).connector for name in PAGES}

    assert installed
    assert installed - offered == LEFT_OUT.keys() & installed
    assert offered <= installed


@pytest.mark.parametrize("name", PAGES)
def test_a_page_tells_all_that_the_api_tells(name: str) -> None:
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    told = details(name)

    for names in (
        told.connection_fields,
        told.config_fields,
        told.shipping_services,
        told.shipping_options,
        told.packaging_types,
        told.package_presets,
    ):
        assert [word for word in names if f"`{word}`" not in page] == []
    assert all(note in page for note in told.notes)


def test_the_index_leads_to_every_page_and_tells_what_is_left_out() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")

    assert [name for name in PAGES if f"({name}.md)" not in index] == []
    assert [name for name, why in LEFT_OUT.items() if f"| `{name}` | {why} |" not in index] == []
