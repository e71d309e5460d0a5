"""Trackers as they are sent."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from chalicelib.api.schemas.fields import REQUEST, RequestBody
from chalicelib.api.schemas.patches import patch_of
from chalicelib.domain.carriers import close_carriers, trackable_carriers
from chalicelib.domain.objects import Metadata
from chalicelib.domain.trackers import TrackerStatus, TrackingInfo


def _carrier(value: object) -> object:
    if isinstance(value, str) and value not in trackable_carriers():
        close = close_carriers(value)
        known = f"did you mean {' or '.join(close)}?" if close else "see TrackingCarrier in /v1/openapi.json"
        raise ValueError(f"is not a carrier that can be followed; {known}")
    return value


def _number(value: str) -> str:
    if not re.fullmatch(NUMBER, value):
        raise ValueError("must hold letters and digits; between them spaces and . / _ - may stand")
    return value


NUMBER = "^[ ./_-]*[0-9A-Za-z][0-9A-Za-z ./_-]*$"

CarrierName = Annotated[
    str, BeforeValidator(_carrier), WithJsonSchema({"type": "string", "x-component": "TrackingCarrier"})
]
"""A carrier that can be followed; the list is a component of its own in the OpenAPI document."""


class TrackingInfoData(TrackingInfo):
    """What the customer knows about a parcel."""

    model_config = REQUEST

    def info(self) -> TrackingInfo:
        """Return it as it is stored."""
        return TrackingInfo.model_construct(**{name: getattr(self, name) for name in TrackingInfo.model_fields})


class TrackingData(RequestBody):
    """A number to follow."""

    tracking_number: Annotated[
        str, Field(min_length=1, max_length=100, json_schema_extra={"pattern": NUMBER}), AfterValidator(_number)
    ]
    """The number, with or without white space: letters and digits; `.`, `/`, `_` and `-` may stand between them."""
    carrier_name: CarrierName | None = None
    """The carrier; may be left out when the number tells it."""
    account_number: Annotated[str, Field(max_length=50)] | None = None
    """The account with the carrier, where it asks for one."""
    reference: Annotated[str, Field(max_length=100)] | None = None
    """The customer's own reference."""
    order_id: Annotated[str, Field(max_length=50)] | None = None
    """The customer's own order number."""
    info: TrackingInfoData | None = None
    """What the customer knows about the parcel."""
    metadata: Metadata = Field(default_factory=dict)
    """The customer's own key-value pairs."""


class TrackerChanges(RequestBody):
    """What may change of a tracker."""

    info: TrackingInfoData | None = None
    """What the customer knows about the parcel."""
    metadata: Metadata | None = None
    """The customer's own key-value pairs."""


class TrackerAdvanceData(RequestBody):
    """Where to move a sandbox parcel."""

    status: TrackerStatus
    """The tracker status to reach."""


TrackerUpdateData = patch_of(TrackerChanges, "TrackerUpdateData")
