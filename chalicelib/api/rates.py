"""Routes of rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.routing import Answer, Routes
from chalicelib.api.schemas.shipments import RateRequest
from chalicelib.domain.errors import CarrierTimeout, CarrierUnavailable
from chalicelib.domain.rates import RateResponse
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.tenants import Caller

routes = Routes(__name__, "rates")


@routes.operation("POST /v1/rates", {200: RateResponse}, raises=(CarrierUnavailable, CarrierTimeout))
def compare_rates(caller: Caller, body: RateRequest, deadline: Deadline) -> Answer:
    """Compare rates without storing anything, cheapest first.

    `messages` says which carriers offer nothing, and why. Rates of this answer are for comparing: to buy, create a
    shipment.
    """
    quote = services().rates.compare(caller.tenant, body.request(services().new_id), deadline)
    return Answer(200, quote)
