"""Files for their owner alone."""

import os
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    """Write `text` to `file`, whole or not at all, and never readable by others."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as written:
        written.write(text)
        written.flush()
        os.fsync(handle)
    fresh.replace(file)
