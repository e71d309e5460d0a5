"""Schemathesis: thousands of requests made from the document itself, good and bad, and every answer held against it."""

import subprocess
from pathlib import Path

from tests.e2e.client import Operator
from tests.e2e.fuzz import environment_for, schemathesis

CONFIG = Path(__file__).with_name("schemathesis.toml")
TIMEOUT_S = 540


def test_no_request_made_from_the_document_gets_an_answer_outside_it(operator: Operator, tmp_path: Path):
    environment = environment_for(operator.key(operator.new_account()))
    command = schemathesis(CONFIG, operator, tmp_path)

    run = subprocess.run(  # noqa: S603 - the program that came with our virtual environment
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert f"Tested: {operator.operation_count}\n" in run.stdout
