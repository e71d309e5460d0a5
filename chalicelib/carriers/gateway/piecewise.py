"""The adapter of carriers that sell one parcel a call: several parcels in one shipment, all of them or none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.carriers import catalogue
from chalicelib.carriers.gateway.carrier import SdkCarrier
from chalicelib.carriers.gateway.messages import keep_to, refused, told
from chalicelib.carriers.gateway.part_sales import AT_ONCE, PartSales
from chalicelib.carriers.gateway.part_voids import PartVoids, voids_of
from chalicelib.carriers.gateway.pieces import inseparable, orders_of, pieces_of
from chalicelib.carriers.gateway.refusals import Refusals
from chalicelib.carriers.gateway.requests import Dialect
from chalicelib.carriers.gateway.sums import naming, rates_apart, sale_of, summed_rates, told_once
from chalicelib.carriers.gateway.untold import fields_to_void
from chalicelib.domain.errors import CarrierError
from chalicelib.domain.rates import Quote, in_order_of_price

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from chalicelib.carriers.gateway.carrier import SdkLike
    from chalicelib.carriers.profiles.profile import Profile
    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Carrier, Connection, PurchaseRequest, Sale, Voided, VoidRequest
    from chalicelib.domain.rates import RateRequest
    from chalicelib.domain.trackers import Tracking


def adapter_of(
    profile: Profile, sdk: SdkLike, clock: Callable[[], datetime], random_bytes: Callable[[int], bytes]
) -> Carrier:
    """Return the adapter of one of the SDK's carriers, as its profile says that it sells."""
    carrier = SdkCarrier(profile, sdk, clock, random_bytes)
    return PiecewiseCarrier(carrier, profile) if profile.sells_parcels_apart else carrier


class PiecewiseCarrier:
    """The port `Carrier` over a carrier that takes one parcel a call; with one parcel it is that carrier."""

    def __init__(self, carrier: Carrier, profile: Profile) -> None:
        self.carrier_name = carrier.carrier_name
        self._carrier = carrier
        self._profile = profile

    def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
        """Return what the services cost that every parcel gets; the parcels are asked for at once."""
        if len(request.parcels) <= 1:
            return self._carrier.rate(connection, request, deadline)
        keep_to(connection, deadline)
        dialect = self._dialect
        cannot = [*Refusals(connection, dialect).of_rates(request), *inseparable(connection, dialect, request)]
        if cannot:
            return Quote(messages=tuple(cannot))
        quotes = self._quotes(connection, pieces_of(request), deadline)
        rates = summed_rates(quotes)
        nothing = [] if rates or not all(quote.rates for quote in quotes) else [_nothing_for_all(connection)]
        messages = told_once([quote.messages for quote in quotes])
        return Quote(rates=in_order_of_price(rates), messages=(*messages, *nothing))

    def buy(self, connection: Connection, request: PurchaseRequest, deadline: Deadline) -> Sale:
        """Buy the parcels' labels one after the other, all or none.

        Raises the carrier's error with `maybe_done` unset only where surely no label is left; else its messages name
        each one that is or may be valid.
        """
        parcels = len(request.shipment.parcels)
        if parcels <= 1:
            return self._carrier.buy(connection, request, deadline)
        keep_to(connection, deadline)
        if cannot := [*self._cannot_sell(connection, request)]:
            raise refused(cannot)
        orders = orders_of(request, rates_apart(request.rate, parcels))
        return PartSales(self._carrier, connection, orders, deadline).as_one(partial(sale_of, connection, request))

    def void(self, connection: Connection, request: VoidRequest, deadline: Deadline) -> Voided:
        """Take each parcel's label back; one that was taken back already counts."""
        parts = voids_of(request)
        if len(parts) == 1:
            return self._carrier.void(connection, parts[0], deadline)
        keep_to(connection, deadline)
        return PartVoids(self._carrier, connection, request, parts, deadline).all()

    def track(self, connection: Connection, tracking_number: str, deadline: Deadline) -> Tracking:
        """Return the journey so far of one parcel."""
        return self._carrier.track(connection, tracking_number, deadline)

    def find_purchase(self, connection: Connection, purchase_id: str, deadline: Deadline) -> Sale | None:
        """Return what the carrier can say of the purchase; raises `CannotSay`."""
        return self._carrier.find_purchase(connection, purchase_id, deadline)

    def find_void(self, connection: Connection, request: VoidRequest, deadline: Deadline) -> Voided | None:
        """Return what the carrier can say of the void; raises `CannotSay`."""
        return self._carrier.find_void(connection, request, deadline)

    def check(self, connection: Connection, deadline: Deadline) -> Sequence[Message]:
        """Return what the carrier says to the connection's credentials."""
        return self._carrier.check(connection, deadline)

    @property
    def _dialect(self) -> Dialect:
        return Dialect(self._profile, catalogue.entry(self.carrier_name))

    def _quotes(self, connection: Connection, pieces: Sequence[RateRequest], deadline: Deadline) -> list[Quote]:
        """Return each parcel's quote; the first failure is raised, and calls that wait behind it are not made."""
        with ThreadPoolExecutor(min(AT_ONCE, len(pieces))) as pool:
            asked = [
                pool.submit(copy_context().run, self._carrier.rate, connection, piece, deadline) for piece in pieces
            ]
            quotes = []
            for index, answer in enumerate(asked):
                try:
                    quotes.append(answer.result())
                except CarrierError as error:
                    pool.shutdown(wait=False, cancel_futures=True)
                    if not _is_about_the_account(error):
                        error.messages = [naming(message, [index]) for message in error.messages]
                    raise
        return quotes

    def _cannot_sell(self, connection: Connection, order: PurchaseRequest) -> Iterator[Message]:
        yield from Refusals(connection, self._dialect).of_purchase(order)
        yield from inseparable(connection, self._dialect, order.shipment)
        yield from self._cannot_take_back(connection, order)

    def _cannot_take_back(self, connection: Connection, order: PurchaseRequest) -> Iterator[Message]:
        """Yield what is missing to void a label: known before, as the labels before one that is refused are voided."""
        for field in fields_to_void(self._profile, order.shipment):
            name = self._profile.display_name
            sentence = f"{name} wants to know it to take labels back, should one of several fail"
            yield told(connection, "required_to_take_back", sentence, {field: "This field is required"})


def _is_about_the_account(error: CarrierError) -> bool:
    return any(message.code in ("authentication_failed", "account_refused") for message in error.messages)


def _nothing_for_all(connection: Connection) -> Message:
    sentence = f"The carrier {connection.carrier_id} offers services for each parcel, and none of them for all"
    return told(connection, "service_not_offered", sentence)
