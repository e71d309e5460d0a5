"""Shipments and rate requests as they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, model_validator

from chalicelib.api.schemas.addresses import AddressData
from chalicelib.api.schemas.customs import CustomsData, PaymentData
from chalicelib.api.schemas.fields import AnyCase, RequestBody, ShortText, raise_faults
from chalicelib.api.schemas.options import OptionsData
from chalicelib.api.schemas.parcels import Parcels
from chalicelib.domain import rates
from chalicelib.domain.customs import Payment
from chalicelib.domain.objects import Flag, Metadata
from chalicelib.domain.options import Options
from chalicelib.domain.rates import RateChoice
from chalicelib.domain.shipments import LabelType, ShipmentFields

if TYPE_CHECKING:
    from collections.abc import Callable

Reference = Annotated[str, Field(max_length=100)]
OrderId = Annotated[str, Field(max_length=50)]
Names = Annotated[tuple[ShortText, ...], Field(max_length=50)]
Label = Annotated[LabelType, AnyCase]


class Lane(RequestBody):
    """What every request for rates holds: from where, to where, what."""

    shipper: AddressData
    """Who sends: the merchant, also for a return."""
    recipient: AddressData
    """Who receives: the merchant's customer, also for a return."""
    return_address: AddressData | None = None
    """Where an undeliverable parcel goes."""
    billing_address: AddressData | None = None
    """Who pays the carrier's bill."""
    parcels: Parcels
    """1 to 50 parcels, in label order."""
    options: OptionsData | None = None
    """Requested extras."""
    payment: PaymentData | None = None
    """Who pays the carrier; the sender where it is left out."""
    customs: CustomsData | None = None
    """The customs declaration; needed between customs territories."""
    reference: Reference | None = None
    """The customer's own reference, printed on the label."""
    is_return: Flag = False
    """Whether the parcel travels from `recipient` back to `shipper`."""
    services: Names | None = None
    """Only these services are rated."""
    carrier_ids: Names | None = None
    """Only these connections are asked."""

    def lane(self, new_id: Callable[[str], str]) -> dict[str, Any]:
        """Return the fields as they are stored, by name."""
        return {
            "shipper": self.shipper.address(new_id),
            "recipient": self.recipient.address(new_id),
            "return_address": None if self.return_address is None else self.return_address.address(new_id),
            "billing_address": None if self.billing_address is None else self.billing_address.address(new_id),
            "parcels": tuple(parcel.parcel(new_id) for parcel in self.parcels),
            "options": Options() if self.options is None else self.options.options(),
            "payment": Payment() if self.payment is None else self.payment.payment(),
            "customs": None if self.customs is None else self.customs.customs(new_id),
            "reference": self.reference,
            "is_return": self.is_return,
            "services": self.services,
            "carrier_ids": self.carrier_ids,
        }


class RateRequest(Lane):
    """A request for rates without storing anything."""

    def request(self, new_id: Callable[[str], str]) -> rates.RateRequest:
        """Return the request as carriers get it."""
        return rates.RateRequest.model_construct(**self.lane(new_id))


class ShipmentData(Lane):
    """A shipment to create; with `service` its label is bought at once."""

    order_id: OrderId | None = None
    """The customer's own order number."""
    label_type: Label = "PDF"
    """The label's format."""
    service: ShortText | None = None
    """Buy this service at once."""
    metadata: Metadata = Field(default_factory=dict)
    """The customer's own key-value pairs."""

    def fields(self, new_id: Callable[[str], str]) -> ShipmentFields:
        """Return the shipment's fields as they are stored."""
        return ShipmentFields.model_construct(
            **self.lane(new_id),
            order_id=self.order_id,
            label_type=self.label_type,
            service=self.service,
            metadata=self.metadata,
        )


class ShipmentRateData(RequestBody):
    """What may change when a shipment is rated again."""

    services: Names | None = None
    """Only these services are rated."""
    carrier_ids: Names | None = None
    """Only these connections are asked."""
    options: OptionsData | None = None
    """Requested extras, in place of the shipment's."""
    reference: Reference | None = None
    """The customer's own reference."""
    metadata: Metadata | None = None
    """The customer's own key-value pairs, in place of the shipment's."""


class ShipmentPurchaseData(RequestBody):
    """Which rate to buy: by its id, by its service, or the cheapest or fastest. A field left out stays as it is."""

    selected_rate_id: ShortText | None = None
    """Buy this rate."""
    service: ShortText | None = None
    """Buy this service's rate."""
    rate: RateChoice | None = None
    """Buy the cheapest or the fastest rate."""
    label_type: Label | None = None
    """The label's format, in place of the shipment's."""
    payment: PaymentData | None = None
    """Who pays the carrier, in place of the shipment's."""
    reference: Reference | None = None
    """The customer's own reference, in place of the shipment's."""
    metadata: Metadata | None = None
    """The customer's own key-value pairs, in place of the shipment's."""
    retry_unconfirmed: Flag | None = None
    """Buy again although it is not known whether the last purchase took place: it may be a second label."""

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if self.selected_rate_id is not None and self.rate is not None:
            raise_faults("ShipmentPurchaseData", {"rate": "Give selected_rate_id or rate, not both"})
        return self
