"""Lists: their query parameters and their envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, Field, model_validator

from chalicelib.api.schemas.fields import GivenInstant, RequestBody, ShortText, raise_faults
from chalicelib.domain.connections import CarrierConnection
from chalicelib.domain.objects import Url
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.shipments import Shipment, ShipmentStatus
from chalicelib.domain.trackers import TrackerStatus, TrackingStatus

if TYPE_CHECKING:
    from datetime import datetime

Result = TypeVar("Result", bound=BaseModel)


class ListQuery(RequestBody):
    """What every list takes."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    """How many objects a page holds."""
    cursor: Annotated[str, Field(max_length=1000)] | None = None
    """Where the page begins: `next_cursor` of the page before."""

    def filters(self) -> dict[str, Any]:
        """Return what narrows the list, by name: a cursor belongs to them."""
        return self.model_dump(exclude={"limit", "cursor"}, exclude_none=True, mode="json")


class TimedQuery(ListQuery):
    """What lists of things that were made at a time take."""

    created_after: GivenInstant | None = None
    """Only what was made after this instant."""
    created_before: GivenInstant | None = None
    """Only what was made before this instant."""


class ShipmentQuery(TimedQuery):
    """How the list of shipments is narrowed."""

    status: ShipmentStatus | None = None
    """Only those that show this status."""
    carrier_name: ShortText | None = None
    """Only those of this carrier."""
    service: ShortText | None = None
    """Only those of this service."""
    reference: ShortText | None = None
    """Only those with this reference."""
    order_id: ShortText | None = None
    """Only those of this order."""
    tracking_number: ShortText | None = None
    """Only the one that one of its parcels' numbers finds."""
    metadata_key: Annotated[str, Field(max_length=40)] | None = None
    """Only those with this metadata key, together with `metadata_value`."""
    metadata_value: Annotated[str, Field(max_length=500)] | None = None
    """The text that the metadata key's value must be."""

    @model_validator(mode="after")
    def _key_and_value_go_together(self) -> Self:
        if (self.metadata_key is None) != (self.metadata_value is None):
            missing = "metadata_key" if self.metadata_key is None else "metadata_value"
            raise_faults("ShipmentQuery", {missing: "Give metadata_key and metadata_value together"})
        return self

    def page_request(self, after: str | None, now: datetime) -> PageRequest:
        """Return the page that is asked for."""
        both = None
        if self.metadata_key is not None and self.metadata_value is not None:
            both = self.metadata_key, self.metadata_value
        names = ("status", "carrier_name", "service", "reference", "order_id", "tracking_number")
        return PageRequest(
            limit=self.limit,
            after=after,
            created_after=self.created_after,
            created_before=self.created_before,
            equals=_given(self, names),
            metadata=both,
            now=now,
        )


class TrackerQuery(TimedQuery):
    """How the list of trackers is narrowed."""

    status: TrackerStatus | None = None
    """Only those with this status."""
    carrier_name: ShortText | None = None
    """Only those of this carrier."""
    reference: ShortText | None = None
    """Only those with this reference."""
    tracking_number: ShortText | None = None
    """Only the one that follows this number."""

    def page_request(self, after: str | None, now: datetime) -> PageRequest:
        """Return the page that is asked for."""
        return PageRequest(
            limit=self.limit,
            after=after,
            created_after=self.created_after,
            created_before=self.created_before,
            equals=_given(self, ("status", "carrier_name", "reference", "tracking_number")),
            now=now,
        )


class ConnectionQuery(ListQuery):
    """How the list of connections is narrowed."""

    carrier_name: ShortText | None = None
    """Only those to this carrier."""
    active: bool | None = None
    """Only those that are asked for rates, or only the others."""

    def filters(self) -> dict[str, Any]:
        """Return what narrows the list, by name: a cursor belongs to them."""
        spelled = {} if self.active is None else {"active": "true" if self.active else "false"}
        return super().filters() | spelled

    def page_request(self, after: str | None) -> PageRequest:
        """Return the page that is asked for."""
        return PageRequest(limit=self.limit, after=after, equals=self.filters())


class ObjectList(BaseModel, Generic[Result]):
    """One page of a list, newest first."""

    count: int | None
    """How many there are, when the first page holds everything; null otherwise."""
    next: Url | None
    """The address of the next page; null at the end of the list."""
    next_cursor: str | None
    """The cursor of the next page; null at the end of the list."""
    previous: Url | None = None
    """Always null: lists are walked forward."""
    results: tuple[Result, ...]
    """The page's objects."""


class ShipmentList(ObjectList[Shipment]):
    """One page of shipments, newest first. A filtered page may be short or empty while `next` is not null."""


class TrackerList(ObjectList[TrackingStatus]):
    """One page of trackers, newest first. A filtered page may be short or empty while `next` is not null."""


class CarrierConnectionList(ObjectList[CarrierConnection]):
    """One page of connections, newest first. A filtered page may be short or empty while `next` is not null."""


def _given(query: ListQuery, names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name in names if (value := getattr(query, name)) is not None}
