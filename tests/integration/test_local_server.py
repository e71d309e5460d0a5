"""The web server: what HTTP itself asks for, and an end that cuts nobody off."""

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from chalice.app import Chalice, Response

from local.errors import LocalError
from local.gateway import Gateway
from local.server import MOST_RECEIVED_BYTES, Server, bound_socket
from local.stopping import Stop
from tests.waiting import until

MOST_BYTES = 256 * 1024
LARGE_ANSWER_BYTES = 900_000


class StandIn:
    """A server round a small app, on a thread of its own."""

    def __init__(self) -> None:
        self.stop = Stop()
        self.entered, self.leave = threading.Event(), threading.Event()
        self._listener = bound_socket("127.0.0.1", 0)
        self.port = int(self._listener.getsockname()[1])
        self._server = Server(Gateway(self._app(), Path()), self._listener)
        self.thread = threading.Thread(target=self._server.run, args=(self.stop,))

    def _app(self) -> Chalice:
        app = Chalice(app_name="stand-in")

        @app.route("/body", methods=["POST"], content_types=[])
        def body() -> Response:
            assert app.current_request is not None
            return Response(str(len(app.current_request.raw_body)))

        @app.route("/empty", methods=["GET"])
        def empty() -> Response:
            return Response("", status_code=204)

        @app.route("/thing", methods=["GET", "HEAD"])
        def thing() -> Response:
            return Response('{"thing": 1}', headers={"X-Two": ["a", "b"]})

        @app.route("/slow", methods=["GET"])
        def slow() -> Response:
            self.entered.set()
            self.leave.wait(10)
            return Response("x" * LARGE_ANSWER_BYTES)

        return app

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def end(self) -> None:
        self.leave.set()
        self.stop.because("the test is over")
        self.thread.join()
        self._listener.close()


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    server = StandIn()
    server.thread.start()
    yield server
    server.end()


@pytest.fixture
def connection(stand_in: StandIn) -> Iterator[http.client.HTTPConnection]:
    opened = stand_in.connect()
    yield opened
    opened.close()


def spoken(stand_in: StandIn, raw: bytes) -> bytes:
    """Everything that the server answers to these very bytes, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", stand_in.port), timeout=10) as wire:
        wire.sendall(raw)
        return b"".join(iter(lambda: wire.recv(65536), b""))


def test_a_head_has_headers_and_no_body_and_the_connection_lives_on(connection: http.client.HTTPConnection) -> None:
    connection.request("HEAD", "/thing")
    head = connection.getresponse()
    assert (head.read(), head.headers["Content-Length"]) == (b"", "12")

    connection.request("GET", "/thing")
    assert connection.getresponse().read() == b'{"thing": 1}'


def test_a_204_has_neither_body_nor_length_nor_type(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/empty")
    answer = connection.getresponse()

    assert (answer.status, answer.read()) == (204, b"")
    assert {"content-length", "content-type"} & {name.lower() for name in answer.headers} == set()


def test_repeated_headers_arrive_one_by_one(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/thing")
    answer = connection.getresponse()

    assert answer.headers.get_all("X-Two") == ["a", "b"]
    assert answer.headers["Content-Type"] == "application/json"


def test_a_body_in_chunks_arrives_whole(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/body", body=iter([b"x" * 1000, b"y" * 500]), encode_chunked=True)

    assert connection.getresponse().read() == b"1500"


@pytest.mark.parametrize(
    ("sent", "seen"), [(MOST_BYTES, MOST_BYTES), (MOST_BYTES + 1, MOST_BYTES + 1), (10 * 1024 * 1024, MOST_BYTES + 1)]
)
def test_the_app_sees_no_more_of_a_body_than_tells_that_it_is_too_large(
    connection: http.client.HTTPConnection, sent: int, seen: int
) -> None:
    connection.request("POST", "/body", body=b"x" * sent)

    assert connection.getresponse().read() == str(seen).encode()


def test_a_body_that_nobody_receives_is_413_in_the_envelope(stand_in: StandIn) -> None:
    head = f"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: {MOST_RECEIVED_BYTES}\r\n\r\n"

    answer = spoken(stand_in, head.encode())

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code": "payload_too_large"' in answer


@pytest.mark.parametrize(
    "head",
    ["GET /thing HTTP/1.1\r\nno colon", "POST /body HTTP/1.1\r\nTransfer-Encoding: gzip", "GET /\x7f\xff HTTP/1.1"],
)
def test_broken_http_is_400_in_the_envelope(stand_in: StandIn, head: str) -> None:
    answer = spoken(stand_in, head.encode("latin-1") + b"\r\n\r\n")

    assert b" 400 Bad Request\r\n" in answer
    assert b'"code": "invalid_request"' in answer
    assert b"\r\nRequest-Id: " in answer


def test_a_target_with_scheme_and_host_is_understood(stand_in: StandIn) -> None:
    answer = spoken(stand_in, b"GET http://x.example/thing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert answer.endswith(b'{"thing": 1}')


def test_a_request_under_way_is_answered_in_full_before_the_end(
    stand_in: StandIn, connection: http.client.HTTPConnection
) -> None:
    connection.request("GET", "/slow")
    stand_in.entered.wait(10)
    stand_in.stop.because("somebody asked")
    until(lambda: refuses(stand_in.port))

    stand_in.thread.join(timeout=0.5)  # longer than idle threads are given
    stand_in.leave.set()

    assert len(connection.getresponse().read()) == LARGE_ANSWER_BYTES


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def test_an_address_that_is_not_this_machines_is_told_in_a_sentence() -> None:
    with pytest.raises(LocalError, match=r"port 8000 on 192\.0\.2\.1 can't be had"):
        bound_socket("192.0.2.1", 8000)
