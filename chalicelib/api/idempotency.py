"""Idempotent POSTs: the key's claim before a view, its answer kept after it, links in a replay signed anew."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from chalice.app import Response

from chalicelib.api.bodies import parsed_json
from chalicelib.domain.errors import InvalidRequest, NotFound
from chalicelib.domain.idempotency import Claim, Remembered, fingerprint, is_remembered
from chalicelib.domain.objects import utc_text
from chalicelib.wiring import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalice.app import Request

    from chalicelib.domain.tenants import Tenant

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("Content-Type", "Location")

_FILE_LINK = re.compile(rb'/v1/files/([A-Za-z0-9_-]+)(?=")')
_LINKS_UNTIL = re.compile(rb'("label_url_expires_at":")[0-9TZ:.-]+')


def claimed(
    request: Request, prefix: str, respond: Callable[[Claim], Response], *, shows_secret: bool = False
) -> Response:
    """Return what `respond` answers under the request's key, or what it answered before.

    Raises what `Idempotency.begin` raises.
    """
    key = request.headers.get(HEADER)
    caller = request.context.get("caller")
    tree = _tree(request)
    if key is None or caller is None or tree is None:  # what is no JSON is refused the same each time
        return respond(Claim(services().new_id(prefix)))
    tenant: Tenant = caller.tenant
    mark = fingerprint(request.method, _own_path(request), tree)
    outcome = services().idempotency.begin(tenant, key, mark, prefix)
    if isinstance(outcome, Remembered):
        return _replay(outcome)
    response = respond(outcome)
    answer = _to_remember(response)
    if answer is not None and shows_secret:
        answer = services().idempotency.sealed(tenant, key, answer)
    services().idempotency.finish(tenant, key, outcome, answer)
    return response


def _tree(request: Request) -> dict[str, Any] | None:
    try:
        return parsed_json(cast("bytes", request.raw_body))
    except InvalidRequest:
        return None


def _own_path(request: Request) -> str:
    """Return the path with its parameters filled in: the same object's, whatever address it was asked by."""
    path: str = request.path
    for name, value in (request.uri_params or {}).items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _to_remember(response: Response) -> Remembered | None:
    body = cast("str", response.body)
    code = None
    if response.status_code == 409:  # noqa: PLR2004 - of the conflicts, only the plain one is final
        told = json.loads(body)
        code = told.get("error", told).get("code")
    if not is_remembered(response.status_code, code):
        return None
    headers = {name: str(value) for name, value in response.headers.items() if name in KEPT_HEADERS}
    return Remembered(response.status_code, body.encode(), headers)


def _replay(answer: Remembered) -> Response:
    now = services().clock()
    until = now + timedelta(days=services().settings.label_link_days)

    def signed_anew(link: re.Match[bytes]) -> bytes:
        try:
            tenant, object_key = services().signed_links.file_of(link[1].decode(), now)
        except NotFound:  # somebody's own text that looks like a link of ours
            return link[0]
        return b"/v1/files/" + services().signed_links.file_token(tenant, object_key, until).encode()

    body = _FILE_LINK.sub(signed_anew, answer.body)
    body = _LINKS_UNTIL.sub(rb"\g<1>" + utc_text(until).encode(), body)
    return Response(body.decode(), headers={**answer.headers, REPLAYED: "true"}, status_code=answer.status)
