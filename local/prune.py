"""`python -m local.prune STAGE`: the deployment package of a stage, without what is never loaded there.

Chalice makes a package once, and takes the same file again as long as neither the app nor `requirements.txt` changes,
whatever the stage. So its own file is kept aside as the whole, and what this stage needs is put in its place, where the
next `chalice package` or `chalice deploy` finds it. What stays is compiled: in Lambda the app's folder is read-only, so
every start would compile it anew.
"""

from __future__ import annotations

import compileall
import json
import sys
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from chalice.cli.factory import CLIFactory
from chalice.deploy.packager import DependencyBuilder as PipDependencyBuilder
from chalice.deploy.packager import LambdaDeploymentPackager, PipRunner, SubprocessPip
from chalice.utils import UI, OSUtils

from chalicelib.carriers import catalogue
from chalicelib.config import Settings, SettingsError
from chalicelib.domain.carriers import SANDBOX
from local.unneeded import is_unneeded, with_those_they_use

if TYPE_CHECKING:
    from collections.abc import Collection

WHOLE = "whole"
"""The folder, beside Chalice's packages, of those that nothing is left out of."""

IN_LAMBDA = "/var/task"
"""Where the package lies there: tracebacks name it."""


def prune(project: Path, stage: str) -> Path:
    """Put the stage's package where Chalice looks for it, and return it; raises `KeyError` for an unknown stage."""
    wanted = connectors(chosen_carriers(project, stage))
    whole = _whole(project, stage)
    package = whole.parent.parent / whole.name
    write_pruned(whole, package, wanted)
    return package


def write_pruned(whole: Path, package: Path, wanted: Collection[str]) -> None:
    """Write what of `whole` is needed where these connectors are offered, compiled."""
    with TemporaryDirectory() as folder, zipfile.ZipFile(whole) as archive:
        sdk = {name: archive.read(name) for name in archive.namelist() if name.startswith("karrio/")}
        needed = with_those_they_use(wanted, sdk)
        archive.extractall(folder, [name for name in archive.namelist() if not is_unneeded(name, needed)])
        _compile(Path(folder))
        _zip(Path(folder), package)


def connectors(carriers: Collection[str] | None) -> frozenset[str]:
    """Return the connectors of these carriers, of all for None; raises `SettingsError` for one that is none."""
    names = catalogue.carriers() if carriers is None else carriers
    if unknown := sorted(set(names) - set(catalogue.carriers())):
        raise SettingsError(f"the setting CARRIERS names {', '.join(unknown)}, which Dray offers no connection to")
    return frozenset(catalogue.profile(name).connector for name in names if name != SANDBOX)


def chosen_carriers(project: Path, stage: str) -> tuple[str, ...] | None:
    """Return the carriers that the stage's configuration names, None where it offers all."""
    config = json.loads((project / ".chalice" / "config.json").read_text(encoding="utf-8"))
    environment = config.get("environment_variables", {}) | config["stages"][stage].get("environment_variables", {})
    return Settings.read({"AWS_REGION": "any"} | environment).carriers


def _whole(project: Path, stage: str) -> Path:
    """Return Chalice's own package of the app as it is, made by Chalice unless it is kept from the last time."""
    config = CLIFactory(str(project)).create_config_obj(stage)
    files, architecture = OSUtils(), config.lambda_architecture
    pip = PipRunner(pip=SubprocessPip(osutils=files), osutils=files)
    builder = PipDependencyBuilder(osutils=files, pip_runner=pip, architecture=architecture)
    packager = LambdaDeploymentPackager(files, builder, UI(), architecture)
    package = Path(packager.deployment_package_filename(str(project), config.lambda_python_version))
    whole = package.parent / WHOLE / package.name
    if not whole.exists():
        whole.parent.mkdir(parents=True, exist_ok=True)
        for older in (package, *whole.parent.iterdir()):
            older.unlink(missing_ok=True)
        made = packager.create_deployment_package(str(project), config.lambda_python_version)
        Path(made).replace(whole)
    return whole


def _compile(folder: Path) -> None:
    """Compile what lies there; a start takes it as it is, for the package never changes."""
    compileall.compile_dir(
        folder,
        quiet=2,
        stripdir=str(folder),
        prependdir=IN_LAMBDA,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )


def _zip(folder: Path, package: Path) -> None:
    """Write the folder's files, readable by everybody and without their times: the same app is the same zip."""
    unfinished = package.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(str(file.relative_to(folder)))
            entry.external_attr, entry.compress_type = 0o100755 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    unfinished.replace(package)


if __name__ == "__main__":
    try:
        print(f"pruned: {prune(Path.cwd(), *sys.argv[1:]).relative_to(Path.cwd())}")
    except SettingsError as wrong:
        sys.exit(f"Nothing was packaged: {wrong}")
