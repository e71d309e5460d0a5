"""Lists: a page as it is answered, with the way to the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlencode

from chalicelib.wiring import services

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.api.links import Links
    from chalicelib.api.schemas.lists import ListQuery, ObjectList
    from chalicelib.domain.pages import Page
    from chalicelib.domain.tenants import Tenant

AnyList = TypeVar("AnyList", bound="ObjectList[Any]")


def after(tenant: Tenant, path: str, query: ListQuery, now: datetime) -> str | None:
    """Return after which object the page begins; raises `InvalidRequest` for a cursor of another list."""
    if query.cursor is None:
        return None
    return services().signed_links.after(tenant, _filters(path, query), query.cursor, now)


def list_answer(
    model: type[AnyList], page: Page[Any], results: Iterable[Any], way: tuple[Tenant, str, ListQuery, Links]
) -> AnyList:
    """Return the list's envelope; `way` is whose list, at which path, asked for how, under which links."""
    tenant, path, query, links = way
    shown = tuple(results)
    cursor = next_page = None
    if page.after is not None:
        filters = _filters(path, query)
        cursor = services().signed_links.cursor(tenant, filters, page.after)
        asked = {**query.filters(), "limit": str(query.limit), "cursor": cursor}
        next_page = links.to(f"{path}?{urlencode(asked)}")
    count = len(shown) if page.after is None and query.cursor is None else None
    answer = model.model_construct(count=count, next=next_page, next_cursor=cursor, previous=None, results=shown)
    return cast("AnyList", answer)


def _filters(path: str, query: ListQuery) -> dict[str, str]:
    return {"list": path, **query.filters()}
