"""HTTP as bytes, for what no client library would send: several requests on one connection, and all their answers."""

import json
import socket
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlsplit

TIMEOUT_S = 20


@dataclass(frozen=True)
class WireAnswer:
    """One answer as it came."""

    status: int
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        """The error object of an answer that refuses."""
        told: dict[str, Any] = json.loads(self.body)["error"]
        return told


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """One request; `Content-Length` is added where there is a body and no other framing."""
    lines = [f"{line} HTTP/1.1", "Host: dray.example", *headers]
    framed = any(header.lower().startswith(("content-length", "transfer-encoding")) for header in headers)
    if body and not framed:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def exchange(url: str, *requests: bytes) -> list[WireAnswer]:
    """Send all requests at once on one connection, and return the answers until the server has no more to say."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port or 80), TIMEOUT_S) as connection:
        connection.sendall(b"".join(requests))
        with connection.makefile("rb") as stream:
            answers: list[WireAnswer] = []
            while len(answers) < len(requests) and (answer := _answer(stream)):
                answers.append(answer)
            return answers


def _answer(stream: IO[bytes]) -> WireAnswer | None:
    """Return the next answer, None at the end of the connection."""
    first = stream.readline()
    if not first:
        return None
    headers: dict[str, str] = {}
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    return WireAnswer(int(first.split()[1]), headers, stream.read(length))
