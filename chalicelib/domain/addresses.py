"""Addresses: what a carrier needs to pick up and deliver, and what can be known of it offline."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.domain.address_rules import (
    STATE_REQUIRED,
    has_postal_code_format,
    postal_code_fault,
    state_fault,
    states,
    uses_postal_code,
)
from chalicelib.domain.objects import DrayObject, Flag, JsonObject


class AddressFields(DrayObject):
    """The fields that an address has in requests and answers alike."""

    country_code: str
    """The country: ISO 3166-1 alpha-2, or XK; answered in upper case."""
    postal_code: Annotated[str, Field(max_length=20)] | None = None
    """The postal code, in the country's own format."""
    city: Annotated[str, Field(max_length=50)] | None = None
    """City, town or suburb."""
    federal_tax_id: Annotated[str, Field(max_length=50)] | None = None
    """A company's tax number with its country."""
    state_tax_id: Annotated[str, Field(max_length=50)] | None = None
    """A company's tax number with its state."""
    person_name: Annotated[str, Field(max_length=100)] | None = None
    """Who sends or receives."""
    company_name: Annotated[str, Field(max_length=100)] | None = None
    """The company that sends or receives."""
    email: Annotated[str, Field(max_length=254)] | None = None
    """An e-mail address for the carrier's notices."""
    phone_number: Annotated[str, Field(max_length=50)] | None = None
    """A telephone number; needed across borders."""
    state_code: Annotated[str, Field(max_length=50)] | None = None
    """State or province: its code (`NY`, `ON`, `NSW`) in the US, CA and AU, where it is needed."""
    residential: Flag | None = None
    """Whether it is a home: most carriers charge more for one."""
    street_number: Annotated[str, Field(max_length=100)] | None = None
    """The house number, where it is kept apart from the street."""
    address_line1: Annotated[str, Field(max_length=100)] | None = None
    """Street and house number."""
    address_line2: Annotated[str, Field(max_length=100)] | None = None
    """Floor, suite, building."""
    validate_location: Flag | None = None
    """Have `validation` answered: an offline check of country, state and the postal code's format."""


class AddressValidation(DrayObject):
    """What is known of an address without asking anybody.

    Checked is that there is such a country, that it has such a state (in AU, BR, CA and the US), and that its postal
    codes have this format.
    """

    success: bool
    """Whether nothing wrong was found in what was checked; it says nothing of what was not."""
    meta: JsonObject | None = None
    """`checked`: the fields; `how`: `offline`; `not_checked`: what nobody looked at, in words."""


class Address(AddressFields):
    """An address as it is stored and answered."""

    id: str
    """The address's id."""
    object_type: Literal["address"] = "address"
    """Always `address`."""
    validation: AddressValidation | None = None
    """What an offline check of country, state and the postal code's format found; null unless it was asked for."""
    meta: JsonObject | None = None
    """What the carrier says beside the fields."""


def format_faults(address: AddressFields) -> dict[str, str]:
    """Return, by field, what cannot be right: a state of another country, a postal code of another format."""
    faults = {}
    if address.postal_code is None:
        if uses_postal_code(address.country_code):
            faults["postal_code"] = "This field is required"
    elif fault := postal_code_fault(address.country_code, address.postal_code):
        faults["postal_code"] = fault
    if address.state_code is not None and (fault := state_fault(address.country_code, address.state_code)):
        faults["state_code"] = fault
    return faults


def offline_validation(address: AddressFields) -> AddressValidation:
    """Return what was checked of an address in which `format_faults` finds nothing."""
    facts = {
        "country_code": True,
        "state_code": address.state_code is not None and bool(states(address.country_code)),
        "postal_code": address.postal_code is not None and has_postal_code_format(address.country_code),
    }
    checked = [field for field, is_checked in facts.items() if is_checked]
    not_checked = "whether they belong together, and whether there is such an address"
    return AddressValidation(success=True, meta={"checked": checked, "how": "offline", "not_checked": not_checked})


def missing_for_label(address: AddressFields, *, across_border: bool) -> dict[str, str]:
    """Return, by field, what a label needs and this address lacks."""
    needed = ["address_line1", "city"]
    if not address.person_name and not address.company_name:
        needed.insert(0, "person_name")
    if address.country_code in STATE_REQUIRED:
        needed.append("state_code")
    if across_border:
        needed.append("phone_number")
    return {field: _NEEDED[field] for field in needed if not getattr(address, field)}


_NEEDED = {
    "person_name": "A label needs a person_name or a company_name",
    "address_line1": "A label needs the first address line",
    "city": "A label needs a city",
    "state_code": "A label in this country needs a state",
    "phone_number": "A label across borders needs a phone number",
}
