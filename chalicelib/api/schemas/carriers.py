"""Carriers as they are answered."""

from __future__ import annotations

from pydantic import ConfigDict

from chalicelib.api.schemas.lists import ObjectList
from chalicelib.domain.carrier_details import CarrierDetails


class CarrierList(ObjectList[CarrierDetails]):
    """All carriers on one page, by name."""

    model_config = ConfigDict(defer_build=True)
