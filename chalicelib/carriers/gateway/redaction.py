"""Redaction: what a carrier says without the connection's secrets, in whatever spelling it repeats them."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from chalicelib.carriers import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.domain.ports import Connection

SHORTEST_SECRET = 4
"""Shorter credentials are languages, types and the like: hiding them would garble sentences."""

QUOTES: tuple[dict[str, str], ...] = (
    {},
    {'"': "&quot;"},
    {'"': "&quot;", "'": "&apos;"},
    {'"': "&quot;", "'": "&#39;"},
    {'"': "&#34;", "'": "&#39;"},
)
"""How quotation marks are written in XML, which leaves it to the writer."""


class Redactor:
    """Takes the secrets of one connection out of texts; none of them is in its repr."""

    def __init__(self, connection: Connection, more: Iterable[str] = ()) -> None:
        """`more` are secrets beside the connection's credentials: tokens, and what was sent to open the door."""
        known = {*_secret_credentials(connection), *more}
        secrets = {text for text in known if len(text) >= SHORTEST_SECRET}
        spelt = {spelling for text in secrets for spelling in _spellings(text) if len(spelling) >= SHORTEST_SECRET}
        self._spelt = sorted(spelt, key=len, reverse=True)

    def hidden(self, text: str) -> str:
        """Return the text without secrets."""
        for secret in self._spelt:
            text = text.replace(secret, "[hidden]")
        return text

    def hidden_in(self, value: Any) -> Any:
        """Return JSON with the same care in each of its texts."""
        if isinstance(value, dict):
            return {name: self.hidden_in(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.hidden_in(inner) for inner in value]
        return self.hidden(value) if isinstance(value, str) else value


def _secret_credentials(connection: Connection) -> Iterator[str]:
    """Yield the credentials that the catalogue calls secret, and all of which it knows nothing.

    The others stay readable: the number of a customer may be a part of the number of each of its parcels.
    """
    try:
        fields = catalogue.entry(connection.carrier_name).connection_fields
    except KeyError:
        fields = {}
    for name, value in connection.credentials.reveal().items():
        if name not in fields or fields[name].secret:
            yield str(value)


def _spellings(text: str) -> Iterator[str]:
    """Yield a secret as it is and as URLs, XML, JSON and Base64 have it; each also with its white space as one."""
    for spelling in _escaped(text):
        yield spelling
        yield " ".join(spelling.split())


def _escaped(text: str) -> Iterator[str]:
    yield text
    yield quote(text, safe="")
    yield quote_plus(text)
    yield b64encode(text.encode(errors="replace")).decode()
    for quotes in QUOTES:
        yield escape(text, quotes)
        yield escape(text, quotes).encode("ascii", "xmlcharrefreplace").decode()
    for written in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        yield written
        yield written.replace("/", "\\/")
