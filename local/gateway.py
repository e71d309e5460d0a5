"""What API Gateway does in AWS, on one machine: routes, authorizer, events and the answers that the app never sees.

It stands on Chalice's own local gateway, whose authorizer and Lambda context it uses, and does by itself what that one
does otherwise than the real gateway: path parameters, unknown paths and verbs, errors, and requests side by side.
"""

import base64
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import ForbiddenError, LambdaContext, LocalChalice, LocalGateway, NotAuthorizedError

from chalicelib import logs
from chalicelib.api.errors import envelope
from chalicelib.api.headers import SAFE, across_origins
from chalicelib.api.routing import OPERATIONS, unknown_path
from chalicelib.domain.errors import DrayError, MethodNotAllowed
from local.gateway_responses import keys_unreadable, no_valid_key

TIMEOUT_S = 29
"""As long as API Gateway waits for a Lambda."""

MEMORY_MB = 512
"""What the Lambda context tells; nothing here limits it."""

CATCH_ALL = "/{proxy+}"
"""The app's route for every path that is not the API's."""


@dataclass(frozen=True)
class GatewayRequest:
    """One request as it came over the wire."""

    id: str
    method: str
    raw_path: str
    """Before the question mark, still percent-encoded."""
    raw_query: str
    headers: Mapping[str, str]
    """By lower-case name; repeated ones joined by a comma, as HTTP allows."""
    body: bytes
    client_ip: str


@dataclass(frozen=True)
class GatewayAnswer:
    """One answer, ready for the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Route:
    """A route that a path leads to, and what its parameters hold, decoded."""

    path: str
    parameters: dict[str, str] = field(default_factory=dict)


class ThreadedChalice(LocalChalice):
    """An app that answers several requests at once: Chalice keeps the context of the last one for all threads."""

    _CONTEXT = threading.local()

    @property  # type: ignore[override]  # Chalice does so for `current_request`
    def lambda_context(self) -> LambdaContext | None:
        """The context of this thread's request."""
        return getattr(self._CONTEXT, "value", None)

    @lambda_context.setter
    def lambda_context(self, context: LambdaContext | None) -> None:
        self._CONTEXT.value = context


class Gateway(LocalGateway):
    """Answers requests by the app, as the real gateway does: every answer is in the contract's words."""

    def __init__(self, app: Chalice, project: Path, origins: Collection[str] = ()) -> None:
        """Stand before `app`; scripts of the sites `origins` may read also what the gateway answers by itself."""
        config = Config.create(
            app_name=app.app_name,
            project_dir=str(project),
            chalice_stage="local",
            lambda_timeout=TIMEOUT_S,
            lambda_memory_size=MEMORY_MB,
        )
        app.__class__ = type("ThreadedApp", (ThreadedChalice, app.__class__), {})
        super().__init__(app, config)
        self._app = app
        self._origins = origins
        # fixed words before parameters: `{` sorts after every letter
        self._patterns = [(path, _parts(path)) for path in sorted(app.routes) if path != CATCH_ALL]

    def answer(self, request: GatewayRequest) -> GatewayAnswer:
        """Return the app's answer, or the gateway's own where the app is not to be asked. It never raises."""
        began = time.monotonic()
        try:
            event, context = self._admitted(request)
            return _wire_answer(self._app(event, context))
        except DrayError as error:
            told = error
        except Exception:  # noqa: BLE001 - the last line of this server, as API Gateway is that of the Lambdas
            logs.logger().exception("the gateway could not answer")
            told = DrayError("Something went wrong on our side; the request id finds it in our logs")
        status, headers, body = envelope(told, request.id, request.headers.get("accept", ""))
        _log(request, status, told.code, time.monotonic() - began)
        safe = SAFE | headers | across_origins(request.headers, self._origins)
        return GatewayAnswer(status, list(safe.items()), body)

    def _admitted(self, request: GatewayRequest) -> tuple[dict[str, Any], LambdaContext]:
        """Return what the app is asked with.

        Raises `NotFound`, `MethodNotAllowed` and `Unauthorized`, and `Unavailable` when keys can't be checked.
        """
        route = self._route(request)
        if request.method not in self._app.routes[route.path]:
            allowed = [operation.method for operation in OPERATIONS if operation.path == route.path]
            raise MethodNotAllowed(request.method, allowed) if allowed else unknown_path(request.method)
        event, context = _event(request, route), self._generate_lambda_context()
        try:
            admitted: tuple[dict[str, Any], LambdaContext] = self._authorizer.authorize(
                request.raw_path, event, context
            )
        except (NotAuthorizedError, ForbiddenError):
            raise no_valid_key() from None
        except Exception as error:
            logs.logger().exception("the authorizer failed")
            raise keys_unreadable() from error
        return admitted

    def _route(self, request: GatewayRequest) -> Route:
        """Return the route of a request's path. Raises `NotFound` when there is none, not even one for all."""
        parts = _parts(request.raw_path)
        for path, pattern in self._patterns:
            parameters = _match(pattern, parts)
            if parameters is not None:
                return Route(path, parameters)
        if CATCH_ALL in self._app.routes:
            return Route(CATCH_ALL, {"proxy": unquote(request.raw_path).strip("/")})
        raise unknown_path(request.method)


def _parts(path: str) -> list[str]:
    """Return the path's segments; one slash at the end makes no difference."""
    return path.removesuffix("/").split("/")


def _match(pattern: list[str], parts: list[str]) -> dict[str, str] | None:
    """Return the decoded parameters of a path that fits `pattern`, None when it does not."""
    if len(pattern) != len(parts):
        return None
    parameters = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            parameters[wanted[1:-1]] = unquote(part)
        elif wanted != part:
            return None
    return parameters


def _event(request: GatewayRequest, route: Route) -> dict[str, Any]:
    """Return the event that API Gateway makes of a request (REST API, Lambda proxy integration)."""
    query = parse_qs(request.raw_query, keep_blank_values=True) or None
    return {
        "resource": route.path,
        "path": request.raw_path,
        "httpMethod": request.method,
        "headers": dict(request.headers),
        "multiValueHeaders": {name: [value] for name, value in request.headers.items()},
        "queryStringParameters": query and {name: values[-1] for name, values in query.items()},
        "multiValueQueryStringParameters": query,
        "pathParameters": route.parameters,
        "stageVariables": {},
        "requestContext": {
            "requestId": request.id,
            "stage": "",
            "path": request.raw_path,
            "resourcePath": route.path,
            "httpMethod": request.method,
            "domainName": request.headers["host"],
            "identity": {"sourceIp": request.client_ip, "userAgent": request.headers.get("user-agent")},
        },
        "body": request.body or None,
        "isBase64Encoded": False,
    }


def _wire_answer(answer: dict[str, Any]) -> GatewayAnswer:
    """Return what a Lambda answered as it goes over the wire: headers of several values as several headers."""
    body = answer["body"] or b""
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body)
    elif isinstance(body, str):
        body = body.encode()
    single = [(name, str(value)) for name, value in answer["headers"].items()]
    several = [(name, str(value)) for name, values in answer["multiValueHeaders"].items() for value in values]
    return GatewayAnswer(answer["statusCode"], single + several, body)


def _log(request: GatewayRequest, status: int, code: str, duration_s: float) -> None:
    """Log an answer that the app knows nothing of, in the form of the others."""
    logs.start_request(request_id=request.id, route=f"{request.method} (gateway)", error=code)
    fields = {"status": status, "duration_ms": round(duration_s * 1000, 1)}
    logs.logger().info("request", extra={"fields": fields})
