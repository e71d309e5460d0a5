"""Sold prices: what the carrier took for a label, beside what it had quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.carriers.gateway.messages import told
from chalicelib.carriers.gateway.prices import InvalidPrice, charges_of, completed, currency_of, sum_of, total_of

if TYPE_CHECKING:
    from chalicelib.carriers.profiles.profile import Profile
    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Connection
    from chalicelib.domain.rates import Rate

PRICE = ("total_charge", "currency", "extra_charges")


def sold_rate(
    connection: Connection, profile: Profile, told_price: object, chosen: Rate
) -> tuple[Rate, tuple[Message, ...]]:
    """Return the chosen rate at the price that the carrier took, where it tells one that can be meant.

    Beside it stands a warning where it told a price that can't be read, or one in another currency than it quoted.
    """
    if profile.sold_price == "untold" or not isinstance(told_price, dict):
        return chosen, ()
    if not any(told_price.get(name) for name in PRICE):
        return chosen, ()
    try:
        currency = currency_of(told_price.get("currency"))
        charges = charges_of(told_price.get("extra_charges") or (), currency)
        is_sum = profile.sold_price == "sum" and charges
        total = total_of(sum_of(charges, currency) if is_sum else told_price.get("total_charge"), currency)
    except InvalidPrice:
        return chosen, (_untold(connection, chosen),)
    changed = () if currency == chosen.currency else (_changed(connection, chosen, f"{total} {currency}"),)
    if not charges and (currency, total) == (chosen.currency, chosen.total_charge):
        return chosen, ()
    lines = completed(charges, total, currency)
    return chosen.model_copy(update={"currency": currency, "total_charge": total, "extra_charges": lines}), changed


def _untold(connection: Connection, chosen: Rate) -> Message:
    carrier, quoted = connection.carrier_id, f"{chosen.total_charge} {chosen.currency}"
    sentence = f"What the carrier {carrier} took for the label cannot be read: the price is the quoted one, {quoted}"
    return told(connection, "price_untold", sentence, {"quoted": quoted}).model_copy(update={"level": "warning"})


def _changed(connection: Connection, chosen: Rate, taken: str) -> Message:
    quoted = f"{chosen.total_charge} {chosen.currency}"
    sentence = f"The carrier {connection.carrier_id} took {taken} for the label, where it had quoted {quoted}"
    details = {"quoted": quoted, "taken": taken}
    return told(connection, "price_changed", sentence, details).model_copy(update={"level": "warning"})
