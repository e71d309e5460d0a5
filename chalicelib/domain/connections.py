"""Connections: a customer's accounts with carriers, by the customer's own names for them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.domain.objects import DrayObject, Instant, JsonObject, Metadata


class CarrierConnection(DrayObject):
    """A connection as it is answered: the credentials go in and never come out."""

    id: str
    """The connection's id."""
    object_type: Literal["carrier-connection"] = "carrier-connection"
    """Always `carrier-connection`."""
    carrier_name: str
    """The carrier."""
    display_name: str
    """The carrier's name for people."""
    carrier_id: str
    """The customer's own name for the connection: unique in account and mode."""
    capabilities: tuple[str, ...] = ()
    """What the connection is used for; what the carrier can do, unless it was narrowed."""
    config: JsonObject = Field(default_factory=dict)
    """The carrier's settings for this account."""
    metadata: Metadata = Field(default_factory=dict)
    """The customer's own key-value pairs."""
    is_system: bool = False
    """Whether it belongs to the operator: always false."""
    active: bool = True
    """Whether it is asked for rates; labels that were bought through it can be voided and followed all the same."""
    test_mode: bool
    """Whether it reaches the carrier's sandbox."""
    created_at: Instant
    """When it was made."""
    updated_at: Instant
    """When it last changed."""


class ConnectionRecord(CarrierConnection):
    """A connection as it is stored: the answered fields, and what only Dray needs. The credentials lie sealed."""

    sealed_credentials: bytes = Field(repr=False)
    """The credentials as JSON, encrypted with the account and the connection's id as context."""
    version: int = 0
    """Counts the changes: every update is conditional on it."""
