"""Credentials over HTTP: whatever is asked, no answer, no log line and no file holds one."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chalicelib.wiring import services
from tests.e2e.client import Operator, Shop, done
from tests.e2e.running_server import RunningServer

PATH = "/v1/connections"
SECRETS = ("Zq7-first-vLx", "Zq7-second-vLx", "Zq7-misplaced-vLx", "73519046281")
"""Unlike anything else, so that they are found wherever they leak to."""
FIRST, SECOND, MISPLACED, NUMBER = SECRETS
UPS = {
    "carrier_name": "ups",
    "carrier_id": "ups",
    "credentials": {"client_id": "me", "client_secret": FIRST},
    "config": {"server_url": "http://127.0.0.1:9"},
}
"""Nothing listens there (RFC 863 keeps the port for discarding)."""


def everything_asked(shop: Shop) -> Iterator[httpx.Response]:
    """All that may be done with credentials, right and wrong."""
    yield shop.post(PATH, UPS, headers={"Idempotency-Key": "k"})
    yield shop.post(PATH, UPS, headers={"Idempotency-Key": "k"})
    made = done(shop.get(PATH))["results"][0]["id"]
    yield shop.post(PATH, UPS)
    yield shop.get(f"{PATH}/{made}")
    yield shop.get(f"{PATH}?carrier_name=ups")
    yield shop.post(f"{PATH}/{made}/test", headers={"Idempotency-Key": "t"})
    yield shop.post("/v1/rates", {"shipper": MISPLACED})
    for wrong in (
        MISPLACED,
        [MISPLACED],
        {"client_id": [MISPLACED]},
        {"other": MISPLACED},
        {"client_id": NUMBER * 400},
    ):
        yield shop.post(PATH, UPS | {"carrier_id": "other", "credentials": wrong})
        yield shop.patch(f"{PATH}/{made}", {"credentials": wrong})
    for field in ("client_secret", "carrier_id", "carrier_name", "config", "metadata", "active", "capabilities"):
        yield shop.post(PATH, UPS | {field: f"{MISPLACED} !"})
        yield shop.patch(f"{PATH}/{made}", {field: [MISPLACED]})
    yield shop.http.post(PATH, content=f'{{"credentials": {{"client_secret": "{MISPLACED}"'.encode())
    yield shop.http.post(PATH, content=f"client_secret={MISPLACED}".encode(), headers={"Content-Type": "text/plain"})
    yield shop.patch(f"{PATH}/{made}", {"credentials": {"client_id": "me", "client_secret": SECOND}})
    yield shop.post(f"{PATH}/{made}/test")
    yield shop.delete(f"{PATH}/{made}")


@pytest.fixture(scope="module")
def told(operator: Operator) -> list[httpx.Response]:
    with operator.shop() as shop:
        return list(everything_asked(shop))


def test_no_answer_tells_one(told: list[httpx.Response]):
    for answer in told:
        shown = answer.text + str(answer.headers)
        assert [secret for secret in SECRETS if secret in shown] == [], answer.request.method + str(answer.request.url)
    assert {answer.status_code for answer in told} >= {200, 201, 400, 409, 415, 502}


def test_no_log_line_tells_one(told: list[httpx.Response], server: RunningServer):
    words = server.words()

    assert told
    assert f'"POST {PATH}' in words
    assert [secret for secret in SECRETS if secret in words] == []


def test_no_file_holds_one(told: list[httpx.Response], server: RunningServer):
    files = [path for path in server.data_dir.rglob("*") if path.is_file()]

    assert told
    assert files
    assert [path for path in files if any(secret.encode() in path.read_bytes() for secret in SECRETS)] == []


def test_no_repr_of_the_object_graph_tells_one(tmp_path: Path):
    environment = {"KEY_FILE": str(tmp_path / "key"), "LABEL_FOLDER": str(tmp_path), "TABLE_PREFIX": "t-"}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in (environment | {"AWS_DEFAULT_REGION": "eu-central-1"}).items():
            patched.setenv(name, value)
        graph = services.__wrapped__()
    graph.encryption.encrypt(FIRST.encode(), {})
    key = (tmp_path / "key").read_bytes()

    shown = "".join(map(repr, (graph, graph.settings, graph.connections, graph.carriers, graph.encryption)))

    assert FIRST not in shown
    assert repr(key)[2:-1] not in shown
