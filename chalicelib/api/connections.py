"""Routes of connections."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.api.lists import after, list_answer
from chalicelib.api.routing import Answer, Routes
from chalicelib.api.schemas.connections import CarrierConnectionData, PatchedCarrierConnectionData, changed
from chalicelib.api.schemas.lists import CarrierConnectionList, ConnectionQuery
from chalicelib.domain.connections import CarrierConnection, ConnectionTest
from chalicelib.domain.errors import CarrierTimeout, CarrierUnavailable, Conflict
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.api.links import Links
    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.idempotency import Claim
    from chalicelib.domain.tenants import Caller

PATH = "/v1/connections"

routes = Routes(__name__, "connections")


@routes.operation(f"GET {PATH}", {200: CarrierConnectionList})
def list_connections(caller: Caller, query: ConnectionQuery, links: Links) -> Answer:
    """List connections, newest first. The built-in sandbox is none of them."""
    request = query.page_request(after(caller.tenant, PATH, query, services().clock()))
    page = services().connections.list(caller.tenant, request)
    return Answer(200, list_answer(CarrierConnectionList, page, page.results, (caller.tenant, PATH, query, links)))


@routes.operation(f"POST {PATH}", {201: CarrierConnection}, raises=(Conflict,), access="admin", makes="con")
def create_connection(caller: Caller, body: CarrierConnectionData, claim: Claim, links: Links) -> Answer:
    """Connect an account with a carrier. Its credentials are encrypted and never shown again.

    The carrier is not called: try the connection by `POST /v1/connections/{id}/test`.
    """
    made = services().connections.create(caller.tenant, claim.object_id, body.wish(body.credentials))
    return Answer(201, made, headers={"Location": links.to(f"{PATH}/{made.id}")})


@routes.operation(f"GET {PATH}/{{connection_id}}", {200: CarrierConnection})
def get_connection(caller: Caller, connection_id: str) -> Answer:
    """Get one connection, without its credentials."""
    return Answer(200, services().connections.get(caller.tenant, connection_id))


@routes.operation(f"PATCH {PATH}/{{connection_id}}", {200: CarrierConnection}, raises=(Conflict,), access="admin")
def update_connection(
    caller: Caller,
    connection_id: str,
    body: PatchedCarrierConnectionData,  # type: ignore[valid-type]  # noqa: ARG001 - checked by the wrapper; the patch is applied
    patch: dict[str, Any],
) -> Answer:
    """Change a connection by JSON merge patch (RFC 7396); it counts from the next call to the carrier on.

    `config` and `metadata` merge key by key; `credentials` replace the whole set, and null in them means left out.
    """
    return Answer(200, services().connections.update(caller.tenant, connection_id, partial(changed, patch=patch)))


@routes.operation(f"DELETE {PATH}/{{connection_id}}", {200: CarrierConnection}, access="admin")
def delete_connection(caller: Caller, connection_id: str) -> Answer:
    """Delete a connection and its credentials, and return it as it was.

    Labels that were bought through it can be voided and followed again once there is a connection of its `carrier_id`.
    """
    return Answer(200, services().connections.delete(caller.tenant, connection_id))


@routes.operation(
    f"POST {PATH}/{{connection_id}}/test",
    {200: ConnectionTest},
    raises=(Conflict, CarrierUnavailable, CarrierTimeout),
    access="standard",
)
def test_connection(caller: Caller, connection_id: str, deadline: Deadline) -> Answer:
    """Try a connection by a harmless call to its carrier, which buys nothing.

    A carrier that refuses the credentials is `success: false` with its words; one that fails or is late is an error.
    """
    return Answer(200, services().connections.test(caller.tenant, connection_id, deadline))
