"""Wiring: which adapter fills which port. Every member is made, and its imports paid, when it is first asked for."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, TypeVar

from chalicelib.config import Settings, SettingsError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from chalicelib.carriers.gateway.sdk import Sdk
    from chalicelib.carriers.kinds import Kinds
    from chalicelib.carriers.registry import Registry
    from chalicelib.domain.connections import ConnectionRepository
    from chalicelib.domain.ports import Carrier, Encryption, LabelStore, ShipmentRepository, TrackerRepository
    from chalicelib.domain.sandbox_ledger import SandboxLedger
    from chalicelib.services.accounts import Accounts
    from chalicelib.services.api_keys import ApiKeys
    from chalicelib.services.connections import Connections
    from chalicelib.services.idempotency import Idempotency
    from chalicelib.services.journeys import Journeys
    from chalicelib.services.purchases import Purchases
    from chalicelib.services.rate_limits import RateLimits
    from chalicelib.services.rates import Rates
    from chalicelib.services.shipments import Shipments
    from chalicelib.services.signed_links import SignedLinks
    from chalicelib.services.sweeps import Sweeps
    from chalicelib.services.trackers import Trackers
    from chalicelib.storage.capacity import Consumed
    from chalicelib.storage.tables import Table, TableSettings


AnyTable = TypeVar("AnyTable", bound="Table")


class Services:
    """The object graph of one process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @staticmethod
    def clock() -> datetime:
        """Return the instant, in UTC."""
        return datetime.now(UTC)

    def new_id(self, prefix: str) -> str:
        """Return a new id of a noun."""
        from chalicelib.domain.ids import new_id

        return new_id(prefix, self.clock(), os.urandom)

    @staticmethod
    def counting() -> AbstractContextManager[Consumed]:
        """Count the read and write units that a request consumes."""
        from chalicelib.storage.capacity import counting

        return counting()

    @cached_property
    def tables(self) -> TableSettings:
        """Where the tables are."""
        from chalicelib.storage.tables import TableSettings

        return TableSettings(self.settings.table_prefix, self.settings.region, self.settings.dynamodb_endpoint)

    @cached_property
    def api_keys(self) -> ApiKeys:
        """The keys of all accounts."""
        from chalicelib.domain.api_keys import plan_limits
        from chalicelib.services.api_keys import ApiKeys
        from chalicelib.storage.accounts import AccountsTable
        from chalicelib.storage.api_keys import ApiKeysTable, StoredApiKeys
        from chalicelib.storage.rate_limits import RateLimitsTable, StoredBuckets

        return ApiKeys(
            StoredApiKeys(self._bound(ApiKeysTable), self._bound(AccountsTable)),
            StoredBuckets(self._bound(RateLimitsTable)),
            plan_limits(self.settings.self_hosted_limit_per_minute),
            os.urandom,
        )

    @cached_property
    def accounts(self) -> Accounts:
        """The customers."""
        from chalicelib.services.accounts import Accounts
        from chalicelib.storage.accounts import AccountsTable, StoredAccounts

        return Accounts(StoredAccounts(self._bound(AccountsTable)), self.api_keys, os.urandom)

    @cached_property
    def rate_limits(self) -> RateLimits:
        """The limiter of all keys."""
        from chalicelib.services.rate_limits import RateLimits
        from chalicelib.storage.rate_limits import RateLimitsTable, StoredBuckets

        return RateLimits(StoredBuckets(self._bound(RateLimitsTable)))

    @cached_property
    def encryption(self) -> Encryption:
        """Encryption at rest."""
        if self.settings.kms_key_id is not None:
            from chalicelib.cloud.encryption import KmsEncryption

            return KmsEncryption(self.settings.kms_key_id, self.settings.region)
        from pathlib import Path

        from chalicelib.cloud.key_file import KeyFileEncryption

        return KeyFileEncryption(Path(self.settings.key_file or ""))

    @cached_property
    def idempotency(self) -> Idempotency:
        """Idempotency keys."""
        from chalicelib.services.idempotency import Idempotency
        from chalicelib.storage.idempotency import IdempotencyTable, StoredIdempotency

        repository = StoredIdempotency(self._bound(IdempotencyTable))
        return Idempotency(repository, lambda: self.encryption, self.clock, self.new_id)

    @cached_property
    def signed_links(self) -> SignedLinks:
        """Signed links and cursors."""
        from chalicelib.services.signed_links import SignedLinks
        from chalicelib.storage.accounts import AccountsTable, StoredSigningSecret

        return SignedLinks(StoredSigningSecret(self._bound(AccountsTable)), self.encryption, os.urandom)

    @cached_property
    def labels(self) -> LabelStore:
        """Where labels are kept."""
        from functools import partial
        from pathlib import Path

        from chalicelib.storage.objects import FolderLabels, S3Labels, s3_client

        if self.settings.label_bucket is not None:
            return S3Labels(self.settings.label_bucket, partial(s3_client, self.settings.region))
        return FolderLabels(Path(self.settings.label_folder or ""))

    @cached_property
    def shipment_repository(self) -> ShipmentRepository:
        """The shipments' table."""
        from chalicelib.storage.shipments import ShipmentsTable, StoredShipments
        from chalicelib.storage.trackers import TrackersTable

        return StoredShipments(self._bound(ShipmentsTable), self._bound(TrackersTable))

    @cached_property
    def tracker_repository(self) -> TrackerRepository:
        """The trackers' table."""
        from chalicelib.storage.shipments import ShipmentsTable
        from chalicelib.storage.trackers import StoredTrackers, TrackersTable

        return StoredTrackers(self._bound(TrackersTable), self._bound(ShipmentsTable))

    @cached_property
    def connection_repository(self) -> ConnectionRepository:
        """The connections' table."""
        from chalicelib.storage.connections import ConnectionsTable, StoredConnections

        return StoredConnections(self._bound(ConnectionsTable))

    @cached_property
    def kinds(self) -> Kinds:
        """The carriers that this stage offers."""
        from chalicelib.carriers.kinds import Kinds

        try:
            return Kinds(self.settings.carriers)
        except ValueError as error:
            raise SettingsError(f"the setting CARRIERS names {error}") from error

    @cached_property
    def carriers(self) -> Registry:
        """Which adapter speaks for a carrier, and who has connections."""
        from chalicelib.carriers.registry import OwnConnections, Registry
        from chalicelib.carriers.sandbox.carrier import SandboxCarrier
        from chalicelib.carriers.vault import Vault

        own = OwnConnections(
            self.connection_repository,
            Vault(lambda: self.encryption),
            self.kinds,
            self._sdk_carrier,
            may_leave=self.settings.allow_server_url,
        )
        return Registry(SandboxCarrier(self.sandbox_ledger, self.clock, os.urandom), own)

    @cached_property
    def sandbox_ledger(self) -> SandboxLedger:
        """The sandbox carrier's own books."""
        from chalicelib.storage.sandbox_ledger import SandboxLedgerTable, StoredSandboxLedger

        return StoredSandboxLedger(self._bound(SandboxLedgerTable))

    @cached_property
    def connections(self) -> Connections:
        """The customers' own accounts with carriers."""
        from chalicelib.domain.connections import ServerUrlRules
        from chalicelib.services.connections import Connections

        settings = self.settings
        server_urls = ServerUrlRules(in_live_mode=settings.allow_server_url, private=settings.allow_private_addresses)
        return Connections(
            self.connection_repository, self.kinds, self.carriers, lambda: self.encryption, server_urls, self.clock
        )

    @cached_property
    def rates(self) -> Rates:
        """Comparing rates."""
        from chalicelib.services.rates import Rates

        return Rates(self.carriers, self.settings.rate_deadline_seconds)

    @cached_property
    def journeys(self) -> Journeys:
        """What a parcel's tracker means for its shipment."""
        from chalicelib.services.journeys import Journeys

        return Journeys(self.shipment_repository, self.tracker_repository, self.clock)

    @cached_property
    def trackers(self) -> Trackers:
        """Following numbers."""
        from chalicelib.services.trackers import Trackers

        return Trackers(self.tracker_repository, self.carriers, self.journeys, self.clock, self.new_id)

    @cached_property
    def purchases(self) -> Purchases:
        """Buying and voiding labels."""
        from chalicelib.services.purchases import Purchases

        return Purchases(self.shipment_repository, self.carriers, self.labels, self.trackers, self.clock, self.new_id)

    @cached_property
    def sweeps(self) -> Sweeps:
        """Finding purchases and voids that nobody saw the end of."""
        from chalicelib.services.sweeps import Sweeps

        return Sweeps(self.shipment_repository, self.purchases.outcomes, self.clock)

    @cached_property
    def shipments(self) -> Shipments:
        """The customers' shipments."""
        from chalicelib.services.shipments import Shipments

        return Shipments(self.shipment_repository, self.rates, self.purchases, self.labels, self.clock, self.new_id)

    @cached_property
    def _sdk(self) -> Sdk:
        from chalicelib.carriers.gateway.sdk import Sdk

        return Sdk(allow_private_addresses=self.settings.allow_private_addresses)

    def _sdk_carrier(self, carrier_name: str) -> Carrier:
        """Return the adapter of one of the Karrio SDK's carriers."""
        from chalicelib.carriers.catalogue import profile
        from chalicelib.carriers.gateway.piecewise import adapter_of

        return adapter_of(profile(carrier_name), self._sdk, self.clock, os.urandom)

    def _bound(self, table: type[AnyTable]) -> type[AnyTable]:
        from chalicelib.storage.tables import bind

        return bind(table, self.tables)


@cache
def services() -> Services:
    """Return the process's object graph, made from its environment when it is first asked for."""
    return Services(Settings.read())
