"""Clients can be generated: without a warning, with types that hold, under names that read well."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.documents import operations, the_document
from tests.contract.generated_client import generated_client


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated_client(the_document(), tmp_path_factory.mktemp("client"))


def test_every_operation_is_a_module_under_its_noun(package: Path):
    modules = {str(path.relative_to(package / "api"))[:-3] for path in (package / "api").glob("*/[!_]*.py")}

    assert modules == {f"{operation['tags'][0]}/{operation['operationId']}" for operation in operations().values()}


def test_no_class_got_a_name_that_nobody_chose(package: Path):
    exported = (package / "models/__init__.py").read_text().partition("__all__")[2]
    names = {line.strip(' ",') for line in exported.splitlines() if '"' in line}

    assert names == set(the_document()["components"]["schemas"])


def test_its_types_hold(package: Path):
    options = ["--strict", "--config-file", "", "--cache-dir", str(package.parent / "mypy"), str(package)]

    told = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "mypy", *options], cwd=package.parent, capture_output=True, text=True, check=False
    )

    assert told.returncode == 0, told.stdout
