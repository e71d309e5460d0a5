"""Schemathesis: thousands of requests made from the document itself, good and bad, and every answer held against it."""

import os
import subprocess
import sys
from pathlib import Path

import httpx

from local.engine_package import PROJECT
from tests.e2e.client import Operator
from tests.e2e.running_server import RunningServer

CONFIG = Path(__file__).with_name("schemathesis.toml")
TIMEOUT_S = 540


def test_no_request_made_from_the_document_gets_an_answer_outside_it(
    server: RunningServer, operator: Operator, tmp_path: Path
):
    key = operator.key(operator.new_account())
    program = Path(sys.executable).with_name("schemathesis")
    command: list[str | Path] = [program, "--config-file", CONFIG, "run", f"{server.url}/v1/openapi.json", "--no-color"]
    environment = os.environ | {"DRAY_KEY": key, "PYTHONPATH": str(PROJECT)}

    run = subprocess.run(  # noqa: S603 - the program that came with our virtual environment
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr
    paths = httpx.get(f"{server.url}/v1/openapi.json").json()["paths"]
    assert f"Tested: {sum(len(methods) for methods in paths.values())}" in run.stdout
