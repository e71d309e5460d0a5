"""Log lines of a running server: one request, one line of JSON, whatever the request is made of."""

import json
from collections import Counter
from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.client import Shop, order
from tests.e2e.running_server import RunningServer
from tests.e2e.wire import exchange, request

FORGED = '{"at": "2026-01-01T00:00:00.000Z", "level": "ERROR", "message": "forged"}'
BREAKS = ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1b[2J", "\x00", "\x85", "\u2028", "\u2029", '"}\n']
MOST_OF_THEM = 5


def asked(key: str, text: str) -> list[bytes]:
    """Requests that carry a text wherever a request may hold one, and last a plain one that is not found."""
    escaped = quote(text, safe="")
    bearer = f"Authorization: Bearer {key}"
    body = json.dumps(order(reference=text, metadata={text: text}, options={text: text})).encode()
    raw = text.encode("utf-8").decode("latin-1").replace("\r", "").replace("\n", "").replace("\x00", "")
    return [
        request(f"GET /v1/shipments/{escaped}", bearer),
        request(f"GET /v1/{escaped}", bearer),
        request(f"GET /v1/files/{escaped}"),
        request(f"GET /v1/shipments?reference={escaped}&{escaped}=1&cursor={escaped}", bearer),
        request("GET /v1/shipments", f"Authorization: Bearer {raw}"),
        request("GET /v1/shipments", bearer, f"User-Agent: {raw}", f"X-Forwarded-For: {raw}", f"Host: {raw}"),
        request("POST /v1/shipments", bearer, f"Idempotency-Key: {raw}", "Content-Type: application/json", body=body),
        request("GET /v1/shipments/nothing", bearer),
    ]


def lines_since(server: RunningServer, length: int) -> list[dict[str, Any]]:
    """What was logged after the first `length` characters, read line by line as a log's reader does."""
    return [json.loads(line) for line in server.words()[length:].splitlines()]


@pytest.mark.parametrize("text", BREAKS, ids=ascii)
def test_no_text_of_a_request_begins_a_line_of_its_own(server: RunningServer, shop: Shop, text: str):
    before = len(server.words())

    statuses = [answer.status for one in asked(shop.key, f"a{text}{FORGED}") for answer in exchange(server.url, one)]

    lines = lines_since(server, before)
    logged = [line["status"] for line in lines if line["message"] == "request"]
    assert all(line["message"] != "forged" and "forged" not in line["route"] for line in lines)
    assert Counter(logged) <= Counter(statuses)  # what is no HTTP at all never becomes a request
    assert len(logged) >= MOST_OF_THEM
    assert logged[-1] == 404
