"""The reference page and its document: our own files alone, kept by browsers, under a strict policy."""

import re
from hashlib import sha256

import httpx
import pytest

from chalicelib.api.docs import BUNDLE, PAGE, STYLE
from tests.e2e.running_server import RunningServer

MOST_BYTES = 4_500_000
"""A Lambda answers at most 6 MB, and text grows on its way."""


@pytest.fixture
def page(server: RunningServer) -> httpx.Response:
    return httpx.get(f"{server.url}/docs").raise_for_status()


def test_the_page_needs_no_key_and_shows_this_servers_document(page: httpx.Response):
    document = re.findall(r'data-document="([^"]+)"', page.text)

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert httpx.get(page.url.join(document[0])).json()["openapi"] == "3.1.0"


def test_the_page_fetches_only_our_own_files_and_they_never_change(page: httpx.Response):
    files = re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', page.text)

    assert len(files) == 3
    for file in files:
        answer = httpx.get(page.url.join(file)).raise_for_status()
        assert file.startswith("/docs/")
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"].startswith(("text/javascript", "text/css"))
        assert len(answer.content) < MOST_BYTES


def test_the_pages_policy_allows_nothing_inline_and_nothing_from_elsewhere(page: httpx.Response):
    policy = page.headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert re.findall(r"<(?:script|style)>|style=|onclick=", page.text) == []


def test_another_file_is_not_there(server: RunningServer):
    for name in ("index.html", "swagger-ui.css", "..%2Fdocs.py"):
        assert httpx.get(f"{server.url}/docs/{name}").status_code == 404


def test_a_document_that_a_client_has_is_not_sent_again(server: RunningServer):
    first = httpx.get(f"{server.url}/v1/openapi.json")
    again = httpx.get(f"{server.url}/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]


def test_the_document_names_the_address_that_it_was_asked_at(server: RunningServer):
    document = httpx.get(f"{server.url}/v1/openapi.json", headers={"Host": "dray.example"}).json()

    assert document["servers"][0]["url"] == "http://dray.example"


@pytest.mark.parametrize("file", [BUNDLE, STYLE])
def test_swagger_ui_is_as_it_was_published(file: str):
    assert sha256((PAGE / file).read_bytes()).hexdigest() in (PAGE / "README.md").read_text()
