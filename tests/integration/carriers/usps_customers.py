"""Customers of USPS's stand-in, and what they send."""

from typing import Any

from chalicelib.carriers.profiles.usps import PROFILE
from chalicelib.domain.rates import RateRequest
from tests.builders import a_parcel, a_recipient, an_address
from tests.integration.carriers.customers import Customer, a_customer
from tests.stand_ins.oauth import Account
from tests.stand_ins.usps import ACCOUNTS, IDS, Usps

GEARS, LOOMS = ACCOUNTS


def customer_of(usps: Usps, account: Account = GEARS, **changes: str) -> Customer:
    crid, mid, manifest = IDS[account.number]
    credentials: dict[str, str | int] = {
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "account_number": account.number,
        "CRID": crid,
        "MID": mid,
        "manifest_MID": manifest,
        **changes,
    }
    return a_customer(PROFILE, usps.url, credentials)


def a_request(**changes: Any) -> RateRequest:
    """One parcel of three and a third pounds from New York to San Francisco."""
    fields = {"shipper": an_address(), "recipient": a_recipient(), "parcels": (a_parcel(),)}
    return RateRequest(**(fields | changes))
