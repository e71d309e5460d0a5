"""Sizes of shipments: to the byte, what of carriers' words and rates is kept, and what is said of the rest."""

from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.errors import PayloadTooLarge
from chalicelib.domain.messages import Message
from chalicelib.domain.objects import DrayObject
from chalicelib.domain.rates import Rate
from chalicelib.domain.shipment_sizes import KEPT_FREE, MOST_BYTES, fitting
from chalicelib.domain.shipments import ShipmentRecord
from tests.builders import a_message, a_rate, a_shipment

HALF = 5_000
ROOM = 2 * HALF + KEPT_FREE


def size_of(told: DrayObject) -> int:
    """The bytes of its JSON, and of a comma."""
    return len(told.model_dump_json().encode()) + 1


def a_message_of(size: int, **changes: Any) -> Message:
    return a_message(message="x" * (size - size_of(a_message(message="", **changes))), **changes)


def a_rate_of(size: int, **changes: Any) -> Rate:
    rate = a_rate(**changes, meta={"pad": ""})
    return rate.model_copy(update={"meta": {"pad": "x" * (size - size_of(rate))}})


def a_shipment_of(size: int, **changes: Any) -> ShipmentRecord:
    record = a_shipment(**changes, metadata={"pad": ""})
    return record.model_copy(update={"metadata": {"pad": "x" * (size - size_of(record))}})


def with_room(rates: tuple[Rate, ...], messages: tuple[Message, ...] = (), room: int = ROOM) -> ShipmentRecord:
    """A shipment that has `room` bytes for what carriers say, and the said beside that."""
    bare = a_shipment_of(MOST_BYTES - room, rates=(), messages=())
    return bare.model_copy(update={"rates": rates, "messages": messages})


def left_out(record: ShipmentRecord) -> dict[str, str]:
    return record.messages[-1].details


def test_a_shipment_may_have_the_most_bytes_and_one_more_leaves_rates_out() -> None:
    full, too_large = a_shipment_of(MOST_BYTES), a_shipment_of(MOST_BYTES + 1)

    assert fitting(full) is full
    assert len(fitting(too_large).rates) < len(too_large.rates)


def test_what_the_customer_said_may_fill_it_and_one_byte_more_is_refused() -> None:
    filled = fitting(with_room((a_rate(),), room=0))

    assert (filled.rates, left_out(filled)) == ((), {"rates": "1"})
    with pytest.raises(PayloadTooLarge, match=r"^A shipment is at most 256 KB of JSON, ids included$"):
        fitting(with_room((), room=-1))


def test_words_may_take_half_of_the_room_and_rates_the_rest() -> None:
    word, rates = a_message_of(HALF), (a_rate_of(HALF), a_rate_of(HALF))

    record = fitting(with_room(rates, (word,)))

    assert (record.rates, record.messages[:-1]) == (rates[:1], (word,))
    assert left_out(record) == {"rates": "1"}


def test_a_word_that_takes_more_than_half_is_left_out_and_rates_have_its_room() -> None:
    rates = (a_rate_of(HALF), a_rate_of(HALF))

    record = fitting(with_room(rates, (a_message_of(HALF + 1),)))

    assert (record.rates, len(record.messages)) == (rates, 1)
    assert left_out(record) == {"rates": "0", "messages": "1"}


def test_a_rate_that_takes_more_than_the_rest_is_passed_over_and_smaller_ones_are_kept() -> None:
    small = (a_rate_of(HALF // 2), a_rate_of(HALF // 2))
    large = a_rate_of(HALF + 1, total_charge=Decimal(1))

    record = fitting(with_room((large, *small), (a_message_of(HALF),)))

    assert record.rates == small
    assert left_out(record) == {"rates": "1"}


def test_a_wanted_service_comes_first_and_then_the_cheapest_of_each_currency() -> None:
    prices = {"one": 1, "two": 2, "three": 3, "four": 4}
    dollars = [a_rate_of(HALF // 2, service=name, total_charge=Decimal(price)) for name, price in prices.items()]
    euros = [rate.model_copy(update={"id": f"{rate.id}e", "currency": "EUR"}) for rate in dollars]
    offered = with_room((*dollars, *euros), room=2 * HALF + KEPT_FREE + 10)  # their ids are a byte longer

    record, wanted = fitting(offered), fitting(offered.model_copy(update={"service": "four"}))

    assert record.rates == (*dollars[:2], *euros[:2])
    assert wanted.rates == (dollars[0], dollars[3], euros[0], euros[3])


def test_it_says_how_much_is_left_out_and_how_to_get_it() -> None:
    record = fitting(with_room((a_rate_of(ROOM), a_rate_of(ROOM)), (a_message_of(ROOM), a_message_of(200))))

    assert record.messages[-1] == Message(
        message="2 rates and 1 messages of carriers are left out, as a shipment has at most 256 KB: "
        "name carrier_ids or services to get others",
        code="rates_left_out",
        level="warning",
        details={"rates": "2", "messages": "1"},
    )


def test_left_out_again_the_rates_add_up_in_one_message() -> None:
    once = fitting(with_room((a_rate_of(HALF), a_rate_of(HALF), a_rate_of(HALF)), (a_message(),)))

    again = fitting(once.model_copy(update={"rates": (*once.rates, a_rate_of(ROOM))}))

    assert again.rates == once.rates
    assert [message.code for message in again.messages] == ["refused", "rates_left_out"]
    assert (left_out(once), left_out(again)) == ({"rates": "2"}, {"rates": "3"})


def test_what_tells_of_a_paid_label_stays_before_the_words_whatever_room_there_is() -> None:
    lasting = a_message_of(HALF + 1, code="late_sale")

    record = fitting(with_room((a_rate_of(2 * ROOM),), (a_message(), lasting)))

    assert [message.code for message in record.messages] == ["late_sale", "refused", "rates_left_out"]
    assert left_out(record) == {"rates": "1"}
