"""The Python client that `openapi-python-client` makes of the document."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).with_name("python_client.yaml")
PACKAGE = "dray_client"


def generated_client(document: dict[str, Any], folder: Path) -> Path:
    """Write the client's package into `folder`, and return where it is; fail at the generator's first warning."""
    source = folder / "openapi.json"
    source.write_text(json.dumps(document))
    program = Path(sys.executable).with_name("openapi-python-client")
    where = ("--path", source, "--output-path", folder / PACKAGE)
    how = ("--config", CONFIG, "--meta", "none", "--fail-on-warning")

    told = subprocess.run(  # noqa: S603 - of the virtual environment
        (program, "generate", *where, *how), capture_output=True, text=True, check=False
    )

    assert told.returncode == 0, told.stdout + told.stderr
    return folder / PACKAGE
