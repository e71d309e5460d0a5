"""Part voids: the labels of one shipment's parcels taken back one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.messages import no_time_left, told
from chalicelib.carriers.gateway.part_sales import LEAST_S
from chalicelib.carriers.gateway.pieces import field_of, piece_id
from chalicelib.carriers.gateway.sums import APART, BETWEEN, IDENTIFIERS, naming, told_once
from chalicelib.domain.errors import CarrierError
from chalicelib.domain.ports import Voided

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Carrier, Connection, VoidRequest
    from chalicelib.domain.shipments import RefundStatus

WEAKEST_FIRST: tuple[RefundStatus, ...] = ("rejected", "submitted", "refunded", "not_applicable")
"""What becomes of several labels' money is what becomes of the worst; a label without any changes nothing."""


def voids_of(request: VoidRequest) -> tuple[VoidRequest, ...]:
    """Return one void a parcel, in order; the request itself where it is about one."""
    meta: Mapping[str, Any] = request.meta or {}
    identifiers = meta.get(IDENTIFIERS) or request.shipment_identifier.split(BETWEEN)
    if len(identifiers) == 1:
        return (request,)
    numbers = meta.get("tracking_numbers") or ()
    if len(numbers) != len(identifiers):
        numbers = identifiers
    apart = meta.get(APART) or [{}] * len(identifiers)
    return tuple(
        replace(
            request,
            void_id=piece_id(request.void_id, index),
            purchase_id=piece_id(request.purchase_id, index),
            shipment_identifier=identifier,
            tracking_number=number,
            meta={**meta, **own},
        )
        for index, (identifier, number, own) in enumerate(zip(identifiers, numbers, apart, strict=True))
    )


@dataclass
class PartVoids:
    """The voids of one shipment's parcels, and how far they have come."""

    carrier: Carrier
    connection: Connection
    request: VoidRequest
    parts: Sequence[VoidRequest]
    deadline: Deadline
    voided: dict[int, Voided] = field(default_factory=dict)
    failed: dict[int, CarrierError] = field(default_factory=dict)

    def all(self) -> Voided:
        """Return the void of all.

        A refusal of the first ends it, so that a shipment stays whole; once a label is taken back the others are tried,
        whatever is the matter with one. Raises the first failure: its messages say what is taken back and what is not,
        and `maybe_done` is set where any label may be. A second try ends the same for those that are taken back.
        """
        for index, part in enumerate(self.parts):
            self._one(index, part)
            if self.failed and not self.voided:
                break
        if self.failed:
            raise self._half_done()
        last = self.voided[len(self.parts) - 1]
        statuses = [voided.refund_status for voided in self.voided.values()]
        return Voided(
            self.request.void_id,
            last.voided_at,
            min(statuses, key=WEAKEST_FIRST.index),
            told_once([voided.messages for voided in self.voided.values()]),
        )

    def _one(self, index: int, part: VoidRequest) -> None:
        try:
            if self.deadline.left_s() < LEAST_S:
                raise no_time_left(self.connection)
            self.voided[index] = self.carrier.void(self.connection, part, self.deadline)
        except CarrierError as error:
            self.failed[index] = error

    def _half_done(self) -> CarrierError:
        first = next(iter(self.failed.values()))
        words = [naming(message, [index]) for index, error in self.failed.items() for message in error.messages]
        maybe_done = bool(self.voided) or any(error.maybe_done for error in self.failed.values())
        summary = self._summary()
        sentence = f"{first.message} ({summary.message})"
        return type(first)(sentence, (summary, *words), maybe_done=maybe_done)

    def _summary(self) -> Message:
        """Return what is told of each label: taken back, not known, or valid."""
        states: dict[str, list[str]] = {"taken back": [], "not known": [], "still valid": []}
        details = {}
        for index, part in enumerate(self.parts):
            state = self._state(index)
            states[state].append(part.tracking_number)
            named = (part.tracking_number, part.shipment_identifier)
            details[field_of(index)] = f"{' '.join(dict.fromkeys(named))}: {state}"
        told_states = "; ".join(f"{state}: {', '.join(numbers)}" for state, numbers in states.items() if numbers)
        return told(self.connection, "labels_partly_voided", f"of the labels are {told_states}", details)

    def _state(self, index: int) -> str:
        if index in self.voided:
            return "taken back"
        error = self.failed.get(index)
        return "not known" if error is not None and error.maybe_done else "still valid"
