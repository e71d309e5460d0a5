"""Redaction: a secret is hidden however a carrier spells it, and so are a carrier's own escapes undone."""

import json
from html import escape as html_escaped
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest

from chalicelib.carriers.gateway.bodies import words_in
from chalicelib.carriers.gateway.redaction import Redactor
from tests.sdk_cases import a_connection

SECRET = 'sw0rd&fi<sh"yÄ/\\e nd'


@pytest.mark.parametrize(
    "spelt",
    [
        SECRET,
        escape(SECRET),
        html_escaped(SECRET),
        escape(SECRET).encode("ascii", "xmlcharrefreplace").decode(),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(SECRET)[1:-1].replace("/", "\\/"),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
    ],
)
def test_each_spelling_of_a_secret_is_hidden(spelt: str) -> None:
    redactor = Redactor(a_connection(), [SECRET])

    assert redactor.hidden_in({"said": [f"bad {spelt}!", 5]}) == {"said": ["bad [hidden]!", 5]}


def test_what_is_too_short_for_a_secret_stays() -> None:
    assert Redactor(a_connection(), ["en", "a&b"]).hidden("then a&amp;b") == "then a&amp;b"


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"message": f"bad {SECRET}!"}).encode(),
        json.dumps({"message": f"bad {SECRET}!"}, ensure_ascii=False).encode(),
        f"<a><description>bad {escape(SECRET)}!</description></a>".encode(),
        f"<a><description>bad {html_escaped(SECRET)}!</description></a>".encode(),
    ],
)
def test_a_carriers_words_are_told_as_they_were_meant(body: bytes) -> None:
    assert words_in(body) == f"bad {SECRET}!"


def test_words_that_break_off_in_an_escape_are_told_all_the_same() -> None:
    assert words_in(b'{"message": "' + b"x" * 1999 + b'\\u00c4"}').startswith("xxx")
    assert words_in(b'{"message": "\\ud800"}') == "?"
