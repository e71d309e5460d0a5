"""Customers of Canada Post's stand-in, and what they send."""

from decimal import Decimal
from typing import Any

from chalicelib.carriers.profiles.canadapost import PROFILE
from chalicelib.domain.addresses import Address
from chalicelib.domain.options import Options
from chalicelib.domain.rates import RateRequest
from tests.builders import a_parcel, an_address
from tests.integration.carriers.customers import Customer, a_customer
from tests.sandbox_cases import a_commodity, some_customs
from tests.stand_ins.canadapost import ACCOUNTS, CONTRACTS, CanadaPost
from tests.stand_ins.oauth import Account

GEARS, LOOMS = ACCOUNTS


def customer_of(post: CanadaPost, account: Account = GEARS, **changes: str) -> Customer:
    credentials: dict[str, str | int] = {
        "username": account.client_id,
        "password": account.client_secret,
        "customer_number": account.number,
        "contract_id": CONTRACTS[account.number],
        **changes,
    }
    return a_customer(PROFILE, post.url, credentials)


def ottawa(**changes: Any) -> Address:
    place = {"country_code": "CA", "state_code": "ON", "city": "Ottawa", "postal_code": "K1A 0B1"}
    return an_address(
        **(place | {"address_line1": "2701 Riverside Drive", "phone_number": "+1 613 555 0142"} | changes)
    )


def vancouver(**changes: Any) -> Address:
    place = {"state_code": "BC", "city": "Vancouver", "postal_code": "V6B 4N9", "address_line1": "349 Georgia Street"}
    return ottawa(**(place | {"person_name": "Charles Babbage", "email": "charles@example.com"} | changes))


def a_request(**changes: Any) -> RateRequest:
    """One parcel of one and a half kilograms from Ottawa to Vancouver."""
    return RateRequest(**({"shipper": ottawa(), "recipient": vancouver(), "parcels": (a_parcel(),)} | changes))


def to_new_york(**changes: Any) -> RateRequest:
    customs = some_customs(commodities=(a_commodity(value_amount=Decimal("19.90"), value_currency="CAD"),))
    return a_request(**({"recipient": an_address(), "customs": customs, "options": Options(currency="CAD")} | changes))
