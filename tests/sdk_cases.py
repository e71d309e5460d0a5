"""A carrier that the SDK speaks to, as its profile tells it, and the SDK's answers, made by its own models."""

import base64
import os
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import attr
import pytest

from chalicelib.carriers.catalogue import CatalogueEntry, PresetFacts
from chalicelib.carriers.gateway.answers import Ids
from chalicelib.carriers.gateway.carrier import SdkCarrier
from chalicelib.carriers.gateway.loading import load
from chalicelib.carriers.gateway.requests import Dialect
from chalicelib.carriers.gateway.sdk import SdkAnswer, SdkOperation
from chalicelib.carriers.profiles.profile import LabelFormat, Profile
from chalicelib.domain.credentials import Credentials
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierError
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Connection, PurchaseRequest, VoidRequest
from chalicelib.domain.rates import Rate, RateRequest
from tests.builders import A_TENANT, NOW, a_rate, an_id
from tests.sandbox_cases import a_request

CARRIER = "ups"
"""The carrier whose name the tests' profile has; all else of it is made up."""

GROUND, NEXT_DAY = "ups_ground", "ups_next_day_air"
"""Services that the catalogue has for it."""

EVERYTHING: Any = frozenset({"rating", "shipping", "voiding", "tracking", "returns", "multi_parcel", "customs"})

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20 + b"IEND\xaeB`\x82"
ZPL = b"^XA^FO50,50^FDHello^FS^XZ"

IDS = Ids(lambda: NOW, os.urandom)


def a_profile(**changes: Any) -> Profile:
    """A carrier that can do everything."""
    fields: dict[str, Any] = {
        "carrier_name": CARRIER,
        "connector": CARRIER,
        "display_name": "Acme Parcels",
        "integration_status": "beta",
        "capabilities": EVERYTHING,
        "live_urls": ("https://api.acme.example",),
        "test_urls": ("https://sandbox.acme.example",),
        "labels": (
            LabelFormat("PDF", "4x6", "PDF_4x6"),
            LabelFormat("PDF", "letter", "PDF_8_5x11"),
            LabelFormat("ZPL", "4x6", "ZPL_203", dpi=203),
            LabelFormat("ZPL", "4x6", "ZPL_300", dpi=300, config={"print_density": 12}),
        ),
        "options": {
            "insurance": {"acme_cover": ..., "acme_covered": True},
            "saturday_delivery": {"saturday_delivery": True},
            "signature_confirmation:signature": {"acme_signature": "S"},
            "signature_confirmation:adult": {"acme_signature": "A"},
            "dangerous_good:ion_in_equipment": {"acme_battery": "3481"},
            "dangerous_good:3": {"acme_hazard": ...},
        },
        "errors": {"E-LIMIT": "rate_limited", "E-DOWN": "carrier_down", "E-KEY": "authentication_failed"},
        "most_parcels": 3,
    }
    return Profile(**(fields | changes))


def an_entry(**changes: Any) -> CatalogueEntry:
    """What the SDK knows of the carrier."""
    fields: dict[str, Any] = {
        "carrier_name": CARRIER,
        "services": {"acme_ground": "03", "acme_air": "01"},
        "options": {"acme_own": "boolean", "acme_count": "integer", "acme_text": "string"},
        "packaging_types": {"acme_bag": "BG"},
        "package_presets": {"acme_small_box": PresetFacts(20, 15, 10, "CM")},
    }
    return CatalogueEntry(**(fields | changes))


def a_dialect(profile: Profile | None = None, **changes: Any) -> Dialect:
    return Dialect(profile or a_profile(), an_entry(**changes))


def a_connection(**changes: Any) -> Connection:
    """A customer's account, with credentials by name and a config of its own."""
    credentials = changes.pop("credentials", {"account_number": "A1B2C3"})
    fields: dict[str, Any] = {
        "carrier_name": CARRIER,
        "carrier_id": "acme-main",
        "tenant": A_TENANT,
        "id": an_id("con"),
        "credentials": Credentials(lambda: credentials),
    }
    return Connection(**(fields | changes))


def an_order(request: RateRequest | None = None, **changes: Any) -> PurchaseRequest:
    fields: dict[str, Any] = {
        "purchase_id": an_id("pur"),
        "shipment": request or a_request(),
        "rate": an_acme_rate(),
        "label_type": "PDF",
    }
    return PurchaseRequest(**(fields | changes))


def an_acme_rate(**changes: Any) -> Rate:
    fields: dict[str, Any] = {"carrier_name": CARRIER, "carrier_id": "acme-main", "meta": {"service_name": "Ground"}}
    return a_rate(changes.pop("service", "acme_ground"), **(fields | changes))


def a_void_of(identifier: str = "SHIP-1", **changes: Any) -> VoidRequest:
    fields: dict[str, Any] = {
        "void_id": an_id("void"),
        "purchase_id": an_id("pur"),
        "shipment_identifier": identifier,
        "tracking_number": "T1",
        "service": "acme_ground",
    }
    return VoidRequest(**(fields | changes))


def model(name: str, /, **fields: Any) -> Any:
    """A part of a result, as the SDK's own model."""
    return getattr(load().models, name)(**fields)


def told(name: str, /, **fields: Any) -> dict[str, Any]:
    """A result of the SDK as plain JSON, every field of its model there."""
    made: dict[str, Any] = attr.asdict(model(name, **({"carrier_name": CARRIER, "carrier_id": "acme-main"} | fields)))
    return made


def a_told_rate(**changes: Any) -> dict[str, Any]:
    return told("RateDetails", **({"service": "acme_ground", "currency": "USD", "total_charge": 12.5} | changes))


def a_label_model(**changes: Any) -> Any:
    """A sold label, as the SDK's own model."""
    docs = {"label": encoded(PDF)} | changes.pop("docs", {})
    fields = {
        "carrier_name": CARRIER,
        "carrier_id": "acme-main",
        "tracking_number": "T1",
        "shipment_identifier": "SHIP-1",
        "docs": model("Documents", **docs),
        "label_type": "PDF",
        "meta": {"carrier_tracking_link": "https://acme.example/track/T1"},
    }
    return model("ShipmentDetails", **(fields | changes))


def a_told_label(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = attr.asdict(a_label_model(**changes))
    return made


def a_told_tracking(*events: dict[str, Any], **changes: Any) -> dict[str, Any]:
    made = [model("TrackingEvent", **event) for event in events]
    return told("TrackingDetails", **({"tracking_number": "T1", "events": made} | changes))


def an_event_told(**changes: Any) -> dict[str, Any]:
    fields = {"date": "2026-11-24", "time": "09:26", "code": "OF", "description": "Out for delivery"}
    return fields | {"timestamp": "2026-11-24T09:26:00.000Z"} | changes


def a_word(code: Any = "E-42", message: Any = "Not today", **changes: Any) -> dict[str, Any]:
    """A message of the carrier's, as the SDK tells it."""
    return told("Message", **({"code": code, "message": message} | changes))


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def an_answer(result: Any = None, *messages: dict[str, Any], **changes: Any) -> SdkAnswer:
    fields: dict[str, Any] = {"result": result, "messages": messages, "statuses": (200,), "bodies": ()}
    return SdkAnswer(**(fields | changes))


@dataclass
class FakeSdk:
    """An SDK that answers by script, and notes what it was asked."""

    answers: deque[SdkAnswer | Exception] = field(default_factory=deque)
    calls: list[tuple[SdkOperation, Mapping[str, Any], Connection]] = field(default_factory=list)
    has_tokens: bool = False

    def will(self, *answers: SdkAnswer | Exception) -> "FakeSdk":
        self.answers.extend(answers)
        return self

    def call(
        self,
        connection: Connection,
        profile: Profile,
        operation: SdkOperation,
        request: Mapping[str, Any],
        deadline: Deadline,
    ) -> SdkAnswer:
        assert deadline.left_s() > 0
        assert profile.carrier_name == connection.carrier_name
        self.calls.append((operation, request, connection))
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def authenticate(self, connection: Connection, profile: Profile, deadline: Deadline) -> bool:
        assert (connection.carrier_name, deadline.left_s() > 0) == (profile.carrier_name, True)
        return self.has_tokens

    @property
    def operations(self) -> list[str]:
        return [operation for operation, _, _ in self.calls]


def codes_of(messages: Any) -> list[str]:
    return [message.code for message in messages if isinstance(message, Message)]


def a_carrier(sdk: FakeSdk, **profile: Any) -> SdkCarrier:
    return SdkCarrier(a_profile(**profile), sdk, lambda: NOW, os.urandom)


def buying(**changes: Any) -> Any:
    return an_order(changes.pop("request", None), rate=an_acme_rate(service=GROUND), **changes)


def raised(call: Any) -> CarrierError:
    with pytest.raises(CarrierError) as error:
        call()
    assert error.value.messages
    assert {(message.carrier_name, message.carrier_id) for message in error.value.messages} == {("ups", "acme-main")}
    return error.value
