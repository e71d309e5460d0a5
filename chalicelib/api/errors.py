"""Errors on the wire: one table from class to status, one envelope, RFC 9457 on demand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalicelib.domain import errors

if TYPE_CHECKING:
    from chalicelib.domain.errors import DrayError

STATUS: dict[type[DrayError], int] = {
    errors.DrayError: 500,
    errors.InvalidRequest: 400,
    errors.PayloadTooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.Conflict: 409,
    errors.CarrierRejected: 422,
    errors.IdempotencyMismatch: 422,
    errors.RateLimited: 429,
    errors.CarrierError: 502,
    errors.CarrierTimeout: 504,
    errors.Unavailable: 503,
}
"""The status of an error is that of the nearest of its classes."""

WORTH_REPEATING = (errors.RateLimited, errors.Unavailable, errors.PurchaseInProgress, errors.IdempotencyInFlight)
"""The same request may well succeed after `retry_after_s`."""

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
"""The statuses' names (RFC 9110, section 15)."""

PROBLEM = "application/problem+json"
"""The media type of RFC 9457."""


def status_of(error: type[DrayError]) -> int:
    """Return the HTTP status of an error's class."""
    return next(STATUS[base] for base in error.__mro__ if base in STATUS)


def envelope(error: DrayError, request_id: str, accept: str = "") -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body that tell `error`: the contract's envelope, or a problem document."""
    status = status_of(type(error))
    if PROBLEM in accept.lower():
        body, media_type = _problem(error, status, request_id), PROBLEM
    else:
        body, media_type = {"error": _error_object(error)}, "application/json"
    headers = {"Content-Type": media_type, "Request-Id": request_id} | _extra_headers(error, status)
    return status, headers, json.dumps(body, ensure_ascii=False).encode()


def _error_object(error: DrayError) -> dict[str, Any]:
    told: dict[str, Any] = {"code": error.code, "message": error.message, "details": error.details}
    if error.messages:
        told["messages"] = [message.model_dump(mode="json") for message in error.messages]
    if error.shipment_id:
        told["shipment_id"] = error.shipment_id
    return told


def _problem(error: DrayError, status: int, request_id: str) -> dict[str, Any]:
    told = _error_object(error)
    detail = told.pop("message")
    return {
        "type": "about:blank",
        "title": TITLES[status],
        "status": status,
        "detail": detail,
        "instance": f"urn:request:{request_id}",
        **told,
    }


def _extra_headers(error: DrayError, status: int) -> dict[str, str]:
    headers = {}
    if status == status_of(errors.Unauthorized):
        headers["WWW-Authenticate"] = 'Bearer realm="dray"'  # RFC 6750, section 3
    if isinstance(error, errors.MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allow)
    if isinstance(error, WORTH_REPEATING):
        headers["Retry-After"] = str(error.retry_after_s)
    return headers
