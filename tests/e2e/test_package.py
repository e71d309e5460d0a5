"""What `make package` sends to Lambda: everything that the app needs, compiled, nothing else, and small enough."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.prune import connectors
from local.unneeded import is_unneeded
from tests.e2e.packaging import ROOT, Package, packaged_once
from tests.e2e.stack import functions_of

pytestmark = pytest.mark.xdist_group("packaged")  # one test process makes the package for all

ALONE_S = 120.0
MEGABYTE = 1_000_000
MOST_ZIPPED = 50 * MEGABYTE
MOST_UNZIPPED = 200 * MEGABYTE

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The Lambdas' Python is that of whoever makes the package: so Chalice has it."""

UNUSED = {"key_file.py"}
"""What is packaged and never imported in AWS."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return packaged_once(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def unpacked(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package.unpacked_to(tmp_path_factory.mktemp("unpacked"))


def test_the_package_is_small_enough_for_lambda(package: Package) -> None:
    zipped, unzipped = package.zip.stat().st_size, sum(file.file_size for file in package.files())
    compiled = sum(file.file_size for file in package.files() if file.filename.endswith(".pyc"))

    told = f"{zipped} bytes; unzipped {unzipped - compiled} and {compiled} compiled"
    assert (zipped < MOST_ZIPPED, unzipped < MOST_UNZIPPED) == (True, True), told


def test_the_package_holds_nothing_that_is_never_loaded(package: Package) -> None:
    names = [file.filename for file in package.files() if not file.filename.endswith(".pyc")]

    assert [name for name in names if is_unneeded(name, _connectors(names))] == []


def test_a_lambda_compiles_nothing_when_it_starts(unpacked: Path) -> None:
    ours = [*unpacked.glob("chalicelib/**/*.py"), *unpacked.glob("karrio/**/*.py"), *unpacked.glob("pydantic/*.py")]
    tag = f"cpython-{PYTHON.replace('.', '')}"

    missing = [path for path in ours if not (path.parent / f"__pycache__/{path.stem}.{tag}.pyc").exists()]
    assert (len(ours) > 500, missing) == (True, [])


def test_every_connector_that_is_offered_loads_and_maps_in_the_package(unpacked: Path) -> None:
    done = _run_alone(str(Path(__file__).with_name("packaged_connectors.py")), str(unpacked))

    assert done.returncode == 0, done.stderr
    faults: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    assert {carrier: told for carrier, told in faults.items() if told} == {}
    assert len(faults) > 20


@pytest.mark.parametrize("entry", ["app", "chalicelib.api.authorizer"])
def test_a_lambda_starts_without_the_carriers_sdk(unpacked: Path, entry: str) -> None:
    script = f"import sys; sys.path.insert(0, {str(unpacked)!r}); import {entry}; print(*sys.modules)"

    done = _run_alone("-c", script)

    assert done.returncode == 0, done.stderr
    late = ("karrio", "lxml", "PyPDF2", "phonenumbers", "PIL")
    assert [name for name in done.stdout.split() if name.startswith(late)] == []


def test_the_package_holds_no_room_of_ours_but_the_app(package: Package) -> None:
    names = {file.filename for file in package.files()}

    rooms = ("local/", "cli/", "tests/", "benchmarks/")
    assert [name for name in names if name.startswith(rooms) and name.endswith(".py")] == []
    frameworks = {name for name in names if name.startswith("chalice/") and name.endswith(".py")}
    assert frameworks == {"chalice/__init__.py", "chalice/app.py"}
    assert {name for name in names if name.startswith("chalicelib/") and not name.endswith(".pyc")} == {
        str(path.relative_to(package.clone)) for path in package.clone.glob("chalicelib/**/*") if path.is_file()
    }


def test_the_package_holds_nothing_that_is_pinned_for_one_machine_or_for_tests(unpacked: Path) -> None:
    packaged = {folder.name.partition("-")[0].lower() for folder in unpacked.glob("*.dist-info")}

    pinned = {name for kind in ("local", "dev", "npm") for name in _pinned(ROOT / f"requirements-{kind}.txt")}
    assert packaged & pinned == set()
    assert packaged >= _pinned(ROOT / "requirements.txt")


def test_compiled_packages_run_on_the_lambdas_python_and_system(package: Package, unpacked: Path) -> None:
    wheels = {
        wheel: re.findall(r"Tag: (\S+)", wheel.read_text("utf-8")) for wheel in unpacked.glob("*.dist-info/WHEEL")
    }

    assert [wheel.parent.name for wheel, tags in wheels.items() if not any(map(_runs_in_lambda, tags))] == []
    assert {function["Runtime"] for function in functions_of(package.template).values()} == {f"python{PYTHON}"}


def test_all_that_the_app_imports_is_in_the_package(unpacked: Path) -> None:
    ours = [unpacked / "app.py", *(path for path in unpacked.glob("chalicelib/**/*.py") if path.name not in UNUSED)]
    imported = sorted(set().union(*map(_imported, ours)) - {"chalicelib.cloud.key_file"})
    script = (
        f"import sys, importlib; sys.path.insert(0, {str(unpacked)!r}); [*map(importlib.import_module, {imported})]"
    )

    done = _run_alone("-c", script)

    assert done.returncode == 0, done.stderr


def _run_alone(*words: str) -> subprocess.CompletedProcess[str]:
    """Run Python without the packages of this environment."""
    bare = [sys.executable, "-I", "-S", "-B", *words]
    return subprocess.run(bare, capture_output=True, text=True, check=False, timeout=ALONE_S)  # noqa: S603 - our own words


def _connectors(names: list[str]) -> set[str]:
    """The connectors in the package, which are those of the carriers that are offered and what they build on."""
    found = {name.split("/")[2] for name in names if name.startswith("karrio/plugins/") and name.count("/") > 2}
    assert found >= connectors(None)
    return found


def _runs_in_lambda(tag: str) -> bool:
    """Whether a wheel with this tag runs there: pure Python, or compiled for x86-64 and a C library old enough."""
    abi = f"cp{PYTHON.replace('.', '')}"
    compiled = re.fullmatch(rf"cp3\d+-(?:{abi}|abi3)-manylinux_2_(\d+)_x86_64", tag)
    newest_libc = 26 if PYTHON == "3.11" else 34  # Amazon Linux 2, and 2023 from Python 3.12 on
    return tag.endswith("-none-any") or (compiled is not None and int(compiled[1]) <= newest_libc)


def _pinned(requirements: Path) -> set[str]:
    """The packages that a requirements file names, spelt as in the names of their folders."""
    found = re.findall(r"^([\w-]+)==", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    return {name.lower().replace("-", "_") for name in found}


def _imported(path: Path) -> set[str]:
    """The modules that a file imports when it runs, anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    for_types = {inner for node in guarded for inner in ast.walk(node)}
    nodes = [node for node in ast.walk(tree) if node not in for_types]
    whole = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return whole | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
