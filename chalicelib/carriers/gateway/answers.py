"""Answers: what carriers said to rate requests, typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.messages import told
from chalicelib.carriers.gateway.prices import (
    InvalidPrice,
    charges_of,
    completed,
    currency_of,
    day_of,
    days_of,
    total_of,
)
from chalicelib.domain.ids import new_id
from chalicelib.domain.rates import Rate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from chalicelib.carriers.gateway.requests import Dialect
    from chalicelib.carriers.gateway.sdk import SdkAnswer
    from chalicelib.domain.messages import Message
    from chalicelib.domain.objects import JsonObject
    from chalicelib.domain.ports import Connection


@dataclass(frozen=True)
class Ids:
    """Makes ids of our own."""

    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]

    def new(self, prefix: str) -> str:
        """Return a new id of a noun."""
        return new_id(prefix, self.clock(), self.random_bytes)


def was_carried_out(answer: SdkAnswer) -> bool:
    """Return whether the carrier may have done what it was asked: not where all that it said were refusals."""
    return any(200 <= status < 300 for status in answer.statuses)  # noqa: PLR2004 - RFC 9110, section 15.3


def rates_of(
    connection: Connection, dialect: Dialect, result: Sequence[Mapping[str, Any]], ids: Ids
) -> tuple[list[Rate], list[Message]]:
    """Return the rates, and a message for each that cannot be meant."""
    rates, messages = [], []
    for told_rate in result:
        try:
            rates.append(rate_of(connection, dialect, told_rate, ids.new("rate")))
        except InvalidPrice as fault:
            messages.append(_invalid(connection, told_rate, fault))
    return rates, messages


def rate_of(connection: Connection, dialect: Dialect, told_rate: Mapping[str, Any], rate_id: str) -> Rate:
    """Return one rate under our names; raises `InvalidPrice` where service, currency or price are missing or absurd."""
    service = str(told_rate.get("service") or "").strip()
    if not service:
        raise InvalidPrice("without a service")
    currency = currency_of(told_rate.get("currency"))
    total = total_of(told_rate.get("total_charge"), currency)
    charges = charges_of(told_rate.get("extra_charges") or (), currency)
    name = known_service(service, dialect)
    return Rate(
        id=rate_id,
        carrier_name=connection.carrier_name,
        carrier_id=connection.carrier_id,
        currency=currency,
        service=name or service,
        total_charge=total,
        transit_days=days_of(told_rate.get("transit_days")),
        extra_charges=completed(charges, total, currency),
        estimated_delivery=day_of(told_rate.get("estimated_delivery")),
        meta=_rate_meta(told_rate, name, dialect),
        test_mode=connection.tenant.is_test,
    )


def known_service(service: str, dialect: Dialect) -> str | None:
    """Return our name of a service that is told by name or by the carrier's code; None where it is not listed."""
    services = dialect.entry.services
    if service in services:
        return service
    return next((name for name, code in services.items() if code == service), None)


def wanted_rates(rates: Sequence[Rate], *filters: Collection[str] | None) -> list[Rate]:
    """Return the rates that all filters let through; an empty one lets all."""
    return [rate for rate in rates if all(not names or rate.service in names for names in filters)]


def nothing_wanted(connection: Connection, rates: Sequence[Rate]) -> Message:
    """Return what is said where a carrier offers services, and none of those that were asked for."""
    offered = ", ".join(sorted({rate.service for rate in rates}))
    sentence = f"The carrier {connection.carrier_id} offers none of the services that were asked for"
    return told(connection, "service_not_offered", sentence, {"offered": offered})


def without_nulls(meta: object) -> JsonObject:
    """Return an object without what is null in it; an empty one for anything else."""
    return {str(name): value for name, value in meta.items() if value is not None} if isinstance(meta, dict) else {}


def _rate_meta(told_rate: Mapping[str, Any], service: str | None, dialect: Dialect) -> JsonObject:
    meta = without_nulls(told_rate.get("meta"))
    code = dialect.entry.services.get(service or "", "")
    if meta.get("service_name") in (None, service) and " " in code:  # some carriers' codes are their names for people
        meta["service_name"] = code
    meta.setdefault("service_name", str(told_rate["service"]))
    if service is None:
        meta["unlisted_service"] = True
    for name, read in (("transit_days", days_of), ("estimated_delivery", day_of)):
        value = told_rate.get(name)
        if value is not None and read(value) is None:
            meta[name] = value
    return meta


def _invalid(connection: Connection, told_rate: Mapping[str, Any], fault: InvalidPrice) -> Message:
    service = str(told_rate.get("service") or "")
    who = f"The carrier {connection.carrier_id} answered with a rate"
    sentence = f"{who} {fault}{f' for {service}' if service else ''}: it is left out"
    values = {name: told_rate.get(name) for name in ("service", "currency", "total_charge")}
    return told(
        connection,
        "invalid_answer",
        sentence,
        {name: str(value) for name, value in values.items() if value is not None},
    )
