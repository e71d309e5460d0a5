"""Documents: labels and papers as the carrier made them, looked at before anybody believes that they are some."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.pdf_pages import pages_apart
from chalicelib.domain.ports import Document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.carriers.profiles.profile import LabelFormat

PNG_MAGIC, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
"""How a PNG begins and ends (ISO/IEC 15948, sections 5.2 and 11.2.5)."""

PDF_MAGIC, PDF_END = b"%PDF-", b"%%EOF"
PDF_TAIL = 2048
"""Within how many last bytes a PDF tells its end: ISO 32000-1 says the last line, writers add some more."""

OTHER_PICTURES = (b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
"""How JPEG, GIF and TIFF begin: some carriers print them where a PNG is asked for."""

MOST_PIXELS = 40_000_000
"""Of a picture that is opened: a sheet of A4 at 600 dots an inch has 35 million."""

ZPL_LABEL = re.compile(rb"\^XA(?:(?!\^XA).)*?\^XZ", re.DOTALL)
"""One label; a second beginning before the end is not looked beyond, so that the time stays linear."""

CATEGORIES: Mapping[str, str] = {
    "shipping_receipt": "receipt",
    "control_log_receipt": "receipt",
    "dangerous_goods_paper": "dangerous_goods",
    "dangerous_goods_document": "dangerous_goods",
    "customs_document": "customs_declaration",
    "other": "export_document",
}
"""The contract's categories of papers that the SDK calls otherwise."""


class Unreadable(Exception):
    """A document is missing, cut, or not what it should be; its text says so, for people."""


@dataclass(frozen=True)
class Content:
    """A document's bytes, and the format that they have whatever was asked for."""

    format: str
    """`PDF`, `PNG` or `ZPL`."""
    data: bytes


def content_of(text: object) -> Content:
    """Return a document that the SDK gives as base64; raises `Unreadable` unless it is whole."""
    if not isinstance(text, str) or not text.strip():
        raise Unreadable("is missing")
    return recognised(_decoded(text))


def recognised(data: bytes) -> Content:
    """Return bytes with the format that they have, other pictures as PNG; raises `Unreadable` for all else."""
    if data.startswith(PDF_MAGIC):
        if PDF_END not in data[-PDF_TAIL:]:
            raise Unreadable("is a PDF without its end")
        return Content("PDF", data)
    if data.startswith(PNG_MAGIC):
        if PNG_END not in data[-PDF_TAIL:]:
            raise Unreadable("is a PNG without its end")
        return Content("PNG", data)
    if data.startswith(OTHER_PICTURES):
        return Content("PNG", _as_png(data))
    if b"^XA" in data:
        if data.count(b"^XA") != data.count(b"^XZ") or not ZPL_LABEL.search(data):
            raise Unreadable("is ZPL without its end")
        return Content("ZPL", data)
    raise Unreadable("is neither PDF, PNG nor ZPL")


def label_content(docs: Mapping[str, Any], wanted: str) -> Content:
    """Return the label of all parcels: in the wanted format, where the carrier gave several; raises `Unreadable`."""
    texts = [docs.get(name) for name in ("label", f"{wanted.lower()}_label", "zpl_label", "pdf_label")]
    found, fault = [], Unreadable("is missing")
    for text in dict.fromkeys(text for text in texts if isinstance(text, str) and text.strip()):
        try:
            found.append(content_of(text))
        except Unreadable as error:
            fault = error
    if not found:
        raise fault
    return next((content for content in found if content.format == wanted), found[0])


def label_document(content: Content, label: LabelFormat, *, is_return: bool) -> Document:
    """Return a label: its format is the one that it has, its paper is known where that is the one asked for."""
    category = "return_label" if is_return else "shipping_label"
    return Document(category, content.format, content.data, label.size if content.format == label.label_type else None)


def paper(category: str, content: Content) -> Document:
    """Return a paper that goes with the label."""
    return Document(CATEGORIES.get(category, category), content.format, content.data)


def labels_in(content: Content) -> int | None:
    """Return how many labels there are, where that can be told: each of ZPL's stands apart."""
    return len(ZPL_LABEL.findall(content.data)) if content.format == "ZPL" else None


def split(content: Content, parts: int) -> tuple[Content, ...]:
    """Return each parcel's own label, in order, where there are as many labels as parcels; else nothing."""
    if content.format == "ZPL":
        labels = ZPL_LABEL.findall(content.data)
        return tuple(Content("ZPL", label) for label in labels) if len(labels) == parts else ()
    return tuple(Content("PDF", page) for page in pages_apart(content.data, parts)) if content.format == "PDF" else ()


def _decoded(text: str) -> bytes:
    if text.startswith(("^XA", "%PDF-")):  # some carriers' labels come as they are
        return text.encode()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("is not in base64") from None


def _as_png(data: bytes) -> bytes:
    from PIL import Image  # noqa: PLC0415 - only a label that is no PNG needs it

    made = BytesIO()
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "GIF", "TIFF")) as picture:
            is_bearable = picture.width * picture.height <= MOST_PIXELS
            if is_bearable:
                picture.load()
                picture.save(made, "PNG")
    except Exception as error:  # its decoders raise whatever their formats' oddities lead to, and a label is sold
        raise Unreadable("is a picture that cannot be opened") from error
    if not is_bearable:
        raise Unreadable("is a picture too large to be a label")
    return made.getvalue()
