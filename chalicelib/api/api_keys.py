"""Routes of API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.lists import after, list_answer
from chalicelib.api.routing import Answer, Routes
from chalicelib.api.schemas.api_keys import ApiKey, ApiKeyData, ApiKeyList, NewApiKey
from chalicelib.api.schemas.lists import ListQuery
from chalicelib.domain.errors import Conflict
from chalicelib.domain.ids import KeyId
from chalicelib.domain.pages import PageRequest
from chalicelib.services.api_keys import KeyWish
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.api.links import Links
    from chalicelib.domain.idempotency import Claim
    from chalicelib.domain.tenants import Caller

PATH = "/v1/api_keys"

routes = Routes(__name__, "api_keys")


@routes.operation(f"GET {PATH}", {200: ApiKeyList}, access="admin")
def list_api_keys(caller: Caller, query: ListQuery, links: Links) -> Answer:
    """List the account's keys of the caller's mode, newest first, revoked ones too."""
    start = after(caller.tenant, PATH, query, services().clock())
    page = services().api_keys.list(caller.tenant, PageRequest(limit=query.limit, after=start))
    results = (ApiKey.of(key) for key in page.results)
    return Answer(200, list_answer(ApiKeyList, page, results, (caller.tenant, PATH, query, links)))


@routes.operation(f"POST {PATH}", {201: NewApiKey}, raises=(Conflict,), access="admin", makes="key", shows_secret=True)
def create_api_key(caller: Caller, body: ApiKeyData, claim: Claim, links: Links) -> Answer:
    """Make a key with the caller's mode and plan. It is shown this once."""
    wish = KeyWish(role=body.role, name=body.name, expires_at=body.expires_at)
    new = services().api_keys.create(caller, wish, services().clock(), KeyId(claim.object_id))
    location = {"Location": links.to(f"{PATH}/{new.key.id}")}
    return Answer(201, NewApiKey.made(new.key, new.token), headers=location)


@routes.operation(f"DELETE {PATH}/{{key_id}}", {200: ApiKey}, access="admin")
def revoke_api_key(caller: Caller, key_id: str) -> Answer:
    """Revoke a key: it opens nothing from now on. Twice answers the same."""
    return Answer(200, ApiKey.of(services().api_keys.revoke(caller.tenant, KeyId(key_id), services().clock())))
