"""Carriers for the contract test: an adapter, what it can be asked, and what its carrier can't do."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from chalicelib.carriers import catalogue
from chalicelib.carriers.gateway.piecewise import adapter_of
from chalicelib.carriers.gateway.sdk import Sdk
from chalicelib.carriers.sandbox.carrier import SandboxCarrier
from chalicelib.domain.credentials import Credentials
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Carrier, Connection, PurchaseRequest, Sale, VoidRequest
from chalicelib.domain.rates import RateRequest
from tests.builders import A_TENANT, ANOTHER_TENANT, a_parcel, an_id
from tests.fake_sandbox_ledger import MemorySandboxLedger
from tests.sandbox_cases import A_CONNECTION, DEADLINE, Clock, a_request
from tests.stand_ins.fedex import FedexStandIn
from tests.stand_ins.oauth import Account
from tests.stand_ins.server import StandIn
from tests.stand_ins.ups import UpsStandIn

Lack = Literal["books", "voiding", "parcel_numbers", "parcel_labels", "early_tracking", "own_numbers"]
"""What a carrier may lack; the contract then asserts a weaker rule.

books            it can't be asked what became of a purchase or void: `find_…` raises `CannotSay`, and a repeated call
                 is the carrier's own business
voiding          it takes no labels back: a void is refused in words
parcel_numbers   of several parcels only the master's number is told
parcel_labels    the label of several parcels can't be taken apart
early_tracking   it may not know a number yet that it has just sold
own_numbers      it can't tell a foreign number from one of its own that it does not know yet
"""


@dataclass(frozen=True)
class Subject:
    """An adapter, and what it can be asked."""

    carrier: Carrier
    connection: Connection
    accepted: RateRequest
    """What it carries: two parcels, where it takes several in one shipment."""
    refused: RateRequest
    """A request that it refuses in words."""
    foreign_number: str
    """A tracking number that cannot be its own."""
    lacks: frozenset[Lack] = frozenset()
    stranger: Connection | None = None
    """Another account with the same carrier: what one bought, the other must not find or void."""
    intruder: Connection | None = None
    """A connection whose credentials the carrier refuses."""
    choose: Callable[[str], bool] = field(default=lambda _: True)
    """Which of the offered services is bought, where some can't carry `accepted`."""

    def can(self, ability: Lack) -> bool:
        return ability not in self.lacks

    def order(self) -> PurchaseRequest:
        rates = self.carrier.rate(self.connection, self.accepted, DEADLINE).rates
        rate = next(rate for rate in rates if self.choose(rate.service))
        return PurchaseRequest(an_id("pur"), self.accepted, rate, "PDF")

    def sale(self) -> Sale:
        return self.carrier.buy(self.connection, self.order(), DEADLINE)


Factory = Callable[[], AbstractContextManager[Subject]]


def a_void(sale: Sale, **changes: Any) -> VoidRequest:
    """The void of a sale, as the services ask for it."""
    fields: dict[str, Any] = {
        "void_id": an_id("void"),
        "purchase_id": sale.purchase_id,
        "shipment_identifier": sale.shipment_identifier,
        "tracking_number": sale.tracking_numbers[0],
        "service": sale.rate.service,
        "meta": sale.meta,
    }
    return VoidRequest(**(fields | changes))


def over_stand_in(
    carrier_name: str,
    stand_in: Callable[[], StandIn],
    credentials: Mapping[str, str],
    **subject: Any,
) -> Factory:
    """Return the factory of an SDK carrier over its stand-in: one line registers it in `ADAPTERS`.

    `stand_in` makes the server, `credentials` open an account of it. What else a `Subject` has, by name: `accepted`,
    `refused` and `foreign_number` must be there, `lacks` may. `stranger` and `intruder` are credentials, not
    connections; `config` is the connection's.

        ADAPTERS["acme"] = over_stand_in(
            "acme", AcmeStandIn, {"api_key": "k"}, accepted=…, refused=…, foreign_number="1Z…", lacks={"books"}
        )
    """

    @contextmanager
    def made() -> Iterator[Subject]:
        rest = {name: value for name, value in subject.items() if name not in ("stranger", "intruder", "config")}
        with stand_in() as server:
            config = {"server_url": server.url, **subject.get("config", {})}
            own = _connection(carrier_name, credentials, config)
            others: Any = {name: _like(own, subject[name]) for name in ("stranger", "intruder") if name in subject}
            sdk = Sdk(allow_private_addresses=True)
            yield Subject(
                carrier=adapter_of(catalogue.profile(carrier_name), sdk, Clock(), os.urandom),
                connection=own,
                **(rest | {"lacks": frozenset(rest.get("lacks", ()))}),
                **others,
            )

    return made


def speaks(messages: tuple[Message, ...], connection: Connection) -> bool:
    """Whether there are messages, all with words and under the connection's name."""
    return bool(messages) and all(
        message.message
        and message.code
        and (message.carrier_name, message.carrier_id) == (connection.carrier_name, connection.carrier_id)
        for message in messages
    )


def _connection(carrier_name: str, credentials: Mapping[str, str], config: dict[str, Any]) -> Connection:
    told = Credentials(lambda: credentials)
    return Connection(carrier_name, f"my-{carrier_name}", A_TENANT, an_id("con"), 1, told, config)


def _like(own: Connection, credentials: Mapping[str, str]) -> Connection:
    return replace(own, id=an_id("con"), credentials=Credentials(lambda: credentials))


TWO_PARCELS = a_request(parcels=(a_parcel(), a_parcel(weight=Decimal(4))))
TOO_HEAVY = a_request(parcels=(a_parcel(weight=Decimal(500)),))


@contextmanager
def sandbox() -> Iterator[Subject]:
    """The sandbox, which lacks nothing."""
    yield Subject(
        carrier=SandboxCarrier(MemorySandboxLedger(), Clock(), os.urandom),
        connection=A_CONNECTION,
        accepted=TWO_PARCELS,
        refused=TOO_HEAVY,
        foreign_number="1Z5R89390357567127",
        stranger=replace(A_CONNECTION, tenant=ANOTHER_TENANT),
    )


def _ups() -> Factory:
    gears, looms = Account("gears", "s3cret-of-gears", "A1B2C3"), Account("looms", "s3cret-of-looms", "D4E5F6")

    def opens(account: Account) -> dict[str, str]:
        told = {"client_id": account.client_id, "client_secret": account.client_secret}
        return told | {"account_number": account.number}

    return over_stand_in(
        "ups",
        lambda: UpsStandIn(gears, looms),
        opens(gears),
        accepted=TWO_PARCELS,
        refused=TOO_HEAVY,
        foreign_number="SBX0001",
        lacks={"books"},
        stranger=opens(looms),
        intruder=opens(gears) | {"client_secret": "wrong"},
    )


UPS = _ups()


def _fedex() -> Factory:
    gears, looms = Account("gears", "s3cret-of-gears", "740561073"), Account("looms", "s3cret-of-looms", "802255209")

    def opens(account: Account) -> dict[str, str]:
        keys = {"api_key": account.client_id, "secret_key": account.client_secret}
        return keys | {f"track_{name}": key for name, key in keys.items()} | {"account_number": account.number}

    return over_stand_in(
        "fedex",
        lambda: FedexStandIn(gears, looms),
        opens(gears),
        accepted=TWO_PARCELS,
        refused=TOO_HEAVY,
        foreign_number="SBX0001",
        lacks={"books"},
        stranger=opens(looms),
        intruder=opens(gears) | {"secret_key": "wrong", "track_secret_key": "wrong"},
    )


FEDEX = _fedex()
