"""Schemas of the OpenAPI document: a named component for each model, object and value list, nothing inline."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from chalicelib.api.openapi_docstrings import described_fields, described_name, first_paragraph
from chalicelib.api.schemas.patches import PATCHES
from chalicelib.domain.carriers import trackable_carriers
from chalicelib.domain.countries import COUNTRIES
from chalicelib.domain.currencies import CURRENCIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic.json_schema import JsonSchemaMode
    from pydantic_core import CoreSchema

Json = dict[str, Any]
Side = Literal["request", "answer"]

MODES: Mapping[Side, JsonSchemaMode] = {"request": "validation", "answer": "serialization"}

REF = "#/components/schemas/{model}"

NULL = {"type": "null"}


def _connectable() -> tuple[str, ...]:
    from chalicelib.carriers.catalogue import carriers  # noqa: PLC0415 - needed for the document alone

    return carriers()


VALUE_LISTS: Mapping[str, tuple[str, Callable[[], Iterable[str]]]] = {
    "Country": ("A country: ISO 3166-1 alpha-2, or XK for Kosovo; accepted in any case.", lambda: COUNTRIES),
    "Currency": ("A currency: ISO 4217; accepted in any case.", lambda: CURRENCIES),
    "Carrier": ("A carrier that can be connected.", _connectable),
    "TrackingCarrier": ("A carrier whose parcels can be followed.", trackable_carriers),
}
"""By component, what long value lists are and hold; request models name them by `x-component`."""

FREE_OBJECTS: Mapping[str, str] = {
    "Carriers": "Carriers' names for people, by `carrier_name`.",
    "ConfigFields": "Fields of a connection's `config`, by name.",
    "ConnectionFields": "Fields of a connection's `credentials`, by name.",
    "Countries": "Countries, by their codes.",
    "Currencies": "Currencies, by their codes.",
    "DimensionUnits": "Centimetres in one, by unit.",
    "OptionTypes": "Options, by name.",
    "PackagePresets": "Packagings of a carrier's own, by name.",
    "PackagingTypes": "A carrier's codes of packagings, by name.",
    "ShippingOptions": "Options that a carrier honours, by name.",
    "ShippingServices": "A carrier's codes of services, by name.",
    "States": "Names of states, by their codes.",
    "WeightUnits": "Grams in one, by unit.",
    "ConnectionConfig": "A carrier's settings for one account. Their names differ from carrier to carrier.",
    "ConnectionCredentials": "What opens an account. The names of the fields differ from carrier to carrier.",
    "Details": "Texts, by the name or path of what they are about.",
    "Meta": "What a carrier, or Dray, says beside the fields. Its names differ from carrier to carrier.",
    "Metadata": "The customer's own key-value pairs, kept and returned as they came.",
    "MetadataUpdateData": "Changes of the customer's own key-value pairs: null removes one.",
    "ReturnShipment": "What is known of a return label that came with the outbound one.",
    "Validation": "Passed over: only answers have it.",
}
"""By component, what objects without fields of their own hold; they are called by the field that holds them."""

CALLED = {"options": "OptionTypes", "config": "ConnectionConfig", "credentials": "ConnectionCredentials"}
"""Such objects whose field alone would not tell whose they are."""

LIMITS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
"""JSON Schema's words for pydantic's."""


@dataclass(frozen=True)
class Place:
    """Where a schema stands: on which side of the wire, in which model, under which field."""

    side: Side
    model: type[BaseModel]
    field: str


class Schemas:
    """The components of the models that requests and answers are made of."""

    def __init__(self, answers: Iterable[type[BaseModel]], requests: Iterable[type[BaseModel]]) -> None:
        self.components: dict[str, Json] = {}
        self._add_models("answer", answers)
        self._add_models("request", requests)

    def parameters(self, query: type[BaseModel]) -> dict[str, Json]:
        """Return the schemas of a query's parameters by name: each is there or it is not, but never null."""
        raw = query.model_json_schema(schema_generator=_Generator)["properties"]
        places = {name: Place("request", query, name) for name in raw}
        return {name: _with_default(self._tidied(raw[name], place)[0], raw[name]) for name, place in places.items()}

    def _add_models(self, side: Side, models: Iterable[type[BaseModel]]) -> None:
        wanted = list(dict.fromkeys(models))
        made = models_json_schema(
            [(model, MODES[side]) for model in wanted], ref_template=REF, schema_generator=_Generator
        )[1]
        classes = {model.__name__: model for model in _reachable(wanted)}
        for name, raw in made.get("$defs", {}).items():
            self._add(name, self._object(classes[name], raw, side))

    def _add(self, name: str, schema: Json) -> Json:
        """Keep a component, and return the reference to it."""
        if self.components.setdefault(name, schema) != schema:
            raise ValueError(f"two different schemas are called {name}: give one of them another name")
        return {"$ref": REF.format(model=name)}

    def _object(self, model: type[BaseModel], raw: Json, side: Side) -> Json:
        descriptions = described_fields(model)
        properties: dict[str, Json] = {}
        names = {field.alias or name: name for name, field in model.model_fields.items()}
        for wire_name, field in raw["properties"].items():
            name = names[wire_name]
            schema, is_nullable = self._tidied(field, Place(side, model, name))
            if side == "request":
                schema = _with_default(_nullable(schema) if _may_be_null(model, name) else schema, field)
            elif is_nullable and not _may_be_left_out(model, name):
                schema = _nullable(schema)
            properties[wire_name] = schema | {"description": _with_values(descriptions.get(name, ""), field, side)}
        required = [name for name in properties if _is_required(model, names[name], side)]
        beyond: Json = {"additionalProperties": False} if side == "request" else {}
        if isinstance(others := raw.get("additionalProperties"), dict):  # names that no field has, but a rule
            beyond = {name: raw[name] for name in ("maxProperties",) if name in raw} | {"additionalProperties": others}
        return {
            "type": "object",
            "description": first_paragraph(model),
            **({"required": required} if required else {}),
            "properties": properties,
            **beyond,
        }

    def _tidied(self, raw: Json, place: Place) -> tuple[Json, bool]:
        """Return a schema with names instead of what is inline, and whether it may be null."""
        if "anyOf" in raw:
            parts = [self._tidied(part, place)[0] for part in raw["anyOf"] if part != NULL]
            return (parts[0] if len(parts) == 1 else {"anyOf": parts}), NULL in raw["anyOf"]
        return self._named(raw, place), False

    def _named(self, raw: Json, place: Place) -> Json:
        if "$ref" in raw:
            return {"$ref": raw["$ref"]}
        if "x-component" in raw:
            return self._value_list(raw["x-component"])
        values = raw.get("enum", [])
        if values and place.side == "request":
            module, name = _alias(place.model, values)
            listed = {"type": "string" if isinstance(values[0], str) else "integer", "enum": values}
            return self._add(name, listed | _described(described_name(module, name)))
        if raw["type"] == "object":
            return self._free_object(raw, place)
        schema = {key: value for key, value in raw.items() if key not in ("title", "default", "enum", "const")}
        if raw["type"] == "array":
            schema["items"] = self._tidied(raw["items"], place)[0]
        return schema

    def _value_list(self, name: str) -> Json:
        text, values = VALUE_LISTS[name]
        return self._add(name, {"type": "string", "enum": sorted(values()), "description": text})

    def _free_object(self, raw: Json, place: Place) -> Json:
        """Name an object without fields of its own after its field; a request's after its side, where they differ."""
        schema = {key: value for key, value in raw.items() if key not in ("title", "default")}
        name = CALLED.get(place.field) or "".join(word.capitalize() for word in place.field.split("_"))
        if name in self.components and self.components[name] != schema | {"description": FREE_OBJECTS[name]}:
            name += "UpdateData" if place.model.__name__ in PATCHES else "Data"
        return self._add(name, schema | {"description": FREE_OBJECTS[name]})


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, for models that say themselves what they leave out, and numbers with limits."""

    def encode_default(self, dft: Any) -> Any:
        """Tell defaults of texts, numbers and booleans alone: no others are shown."""
        return dft if isinstance(dft, str | int) else None

    def ser_schema(self, schema: Any) -> Json | None:
        """Pass over serializers that leave fields out: the fields are described all the same."""
        return None if schema["type"] == "function-wrap" else super().ser_schema(schema)

    def generate_inner(self, schema: Any) -> Json:
        """Add the limits of exact numbers: pydantic checks them by functions, and does not tell."""
        return super().generate_inner(schema) | (_limits(schema) if schema.get("type") == "function-after" else {})


def _limits(schema: CoreSchema | Json) -> Json:
    limits: Json = {}
    while schema["type"] == "function-after":
        function = schema["function"]["function"]
        if isinstance(function, partial):
            limits |= {LIMITS[name]: value for name, value in function.keywords.items() if name in LIMITS}
        schema = schema["schema"]
    return limits


def _reachable(models: Iterable[type[BaseModel]]) -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()
    waiting: list[Any] = list(models)
    while waiting:
        kind = waiting.pop()
        waiting.extend(get_args(kind))
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in found:
            found.add(kind)
            waiting.extend(field.annotation for field in kind.model_fields.values())
    return found


def _alias(model: type[BaseModel], values: list[str]) -> tuple[str, str]:
    """Return the module and name by which the model's code knows a value list."""
    origin = PATCHES.get(model.__name__, model)
    for base in origin.__mro__:
        for name, value in vars(sys.modules[base.__module__]).items():
            if get_origin(value) is Literal and list(get_args(value)) == values:
                return base.__module__, name
    raise ValueError(f"a value list of {model.__name__} has no name: {values}")


def _is_required(model: type[BaseModel], name: str, side: Side) -> bool:
    return not _may_be_left_out(model, name) if side == "answer" else model.model_fields[name].is_required()


def _may_be_left_out(model: type[BaseModel], name: str) -> bool:
    """Return whether an answer lacks a field that holds nothing; all others are always sent."""
    decorators = model.__pydantic_decorators__
    return bool(decorators.model_serializers) or model.model_fields[name].exclude_if is not None


def _may_be_null(model: type[BaseModel], name: str) -> bool:
    """Return whether a request's null means left out, or cleared in a patch: it does but for what must be there."""
    return not PATCHES.get(model.__name__, model).model_fields[name].is_required()


def _nullable(schema: Json) -> Json:
    if "type" in schema:
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [*schema.get("anyOf", [schema]), NULL]}


def _with_default(schema: Json, raw: Json) -> Json:
    """Add the default, but for null, which is the same as left out; objects and lists have none to show."""
    default = raw.get("default")
    return schema if default is None else schema | {"default": default}


def _with_values(text: str, raw: Json, side: Side) -> str:
    """Add the known values of an answer's field, where a request's is an enumeration."""
    parts = raw.get("anyOf", [raw]) if side == "answer" else []
    values = [str(value) for part in parts for value in part.get("enum", [])]
    told = all(value in text for value in values)
    return text if told else f"{text} Known values: {', '.join(values)}."


def _described(text: str | None) -> Json:
    return {"description": text} if text else {}
