"""Bodies: an answer is whole and well-formed, or it is none."""

from email.message import Message

import pytest

from chalicelib.carriers.gateway.bodies import code_in, fault_of_body, text_of, words_in


def headers(content_type: str | None = None) -> Message:
    told = Message()
    if content_type:
        told["Content-Type"] = content_type
    return told


PARTS = (
    b"--x\r\nContent-Type: application/json\r\n\r\n{}\r\n"
    b"--x\r\nContent-Type: application/pdf\r\n\r\n%PDF %%EOF\r\n--x--\r\n"
)

WHOLE = {
    "nothing": (b"", None),
    "JSON": (b'{"a": [1]}', "application/json"),
    "JSON of a kind": (b"[]", "application/vnd.carrier.v1+json; charset=utf-8"),
    "JSON by its look": (b' {"a": 1}', "text/plain"),
    "JSON said to be a page": (b'{"a": 1}', "text/html"),
    "JSON with a mark": (b"\xef\xbb\xbf{}", "application/json"),
    "JSON in Latin-1": (b'{"city": "Montr\xe9al"}', "application/json"),
    "a JSON text": (b'"token"', "application/json"),
    "XML": (b'<?xml version="1.0"?><a b="c">d</a>', "application/xml"),
    "XML by its look": (b"\r\n<a/>", "application/json"),
    "XML in Latin-1": (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>Montr\xe9al</a>', "text/xml"),
    "parts": (PARTS, "multipart/form-data; boundary=x"),
    "PDF": (b"%PDF-1.4 ... %%EOF\n", "application/pdf"),
    "PNG": (b"\x89PNG....IEND\xaeB`\x82", "image/png"),
    "GIF": (b"GIF89a...;", "image/gif"),
    "ZPL": (b"^XA^FDx^FS^XZ\n", "text/plain"),
    "a plain token": (b"eyJhbGciOiJ", "text/plain"),
}


@pytest.mark.parametrize(("body", "content_type"), WHOLE.values(), ids=WHOLE)
def test_a_whole_body_has_no_fault(body: bytes, content_type: str | None):
    assert fault_of_body(body, headers(content_type)) is None


BROKEN = {
    "half JSON": (b'{"a": [1', "application/json"),
    "half JSON by its look": (b'{"a": [1', None),
    "words said to be JSON": (b"Service unavailable", "application/json"),
    "words said to be XML": (b"Service unavailable", "text/xml"),
    "deep JSON": (b"[" * 100_000, "application/json"),
    "half XML": (b"<a><b>1</b>", "application/xml"),
    "XML with more behind": (b"<a/><b/>", "application/xml"),
    "XML that reads files": (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "application/xml"),
    "XML that grows": (b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>', "application/xml"),
    "a page": (b"<!DOCTYPE html><html></html>", "text/html"),
    "a page said to be JSON": (b"\n<html lang='en'><body/></html>", "application/json"),
    "a page with a greeting": (b"<?xml version='1.0'?>\n<!doctype HTML PUBLIC ''><html></html>", "text/xml"),
    "words said to be a page": (b"down", "text/html"),
    "half of the parts": (PARTS[:90], "multipart/form-data; boundary=x"),
    "parts without a boundary": (PARTS, "multipart/form-data"),
    "half a PDF": (b"%PDF-1.4 ..." + b"x" * 2000, "application/pdf"),
    "half a PNG": (b"\x89PNG....", "image/png"),
    "half a ZPL label": (b"^XA^FDx", "text/plain"),
}


@pytest.mark.parametrize(("body", "content_type"), BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_broken_or_a_page_is_no_answer(body: bytes, content_type: str | None):
    assert fault_of_body(body, headers(content_type)) is not None


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (
            b'{"errors": [{"code": "10401", "message": "ClientId \\"x\\" is\\n Invalid"}]}',
            "10401",
            'ClientId "x" is Invalid',
        ),
        (b'{"error": "invalid_client", "error_description": "Bad secret"}', "invalid_client", "Bad secret"),
        (b'{"code": 41, "title": "No"}', "41", "No"),
        (
            b"<messages><message><code>E001</code><description>Wrong user</description></message></messages>",
            "E001",
            "Wrong user",
        ),
        (
            b"<s:Fault><faultcode>s:Client</faultcode><faultstring>No such account</faultstring></s:Fault>",
            "s:Client",
            "No such account",
        ),
        (b"down", "", ""),
    ],
)
def test_the_carriers_code_and_words_are_found(body: bytes, code: str, words: str):
    assert (code_in(body), words_in(body)) == (code, words)


def test_text_is_utf8_or_else_latin1():
    assert text_of("é".encode()) == text_of(b"\xe9") == "é"
