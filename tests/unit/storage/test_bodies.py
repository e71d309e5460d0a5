"""A body that was ever written can be read: its dictionary never changes, and what is left out comes back."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.domain.objects import DrayObject
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.domain.trackers import Tracker
from chalicelib.storage.bodies import DICTIONARIES, packed, unpacked
from tests.builders import a_shipment

DICTIONARY_HASHES = {1: "18ac6a5e735ac8535fd2ac40bebe54d9fa15e5b57aadfc2414e3da3a8b9c3819"}
"""SHA-256. A change makes every stored body unreadable: add a dictionary under the next schema instead."""

WRITTEN = {1: "ePmgbJT1qyato2hoYGhogdyHMMTfM0K0v4KUagGcsSM1"}
WRITTEN_JSON = (
    b'{"shipper":{"country_code":"US","postal_code":"10118","id":"adr_1","object_type":"address"},"reference":"R"}'
)


def test_no_dictionary_ever_changes() -> None:
    hashes = {schema: hashlib.sha256(dictionary).hexdigest() for schema, dictionary in DICTIONARIES.items()}

    assert hashes == DICTIONARY_HASHES


@pytest.mark.parametrize("schema", WRITTEN)
def test_what_earlier_versions_wrote_is_read(schema: int) -> None:
    assert unpacked(base64.b64decode(WRITTEN[schema]), schema) == WRITTEN_JSON


@given(st.binary(max_size=3000))
@settings(deadline=None)
def test_what_was_packed_is_unpacked(content: bytes) -> None:
    assert unpacked(packed(content), 1) == content


def test_a_shipment_shrinks_to_a_sixth() -> None:
    json_text = a_shipment().model_dump_json(exclude_none=True).encode()

    assert len(packed(json_text)) * 6 < len(json_text)


def test_null_is_the_default_wherever_it_may_stand() -> None:
    """Bodies leave out what is null; read again it must become null and nothing else."""
    lost = [
        f"{kind.__name__}.{name}"
        for kind in {*stored_kinds(ShipmentRecord), *stored_kinds(Tracker)}
        for name, field in kind.model_fields.items()
        if takes_null(field) and not field.is_required() and field.get_default(call_default_factory=True) is not None
    ]
    required = [
        f"{kind.__name__}.{name}"
        for kind in {*stored_kinds(ShipmentRecord), *stored_kinds(Tracker)}
        for name, field in kind.model_fields.items()
        if takes_null(field) and field.is_required()
    ]

    assert (lost, required) == ([], [])


def stored_kinds(kind: type[DrayObject]) -> Iterator[type[DrayObject]]:
    """The kind itself and every kind of object that it holds."""
    yield kind
    for field in kind.model_fields.values():
        for part in kinds_in(field.annotation):
            yield from stored_kinds(part)


def kinds_in(annotation: Any) -> Iterator[type[DrayObject]]:
    if isinstance(annotation, type) and issubclass(annotation, DrayObject):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from kinds_in(part)


def takes_null(field: Any) -> bool:
    try:
        TypeAdapter(field.annotation).validate_python(None)
    except ValidationError:
        return False
    return True
