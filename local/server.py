"""The API behind waitress: HTTP in, the gateway's answer out."""

import socket
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from chalicelib.api.bodies import MOST_BYTES
from chalicelib.api.errors import envelope
from chalicelib.api.headers import SAFE
from chalicelib.domain.errors import DrayError, InvalidRequest, PayloadTooLarge
from local.errors import LocalError
from local.gateway import Gateway, GatewayAnswer, GatewayRequest
from local.stopping import Stop

THREADS = 8
IDLE_THREADS_S = 0.2
"""How long idle threads need to end; one that still works then is late beyond `DRAIN_S`."""

DRAIN_S = 20
"""How long a stop waits for answers under way: longer than the longest call of a carrier (15 s)."""

MOST_RECEIVED_BYTES = 64 * 1024 * 1024
"""Larger bodies end the connection. Smaller ones are received (on disk, above 512 KB), so that their sender hears why
they are refused; the app gets no more of them than it needs to see that they are too large."""

MOST_HEADER_BYTES = 16 * 1024
"""Of all headers of a request; API Gateway takes 10,240 bytes."""

MOST_CONNECTIONS = 500
TURN_S = 1.0
"""How long the server sleeps at most when nothing happens."""

FRAMING = frozenset({"content-length", "connection", "transfer-encoding"})
"""Headers that are the server's own."""

BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]


def wsgi(gateway: Gateway) -> WsgiApp:
    """Return the gateway as a WSGI application."""

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = gateway.answer(_request(environ))
        start_response(_status_line(answer.status), _headers(answer))
        has_body = environ["REQUEST_METHOD"] != "HEAD" and answer.status not in BODILESS
        return [answer.body] if has_body else []

    return application


class Server:
    """The gateway behind waitress, on a bound socket."""

    def __init__(self, gateway: Gateway, listener: socket.socket) -> None:
        self._threads = ThreadedTaskDispatcher()
        self._threads.set_thread_count(THREADS)
        self._open: dict[int, Any] = {}
        """Everything that waitress waits for, by file descriptor."""
        self._server = create_server(
            wsgi(gateway),
            map=self._open,
            _dispatcher=self._threads,
            sockets=[listener],
            ident="dray",
            server_name=listener.getsockname()[0],  # for a client that names no host
            max_request_header_size=MOST_HEADER_BYTES,
            max_request_body_size=MOST_RECEIVED_BYTES,
            connection_limit=MOST_CONNECTIONS,
            clear_untrusted_proxy_headers=False,
        )
        self._server.channel_class = _Channel
        self._server.draining = False

    def run(self, stop: Stop) -> None:
        """Answer requests until `stop` is requested; then finish those that have begun, for at most `DRAIN_S`."""
        stop.wakes(self._server.pull_trigger)
        while not stop.requested:
            self._turn()
        self._server.draining = True
        wasyncore.dispatcher.close(self._server)  # only the listening socket: who comes now is refused at once
        deadline = time.monotonic() + DRAIN_S
        while self._has_work() and time.monotonic() < deadline:
            self._turn()
        self._threads.shutdown(timeout=IDLE_THREADS_S)
        for channel in self._channels():
            channel.handle_close()
        wasyncore.close_all(self._open, ignore_all=True)

    def _turn(self) -> None:
        wasyncore.loop(timeout=TURN_S, use_poll=True, map=self._open, count=1)

    def _has_work(self) -> bool:
        return any(channel.requests or channel.total_outbufs_len for channel in self._channels())

    def _channels(self) -> list[Any]:
        """Return the open connections."""
        return list(self._server.active_channels.values())


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket at that address, 0 for any free port. Raises `LocalError` when it is not to be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise LocalError(f"HOST {host} is no address of this machine: {error.strerror}") from error
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise LocalError(f"port {port} on {host} can't be had ({error.strerror}): set PORT to another one") from error
    return bound


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """What waitress refuses by itself (broken HTTP, far too large), told in the contract's envelope."""

    def execute(self) -> None:
        """Write the answer and close the connection."""
        error = _error_for(self.request.error.code, self.request.error.body)
        status, headers, body = envelope(error, str(uuid.uuid4()), self.request.headers.get("ACCEPT", ""))
        self.status = _status_line(status)
        self.response_headers.extend((SAFE | headers).items())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _ErrorTask

    def readable(self) -> bool:
        """Whether to read on: no new request is begun once the server is to stop."""
        return bool(super().readable()) and not self.server.draining


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
    names = {name.lower() for name, _ in headers}
    if answer.status in BODILESS:
        return [(name, value) for name, value in headers if name.lower() != "content-type"]
    if "content-type" not in names:
        headers.append(("Content-Type", "application/json"))  # API Gateway's default
    return [*headers, ("Content-Length", str(len(answer.body)))]
