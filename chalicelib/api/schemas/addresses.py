"""Addresses as they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pydantic import ModelWrapValidatorHandler, model_validator

from chalicelib.api.schemas.fields import REQUEST, CountryCode, judged
from chalicelib.domain.address_rules import normalized_postal_code, normalized_state_code
from chalicelib.domain.addresses import Address, AddressFields, format_faults, offline_validation

if TYPE_CHECKING:
    from collections.abc import Callable


class AddressData(AddressFields):
    """An address as it is sent. What only answers have is accepted and passed over."""

    model_config = REQUEST

    country_code: CountryCode
    """The country: ISO 3166-1 alpha-2, or XK; in any case."""
    id: str | None = None
    """Passed over: only answers have it."""
    object_type: str | None = None
    """Passed over: only answers have it."""
    validation: dict[str, Any] | None = None
    """Passed over: only answers have it."""
    meta: dict[str, Any] | None = None
    """Passed over: only answers have it."""

    @model_validator(mode="wrap")
    @classmethod
    def _formats_are_right(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return judged(data, handler, format_faults)

    def address(self, new_id: Callable[[str], str]) -> Address:
        """Return the address as it is stored, codes in upper case."""
        fields = {name: getattr(self, name) for name in AddressFields.model_fields}
        if self.postal_code is not None:
            fields["postal_code"] = normalized_postal_code(self.country_code, self.postal_code)
        if self.state_code is not None:
            fields["state_code"] = normalized_state_code(self.country_code, self.state_code)
        if self.validate_location:
            fields["validation"] = offline_validation(self)
        return Address.model_construct(id=new_id("adr"), **fields)
