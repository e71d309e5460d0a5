"""Kinds: the carriers that a stage offers, as far as connecting to them goes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.carriers import catalogue
from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.connections import CarrierKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from chalicelib.domain.objects import JsonObject

SANDBOX_KIND = CarrierKind(
    SANDBOX,
    "Sandbox",
    ("customs", "multi_parcel", "rating", "returns", "shipping", "tracking", "voiding"),
    has_sandbox=True,
)


class Kinds:
    """Those carriers of the catalogue that a stage chose; the sandbox is always among them."""

    def __init__(self, chosen: Collection[str] | None = None) -> None:
        """None offers every carrier; raises `ValueError` naming what is none."""
        self._chosen = None if chosen is None else frozenset(chosen) | {SANDBOX}
        if chosen and (unknown := sorted(frozenset(chosen) - self._all)):
            raise ValueError(f"{', '.join(unknown)}: there is no such carrier")

    def names(self) -> frozenset[str]:
        """Return their names."""
        return self._all if self._chosen is None else self._chosen

    def kind(self, carrier_name: str) -> CarrierKind:
        """Return what is known of one; raises `KeyError`."""
        if carrier_name not in self.names():
            raise KeyError(carrier_name)
        if carrier_name == SANDBOX:
            return SANDBOX_KIND
        profile = catalogue.profile(carrier_name)
        abilities = tuple(sorted(profile.capabilities))
        return CarrierKind(carrier_name, profile.display_name, abilities, has_sandbox=bool(profile.test_urls))

    def faults_of_credentials(self, carrier_name: str, credentials: Mapping[str, str | int]) -> Mapping[str, str]:
        """Return by field what the carrier's own schema finds wrong; no sentence repeats a value."""
        return catalogue.faults_of_credentials(carrier_name, credentials)

    def faults_of_config(self, carrier_name: str, config: JsonObject) -> Mapping[str, str]:
        """Return by field what is wrong with the carrier's settings, `server_url` aside."""
        return catalogue.faults_of_config(carrier_name, config)

    @cached_property
    def _all(self) -> frozenset[str]:
        return frozenset(catalogue.carriers())
