"""Which tables a command works on: those of the running one-machine instance, or a stage's in AWS."""

import functools
import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import botocore.session
import click

from chalicelib.config import Settings
from chalicelib.wiring import Services
from cli.output import sentences

PROJECT = Path(__file__).parents[1]
STAGES = PROJECT / ".chalice" / "config.json"
LOCAL_STAGE = "local"
INSTANCE = "instance.json"
"""What a running instance leaves in its data folder: where its tables are."""

CONNECT_S = 1.0

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Target:
    """What the person named."""

    stage: str | None
    region: str | None
    endpoint: str | None
    data_dir: Path

    def services(self) -> Services:
        """Return the object graph on the tables meant; raises `click.ClickException` with what to do instead."""
        if self.stage is None and self.endpoint is None:
            return Services(self._settings(_instance(self.data_dir)))
        stage = _stage(self.stage or LOCAL_STAGE)
        return Services(self._settings(stage | ({"DYNAMODB_ENDPOINT": self.endpoint} if self.endpoint else {})))

    def _settings(self, found: dict[str, str]) -> Settings:
        region = self.region or found.get("AWS_DEFAULT_REGION") or _aws_region()
        if region is None:
            raise click.ClickException("Name the AWS region: by --region, AWS_REGION or your AWS profile.")
        # labels and secrets are no matter of this command line; a stage names its own, a machine has files
        if "LABEL_BUCKET" not in found:
            found = found | {"LABEL_FOLDER": str(self.data_dir / "labels"), "KEY_FILE": str(self.data_dir / "key")}
        return Settings.read(found | {"AWS_DEFAULT_REGION": region})


def with_services(command: Command) -> Command:
    """Give a command the options that name the tables, and the object graph on them as its first argument.

    What goes wrong ends it with a sentence.
    """

    @click.option("--stage", help="Work on the AWS tables of this stage (dev, prod).")
    @click.option("--region", envvar=["AWS_REGION"], help="The AWS region; default: that of your AWS profile.")
    @click.option("--endpoint", envvar="DYNAMODB_ENDPOINT", help="Another DynamoDB than that of AWS or the instance.")
    @click.option(
        "--data-dir",
        envvar="DATA_DIR",
        type=click.Path(path_type=Path),
        default=PROJECT / ".local",
        show_default=".local",
        help="The data folder of the one-machine instance to work on.",
    )
    @functools.wraps(command)
    def run(stage: str | None, region: str | None, endpoint: str | None, data_dir: Path, **rest: Any) -> Any:
        with sentences():
            return command(Target(stage, region, endpoint, data_dir).services(), **rest)

    return run  # type: ignore[return-value]  # the options that it takes are those of the command and four more


def _instance(data_dir: Path) -> dict[str, str]:
    """Return the settings of the instance that runs on `data_dir`."""
    try:
        told = json.loads((data_dir / INSTANCE).read_text())
        endpoint, prefix = str(told["endpoint"]), str(told["table_prefix"])
        is_alive = _runs(int(told["pid"])) if "pid" in told else True
    except (FileNotFoundError, NotADirectoryError):
        raise _none_runs(data_dir) from None
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{data_dir / INSTANCE} is damaged: start Dray again.") from error
    if not is_alive or not _listens(endpoint):
        raise _none_runs(data_dir)
    region = str(told.get("region", "eu-central-1"))
    return {"TABLE_PREFIX": prefix, "DYNAMODB_ENDPOINT": endpoint, "AWS_DEFAULT_REGION": region}


def _none_runs(data_dir: Path) -> click.ClickException:
    return click.ClickException(
        f"No Dray is running on the data folder {data_dir}. Start it with `make run`, name its folder by --data-dir or "
        "DATA_DIR, or name AWS tables by --stage."
    )


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _listens(endpoint: str) -> bool:
    address = urlsplit(endpoint)
    try:
        socket.create_connection((address.hostname, address.port or 80), CONNECT_S).close()
    except OSError:
        return False
    return True


def _stage(name: str) -> dict[str, str]:
    """Return the environment that a stage's Lambdas have."""
    environment: dict[str, str] = (
        _config().get("environment_variables", {}) | stage_config(name)["environment_variables"]
    )
    return environment


def stage_config(name: str) -> dict[str, Any]:
    """Return what Chalice is told of a stage; raises `click.ClickException` for one that there is not."""
    stages: dict[str, dict[str, Any]] = _config()["stages"]
    if name not in stages:
        raise click.ClickException(f"There is no stage {name!r}; use one of {', '.join(stages)}.")
    return stages[name]


def _config() -> dict[str, Any]:
    config: dict[str, Any] = json.loads(STAGES.read_text())
    return config


def _aws_region() -> str | None:
    region: str | None = botocore.session.get_session().get_config_variable("region")
    return region
