"""`make fuzz`: Schemathesis against a server of its own, all checks and links between operations; SEED for other cases.

It ends badly when any answer is not as documented, when an operation was left out, or when it sent too little.
"""

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


def schemathesis(config: Path, url: str) -> list[str]:
    """The command that tries the API at this address; its environment must hold `environment_for(key)`."""
    program = Path(sys.executable).with_name("schemathesis")
    return [str(program), "--config-file", str(config), "run", f"{url}/v1/openapi.json", "--no-color"]


def environment_for(key: str) -> Mapping[str, str]:
    """The environment in which the configuration finds the key and the hooks."""
    return os.environ | {"DRAY_KEY": key, "PYTHONPATH": str(PROJECT)}


def is_enough(words: str, operations: int) -> bool:
    """Whether a run's last words tell of every operation and of `LEAST_REQUESTS`."""
    sent = re.search(r"(\d+) generated", words)
    return f"Tested: {operations}\n" in words and sent is not None and int(sent[1]) >= LEAST_REQUESTS


def main() -> int:
    """Run it, show what it says, and return the exit code."""
    seed = os.environ.get("SEED") or SEED
    with tempfile.TemporaryDirectory() as folder, RunningServer(Path(folder) / "data") as server:
        operator = Operator(server)
        environment = environment_for(operator.key(operator.new_account()))
        command = [*schemathesis(CONFIG, server.url), "--seed", seed]
        words = ""
        with subprocess.Popen(  # noqa: S603 - the program that came with our virtual environment
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as run:
            assert run.stdout is not None
            for line in run.stdout:
                print(line, end="", flush=True)  # noqa: T201 - a person waits for it
                words += line
    if run.returncode == 0 and not is_enough(words, operator.operation_count):
        print(f"fewer than {LEAST_REQUESTS} requests, or not every operation", file=sys.stderr)  # noqa: T201
        return 1
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
