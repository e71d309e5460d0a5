"""Bodies: is an answer whole, of the kind that it says, and safe to parse; no carrier's meaning is known here."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from email.message import Message as Headers

_HTML = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)

_ENDS = {
    b"%PDF": (b"%%EOF", 1100),
    b"\x89PNG": (b"IEND", 16),
    b"GIF8": (b";", 4),
    b"^XA": (b"^XZ", 200),
}
"""By how a document begins: what stands at its end, within so many bytes."""

_WORDS = (
    re.compile(
        rb'"(?:message|description|error_description|detail|title|errorMessage|Message)"\s*:\s*"((?:[^"\\]|\\.){1,2000})'
    ),
    re.compile(rb"<(?:\w+:)?(?:description|message|faultstring|desc|Message)>([^<]{1,2000})"),
)
_CODE = (
    re.compile(rb'"(?:code|errorCode|error_code|error)"\s*:\s*"?([\w.:/-]{1,200})'),
    re.compile(rb"<(?:\w+:)?(?:code|errorCode|faultcode)>([^<]{1,200})"),
)
"""Whole texts as a rule: who shows a part of one must take out what is secret before."""


def fault_of_body(body: bytes, headers: Headers) -> str | None:
    """Return why the body is no answer, as the end of a sentence; None when it is whole and well-formed.

    What it is decide its first bytes, then the content type. An empty body has no fault here.
    """
    content_type = headers.get_content_type() if headers.get("Content-Type") else ""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1024]
    if not start:
        return None
    if _HTML.search(start) or (content_type == "text/html" and start[:1] not in b"{["):
        return "answered with a web page"
    if content_type.startswith("multipart/"):
        return _fault_of_multipart(body, headers)
    return _fault_of_document(body, start, content_type)


def _fault_of_document(body: bytes, start: bytes, content_type: str) -> str | None:
    for beginning, (end, within) in _ENDS.items():
        if start.startswith(beginning):
            return None if end in body[-within:] else "sent a document that breaks off"
    if start[:1] == b"<":
        return _fault_of_xml(body)
    if start[:1] in b"{[" or content_type == "application/json" or content_type.endswith("+json"):
        return _fault_of_json(body)
    if content_type.endswith(("/xml", "+xml")):
        return "sent something that is not XML"
    return None


def _fault_of_json(body: bytes) -> str | None:
    try:
        json.loads(text_of(body))
    except (ValueError, RecursionError):
        return "sent broken JSON"
    return None


def _fault_of_xml(body: bytes) -> str | None:
    """XML with a document type is refused: carriers have none, and it could make the parser read files."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(body.lstrip(), True)
    except (expat.ExpatError, ValueError):
        return "sent broken XML"
    return None


def _refuse(*_: object) -> None:
    raise ValueError


def _fault_of_multipart(body: bytes, headers: Headers) -> str | None:
    boundary = headers.get_boundary()
    if not boundary or f"--{boundary}--".encode() not in body[-len(boundary) - 64 :]:
        return "sent an answer in parts that breaks off"
    return None


def text_of(body: bytes) -> str:
    """Return the body as text: UTF-8, or Latin-1 where it is not."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def words_in(body: bytes) -> str:
    """Return the first sentence of an error body that looks like the carrier's reason; empty when there is none."""
    return _first(_WORDS, body)


def code_in(body: bytes) -> str:
    """Return the first thing of an error body that looks like the carrier's own code; empty when there is none."""
    return _first(_CODE, body)


def _first(patterns: tuple[re.Pattern[bytes], ...], body: bytes) -> str:
    """The first pattern reads JSON, the second XML; what is escaped in them is told as it was meant."""
    for pattern, unescaped in zip(patterns, (_of_json, html.unescape), strict=True):
        found = pattern.search(body[:65536])
        if found:
            text = unescaped(text_of(found.group(1)))
            return " ".join(text.encode(errors="replace").decode().split())
    return ""


def _of_json(text: str) -> str:
    """Return the text of a JSON string; where it was cut within an escape, with its commonest escapes undone."""
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text.replace("\\n", " ").replace('\\"', '"')
