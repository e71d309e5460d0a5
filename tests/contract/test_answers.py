"""The check of real answers is strict: what the document does not promise fails."""

from typing import Any

import httpx
import pytest

from tests.contract.answers import check_answer
from tests.contract.documents import the_document

URL = f"{the_document()['servers'][0]['url']}/v1/health"
JSON = "application/json"


def an_answer(status: int = 200, body: Any = None, method: str = "GET", media_type: str = JSON) -> httpx.Response:
    """What `GET /v1/health` answers, but for what the test changes."""
    headers = {"Request-Id": "0199b1c2", "Content-Type": media_type}
    told = {"status": "ok"} if body is None else body
    return httpx.Response(status, headers=headers, json=told, request=httpx.Request(method, URL))


def test_a_promised_answer_passes():
    check_answer(the_document(), an_answer())


@pytest.mark.parametrize(
    "broken",
    [
        an_answer(418),
        an_answer(body={"status": "ok", "uptime_s": 3}),
        an_answer(body={}),
        an_answer(body={"status": 1}),
        an_answer(media_type="text/html"),
        an_answer(400, body={"error": "no"}),
        an_answer(404, body={"error": {"code": "not_found", "message": "No", "details": {}}}),
        httpx.Response(200, headers={"Content-Type": JSON}, json={"status": "ok"}, request=httpx.Request("GET", URL)),
        an_answer(405, body={"error": {"code": "method_not_allowed", "message": "No"}}, method="PUT"),
    ],
    ids=["status", "extra", "missing", "type", "media", "error", "unlisted", "header", "method"],
)
def test_another_answer_fails(broken: httpx.Response):
    with pytest.raises(AssertionError):
        check_answer(the_document(), broken)
