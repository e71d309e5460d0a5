"""The API behind waitress: HTTP in, the gateway's answer out."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from chalicelib.api.bodies import MOST_BYTES
from chalicelib.api.errors import envelope
from chalicelib.domain.errors import DrayError, InvalidRequest, PayloadTooLarge
from local.gateway import Gateway, GatewayAnswer, GatewayRequest

THREADS = 8
DRAIN_S = 20
"""How long a stop waits for answers under way: longer than the longest call of a carrier (15 s)."""

MOST_RECEIVED_BYTES = 64 * 1024 * 1024
"""Larger bodies end the connection. Smaller ones are received (on disk, above 512 KB), so that their sender hears why
they are refused; the app gets no more of them than it needs to see that they are too large."""

MOST_CONNECTIONS = 500
FRAMING = frozenset({"content-length", "connection", "transfer-encoding"})
"""Headers that are the server's own."""

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]


def wsgi(gateway: Gateway) -> WsgiApp:
    """Return the gateway as a WSGI application."""

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = gateway.answer(_request(environ))
        start_response(_status_line(answer.status), _headers(answer))
        has_body = environ["REQUEST_METHOD"] != "HEAD" and answer.status not in _BODILESS
        return [answer.body] if has_body else []

    return application


def make_server(gateway: Gateway, host: str, port: int) -> Any:
    """Return a server that listens already; `run` answers until SystemExit or KeyboardInterrupt is raised.

    Raises `OSError` when the address is in use or not this machine's.
    """
    server = create_server(
        wsgi(gateway),
        _dispatcher=_draining_threads(),
        host=host,
        port=port,
        ident="dray",
        max_request_body_size=MOST_RECEIVED_BYTES,
        connection_limit=MOST_CONNECTIONS,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=False,
    )
    server.channel_class = _Channel
    return server


_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class _Threads(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Threads that finish what they have begun before they stop."""

    def shutdown(self, cancel_pending: bool = True, timeout: float = DRAIN_S) -> bool:  # noqa: FBT001, FBT002 - waitress's signature
        return bool(super().shutdown(cancel_pending, timeout))


def _draining_threads() -> _Threads:
    threads = _Threads()
    threads.set_thread_count(THREADS)
    return threads


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """What waitress refuses by itself (broken HTTP, far too large), told in the contract's envelope."""

    def execute(self) -> None:
        """Write the answer and close the connection."""
        error = _error_for(self.request.error.code, self.request.error.body)
        status, headers, body = envelope(error, str(uuid.uuid4()), self.request.headers.get("ACCEPT", ""))
        self.status = _status_line(status)
        self.response_headers.extend(headers.items())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _ErrorTask


def _error_for(status: int, reason: str) -> DrayError:
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return PayloadTooLarge(f"The body is larger than {MOST_BYTES // 1024} KB")
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return DrayError("Something went wrong on our side; the request id finds it in our logs")
    return InvalidRequest(f"The request is not valid HTTP: {reason}")


def _request(environ: Environ) -> GatewayRequest:
    path, _, query = _target(environ["REQUEST_URI"]).partition("?")
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    headers.setdefault("host", f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}")
    headers.setdefault("x-forwarded-proto", environ["wsgi.url_scheme"])
    return GatewayRequest(
        id=str(uuid.uuid4()),
        method=environ["REQUEST_METHOD"],
        raw_path=path,
        raw_query=query,
        headers=headers,
        body=environ["wsgi.input"].read(MOST_BYTES + 1),
        client_ip=environ["REMOTE_ADDR"],
    )


def _target(uri: str) -> str:
    """Return path and query of a request target, which may name scheme and host too (RFC 9112, section 3.2.2)."""
    scheme, found, rest = uri.partition("://")
    if found and scheme.isalpha():
        return "/" + rest.partition("/")[2]
    return uri


def _status_line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


def _headers(answer: GatewayAnswer) -> list[tuple[str, str]]:
    headers = [(name, value) for name, value in answer.headers if name.lower() not in FRAMING]
    if answer.status in _BODILESS:
        return [(name, value) for name, value in headers if name.lower() != "content-type"]
    return [*headers, ("Content-Length", str(len(answer.body)))]
