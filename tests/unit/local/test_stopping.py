"""How the one-machine server is asked to end."""

import subprocess
import sys

from local.engine_package import PROJECT

LOADED = """
import sys
import local.run, local.services
print({"botocore", "chalice", "pydantic", "pynamodb"} & set(sys.modules))
"""


def test_signals_are_heard_before_anything_is_loaded_that_takes_long() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603 - our own program

    assert done.stdout == "set()\n", done.stdout
