"""Routes about the API itself: is it alive, what can it do."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from chalicelib.api.routing import Answer, Routes

routes = Routes(__name__, "about")


class Health(BaseModel):
    """The API is alive."""

    status: Literal["ok"] = "ok"
    """Always `ok`: what cannot answer says nothing."""


@routes.operation("GET /v1/health", {200: Health}, access="public")
def get_health() -> Answer:
    """Tell that the API is alive; it asks neither the database nor a carrier."""
    return Answer(200, Health())
