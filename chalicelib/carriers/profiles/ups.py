"""UPS: what its REST APIs can do through the SDK, and what their codes mean."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.profiles.profile import ErrorCode, LabelFormat, Profile
from chalicelib.carriers.profiles.ups_mending import amended, completed, prepared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.domain.trackers import TrackerStatus

_STATUSES: Mapping[str, TrackerStatus] = {
    # Types, which stand for every code of their kind that is not below.
    "D": "delivered",
    "DD": "in_transit",
    "DO": "in_transit",
    "I": "in_transit",
    "M": "pending",
    "MV": "cancelled",
    "NA": "unknown",
    "O": "out_for_delivery",
    "P": "picked_up",
    "RS": "return_to_sender",
    "U": "in_transit",
    "W": "in_transit",
    "X": "on_hold",
    # Codes
    "AR": "in_transit",
    "DP": "in_transit",
    "DS": "in_transit",
    "FS": "delivered",
    "KB": "delivered",
    "MP": "pending",
    "OF": "out_for_delivery",
    "OR": "picked_up",
    "OT": "out_for_delivery",
    "PU": "picked_up",
    "SR": "in_transit",
    "XD": "picked_up",
}
"""The type and the code of an activity's status.

Source: UPS Tracking API (`status.type`, `status.code`, with SR as its example of a release by customs), UPS Track Alert
API ("status types are M and MV manifest, X exception, I in progress, U update, D delivery") and the Tracking developer
guide's list of status types; the two-letter codes as its appendix names them: MP label made, XD dropped off, PU picked
up, OR origin scan, AR arrived, DP departed, DS destination scan, OT and OF out for delivery, FS and KB delivered.
"""

_ERRORS: Mapping[str, ErrorCode] = {
    # OAuth and what is common to all its services
    "10001": "invalid_request",
    "10002": "invalid_request",
    "10003": "invalid_request",
    "10006": "invalid_request",
    "10400": "invalid_request",
    "10401": "authentication_failed",
    "10403": "account_refused",
    "10429": "rate_limited",
    "10500": "carrier_down",
    "20001": "carrier_down",
    "250002": "authentication_failed",
    "250003": "authentication_failed",
    "250004": "authentication_failed",
    "250005": "authentication_failed",
    "250007": "account_refused",
    "250050": "carrier_down",
    # Rating
    "110002": "invalid_parcel",
    "110003": "invalid_parcel",
    "110108": "invalid_address",
    "110208": "invalid_address",
    "110308": "invalid_address",
    "111030": "invalid_parcel",
    "111031": "invalid_parcel",
    "111035": "parcel_too_heavy",
    "111036": "parcel_too_heavy",
    "111050": "parcel_too_large",
    "111055": "parcel_too_large",
    "111056": "parcel_too_large",
    "111057": "invalid_parcel",
    "111100": "service_unavailable",
    "111210": "lane_not_served",
    "111285": "invalid_postal_code",
    "111286": "invalid_address",
    "111580": "account_refused",
    # Shipping
    "120001": "carrier_down",
    "120020": "invalid_parcel",
    "120021": "duplicate_request",
    **dict.fromkeys(("120100", "120113", "120120", "120121", "120122"), "account_refused"),
    **dict.fromkeys(
        (f"120{party}{field:02d}" for party in (1, 2, 3) for field in (1, 2, 3, 4, 5, 6, 8, 9, 10)), "invalid_address"
    ),
    **dict.fromkeys(("120115", "120200", "120213", "120300", "120313"), "invalid_address"),
    **dict.fromkeys(("120107", "120207", "120307"), "invalid_postal_code"),
    "120124": "lane_not_served",
    **dict.fromkeys(("120400", "120410", "120413", "120415", "120416", "121537"), "account_refused"),
    "120500": "service_unavailable",
    "120505": "invalid_option",
    "120512": "invalid_customs",
    "120529": "invalid_parcel",
    "120546": "invalid_parcel",
    "120548": "invalid_parcel",
    "120598": "invalid_option",
    **dict.fromkeys(("120600", "120601", "120602", "120605", "120606", "120608", "120609", "120622"), "invalid_parcel"),
    **dict.fromkeys(("120702", "120703", "120704", "120705"), "invalid_option"),
    **dict.fromkeys(("120801", "120802", "120803"), "invalid_address"),
    **dict.fromkeys(("121015", "121020", "121045", "121150", "121200"), "invalid_option"),
    "121030": "invalid_parcel",
    "121031": "invalid_parcel",
    "121035": "parcel_too_heavy",
    "121036": "parcel_too_heavy",
    "121050": "parcel_too_large",
    "121055": "parcel_too_large",
    "121056": "parcel_too_large",
    "121057": "invalid_parcel",
    "121100": "service_unavailable",
    "121185": "lane_not_served",
    "121210": "lane_not_served",
    "121214": "lane_not_served",
    "121320": "service_unavailable",
    **dict.fromkeys(
        (f"128{code:03d}" for code in (1, 39, 43, 44, 46, 48, 49, 66, 68, 69, 94, 95, 96, 99, 102, 109)),
        "invalid_customs",
    ),
    # Void
    "190001": "carrier_down",
    "190100": "unknown_shipment",
    "190101": "not_voidable",
    "190102": "not_voidable",
    "190103": "not_voidable",
    "190104": "not_voidable",
    "190109": "unknown_shipment",
    "190115": "not_voidable",
    "190117": "already_voided",
    "190118": "already_picked_up",
    # Tracking
    "TV1002": "unknown_tracking_number",
    "TW0001": "unknown_tracking_number",
}
"""Source: the error codes of UPS's Rating, Shipping, Void, Tracking and OAuth APIs (developer.ups.com, "Errors", and
the appendices of their developer guides). 190102 says both that there is no such shipment and that it is too old."""


def _zoned_times(body: bytes) -> Iterator[datetime]:
    """Yield the instants of the activities: UPS tells them in local time, and the offset in `gmtOffset` beside it."""
    with suppress(ValueError, KeyError, IndexError, TypeError, AttributeError):
        for parcel in json.loads(body)["trackResponse"]["shipment"][0]["package"]:
            yield from filter(None, (_instant(activity) for activity in parcel["activity"]))


def _instant(activity: Mapping[str, Any]) -> datetime | None:
    text = f"{activity.get('date')} {activity.get('time')} {activity.get('gmtOffset')}"
    with suppress(ValueError):
        return datetime.strptime(text, "%Y%m%d %H%M%S %z")
    return None


PROFILE = Profile(
    carrier_name="ups",
    connector="ups",
    display_name="UPS",
    integration_status="production-ready",
    capabilities=frozenset({"rating", "shipping", "voiding", "tracking", "returns", "multi_parcel", "customs"}),
    live_urls=("https://onlinetools.ups.com/",),
    test_urls=("https://wwwcie.ups.com/",),
    labels=(LabelFormat("PDF", "4x6", "PDF_6x4"), LabelFormat("ZPL", "4x6", "ZPL_6x4", dpi=203)),
    options={
        "declared_value": {"declared_value": ...},
        "email_notification": {"email_notification": True},
        "email_notification_to": {"email_notification": True, "email_notification_to": ...},
        "saturday_delivery": {"ups_saturday_delivery_indicator": True},
        "signature_confirmation:signature": {"ups_delivery_confirmation": "1"},
        "signature_confirmation:adult": {"ups_delivery_confirmation": "2"},
    },
    statuses=_STATUSES,
    sdk_statuses=True,  # by the activity's type, for the codes that UPS publishes nowhere
    errors=_ERRORS,
    most_parcels=50,  # UPS takes 200 (error 120020), Dray's requests hold 50
    void_days=28,
    account_number_for=frozenset({"rating", "shipping"}),
    customs_currency="one",
    longest_address_line=35,
    longest_name=35,
    prepared=prepared,
    amended=amended,
    completed=completed,
    zoned_times=_zoned_times,
    credentials_from=(
        "Sign in at https://developer.ups.com, make an app for your own account number with the products Rating, "
        "Shipping and Tracking, and take its client id and client secret; the account number has six characters."
    ),
    notes=(
        "Prices are those of the account's contract (negotiated rates); surcharges are listed as UPS itemises them.",
        "Labels are 4 by 6 inches: the PDF holds UPS's picture of the label, ZPL is for printers of 203 dpi.",
        "A parcel weighs at most 150 lb or 70 kg.",
        "A line of an address, and a name, has at most 35 characters; longer ones are refused: UPS would print a part.",
        "The shipment's reference, or a parcel's own, is told to UPS together with the purchase id.",
        "Who pays duties follows the incoterm where nobody is named: the sender with DDP, else the recipient.",
        "The invoice line tells what the commodities are worth in all, or the declared value; it is no insurance.",
        "All commodities are valued in one currency, which is the invoice's.",
        "Abroad the shipment is described by its parcels, by the declaration's content, or by its commodities.",
        "Parcels are rated and sold for `shipment_date`; without it for today (UTC), at a weekend for Monday.",
        "Insurance, cash on delivery, dangerous goods and holding at an access point can't be asked for yet.",
        "With customs in the request UPS makes the commercial invoice; it is among the shipment's documents.",
        "UPS takes a label back within 28 days of its purchase, and not once the parcel was scanned.",
        "In UPS's test environment (CIE) only some states are served, and a void may answer 190102.",
    ),
)
