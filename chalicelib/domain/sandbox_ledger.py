"""The sandbox carrier's own books, as its port: what it sold, which numbers it gave out, what it was told to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from chalicelib.domain.objects import DrayObject, Instant
from chalicelib.domain.rates import Rate, RateRequest
from chalicelib.domain.shipments import LabelType
from chalicelib.domain.trackers import TrackerStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.pages import Page, PageRequest
    from chalicelib.domain.tenants import Tenant


class SandboxSale(DrayObject):
    """A label that the sandbox sold, with all that prints it again."""

    purchase_id: str
    """The purchase that it was sold under."""
    carrier_id: str
    """The connection that bought it."""
    sold_at: Instant
    """When it was sold."""
    tracking_numbers: tuple[str, ...]
    """One a parcel, in order."""
    label_type: LabelType
    """The label's format."""
    shipment: RateRequest
    """What is carried; its options hold the scenario that the sandbox plays."""
    rate: Rate
    """At the price that was taken."""
    void_id: str | None = None
    """The void that took it back."""
    voided_at: Instant | None = None
    """When it was taken back."""
    unanswered_void_id: str | None = None
    """The void that was asked for and never answered, where the scenario wants that."""
    version: int = 0
    """Counts the changes: every update is conditional on it."""


class SandboxMove(DrayObject):
    """A status that a parcel was moved to."""

    status: TrackerStatus
    """Where it is since then."""
    at: Instant
    """Since when."""


class SandboxParcel(DrayObject):
    """A tracking number that was given out, or that was moved without having been sold here."""

    tracking_number: str
    """The number."""
    purchase_id: str | None = None
    """The sale that it belongs to; None where it was never sold."""
    moves: tuple[SandboxMove, ...] = ()
    """What `advance` did, oldest first."""
    version: int = 0
    """Counts the changes: every update is conditional on it."""


class NumbersTaken(Exception):
    """Some tracking numbers belong to other parcels already; nothing was entered."""

    def __init__(self, tracking_numbers: Sequence[str]) -> None:
        super().__init__(f"taken already: {', '.join(tracking_numbers)}")
        self.tracking_numbers = tuple(tracking_numbers)


class SandboxLedger(Protocol):
    """The sandbox's table; a lost race raises `Conflict`."""

    def add(self, tenant: Tenant, sale: SandboxSale) -> SandboxSale:
        """Enter a sale and its numbers at once, or return the sale that stands under this purchase id already.

        Raises `NumbersTaken` when numbers belong to other parcels.
        """

    def find(self, tenant: Tenant, purchase_id: str) -> SandboxSale | None:
        """Return the sale of a purchase, if any; strongly consistent."""

    def save(self, tenant: Tenant, sale: SandboxSale) -> SandboxSale:
        """Store a change conditional on `sale.version`; return it with the version counted up."""

    def page(self, tenant: Tenant, request: PageRequest) -> Page[SandboxSale]:
        """Return one page of sales, newest first; of the request only `limit` and `after`, a purchase id, count."""

    def find_parcel(self, tenant: Tenant, tracking_number: str) -> SandboxParcel | None:
        """Return what is written about a number, if anything; strongly consistent."""

    def save_parcel(self, tenant: Tenant, parcel: SandboxParcel) -> SandboxParcel:
        """Store a number that is not in the books yet, else a change conditional on `parcel.version`.

        Returns it with the version counted up.
        """

    def add_unanswered(self, tenant: Tenant, shipment_key: str, purchase_id: str) -> str:
        """Remember the first purchase of a shipment, which gets no answer; return that first purchase's id."""

    def is_unanswered(self, tenant: Tenant, purchase_id: str) -> bool:
        """Return whether a purchase is one that got no answer."""
