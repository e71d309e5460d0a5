"""The OpenAPI document: made from the registry of operations, the models and their docstrings, when first asked for."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from chalicelib.api import openapi_texts as texts
from chalicelib.api.openapi_headers import headers
from chalicelib.api.openapi_operations import Paths
from chalicelib.api.operations import OPERATIONS

Json = dict[str, Any]

VERSION = "0.1.0"
"""The project's version, as in pyproject.toml."""

SOMEWHERE = "https://dray.invalid"
"""Stands for the server's address until somebody asks under a real one (RFC 2606 keeps `.invalid` free)."""


def document_bytes(base: str) -> bytes:
    """Return the document as JSON, for a server whose addresses begin with `base`."""
    return _somewhere().replace(SOMEWHERE.encode(), json.dumps(base)[1:-1].encode())


def etag(content: bytes) -> str:
    """Return what tells this content from any other, as the `ETag` header spells it."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def document() -> Json:
    """Return the document of a server at `SOMEWHERE`."""
    paths = Paths(OPERATIONS, SOMEWHERE)
    used = {operation.tag for operation in OPERATIONS}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": texts.TITLE,
            "version": VERSION,
            "summary": texts.SUMMARY,
            "description": texts.description(),
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": SOMEWHERE, "description": "This server."}],
        "security": [{"bearerAuth": []}],
        "tags": [{"name": name, "description": text} for name, text in texts.TAGS.items() if name in used],
        "paths": paths.items,
        "components": {
            "schemas": dict(sorted(paths.schemas.items())),
            "responses": paths.responses,
            "headers": headers(),
            "securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer", "description": texts.KEY}},
        },
    }


@cache
def _somewhere() -> bytes:
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()
