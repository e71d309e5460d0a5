"""Routes of files: what signed links lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.routing import Answer, Routes
from chalicelib.domain.errors import Unavailable
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.domain.tenants import Tenant

MEDIA_TYPES = {"pdf": "application/pdf", "png": "image/png", "zpl": "application/zpl"}
"""By a stored object's suffix."""

BINARY_TYPES = ("application/pdf", "image/png", "application/zpl")
"""What Chalice has to hand on as bytes."""

routes = Routes(__name__, "files")


@routes.operation(
    "GET /v1/files/{token}",
    {200: "application/pdf, image/png, application/zpl", 302: None},
    raises=(Unavailable,),
    access="public",
)
def get_file(token: str) -> Answer:
    """Get the label or paper that a signed link leads to. The link is the permission: it needs no key."""
    tenant, object_key = services().signed_links.file_of(token, services().clock())
    return file_answer(tenant, object_key)


def file_answer(tenant: Tenant, object_key: str) -> Answer:
    """Return the bytes of a stored object or, where it is kept in S3, the way to a short-lived link."""
    if link := services().labels.link(tenant, object_key):
        return Answer(302, headers={"Location": link})
    name = object_key.rpartition("/")[2]
    return Answer(
        200,
        services().labels.get(tenant, object_key),
        MEDIA_TYPES[name.rpartition(".")[2]],
        {"Content-Disposition": f'inline; filename="{name}"'},
    )
