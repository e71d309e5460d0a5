"""Jobs as Lambda starts them: by their own module, with an event and a context, logged, in the time that they have."""

import json
import subprocess
import sys
from typing import Any

import pytest

from chalicelib.domain.attempts import begun, new_attempt
from chalicelib.jobs.job import LEFT_TO_SAY_SO_S, job
from chalicelib.jobs.shipments import sweep_stuck_purchases
from chalicelib.storage.schema import all_tables, create_tables
from chalicelib.wiring import Services, services
from tests.builders import A_TENANT, NOW, a_rate, a_shipment, an_id
from tests.log_lines import logged_lines

EVENT: dict[str, Any] = {
    "version": "0",
    "account": "123456789012",
    "region": "eu-central-1",
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-11-24T09:30:00Z",
    "id": "1",
    "resources": [],
}


class Context:
    """What Lambda tells of a call."""

    aws_request_id = "request-1"

    def __init__(self, left_s: float = 300) -> None:
        self._left_ms = int(left_s * 1000)

    def get_remaining_time_in_millis(self) -> int:
        return self._left_ms


@pytest.fixture
def app(configured: dict[str, str]) -> Services:  # noqa: ARG001 - its environment is what counts
    create_tables(services().tables, all_tables())
    return services()


def stuck(app: Services) -> str:
    """A shipment whose purchase nobody saw the end of."""
    record = a_shipment()
    app.shipment_repository.add(A_TENANT, record)
    attempt = new_attempt(an_id("pur"), NOW.replace(year=2025), a_rate())
    app.shipment_repository.save(A_TENANT, begun(record, "purchasing", attempt, {}))
    return record.id


def test_the_sweep_settles_what_is_stuck(app: Services) -> None:
    shipment_id = stuck(app)

    told = sweep_stuck_purchases(EVENT, Context())

    assert told == {"settled": 1, "open": 0, "passed_over": 0, "is_complete": True}
    assert app.shipment_repository.get(A_TENANT, shipment_id).state == "draft"


def test_it_begins_nothing_that_its_lambda_would_not_live_to_end(app: Services) -> None:
    stuck(app)

    told = sweep_stuck_purchases(EVENT, Context(left_s=20))

    assert told == {"settled": 0, "open": 0, "passed_over": 0, "is_complete": False}


def test_an_error_is_logged_with_its_job_and_raised(app: Services) -> None:
    def broken(_deadline: object) -> None:
        raise RuntimeError(app.settings.table_prefix)

    event: Any = type("Event", (), {"context": Context(left_s=LEFT_TO_SAY_SO_S)})

    with logged_lines() as lines, pytest.raises(RuntimeError):
        job(broken)(event)

    line = json.loads(lines.getvalue())
    assert (line["message"], line["job"], line["request_id"]) == ("job_failed", "broken", "request-1")


def test_a_job_starts_without_the_routes() -> None:
    program = "import sys, chalicelib.jobs.shipments; print([name for name in sys.modules if name.startswith('app')])"

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own program

    assert told.stdout.strip() == "[]"
