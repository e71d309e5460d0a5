"""Options: what a customer asks for beside carrying the parcel."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_serializer

from chalicelib.domain.addresses import AddressFields
from chalicelib.domain.objects import Amount, Day, DrayObject, Flag, WrittenInstant

if TYPE_CHECKING:
    from pydantic_core.core_schema import SerializerFunctionWrapHandler

Note = Annotated[str, Field(max_length=300)]

SandboxScenario = Literal[
    "rate_refused",
    "rate_late",
    "rate_unavailable",
    "purchase_refused",
    "purchase_late",
    "purchase_unavailable",
    "purchase_unconfirmed",
    "price_changed",
    "void_refused",
    "void_late",
    "void_unavailable",
    "void_unconfirmed",
]


class Options(DrayObject):
    """Requested extras; amounts are in `currency`."""

    currency: str | None = None
    """The currency of the amounts among the options: ISO 4217; the origin's where it is left out."""
    declared_value: Amount | None = None
    """What the contents are worth."""
    shipping_charges: Amount | None = None
    """What the customer paid for shipping, for the invoice."""
    sunday_delivery: Flag | None = None
    """Deliver on a Sunday."""
    saturday_delivery: Flag | None = None
    """Deliver on a Saturday."""
    shipment_note: Note | None = None
    """A note of the shipper's."""
    shipper_instructions: Note | None = None
    """What the driver who picks up should know."""
    recipient_instructions: Note | None = None
    """What the driver who delivers should know."""
    sms_notification: Flag | None = None
    """Tell the recipient by text message."""
    email_notification: Flag | None = None
    """Tell the recipient by e-mail."""
    email_notification_to: Annotated[str, Field(max_length=254)] | None = None
    """The e-mail address for notices, when it is not the recipient's."""
    signature_confirmation: Flag | None = None
    """Hand over against a signature."""
    invoice_date: Day | None = None
    """The commercial invoice's date."""
    invoice_number: Annotated[str, Field(max_length=50)] | None = None
    """The commercial invoice's number."""
    insurance: Amount | None = None
    """The amount to insure."""
    insured_by: Annotated[str, Field(max_length=50)] | None = None
    """Who insures."""
    paperless_trade: Flag | None = None
    """Send the customs papers electronically."""
    doc_references: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=20)] | None = None
    """References of documents that the carrier holds already."""
    cash_on_delivery: Amount | None = None
    """The amount to collect from the recipient."""
    locker_id: Annotated[str, Field(max_length=100)] | None = None
    """The locker or parcel shop to deliver to."""
    is_return: Flag | None = None
    """A return; the shipment's own `is_return` decides."""
    dangerous_good: Flag | None = None
    """The parcel holds dangerous goods."""
    hold_at_location: Flag | None = None
    """Keep the parcel at a location of the carrier's."""
    hold_at_location_address: AddressFields | None = None
    """Where to keep it."""
    shipment_date: Day | None = None
    """The day on which the carrier gets the parcel."""
    shipping_date: Annotated[datetime, WrittenInstant] | None = None
    """When the carrier gets the parcel: RFC 3339 with its offset, in which the day is taken."""
    sandbox_scenario: SandboxScenario | None = None
    """The sandbox carrier's own option: how it is to misbehave."""

    @model_serializer(mode="wrap")
    def _only_what_was_asked(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        if not self.model_fields_set:  # most parcels have none
            return {}
        return {name: value for name, value in handler(self).items() if value is not None}

    def asked(self) -> frozenset[str]:
        """Return the names of the options that ask for something: false and empty ones do not."""
        return frozenset(name for name in type(self).model_fields if getattr(self, name))
