"""Attempts: one operation through the SDK's direct path, where errors come as exceptions and nothing is shared."""

from __future__ import annotations

import copy
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib import logs
from chalicelib.carriers.gateway.bodies import words_in
from chalicelib.carriers.gateway.calls import SELLING, Call, current
from chalicelib.carriers.gateway.faults import Fault, Stop
from chalicelib.carriers.gateway.loading import load, load_connector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.domain.ports import Connection

    Amended = Callable[[str, Any, Mapping[str, Any]], Any]

LISTS = ("rate", "track")


@dataclass(frozen=True)
class Parsed:
    """An answer that the SDK read."""

    result: Any
    messages: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A call that came to nothing before the operation itself was sent."""

    sentence: str
    """With `{carrier}` for its name."""
    code: str
    about: tuple[str, ...] = ()
    """Each field or reason."""
    carrier_code: str = ""


@dataclass(frozen=True)
class Steps:
    """The SDK's names for an operation."""

    model: str
    create: str
    send: str
    parse: str


STEPS: Mapping[str, Steps] = {
    "rate": Steps("RateRequest", "create_rate_request", "get_rates", "parse_rate_response"),
    "ship": Steps("ShipmentRequest", "create_shipment_request", "create_shipment", "parse_shipment_response"),
    "return": Steps(
        "ShipmentRequest", "create_return_shipment_request", "create_return_shipment", "parse_return_shipment_response"
    ),
    "cancel": Steps(
        "ShipmentCancelRequest", "create_cancel_shipment_request", "cancel_shipment", "parse_cancel_shipment_response"
    ),
    "track": Steps("TrackingRequest", "create_tracking_request", "get_tracking", "parse_tracking_response"),
}


@dataclass
class Attempt:
    """One try of one call."""

    call: Call
    connection: Connection
    connector: str
    amended: Amended | None = None
    """Puts right what the connector would send: of the operation, that, and the request."""

    def outcome(self, request: Mapping[str, Any]) -> Parsed | Fault | Refusal:
        """Return how it ended; nothing that the SDK raises gets out, as its texts may repeat secrets."""
        if self.call.deadline.left_s() <= 0:
            return Fault("timeout", "was not asked: no time was left")
        before = current.set(self.call)
        ended: Parsed | Fault | Refusal
        try:
            parsed = self._authenticated() if self.call.operation == "authenticate" else self._answered(request)
            ended = self._judged(parsed)
        except Stop as stopped:
            ended = stopped.fault
        except Exception as error:  # noqa: BLE001 - whatever the SDK raises becomes one of three things
            ended = self._understood(error)
        finally:
            current.reset(before)
        if self.call.unheard is not None and not isinstance(ended, Parsed):
            ended = self.call.unheard  # why the connector made nothing of the sale
        return self.call.fault or ended

    def _answered(self, request: Mapping[str, Any]) -> Parsed:
        sdk, steps = load(), STEPS[self.call.operation]
        connector = load_connector(self.connector)
        settings = self._settings(connector)
        mapper, proxy = connector.Mapper(settings), connector.Proxy(settings)
        model = _unshared(sdk.lib.to_object(getattr(sdk.models, steps.model), copy.deepcopy(dict(request))))
        worded = self._amended(getattr(mapper, steps.create)(model), request)
        answer = getattr(proxy, steps.send)(worded)
        self.call.is_parsing = True
        result, messages = getattr(mapper, steps.parse)(answer)
        return Parsed(_plain(result), tuple(_plain(message) for message in messages or ()))

    def _amended(self, worded: Any, request: Mapping[str, Any]) -> Any:
        """Return the SDK's request so that the carrier hears what the profile makes of it."""
        amended = self.amended
        if amended is not None:
            spell, operation, asked = worded._serializer, self.call.operation, copy.deepcopy(dict(request))  # noqa: SLF001
            worded._serializer = lambda value: amended(operation, spell(value), asked)  # noqa: SLF001
        return worded

    def _authenticated(self) -> Parsed:
        sdk, connector = load(), load_connector(self.connector)
        settings = self._settings(connector)
        try:
            connector.Proxy(settings).authenticate(
                sdk.lib.Serializable({}, _same, {"auth_type": self._kind_of_token()})
            )
        except sdk.errors.MethodNotSupportedError:
            for name in ("access_token", "authorization"):  # some connectors ask for a token when they are read
                getattr(settings, name, None)
        return Parsed(None)

    def _kind_of_token(self) -> str:
        """Return which of FedEx's two pairs of keys is asked about; other connectors don't look at it."""
        given = {name for name, value in self.connection.credentials.reveal().items() if value}
        return "track_auth" if "track_api_key" in given and "api_key" not in given else "shipping_auth"

    def _settings(self, connector: Any) -> Any:
        sdk = load()
        config = {name: value for name, value in self.connection.config.items() if name != "server_url"}
        settings = sdk.lib.to_object(
            connector.Settings,
            {
                **self.connection.credentials.reveal(),
                "carrier_id": self.connection.carrier_id,
                "test_mode": self.connection.tenant.is_test,
                "config": copy.deepcopy(config),
                "metadata": {},
                "id": self.connection.id,
            },
        )
        settings.cache, settings.tracer, settings.system_config = self.call.tokens, sdk.tracer(), sdk.system_config()
        return _unshared(settings)

    def _judged(self, parsed: Parsed) -> Parsed | Fault:
        """Return the answer where it is whole, else what is wrong with it."""
        call = self.call
        if call.operation in (*SELLING, "cancel") and call.is_partly_done:
            return Fault("unreadable", "did a part of what was asked and refused the rest", has_left=True)
        if call.operation == "authenticate":
            return parsed
        if self._is_refused:  # connectors hold what they can't read for a void, and some for a label
            parsed = Parsed(None, parsed.messages)
        if not parsed.result and not parsed.messages:
            return self._silence()
        return Parsed(parsed.result or [], parsed.messages) if call.operation in LISTS else parsed

    @property
    def _is_refused(self) -> bool:
        """Whether the carrier said no, so that no result can be meant; a label that was sold before stays sold."""
        call = self.call
        if call.operation in SELLING:
            return call.is_refused_as_a_whole and not any(one.is_done for one in call.exchanged)
        return call.operation == "cancel" and call.is_refused_as_a_whole

    def _silence(self) -> Parsed | Fault:
        """Return what an answer means that the SDK found nothing in."""
        refused = next((one for one in self.call.exchanged if one.status is not None and one.status >= 400), None)  # noqa: PLR2004
        if refused is not None:
            sentence = f"refused the request (status {refused.status})"
            words = words_in(refused.body)
            return Fault("refused", sentence, has_left=True, status=refused.status, carrier_words=words)
        if self.call.operation in LISTS:
            return Parsed([])  # a whole answer that offers nothing, or tells of no journey
        return Fault("unreadable", "sent an answer that says nothing about it", has_left=True)

    def _understood(self, error: Exception) -> Parsed | Fault | Refusal:
        """Return what an exception of the SDK's means, without texts that may hold secrets."""
        errors = load().errors
        if isinstance(error, errors.ParsedMessagesError):
            messages = tuple(_plain(message) for message in error.messages)
            if self.call.tokens.has_failed:
                about = tuple(str(one.get("message") or one.get("code") or "") for one in messages)
                code = str(messages[0].get("code") or "") if messages else ""
                return Refusal("{carrier} gave no token for the credentials", "authentication_failed", about, code)
            return Parsed([] if self.call.operation in LISTS else None, messages)
        if isinstance(error, errors.MethodNotSupportedError):
            return Refusal("{carrier} does not offer this", "not_supported")
        logs.logger().warning("sdk_failed", extra={"fields": {"carrier": self.connector, **_place(error)}})
        if self.call.exchanged or self.call.tokens.has_failed:
            return Fault("unreadable", "sent an answer that could not be understood", has_left=True)
        worded = isinstance(error, errors.ShippingSDKError)  # by the SDK, about the request
        faults = tuple(getattr(error, "details", None) or (str(error),)) if worded else ()
        return Refusal("The request could not be put into the form of {carrier}", "invalid_request", faults)


def _place(error: Exception) -> dict[str, str]:
    """Return the kind of error and where it happened, for the log."""
    frames = traceback.extract_tb(error.__traceback__)
    at = frames[-1] if frames else None
    return {
        "error": type(error).__name__,
        "where": f"{at.filename.partition('site-packages/')[2]}:{at.lineno}" if at else "",
    }


def _plain(value: Any) -> Any:
    return None if value is None else load().lib.to_dict(value)


def _same(value: Any) -> Any:
    return value


def _unshared(value: Any) -> Any:
    """Give an object of the SDK's its own dicts and lists where it has its class's, which all objects share."""
    for attribute in getattr(type(value), "__attrs_attrs__", ()):
        held = getattr(value, attribute.name)
        if isinstance(held, dict | list) and held is attribute.default:
            setattr(value, attribute.name, copy.copy(held))
        elif isinstance(held, list):
            for one in held:
                _unshared(one)
        else:
            _unshared(held)
    return value
