"""Links: absolute addresses as the client knows us, and signed ones to files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalice.app import Request


SCHEMES = ("http", "https")
_HOST = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}")
"""A host and port (RFC 3986, section 3.2.2), and nothing that could lead a link elsewhere."""


@dataclass(frozen=True)
class Links:
    """What links of one answer begin with: scheme, host and stage prefix, without a slash at the end."""

    base: str

    @classmethod
    def of(cls, request: Request) -> Links:
        """Return the links of a request: the address that it came by, unless the setting PUBLIC_URL names another."""
        if public_url := services().settings.public_url:
            return cls(public_url)
        scheme = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
        host = request.headers.get("host", "")
        return cls(
            f"{scheme if scheme in SCHEMES else SCHEMES[0]}://{host if _HOST.fullmatch(host) else 'localhost'}"
            f"{_stage_prefix(request)}"
        )

    def to(self, path: str) -> str:
        """Return the absolute address of `path`."""
        return self.base + path


def _stage_prefix(request: Request) -> str:
    """Return what API Gateway puts before the app's own path: `/dev`, or a custom domain's base path."""
    whole: str = request.context.get("path") or ""
    own = own_path(request)
    return whole.removesuffix(own) if whole.endswith(own) else ""


def own_path(request: Request) -> str:
    """Return the path as the app knows it, with its parameters filled in, whatever address it was asked by."""
    path: str = request.path
    for name, value in (request.uri_params or {}).items():
        path = path.replace(f"{{{name}}}", value)
    return path
