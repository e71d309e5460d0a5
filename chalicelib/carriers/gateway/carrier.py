"""The adapter of carriers that the Karrio SDK speaks to: typed requests in, typed results out, by a profile each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.carriers import catalogue
from chalicelib.carriers.gateway.answers import Ids, nothing_wanted, rates_of, wanted_rates, was_carried_out
from chalicelib.carriers.gateway.hooks import guarded, partly_read
from chalicelib.carriers.gateway.journeys import detail_of, tracking_of
from chalicelib.carriers.gateway.messages import (
    empty_answer,
    failure,
    has,
    keep_to,
    refused,
    refuses,
    told,
    translated,
)
from chalicelib.carriers.gateway.no_rates import quote_without_rates, refused_quote
from chalicelib.carriers.gateway.refusals import Refusals, label_format
from chalicelib.carriers.gateway.requests import (
    Dialect,
    cancel_request,
    rate_request,
    shipment_request,
    tracking_request,
)
from chalicelib.carriers.gateway.sales import Purchase
from chalicelib.domain.errors import CarrierRejected
from chalicelib.domain.ports import CannotSay, Voided
from chalicelib.domain.rates import Quote, in_order_of_price
from chalicelib.domain.trackers import Tracking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.carriers.gateway.sdk import SdkAnswer, SdkOperation
    from chalicelib.carriers.profiles.profile import Capability, Profile
    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.errors import CarrierError
    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Connection, PurchaseRequest, Sale, VoidRequest
    from chalicelib.domain.rates import RateRequest
    from chalicelib.domain.shipments import RefundStatus

NO_NUMBER = "00000000000000000000"
"""What is asked about where a profile names no number of the carrier's form."""


NOTHING_TO_TELL = frozenset({"unknown_tracking_number", "no_tracking_yet"})
"""What is said of a number that there is not, which is no news to who checks credentials."""


class SdkLike(Protocol):
    """The SDK, as far as this adapter needs it."""

    def call(  # noqa: PLR0913, PLR0917 - who, of what kind, what, with what, until when
        self,
        connection: Connection,
        profile: Profile,
        operation: SdkOperation,
        request: Mapping[str, Any],
        deadline: Deadline,
    ) -> SdkAnswer:
        """Return what came of one operation; raises a `CarrierError` where nothing can be read."""

    def authenticate(self, connection: Connection, profile: Profile, deadline: Deadline) -> bool:
        """Get a fresh token; return False where the carrier has no call for one."""


class SdkCarrier:
    """The port `Carrier` over the SDK."""

    def __init__(
        self,
        profile: Profile,
        sdk: SdkLike,
        clock: Callable[[], datetime],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self.carrier_name = profile.carrier_name
        self._profile = profile
        self._sdk = sdk
        self._clock = clock
        self._ids = Ids(clock, random_bytes)

    def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
        """Return what the carrier's services cost, cheapest first; a refusal is a message, never an error."""
        keep_to(connection, deadline)
        if cannot := Refusals(connection, self._dialect).of_rates(request):
            return Quote(messages=tuple(cannot))
        try:
            answer, unread = self._call(connection, "rate", rate_request(request, self._dialect), deadline)
        except CarrierRejected as refusal:  # in words that the SDK does not read, or before the carrier was asked
            return refused_quote(refusal)
        messages = translated(connection, self._dialect, answer.messages)
        if not answer.result:
            return quote_without_rates(connection, answer, messages)
        rates, invalid = rates_of(connection, self._dialect, answer.result, self._ids)
        wanted = wanted_rates(rates, request.services, connection.config.get("shipping_services"))
        others = [nothing_wanted(connection, rates)] if rates and not wanted else []
        return Quote(rates=in_order_of_price(wanted), messages=(*messages, *unread, *invalid, *others))

    def buy(self, connection: Connection, request: PurchaseRequest, deadline: Deadline) -> Sale:
        """Buy one label, by one call.

        Raises `CarrierRejected` with the carrier's reasons, and `maybe_done` where it may be sold all the same.
        """
        keep_to(connection, deadline)
        if cannot := Refusals(connection, self._dialect).of_purchase(request):
            raise refused(cannot)
        label = label_format(self._profile, request)
        if label is None:
            raise ValueError("a label without a format is refused before")
        asked = replace(connection, config={**connection.config, **label.config})
        is_return = request.shipment.is_return
        operation: SdkOperation = self._profile.return_operation if is_return else "ship"
        answer, unread = self._call(asked, operation, shipment_request(request, self._dialect, label), deadline)
        messages = translated(connection, self._dialect, answer.messages)
        purchase = Purchase(connection, self._profile, request, label)
        if not answer.result:
            raise self._not_sold(purchase, answer, messages)
        warnings = Refusals(connection, self._dialect).of_later_void(request)
        return purchase.sale(answer, (*messages, *unread, *warnings), self._clock())

    def void(self, connection: Connection, request: VoidRequest, deadline: Deadline) -> Voided:
        """Take the label back. One that was taken back already counts: a void that is tried again ends as it should."""
        keep_to(connection, deadline)
        if cannot := Refusals(connection, self._dialect).of_void(request):
            raise refused(cannot)
        answer, unread = self._call(connection, "cancel", cancel_request(request, self._profile.void_options), deadline)
        messages = translated(connection, self._dialect, answer.messages)
        status, is_known = self._refund_in(answer)
        if status is not None or has(messages, "already_voided"):
            told_more = (message for message in messages if message.code != "not_voidable")  # by the other way
            calmed = tuple(message.model_copy(update={"level": "info"}) for message in told_more)
            return Voided(request.void_id, self._clock(), status or self._profile.refund_status, calmed)
        if isinstance(answer.result, dict) and answer.result.get("success"):
            return Voided(request.void_id, self._clock(), self._profile.refund_status, (*messages, *unread))
        if not is_known and was_carried_out(answer):  # a refund may be in what can't be read
            raise empty_answer(connection, maybe_done=True)
        raise self._not_voided(connection, answer, messages)

    def track(self, connection: Connection, tracking_number: str, deadline: Deadline) -> Tracking:
        """Return the journey so far; raises `CarrierRejected` for a number that the carrier does not know."""
        keep_to(connection, deadline)
        self._require("tracking", connection)
        answer, unread = self._call(connection, "track", tracking_request(tracking_number), deadline)
        messages = translated(connection, self._tracking_dialect, answer.messages)
        detail = detail_of(answer.result, tracking_number)
        if detail is not None:
            return tracking_of(self._profile, detail, answer.bodies, (*messages, *unread))
        if has(messages, "no_tracking_yet"):
            return Tracking(status="pending", messages=messages)
        if messages:
            raise failure(messages)
        if any(tracking_number.encode() in body for body in answer.bodies):
            sentence = f"The carrier {connection.carrier_id} knows the number, and nothing of a journey yet"
            known = told(connection, "no_tracking_yet", sentence).model_copy(update={"level": "info"})
            return Tracking(status="pending", messages=(known,))
        raise empty_answer(connection)

    def find_purchase(self, connection: Connection, purchase_id: str, deadline: Deadline) -> Sale | None:
        """Raise `CannotSay`: through the SDK no carrier can be asked for a label by a reference."""
        keep_to(connection, deadline)
        raise CannotSay(f"The carrier {connection.carrier_id} cannot be asked what became of {purchase_id}")

    def find_void(self, connection: Connection, request: VoidRequest, deadline: Deadline) -> Voided | None:
        """Raise `CannotSay`: through the SDK no carrier can be asked whether a label was voided."""
        keep_to(connection, deadline)
        raise CannotSay(f"The carrier {connection.carrier_id} cannot be asked what became of {request.void_id}")

    def check(self, connection: Connection, deadline: Deadline) -> tuple[Message, ...]:
        """Return what the carrier says to the connection's credentials; raises `CarrierRejected` where it refuses them.

        A carrier that gives tokens is asked for one, others about a parcel that there is not.
        """
        keep_to(connection, deadline)
        if self._sdk.authenticate(connection, self._profile, deadline):
            return (self._note(connection, "ready", "accepts the credentials"),)
        if "tracking" not in self._profile.capabilities:
            return (self._note(connection, "not_checked", "has no harmless call that would check the credentials"),)
        number = self._profile.check_number or NO_NUMBER
        answer, _ = self._call(connection, "track", tracking_request(number), deadline)
        messages = translated(connection, self._tracking_dialect, answer.messages)
        if has(messages, "authentication_failed") or has(messages, "account_refused"):
            raise failure(messages)
        told_more = (message for message in messages if message.code not in NOTHING_TO_TELL)
        said = tuple(message.model_copy(update={"level": "info"}) for message in told_more)
        return (self._note(connection, "ready", "answered, and did not refuse the credentials"), *said)

    @property
    def _dialect(self) -> Dialect:
        return Dialect(self._profile, catalogue.entry(self.carrier_name))

    @property
    def _tracking_dialect(self) -> Dialect:
        return Dialect(self._profile.when_tracking(), catalogue.entry(self.carrier_name))

    def _call(
        self, connection: Connection, operation: SdkOperation, request: Mapping[str, Any], deadline: Deadline
    ) -> tuple[SdkAnswer, tuple[Message, ...]]:
        """Return what the SDK made of one operation, with what the profile puts right on both sides of it.

        Beside it stands what is said where the profile could not complete the answer, which counts all the same.
        """
        profile = self._profile
        asked = self._prepared(connection, operation, request)
        answer = self._sdk.call(connection, profile, operation, asked, deadline)
        complete = profile.completed
        if complete is None or not answer.result:
            return answer, answer.remarks
        result, whole = guarded(
            self.carrier_name,
            "completed",
            lambda: complete(operation, answer.result, answer.bodies),
            answer.result,
        )
        unread = () if whole else (partly_read(connection, profile, "what goes beyond the most important"),)
        return replace(answer, result=result), (*answer.remarks, *unread)

    def _prepared(self, connection: Connection, operation: SdkOperation, request: Mapping[str, Any]) -> Any:
        """Return the request as the profile puts it right; raises `CarrierRejected` where it can't, before any call."""
        prepare = self._profile.prepared
        if prepare is None:
            return request
        nothing: dict[str, Any] = {}
        asked, whole = guarded(self.carrier_name, "prepared", lambda: prepare(operation, dict(request)), nothing)
        if not whole:
            sentence = f"The request could not be put into the form of {self._profile.display_name}"
            raise refused([told(connection, "invalid_request", sentence)])
        return asked

    def _refund_in(self, answer: SdkAnswer) -> tuple[RefundStatus | None, bool]:
        """Return what the profile sees of the refund, and whether it could look."""
        read = self._profile.refund_in
        if read is None:
            return None, True
        return guarded(self.carrier_name, "refund_in", lambda: read(answer.bodies), None)

    def _require(self, capability: Capability, connection: Connection) -> None:
        if cannot := Refusals(connection, self._dialect).of_capability(capability):
            raise refused(cannot)

    def _note(self, connection: Connection, code: str, sentence: str) -> Message:
        message = told(connection, code, f"{self._profile.display_name} {sentence}")
        return message.model_copy(update={"level": "info"})

    def _not_sold(self, purchase: Purchase, answer: SdkAnswer, messages: tuple[Message, ...]) -> CarrierError:
        """Return the error of an answer without a label: whether one was sold all the same, its messages decide."""
        carried_out = was_carried_out(answer)
        if not messages:
            return empty_answer(purchase.connection, maybe_done=carried_out)
        if has(messages, "duplicate_request"):
            return purchase.lost({}, "says that it was asked before", messages)
        if not carried_out:
            return failure(messages)
        if all(message.level != "error" for message in messages):
            return purchase.lost({}, "holds remarks alone", messages)
        if all(refuses(self._profile, message) for message in messages if message.level == "error"):
            return failure(messages, maybe_done=True)
        return purchase.unclear(messages)

    def _not_voided(self, connection: Connection, answer: SdkAnswer, messages: tuple[Message, ...]) -> CarrierError:
        """Return the error of an answer that does not say that the label was taken back."""
        if messages:
            return failure(messages, maybe_done=was_carried_out(answer))
        if isinstance(answer.result, dict):
            sentence = f"The carrier {connection.carrier_id} does not take the label back, and gives no reason"
            return refused([told(connection, "not_voidable", sentence)])
        return empty_answer(connection, maybe_done=was_carried_out(answer))
