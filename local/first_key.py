"""The first account and its key: made at the first start, and kept in the data folder for its owner alone."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.wiring import services
from local.private_file import write_private

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
        write_private(file, f"{token}\n")
        return FirstKey(token, is_new=True)
    return FirstKey(file.read_text().strip(), is_new=False) if file.exists() else None
