"""Routes of the API's description: the OpenAPI document and its human page."""

from __future__ import annotations

from chalicelib.api.routing import Answer, Routes

routes = Routes(__name__, "about")


@routes.operation("GET /v1/openapi.json", {200: "application/json"}, access="public")
def get_openapi() -> Answer:
    """Get this document."""
    return Answer(200, "{}")


@routes.operation("GET /docs", {200: "text/html"}, access="public")
def get_docs() -> Answer:
    """Read the reference as a page, and try it with a key."""
    return Answer(200, "<html></html>", "text/html; charset=utf-8")
