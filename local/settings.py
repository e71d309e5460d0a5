"""The one-machine server's own settings, and the app's settings that follow from them."""

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from local.engine_package import CACHE
from local.errors import LocalError

LARGEST_PORT = 65535


@dataclass(frozen=True)
class LocalSettings:
    """Where things are on this machine."""

    data_dir: Path
    """All state: the database, labels, keys. A folder has one server at a time."""
    host: str
    """The address to listen on: this machine alone, unless told otherwise."""
    port: int
    """Where the API answers; 0 for any free one."""
    engine_port: int
    """Where the engine answers; 0 for any free one."""
    engine_cache: Path
    """Where the engine's program is kept."""
    engine_integrity: str | None
    """The checksum to expect of the engine's package, instead of the pinned one."""
    dynamodb_endpoint: str | None
    """Another DynamoDB to use; then no engine is started."""

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None, engine_port: int = 0) -> "LocalSettings":
        """Return the settings of the process's environment, or of the one given; `engine_port` is a default.

        Raises `LocalError` naming what is wrong.
        """
        env = os.environ if environment is None else environment
        return cls(
            data_dir=Path(env.get("DATA_DIR") or ".local").resolve(),
            host=env.get("HOST") or "127.0.0.1",
            port=_port(env, "PORT", 8000),
            engine_port=_port(env, "ENGINE_PORT", engine_port),
            engine_cache=Path(env.get("ENGINE_CACHE") or CACHE).resolve(),
            engine_integrity=env.get("ENGINE_INTEGRITY") or None,
            dynamodb_endpoint=env.get("DYNAMODB_ENDPOINT") or None,
        )


def configure_app(settings: LocalSettings, endpoint: str, environment: MutableMapping[str, str] | None = None) -> None:
    """Put what the app is to read into the process's environment, or the one given; what the person has set stays.

    To be called before the app reads its settings.
    """
    env = os.environ if environment is None else environment
    wanted = {
        "TABLE_PREFIX": "dray-local-",
        "AWS_DEFAULT_REGION": "eu-central-1",
        # what looks for AWS in vain would ask a metadata server for seconds
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "ALLOW_PRIVATE_ADDRESSES": "true",  # for carriers' stand-ins on this machine
    }
    if not env.get("LABEL_BUCKET"):
        wanted["LABEL_FOLDER"] = str(settings.data_dir / "labels")
    if not env.get("KMS_KEY_ID"):
        wanted["KEY_FILE"] = str(settings.data_dir / "key")
    for name, value in wanted.items():
        env.setdefault(name, value)
    env["DYNAMODB_ENDPOINT"] = endpoint


def shown(path: Path) -> str:
    """Return `path` as short as it can be written here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) > LARGEST_PORT:
        raise LocalError(f"the setting {name} must be a port number, not {text!r}")
    return int(text)
