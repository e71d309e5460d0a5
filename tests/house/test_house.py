"""The house keeps its rules: sizes, layers, one reader of the environment, tenants first, nothing undocumented."""

from __future__ import annotations

import ast
import dataclasses
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from chalicelib.api.errors import STATUS, status_of
from chalicelib.api.openapi import VERSION
from chalicelib.config import Settings
from chalicelib.domain import errors

ROOT = Path(__file__).parents[2]
PACKAGED = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")])
OURS = sorted([*PACKAGED, *(path for room in ("local", "cli", "benchmarks") for path in (ROOT / room).rglob("*.py"))])
TESTS = sorted((ROOT / "tests").rglob("*.py"))

MOST_LINES = 300
MOST_FUNCTION_LINES = 50
MOST_APP_LINES = 40

CROSSES_TENANTS = {
    "StoredAccounts": "the operator's own table",
    "StoredSigningSecret": "one secret for all",
    "StoredApiKeys.find_by_hash": "the hash tells the tenant",
    "StoredApiKeys.mark_used": "the hash tells the tenant",
    "StoredBuckets": "a bucket is a key's",
    "StoredShipments.due": "what is stuck, whosever it is",
}
"""What crosses accounts is named and few (DESIGN §3)."""


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", OURS + TESTS, ids=_name)
def test_a_file_can_be_read_in_one_sitting(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", OURS, ids=_name)
def test_a_function_fits_a_screen(path: Path):
    functions = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.FunctionDef)]

    too_long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= MOST_FUNCTION_LINES]

    assert too_long == []


def test_the_app_only_composes():
    text = (ROOT / "app.py").read_text(encoding="utf-8")

    assert len(text.splitlines()) < MOST_APP_LINES
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.If | ast.FunctionDef)]


def test_each_room_imports_only_from_the_rooms_below_it():
    linter = Path(sys.executable).with_name("lint-imports")

    outcome = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603

    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize("path", [path for path in PACKAGED if path.name != "config.py"], ids=_name)
def test_only_the_settings_read_the_environment(path: Path):
    readers = [
        node
        for node in ast.walk(_tree(path))
        if (isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"))
        or (isinstance(node, ast.alias) and node.name in ("environ", "getenv"))
    ]

    assert readers == []


@pytest.mark.parametrize("path", sorted((ROOT / "chalicelib/storage").glob("*.py")), ids=_name)
def test_a_repository_takes_the_tenant_first(path: Path):
    repositories = [
        node for node in _tree(path).body if isinstance(node, ast.ClassDef) and node.name.startswith("Stored")
    ]

    leaks = []
    for repository in repositories:
        for method in repository.body:
            if not isinstance(method, ast.FunctionDef) or method.name.startswith("_"):
                continue
            named = CROSSES_TENANTS.keys() & {repository.name, f"{repository.name}.{method.name}"}
            first = [argument.arg for argument in method.args.args[1:2]]
            if first != ["tenant"] and not named:
                leaks.append(f"{repository.name}.{method.name}")

    assert leaks == []


@pytest.mark.parametrize("path", sorted((ROOT / "chalicelib").rglob("__init__.py")), ids=_name)
def test_packages_hold_nothing(path: Path):
    assert path.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("path", sorted((ROOT / "chalicelib/domain").glob("*.py")), ids=_name)
def test_the_domain_asks_no_clock_and_throws_no_dice(path: Path):
    text = path.read_text(encoding="utf-8")

    found = [word for word in ("datetime.now", "utcnow", "time.time", "os.urandom", "import random") if word in text]

    assert found == []


def _all_errors(base: type[errors.DrayError]) -> set[type[errors.DrayError]]:
    return {base}.union(*(_all_errors(below) for below in base.__subclasses__()))


def test_every_error_has_a_status_and_a_line_in_the_docs():
    docs = (ROOT / "docs/errors.md").read_text(encoding="utf-8")

    for error in _all_errors(errors.DrayError) - {errors.CarrierError}:  # raised by its subclasses alone
        assert status_of(error) in STATUS.values()
        assert f"| {status_of(error)} | `{error.code}` |" in docs, error


def test_the_document_and_the_project_have_one_version():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == VERSION


def test_every_setting_has_a_line_in_the_docs():
    docs = (ROOT / "docs/settings.md").read_text(encoding="utf-8")

    names = {field.name.upper() for field in dataclasses.fields(Settings)} - {"REGION"} | {"AWS_REGION"}

    assert {name for name in names if f"`{name}`" not in docs} == set()
