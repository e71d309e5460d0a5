"""`python -m tests.stand_ins`: a carrier to try connections on, by the body that it prints."""

import json
import subprocess
import sys

from local.engine_package import PROJECT
from tests.e2e.client import Shop, done


def test_what_it_prints_connects_to_it(shop: Shop):
    command = [sys.executable, "-m", "tests.stand_ins", "ups"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as stand_in:  # noqa: S603 - our own
        try:
            assert stand_in.stdout is not None
            connection = done(shop.post("/v1/connections", json.loads(stand_in.stdout.readline())), 201)

            tested = done(shop.post(f"/v1/connections/{connection['id']}/test"))
        finally:
            stand_in.terminate()

    assert tested["success"] is True
