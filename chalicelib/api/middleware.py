"""Middleware: what happens to every request that reaches the app, before and after its view."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from chalice.app import Response

from chalicelib import logs
from chalicelib.api.authorizer import caller_from
from chalicelib.api.bodies import MOST_BYTES
from chalicelib.api.errors import STATUS
from chalicelib.api.headers import SAFE, across_origins, is_preflight, permission
from chalicelib.api.routing import OPERATIONS, refused
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import DrayError, InvalidRequest, PayloadTooLarge, Unauthorized
from chalicelib.domain.token_bucket import BucketEmpty, Taken
from chalicelib.wiring import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalice.app import Request

    from chalicelib.domain.tenants import Caller

REQUEST_S = 28.0
"""How long a request may take: API Gateway gives up after 29 s."""


def around_request(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Answer one request: context, key, size, token, view, headers, and one line in the log."""
    began = time.monotonic()
    request.context.setdefault("requestId", str(uuid.uuid4()))  # `chalice local` gives none
    request.context["deadline"] = _deadline(request)
    logs.configure(services().settings.log_level)
    logs.start_request(request_id=request.context["requestId"], route=f"{request.method} {request.path}")
    with services().counting() as consumed:
        response = _preflight(request) or _response(request, get_response)
    for name, value in SAFE.items():
        response.headers.setdefault(name, value)
    response.headers.update(across_origins(request.headers, services().settings.cors_origins))
    response.headers["Request-Id"] = request.context["requestId"]
    fields = {
        "status": response.status_code,
        "duration_ms": round((time.monotonic() - began) * 1000, 1),
        "read_units": float(consumed.read_units),
        "write_units": float(consumed.write_units),
    }
    logs.logger().info("request", extra={"fields": fields})
    return response


def _preflight(request: Request) -> Response | None:
    """Return the answer to a browser that asks for another site's script; it needs no key and takes no token."""
    methods = [operation.method for operation in OPERATIONS if operation.path == request.path]
    if not methods or not is_preflight(request.method, request.headers, services().settings.cors_origins):
        return None
    return Response("", headers=dict(permission(methods)), status_code=204)


def _response(request: Request, get_response: Callable[[Request], Response]) -> Response:
    taken: Taken | None = None
    try:
        caller = request.context["caller"] = _caller(request)
        if caller is not None:
            logs.note(account=caller.tenant.account_id, mode=caller.tenant.mode, key=caller.key_id)
            taken = services().rate_limits.take(caller, datetime.now(UTC))
        _check_size(request)
        response = _in_our_words(request, get_response(request))
    except Exception as error:  # noqa: BLE001 - `answered` tells known errors from unknown ones
        taken = error.taken if isinstance(error, BucketEmpty) else taken
        response = refused(request, error)
    if taken is not None:
        response.headers.update(taken.headers())
    return response


def _check_size(request: Request) -> None:
    if len(request.raw_body) > MOST_BYTES:
        raise PayloadTooLarge(f"The body is larger than {MOST_BYTES // 1024} KB")


def _caller(request: Request) -> Caller | None:
    """Return who asks: from the authorizer's context or, where a path or method is unknown, from a valid key."""
    now = datetime.now(UTC)
    if context := request.context.get("authorizer"):
        return caller_from(context, now)
    header = request.headers.get("authorization")
    if header is None or (request.method, request.path) in _public():
        return None
    try:
        return services().api_keys.authenticate_header(header, now)
    except Unauthorized:
        return None


@cache
def _public() -> frozenset[tuple[str, str]]:
    """Return the routes that need no key and take no token."""
    return frozenset((operation.method, operation.path) for operation in OPERATIONS if operation.access == "public")


def _in_our_words(request: Request, response: Response) -> Response:
    """Return the answer; what Chalice says by itself has a dict as its body and gets our envelope."""
    if not isinstance(response.body, dict):
        return response
    if response.status_code == STATUS[InvalidRequest]:
        return refused(request, InvalidRequest(str(response.body.get("Message", "The request is malformed"))))
    return refused(request, DrayError("Something went wrong on our side; the request id finds it in our logs"))


def _deadline(request: Request) -> Deadline:
    context = request.lambda_context
    left_ms = getattr(context, "get_remaining_time_in_millis", lambda: REQUEST_S * 1000)()
    return Deadline.after(min(REQUEST_S, left_ms / 1000 - 0.5), time.monotonic)
