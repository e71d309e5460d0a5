"""Headers of every answer: what keeps it out of caches and, where a setting says so, lets other sites read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.idempotency import HEADER, REPLAYED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SAFE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""On every answer that does not say otherwise: answers hold names, addresses and signed links."""

SENT = ("Authorization", "Content-Type", "Accept", HEADER)
"""What another site's script may send."""

READ = (
    "Request-Id",
    "Location",
    "ETag",
    "Retry-After",
    "RateLimit-Policy",
    "RateLimit",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    REPLAYED,
)
"""What it may read beside the body and the few headers that browsers always show."""

PREFLIGHT_S = 600
"""How long a browser may remember what a path allows: ten minutes, Chromium keeps no longer than two hours."""


def across_origins(sent: Mapping[str, str], origins: Collection[str]) -> dict[str, str]:
    """Return what lets a script of one of these origins read the answer (CORS); nothing where there are none.

    Never `*`, and no credentials of the browser's own: a script has to send a key, as everybody has.
    """
    if not origins:
        return {}
    origin = sent.get("origin", "")
    if origin not in origins:
        return {"Vary": "Origin"}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": ", ".join(READ),
        "Vary": "Origin",
    }


def is_preflight(method: str, sent: Mapping[str, str], origins: Collection[str]) -> bool:
    """Whether a browser asks what a script of one of these origins may do."""
    is_asking = method == "OPTIONS" and bool(sent.get("access-control-request-method"))
    return is_asking and sent.get("origin", "") in origins


def permission(methods: Collection[str]) -> dict[str, str]:
    """Return what a preflight is answered with, beside the headers of every answer: what the path allows."""
    return {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": ", ".join(SENT),
        "Access-Control-Max-Age": str(PREFLIGHT_S),
    }
