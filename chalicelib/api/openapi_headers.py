"""Headers in the OpenAPI document: what answers carry beside their body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.api.idempotency import HEADER, REPLAYED

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]

ANY_ANSWER = ("Request-Id",)
"""What every answer carries."""

RATE_LIMIT = ("RateLimit-Policy", "RateLimit", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
"""What every answer to a valid key carries."""

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer", "minimum": 0}

_KNOWN: tuple[tuple[str, str, Json, Any], ...] = (
    ("Request-Id", "The request's id: tell it when you ask us about an answer.", _TEXT, "0199b1c2-7f3e-4a51"),
    ("RateLimit-Policy", "The key's limit `q` in `w` seconds (IETF draft).", _TEXT, '"self_hosted";q=100;w=60'),
    ("RateLimit", "The requests `r` that are left, for `t` seconds (IETF draft).", _TEXT, '"self_hosted";r=99;t=1'),
    ("X-RateLimit-Limit", "The requests that the key may make in a minute.", _NUMBER, 100),
    ("X-RateLimit-Remaining", "The requests that are left now.", _NUMBER, 99),
    ("X-RateLimit-Reset", "Seconds until the key may make all its requests again.", _NUMBER, 1),
    ("Retry-After", "Seconds to wait before asking again.", _NUMBER, 1),
    (
        "Location",
        "The address of what was made or is to be fetched; in an error, of the shipment that was stored before it.",
        _TEXT | {"format": "uri"},
        None,
    ),
    ("WWW-Authenticate", "How to send a key (RFC 6750).", _TEXT, 'Bearer realm="dray"'),
    ("Allow", "The methods that the path has.", _TEXT, "GET, POST"),
    ("ETag", "The version of what is answered: send it back in `If-None-Match`.", _TEXT, None),
    ("Content-Disposition", "The file's name.", _TEXT, 'inline; filename="label.pdf"'),
    (REPLAYED, f"`true` when this is the first answer to the request's `{HEADER}`, again.", _TEXT, "true"),
)


def headers() -> Json:
    """Return the components of all headers."""
    return {name: _header(name, text, schema, example) for name, text, schema, example in _KNOWN}


def header_refs(names: Iterable[str]) -> Json:
    """Return the references to headers, by name."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in dict.fromkeys(names)}


def _header(name: str, text: str, schema: Json, example: Any) -> Json:
    required = {"required": True} if name in ANY_ANSWER else {}
    shown = {} if example is None else {"example": example}
    return {"description": text, **required, "schema": schema, **shown}
