"""Transport: one HTTP exchange with a carrier, to the deadline, without redirects, proxies, retries or secrets told."""

from __future__ import annotations

import http.client
import ssl
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.faults import Fault, Stop
from chalicelib.carriers.gateway.sockets import AddressRefused, Dialling, TimedSocket, UnknownHost

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message as Headers

    from chalicelib.carriers.gateway.reach import Target
    from chalicelib.domain.deadlines import Deadline

LARGEST_BODY_BYTES = 8_000_000
"""Labels of a large shipment are about 2 MB; what is larger is no answer."""

ERRORS_FROM = 400
"""The first status of those that say that something went wrong."""

USER_AGENT = "Dray"


class TooLarge(Exception):
    """The answer is over the limit."""


@dataclass(frozen=True)
class Outgoing:
    """A request as it goes out."""

    method: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """What came back; the body of an error status may be missing."""

    status: int
    reason: str
    headers: Headers
    body: bytes = field(repr=False)


def exchange(outgoing: Outgoing, target: Target, deadline: Deadline, dialling: Dialling) -> Answer:
    """Return the carrier's answer; raises `Stop` with the fault when none came."""
    connection = _Connection(target)
    try:
        outcome = _attempt(connection, outgoing, target, _Means(deadline, dialling))
    finally:
        connection.shut()
    if isinstance(outcome, Fault):
        raise Stop(outcome)  # outside of any `except`: what was caught may name a secret
    return outcome


@dataclass(frozen=True)
class _Means:
    deadline: Deadline
    dialling: Dialling


class _Connection(http.client.HTTPConnection):
    """http.client's wording of requests and reading of answers, over a socket of ours."""

    auto_open = 0

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port)
        self._opened: TimedSocket | None = None
        if target.is_default_port:
            self.default_port = target.port  # the Host header then leaves it out

    def use(self, opened: TimedSocket) -> None:
        """Speak over this socket."""
        self._opened = opened
        as_the_library_has_it: Any = opened
        self.sock = as_the_library_has_it

    def shut(self) -> None:
        """Close the connection, if there is one."""
        if self._opened is not None:
            self._opened.shut()

    @property
    def has_sent(self) -> bool:
        """Whether anything of the request has left."""
        return self._opened is not None and self._opened.sent_bytes > 0


def _attempt(connection: _Connection, outgoing: Outgoing, target: Target, means: _Means) -> Answer | Fault:
    """Connect, send and read; the caller shuts the connection."""
    headers = {"User-Agent": USER_AGENT, **outgoing.headers, "Connection": "close", "Accept-Encoding": "identity"}
    try:
        connection.use(means.dialling.connect(target, means.deadline))
        connection.request(outgoing.method, target.path, outgoing.body, headers)
        return _read(connection.getresponse())
    except AddressRefused:
        return Fault("address_refused", f"was not called: {target.host} is not a public https address")
    except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
        return _fault_of_error(error, target, has_left=connection.has_sent)


def _read(response: http.client.HTTPResponse) -> Answer | Fault:
    """Return the answer; of one that is an error anyway and breaks off only the status."""
    status, headers = response.status, response.headers
    try:
        return Answer(status, response.reason, headers, _body(response))
    except TooLarge:
        megabytes = LARGEST_BODY_BYTES // 1_000_000
        return Fault("too_large", f"sent an answer of over {megabytes} MB, which was not read", True, status)
    except (OSError, http.client.HTTPException, ValueError, zlib.error):
        if status < ERRORS_FROM:
            raise
        return Answer(status, response.reason, headers, b"")


def _body(response: http.client.HTTPResponse) -> bytes:
    """Return the body unpacked; raises `TooLarge` as soon as it is known to be, having read 8 MB at most."""
    over = LARGEST_BODY_BYTES + 1
    if response.length is not None and response.length >= over:
        raise TooLarge
    body = response.read(over)
    if len(body) < over and response.length:  # `read` with a size takes a shorter body for the whole
        raise http.client.IncompleteRead(b"", response.length)
    if response.headers.get("Content-Encoding", "").lower() in ("gzip", "deflate"):
        del response.headers["Content-Encoding"]
        body = _inflated(body, over)
    if len(body) >= over:
        raise TooLarge
    return body


def _inflated(body: bytes, most: int) -> bytes:
    """Return the first `most` bytes of the body unpacked; raises `ValueError` when it breaks off."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # both gzip's and zlib's header
    plain = unpacker.decompress(body, most)
    if len(plain) < most and not unpacker.eof:
        raise ValueError
    return plain


def _fault_of_error(error: Exception, target: Target, *, has_left: bool) -> Fault:
    """Return the fault without the error's own text, which may repeat a header or a body."""
    if isinstance(error, TimeoutError):
        return Fault("timeout", "did not answer in time", has_left)
    if not has_left:
        return _fault_before_sending(error, target)
    if isinstance(error, http.client.RemoteDisconnected | OSError):
        return Fault("connection_lost", "closed the connection before it had answered", has_left)
    return Fault("unreadable", "sent an answer that breaks off or is not HTTP", has_left)


def _fault_before_sending(error: Exception, target: Target) -> Fault:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message.rstrip(".")
        return Fault("certificate", f"showed a certificate for {target.host} that does not verify: {why}")
    if isinstance(error, UnknownHost):
        return Fault("unreachable", f"could not be reached: the name {target.host} is not known")
    if isinstance(error, OSError):
        return Fault("unreachable", f"could not be reached: no connection to {target.host}")
    return Fault("address_refused", "was not called: the request holds characters that HTTP does not allow")
