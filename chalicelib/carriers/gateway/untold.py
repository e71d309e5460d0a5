"""Untold: what a carrier must know of a shipment, by its profile, and the shipment does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.carriers.profiles.profile import Profile
    from chalicelib.domain.rates import RateRequest
    from chalicelib.domain.shipments import ShipmentFields

TOLD_BY_CARRIER = "meta"
"""Where a source of a void's option begins that the carrier itself told when it sold the label."""


def fields_to_sell(profile: Profile, request: RateRequest) -> list[str]:
    """Return the fields without which the carrier neither quotes nor sells, and that are missing."""
    return [field for path in profile.required for field in _missing(request, path)]


def fields_to_void(profile: Profile, shipment: RateRequest | ShipmentFields | None) -> list[str]:
    """Return the fields without which the carrier takes no label back, and that are missing, as far as is known."""
    sources = [path for path in profile.void_options.values() if not path.startswith(f"{TOLD_BY_CARRIER}.")]
    return [] if shipment is None else [field for path in sources for field in _missing(shipment, path)]


def _missing(shipment: RateRequest | ShipmentFields, path: str) -> Iterator[str]:
    """Yield the fields of a path that are not told; a preset of parcels tells their sizes."""
    where, _, name = path.partition(".")
    if where != "parcels":
        if not getattr(getattr(shipment, where), name):
            yield path
        return
    for index, parcel in enumerate(shipment.parcels):
        if not parcel.package_preset and not getattr(parcel, name):
            yield f"{where}.{index}.{name}"
