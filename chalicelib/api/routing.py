"""Routing: one wrapper round every view, one registry of operations that the OpenAPI document is made from."""

from __future__ import annotations

import inspect
import re
import time
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Literal, cast

from chalice.app import Blueprint, CaseInsensitiveMapping, Response

from chalicelib import logs
from chalicelib.api.authorizer import authorize
from chalicelib.api.bodies import checked, parameters, parsed_json, without_nulls
from chalicelib.api.errors import envelope
from chalicelib.api.links import Links
from chalicelib.domain import ids
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import (
    DrayError,
    Forbidden,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    UnsupportedMediaType,
)
from chalicelib.wiring import services

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalice.app import Chalice, Request
    from pydantic import BaseModel

Access = Literal["public", "read_only", "standard", "admin"]
"""Who may call: everybody, any key, any key but a read-only one, only an admin's key."""

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""All methods that API Gateway can route."""

ROLES: dict[Access, frozenset[str]] = {
    "read_only": frozenset({"read_only", "standard", "admin"}),
    "standard": frozenset({"standard", "admin"}),
    "admin": frozenset({"admin"}),
}

REQUEST_S = 28.0
"""How long a request may take: API Gateway gives up after 29 s."""

JSON_TYPES = ("application/json", "application/merge-patch+json")

PATH_IDS = {"shipment_id": ("shp", "shipment"), "tracker_id": ("trk", "tracker"), "key_id": ("key", "API key")}
"""What a path parameter holds: an id's prefix and the noun."""


@dataclass(frozen=True)
class Answer:
    """What a view answers: a status, and an object, bytes or a place to go."""

    status: int
    body: BaseModel | bytes | str | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One route, as the OpenAPI document tells it."""

    method: str
    path: str
    view: Callable[..., Answer]
    tag: str
    answers: dict[int, type[BaseModel] | str | None]
    """By status: the answer's model, a media type for other content, or nothing."""
    raises: tuple[type[DrayError], ...]
    """Errors beyond those that every operation of its kind can answer."""
    access: Access

    @property
    def name(self) -> str:
        """The operation's id: verb_noun."""
        return self.view.__name__

    @property
    def path_names(self) -> tuple[str, ...]:
        """The names of the path's parameters."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def body(self) -> type[BaseModel] | None:
        """The request body's model."""
        return self._model("body")

    @property
    def query(self) -> type[BaseModel] | None:
        """The model of the query's parameters."""
        return self._model("query")

    def _model(self, parameter: str) -> type[BaseModel] | None:
        name = self.view.__annotations__.get(parameter)  # a string: the modules of routes postpone annotations
        return None if name is None else self.view.__globals__[name]


NO_MODELS: Mapping[int, Any] = {}

OPERATIONS: list[Operation] = []
"""Every operation, in the order in which the modules of routes are imported."""


class Routes(Blueprint):
    """The operations of one noun."""

    def __init__(self, import_name: str, tag: str) -> None:
        super().__init__(import_name)
        self.tag = tag

    def operation(
        self,
        route: str,
        answers: dict[int, type[BaseModel] | str | None],
        *,
        raises: tuple[type[DrayError], ...] = (),
        access: Access = "read_only",
    ) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
        """Register a view under `METHOD /path`.

        The view names what it needs: `caller`, `body`, `patch`, `query`, `links`, `deadline`, its path's parameters.
        """
        method, path = route.split(" ")

        def register(view: Callable[..., Answer]) -> Callable[..., Answer]:
            operation = Operation(method, path, view, self.tag, answers, raises, access)
            OPERATIONS.append(operation)
            options = {} if access == "public" else {"authorizer": authorize}
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
            return answered(
                request,
                lambda: operation.view(**_arguments(operation, wanted, request, path)),
                operation.answers,
            )

        return answer


def answered(request: Request, view: Callable[[], Answer], models: Mapping[int, Any] = NO_MODELS) -> Response:
    """Return what `view` answers, or the envelope of what it raises. Nothing else turns errors into answers."""
    request_id = request.context["requestId"]
    accept = request.headers.get("accept", "")
    try:
        return _response(view(), request, models)
    except DrayError as error:
        logs.note(error=error.code)
        told = error
    except Exception:  # noqa: BLE001 - the last line: whatever went wrong, the caller gets a clear answer
        logs.logger().exception("unexpected error")
        told = DrayError("Something went wrong on our side; the request id finds it in our logs")
    status, headers, body = envelope(told, request_id, accept)
    if told.shipment_id:
        headers["Location"] = Links.of(request).to(f"/v1/shipments/{told.shipment_id}")
    return Response(body.decode(), headers=dict(headers), status_code=status)


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

        def refused() -> Answer:
            raise error(request.method)

        return answered(request, refused)

    name = "fallback" + re.sub(r"\W+", "_", path)
    app.route(path, methods=methods, name=name, content_types=[])(fallback)


def _arguments(
    operation: Operation, wanted: tuple[str, ...], request: Request, path: Mapping[str, str]
) -> dict[str, Any]:
    caller: Any = request.context.get("caller")  # a Caller, but on public routes
    if operation.access != "public" and caller.role not in ROLES[operation.access]:
        raise Forbidden(f"A key with the role {caller.role!r} may not do this")
    _check_ids(path)
    failure = _failure(operation.name)
    given: dict[str, Any] = dict(path)
    query = parameters(_multi(request))
    if operation.query is None and query:
        raise InvalidRequest(f"{failure} due to invalid fields", dict.fromkeys(query, "Unknown parameter"))
    if operation.query is not None:
        given["query"] = checked(operation.query, query, failure)
    if operation.body is not None:
        _check_media_type(request)
        tree = parsed_json(cast("bytes", request.raw_body))
        if "patch" in wanted:
            given["patch"] = tree
        given["body"] = checked(operation.body, tree if "patch" in wanted else without_nulls(tree), failure)
    given |= {"caller": caller, "links": Links.of(request), "deadline": _deadline(request)}
    return {name: given[name] for name in wanted}


def _check_ids(path: Mapping[str, str]) -> None:
    for name, value in path.items():
        if name in PATH_IDS:
            prefix, noun = PATH_IDS[name]
            if not ids.is_id(prefix, value):
                raise NotFound(f"There is no such {noun}")


def _check_media_type(request: Request) -> None:
    media_type = request.headers.get("content-type", JSON_TYPES[0]).partition(";")[0].strip().lower()
    if request.raw_body and media_type not in JSON_TYPES:
        raise UnsupportedMediaType("The body must be JSON: send it with Content-Type: application/json")


def _multi(request: Request) -> dict[str, list[str]]:
    given = request.query_params
    return {} if given is None else {name: given.getlist(name) for name in given}


def _deadline(request: Request) -> Deadline:
    context = request.lambda_context
    left_ms = getattr(context, "get_remaining_time_in_millis", lambda: REQUEST_S * 1000)()
    return Deadline.after(min(REQUEST_S, left_ms / 1000 - 0.5), time.monotonic)


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


_PARTICIPLES = {
    "create": "created",
    "update": "updated",
    "rate": "rated",
    "purchase": "bought",
    "cancel": "cancelled",
    "delete": "deleted",
    "revoke": "revoked",
    "list": "listed",
    "get": "read",
    "compare": "compared",
    "advance": "advanced",
}


def _failure(name: str) -> str:
    """Return what could not be done: of `create_shipment` it is that the shipment could not be created."""
    verb, _, noun = name.partition("_")
    return f"The {noun.replace('_', ' ').replace('api', 'API')} could not be {_PARTICIPLES.get(verb, 'answered')}"


__all__ = ["OPERATIONS", "Answer", "Operation", "Routes", "answered", "register_fallbacks", "services", "unknown_path"]
