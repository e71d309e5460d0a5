"""Chalice's own server on the same engine: `make services` in one terminal, `chalice local` in another."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.engine import free_port
from local.engine_package import CACHE, PROJECT
from tests.e2e.running_server import RunningServer
from tests.waiting import until

SERVICES = """
import runpy, sys
sys.path.insert(0, sys.argv.pop())
runpy.run_module("local.services", run_name="__main__")
"""
"""Runs `make services` of the project whose folder is its argument."""

QUOTE = {
    "shipper": {"country_code": "US", "postal_code": "10001"},
    "recipient": {"country_code": "US", "postal_code": "90210"},
    "parcels": [{"weight": 2.5, "weight_unit": "LB"}],
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of this project, as far as it is needed, with an engine's port that is free here."""
    copy = tmp_path / "project"
    for room in ("chalicelib", "local"):
        shutil.copytree(PROJECT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "app.py", copy)
    shutil.copytree(PROJECT / ".chalice", copy / ".chalice", ignore=shutil.ignore_patterns("deploy*", "venv"))
    config = json.loads((copy / ".chalice/config.json").read_text())
    endpoint = f"http://127.0.0.1:{free_port()}"
    config["stages"]["local"]["environment_variables"]["DYNAMODB_ENDPOINT"] = endpoint
    (copy / ".chalice/config.json").write_text(json.dumps(config))
    return copy


@pytest.fixture
def services(project: Path) -> Iterator[RunningServer]:
    """`make services` on the project's data folder."""
    config = json.loads((project / ".chalice/config.json").read_text())
    endpoint = config["stages"]["local"]["environment_variables"]["DYNAMODB_ENDPOINT"]
    command = (sys.executable, "-W", "error", "-c", SERVICES, str(project))
    running = RunningServer(project / ".local", {"ENGINE_CACHE": str(CACHE)}, command)
    running.launch()
    try:
        until(lambda: f"DynamoDB answers at {endpoint}" in running.words(), 60, running.words)
        yield running
    finally:
        running.kill_group()


@pytest.fixture
def client(project: Path, services: RunningServer) -> Iterator[httpx.Client]:
    """A client of `chalice local`, with the first key."""
    port = free_port()
    chalice = (str(Path(sys.executable).with_name("chalice")), "--project-dir", str(project), "local")
    options = ("--no-autoreload", "--stage", "local", "--port", str(port))
    running = RunningServer(project.with_name("chalice"), command=chalice + options)
    running.url = f"http://127.0.0.1:{port}"
    running.launch()
    try:
        until(running.answers, 60, running.words)
        with running.client(services.key) as opened:
            yield opened
    finally:
        running.kill_group()


def test_chalice_local_answers_on_the_services_engine(client: httpx.Client) -> None:
    created = client.post("/v1/shipments", json=QUOTE)
    found = client.get(f"/v1/shipments/{created.json()['id']}")

    assert (created.status_code, found.status_code) == (201, 200)
    assert created.headers["Request-Id"]
    assert found.json()["rates"] == created.json()["rates"]


def test_the_services_stop_as_a_whole(services: RunningServer) -> None:
    assert services.words().count("dray_test_") == 0

    assert services.stop() == 0
    assert not (services.data_dir / "instance.json").exists()
