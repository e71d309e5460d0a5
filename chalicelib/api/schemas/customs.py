"""Customs declarations and payments as they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from chalicelib.api.schemas.addresses import AddressData
from chalicelib.api.schemas.fields import REQUEST, AnyCase, CurrencyCode
from chalicelib.api.schemas.parcels import MOST_COMMODITIES, CommodityData
from chalicelib.domain.addresses import AddressFields
from chalicelib.domain.customs import Customs, CustomsFields, CustomsOptions, Duty, Incoterm, PaidBy, Payment

if TYPE_CHECKING:
    from collections.abc import Callable


class DutyData(Duty):
    """Who pays the duty, on what value, as it is sent."""

    model_config = REQUEST

    currency: CurrencyCode | None = None
    """The currency of `declared_value`: ISO 4217."""


class PaymentData(Payment):
    """Who pays the carrier, as it is sent."""

    model_config = REQUEST

    paid_by: PaidBy = "sender"
    """Who pays."""
    currency: CurrencyCode | None = None
    """The currency to be billed in: ISO 4217."""

    def payment(self) -> Payment:
        """Return the payment as it is stored."""
        return Payment.model_construct(**{name: getattr(self, name) for name in Payment.model_fields})


class CustomsOptionsData(CustomsOptions):
    """Registration numbers as they are sent."""

    model_config = REQUEST


class CustomsData(CustomsFields):
    """A customs declaration as it is sent."""

    model_config = REQUEST

    commodities: Annotated[tuple[CommodityData, ...], Field(min_length=1, max_length=MOST_COMMODITIES)]
    """What crosses the border."""
    duty: DutyData | None = None
    """Who pays the duty."""
    duty_billing_address: AddressData | None = None
    """Where the duty's bill goes."""
    incoterm: Annotated[Incoterm, AnyCase] | None = None
    """The terms of delivery."""
    options: CustomsOptionsData = CustomsOptionsData()
    """Registration numbers."""

    def customs(self, new_id: Callable[[str], str]) -> Customs:
        """Return the declaration as it is stored."""
        fields = {name: getattr(self, name) for name in CustomsFields.model_fields}
        if self.duty is not None:
            fields["duty"] = Duty.model_construct(**{name: getattr(self.duty, name) for name in Duty.model_fields})
        if self.duty_billing_address is not None:
            bill_to = self.duty_billing_address
            fields["duty_billing_address"] = AddressFields.model_construct(
                **{name: getattr(bill_to, name) for name in AddressFields.model_fields}
            )
        numbers = {name: getattr(self.options, name) for name in CustomsOptions.model_fields}
        fields["options"] = CustomsOptions.model_construct(**numbers)
        commodities = tuple(commodity.commodity(new_id) for commodity in self.commodities)
        return Customs.model_construct(commodities=commodities, **fields)
