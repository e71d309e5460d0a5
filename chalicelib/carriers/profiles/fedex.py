"""FedEx: what its REST APIs can do through the SDK, and what their codes mean."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from chalicelib.carriers.profiles.fedex_mending import amended, completed, prepared
from chalicelib.carriers.profiles.profile import ErrorCode, LabelFormat, Profile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.domain.trackers import TrackerStatus

_ON_ITS_WAY = "AA AC AF AO AR AS AX CC CH CP DP DR DS EA EO FD HA IP IT IX LO OF PF PL PM RC RM RR SF SP TR"

_STATUSES: Mapping[str, TrackerStatus] = {
    **dict.fromkeys(("AP", "EP", "IN", "OC", "OX", "PD", "RG", "RP"), "pending"),
    **dict.fromkeys(("PU", "PX"), "picked_up"),
    **dict.fromkeys(_ON_ITS_WAY.split(), "in_transit"),
    **dict.fromkeys(("AD", "ED", "OD"), "out_for_delivery"),
    **dict.fromkeys(("HL", "HP"), "ready_for_pickup"),
    **dict.fromkeys(("DD", "DY"), "delivery_delayed"),
    **dict.fromkeys(("CD", "SE"), "on_hold"),
    "DE": "delivery_failed",
    "DL": "delivered",
    "RS": "return_to_sender",
    **dict.fromkeys(("CA", "LP", "RD"), "cancelled"),
}
"""The `eventType` of a scan event.

Source: FedEx Basic Integrated Visibility API, "Tracking status codes" (developer.fedex.com): among them OC shipment
information sent, EP on the way to the pickup, AP at it, PU picked up, OF at the origin's facility, FD at the
destination's, CC cleared customs, CD clearance delayed, OD out for delivery, HL held for pickup, DE delivery exception,
SE shipment exception, DY delayed, RS back to the shipper, LP and RD a return label that was cancelled or has expired.
"""

_REASONS: Mapping[str, str] = {"CD": "customs_delay", "DR": "carrier_vehicle_issue"}
"""Source: the same table; why a delivery failed (DE) is told in words only."""

_ERRORS: Mapping[str, ErrorCode] = {
    # Common to all
    "NOT.AUTHORIZED.ERROR": "authentication_failed",
    "LOGIN.REAUTHENTICATE.ERROR": "authentication_failed",
    "FORBIDDEN.ERROR": "account_refused",
    "UNAUTHORIZED.USAGE": "account_refused",
    "BAD.REQUEST.ERROR": "invalid_request",
    "INVALID.INPUT.EXCEPTION": "invalid_request",
    "INTERNAL.SERVER.ERROR": "carrier_down",
    "SERVICE.UNAVAILABLE.ERROR": "carrier_down",
    "SYSTEM.UNAVAILABLE.EXCEPTION": "carrier_down",
    "SYSTEM.UNEXPECTED.ERROR": "carrier_down",
    # Accounts
    "ACCOUNT.NUMBER.INVALID": "account_refused",
    "ACCOUNT.NUMBER.MISMATCH": "account_refused",
    "ACCOUNT.NUMBERORKEY.INVALID": "account_refused",
    "ACCOUNTNUMBER.REGISTRATION.REQUIRED": "account_refused",
    "RATING.QUOTE.NOTAVAILABLE": "account_refused",
    "SHIPMENT.USER.UNAUTHORIZED": "account_refused",
    # Addresses
    "CITY.REQUIRED": "invalid_address",
    "PERSONNAME.AND.CONTACTNAME.EMPTY": "invalid_address",
    "RECIPIENT.CONTACT.PHONENUMBER.INVALID": "invalid_address",
    "RECIPIENTS.ADDRESSSTATEORPROVINCECODE.MISMATCH": "invalid_address",
    "SHIPPER.CONTACT.PHONENUMBER.INVALID": "invalid_address",
    "STANDARDIZED.ADDRESS.NOTFOUND": "invalid_address",
    "STREETLINE1.EMPTY": "invalid_address",
    "COUNTRY.POSTALCODE.INVALID": "invalid_postal_code",
    "COUNTRY.POSTALCODEORZIP.INVALID": "invalid_postal_code",
    "CRSVZIP.CODE.INVALID": "invalid_postal_code",
    "DESTINATION.POSTALCODE.MISSING.ORINVALID": "invalid_postal_code",
    "ENTERED.ZIPCODE.NOTFOUND": "invalid_postal_code",
    "POSTALCODE.ZIPCODE.REQUIRED": "invalid_postal_code",
    "RECIPIENT.POSTALSTATE.MISMATCH": "invalid_postal_code",
    "SHIPPER.POSTALSTATE.MISMATCH": "invalid_postal_code",
    # Services and lanes
    "FEDEXSERVICE.NOT.AVAILABLE": "lane_not_served",
    "ORIGINZIPCODE.SERVICE.ERROR": "lane_not_served",
    "RATE.LOCATION.NOSERVICE": "lane_not_served",
    "RECIPIENT.COUNTRY.UNSERVICED": "lane_not_served",
    "SERVICE.LOCATION.UNAVAILABLE": "lane_not_served",
    "SERVICE.PACKAGECOMBINATION.INVALID": "service_unavailable",
    "SERVICE.TYPE.NOTAVAILABLE": "service_unavailable",
    "SERVICETYPE.NOT.ALLOWED": "service_unavailable",
    "SELECTED.DESTINATION.SERVICETYPE.INVALID": "service_unavailable",
    # Parcels
    "DIMENSIONS.EXCEEDS.LIMITS": "parcel_too_large",
    "MAXIMUM.WEIGHT.EXCEEDED": "parcel_too_heavy",
    "MAXIMUMWEIGHT.TYPE.ERROR": "parcel_too_heavy",
    "PACKAGE.WEIGHT.INVALID": "invalid_parcel",
    "PACKAGEDIMENSION.TYPE.ERROR": "invalid_parcel",
    "PACKAGINGTYPE.MISSING.OR.INVALID": "invalid_parcel",
    # Options and customs
    "PICKUPTYPE.NOT.AVAILABLE": "invalid_option",
    "PICKUPTYPE.REQUIRED": "invalid_option",
    "SPECIALSERVICE.NOT.ALLOWED": "invalid_option",
    "CURRENCY.TYPE.INVALID": "invalid_customs",
    "SHIPMENT.CURRENCYCODE.INVALID": "invalid_customs",
    # Cancelling
    "CANCELSHIPMENT.TRACKINGNUMBER.DELETED": "already_voided",
    "NOT.FOUND.ERROR": "unknown_shipment",
    "TRACKINGIDS.TRACKINGNUMBER.CLOSED": "not_voidable",
    # Tracking
    "TRACKING.TRACKINGNUMBER.EMPTY": "unknown_tracking_number",
    "TRACKING.TRACKINGNUMBER.INVALID": "unknown_tracking_number",
    "TRACKING.TRACKINGNUMBER.NOTFOUND": "unknown_tracking_number",
}
"""Source: the error codes of FedEx's Authorization, Rate, Ship, Cancel and Track APIs ("API error codes",
developer.fedex.com). What FedEx makes more of than a program can use keeps its own code."""


def _parcel_numbers(bodies: Sequence[bytes]) -> list[str]:
    """Return the parcels' tracking numbers: the SDK tells the master's alone."""
    with suppress(ValueError, KeyError, IndexError, TypeError):
        pieces = json.loads(bodies[0])["output"]["transactionShipments"][0]["pieceResponses"]
        return [str(piece["trackingNumber"]) for piece in pieces]
    return []


PROFILE = Profile(
    carrier_name="fedex",
    connector="fedex",
    display_name="FedEx",
    integration_status="production-ready",
    capabilities=frozenset({"rating", "shipping", "voiding", "tracking", "returns", "multi_parcel", "customs"}),
    live_urls=("https://apis.fedex.com/",),
    test_urls=("https://apis-sandbox.fedex.com/",),
    labels=(LabelFormat("PDF", "4x6", "PDF_4x6"), LabelFormat("ZPL", "4x6", "ZPL_4x6", dpi=203)),
    options={
        "declared_value": {"declared_value": ...},
        "email_notification": {"email_notification": True},
        "email_notification_to": {"email_notification": True, "email_notification_to": ...},
        "insurance": {"declared_value": ...},
        "invoice_number": {"invoice_number": ...},
        "recipient_instructions": {"recipient_instructions": ...},
        "saturday_delivery": {"fedex_saturday_delivery": True},
        "shipper_instructions": {"shipper_instructions": ...},
        "signature_confirmation:signature": {"fedex_signature_option": "direct"},
        "signature_confirmation:adult": {"fedex_signature_option": "adult"},
        "signature_confirmation:direct": {"fedex_signature_option": "direct"},
    },
    statuses=_STATUSES,
    reasons=_REASONS,
    errors=_ERRORS,
    most_parcels=30,
    account_number_for=frozenset({"rating", "shipping", "voiding"}),
    longest_address_line=35,
    longest_name=35,
    prepared=prepared,
    amended=amended,
    completed=completed,
    parcel_numbers=_parcel_numbers,
    credentials_from=(
        "Sign in at https://developer.fedex.com and make two projects for your account number: one with the Ship, Rate "
        "and Transit Times APIs (api_key, secret_key) and one with the Track API (track_api_key, track_secret_key)."
    ),
    notes=(
        "FedEx gives keys for shipping and keys for tracking: without the second pair nothing can be tracked.",
        "Prices are those of the account; discounts and surcharges are listed as FedEx itemises them.",
        "A plain signature is FedEx's direct one: somebody at the address signs, no neighbour.",
        "A declared value, or insurance, is FedEx's declared value for carriage, in equal parts at the parcels.",
        "A declared value and insurance of another amount are refused: FedEx has one place for both.",
        "A line of an address, and a name, has at most 35 characters; a longer one is refused.",
        "Beside the shipment's reference the purchase id is told to FedEx as the parcels' P.O. number.",
        "Who pays duties follows the incoterm where nobody is named: the sender with DDP, else the recipient.",
        "Cash on delivery, dangerous goods and holding at a location can't be asked for yet.",
        "A commodity's weight is told to FedEx for all its pieces, as it wants it, and is one piece's in a request.",
        "With customs in the request FedEx makes the commercial invoice; it is among the shipment's documents.",
        "FedEx takes a label back until the parcel is handed over or its ship date is closed.",
        "FedEx's sandbox answers many requests with recorded answers (alert VIRTUAL.RESPONSE).",
    ),
)
