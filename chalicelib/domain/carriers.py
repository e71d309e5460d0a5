"""Carriers: the names by which requests may call them."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from chalicelib.domain.tracking_numbers import formats

if TYPE_CHECKING:
    from collections.abc import Iterable

SANDBOX = "sandbox"
"""The built-in carrier's name, and the id of the connection to it that every account has in test mode."""

LONGEST_NAME = 50
"""A longer text is no carrier's name, nor like one."""

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


def close_carriers(name: str) -> tuple[str, ...]:
    """Return the carriers that may be meant by a name that is none of `trackable_carriers`, the likeliest first."""
    return close_names(name, trackable_carriers())


def close_names(name: str, carriers: Iterable[str]) -> tuple[str, ...]:
    """Return which of the carriers may be meant by a name that is none of theirs, the likeliest first.

    They begin with it, or it with them, or they are spelled much alike; case and punctuation don't matter.
    """
    asked = re.sub("[^a-z0-9]+", "_", name[: LONGEST_NAME + 1].lower()).strip("_")
    if not 1 < len(asked) <= LONGEST_NAME:
        return ()
    known = sorted(carriers)
    beginning = [carrier for carrier in known if carrier.startswith(asked) or asked.startswith(f"{carrier}_")]
    alike = get_close_matches(asked, known, n=3, cutoff=0.75)
    return tuple(dict.fromkeys((*beginning, *alike)))
