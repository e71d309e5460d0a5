"""The OpenAPI document as tests look at it: its operations, its schemas, and what requests and answers reach."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import app
from chalicelib.api import openapi
from tests.contract.answers import resolved

Json = dict[str, Any]

assert app.app.routes  # the routes are registered by importing the app


@cache
def the_document() -> Json:
    """The document of this code."""
    return openapi.document()


def operations() -> dict[str, Json]:
    """Every operation by `METHOD /path`."""
    return {
        f"{method.upper()} {path}": operation
        for path, item in the_document()["paths"].items()
        for method, operation in item.items()
    }


def named(operation_id: str) -> Json:
    """The operation of this name."""
    return {operation["operationId"]: operation for operation in operations().values()}[operation_id]


def schemas() -> Json:
    """Every named schema."""
    components: Json = the_document()["components"]["schemas"]
    return components


def request_contents() -> dict[str, Json]:
    """By operation, its request body's content in JSON."""
    return {
        name: operation["requestBody"]["content"]["application/json"]
        for name, operation in operations().items()
        if "requestBody" in operation
    }


def answer_contents() -> dict[str, Json]:
    """By operation, status and media type, an answer's content."""
    return {
        f"{name} {status} {media_type}": content
        for name, operation in operations().items()
        for status, answer in operation["responses"].items()
        for media_type, content in resolved(the_document(), answer).get("content", {}).items()
    }


def reached_from(contents: dict[str, Json]) -> set[str]:
    """The names of the schemas that these contents are made of."""
    found: set[str] = set()
    waiting: list[Any] = [content["schema"] for content in contents.values()]
    while waiting:
        for node in nodes(waiting.pop()):
            name = node.get("$ref", "").rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(schemas()[name])
    return found


def nodes(schema: Json) -> Iterator[Json]:
    """A schema and all schemas in it, without following references."""
    yield schema
    for part in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(part), dict):
            yield from nodes(schema[part])
    for part in (*schema.get("anyOf", ()), *schema.get("properties", {}).values()):
        yield from nodes(part)


def fields() -> Iterator[tuple[str, str, Json]]:
    """Every field: the schema's name, its own, and what is told of it."""
    for name, schema in schemas().items():
        for field, told in schema.get("properties", {}).items():
            yield name, field, told
