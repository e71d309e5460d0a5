"""The authorizer: a Lambda of its own that turns a key into the caller, as flat strings that the gateway remembers."""

from __future__ import annotations

from datetime import UTC, datetime

from chalice.app import AuthRequest, AuthResponse, Blueprint

from chalicelib.domain.api_keys import caller_from, context_of
from chalicelib.domain.errors import Unauthorized
from chalicelib.wiring import services

REMEMBERED_S = 60
"""How long API Gateway may answer from its memory; expiry and revocation are exact all the same (see `caller_from`)."""

authorizers = Blueprint(__name__)


@authorizers.authorizer(ttl_seconds=REMEMBERED_S)
def authorize(request: AuthRequest) -> AuthResponse:
    """Allow every route to a valid key and none to another; roles are checked where the routes are known.

    The answer is remembered by key, so it must not depend on the path asked for. What goes wrong is raised (the
    gateway then answers 503), as an answer of ours would be remembered too.
    """
    try:
        caller = services().api_keys.authenticate_header(request.token or "", datetime.now(UTC))
    except Unauthorized:
        return AuthResponse(routes=[], principal_id="nobody")
    return AuthResponse(routes=["*"], principal_id=caller.key_id, context=context_of(caller))


__all__ = ["authorize", "authorizers", "caller_from"]
