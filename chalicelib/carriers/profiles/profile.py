"""Profiles: what Dray knows of each carrier that is reached through the Karrio SDK; a profile a carrier."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from chalicelib.domain.measures import Weight
    from chalicelib.domain.shipments import LabelType, RefundStatus
    from chalicelib.domain.trackers import TrackerStatus

Capability = Literal["rating", "shipping", "voiding", "tracking", "returns", "multi_parcel", "customs"]
IntegrationStatus = Literal["production-ready", "beta", "in-development"]
LabelSize = Literal["4x6", "A6", "A4", "letter"]

ErrorCode = Literal[
    "authentication_failed",
    "account_refused",
    "rate_limited",
    "carrier_down",
    "invalid_request",
    "invalid_address",
    "invalid_postal_code",
    "invalid_parcel",
    "parcel_too_heavy",
    "parcel_too_large",
    "invalid_customs",
    "invalid_option",
    "service_unavailable",
    "lane_not_served",
    "unknown_shipment",
    "already_voided",
    "not_voidable",
    "already_picked_up",
    "unknown_tracking_number",
    "no_tracking_yet",
    "duplicate_request",
]
"""Dray's words for what carriers say in codes of their own."""


@dataclass(frozen=True)
class LabelFormat:
    """One label that a carrier prints, and what the SDK calls it."""

    label_type: LabelType
    size: LabelSize
    sdk_label_type: str
    dpi: int | None = None
    """Dots an inch, where the carrier lets one choose (ZPL, PNG)."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """What the SDK wants to find in the connection's config for it."""


@dataclass(frozen=True)
class Profile:
    """One carrier: what it can do, in whose words, and what its codes mean."""

    carrier_name: str
    """Ours, in answers and requests."""
    connector: str
    """The SDK's."""
    display_name: str
    integration_status: IntegrationStatus
    capabilities: frozenset[Capability]
    live_urls: tuple[str, ...]
    """What the addresses of all calls in live mode begin with (https)."""
    test_urls: tuple[str, ...]
    """The same in test mode; empty where the carrier has no sandbox of its own."""
    services: Mapping[str, str] = field(default_factory=dict)
    """The carrier's codes of its services, by our names, where the SDK's names mislead; `completed` tells rates by
    them, and `amended` sends the codes."""
    labels: tuple[LabelFormat, ...] = ()
    """The first of a label type is its default."""
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Options of the contract that the carrier honours, by `option` or `option:value`, as options of the SDK; a value
    of `...` stands for the option's own. What is not here is refused before any call."""
    statuses: Mapping[str, TrackerStatus] = field(default_factory=dict)
    """The carrier's own tracking codes (upper case)."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Those of its tracking codes that tell an incident, as the contract's incident reasons."""
    errors: Mapping[str, ErrorCode] = field(default_factory=dict)
    """The carrier's own error codes."""
    tracking_errors: Mapping[str, ErrorCode] = field(default_factory=dict)
    """Those that mean something of their own in an answer about a parcel's journey."""
    refuses_with_2xx: str = "(?!)"
    """Those of its error codes, as a regular expression, by which it refuses a sale in an answer of status 2xx. After
    any other error in such an answer the label may be sold."""
    weight_step: Weight | None = None
    """Parcels are declared in whole steps of this weight, rounded up."""
    most_parcels: int = 1
    """How many parcels one shipment may have. One, where the connector sells each parcel as a shipment of its own and
    `sells_parcels_apart` is not set: what it tells of several has no order, and none of their papers."""
    sells_parcels_apart: bool = False
    """Whether Dray buys each parcel by a call of its own, all or none: labels must be voidable, identifiers without a
    comma, and so few parcels that all are bought within a buying call's 15 seconds."""
    void_days: int | None = None
    """Within how many days of the purchase a label can be voided, where the carrier says so."""
    credentials_from: str = ""
    """Where a customer gets the credentials: a sentence and the carrier's page."""
    notes: tuple[str, ...] = ()
    """What an integrator should know beside, one sentence each: for the docs."""
    account_number_for: frozenset[Capability] = frozenset()
    """For what the carrier wants to know the connection's `account_number`, which the SDK holds for optional."""
    required: tuple[str, ...] = ()
    """What it must know to quote and to sell, which the contract leaves open: fields of the shipment, as in
    `shipper.city`, and of each parcel, as in `parcels.length`."""
    home_only: str = ""
    """What is said of a lane that leaves the account's country, where it serves none; empty where it serves some."""
    account_country_code: str | None = None
    """The country that its accounts ship from, where the credentials' `account_country_code` does not tell."""
    purchase_id_option: str | None = None
    """The option of the SDK by which the purchase id reaches the carrier, as its idempotency key or reference."""
    sold_price: Literal["total", "sum", "untold"] = "total"
    """What of a sold label is its price: the total that the SDK tells, the sum of its charges, or nothing."""
    invoice_category: str = "commercial_invoice"
    """What the paper is that the SDK calls the invoice: the contract's category of a document."""
    refund_status: RefundStatus = "submitted"
    """What becomes of the money when a label was voided."""
    refund_in: Callable[[Sequence[bytes]], RefundStatus | None] | None = None
    """Reads from the raw answers to a void that it was carried out, and what becomes of the money, where the SDK
    overlooks it."""
    sdk_statuses: bool = False
    """Whether the SDK's own status of an event stands for a code that is not in `statuses`."""
    return_operation: Literal["return", "ship"] = "return"
    """How a return label is bought: by the SDK's call for it, or as any label, with the addresses swapped."""
    void_options: Mapping[str, str] = field(default_factory=dict)
    """Options of the SDK's call that voids, and where each comes from: `meta.` and a key of what the SDK told of the
    sold label, or a field of the shipment, as in `shipper.email`, which is the merchant's on returns too."""
    check_number: str = ""
    """A number of the carrier's form that no parcel has: it checks credentials where there is no call for a token."""
    zoned_times: Callable[[bytes], Iterable[datetime]] | None = None
    """Reads the events' instants, each with its offset, from a raw tracking answer, where the carrier tells them in a
    way of its own; RFC 3339 with a numeric offset is found without it."""
    parcel_numbers: Callable[[Sequence[bytes]], Sequence[str]] | None = None
    """Reads the parcels' tracking numbers, in order, from the raw answers to a purchase, where the SDK drops them."""
    customs_currency: str = ""
    """In what the commodities of a declaration must be valued, where the carrier has one place for it: `one` for any
    that is the same for all, or a currency, which holds for the amounts of options too."""
    longest_address_line: int | None = None
    """How many characters a line of an address may have, where the connector or the carrier would cut the rest off."""
    longest_name: int | None = None
    """The same of a person's or company's name."""
    prepared: Callable[[str, dict[str, Any]], dict[str, Any]] | None = None
    """Puts right what the connector would misunderstand: of the operation (`rate`, `ship`, …), the SDK's request."""
    amended: Callable[[str, Any, Mapping[str, Any]], Any] | None = None
    """Puts right what the connector would send: of the operation, that, and the SDK's request as it was prepared."""
    readable: Callable[[str, int, bytes], bytes] | None = None
    """Puts right what the connector would read: of the operation, the answer's status, and its raw body."""
    completed: Callable[[str, Any, Sequence[bytes]], Any] | None = None
    """Adds what the connector would drop: of the operation, the SDK's result, and the raw answers."""

    def when_tracking(self) -> Profile:
        """Return the profile by which answers about a parcel's journey are read."""
        return replace(self, errors={**self.errors, **self.tracking_errors}) if self.tracking_errors else self
