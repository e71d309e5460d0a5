"""Errors in the OpenAPI document: which ones an operation can answer, and how each looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.api.bodies import REQUIRED
from chalicelib.api.errors import PROBLEM, envelope, status_of
from chalicelib.api.openapi_docstrings import first_paragraph
from chalicelib.api.openapi_headers import ANY_ANSWER, RATE_LIMIT, header_refs
from chalicelib.api.schemas.examples import PATH_PARAMETERS
from chalicelib.domain import errors
from chalicelib.domain.errors import DrayError
from chalicelib.domain.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.api.routing import Operation

Json = dict[str, Any]

REQUEST_ID = "0199b1c2-7f3e-4a51-9c0d-2f6f3f1f8a10"

BEFORE_THE_VIEW = frozenset(
    status_of(error)
    for error in (
        errors.Unauthorized,
        errors.Forbidden,
        errors.NotFound,
        errors.MethodNotAllowed,
        errors.PayloadTooLarge,
        errors.UnsupportedMediaType,
        errors.RateLimited,
    )
)
"""Statuses of what is refused before anything is stored."""


def errors_of(operation: Operation) -> dict[int, list[type[DrayError]]]:
    """Return by status what an operation can answer: what all of its kind can, and what its route names."""
    found: dict[type[DrayError], None] = dict.fromkeys((errors.InvalidRequest, *operation.raises))
    found |= dict.fromkeys(_by_access(operation))
    if operation.path_names:
        found[errors.NotFound] = None
    if operation.body is not None:
        found |= dict.fromkeys((errors.PayloadTooLarge, errors.UnsupportedMediaType))
    found[DrayError] = None
    by_status: dict[int, list[type[DrayError]]] = {}
    for error in sorted(found, key=status_of):
        by_status.setdefault(status_of(error), []).append(error)
    return by_status


def response_name(raised: Sequence[type[DrayError]]) -> str:
    """Return the component's name of the answer that tells one of these errors."""
    return "Or".join(_camel(error.code) for error in raised)


def response(raised: Sequence[type[DrayError]]) -> Json:
    """Return the answer that tells one of these errors: both spellings, an example each, and its headers."""
    told = [_sample(error) for error in raised]
    status = status_of(raised[0])
    names = [*ANY_ANSWER, *(RATE_LIMIT if status != status_of(errors.Unauthorized) else ())]
    for error in told:
        names += [name for name in envelope(error, REQUEST_ID)[1] if name not in ("Content-Type", *names)]
    if status not in BEFORE_THE_VIEW:
        names.append("Location")
    return {
        "description": "\n".join(f"- `{error.code}`: {first_paragraph(error)}" for error in raised),
        "headers": header_refs(names),
        "content": {
            "application/json": _content("ErrorEnvelope", told, ""),
            PROBLEM: _content("Problem", told[:1], PROBLEM),
        },
    }


def all_codes(classes: Iterable[type[DrayError]]) -> str:
    """Return a Markdown table of all errors: status, code and what happened."""
    rows = sorted((status_of(error), error.code, first_paragraph(error)) for error in classes)
    return "\n".join(["| status | code | what happened |", "|---|---|---|", *(_row(*row) for row in rows)])


def _row(status: int, code: str, told: str) -> str:
    return f"| {status} | `{code}` | {told} |"


def _by_access(operation: Operation) -> Iterable[type[DrayError]]:
    if operation.access == "public":
        return ()
    keyed = (errors.Unauthorized, errors.RateLimited, errors.Unavailable)
    return keyed if operation.access == "read_only" else (*keyed, errors.Forbidden)


def _content(schema: str, told: Sequence[DrayError], accept: str) -> Json:
    import json

    examples = {error.code: {"value": json.loads(envelope(error, REQUEST_ID, accept)[2])} for error in told}
    return {"schema": {"$ref": f"#/components/schemas/{schema}"}, "examples": examples}
