"""Sockets: every address of a host is checked, the checked one is called, and no step outlives the deadline."""

import gzip
import ssl
import threading
import time
from collections.abc import Sequence

import pytest

from chalicelib.carriers.gateway.faults import Stop
from chalicelib.carriers.gateway.reach import Target
from chalicelib.carriers.gateway.sockets import AddressRefused, Dialling, UnknownHost
from chalicelib.carriers.gateway.transport import Outgoing, exchange
from tests.gateway_cases import after
from tests.stand_ins.server import Answering, Handler, Received, Reply, StandIn

PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.1"


def dialling(addresses: Sequence[str], *, allow_private_addresses: bool = False) -> Dialling:
    return Dialling(ssl.create_default_context, allow_private_addresses, lambda _host, _port: addresses)


def at(port: int, scheme: str = "http") -> Target:
    return Target(scheme, "carrier.example", port, "/")


@pytest.mark.parametrize("addresses", [[PRIVATE], [PUBLIC, PRIVATE], [PRIVATE, PUBLIC], ["::1"], ["fd00::1", PUBLIC]])
def test_a_name_with_one_private_address_is_refused(addresses: Sequence[str]):
    with pytest.raises(AddressRefused):
        dialling(addresses).connect(at(1, "https"), after(1))


def test_the_address_that_was_checked_is_called_and_the_name_is_told():
    looked_up: list[str] = []

    def look_up(host: str, _: int) -> Sequence[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    with StandIn() as server:
        server.route("GET", "/", lambda _: Reply(200, b"{}"))
        port = int(server.url.rpartition(":")[2])
        sockets = Dialling(ssl.create_default_context, allow_private_addresses=True, look_up=look_up)

        answer = exchange(Outgoing("GET", {}), at(port), after(2), sockets)

        assert answer.status == 200
        assert server.requests[0].headers["host"] == f"carrier.example:{port}"
    assert looked_up == ["carrier.example"]


def test_another_address_is_tried_where_one_does_not_answer():
    with StandIn() as server:
        server.route("GET", "/", lambda _: Reply(200, b"{}"))
        port = int(server.url.rpartition(":")[2])
        sockets = dialling(["127.0.0.2", "::1", "127.0.0.1"], allow_private_addresses=True)

        assert exchange(Outgoing("GET", {}), at(port), after(2), sockets).status == 200


def test_a_look_up_that_hangs_ends_at_the_deadline():
    go = threading.Event()

    def hanging(_host: str, _port: int) -> Sequence[str]:
        go.wait(5)
        return [PUBLIC]

    started = time.monotonic()
    with pytest.raises(TimeoutError):
        Dialling(ssl.create_default_context, look_up=hanging).connect(at(443, "https"), after(0.1))
    went_s = time.monotonic() - started
    go.set()

    assert went_s < 0.1 + 0.15


@pytest.mark.parametrize("failure", [OSError("no such name"), UnicodeError("no name at all")])
def test_a_look_up_that_fails_says_that_the_name_is_unknown(failure: Exception):
    def failing(_host: str, _port: int) -> Sequence[str]:
        raise failure

    with pytest.raises(UnknownHost):
        Dialling(ssl.create_default_context, look_up=failing).connect(at(443, "https"), after(1))


def test_nothing_is_called_in_clear_unless_private_addresses_are_allowed():
    with pytest.raises(AddressRefused):
        dialling([PUBLIC]).connect(at(80), after(1))


def test_packed_answers_are_unpacked_and_not_without_limit():
    bomb = gzip.compress(b"x" * 20_000_000)
    whole = gzip.compress(b'{"a": 1}')
    with StandIn() as server:
        for path, body in (("/whole", whole), ("/half", whole[:-9]), ("/bomb", bomb)):
            packed = Reply(200, body, headers={"Content-Encoding": "gzip"})
            server.route("GET", path, lambda _, packed=packed: packed)  # type: ignore[misc]
        port = int(server.url.rpartition(":")[2])

        def ask(path: str) -> bytes:
            target = Target("http", "carrier.example", port, path)
            sockets = dialling(["127.0.0.1"], allow_private_addresses=True)
            return exchange(Outgoing("GET", {}), target, after(2), sockets).body

        assert ask("/whole") == b'{"a": 1}'
        for path, kind in (("/half", "unreadable"), ("/bomb", "too_large")):
            with pytest.raises(Stop) as stopped:
                ask(path)
            assert stopped.value.fault.kind == kind


def test_a_body_that_is_shorter_than_announced_is_no_answer():
    def short(handler: Handler, _: Answering, __: Received) -> None:
        handler.send(Reply(200, b"half a tok", "text/plain"), length=20)
        handler.close_connection = True

    with StandIn() as server:
        server.will(short)
        target = at(int(server.url.rpartition(":")[2]))

        with pytest.raises(Stop) as stopped:
            exchange(Outgoing("GET", {}), target, after(2), dialling(["127.0.0.1"], allow_private_addresses=True))

    assert stopped.value.fault.kind == "unreadable"
