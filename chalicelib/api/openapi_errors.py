"""Errors in the OpenAPI document: which ones an operation can answer, and how each looks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalicelib.api.errors import PROBLEM, envelope, status_of
from chalicelib.api.idempotency import REPLAYED
from chalicelib.api.openapi_docstrings import first_paragraph
from chalicelib.api.openapi_headers import ANY_ANSWER, RATE_LIMIT, header_refs
from chalicelib.api.schemas.error_examples import examples
from chalicelib.domain import errors
from chalicelib.domain.errors import DrayError
from chalicelib.domain.idempotency import REMEMBERED_STATUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.api.routing import Operation

Json = dict[str, Any]
Errors = tuple[type[DrayError], ...]

KEYED: Errors = (errors.Unauthorized, errors.RateLimited, errors.Unavailable)
BODY: Errors = (errors.PayloadTooLarge, errors.UnsupportedMediaType)
IDEMPOTENT: Errors = (errors.IdempotencyInFlight, errors.IdempotencyMismatch)

REQUEST_ID = "0199b1c2-7f3e-4a51"

BEFORE_ALL_WORK = frozenset(
    status_of(error) for error in (errors.Unauthorized, errors.Forbidden, errors.NotFound, errors.RateLimited, *BODY)
)
"""Statuses of requests that are refused before anything is stored."""


def errors_of(operation: Operation) -> dict[int, Errors]:
    """Return by status what an operation can answer: what all of its kind can, and what its route names."""
    found = {errors.InvalidRequest, DrayError, *operation.raises}
    if operation.access != "public":
        found.update(KEYED)
    if operation.access in ("standard", "admin"):
        found.add(errors.Forbidden)
    if operation.path_names:
        found.add(errors.NotFound)
    if operation.body is not None:
        found.update(BODY)
    if operation.method == "POST":
        found.update(IDEMPOTENT)
    by_status: dict[int, Errors] = {}
    for error in filter(found.__contains__, known_errors()):
        by_status[status_of(error)] = (*by_status.get(status_of(error), ()), error)
    return by_status


def known_errors() -> Errors:
    """Return every class of errors that has a code of its own, by status."""
    return tuple(sorted(map(type, examples()), key=status_of))


def response_name(raised: Errors) -> str:
    """Return the component's name of the answer that tells one of these errors."""
    return "Or".join("".join(word.capitalize() for word in error.code.split("_")) for error in raised)


def response(raised: Errors) -> Json:
    """Return the answer that tells one of these errors: both spellings, an example each, and its headers."""
    told = [example for example in examples() if type(example) in raised]
    status = status_of(raised[0])
    names = [*ANY_ANSWER, *(() if errors.Unauthorized in raised else RATE_LIMIT)]
    for error in told:
        names += [name for name in envelope(error, REQUEST_ID)[1] if name != "Content-Type"]
    if status not in BEFORE_ALL_WORK:
        names.append("Location")
    if status in REMEMBERED_STATUSES or errors.Conflict in raised:
        names.append(REPLAYED)
    return {
        "description": "\n".join(f"- `{error.code}`: {_meaning(error)}" for error in raised),
        "headers": header_refs(names),
        "content": {
            "application/json": _content("ErrorEnvelope", told, ""),
            PROBLEM: _content("Problem", told[:1], PROBLEM),
        },
    }


def error_table() -> str:
    """Return a Markdown table of all errors: status, code and what happened."""
    rows = [f"| {status_of(error)} | `{error.code}` | {_meaning(error)} |" for error in known_errors()]
    return "\n".join(["| status | code | what happened |", "|---|---|---|", *rows])


def _meaning(error: type[DrayError]) -> str:
    """Return what an error's class means, in the wire's words."""
    if error is DrayError:
        return "Something went wrong on our side; nothing internal is told."
    return first_paragraph(error).replace("`retry_after_s`", "`Retry-After` seconds")


def _content(schema: str, told: Sequence[DrayError], accept: str) -> Json:
    examples = {error.code: {"value": json.loads(envelope(error, REQUEST_ID, accept)[2])} for error in told}
    return {"schema": {"$ref": f"#/components/schemas/{schema}"}, "examples": examples}
