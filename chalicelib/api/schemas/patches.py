"""Patches by RFC 7396: the same fields as at creation, all optional; null clears, objects merge, lists are replaced."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Field, create_model

from chalicelib.api.bodies import checked, without_nulls
from chalicelib.api.schemas.fields import RequestBody
from chalicelib.api.schemas.options import OptionsData, OptionsPatch
from chalicelib.api.schemas.shipments import ShipmentData
from chalicelib.domain.addresses import Address
from chalicelib.domain.objects import MetadataKey, MetadataValue
from chalicelib.domain.shipments import ShipmentFields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.domain.shipments import ShipmentRecord

PATCHED_METADATA = dict[MetadataKey, MetadataValue | None] | None
"""Key by key: null removes one."""

PATCH = "A JSON merge patch (RFC 7396): what is left out stays as it is, null clears."
"""The docstring of all patches."""


@cache
def patch_of(model: type[BaseModel], name: str) -> type[RequestBody]:
    """Return the model of a patch to `model`: each field optional and nullable, objects in it likewise."""
    fields: dict[str, Any] = {}
    for field, info in model.model_fields.items():
        kind = PATCHED_METADATA if field == "metadata" else _patched(info.annotation)
        kind = Annotated[kind, *info.metadata] if info.metadata and field != "metadata" else kind
        fields[field] = (kind, Field(None, alias=info.alias))
    base: type[RequestBody] = OptionsPatch if model is OptionsData else RequestBody
    PATCHES[name] = model
    return create_model(name, __base__=base, __doc__=PATCH, **fields)


def merged(tree: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return `tree` with `patch` merged into it (RFC 7396, section 2)."""
    result = dict(tree)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            below = result.get(name)
            result[name] = merged(below if isinstance(below, dict) else {}, value)
        else:
            result[name] = value
    return result


def patched_fields(record: ShipmentRecord, patch: Mapping[str, Any], new_id: Callable[[str], str]) -> ShipmentFields:
    """Return the shipment's fields as `patch` leaves them; what it does not name stays the same object.

    Raises `InvalidRequest` when the outcome could not have been created.
    """
    tree = _checkable(record.model_dump(include=set(ShipmentData.model_fields), exclude_none=True), patch)
    outcome = checked(ShipmentData, without_nulls(merged(tree, patch)), "The shipment could not be updated")
    fields = outcome.fields(new_id)
    kept = {}
    for name in ShipmentFields.model_fields:
        before, after = getattr(record, name), getattr(fields, name)
        if name not in patch:
            kept[name] = before
        elif isinstance(before, Address) and isinstance(after, Address):
            kept[name] = after.model_copy(update={"id": before.id})
        else:
            kept[name] = after
    return ShipmentFields.model_construct(**kept)


def _checkable(tree: dict[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored shipment without the options that stay: a carrier may have given up one that it knew then."""
    if "options" not in patch:
        tree.pop("options", None)
    if "parcels" not in patch:
        tree["parcels"] = [{name: parcel[name] for name in parcel if name != "options"} for parcel in tree["parcels"]]
    return tree


def _patched(annotation: Any) -> Any:
    """Return the annotation of a patched field: null clears it."""
    return _of_patch(annotation) | None


def _of_patch(annotation: Any) -> Any:
    """Return an annotation with patches in place of the objects in it; lists stay, as they are replaced."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return patch_of(annotation, f"{annotation.__name__.removesuffix('Data')}UpdateData")
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[_of_patch(parts[0]), *parts[1:]]
    if origin in (Union, UnionType):
        return Union[tuple(_of_patch(part) for part in parts)]  # noqa: UP007 - of as many as there are
    return annotation


PATCHES: dict[str, type[BaseModel]] = {}
"""Of which model each patch is one, by the patch's name."""

ShipmentUpdateData = patch_of(ShipmentData, "ShipmentUpdateData")
