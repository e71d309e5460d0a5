"""Routes of the API's description: the OpenAPI document and its human page."""

from __future__ import annotations

import hashlib
import html
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chalicelib.api.operations import Answer
from chalicelib.api.routing import Routes
from chalicelib.domain.errors import NotFound

if TYPE_CHECKING:
    from chalicelib.api.links import Links

PAGE = Path(__file__).with_name("docs_page")
"""The page's files; its README says where they come from."""

STYLE, BUNDLE, START = "swagger-ui.css", "swagger-ui-bundle.js", "start.js"

MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

REVALIDATED = {"Cache-Control": "public, no-cache"}
"""Kept by browsers, and asked for again each time: an `ETag` makes that cheap."""

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""For files whose name changes with their content."""

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    **REVALIDATED,
}

routes = Routes(__name__, "about")


@routes.operation("GET /v1/openapi.json", {200: "application/json", 304: None}, access="public")
def get_openapi(links: Links) -> Answer:
    """Get this document."""
    from chalicelib.api import openapi  # noqa: PLC0415 - few requests need it

    content = openapi.document_bytes(links.base)
    headers = {"ETag": openapi.etag(content), **REVALIDATED}
    if headers["ETag"] in routes.current_request.headers.get("if-none-match", ""):
        return Answer(304, headers=headers)
    return Answer(200, content.decode(), headers=headers)


@routes.operation("GET /docs", {200: "text/html"}, access="public")
def get_docs(links: Links) -> Answer:
    """Read the reference as a page, and try it with a key."""
    # without scheme and host: a page that came by https must not fetch by http, whatever a proxy in between tells
    prefix = html.escape(urlsplit(links.base).path)
    names = {"style": STYLE, "bundle": BUNDLE, "start": START}
    page = Template(_text("index.html")).substitute(
        docs=f"{prefix}/docs",
        document=f"{prefix}/v1/openapi.json",
        **{name: _versioned(file) for name, file in names.items()},
    )
    return Answer(200, page, "text/html; charset=utf-8", PAGE_HEADERS)


@routes.operation("GET /docs/{asset}", {200: "text/javascript, text/css"}, access="public")
def get_docs_asset(asset: str) -> Answer:
    """Get a file of the reference page. Its name changes with its content, so it may be kept for ever."""
    for file in (STYLE, BUNDLE, START):
        if asset == _versioned(file):
            return Answer(200, _text(file), MEDIA_TYPES[Path(file).suffix], FOR_EVER)
    raise NotFound("The reference page has no such file")


@cache
def _text(file: str) -> str:
    return (PAGE / file).read_text(encoding="utf-8")


@cache
def _versioned(file: str) -> str:
    """Return a file's name with its content's hash before the suffix."""
    stem, suffix = file.rsplit(".", 1)
    return f"{stem}.{hashlib.sha256(_text(file).encode()).hexdigest()[:12]}.{suffix}"
