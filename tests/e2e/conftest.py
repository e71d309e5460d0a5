"""One running server for each test process."""

from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.client import Operator, Shop
from tests.e2e.running_server import RunningServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The whole of Dray on this machine, with an empty data folder; tests share it, so each uses objects of its own."""
    with RunningServer(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest.fixture
def client(server: RunningServer) -> Iterator[httpx.Client]:
    """A client with the first account's key."""
    with server.client() as opened:
        yield opened


@pytest.fixture(scope="session")
def operator(server: RunningServer) -> Operator:
    """Who makes accounts and keys on the running server."""
    return Operator(server)


@pytest.fixture(scope="session")
def anybody(operator: Operator) -> Iterator[httpx.Client]:
    """A client without a key."""
    with operator.client() as opened:
        yield opened


@pytest.fixture
def shop(operator: Operator) -> Iterator[Shop]:
    """A customer of its own account, which has nothing yet, with an admin's key for test mode."""
    with operator.shop() as customer:
        yield customer
