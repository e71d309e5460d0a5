"""Connections: the customer's own accounts with carriers, kept so that nobody reads their credentials again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.domain.carriers import SANDBOX, close_names
from chalicelib.domain.connections import (
    SERVER_URL,
    CarrierKind,
    ConnectionRecord,
    ConnectionTest,
    faults_of_capabilities,
    faults_of_names,
    faults_of_place,
)
from chalicelib.domain.credentials import MOST_BYTES, Credentials, as_plaintext, encryption_context
from chalicelib.domain.errors import CarrierRejected, Conflict, InvalidRequest
from chalicelib.domain.ids import made_at
from chalicelib.domain.messages import Message
from chalicelib.domain.pages import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.domain.connections import CarrierKinds, ConnectionRepository, ServerUrlRules
    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.objects import JsonObject
    from chalicelib.domain.pages import PageRequest
    from chalicelib.domain.ports import Carriers, Encryption
    from chalicelib.domain.tenants import Tenant

CHECK_S = 15.0
"""How long a carrier may take to say whether it accepts credentials."""


@dataclass(frozen=True)
class ConnectionWish:
    """A connection as its customer wants it."""

    carrier_name: str
    carrier_id: str
    credentials: Credentials | None
    """None, in a change: those that are stored stay."""
    capabilities: tuple[str, ...] = ()
    """What it is narrowed to; empty for all that the carrier can do."""
    config: JsonObject = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    active: bool = True


@dataclass(frozen=True)
class Connections:
    """Keeps connections and tries them."""

    repository: ConnectionRepository
    kinds: CarrierKinds
    carriers: Carriers
    encryption: Callable[[], Encryption]
    server_urls: ServerUrlRules
    clock: Callable[[], datetime]

    def create(self, tenant: Tenant, connection_id: str, wish: ConnectionWish) -> ConnectionRecord:
        """Store a new connection and return it; the one that an earlier try stored under this id stays as it is.

        Raises `InvalidRequest`, and `Conflict` when the name is taken or the account has its most connections.
        """
        kind = self._kind(wish)
        _refuse(self._faults(tenant, kind, wish, None), "created")
        record = ConnectionRecord(
            id=connection_id,
            carrier_name=kind.carrier_name,
            display_name=kind.display_name,
            carrier_id=wish.carrier_id,
            capabilities=wish.capabilities,
            config=wish.config,
            metadata=dict(wish.metadata),
            active=wish.active,
            test_mode=tenant.is_test,
            created_at=made_at(connection_id),  # lists go by the id
            updated_at=self.clock(),
            sealed_credentials=self._sealed(tenant, connection_id, wish.credentials),
        )
        return self._shown(self.repository.add(tenant, record))

    def get(self, tenant: Tenant, connection_id: str) -> ConnectionRecord:
        """Return the connection; raises `NotFound`."""
        return self._shown(self.repository.get(tenant, connection_id))

    def list(self, tenant: Tenant, request: PageRequest) -> Page[ConnectionRecord]:
        """Return one page, newest first."""
        page = self.repository.page(tenant, request)
        return Page(tuple(map(self._shown, page.results)), page.after)

    def update(
        self, tenant: Tenant, connection_id: str, change: Callable[[ConnectionRecord], ConnectionWish]
    ) -> ConnectionRecord:
        """Store what `change` wants of the connection and return it; what it leaves as it was is not judged anew.

        Raises `NotFound`, `InvalidRequest`, and `Conflict` when somebody else was faster.
        """
        before = self.repository.get(tenant, connection_id)
        wish = change(before)
        _refuse(faults_of_names(before, wish.carrier_name, wish.carrier_id), "updated")
        _refuse(self._faults(tenant, self._kind(wish), wish, before), "updated")
        changes: dict[str, Any] = {
            "capabilities": wish.capabilities,
            "config": wish.config,
            "metadata": dict(wish.metadata),
            "active": wish.active,
            "updated_at": self.clock(),
        }
        if wish.credentials is not None:
            changes["sealed_credentials"] = self._sealed(tenant, connection_id, wish.credentials)
        return self._shown(self.repository.save(tenant, before.model_copy(update=changes)))

    def delete(self, tenant: Tenant, connection_id: str) -> ConnectionRecord:
        """Delete the connection, its credentials with it, and return it as it was; raises `NotFound`."""
        record = self.repository.get(tenant, connection_id)
        self.repository.remove(tenant, record)
        return self._shown(record)

    def test(self, tenant: Tenant, connection_id: str, deadline: Deadline) -> ConnectionTest:
        """Return what the carrier says to a harmless call: its refusal is an answer.

        Raises `NotFound`, `Conflict` for a carrier that is no longer offered, and `CarrierUnavailable` or
        `CarrierTimeout` when the carrier said nothing.
        """
        record = self.repository.get(tenant, connection_id)
        if record.carrier_name not in self.kinds.names():
            raise Conflict(f"This server does not offer {record.carrier_name} any more")
        connection = self.carriers.connection(tenant, record.carrier_name, record.carrier_id)
        carrier = self.carriers.adapter(record.carrier_name)
        try:
            said = carrier.check(connection, deadline.at_most(CHECK_S))
        except CarrierRejected as refusal:
            return ConnectionTest(success=False, messages=tuple(refusal.messages) or (_words(record, refusal),))
        return ConnectionTest(success=True, messages=tuple(said))

    def _kind(self, wish: ConnectionWish) -> CarrierKind:
        """Return what is known of the carrier; raises `InvalidRequest` when there is none of this name."""
        try:
            return self.kinds.kind(wish.carrier_name)
        except KeyError:
            close = close_names(wish.carrier_name, self.kinds.names())
            likely = f"did you mean {' or '.join(close)}?" if close else "see GET /v1/carriers"
            told = f"Is not a carrier that can be connected here; {likely}"
            raise _invalid({"carrier_name": told}, "stored") from None

    def _faults(
        self, tenant: Tenant, kind: CarrierKind, wish: ConnectionWish, before: ConnectionRecord | None
    ) -> dict[str, str]:
        """Return by path what is wrong with what is new in the wish."""
        faults = {}
        if before is None and wish.carrier_id.lower() == SANDBOX:
            faults["carrier_id"] = "Is the built-in sandbox's own; choose another name"
        if before is None or wish.config != before.config:
            faults |= faults_of_place(tenant, kind, wish.config) | self.server_urls.faults(tenant, wish.config)
            settings = {name: value for name, value in wish.config.items() if name != SERVER_URL}
            faults |= _below("config", self.kinds.faults_of_config(kind.carrier_name, settings))
        if before is None or wish.capabilities != before.capabilities:
            faults |= faults_of_capabilities(kind, wish.capabilities)
        if wish.credentials is not None:
            fields = wish.credentials.reveal()
            faults |= _below("credentials", self.kinds.faults_of_credentials(kind.carrier_name, fields))
            if len(as_plaintext(wish.credentials)) > MOST_BYTES:
                faults["credentials"] = f"Must have at most {MOST_BYTES} bytes as JSON"
        elif before is not None and _leads_elsewhere(wish.config, before.config):
            faults["credentials"] = f"Send them anew with config.{SERVER_URL}: those stored go to no other address"
        return faults

    def _sealed(self, tenant: Tenant, connection_id: str, credentials: Credentials | None) -> bytes:
        plaintext = as_plaintext(credentials or Credentials(dict))
        return self.encryption().encrypt(plaintext, encryption_context(tenant, connection_id))

    def _shown(self, record: ConnectionRecord) -> ConnectionRecord:
        """Return the connection with all capabilities of its carrier, unless they were narrowed."""
        if record.capabilities or record.carrier_name not in self.kinds.names():
            return record
        return record.model_copy(update={"capabilities": self.kinds.kind(record.carrier_name).capabilities})


def _leads_elsewhere(config: JsonObject, before: JsonObject) -> bool:
    """Return whether the calls would go to another address of the customer's choice."""
    return SERVER_URL in config and config[SERVER_URL] != before.get(SERVER_URL)


def _below(path: str, faults: Mapping[str, str]) -> dict[str, str]:
    return {f"{path}.{name}": told for name, told in faults.items()}


def _words(record: ConnectionRecord, refusal: CarrierRejected) -> Message:
    return Message(
        message=refusal.message, code=refusal.code, carrier_name=record.carrier_name, carrier_id=record.carrier_id
    )


def _refuse(faults: Mapping[str, str], done: str) -> None:
    if faults:
        raise _invalid(faults, done)


def _invalid(faults: Mapping[str, str], done: str) -> InvalidRequest:
    return InvalidRequest(f"The connection could not be {done} due to invalid fields", faults)
