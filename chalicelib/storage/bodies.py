"""Bodies: an object as one compressed JSON attribute, and back."""

from __future__ import annotations

import zlib

from chalicelib.storage.body_dictionary import DICTIONARY_1

SCHEMA = 1
"""What is written; every schema that was ever written can be read."""

DICTIONARIES = {1: DICTIONARY_1}
"""By schema: a text that the compressor may point at (RFC 1950, section 2.2, FDICT). It halves a shipment: most fit
1 KB with it, which is one write unit."""

LEVEL = 9
"""Against 6 it costs some microseconds and saves the bytes that keep a bought shipment within its first KB."""


def packed(json_text: bytes) -> bytes:
    """Return the JSON as it is stored, under `SCHEMA`."""
    compressor = zlib.compressobj(LEVEL, zdict=DICTIONARIES[SCHEMA])
    return compressor.compress(json_text) + compressor.flush()


def unpacked(body: bytes, schema: int) -> bytes:
    """Return the JSON that was stored under `schema`; raises `zlib.error` when it was damaged."""
    return zlib.decompressobj(zdict=DICTIONARIES[schema]).decompress(body)
