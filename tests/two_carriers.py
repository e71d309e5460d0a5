"""Two carriers of one account that are asked for rates."""

from collections.abc import Collection
from decimal import Decimal

from chalicelib.domain.purchases import rate_request
from chalicelib.domain.rates import Quote, RateRequest
from chalicelib.services.rates import Rates
from tests.builders import A_TENANT, a_rate, a_shipment
from tests.fake_carrier import FakeCarrier, FakeRegistry, Scripted
from tests.service_cases import IN_TIME, Clock


class Catalogued(FakeRegistry):
    """Knows one service of each carrier beforehand."""

    def offers(self, carrier_name: str, services: Collection[str]) -> bool:
        return {"near": "ground", "far": "air"}[carrier_name] in services


class Market:
    """Two connections, each with a carrier of its own; what is asked of them is the same."""

    def __init__(self) -> None:
        self.near = Scripted(FakeCarrier(Clock()))
        self.far = Scripted(FakeCarrier(Clock()))
        self.near.inner.offered = (a_rate("ground", total_charge=Decimal(9)),)
        self.far.inner.offered = (a_rate("air", total_charge=Decimal(7)),)
        registry = Catalogued({"near": self.near, "far": self.far})
        self.rates = Rates(registry)

    def compare(self, request: RateRequest | None = None) -> Quote:
        return self.rates.compare(A_TENANT, request or a_request(), IN_TIME)

    def quote(self, request: RateRequest | None = None) -> Quote:
        return self.rates.quote(A_TENANT, request or a_request(), IN_TIME)


def a_request(**changes: object) -> RateRequest:
    return rate_request(a_shipment()).model_copy(update=changes)
