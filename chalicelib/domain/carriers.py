"""Carriers: the names by which requests may call them."""

from __future__ import annotations

from chalicelib.domain.tracking_numbers import formats

_NAMES = """aramex asendia asendia_us australiapost boxknight bpost canadapost canpar chronopost colissimo dhl_express
dhl_parcel_de dhl_poland dhl_universal dicom dpd dpd_meta dtdc fedex generic geodis gls hay_post hermes landmark laposte
locate2u mydhl nationex postat purolator roadie royalmail seko sendle smartkargo spring teleship tge tnt ups usps
usps_international veho zoom2u"""

REFERENCE_NAMES = frozenset(_NAMES.split())
"""Carriers that the reference follows (the contract's value list *carrier (tracking)*)."""


def trackable_carriers() -> frozenset[str]:
    """Return every carrier that a number may be said to belong to: the reference's, and all that a number can tell."""
    told = {name for known in formats() for name in (known.carrier_name, *known.issuers.values())}
    return REFERENCE_NAMES | told
