"""Whether an answer is one that the OpenAPI document promises: status, headers, media type, a body without extras."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from jsonschema import Draft202012Validator, FormatChecker

Json = dict[str, Any]

FORMATS = FormatChecker(["date", "date-time"])


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    """RFC 3339 in UTC, as the contract writes instants."""
    return not isinstance(value, str) or (value.endswith("Z") and datetime.fromisoformat(value).tzinfo is not None)


def check_answer(document: Json, answer: httpx.Response) -> None:
    """Fail unless `document` promises this answer to its request.

    Stricter than clients may be: a field that the document does not name fails too.
    """
    request = answer.request
    where = f"{request.method} {request.url.path} → {answer.status_code}"
    promised = _promised(document, answer)
    assert promised is not None, f"{where} is not documented"
    _check_headers(document, promised, answer.headers, where)
    content = promised.get("content", {})
    if not content:
        assert answer.content == b"", f"{where} has a body that is not documented"
        return
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    assert media_type in content, f"{where} is {media_type}, not {', '.join(content)}"
    if media_type.endswith("json"):
        faults = faults_of(document, content[media_type]["schema"], answer.json())
        assert not faults, f"{where} is not as documented: {faults}"


def faults_of(document: Json, schema: Json, value: Any) -> list[str]:
    """Return how `value` differs from a schema of the document, whose objects have no other fields than it names."""
    whole = {**schema, "components": {"schemas": _closed_schemas(document)}}
    validator = Draft202012Validator(whole, format_checker=FORMATS)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(value)]


def resolved(document: Json, node: Json) -> Json:
    """Return what a reference leads to, or the node itself."""
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def _promised(document: Json, answer: httpx.Response) -> Json | None:
    prefix = urlsplit(document["servers"][0]["url"]).path
    path, method = answer.request.url.path.removeprefix(prefix), answer.request.method.lower()
    operations = next((item for known, item in _by_precision(document) if _matches(known, path)), {})
    if method in operations:
        response = operations[method]["responses"].get(str(answer.status_code))
    else:
        name = {404: "NotFound"} if not operations else {405: "MethodNotAllowed"}
        response = document["components"]["responses"].get(name.get(answer.status_code))
    return None if response is None else resolved(document, response)


def _by_precision(document: Json) -> list[tuple[str, Json]]:
    """Return paths with fixed words before those with parameters: `{` sorts after every letter."""
    return sorted(document["paths"].items())


def _matches(known: str, path: str) -> bool:
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(known))
    return re.fullmatch(pattern, path) is not None


def _check_headers(document: Json, answer: Json, headers: Mapping[str, str], where: str) -> None:
    for name, header in answer["headers"].items():
        known = resolved(document, header)
        value = headers.get(name)
        assert value is not None or not known.get("required"), f"{where} has no {name}"
        if value is not None and known["schema"]["type"] == "integer":
            assert value.isdigit(), f"{where} has {name}: {value}"


_CLOSED: list[tuple[Json, Json]] = []
"""Documents and their closed schemas: closing them takes longer than all else of a check."""


def _closed_schemas(document: Json) -> Json:
    for known, closed in _CLOSED:
        if known is document:
            return closed
    _CLOSED.append((document, _closed(document["components"]["schemas"])))
    return _CLOSED[-1][1]


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(part) for name, part in node.items()}
    is_object = closed.get("type") == "object" and "properties" in closed
    return {"additionalProperties": False, **closed} if is_object else closed
