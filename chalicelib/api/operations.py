"""Operations: what is known of each route; the wrapper round every view and the OpenAPI document are made from it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from chalicelib.domain.errors import DrayError

Access = Literal["public", "read_only", "standard", "admin"]
"""Who may call: everybody, any key, any key but a read-only one, only an admin's key."""

ROLES: dict[Access, frozenset[str]] = {
    "read_only": frozenset({"read_only", "standard", "admin"}),
    "standard": frozenset({"standard", "admin"}),
    "admin": frozenset({"admin"}),
}


@dataclass(frozen=True)
class Answer:
    """What a view answers: a status, and an object, bytes or a place to go."""

    status: int
    body: BaseModel | bytes | str | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One route, as the OpenAPI document tells it."""

    method: str
    path: str
    view: Callable[..., Answer]
    tag: str
    answers: dict[int, type[BaseModel] | str | None]
    """By status: the answer's model, a media type for other content, or nothing."""
    raises: tuple[type[DrayError], ...] = ()
    """Errors beyond those that every operation of its kind can answer."""
    access: Access = "read_only"
    makes: str = "idm"
    """The prefix of the id of what a POST makes: its idempotency key's record names it before any work starts."""
    shows_secret: bool = False
    """Whether the answer shows a secret: an idempotency key remembers it encrypted."""

    @property
    def name(self) -> str:
        """The operation's id: verb_noun."""
        return self.view.__name__

    @property
    def path_names(self) -> tuple[str, ...]:
        """The names of the path's parameters."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def body(self) -> type[BaseModel] | None:
        """The request body's model."""
        return self._model("body")

    @property
    def query(self) -> type[BaseModel] | None:
        """The model of the query's parameters."""
        return self._model("query")

    def _model(self, parameter: str) -> type[BaseModel] | None:
        name = self.view.__annotations__.get(parameter)  # a string: the modules of routes postpone annotations
        return None if name is None else self.view.__globals__[name]


OPERATIONS: list[Operation] = []
"""Every operation, in the order in which the modules of routes are imported."""


class More(TypedDict, total=False):
    """What an operation may say beside its route and answers: fields of `Operation`."""

    raises: tuple[type[DrayError], ...]
    access: Access
    makes: str
    shows_secret: bool
