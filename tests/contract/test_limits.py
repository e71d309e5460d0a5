"""Limits: every text, list and map that a request may hold has an end, so that no body costs more than it should."""

import re
from collections.abc import Iterator

import pytest

from tests.contract.answers import resolved
from tests.contract.documents import Json, operations, request_contents, the_document

BY_ANOTHER_RULE = {
    "id": "it is what we answered, and is ignored",
    "object_type": "it is what we answered, and is ignored",
    "Meta": "it is what we answered, and is ignored",
    "Validation": "it is what we answered, and is ignored",
    "ConnectionConfig": "its fields are the carrier's own, by /v1/carriers",
    "ConnectionCredentials": "its fields are the carrier's own, by /v1/carriers",
    "MetadataUpdateData": "the merged metadata are held to their 50 keys",
    "If-None-Match": "it is compared and nothing else",
    "asset": "it is compared and nothing else",
    "carrier_name": "it is looked up and nothing else",
    "token": "longer ones than we make are not decoded",
}
"""What the document gives no end, and why it has one all the same."""

ENDS = {
    "string": {"maxLength", "enum", "const", "format"},
    "array": {"maxItems"},
    "object": {"maxProperties"},
}


def endless(schema: Json, name: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names of the parts of a schema that have no end."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in seen:
            return
        seen |= {name}
    node = resolved(the_document(), schema)
    told = node.get("type", [])
    is_closed = node.get("additionalProperties") is False
    is_counted = "pattern" in node and not re.search(r"[*+]|,}", node["pattern"])
    for kind in ENDS.keys() & ({told} if isinstance(told, str) else set(told)):
        if not (is_closed or is_counted or ENDS[kind] & node.keys()):
            yield name
    for field, part in node.get("properties", {}).items():
        yield from endless(part, field, seen)
    inner = [*node.get("anyOf", ()), node.get("items"), node.get("additionalProperties")]
    for part in (part for part in inner if isinstance(part, dict)):
        yield from endless(part, name, seen)


@pytest.mark.parametrize("route", request_contents())
def test_every_part_of_a_body_has_an_end(route: str):
    assert set(endless(request_contents()[route]["schema"], route)) <= BY_ANOTHER_RULE.keys()


@pytest.mark.parametrize("route", operations())
def test_every_parameter_has_an_end(route: str):
    parameters = (resolved(the_document(), one) for one in operations()[route].get("parameters", ()))

    found = {name for one in parameters for name in endless(one["schema"], one["name"])}

    assert found <= BY_ANOTHER_RULE.keys()
