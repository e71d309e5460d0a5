"""Part sales: parcels bought one after the other, and what becomes of those that are sold when one is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chalicelib import logs
from chalicelib.carriers.gateway.messages import no_time_left, told
from chalicelib.carriers.gateway.pieces import field_of
from chalicelib.carriers.gateway.sums import naming
from chalicelib.domain.errors import CarrierError, CarrierTimeout, CarrierUnavailable, DrayError
from chalicelib.domain.ports import VoidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Carrier, Connection, PurchaseRequest, Sale

LEAST_S = 1.0
"""No call starts with less time left: one that is cut off leaves open what it did."""

TAKING_BACK_S = 4.0
"""Kept of the deadline to take back what was sold, should a later parcel not be."""

AT_ONCE = 4
"""So many calls are made to one carrier at the same time."""


@dataclass
class PartSales:
    """The sales of one shipment's parcels, one after the other: all of them, or none that nobody is told of."""

    carrier: Carrier
    connection: Connection
    orders: Sequence[PurchaseRequest]
    deadline: Deadline
    sold: list[Sale] = field(default_factory=list)
    slowest_s: float = LEAST_S
    """The longest that a sale took: the next one may take as long."""

    def as_one(self, made: Callable[[Sequence[Sale]], Sale]) -> Sale:
        """Return what is made of the sales, one a parcel in order.

        Raises the carrier's error where a parcel is not sold, after what was sold before is taken back; `maybe_done`
        is set, and its messages name every label that may be valid, unless surely none is.
        """
        is_told = False
        try:
            for order in self.orders:
                self.sold.append(self._one(order))
            sale = made(self.sold)
            is_told = True
        except CarrierError as error:
            is_told = True
            raise self._given_up(error) from error
        finally:
            if not is_told:  # an error that is no carrier's, and says nothing of labels: the log does
                self._left(self._taken_back())
        return sale

    def _one(self, order: PurchaseRequest) -> Sale:
        until = replace(self.deadline, at_s=self.deadline.at_s - TAKING_BACK_S)
        if until.left_s() < self.slowest_s:
            raise no_time_left(self.connection)
        began = until.monotonic()
        sale = self.carrier.buy(self.connection, order, until)
        self.slowest_s = max(self.slowest_s, until.monotonic() - began)
        fields = {"purchase": order.purchase_id, "tracking_number": sale.tracking_numbers[0]}
        logs.logger().info("parcel_sold", extra={"fields": fields})
        return sale

    def _given_up(self, error: CarrierError) -> CarrierError:
        """Return what is raised when a parcel was not sold, with all before it taken back where possible."""
        index, count = len(self.sold), len(self.orders)
        left = self._left(self._taken_back())
        words = [naming(message, [index]) for message in error.messages]
        if error.maybe_done:
            left.append(self._perhaps_sold(index))
        if not left:
            back = [self._back(index)] if index else []
            sentence = (
                f"{error.message} (parcel {index + 1} of {count}{'; no label of the others is left' * bool(index)})"
            )
            return type(error)(sentence, (*words, *back))
        kind = CarrierTimeout if isinstance(error, CarrierTimeout) else CarrierUnavailable
        carrier = self.connection.carrier_id
        sentence = f"The carrier {carrier} did not sell all {count} parcels, and labels of some are or may be valid"
        return kind(f"{sentence}: the messages name them ({error.message})", (*left, *words), maybe_done=True)

    def _taken_back(self) -> list[DrayError | None]:
        """Return why each label that was sold is not surely taken back, in order; None for one that is."""
        if not self.sold:
            return []
        with ThreadPoolExecutor(min(AT_ONCE, len(self.sold))) as pool:
            voids = [pool.submit(copy_context().run, self._void, sale) for sale in self.sold]
            return [void.result() for void in voids]

    def _void(self, sale: Sale) -> DrayError | None:
        request = VoidRequest(
            f"{sale.purchase_id}-void",
            sale.purchase_id,
            sale.shipment_identifier,
            sale.tracking_numbers[0],
            sale.rate.service,
            sale.meta,
            self.orders[0].shipment,
        )
        try:
            self.carrier.void(self.connection, request, self.deadline)
        except DrayError as error:
            return error
        return None

    def _left(self, errors: Sequence[DrayError | None]) -> list[Message]:
        """Return a message for each label that is or may be valid; the log has it too."""
        messages = [
            self._still_valid(index, sale, error)
            for index, (sale, error) in enumerate(zip(self.sold, errors, strict=True))
            if error is not None
        ]
        for message in messages:
            logs.logger().error(message.code, extra={"fields": message.details})
        return messages

    def _still_valid(self, index: int, sale: Sale, error: DrayError) -> Message:
        unknown = isinstance(error, CarrierError) and error.maybe_done
        details = {
            "parcel": field_of(index),
            "purchase_id": sale.purchase_id,
            "tracking_number": sale.tracking_numbers[0],
            "shipment_identifier": sale.shipment_identifier,
            "void": "unknown" if unknown else "not_done",
        }
        state = "may still be valid" if unknown else "is still valid"
        sentence = f"The label {sale.tracking_numbers[0]} {state}: void it with the carrier ({error.message})"
        return told(self.connection, "label_still_valid", sentence, details)

    def _perhaps_sold(self, index: int) -> Message:
        order = self.orders[index]
        details = {"parcel": field_of(index), "purchase_id": order.purchase_id}
        if order.shipment.reference:
            details["reference"] = order.shipment.reference
        sentence = f"Whether the carrier {self.connection.carrier_id} sold parcel {index + 1} is not known: look there"
        return told(self.connection, "sale_unknown", sentence, details)

    def _back(self, count: int) -> Message:
        numbers = ", ".join(sale.tracking_numbers[0] for sale in self.sold)
        sentence = (
            f"The labels of the {count} parcels before were taken back"
            if count > 1
            else "The label before was taken back"
        )
        message = told(self.connection, "labels_taken_back", sentence, {"tracking_numbers": numbers})
        return message.model_copy(update={"level": "info"})
