"""Carriers' stand-ins in a process of their own, and the accounts with them, for benchmarks.

`python -m benchmarks.stand_in_accounts DELAY` starts them, prints their addresses as JSON and serves until its standard
input ends; each answer takes DELAY seconds, but those of `hanging`, which take as good as for ever.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalicelib.carriers import catalogue
from chalicelib.carriers.gateway.carrier import SdkCarrier
from chalicelib.carriers.gateway.sdk import Sdk
from chalicelib.domain.credentials import Credentials
from chalicelib.domain.ids import AccountId
from chalicelib.domain.ports import Connection
from chalicelib.domain.rates import RateRequest
from chalicelib.domain.tenants import Tenant
from tests.builders import a_parcel, a_recipient, an_address
from tests.stand_ins import canadapost, dhl_express, usps
from tests.stand_ins.fedex import FedexStandIn
from tests.stand_ins.oauth import Account
from tests.stand_ins.ups import UpsStandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.stand_ins.server import StandIn

TENANT = Tenant(AccountId("acc_01KAT5F2G8QWERTY0123456789"), "test")
GEARS = Account("gears-of-benchmarks", "s3cret-of-gears", "A1B2C3")
NEVER_S = 300.0


@dataclass(frozen=True)
class Counter:
    """A stand-in's place in the table: which carrier it is, and who is its customer."""

    carrier_name: str
    account: Account
    fields: tuple[str, str, str]
    """What the credentials call the customer's id, its secret and its number."""
    country: str = "US"
    """Where its customer ships from, and to."""

    def connection(self, url: str, carrier_id: str) -> Connection:
        """Return the customer's connection to the carrier at this address."""
        told = (self.account.client_id, self.account.client_secret, self.account.number)
        credentials: dict[str, str | int] = dict(zip(self.fields, told, strict=True))
        if self.carrier_name == "fedex":
            credentials |= {"track_api_key": told[0], "track_secret_key": told[1]}
        if self.carrier_name == "usps":
            credentials |= dict(zip(("CRID", "MID", "manifest_MID"), usps.IDS[self.account.number], strict=True))
        if self.carrier_name == "canadapost":
            credentials["contract_id"] = canadapost.CONTRACTS[self.account.number]
        return Connection(
            self.carrier_name,
            carrier_id,
            TENANT,
            credentials=Credentials(lambda: credentials),
            config={"server_url": url},
        )

    def request(self) -> RateRequest:
        """Return a parcel that the carrier carries within its country."""
        shipper, recipient = PLACES[self.country]
        return RateRequest(
            shipper=an_address(**shipper), recipient=a_recipient(**recipient), parcels=(a_parcel(),), reference="PO-7"
        )


PLACES: Mapping[str, tuple[dict[str, str | None], dict[str, str | None]]] = {
    "US": ({}, {}),
    "CA": (
        {"country_code": "CA", "state_code": "ON", "city": "Ottawa", "postal_code": "K1A 0B1"},
        {"country_code": "CA", "state_code": "BC", "city": "Vancouver", "postal_code": "V6B 4N9"},
    ),
    "DE": (
        {"country_code": "DE", "state_code": None, "city": "Berlin", "postal_code": "10115"},
        {"country_code": "DE", "state_code": None, "city": "Munich", "postal_code": "80331"},
    ),
}

COUNTERS = {
    counter.carrier_name: counter
    for counter in (
        Counter("ups", GEARS, ("client_id", "client_secret", "account_number")),
        Counter("fedex", GEARS, ("api_key", "secret_key", "account_number")),
        Counter("usps", usps.ACCOUNTS[0], ("client_id", "client_secret", "account_number")),
        Counter("canadapost", canadapost.ACCOUNTS[0], ("username", "password", "customer_number"), "CA"),
        Counter("dhl_express", dhl_express.ACCOUNTS[0], ("username", "password", "account_number"), "DE"),
    )
}


def adapter(carrier_name: str, sdk: Sdk) -> SdkCarrier:
    """Return the real adapter of a carrier."""
    return SdkCarrier(catalogue.profile(carrier_name), sdk, lambda: datetime.now(UTC), os.urandom)


def an_sdk() -> Sdk:
    """Return an SDK that may reach this machine."""
    return Sdk(allow_private_addresses=True)


@contextmanager
def serving(delay_s: float) -> Iterator[dict[str, str]]:
    """Start stand-ins in a process of their own and return their addresses by name."""
    command = [sys.executable, "-m", "benchmarks.stand_in_accounts", str(delay_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ourselves
        assert process.stdin is not None
        assert process.stdout is not None
        urls: dict[str, str] = json.loads(process.stdout.readline())
        yield urls
        process.stdin.close()


def stand_in_of(carrier_name: str) -> StandIn:
    """Return a stand-in of the carrier, not started."""
    made: dict[str, Callable[[], StandIn]] = {
        "ups": lambda: UpsStandIn(GEARS),
        "fedex": lambda: FedexStandIn(GEARS),
        "usps": usps.Usps,
        "canadapost": canadapost.CanadaPost,
        "dhl_express": dhl_express.DhlExpress,
    }
    return made[carrier_name]()


def _serve(delay_s: float) -> None:
    carriers = {"ups": "ups", "fedex": "fedex", "usps": "usps", "second": "ups", "hanging": "ups"}
    stand_ins = {name: stand_in_of(carrier_name) for name, carrier_name in carriers.items()}
    with ExitStack() as running:
        for name, stand_in in stand_ins.items():
            stand_in.delay_s = NEVER_S if name == "hanging" else delay_s
            running.enter_context(stand_in)
        print(json.dumps({name: stand_in.url for name, stand_in in stand_ins.items()}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _serve(float(sys.argv[1]))
