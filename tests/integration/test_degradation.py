"""Degradation: whatever is down, what does not need it works, and what does need it is refused soon and clearly."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import app as dray
from benchmarks.one_process import OneProcess
from chalicelib.api.middleware import REQUEST_S
from chalicelib.storage.tables import MAX_RETRIES, READ_TIMEOUT_S
from chalicelib.wiring import services
from tests.integration.faulty_engine import Fault, FaultyEngine

ONE = "/v1/shipments/{shipment_id}"
MOST_PAUSES_S = sum(2**retry for retry in range(MAX_RETRIES))
"""The client's pauses between tries are random, each up to twice as long as the one before: at most 1 s, 2 s, …"""

FAULTS: tuple[Fault, ...] = ("throttles", "hangs up", "is broken")


@pytest.fixture
def engine(dynamodb_endpoint: str) -> Iterator[FaultyEngine]:
    with FaultyEngine(dynamodb_endpoint) as faulty:
        yield faulty


@pytest.fixture
def app(engine: FaultyEngine, table_prefix: str, tmp_path: Path) -> Iterator[OneProcess]:
    """The whole app on the engine, with one key that has asked before."""
    environment = {
        "TABLE_PREFIX": table_prefix,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "DYNAMODB_ENDPOINT": engine.endpoint,
        "LABEL_FOLDER": str(tmp_path / "labels"),
        "KEY_FILE": str(tmp_path / "key"),
    }
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        services.cache_clear()
        whole = OneProcess()
        whole.ask("GET /v1/shipments")
        yield whole
        services.cache_clear()


def asked(app: OneProcess, route: str, path: str = "", body: Any = None) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body of an answer, whatever it is."""
    told = dray(app.event(route, path, body), None)
    return told["statusCode"], told["headers"], json.loads(told["body"])


@pytest.mark.parametrize("fault", FAULTS[1:])
def test_without_the_limiter_requests_pass_and_are_counted(app: OneProcess, engine: FaultyEngine, fault: Fault):
    engine.faults = {"rate_limits": fault}

    answers = [asked(app, "GET /v1/shipments") for _ in range(3)]

    assert [status for status, _, _ in answers] == [200] * 3
    assert services().rate_limits.degraded_count == 3
    assert all(headers["X-RateLimit-Remaining"] == headers["X-RateLimit-Limit"] for _, headers, _ in answers)


def test_a_limiter_that_is_out_is_left_alone_for_a_moment(app: OneProcess, engine: FaultyEngine):
    engine.faults = {"rate_limits": "is broken"}
    asked(app, "GET /v1/shipments")
    tries = len(engine.asked)

    asked(app, "GET /v1/shipments")

    assert tries == 1 + MAX_RETRIES
    assert len(engine.asked) == tries


@pytest.mark.parametrize("fault", FAULTS)
def test_an_engine_that_is_too_busy_is_503_with_a_time_after_bounded_tries(
    app: OneProcess, engine: FaultyEngine, fault: Fault
):
    engine.faults = {"shipments": fault}
    began = time.monotonic()

    status, headers, told = asked(app, "GET /v1/shipments")

    assert (status, told["error"]["code"]) == (503, "unavailable")
    assert 1 <= int(headers["Retry-After"]) <= 60
    assert len(engine.asked) == 1 + MAX_RETRIES
    assert time.monotonic() - began < MOST_PAUSES_S + 1


def test_tries_do_not_follow_each_other_in_step(app: OneProcess, engine: FaultyEngine):
    engine.faults = {"shipments": "throttles"}
    for _ in range(3):
        asked(app, "GET /v1/shipments")

    times = [at for _, at in engine.asked]

    firsts = {round(times[index + 1] - times[index], 3) for index in range(0, len(times), 1 + MAX_RETRIES)}
    assert len(firsts) > 1


def test_two_calls_that_hang_still_end_within_a_request():
    assert 2 * ((1 + MAX_RETRIES) * READ_TIMEOUT_S + MOST_PAUSES_S) <= REQUEST_S


def test_without_the_label_store_nothing_is_bought_and_the_draft_is_as_it_was(app: OneProcess, tmp_path: Path):
    (tmp_path / "labels").write_text("a file stands in the folder's place")
    shipment_id = app.draft()
    path = f"/v1/shipments/{shipment_id}"
    _, _, before = asked(app, f"GET {ONE}", path)

    status, headers, told = asked(app, f"POST {ONE}/purchase", f"{path}/purchase", {"service": "sandbox_ground"})

    assert (status, told["error"]["code"], told["error"]["shipment_id"]) == (503, "unavailable", shipment_id)
    assert "Retry-After" in headers
    assert asked(app, f"GET {ONE}", path)[2] == before
    assert before["status"] == "draft"


def test_once_the_label_store_is_back_the_same_draft_is_bought(app: OneProcess, tmp_path: Path):
    (tmp_path / "labels").write_text("a file stands in the folder's place")
    path = f"/v1/shipments/{app.draft()}"
    order = (f"POST {ONE}/purchase", f"{path}/purchase", {"service": "sandbox_ground"})
    asked(app, *order)
    (tmp_path / "labels").unlink()

    status, _, bought = asked(app, *order)

    assert (status, bought["status"]) == (200, "created")
