"""Options as they are sent."""

from __future__ import annotations

from chalicelib.api.schemas.addresses import AddressData
from chalicelib.api.schemas.fields import REQUEST, CurrencyCode, GivenInstant
from chalicelib.domain.addresses import AddressFields
from chalicelib.domain.options import Options


class OptionsData(Options):
    """Requested extras as they are sent; amounts are in `currency`."""

    model_config = REQUEST

    currency: CurrencyCode | None = None
    """The currency of the amounts among the options: ISO 4217; the origin's where it is left out."""
    hold_at_location_address: AddressData | None = None
    """Where to keep it."""
    shipping_date: GivenInstant | None = None
    """When the carrier gets the parcel: RFC 3339 with its offset, in which the day is taken."""

    def options(self) -> Options:
        """Return the options as they are stored."""
        fields = {name: getattr(self, name) for name in Options.model_fields}
        if self.hold_at_location_address is not None:
            held_at = self.hold_at_location_address
            fields["hold_at_location_address"] = AddressFields.model_construct(
                **{name: getattr(held_at, name) for name in AddressFields.model_fields}
            )
        return Options.model_construct(**fields)
