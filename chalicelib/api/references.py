"""Routes of references: the values that requests and answers are made of."""

from __future__ import annotations

import hashlib
from functools import cache

from chalicelib.api.routing import Answer, Routes
from chalicelib.api.schemas.references import References
from chalicelib.wiring import services

KEPT = {"Cache-Control": "public, max-age=3600"}
"""They change with releases alone."""

routes = Routes(__name__, "references")


@routes.operation("GET /v1/references", {200: References, 304: None}, access="public")
def get_references() -> Answer:
    """Get countries, states, currencies, units and all value lists."""
    text, etag = _content(services().kinds.names())
    headers = {"ETag": etag, **KEPT}
    if etag in routes.current_request.headers.get("if-none-match", ""):
        return Answer(304, headers=headers)
    return Answer(200, text, headers=headers)


@cache
def _content(carrier_names: frozenset[str]) -> tuple[str, str]:
    """Return the answer as JSON, and what tells it from any other, as the `ETag` header spells it."""
    from chalicelib.api.reference_values import references  # noqa: PLC0415 - few requests need it

    text = references(carrier_names).model_dump_json()
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
