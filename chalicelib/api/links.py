"""Links: absolute addresses as the client knows us, and signed ones to files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalice.app import Request


@dataclass(frozen=True)
class Links:
    """What links of one answer begin with: scheme, host and stage prefix, without a slash at the end."""

    base: str

    @classmethod
    def of(cls, request: Request) -> Links:
        """Return the links of a request: the address that it came by, unless the setting PUBLIC_URL names another."""
        if public_url := services().settings.public_url:
            return cls(public_url)
        scheme = request.headers.get("x-forwarded-proto", "http").partition(",")[0].strip()
        host = request.headers.get("host", "localhost")
        return cls(f"{scheme}://{host}{_stage_prefix(request)}")

    def to(self, path: str) -> str:
        """Return the absolute address of `path`."""
        return self.base + path


def _stage_prefix(request: Request) -> str:
    """Return what API Gateway puts before the app's own path: `/dev`, or a custom domain's base path."""
    event = request.to_original_event()
    whole, own = event["requestContext"].get("path", ""), event.get("path") or ""
    return whole.removesuffix(own) if own and whole.endswith(own) else ""
