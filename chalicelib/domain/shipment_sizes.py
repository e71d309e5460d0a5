"""Sizes of shipments: what carriers say is cut so that a shipment fits into the database; what customers say is not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from chalicelib.domain.errors import PayloadTooLarge
from chalicelib.domain.late_sales import lasting_messages
from chalicelib.domain.messages import Message
from chalicelib.domain.rates import in_order_of_price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.domain.objects import DrayObject
    from chalicelib.domain.rates import Rate
    from chalicelib.domain.shipments import ShipmentRecord

    Told = TypeVar("Told", bound=DrayObject)

MOST_BYTES = 256 * 1024
"""The largest JSON of a shipment that is not bought: an item of the database holds 400 KB, purchases add to it."""

KEPT_FREE = 1024
"""Bytes for the message that tells what was left out."""

LEFT_OUT = "rates_left_out"
"""The code of that message."""


def fitting(record: ShipmentRecord) -> ShipmentRecord:
    """Return the shipment with as many of its rates as fit, the cheapest of each currency first; itself if all do.

    Raises `PayloadTooLarge` where it is too large without anything that carriers said.
    """
    if _size(record) <= MOST_BYTES:
        return record
    lasting = lasting_messages(record)
    bare = record.model_copy(update={"rates": (), "messages": lasting})
    room = MOST_BYTES - _size(bare)
    if room < 0:
        raise PayloadTooLarge(f"A shipment is at most {MOST_BYTES // 1024} KB of JSON, ids included")
    others = [message for message in record.messages if message not in lasting and message.code != LEFT_OUT]
    said = _first_fitting(others, (room - KEPT_FREE) // 2)
    kept = _first_fitting(_by_rank(record), room - KEPT_FREE - sum(map(_size, said)))
    ids = {rate.id for rate in kept}
    told = _left_out(record, len(kept), len(others) - len(said))
    rates = tuple(rate for rate in record.rates if rate.id in ids)
    return bare.model_copy(update={"rates": rates, "messages": (*lasting, *said, told)})


def _size(told: DrayObject) -> int:
    return len(told.__pydantic_serializer__.to_json(told)) + 1  # and a comma


def _first_fitting(told: Iterable[Told], room: int) -> list[Told]:
    """Return those that fit one after the other; one that does not fit is passed over."""
    found = []
    for one in told:
        size = _size(one)
        if size <= room:
            found.append(one)
            room -= size
    return found


def _by_rank(record: ShipmentRecord) -> Sequence[Rate]:
    """Return the rates: those of the service that is wanted, then the cheapest of each currency and so on."""
    seen: Counter[str] = Counter()
    ranks: dict[str, int] = {}
    for rate in in_order_of_price(record.rates):
        ranks[rate.id] = seen[rate.currency]
        seen[rate.currency] += 1
    return sorted(record.rates, key=lambda rate: (rate.service != record.service, ranks[rate.id]))


def _left_out(record: ShipmentRecord, kept: int, messages: int) -> Message:
    before = next((int(told.details["rates"]) for told in record.messages if told.code == LEFT_OUT), 0)
    rates = before + len(record.rates) - kept
    sentence = (
        f"{rates} rates and {messages} messages of carriers are left out, as a shipment has at most "
        f"{MOST_BYTES // 1024} KB: name carrier_ids or services to get others"
    )
    details = {"rates": str(rates), **({"messages": str(messages)} if messages else {})}
    return Message(message=sentence, code=LEFT_OUT, level="warning", details=details)
