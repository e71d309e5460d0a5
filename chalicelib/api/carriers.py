"""Routes of carriers: what each can do, and what a connection to it needs."""

from __future__ import annotations

from chalicelib.api.routing import Answer, Routes
from chalicelib.api.schemas.carriers import CarrierList
from chalicelib.domain.carrier_details import CarrierDetails
from chalicelib.domain.carriers import close_names
from chalicelib.domain.errors import NotFound
from chalicelib.wiring import services

PATH = "/v1/carriers"

routes = Routes(__name__, "carriers")


@routes.operation(f"GET {PATH}", {200: CarrierList})
def list_carriers() -> Answer:
    """List all carriers that this server offers, by name, on one page."""
    from chalicelib.carriers.details import details  # noqa: PLC0415 - few requests need it

    results = tuple(details(name) for name in sorted(services().kinds.names()))
    page = CarrierList.model_construct(count=len(results), next=None, next_cursor=None, previous=None, results=results)
    return Answer(200, page)


@routes.operation(f"GET {PATH}/{{carrier_name}}", {200: CarrierDetails})
def get_carrier(carrier_name: str) -> Answer:
    """Get one carrier: its services, options, packagings and labels, and the credentials that it needs."""
    from chalicelib.carriers.details import details  # noqa: PLC0415 - few requests need it

    offered = services().kinds.names()
    if carrier_name not in offered:
        close = close_names(carrier_name, offered)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise NotFound(f"There is no such carrier{hint}")
    return Answer(200, details(carrier_name))
