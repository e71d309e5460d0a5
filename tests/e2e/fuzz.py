"""`make fuzz`: Schemathesis against a server of its own, all checks and links between operations; SEED for other cases.

It ends badly when any answer is not as documented, when an operation was left out, or when it sent too little.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from local.engine_package import PROJECT
from tests.e2e.client import Operator
from tests.e2e.running_server import RunningServer

CONFIG = Path(__file__).with_name("schemathesis_fuzz.toml")
LEAST_REQUESTS = 5_000
SEED = "1"

RUNS = (("--phases", "examples,coverage,fuzzing"), ("--phases", "stateful", "--workers", "1"))
"""Chains of operations come in a run of their own: beside the other phases and in two threads they end early."""


def schemathesis(config: Path, operator: Operator, folder: Path) -> list[str]:
    """The command that tries the API; its environment must be `environment_for(key)`.

    It reads the document from a file in `folder`: of an address that it reads, it leaves out the operation.
    """
    document = folder / "openapi.json"
    document.write_text(json.dumps(operator.document), encoding="utf-8")
    program = Path(sys.executable).with_name("schemathesis")
    return [str(program), "--config-file", str(config), "run", str(document), "--url", operator.url, "--no-color"]


def environment_for(key: str) -> Mapping[str, str]:
    """The environment in which the configuration finds the key and the hooks."""
    return os.environ | {"DRAY_KEY": key, "PYTHONPATH": str(PROJECT)}


def main() -> int:
    """Run it, show what it says, and return the exit code."""
    with tempfile.TemporaryDirectory() as folder, RunningServer(Path(folder) / "data") as server:
        operator = Operator(server)
        command = [*schemathesis(CONFIG, operator, Path(folder)), "--seed", os.environ.get("SEED") or SEED]
        environment = environment_for(operator.key(operator.new_account()))
        words = ""
        for options in RUNS:
            status, said = _shown([*command, *options], folder, environment)
            words += said
            if status != 0:
                return status
    sent = sum(int(count) for count in re.findall(r"(\d+) generated", words))
    print(f"{sent} requests in all")  # noqa: T201 - a person waits for it
    return int(sent < LEAST_REQUESTS or f"Tested: {operator.operation_count}\n" not in words)


def _shown(command: list[str], folder: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command, show what it says while it does, and return its exit code and its words."""
    words = ""
    with subprocess.Popen(  # noqa: S603 - the program that came with our virtual environment
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        assert run.stdout is not None
        for line in run.stdout:
            print(line, end="", flush=True)  # noqa: T201 - a person waits for it
            words += line
    return run.returncode, words


if __name__ == "__main__":
    sys.exit(main())
