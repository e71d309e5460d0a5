"""What `chalice local --stage local` works with, so that `make services` works with the very same."""

import json
from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import urlsplit

from local.engine_package import PROJECT
from local.errors import LocalError
from local.settings import LocalSettings, shown

STAGE = "local"
FILES = ("KEY_FILE", "LABEL_FOLDER")


def stage_settings(project: Path = PROJECT) -> dict[str, str]:
    """Return the settings that Chalice gives to the stage `local`, files by their full paths."""
    config = json.loads((project / ".chalice" / "config.json").read_text())
    settings: dict[str, str] = (
        config.get("environment_variables", {}) | config["stages"][STAGE]["environment_variables"]
    )
    return settings | {name: str((project / settings[name]).resolve()) for name in FILES if name in settings}


def take_over(stage: dict[str, str], environment: MutableMapping[str, str]) -> LocalSettings:
    """Return the settings of an engine for the stage, and put the stage's own into `environment`, as Chalice does.

    Raises `LocalError` when the environment names another data folder or engine: half of one instance would work on
    the data of the other, and encrypt it under a key that the other does not have.
    """
    endpoint, folder = stage["DYNAMODB_ENDPOINT"], Path(stage["KEY_FILE"]).parent
    settings = LocalSettings.read(environment, engine_port=urlsplit(endpoint).port or 0)
    meant = (settings.data_dir, settings.dynamodb_endpoint or f"http://127.0.0.1:{settings.engine_port}")
    if meant != (folder, endpoint):
        raise LocalError(
            "`make services` is for `chalice local`, which .chalice/config.json sends to the data folder "
            f"{shown(folder)} and to DynamoDB at {endpoint}: leave DATA_DIR, ENGINE_PORT and DYNAMODB_ENDPOINT unset, "
            "or use `make run`, which takes any"
        )
    environment.update(stage)
    return settings
