"""Texts of addresses: the lines and names of a request as they are sent, each with the path of its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.carriers.gateway.requests import customs_of, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.domain.addresses import AddressFields
    from chalicelib.domain.rates import RateRequest

HOW_LONG: Mapping[str, str] = {
    "address_line": "one line of an address: divide it into two lines",
    "name": "the name of a person or company: shorten it as it is to be printed",
}
"""Of what a carrier takes so many characters, and what to do about it."""


def lines_of(request: RateRequest) -> Iterator[tuple[str, str]]:
    """Yield the lines of all addresses as they are sent."""
    for name, address in _addresses(request):
        yield f"{name}.address_line1", first_line(address)
        yield f"{name}.address_line2", address.address_line2 or ""


def names_of(request: RateRequest) -> Iterator[tuple[str, str]]:
    """Yield the names of all addresses."""
    for name, address in _addresses(request):
        yield f"{name}.person_name", address.person_name or ""
        yield f"{name}.company_name", address.company_name or ""


def _addresses(request: RateRequest) -> Iterator[tuple[str, AddressFields]]:
    customs = customs_of(request)
    addresses = {
        "shipper": request.shipper,
        "recipient": request.recipient,
        "return_address": request.return_address,
        "billing_address": request.billing_address,
        "customs.duty_billing_address": None if customs is None else customs.duty_billing_address,
    }
    for name, address in addresses.items():
        if address is not None:
            yield name, address
