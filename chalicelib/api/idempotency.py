"""Idempotent POSTs: the key's claim before a view, its answer kept after it, links in a replay signed anew."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from chalice.app import Response

from chalicelib.api.bodies import parsed_json
from chalicelib.api.links import own_path
from chalicelib.domain.errors import InvalidRequest, NotFound
from chalicelib.domain.idempotency import Claim, Remembered, is_remembered, told_apart
from chalicelib.domain.objects import utc_text
from chalicelib.wiring import services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from chalice.app import Request

    from chalicelib.domain.errors import DrayError
    from chalicelib.domain.tenants import Tenant

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("Content-Type", "Location")

FILES = "/v1/files/"
DOCUMENTS = "shipping_documents"


def claimed(
    request: Request, prefix: str, respond: Callable[[Claim], Response], *, shows_secret: bool = False
) -> Response:
    """Return what `respond` answers under the request's key, or what it answered before.

    Raises what `Idempotency.begin` raises.
    """
    key = request.headers.get(HEADER)
    caller = request.context.get("caller")
    if key is None or caller is None or (tree := _tree(request)) is None:  # no JSON is refused the same each time
        return respond(Claim(services().new_id(prefix)))
    tenant: Tenant = caller.tenant
    mark = services().signed_links.mark(HEADER, told_apart(request.method, own_path(request), tree))
    outcome = services().idempotency.begin(tenant, key, mark, prefix)
    if isinstance(outcome, Remembered):
        return _replay(tenant, outcome)
    response = respond(outcome)
    answer = _to_remember(response, request.context.get("error"))
    if answer is not None and shows_secret:
        answer = services().idempotency.sealed(tenant, key, answer)
    services().idempotency.finish(tenant, key, outcome, answer)
    return response


def _tree(request: Request) -> dict[str, Any] | None:
    """Return the parsed body, which `arguments` then needs not parse again; None when it is no JSON object."""
    try:
        tree = request.context["tree"] = parsed_json(cast("bytes", request.raw_body))
    except InvalidRequest:
        return None
    return tree


def _to_remember(response: Response, error: DrayError | None) -> Remembered | None:
    if not is_remembered(response.status_code, error):
        return None
    headers = {name: str(value) for name, value in response.headers.items() if name in KEPT_HEADERS}
    return Remembered(response.status_code, cast("str", response.body).encode(), headers)


def _replay(tenant: Tenant, answer: Remembered) -> Response:
    tree = json.loads(answer.body)
    until = services().clock() + timedelta(days=services().settings.label_link_days)
    if tree.get("label_url") or tree.get("invoice_url"):
        for holder, name in _links(tree):
            holder[name] = _signed_anew(tenant, holder[name], until)
        tree["meta"]["label_url_expires_at"] = utc_text(until)
    body = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    return Response(body, headers={**answer.headers, REPLAYED: "true"}, status_code=answer.status)


def _links(tree: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Return where a bought shipment has links of ours: nowhere else, whatever a customer's own text says."""
    for holder, name in ((tree, "label_url"), (tree, "invoice_url"), *((doc, "url") for doc in tree[DOCUMENTS])):
        if holder[name]:
            yield holder, name


def _signed_anew(tenant: Tenant, link: str, until: datetime) -> str:
    base, _, token = link.partition(FILES)
    owner, object_key = services().signed_links.file_of(token, services().clock())
    if owner != tenant:
        raise NotFound("There is no such document")
    return f"{base}{FILES}{services().signed_links.file_token(tenant, object_key, until)}"
