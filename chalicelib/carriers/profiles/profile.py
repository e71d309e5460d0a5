"""Profiles: what Dray knows of each carrier that is reached through the Karrio SDK; a profile a carrier."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.domain.measures import Weight
    from chalicelib.domain.shipments import LabelType
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
    weight_step: Weight | None = None
    """Parcels are declared in whole steps of this weight, rounded up."""
    most_parcels: int = 1
    """How many parcels one shipment may have."""
    void_days: int | None = None
    """Within how many days of the purchase a label can be voided, where the carrier says so."""
    credentials_from: str = ""
    """Where a customer gets the credentials: a sentence and the carrier's page."""
    notes: tuple[str, ...] = ()
    """What an integrator should know beside, one sentence each: for the docs."""
