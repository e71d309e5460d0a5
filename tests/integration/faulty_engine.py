"""A DynamoDB whose tables go wrong one by one: an HTTP server that hands everything else on to the real engine."""

import json
import re
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

Fault = Literal["throttles", "hangs up", "is broken"]

THROTTLED = (400, {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "told by a test"})
BROKEN = (500, {"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError", "message": "told by a test"})
HANDED_ON = ("content-type", "x-amz-target", "x-amz-date", "authorization", "host")
TABLE = re.compile(rb'"TableName":\s*"([^"]+)"')


class FaultyEngine:
    """Stands before the engine at `endpoint`, up inside a `with` block; `faults` are by a table's name or its end."""

    def __init__(self, endpoint: str) -> None:
        self.faults: dict[str, Fault] = {}
        self.asked: list[tuple[str, float]] = []
        """Which table was asked in vain, and when, in seconds."""
        self.inner = urlsplit(endpoint).netloc
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fault_for(self, body: bytes) -> Fault | None:
        """What goes wrong with a call, by the tables that it names."""
        for table in (name.decode() for name in TABLE.findall(body)):
            for name, fault in self.faults.items():
                if table.endswith(name):
                    self.asked.append((table, time.monotonic()))
                    return fault
        return None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(engine: FaultyEngine) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fault = engine.fault_for(body)
            if fault == "hangs up":
                self.close_connection = True
                return
            if fault is not None:
                status, told = THROTTLED if fault == "throttles" else BROKEN
                self._answer(status, json.dumps(told).encode())
                return
            inner = HTTPConnection(engine.inner, timeout=30)
            inner.request("POST", "/", body, {name: self.headers[name] or "" for name in HANDED_ON})
            answer = inner.getresponse()
            self._answer(answer.status, answer.read())
            inner.close()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
