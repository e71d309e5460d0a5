"""Sockets: a connection to a checked address, every step of which ends at the deadline."""

from __future__ import annotations

import io
import socket
import threading
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from chalicelib.domain.outbound import is_public

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

    from _typeshed import WriteableBuffer

    from chalicelib.carriers.gateway.reach import Target
    from chalicelib.domain.deadlines import Deadline

    LookUp = Callable[[str, int], Sequence[str]]

CONNECT_S = 5.0
"""A carrier that does not answer a connection in this time will not in more."""

MOST_ADDRESSES = 4
"""So many of a host's addresses are tried."""

_looking_up = threading.BoundedSemaphore(64)
"""Look-ups of names at one time: one that hangs keeps its thread for as long as the resolver likes."""


class AddressRefused(Exception):
    """The host has an address that is not one of the public internet, or is to be called in clear."""


class UnknownHost(OSError):
    """The host's name could not be looked up."""


def system_look_up(host: str, port: int) -> Sequence[str]:
    """Return the host's addresses by the system's resolver, which waits as long as it likes; raises `OSError`."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


@dataclass(frozen=True)
class Dialling:
    """How connections are made."""

    context: Callable[[], ssl.SSLContext]
    """What verifies certificates, made when it is first needed."""
    allow_private_addresses: bool = False
    look_up: LookUp = system_look_up

    def connect(self, target: Target, deadline: Deadline) -> TimedSocket:
        """Return an open connection to an address of the target's host, with TLS where it is https.

        Every address of the host is checked, and the one that was checked is the one that is connected to.
        Raises `AddressRefused` or `OSError` (`TimeoutError`, `ssl.SSLError`, `UnknownHost`, ...).
        """
        if target.scheme != "https" and not self.allow_private_addresses:
            raise AddressRefused
        addresses = _addresses(target, deadline, self.look_up)
        if not self.allow_private_addresses and not all(is_public(address) for address in addresses):
            raise AddressRefused
        plain = _first_to_answer(addresses[:MOST_ADDRESSES], target.port, deadline)
        try:
            return TimedSocket(self._secured(plain, target, deadline), deadline)
        except BaseException:
            plain.close()
            raise

    def _secured(self, plain: socket.socket, target: Target, deadline: Deadline) -> socket.socket:
        if target.scheme == "http":
            return plain
        secured = self.context().wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)
        try:
            secured.settimeout(time_left(deadline, CONNECT_S))  # of the handshake as a whole
            secured.do_handshake()
        except BaseException:
            secured.close()
            raise
        return secured


def time_left(deadline: Deadline, most_s: float | None = None) -> float:
    """Return the seconds that a step may take; raises `TimeoutError` when none are left."""
    left_s = deadline.left_s()
    if left_s <= 0:
        raise TimeoutError
    return left_s if most_s is None else min(left_s, most_s)


class TimedSocket:
    """A socket as `http.client` uses it, whose every wait is bounded by one deadline: no drip gets past it."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline
        self.sent_bytes = 0

    def sendall(self, content: bytes) -> None:
        """Send all of it; raises `TimeoutError` at the deadline."""
        rest = memoryview(content)
        while rest:
            self._socket.settimeout(time_left(self._deadline))
            sent = self._socket.send(rest[:65536])
            self.sent_bytes += sent
            rest = rest[sent:]

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return what the carrier sends, as a stream of bytes."""
        del mode  # http.client asks for "rb"
        return io.BufferedReader(_Incoming(self._socket, self._deadline), 65536)

    def close(self) -> None:
        """Do nothing: http.client closes its end before the answer is read."""

    def shut(self) -> None:
        """Close the connection."""
        self._socket.close()


class _Incoming(io.RawIOBase):
    """The bytes that come in, each wait for them bounded by the deadline."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        self._socket.settimeout(time_left(self._deadline))
        return self._socket.recv_into(buffer)


def _addresses(target: Target, deadline: Deadline, look_up: LookUp) -> Sequence[str]:
    """Return the host's addresses in the resolver's order; the look-up ends at the deadline."""
    try:
        return [str(ip_address(target.host))]
    except ValueError:
        pass
    if not _looking_up.acquire(blocking=False):
        raise UnknownHost
    found: list[str] = []
    done = threading.Event()

    def look() -> None:
        try:
            found.extend(look_up(target.host, target.port))
        except (OSError, UnicodeError):
            pass
        finally:
            _looking_up.release()
            done.set()

    threading.Thread(target=look, name="look-up", daemon=True).start()
    if not done.wait(time_left(deadline, CONNECT_S)):
        raise TimeoutError
    if not found:
        raise UnknownHost
    return found


def _first_to_answer(addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
    failed: OSError = UnknownHost()
    for index, address in enumerate(addresses):
        share_s = time_left(deadline, CONNECT_S) / (len(addresses) - index)
        try:
            return socket.create_connection((address, port), share_s)
        except OSError as error:
            failed = error
    raise failed
