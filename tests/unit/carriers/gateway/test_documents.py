"""Labels and papers are looked at before anybody believes in them."""

from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib.carriers.gateway.documents import (
    Content,
    Unreadable,
    content_of,
    label_content,
    label_document,
    paper,
    recognised,
    split,
)
from chalicelib.carriers.profiles.profile import LabelFormat
from chalicelib.carriers.sandbox.labels import label_documents
from tests.sandbox_cases import a_fixed_sale
from tests.sdk_cases import PDF, PNG, ZPL, encoded

LABEL = LabelFormat("PDF", "4x6", "PDF")


def printed(label_type: str) -> tuple[bytes, ...]:
    """A real label of two parcels, then each parcel's own."""
    return tuple(document.content for document in label_documents(a_fixed_sale(label_type)))


def a_picture(kind: str) -> bytes:
    made = BytesIO()
    Image.new("L", (8, 8), 255).save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"), [(PDF, "PDF"), (PNG, "PNG"), (ZPL, "ZPL"), (b"~DGR:X,1,1,FF\n" + ZPL, "ZPL")]
)
def test_a_document_has_the_format_of_its_bytes(data: bytes, kind: str) -> None:
    assert content_of(encoded(data)) == Content(kind, data)


@pytest.mark.parametrize("label_type", ["PDF", "PNG", "ZPL"])
def test_a_printed_label_is_one(label_type: str) -> None:
    for data in printed(label_type):
        assert recognised(data) == Content(label_type, data)


@pytest.mark.parametrize("text", ["^XA^FDHi^FS^XZ", PDF.decode()])
def test_a_label_that_is_not_in_base64_is_taken_as_it_is(text: str) -> None:
    assert content_of(text).data == text.encode()


def test_base64_may_be_folded() -> None:
    folded = "\n".join(encoded(PDF)[at : at + 20] for at in range(0, len(encoded(PDF)), 20))

    assert content_of(folded).data == PDF


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "TIFF"])
def test_another_picture_becomes_a_png(kind: str) -> None:
    content = recognised(a_picture(kind))

    assert content.format == "PNG"
    assert Image.open(BytesIO(content.data)).size == (8, 8)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "is missing"),
        ("", "is missing"),
        (7, "is missing"),
        ("not base64 !", "is not in base64"),
        (f"{encoded(PDF)}!", "is not in base64"),
        ("JVBER", "is not in base64"),
        (encoded(b"<html><body>Sorry</body></html>"), "is neither PDF, PNG nor ZPL"),
        (encoded(PDF[:20]), "is a PDF without its end"),
        (encoded(PNG[:20]), "is a PNG without its end"),
        (encoded(b"^XA^FDHalf a lab"), "is ZPL without its end"),
        (encoded(ZPL + b"^XA^FDHalf"), "is ZPL without its end"),
        (encoded(a_picture("JPEG")[:300]), "is a picture that cannot be opened"),
    ],
)
def test_what_is_no_whole_document_is_not_believed(text: Any, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        content_of(text)


@pytest.mark.parametrize("label_type", ["PDF", "PNG", "ZPL"])
def test_a_part_of_a_printed_label_is_none(label_type: str) -> None:
    data = printed(label_type)[0]

    with pytest.raises(Unreadable):
        recognised(data[: len(data) // 3])


MAGIC = [b"", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"^XA"]


@given(st.binary(max_size=200), st.sampled_from(MAGIC))
def test_any_bytes_are_a_document_or_unreadable(data: bytes, magic: bytes) -> None:
    with suppress(Unreadable):
        assert recognised(magic + data).format in ("PDF", "PNG", "ZPL")


def test_of_several_labels_the_one_in_the_wanted_format_is_taken() -> None:
    docs = {"label": encoded(PDF), "zpl_label": encoded(ZPL), "pdf_label": None}

    assert label_content(docs, "ZPL").format == "ZPL"
    assert label_content(docs, "PDF").format == "PDF"
    assert label_content(docs, "PNG").format == "PDF"


def test_a_label_that_cannot_be_read_gives_way_to_one_that_can() -> None:
    assert label_content({"label": encoded(b"<html/>"), "pdf_label": encoded(PDF)}, "PDF").format == "PDF"


def test_without_any_label_the_reason_is_told() -> None:
    with pytest.raises(Unreadable, match="is neither"):
        label_content({"label": encoded(b"<html/>")}, "PDF")
    with pytest.raises(Unreadable, match="is missing"):
        label_content({"label": None}, "PDF")


def test_a_document_tells_the_format_that_it_has_and_the_paper_only_of_the_one_asked_for() -> None:
    asked = label_document(Content("PDF", PDF), LABEL, is_return=False)
    other = label_document(Content("ZPL", ZPL), LABEL, is_return=True)

    assert (asked.category, asked.format, asked.print_format) == ("shipping_label", "PDF", "4x6")
    assert (other.category, other.format, other.print_format) == ("return_label", "ZPL", None)


@pytest.mark.parametrize(
    ("told", "category"),
    [
        ("shipping_receipt", "receipt"),
        ("dangerous_goods_paper", "dangerous_goods"),
        ("customs_document", "customs_declaration"),
        ("cod_document", "cod_document"),
        ("high_value_report", "high_value_report"),
    ],
)
def test_a_papers_category_is_the_contracts_where_it_has_one(told: str, category: str) -> None:
    assert paper(told, Content("PDF", PDF)).category == category


@pytest.mark.parametrize("label_type", ["PDF", "ZPL"])
def test_a_label_of_several_parcels_is_taken_apart_in_order(label_type: str) -> None:
    whole, *each = printed(label_type)

    parts = split(Content(label_type, whole), 2)

    assert [part.format for part in parts] == [label_type] * 2
    assert all(recognised(part.data) == part for part in parts)
    if label_type == "ZPL":
        assert [part.data.strip() for part in parts] == [label.strip() for label in each]


def test_pages_apart_keep_their_order() -> None:
    import pypdfium2  # noqa: PLC0415 - only here

    parts = split(Content("PDF", printed("PDF")[0]), 2)

    texts = [pypdfium2.PdfDocument(part.data)[0].get_textpage().get_text_range() for part in parts]
    assert ["1 of 2" in texts[0], "2 of 2" in texts[1]] == [True, True]


@pytest.mark.parametrize(
    ("content", "parts"),
    [(Content("PNG", PNG), 2), (Content("PDF", PDF), 2), (Content("ZPL", ZPL), 2), (Content("PDF", b"%PDF-x%%EOF"), 2)],
)
def test_a_label_that_cannot_be_taken_apart_stays_whole(content: Content, parts: int) -> None:
    assert split(content, parts) == ()
