"""Options: what a customer asks for beside carrying the parcel."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_serializer

from chalicelib.domain.addresses import AddressFields
from chalicelib.domain.objects import Amount, Day, DrayObject, Flag, MetadataValue, WholeNumber, WrittenInstant

if TYPE_CHECKING:
    from pydantic_core.core_schema import SerializerFunctionWrapHandler

MOST_OPTIONS = 50
"""How many options a shipment, or a parcel, may ask for."""

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

SignatureKind = Literal["none", "signature", "adult", "direct"]
"""Against whose signature a parcel is handed over: nobody's, anybody's, an adult's, or one at the very address."""

HazardClass = Literal[
    "1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2", "2.1", "2.2", "2.3", "3", "4", "4.1", "4.2", "4.3", "5", "5.1",
    "5.2", "6", "6.1", "6.2", "7", "8", "9",
]  # fmt: skip
"""A class or division of dangerous goods: UN Model Regulations, section 2.0.1.1."""

LithiumKind = Literal[
    "ion_alone",
    "ion_with_equipment",
    "ion_in_equipment",
    "metal_alone",
    "metal_with_equipment",
    "metal_in_equipment",
]
"""Lithium ion or metal batteries: alone (UN 3480, UN 3090), packed with or contained in equipment (UN 3481, UN 3091).
UN Model Regulations, chapter 3.2."""

LITHIUM_CLASS: HazardClass = "9"
"""The class of all lithium batteries: UN Model Regulations, section 2.9.2."""

LabelSize = Literal["4x6", "A6", "A4", "letter"]
"""The paper of a label: 4 by 6 inches, ISO 216's A6 and A4, or US letter."""

LabelDpi = Literal[203, 300, 600]
"""Dots an inch of common label printers."""


class DangerousGood(DrayObject):
    """What kind of dangerous goods a parcel holds."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    hazard_class: Annotated[HazardClass, Field(alias="class")]
    """The class or division of the UN Model Regulations."""
    lithium: LithiumKind | None = None
    """Which lithium batteries, which are of class 9: ion (UN 3480, UN 3481) or metal (UN 3090, UN 3091)."""


class Options(DrayObject):
    """Requested extras; amounts are in `currency`. Other names are options that a carrier publishes."""

    model_config = ConfigDict(extra="allow")

    __pydantic_extra__: dict[str, MetadataValue]

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
    signature_confirmation: Flag | SignatureKind | None = None
    """Hand over against a signature: true or `signature`, an `adult`'s, a `direct` one (at that address), or `none`."""
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
    dangerous_good: Flag | DangerousGood | None = None
    """The parcel holds dangerous goods: true, or of which kind."""
    hold_at_location: Flag | None = None
    """Keep the parcel at a location of the carrier's."""
    hold_at_location_address: AddressFields | None = None
    """Where to keep it."""
    shipment_date: Day | None = None
    """The day on which the carrier gets the parcel."""
    shipping_date: Annotated[datetime, WrittenInstant] | None = None
    """When the carrier gets the parcel: RFC 3339 with its offset, in which the day is taken."""
    label_size: LabelSize | None = None
    """The label's paper; the carrier's usual one where it is left out."""
    label_dpi: Annotated[LabelDpi, WholeNumber] | None = None
    """The dots an inch of the printer, for labels in its own dots."""
    sandbox_scenario: SandboxScenario | None = None
    """The sandbox carrier's own option: how it is to misbehave."""

    @model_serializer(mode="wrap")
    def _only_what_was_asked(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        if not self.model_fields_set and not self.__pydantic_extra__:  # most parcels have none
            return {}
        return {name: value for name, value in handler(self).items() if value is not None}

    def carrier_options(self) -> dict[str, MetadataValue]:
        """Return the options that are carriers' own, by name: texts, booleans, and numbers as Decimal."""
        return dict(self.__pydantic_extra__ or {})

    def signature(self) -> SignatureKind:
        """Return against whose signature the parcel is handed over."""
        asked = self.signature_confirmation
        if isinstance(asked, bool):
            return "signature" if asked else "none"
        return asked or "none"

    def asked(self) -> frozenset[str]:
        """Return the names of the options that ask for something: false, empty and zero ones do not."""
        typed = {name for name in type(self).model_fields if getattr(self, name)}
        if self.signature() == "none":
            typed.discard("signature_confirmation")
        return frozenset(typed | {name for name, value in self.carrier_options().items() if value})
