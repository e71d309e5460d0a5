"""Carrier errors: what each of Dray's words for carriers' codes means, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "authentication_failed": "The carrier does not accept the credentials: check them, and that they are of this mode.",
    "account_refused": "The account may not do this: ask the carrier to open it, or check the account number.",
    "rate_limited": "The carrier has had too many requests of this account: ask again later.",
    "carrier_down": "The carrier can't be reached, or has a fault of its own: ask again later.",
    "invalid_request": "The carrier can't read the request: its words say what is wrong.",
    "invalid_address": "An address is not one that the carrier knows: correct what its words name.",
    "invalid_postal_code": "A postal code is not of its city or country.",
    "invalid_parcel": "A parcel's weight, size or packaging is missing, or does not fit the service.",
    "parcel_too_heavy": "A parcel is heavier than the service takes.",
    "parcel_too_large": "A parcel is larger than the service takes.",
    "invalid_customs": "The customs declaration lacks something, or holds what the carrier does not accept.",
    "invalid_option": "An option is not offered with this service, on this lane or to this account.",
    "service_unavailable": "The service is not offered for this shipment, or not to this account.",
    "lane_not_served": "The carrier does not go from the one address to the other.",
    "unknown_shipment": "The carrier knows no such shipment.",
    "already_voided": "The label was voided before.",
    "not_voidable": "The label can't be voided any more: it was used, or too much time has passed.",
    "already_picked_up": "The label can't be voided, as its parcel is on its way: force closes no shipment either.",
    "unknown_tracking_number": "The carrier knows no such number.",
    "no_tracking_yet": "The carrier knows the number and has nothing to tell yet.",
    "duplicate_request": "The carrier has had this very request before.",
}
"""By `code`, in the order of the docs' table."""
