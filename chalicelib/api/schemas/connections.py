"""Connections as they are sent: credentials go in, and no `repr` or fault of a body shows them."""

from __future__ import annotations

import json
import re
from functools import partial
from math import isinf
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from chalicelib.api.bodies import checked, without_nulls
from chalicelib.api.schemas.fields import RequestBody, ShortText, raise_faults
from chalicelib.api.schemas.patches import merged, patch_of
from chalicelib.domain.connections import CARRIER_ID
from chalicelib.domain.credentials import Credentials
from chalicelib.domain.objects import Flag, JsonObject, Metadata
from chalicelib.services.connections import ConnectionWish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from chalicelib.domain.connections import ConnectionRecord

MOST_CHARACTERS = 2000
"""No single credential is longer."""

MOST_CONFIG_BYTES = 8192
"""The longest `config`, as JSON: every rating reads it."""


def _name(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(CARRIER_ID, value):  # None: in a patch, whose outcome is judged
        raise ValueError("must have 1 to 100 letters, digits, dots, hyphens and underscores")
    return value


def _credentials(value: object) -> Credentials | None:
    """Return what opens the account; the faults of the fields repeat no value."""
    if value is None:  # in a patch, whose outcome is judged
        return None
    if not isinstance(value, dict):
        raise ValueError("must be an object")  # noqa: TRY004 - pydantic gathers ValueErrors
    given = {name: field for name, field in value.items() if field is not None}
    raise_faults("ConnectionCredentials", {name: told for name in given if (told := _fault_of(given[name]))})
    return Credentials(partial(dict, given))


def _fault_of(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return None
    if not isinstance(value, str):
        return "Must be a string or a whole number"
    if not 1 <= len(value) <= MOST_CHARACTERS:
        return f"Must have 1 to {MOST_CHARACTERS} characters"
    return None if value.isprintable() else "Must hold no line breaks, tabs or other unprintable characters"


def _config(value: JsonObject | None) -> JsonObject | None:
    """Return the settings with JSON's own numbers, short enough to be read with each rating."""
    if value is None:
        return None
    text = json.dumps(value, default=_json_number)
    if len(text) > MOST_CONFIG_BYTES:
        raise ValueError(f"must have at most {MOST_CONFIG_BYTES} bytes as JSON")
    plain: JsonObject = json.loads(text)
    return plain


def _json_number(value: Decimal) -> float:
    number = float(value)
    if isinf(number):
        raise ValueError("must hold numbers that fit a double")
    return number


CarrierName = Annotated[str, WithJsonSchema({"type": "string", "x-component": "Carrier"})]
"""Whether there is such a carrier is judged where it is connected: a stage may offer a part of them."""

CarrierId = Annotated[
    str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{CARRIER_ID}$", "maxLength": 100})
]

_TEXT = {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS}

GivenCredentials = Annotated[
    Credentials,
    PlainValidator(_credentials),
    WithJsonSchema({"type": "object", "additionalProperties": {"anyOf": [_TEXT, {"type": "integer"}]}}),
]
"""Behind a class that shows them to nobody."""


class ConnectionFields(RequestBody):
    """What a connection is beside its credentials."""

    carrier_name: CarrierName
    """The carrier. A connection keeps it."""
    carrier_id: CarrierId
    """Your own name for the connection, unique in account and mode: rates and shipments show it. A connection keeps
    it. `sandbox` is the built-in sandbox's."""
    capabilities: Annotated[tuple[ShortText, ...], Field(min_length=1, max_length=20)] | None = None
    """What the connection is used for; all that the carrier can do, where it is left out."""
    config: Annotated[JsonObject, AfterValidator(_config)] = Field(default_factory=dict)
    """The carrier's settings for this account: `config_fields` of `/v1/carriers/{carrier_name}`. `server_url` sends its
    calls to another host; who changes it sends the credentials again."""
    metadata: Metadata = Field(default_factory=dict)
    """The customer's own key-value pairs."""
    active: Flag = True
    """Whether it is asked for rates; labels that were bought through it can be voided and followed all the same."""

    def wish(self, credentials: Credentials | None) -> ConnectionWish:
        """Return what is wanted, with these credentials."""
        return ConnectionWish(
            carrier_name=self.carrier_name,
            carrier_id=self.carrier_id,
            credentials=credentials,
            capabilities=tuple(dict.fromkeys(self.capabilities or ())),
            config=self.config,
            metadata=self.metadata,
            active=self.active,
        )


class CarrierConnectionData(ConnectionFields):
    """An account with a carrier to connect."""

    credentials: GivenCredentials
    """What opens the account: `connection_fields` of `/v1/carriers/{carrier_name}`. They go in and never come out. In a
    PATCH they replace the whole set."""


PatchedCarrierConnectionData = patch_of(CarrierConnectionData, "PatchedCarrierConnectionData")


def changed(record: ConnectionRecord, patch: Mapping[str, Any]) -> ConnectionWish:
    """Return the connection as `patch` wants it: settings and metadata merge, credentials replace the whole set.

    Raises `InvalidRequest` when the outcome could not have been created.
    """
    tree = record.model_dump(include=set(ConnectionFields.model_fields))
    if not record.capabilities:  # not narrowed
        del tree["capabilities"]
    outcome = without_nulls(merged(tree, {name: value for name, value in patch.items() if name != "credentials"}))
    if "credentials" not in patch:
        return checked(ConnectionFields, outcome, FAILURE).wish(None)
    if patch["credentials"] is not None:
        outcome["credentials"] = patch["credentials"]
    data = checked(CarrierConnectionData, outcome, FAILURE)
    return data.wish(data.credentials)


FAILURE = "The connection could not be updated"
