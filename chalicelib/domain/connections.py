"""Connections: a customer's accounts with carriers, by the customer's own names for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import ConfigDict, Field

from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.messages import Message
from chalicelib.domain.objects import DrayObject, Instant, JsonObject, Metadata
from chalicelib.domain.outbound import fault_of_url

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from chalicelib.domain.pages import Page, PageRequest
    from chalicelib.domain.tenants import Tenant

MOST_CONNECTIONS = 50
"""How many connections an account may have in one mode: all active ones are asked for each rating."""

CARRIER_ID = r"[0-9A-Za-z_.-]{1,100}"
"""A customer's own name for a connection."""

SERVER_URL = "server_url"
"""The field of `config` that sends a connection's calls to another host."""


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
    """A connection as it is stored: the answered fields, and what only Dray needs. The credentials lie sealed.

    Its `capabilities` are empty unless the customer narrowed them.
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    sealed_credentials: bytes = Field(repr=False)
    """The credentials as JSON, encrypted with account, mode and the connection's id as context."""
    version: int = 0
    """Counts the changes: every update is conditional on it."""


class ConnectionTest(DrayObject):
    """What a carrier said when a connection was tried."""

    operation: Literal["test"] = "test"
    """Always `test`."""
    success: bool
    """Whether the carrier accepted the credentials."""
    messages: tuple[Message, ...] = ()
    """The carrier's words."""


class ConnectionRepository(Protocol):
    """The connections' table: one connection a tenant and `carrier_id`, at most `MOST_CONNECTIONS` of them."""

    def add(self, tenant: Tenant, record: ConnectionRecord) -> ConnectionRecord:
        """Store a new connection; return the one with its id that an earlier try has stored, where there is one.

        Raises `Conflict` when its `carrier_id` is taken, or the tenant has `MOST_CONNECTIONS`.
        """

    def get(self, tenant: Tenant, connection_id: str) -> ConnectionRecord:
        """Return it, strongly consistent; raises `NotFound`."""

    def find(self, tenant: Tenant, carrier_id: str) -> ConnectionRecord | None:
        """Return the connection with this name, strongly consistent."""

    def all(self, tenant: Tenant) -> Sequence[ConnectionRecord]:
        """Return all of the tenant's connections, strongly consistent, the oldest first."""

    def page(self, tenant: Tenant, request: PageRequest) -> Page[ConnectionRecord]:
        """Return one page, newest first."""

    def save(self, tenant: Tenant, record: ConnectionRecord) -> ConnectionRecord:
        """Store a change conditional on `record.version`; return it with the version counted up."""

    def remove(self, tenant: Tenant, record: ConnectionRecord) -> None:
        """Delete the connection and free its name; raises `NotFound` when it was removed before."""


@dataclass(frozen=True)
class CarrierKind:
    """What connecting to a carrier depends on."""

    carrier_name: str
    display_name: str
    capabilities: tuple[str, ...]
    has_sandbox: bool
    """Whether test mode has somewhere to go."""


class CarrierKinds(Protocol):
    """The carriers that this stage offers."""

    def names(self) -> Collection[str]:
        """Return their names."""

    def kind(self, carrier_name: str) -> CarrierKind:
        """Return what is known of one; raises `KeyError`."""

    def faults_of_credentials(self, carrier_name: str, credentials: Mapping[str, str | int]) -> Mapping[str, str]:
        """Return by field what the carrier's own schema finds wrong; no sentence repeats a value."""

    def faults_of_config(self, carrier_name: str, config: JsonObject) -> Mapping[str, str]:
        """Return by field what is wrong with the carrier's settings, `server_url` aside."""


def faults_of_place(tenant: Tenant, kind: CarrierKind, config: JsonObject) -> dict[str, str]:
    """Return by path why a carrier cannot be connected in the tenant's mode."""
    if kind.carrier_name == SANDBOX and not tenant.is_test:
        return {"carrier_name": "The sandbox carrier exists in test mode only"}
    if kind.carrier_name == SANDBOX and SERVER_URL in config:
        return {f"config.{SERVER_URL}": "The sandbox carrier is built in: it has no other address"}
    if tenant.is_test and not kind.has_sandbox and SERVER_URL not in config:
        told = f"{kind.display_name} has no sandbox of its own: connect it in live mode, or give config.{SERVER_URL}"
        return {"carrier_name": told}
    return {}


def faults_of_capabilities(kind: CarrierKind, wanted: Sequence[str]) -> dict[str, str]:
    """Return by path which of the wanted capabilities the carrier lacks."""
    told = f"{kind.display_name} can do: {', '.join(kind.capabilities)}"
    return {f"capabilities.{index}": told for index, name in enumerate(wanted) if name not in kind.capabilities}


def faults_of_names(before: ConnectionRecord, carrier_name: str, carrier_id: str) -> dict[str, str]:
    """Return by path which names a change would change: rates and labels go by them."""
    told = "A connection keeps it; connect anew for another one"
    changed = {"carrier_name": carrier_name != before.carrier_name, "carrier_id": carrier_id != before.carrier_id}
    return {name: told for name, is_other in changed.items() if is_other}


@dataclass(frozen=True)
class ServerUrlRules:
    """Where a stage lets connections go by their `config.server_url`."""

    in_live_mode: bool = False
    """Whether live connections may have one at all."""
    private: bool = False
    """Whether it may be this machine or a private network, and plain http."""

    def faults(self, tenant: Tenant, config: JsonObject) -> dict[str, str]:
        """Return by path what is wrong with the address."""
        if SERVER_URL not in config:
            return {}
        url = config[SERVER_URL]
        if not tenant.is_test and not self.in_live_mode:
            told: str | None = "In live mode, this server calls carriers at their own addresses only"
        elif not isinstance(url, str):
            told = "Must be a string"
        else:
            told = fault_of_url(url, private_allowed=self.private)
        return {} if told is None else {f"config.{SERVER_URL}": told[:1].upper() + told[1:]}
