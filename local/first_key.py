"""The first account and its key: made at the first start, and kept in the data folder for its owner alone."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.wiring import services

FILE = "api_key"


@dataclass(frozen=True)
class FirstKey:
    """The key of the first account."""

    token: str
    is_new: bool
    """Whether it was made just now, so that it is shown."""


def first_key(data_dir: Path) -> FirstKey | None:
    """Return the first account's key, made if there is no account yet; None when its file was taken away."""
    file = data_dir / FILE
    made = services().accounts.ensure_first_account(datetime.now(UTC))
    if made is not None:
        _, token = made
        _keep(file, token)
        return FirstKey(token, is_new=True)
    return FirstKey(file.read_text().strip(), is_new=False) if file.exists() else None


def _keep(file: Path, token: str) -> None:
    """Write it whole or not at all, and never readable by others."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as written:
        written.write(f"{token}\n")
        written.flush()
        os.fsync(handle)
    fresh.replace(file)
