"""The real engine, in memory: one for each test process, and a table prefix of its own for each test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.wiring import services
from local.engine import Engine
from local.engine_package import engine_program

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1"}
"""The engine takes any; the client libraries refuse to start without some."""


@pytest.fixture(scope="session")
def dynamodb_endpoint() -> Iterator[str]:
    """The address of an empty DynamoDB, for the whole test process."""
    with pytest.MonkeyPatch.context() as environment, Engine(engine_program()) as engine:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        yield engine.endpoint


@pytest.fixture
def table_prefix() -> str:
    """A prefix that no other test's tables have."""
    return f"test-{uuid.uuid4().hex[:12]}-"


@pytest.fixture
def configured(dynamodb_endpoint: str, table_prefix: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A process that is configured for this test alone, its services not made yet; returns its settings."""
    environment = {
        "TABLE_PREFIX": table_prefix,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "DYNAMODB_ENDPOINT": dynamodb_endpoint,
        "LABEL_FOLDER": str(tmp_path / "labels"),
        "KEY_FILE": str(tmp_path / "key"),
    }
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        services.cache_clear()
        yield environment
        services.cache_clear()
