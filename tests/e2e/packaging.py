"""What `make package` makes of a clean clone: a zip for Lambda and the template of a stack."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.config import Settings

ROOT = Path(__file__).parents[2]
CLONED = ("app.py", "requirements.txt", ".chalice/*.json", "chalicelib", "local", "cli", "tests", "benchmarks")
"""What Chalice reads of a clone, and what it must leave where it is."""

STAGE = "dev"
TIMEOUT_S = 600


@dataclass(frozen=True)
class Package:
    """The output of `make package` in a clone."""

    clone: Path

    @property
    def zip(self) -> Path:
        """What Lambda gets."""
        return self.clone / "out/deployment.zip"

    @property
    def template(self) -> dict[str, Any]:
        """The stack, as the Serverless Application Model has it."""
        template: dict[str, Any] = json.loads((self.clone / "out/sam.json").read_text(encoding="utf-8"))
        return template

    def files(self) -> list[zipfile.ZipInfo]:
        """Return what lies in the zip."""
        with zipfile.ZipFile(self.zip) as archive:
            return archive.infolist()

    def unpacked_to(self, folder: Path) -> Path:
        """Return `folder` with the zip's files in it."""
        with zipfile.ZipFile(self.zip) as archive:
            archive.extractall(folder)
        return folder


@cache
def packaged_once(folder: Path) -> Package:
    """Return the output for all tests of this process, made in its folder for temporary files."""
    return packaged_clone(folder / "package")


def packaged_clone(folder: Path) -> Package:
    """Clone the project's files into `folder`, package them, and return the output."""
    clone = folder / "clone"
    for pattern in CLONED:
        for path in ROOT.glob(pattern):
            _copy(path, clone / path.relative_to(ROOT))
    _run(clone, sys.executable, "-m", "local.prune", STAGE)
    merged = clone / ".chalice/deployments/gateway.json"
    merged.write_text(_run(clone, sys.executable, "-m", "local.gateway_responses"), encoding="utf-8")
    chalice = str(Path(sys.executable).with_name("chalice"))
    told = _run(clone, chalice, "package", "--stage", STAGE, "--merge-template", str(merged), "out")
    assert "Reusing existing deployment package" in told, told
    return Package(clone)


def _run(clone: Path, *command: str) -> str:
    """Return what the command says; it must succeed."""
    done = subprocess.run(  # noqa: S603 - our own programs and words
        command, cwd=clone, env=_bare_environment(), capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _copy(path: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, copy, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(path, copy)


def _bare_environment() -> dict[str, str]:
    """Return this process's environment without any setting of ours or AWS's; Chalice alone wants to know a region."""
    settings = {field.name.upper() for field in dataclasses.fields(Settings)}
    kept = {name: value for name, value in os.environ.items() if name not in settings and not name.startswith("AWS_")}
    return kept | {"AWS_DEFAULT_REGION": "eu-central-1", "PYTHONDONTWRITEBYTECODE": "1"}
