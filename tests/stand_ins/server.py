"""A carrier's stand-in: a real HTTP server that answers as the carrier documents it, and breaks when it is told to."""

import json
import re
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

HUGE = 20_000_000
HTML = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>We are down for maintenance</h1></body></html>"


@dataclass(frozen=True)
class Received:
    """One request, as it came over the wire."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    match: re.Match[str] | None = None
    """Of the route's pattern with the path."""

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What the carrier answers."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(body: object, status: int = 200, **headers: str) -> Reply:
    return Reply(
        status, json.dumps(body).encode(), headers={name.replace("_", "-"): told for name, told in headers.items()}
    )


Answering = Callable[[Received], Reply]
Fault = Callable[["Handler", Answering, Received], None]


def answers(reply: Reply) -> Fault:
    """Answer this instead, and do nothing."""
    return lambda handler, _, __: handler.send(reply)


def html(status: int = 200) -> Fault:
    return answers(Reply(status, HTML, "text/html"))


def empty(status: int = 200) -> Fault:
    return answers(Reply(status))


def redirect(url: str, status: int = 302) -> Fault:
    return answers(Reply(status, headers={"Location": url}))


def truncated(handler: "Handler", answering: Answering, received: Received) -> None:
    """Do what is asked, announce the whole answer and send half of it."""
    reply = answering(received)
    handler.send(reply, length=len(reply.body), body=reply.body[: len(reply.body) // 2])
    handler.cut()


def cut_short(handler: "Handler", answering: Answering, received: Received) -> None:
    """Do what is asked, and send half of the answer as if it were the whole."""
    reply = answering(received)
    handler.send(reply, body=reply.body[: len(reply.body) // 2])


def reset(handler: "Handler", _: Answering, __: Received) -> None:
    """Reset the connection, and do nothing."""
    handler.cut()


def answer_lost(handler: "Handler", answering: Answering, received: Received) -> None:
    """Do what is asked, and reset the connection instead of answering."""
    answering(received)
    handler.cut()


def huge(handler: "Handler", _: Answering, __: Received) -> None:
    """Answer with 20 MB."""
    with suppress(OSError):
        handler.send(Reply(200, b'{"a": "' + b"x" * HUGE + b'"}'))


def hangs(handler: "Handler", _: Answering, __: Received) -> None:
    """Say nothing until the stand-in stops or the client goes."""
    handler.stand_in.stopping.wait(60)
    handler.cut()


def hangs_after_doing(handler: "Handler", answering: Answering, received: Received) -> None:
    """Do what is asked, and say nothing."""
    answering(received)
    hangs(handler, answering, received)


def drips(handler: "Handler", answering: Answering, received: Received) -> None:
    """Do what is asked, and send the answer a byte at a time."""
    reply = answering(received)
    handler.send(reply, length=len(reply.body), body=b"")
    with suppress(OSError):
        for byte in reply.body:
            if handler.stand_in.stopping.wait(0.05):
                return
            handler.wfile.write(bytes([byte]))


class Handler(BaseHTTPRequestHandler):
    """One request: recorded, then broken as the script says, or answered by its route."""

    protocol_version = "HTTP/1.1"
    stand_in: "StandIn"

    def answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(self.command, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, body)
        answering, received = self.stand_in.routed(received)
        fault = self.stand_in.received(received)
        if fault is not None:
            fault(self, answering, received)
        else:
            self.send(answering(received))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815 - the library's names

    def send(self, reply: Reply, length: int | None = None, body: bytes | None = None) -> None:
        content = reply.body if body is None else body
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def cut(self) -> None:
        """Close with a reset instead of a goodbye."""
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A thread a request; a client that goes away is no error."""

    daemon_threads = True
    request_queue_size = 128  # the library's 5 resets connections when many come at once

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


class StandIn:
    """A server with routes; a subclass is one carrier and keeps its books.

    `routes` are (method, pattern of the whole path, what answers). Use it as a context manager.
    """

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.routes: list[tuple[str, re.Pattern[str], Answering]] = []
        self._script: deque[tuple[re.Pattern[str], Fault]] = deque()
        self.delay_s = 0.0
        """How long each answer takes."""

    def route(self, method: str, pattern: str, answering: Answering) -> None:
        self.routes.append((method, re.compile(pattern), answering))

    def will(self, *faults: Fault, at: str = ".*") -> None:
        """Let the next requests whose path matches `at` go wrong, one fault each."""
        self._script.extend((re.compile(at), fault) for fault in faults)

    def behave(self) -> None:
        """Forget the script."""
        self._script.clear()

    def asked(self, method: str, pattern: str) -> list[Received]:
        """Return the requests so far with this method and path."""
        return [one for one in self.requests if one.method == method and re.fullmatch(pattern, one.path)]

    def routed(self, received: Received) -> tuple[Answering, Received]:
        for method, pattern, answering in self.routes:
            match = pattern.fullmatch(received.path)
            if match and method == received.method:
                found = Received(**{**vars(received), "match": match})
                return answering, found
        return self.unknown, received

    def unknown(self, _received: Received) -> Reply:
        """Answer a request that has no route."""
        return json_reply({"error": "no such path"}, 404)

    def received(self, received: Received) -> Fault | None:
        with self.lock:
            self.requests.append(received)
            for index, (pattern, fault) in enumerate(self._script):
                if pattern.fullmatch(received.path):
                    del self._script[index]
                    return fault
        if self.delay_s:
            self.stopping.wait(self.delay_s)
        return None

    def __enter__(self) -> Self:
        handler = type("BoundHandler", (Handler,), {"stand_in": self})
        self._server = Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
