"""Arguments: what a request gives its view, checked; whatever is wrong is told before the view runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from chalicelib.api.bodies import checked, checked_body, parameters, parsed_json, patch_of, without_nulls
from chalicelib.api.links import Links
from chalicelib.api.operations import ROLES
from chalicelib.domain import ids
from chalicelib.domain.errors import Forbidden, InvalidRequest, NotFound, UnsupportedMediaType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalice.app import Request

    from chalicelib.api.operations import Operation

JSON_TYPES = ("application/json", "application/merge-patch+json")

PATH_IDS = {
    "shipment_id": ("shp", "shipment"),
    "tracker_id": ("trk", "tracker"),
    "connection_id": ("con", "connection"),
    "key_id": ("key", "API key"),
}
"""What a path parameter holds: an id's prefix and the noun."""


def admit(operation: Operation, request: Request, path: Mapping[str, str]) -> None:
    """Let a request pass to its view, or to what the view answered under its idempotency key before.

    Raises `Forbidden` for the key's role, `NotFound` for what can't be an id, and `UnsupportedMediaType`.
    """
    caller: Any = request.context.get("caller")  # a Caller, but on public routes
    if operation.access != "public" and caller.role not in ROLES[operation.access]:
        raise Forbidden(f"A key with the role {caller.role!r} may not do this")
    _check_ids(path)
    if operation.body is not None:
        _check_media_type(request)


def arguments(
    operation: Operation, wanted: tuple[str, ...], request: Request, path: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the view wants, by name.

    Raises `InvalidRequest` with all faults of the query or the body.
    """
    failure = _failure(operation.name)
    given: dict[str, Any] = dict(path)
    query = parameters(_multi(request))
    if operation.query is None and query:
        raise InvalidRequest(f"{failure} due to invalid fields", dict.fromkeys(query, "Unknown parameter"))
    if operation.query is not None:
        given["query"] = checked(operation.query, query, failure)
    if operation.body is not None:
        tree = request.context.get("tree")  # parsed already where an idempotency key had to be claimed
        if tree is None:
            tree = parsed_json(cast("bytes", request.raw_body))
        if "patch" in wanted:
            given["patch"] = tree
        meant = (patch_of if "patch" in wanted else without_nulls)(tree)
        given["body"] = checked_body(operation.body, tree, meant, failure)
    given |= {
        "caller": request.context.get("caller"),
        "claim": request.context.get("claim"),
        "links": Links.of(request),
        "deadline": request.context["deadline"],
    }
    return {name: given[name] for name in wanted}


def _check_ids(path: Mapping[str, str]) -> None:
    for name, value in path.items():
        if name in PATH_IDS:
            prefix, noun = PATH_IDS[name]
            if not ids.is_id(prefix, value):
                raise NotFound(f"There is no such {noun}")


def _check_media_type(request: Request) -> None:
    media_type = request.headers.get("content-type", JSON_TYPES[0]).partition(";")[0].strip().lower()
    if request.raw_body and media_type not in JSON_TYPES:
        raise UnsupportedMediaType("The body must be JSON: send it with Content-Type: application/json")


def _multi(request: Request) -> dict[str, list[str]]:
    given = request.query_params
    return {} if given is None else {name: given.getlist(name) for name in given}


_PARTICIPLES = {
    "create": "created",
    "update": "updated",
    "rate": "rated",
    "purchase": "bought",
    "cancel": "cancelled",
    "delete": "deleted",
    "revoke": "revoked",
    "list": "listed",
    "get": "read",
    "compare": "compared",
    "advance": "advanced",
    "test": "tested",
}


def _failure(name: str) -> str:
    """Return what could not be done: of `create_shipment` it is that the shipment could not be created."""
    verb, _, noun = name.partition("_")
    return f"The {noun.replace('_', ' ').replace('api', 'API')} could not be {_PARTICIPLES.get(verb, 'answered')}"
