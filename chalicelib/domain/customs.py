"""Customs: what crosses a border, who pays the duty, and when nobody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_serializer

from chalicelib.domain.addresses import AddressFields
from chalicelib.domain.customs_territories import customs_needed
from chalicelib.domain.objects import Amount, Day, DrayObject, Flag
from chalicelib.domain.parcels import Commodity, ParcelFields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core.core_schema import SerializerFunctionWrapHandler

PaidBy = Literal["sender", "recipient", "third_party"]
ContentType = Literal["documents", "gift", "sample", "merchandise", "return_merchandise", "other"]
Incoterm = Literal["CFR", "CIF", "CIP", "CPT", "DAP", "DAF", "DDP", "DDU", "DEQ", "DES", "EXW", "FAS", "FCA", "FOB"]
Number = Annotated[str, Field(max_length=50)]


class Duty(DrayObject):
    """Who pays the duty, on what value."""

    paid_by: PaidBy | None = None
    """Who pays."""
    currency: str | None = None
    """The currency of `declared_value`: ISO 4217."""
    declared_value: Amount | None = None
    """The value to pay duty on."""
    account_number: Number | None = None
    """The account with the carrier that pays."""


class Payment(DrayObject):
    """Who pays the carrier."""

    paid_by: PaidBy = "sender"
    """Who pays."""
    currency: str | None = None
    """The currency to be billed in: ISO 4217."""
    account_number: Number | None = None
    """The account with the carrier that pays."""


class CustomsOptions(DrayObject):
    """Registration numbers that a customs office may ask for."""

    aes: Number | None = None
    """The US export filing's number (AES ITN)."""
    ioss: Number | None = None
    """The EU import one-stop shop's number."""
    eel_pfc: Number | None = None
    """The US export exemption or proof of filing."""
    nip_number: Number | None = None
    """The Polish tax number."""
    eori_number: Number | None = None
    """The EU or UK economic operator's number."""
    license_number: Number | None = None
    """An export licence's number."""
    certificate_number: Number | None = None
    """A certificate's number."""
    vat_registration_number: Number | None = None
    """The sender's VAT number."""

    @model_serializer(mode="wrap")
    def _only_what_was_given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}


class CustomsFields(DrayObject):
    """The fields that a customs declaration has in requests and answers alike, but for its commodities."""

    duty: Duty | None = None
    """Who pays the duty."""
    duty_billing_address: AddressFields | None = None
    """Where the duty's bill goes."""
    content_type: ContentType | None = None
    """Why it is sent."""
    content_description: Annotated[str, Field(max_length=250)] | None = None
    """What is sent, in one sentence."""
    incoterm: Incoterm | None = None
    """The terms of delivery."""
    invoice: Number | None = None
    """The invoice's number."""
    invoice_date: Day | None = None
    """The invoice's date."""
    commercial_invoice: Flag | None = None
    """Whether a commercial invoice is wanted."""
    certify: Flag | None = None
    """Whether the signer vouches for what is declared."""
    signer: Number | None = None
    """Who vouches for what is declared."""
    options: CustomsOptions = CustomsOptions()
    """Registration numbers."""


class Customs(CustomsFields):
    """A customs declaration as it is stored and answered."""

    commodities: tuple[Commodity, ...]
    """What crosses the border."""


def needs_customs(shipper: AddressFields, recipient: AddressFields, parcels: Sequence[ParcelFields]) -> bool:
    """Return whether a customs declaration is needed: between customs territories, but for documents alone."""
    if all(parcel.is_document for parcel in parcels):
        return False
    return customs_needed(shipper.country_code, shipper.postal_code, recipient.country_code, recipient.postal_code)
