"""Operations in the OpenAPI document: parameters, bodies and answers of each, made from the registry of routes."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeGuard

from pydantic import BaseModel

from chalicelib.api import openapi_texts as texts
from chalicelib.api.arguments import PATH_IDS
from chalicelib.api.idempotency import HEADER, REPLAYED
from chalicelib.api.openapi_docstrings import described_fields, description, first_paragraph, summary
from chalicelib.api.openapi_errors import errors_of, response, response_name
from chalicelib.api.openapi_headers import ANY_ANSWER, RATE_LIMIT, header_refs
from chalicelib.api.openapi_schemas import REF, Schemas
from chalicelib.api.schemas import examples
from chalicelib.api.schemas.errors import ErrorEnvelope, Problem
from chalicelib.domain.errors import MethodNotAllowed
from chalicelib.domain.ids import CROCKFORD, ULID_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.api.openapi_errors import Errors
    from chalicelib.api.operations import Operation

Json = dict[str, Any]

DOCUMENT = "OpenApiDocument"
"""The component of the OpenAPI document itself."""

HEADERS_BY_STATUS: dict[int, tuple[str, ...]] = {
    HTTPStatus.CREATED: ("Location",),
    HTTPStatus.FOUND: ("Location",),
    HTTPStatus.NOT_MODIFIED: ("ETag",),
}


class Paths:
    """The operations by path and method, and the components that they name."""

    def __init__(self, operations: Sequence[Operation], base: str) -> None:
        self.responses: Json = {}
        self._examples = examples.answers(base)
        answered = [kind for operation in operations for kind in operation.answers.values() if _is_model(kind)]
        asked = [operation.body for operation in operations if operation.body is not None]
        self._schemas = Schemas([*answered, ErrorEnvelope, Problem], asked)
        self.items: dict[str, Json] = {}
        for operation in operations:
            self.items.setdefault(operation.path, {})[operation.method.lower()] = self._operation(operation)
        self._error((MethodNotAllowed,))  # any path's answer to methods that it does not have

    @property
    def schemas(self) -> Json:
        """All named schemas."""
        whole = {"type": "object", "additionalProperties": True, "description": "An OpenAPI 3.1 document."}
        return {**self._schemas.components, DOCUMENT: whole}

    def _operation(self, operation: Operation) -> Json:
        parameters = [*self._parameters(operation), *_request_headers(operation)]
        return {
            "operationId": operation.name,
            "tags": [operation.tag],
            "summary": summary(operation.view),
            "description": f"{description(operation.view)}\n\n{texts.NEEDS[operation.access]}",
            **({"security": []} if operation.access == "public" else {}),
            **({"parameters": parameters} if parameters else {}),
            **({} if operation.body is None else {"requestBody": _request_body(operation, operation.body)}),
            "responses": {
                **{str(status): self._answer(operation, status) for status in operation.answers},
                **{str(status): self._error(raised) for status, raised in errors_of(operation).items()},
            },
        }

    def _parameters(self, operation: Operation) -> list[Json]:
        parameters = [_path_parameter(name) for name in operation.path_names]
        if operation.query is not None:
            texts_by_name = described_fields(operation.query)
            for name, schema in self._schemas.parameters(operation.query).items():
                text = texts_by_name.get(name, "")
                parameters.append({"name": name, "in": "query", "description": text, "schema": schema})
        return parameters

    def _answer(self, operation: Operation, status: int) -> Json:
        kind = operation.answers[status]
        told = first_paragraph(kind) if _is_model(kind) else summary(operation.view) + "."
        if kind is None:
            told = texts.WITHOUT_BODY[status]
        return {
            "description": f"{HTTPStatus(status).phrase}: {told}",
            "headers": header_refs(_header_names(operation, status)),
            **({} if kind is None else {"content": self._content(operation, kind)}),
        }

    def _content(self, operation: Operation, kind: type[BaseModel] | str) -> Json:
        example = {"example": self._examples[operation.name]} if operation.name in self._examples else {}
        if _is_model(kind):
            return {"application/json": {"schema": _ref(kind.__name__), **example}}
        return {media_type: {"schema": _other_schema(media_type), **example} for media_type in str(kind).split(", ")}

    def _error(self, raised: Errors) -> Json:
        name = response_name(raised)
        if name not in self.responses:
            self.responses[name] = response(raised)
        return {"$ref": f"#/components/responses/{name}"}


def _path_parameter(name: str) -> Json:
    schema: Json = {"type": "string"}
    text = texts.PATH_PARAMETERS.get(name, "")
    if name in PATH_IDS:
        prefix, noun = PATH_IDS[name]
        schema["pattern"] = f"^{prefix}_[{CROCKFORD}]{{{ULID_LENGTH}}}$"
        text = f"The {noun}'s id."
    example = {"example": examples.PATH_PARAMETERS[name]} if name in examples.PATH_PARAMETERS else {}
    return {"name": name, "in": "path", "required": True, "description": text, "schema": schema, **example}


def _request_headers(operation: Operation) -> list[Json]:
    if operation.method == "POST":
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        return [{"name": HEADER, "in": "header", "description": texts.IDEMPOTENCY_KEY, "schema": schema}]
    if HTTPStatus.NOT_MODIFIED in operation.answers:
        text = {"type": "string"}
        return [{"name": "If-None-Match", "in": "header", "description": texts.IF_NONE_MATCH, "schema": text}]
    return []


def _request_body(operation: Operation, model: type[BaseModel]) -> Json:
    content = {"schema": _ref(model.__name__), "example": examples.REQUESTS[operation.name]}
    return {
        **({"description": texts.MERGE_PATCH} if operation.method == "PATCH" else {}),
        "required": any(field.is_required() for field in model.model_fields.values()),
        "content": {"application/json": content},
    }


def _header_names(operation: Operation, status: int) -> list[str]:
    names = [*ANY_ANSWER, *HEADERS_BY_STATUS.get(status, ())]
    if operation.access != "public":
        names += RATE_LIMIT
    if operation.method == "POST":
        names.append(REPLAYED)
    if HTTPStatus.NOT_MODIFIED in operation.answers:
        names.append("ETag")
    return names


def _other_schema(media_type: str) -> Json:
    if media_type == "application/json":
        return _ref(DOCUMENT)
    return {"type": "string"} if media_type.startswith("text/") else {"type": "string", "format": "binary"}


def _ref(name: str) -> Json:
    return {"$ref": REF.format(model=name)}


def _is_model(kind: type[BaseModel] | str | None) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
