"""Errors as they are answered: the contract's envelope, and the problem document of RFC 9457."""

from __future__ import annotations

from pydantic import BaseModel, Field

from chalicelib.domain.messages import Message


class Fault(BaseModel):
    """What both spellings of an error tell."""

    code: str
    """What went wrong, for programs; each operation lists its codes by status."""
    details: dict[str, str]
    """What is wrong where: by the field's path (`parcels.0.weight`), all faults of a request at once."""
    messages: tuple[Message, ...] = Field(default=(), exclude_if=lambda value: not value)
    """The carriers' own words, where carriers spoke."""
    shipment_id: str | None = Field(default=None, exclude_if=lambda value: value is None)
    """The shipment that was stored before this went wrong: go on with that one instead of creating a second."""


class Error(Fault):
    """What went wrong."""

    message: str
    """What went wrong, for people."""


class ErrorEnvelope(BaseModel):
    """Every answer that is neither a success nor a redirect."""

    error: Error
    """What went wrong."""


class Problem(Fault):
    """The same error as RFC 9457 spells it, for requests that accept `application/problem+json`."""

    type: str
    """Always `about:blank`: `code` says more."""
    title: str
    """The status in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What went wrong, for people."""
    instance: str
    """The request's id: `urn:request:…`."""
