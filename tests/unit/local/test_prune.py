"""What a stage's deployment package leaves out, and that what stays is whole."""

import json
import marshal
import shutil
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from chalicelib.config import SettingsError
from local.prune import chosen_carriers, connectors, prune, write_pruned
from local.unneeded import is_unneeded, with_those_they_use

ROOT = Path(__file__).parents[3]
OFFERED = frozenset({"ups"})

NEEDED = (
    "app.py",
    "chalicelib/api/rates.py",
    "karrio/plugins/__init__.py",
    "karrio/plugins/ups/__init__.py",
    "karrio/schemas/ups/rating.py",
    "karrio/core/units.py",
    "botocore/data/dynamodb/2012-08-10/service-2.json.gz",
    "botocore/data/endpoints.json",
    "phonenumbers/data/region_US.py",
    "phonenumbers/shortdata/region_US.py",
    "lxml/etree.cpython-311-x86_64-linux-gnu.so",
    "reportlab/pdfbase/_fontdata.py",
)
UNNEEDED = (
    "chalicelib/api/__pycache__/rates.cpython-311.pyc",
    "karrio/plugins/fedex/__init__.py",
    "karrio/schemas/fedex/rating.py",
    "karrio/core/tests/units.py",
    "botocore/data/ec2/2016-11-15/service-2.json.gz",
    "phonenumbers/geodata/data0.py",
    "lxml/objectify.cpython-311-x86_64-linux-gnu.so",
    "pillow.libs/libavif-0b1c2ae7.so.16.4.1",
    "tests/test_outputs/__init__.py",
    "reportlab/fonts/Vera.ttf",
)


@pytest.mark.parametrize("path", NEEDED)
def test_what_is_loaded_stays(path: str) -> None:
    assert not is_unneeded(path, OFFERED)


@pytest.mark.parametrize("path", UNNEEDED)
def test_what_is_never_loaded_goes(path: str) -> None:
    assert is_unneeded(path, OFFERED)


def test_a_connector_that_another_builds_on_stays_with_it() -> None:
    sources = {
        "karrio/providers/near/rate.py": b"import karrio.schemas.far.rating as rating",
        "karrio/schemas/far/rating.py": b"from karrio.providers.farther import units",
        "karrio/providers/farther/units.py": b"",
        "karrio/providers/other/rate.py": b"import karrio.schemas.near",
    }

    assert with_those_they_use({"near"}, sources) == {"near", "far", "farther"}


def test_the_pruned_package_holds_what_is_needed_and_it_compiled(tmp_path: Path) -> None:
    whole, package = tmp_path / "whole.zip", tmp_path / "package.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        for path in (*NEEDED, *UNNEEDED):
            archive.writestr(path, b"" if path.endswith(".py") else b"\0")

    write_pruned(whole, package, OFFERED)

    with zipfile.ZipFile(package) as archive:
        names = set(archive.namelist())
        compiled = {name for name in names if name.endswith(".pyc")}
        modes = {file.external_attr >> 16 for file in archive.infolist()}
        code = marshal.loads(archive.read(min(compiled))[16:])  # noqa: S302 - what we have just compiled
    assert names - compiled == set(NEEDED)
    assert len(compiled) == len([path for path in NEEDED if path.endswith(".py")])
    assert (modes, code.co_filename.startswith("/var/task/")) == ({0o100755}, True)


def test_the_same_app_is_the_same_package(tmp_path: Path) -> None:
    whole, packages = tmp_path / "whole.zip", (tmp_path / "one.zip", tmp_path / "two.zip")
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("app.py", "a = 1")

    for package in packages:
        write_pruned(whole, package, OFFERED)

    assert packages[0].read_bytes() == packages[1].read_bytes()


def test_a_stage_that_chose_its_carriers_needs_their_connectors_alone() -> None:
    assert connectors(("sandbox", "ups", "dhl_express")) == {"ups", "mydhl"}


def test_a_stage_that_chose_none_needs_all_connectors() -> None:
    assert connectors(None) > {"ups", "mydhl", "fedex"}


def test_every_connector_that_is_needed_is_pinned_and_no_other() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.partition("==")[0].removeprefix("karrio-").replace("-", "_") for line in lines if "karrio-" in line}
    sdk = Path(str(distribution("karrio").locate_file("")))
    sources = {
        str(path.relative_to(sdk)): path.read_bytes()
        for room in ("mappers", "plugins", "providers")
        for path in sdk.glob(f"karrio/{room}/*/**/*.py")
    }

    assert pinned == with_those_they_use(connectors(None), sources)


def test_the_packages_of_a_stage_are_made_of_what_its_configuration_says(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".chalice", tmp_path / ".chalice", ignore=shutil.ignore_patterns("deployments"))
    file = tmp_path / ".chalice/config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    config["stages"]["dev"]["environment_variables"]["CARRIERS"] = "ups,dhl_express"
    file.write_text(json.dumps(config), encoding="utf-8")

    assert [chosen_carriers(tmp_path, stage) for stage in ("dev", "prod")] == [("ups", "dhl_express"), None]


def test_an_unknown_stage_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".chalice", tmp_path / ".chalice", ignore=shutil.ignore_patterns("deployments"))

    with pytest.raises(KeyError, match="nowhere"):
        prune(tmp_path, "nowhere")

    assert not (tmp_path / ".chalice/deployments").exists()


def test_a_stage_whose_carrier_is_none_is_not_packaged() -> None:
    with pytest.raises(SettingsError, match="upps"):
        connectors(("upps",))
