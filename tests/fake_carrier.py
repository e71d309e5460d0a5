"""A carrier that keeps a book of what it sold, and a script by which any port misbehaves."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, CarrierUnavailable, NotFound
from chalicelib.domain.ports import (
    CannotSay,
    Connection,
    Document,
    PurchaseRequest,
    Sale,
    Voided,
    VoidRequest,
)
from chalicelib.domain.rates import Quote, Rate, RateRequest, in_order_of_price
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.trackers import TrackerStatus, Tracking
from tests.builders import SERVICES, a_message, a_rate

if TYPE_CHECKING:
    from chalicelib.domain.messages import Message


def nothing() -> None:
    """Neither fails nor waits."""


@dataclass(frozen=True)
class Turn:
    """What happens just before and just after one call is carried out."""

    before: Callable[[], object] = nothing
    after: Callable[[], object] = nothing


def raising(error: Callable[[], Exception]) -> Callable[[], object]:
    def fail() -> object:
        raise error()

    return fail


class Crash(RuntimeError):
    """The process, as good as dead at this place."""


SMOOTH = Turn()
REFUSED = Turn(before=raising(lambda: CarrierRejected("The carrier refuses this", (a_message(),))))
UNAVAILABLE = Turn(before=raising(lambda: CarrierUnavailable("The carrier is down")))
LATE = Turn(before=raising(lambda: CarrierTimeout("The carrier was late, and did nothing")))
LATE_AND_UNDONE = Turn(before=raising(lambda: CarrierTimeout("The carrier was late", maybe_done=True)))
ANSWER_LOST = Turn(after=raising(lambda: CarrierTimeout("The carrier's answer was lost", maybe_done=True)))
CANNOT_SAY = Turn(before=raising(CannotSay))
CRASH_BEFORE = Turn(before=raising(Crash))
CRASH_AFTER = Turn(after=raising(Crash))


class Scripted:
    """Any port, its calls noted and its next ones played by script; calls without a turn go through."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.calls: list[str] = []
        self._turns: defaultdict[str, deque[Turn]] = defaultdict(deque)

    def will(self, operation: str, *turns: Turn) -> None:
        """Let the next calls of `operation` go like this."""
        self._turns[operation] = deque(turns)

    def behave(self) -> None:
        """Forget the script."""
        self._turns.clear()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            turn = self._turns[name].popleft() if self._turns[name] else SMOOTH
            turn.before()
            answer = found(*arguments, **named)
            turn.after()
            return answer

        return call


class FakeCarrier:
    """Sells a label once a purchase id, and finds what it sold; quotes `offered`, a rate a service."""

    carrier_name = "sandbox"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.offered: tuple[Rate, ...] = in_order_of_price([a_rate(service) for service in SERVICES])
        self.said: tuple[Message, ...] = ()
        self.book: dict[str, Sale] = {}
        self.voids: dict[str, Voided] = {}
        self.voided: set[str] = set()
        self.journeys: dict[str, Tracking] = {}
        self.price_factor = 1
        self.names_rates_anew = False

    @property
    def live(self) -> set[str]:
        """The purchases whose label was sold and not taken back."""
        return self.book.keys() - self.voided

    def rate(self, _connection: Connection, _request: RateRequest, _deadline: Deadline) -> Quote:
        return Quote(rates=self.offered, messages=self.said)

    def buy(self, _connection: Connection, request: PurchaseRequest, _deadline: Deadline) -> Sale:
        return self.book.setdefault(request.purchase_id, self._sale(request))

    def find_purchase(self, _connection: Connection, purchase_id: str, _deadline: Deadline) -> Sale | None:
        return self.book.get(purchase_id)

    def void(self, _connection: Connection, request: VoidRequest, _deadline: Deadline) -> Voided:
        if request.purchase_id in self.voided and request.void_id not in self.voids:
            raise CarrierRejected("This label was voided before")
        self.voided.add(request.purchase_id)
        return self.voids.setdefault(request.void_id, Voided(request.void_id, self.clock()))

    def find_void(self, _connection: Connection, request: VoidRequest, _deadline: Deadline) -> Voided | None:
        return self.voids.get(request.void_id)

    def track(self, _connection: Connection, tracking_number: str, _deadline: Deadline) -> Tracking:
        return self.journeys.get(tracking_number, Tracking(status="pending"))

    def check(self, _connection: Connection, _deadline: Deadline) -> tuple["Message", ...]:
        return ()

    def advance(self, _connection: Connection, tracking_number: str, status: TrackerStatus, _now: datetime) -> Tracking:
        self.journeys[tracking_number] = Tracking(status=status)
        return self.journeys[tracking_number]

    def _sale(self, request: PurchaseRequest) -> Sale:
        count = len(request.shipment.parcels)
        numbers = tuple(f"SBX{request.purchase_id[-13:]}{index}" for index in range(count))
        form, paper = request.label_type, b"label of " + request.purchase_id.encode()
        changes: dict[str, Any] = {"total_charge": request.rate.total_charge * self.price_factor}
        if self.names_rates_anew:
            changes["id"] = f"{self.carrier_name}-{request.purchase_id}"
        apart = tuple(Document("shipping_label", form, paper + b"#%d" % index, "4x6") for index in range(count))
        return Sale(
            purchase_id=request.purchase_id,
            sold_at=self.clock(),
            tracking_numbers=numbers,
            shipment_identifier=f"sold-{request.purchase_id}",
            rate=request.rate.model_copy(update=changes),
            documents=(Document("shipping_label", form, paper, "4x6"),),
            parcel_labels=apart if count > 1 else (),
            tracking_url=f"https://example.com/track/{numbers[0]}",
            meta={"service_name": "Sandbox Ground"},
        )


class FakeRegistry:
    """Connections, and the carriers behind them by name."""

    def __init__(self, carriers: dict[str, Any], connections: tuple[Connection, ...] | None = None) -> None:
        self.carriers = carriers
        self.known = connections

    def connections(self, tenant: Tenant) -> list[Connection]:
        if self.known is None:
            return [Connection(name, name, tenant) for name in self.carriers]
        return [replace(connection, tenant=tenant) for connection in self.known]

    def connection(self, tenant: Tenant, carrier_name: str, carrier_id: str) -> Connection:
        for known in self.connections(tenant):
            if (known.carrier_name, known.carrier_id) == (carrier_name, carrier_id):
                return known
        raise NotFound(f"There is no connection {carrier_id}")

    def offers(self, carrier_name: str, services: Collection[str]) -> bool:
        return bool(services) and carrier_name in self.carriers

    def adapter(self, carrier_name: str) -> Any:
        return self.carriers[carrier_name]

    def sandbox(self) -> Any:
        return self.carriers["sandbox"]
