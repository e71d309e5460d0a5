"""Routing: one wrapper round every view, and an answer for every path and method that is not a view's."""

from __future__ import annotations

import inspect
import re
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, NoReturn, Unpack

from chalice.app import Blueprint, CaseInsensitiveMapping, Response

from chalicelib import logs
from chalicelib.api.arguments import admit, arguments
from chalicelib.api.authorizer import authorize
from chalicelib.api.errors import envelope
from chalicelib.api.idempotency import claimed
from chalicelib.api.links import Links
from chalicelib.api.operations import OPERATIONS, Answer, More, Operation
from chalicelib.domain.errors import DrayError, MethodNotAllowed, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalice.app import Chalice, Request
    from pydantic import BaseModel

    from chalicelib.domain.idempotency import Claim

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""All methods that API Gateway can route."""

NO_MODELS: Mapping[int, Any] = {}


class Routes(Blueprint):
    """The operations of one noun."""

    def __init__(self, import_name: str, tag: str) -> None:
        super().__init__(import_name)
        self.tag = tag

    def operation(
        self,
        route: str,
        answers: dict[int, type[BaseModel] | str | None],
        **more: Unpack[More],
    ) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
        """Register a view under `METHOD /path`.

        The view names what it needs: `caller`, `body`, `patch`, `query`, `links`, `deadline`, the path's parameters
        and, in a POST, `claim`: the id of what it makes.
        """
        method, path = route.split(" ")

        def register(view: Callable[..., Answer]) -> Callable[..., Answer]:
            operation = Operation(method, path, view, self.tag, answers, **more)
            OPERATIONS.append(operation)
            options = {} if operation.access == "public" else {"authorizer": authorize}
            self.route(path, methods=[method], name=operation.name, content_types=[], **options)(
                self._wrapped(operation)
            )
            return view

        return register

    def _wrapped(self, operation: Operation) -> Callable[..., Response]:
        wanted = tuple(inspect.signature(operation.view).parameters)

        @wraps(operation.view)
        def answer(**path: str) -> Response:
            request = self.current_request

            def respond(claim: Claim | None) -> Response:
                request.context["claim"] = claim
                return answered(
                    request,
                    lambda: operation.view(**arguments(operation, wanted, request, path)),
                    operation.answers,
                )

            try:
                admit(operation, request, path)
                if operation.method != "POST":
                    return respond(None)
                return claimed(request, operation.makes, respond, shows_secret=operation.shows_secret)
            except DrayError as error:
                return refused(request, error)

        return answer


def answered(request: Request, view: Callable[[], Answer], models: Mapping[int, Any] = NO_MODELS) -> Response:
    """Return what `view` answers, or the envelope of what it raises. Nothing else turns errors into answers."""
    request_id = request.context["requestId"]
    accept = request.headers.get("accept", "")
    try:
        return _response(view(), request, models)
    except DrayError as error:
        logs.note(error=error.code)
        told = request.context["error"] = error
    except Exception as error:  # noqa: BLE001 - the last line: whatever went wrong, the caller gets a clear answer
        logs.logger().exception("unexpected error")
        told = DrayError("Something went wrong on our side; the request id finds it in our logs")
        told.shipment_id = getattr(error, "shipment_id", None)
    status, headers, body = envelope(told, request_id, accept)
    if told.shipment_id:
        headers["Location"] = Links.of(request).to(f"/v1/shipments/{told.shipment_id}")
    return Response(body.decode(), headers=dict(headers), status_code=status)


def refused(request: Request, error: Exception) -> Response:
    """Return the envelope of `error`."""

    def view() -> NoReturn:
        raise error

    return answered(request, view)


def register_fallbacks(app: Chalice) -> None:
    """Register what API Gateway can't tell apart: other verbs of known paths (405) and unknown paths (404)."""
    allowed: dict[str, list[str]] = {}
    for operation in OPERATIONS:
        allowed.setdefault(operation.path, []).append(operation.method)
    for path, methods in allowed.items():
        others = [verb for verb in VERBS if verb not in methods]
        _fallback(app, path, others, partial(MethodNotAllowed, allow=methods))
    for path in ("/", "/{proxy+}"):
        _fallback(app, path, list(VERBS), unknown_path)


def unknown_path(_: str) -> NotFound:
    """Return the error of a path that is not the API's, for a request of any method."""
    return NotFound("There is nothing at this path; /docs lists what there is")


def _fallback(app: Chalice, path: str, methods: list[str], error: Callable[[str], DrayError]) -> None:
    def fallback(**_: str) -> Response:
        request = app.current_request
        assert request is not None  # noqa: S101 - Chalice sets it before it calls a view

        return refused(request, error(request.method))

    name = "fallback" + re.sub(r"\W+", "_", path)
    app.route(path, methods=methods, name=name, content_types=[])(fallback)


def _response(answer: Answer, request: Request, models: Mapping[int, Any]) -> Response:
    headers = {"Content-Type": answer.content_type, **answer.headers}
    body = answer.body
    if isinstance(body, bytes):
        # Chalice answers bytes only to clients that name their type; the contract answers whatever Accept says.
        request.headers = CaseInsensitiveMapping({**request.headers, "accept": answer.content_type})
    elif body is None:
        body = ""
    elif not isinstance(body, str):
        # by the answer's own model: what is stored beside its fields stays inside
        body = models[answer.status].__pydantic_serializer__.to_json(body).decode()
    return Response(body, headers=dict(headers), status_code=answer.status)


__all__ = ["OPERATIONS", "Answer", "Operation", "Routes", "answered", "refused", "register_fallbacks", "unknown_path"]
