"""`make openapi`: the OpenAPI document as a server would answer it, without one."""

import os
import sys

from app import app
from local.engine_package import PROJECT
from local.gateway import Gateway, GatewayRequest
from local.settings import LocalSettings, configure_app

SERVER = "localhost:8000"
NO_DATABASE = "http://127.0.0.1:9"
"""The document needs none."""


def document() -> bytes:
    """Return the document as JSON."""
    os.environ["LOG_LEVEL"] = "ERROR"  # standard output is the document's
    configure_app(LocalSettings.read(), NO_DATABASE)
    headers = {"host": SERVER, "x-forwarded-proto": "http"}
    request = GatewayRequest("openapi", "GET", "/v1/openapi.json", "", headers, b"", "127.0.0.1")
    return Gateway(app, PROJECT).answer(request).body


if __name__ == "__main__":
    sys.stdout.buffer.write(document() + b"\n")
