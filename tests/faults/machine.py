"""What outlives the processes: the engine, a stage's tables on it, a label folder, and a look at both."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chalicelib.config import Settings
from chalicelib.storage.schema import all_tables, create_tables
from tests.faults.faulty_services import FaultyServices
from tests.faults.processes import Processes


def settings_for(endpoint: str, prefix: str, folder: Path) -> dict[str, str]:
    """Return the settings of a stage on an engine."""
    return {
        "TABLE_PREFIX": prefix,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "DYNAMODB_ENDPOINT": endpoint,
        "LABEL_FOLDER": str(folder / "labels"),
        "KEY_FILE": str(folder / "key"),
    }


@contextmanager
def machine(settings: dict[str, str]) -> Iterator[tuple[FaultyServices, Processes]]:
    """Make the tables, and give services that look at them and processes that work on them."""
    services = FaultyServices(Settings.read(settings))
    create_tables(services.tables, all_tables())
    with Processes(settings) as processes:
        yield services, processes
