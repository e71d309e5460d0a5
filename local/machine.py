"""Everything below the server: data folder, engine, tables and first key, up while a block runs."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chalicelib.storage.schema import SchemaError, all_tables, create_tables
from chalicelib.wiring import services
from local.data_folder import DataFolder
from local.engine import Engine
from local.engine_package import engine_program
from local.errors import LocalError
from local.first_key import FirstKey, first_key
from local.private_file import write_private
from local.settings import LocalSettings, configure_app, shown

INSTANCE = "instance.json"
"""Tells `./dray`, while the server runs, where its tables are."""


@dataclass(frozen=True)
class Machine:
    """What runs: where DynamoDB answers, and what the data folder held before."""

    endpoint: str
    had_data: bool
    key: FirstKey | None


@contextlib.contextmanager
def running_machine(settings: LocalSettings, on_failure: Callable[[str], None]) -> Iterator[Machine]:
    """Start what the app needs, and configure the app for it; stop it at the end of the block.

    `on_failure` hears why the engine can't go on. Raises `LocalError` when something can't be had.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(DataFolder(settings.data_dir))
        endpoint = settings.dynamodb_endpoint
        if endpoint is None:
            program = engine_program(settings.engine_cache, settings.engine_integrity)
            engine = stack.enter_context(Engine(program, folder, settings.engine_port))
            engine.watch(on_failure)
            endpoint = engine.endpoint
        configure_app(settings, endpoint)
        machine = _prepared(settings, endpoint)
        instance = settings.data_dir / INSTANCE
        write_private(instance, json.dumps(_told(endpoint)))
        stack.callback(instance.unlink, missing_ok=True)
        yield machine


def _prepared(settings: LocalSettings, endpoint: str) -> Machine:
    """Return the machine once its tables and its first account are there, and its secrets can be read."""
    try:
        made = create_tables(services().tables, all_tables())
    except SchemaError as error:
        raise LocalError(str(error)) from error
    _check_key(settings)
    return Machine(endpoint, had_data=not made, key=first_key(settings.data_dir))


def _check_key(settings: LocalSettings) -> None:
    """Raise `LocalError` when the key for encryption at rest does not open the secret that lies in these tables."""
    app = services().settings
    name = f"the key file {shown(Path(app.key_file).resolve())}" if app.key_file else f"the KMS key {app.kms_key_id}"
    try:
        _ = services().encryption
    except (ValueError, OSError) as error:
        raise LocalError(f"{name} can't be used: {error}") from error
    try:
        services().signed_links.sign("check", {}, None)
    except ValueError as error:
        raise LocalError(
            f"{name} is not the one that the data in {shown(settings.data_dir)} was encrypted with: "
            "put that one back, or set DATA_DIR to another folder"
        ) from error


def _told(endpoint: str) -> dict[str, str | int]:
    """Return what `./dray` needs to find the tables."""
    settings = services().settings
    return {
        "pid": os.getpid(),
        "endpoint": endpoint,
        "table_prefix": settings.table_prefix,
        "region": settings.region,
    }
