"""The engine and a stage on it, once for the module."""

import uuid
from collections.abc import Iterator

import pytest

from local.engine import Engine
from local.engine_package import engine_program
from tests.faults.faulty_services import FaultyServices
from tests.faults.machine import machine, settings_for
from tests.faults.processes import Processes


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FaultyServices, Processes]]:
    folder = tmp_path_factory.mktemp("faults")
    with (
        Engine(engine_program()) as engine,
        machine(settings_for(engine.endpoint, f"test-{uuid.uuid4().hex[:12]}-", folder)) as both,
    ):
        yield both
