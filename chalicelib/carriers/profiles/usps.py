"""USPS within the United States, by its APIs of version 3.

Sources: USPS Developer Portal (OAuth, Payments, Shipping Options, Domestic Labels, Tracking 3.0) and the examples that
USPS publishes as `USPS/api-examples`; extra service codes: the portal's Domestic Prices; tracking codes: USPS, "Product
Tracking and Reporting" scan events (Publication 199, appendix); hazardous mail: Publication 52.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.profiles.profile import LabelFormat, Profile
from chalicelib.carriers.profiles.usps_mending import amended, completed, readable
from chalicelib.domain.measures import Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chalicelib.carriers.profiles.profile import ErrorCode
    from chalicelib.domain.shipments import RefundStatus
    from chalicelib.domain.trackers import TrackerStatus

STATUSES: Mapping[str, TrackerStatus] = {
    "GX": "pending",  # shipping label created, USPS awaiting item
    "MA": "pending",  # pre-shipment information sent, USPS awaiting item
    "89": "pending",  # merchant order receipt notification
    "TM": "picked_up",  # shipment received, acceptance pending
    "03": "picked_up",  # acceptance
    "OA": "picked_up",  # origin acceptance
    "UA": "picked_up",  # accepted at USPS facility
    "AD": "picked_up",  # acceptance at destination
    "80": "picked_up",  # picked up by shipping partner
    "06": "in_transit",  # forwarded
    "07": "in_transit",  # arrival at unit
    "10": "in_transit",  # processed
    "81": "in_transit",  # arrived at shipping partner's facility
    "82": "in_transit",  # departed shipping partner's facility
    "83": "in_transit",  # tendered to postal service
    "NT": "in_transit",  # in transit to the next facility
    "PC": "in_transit",  # sorting complete
    "SF": "in_transit",  # departed post office
    "08": "delivery_delayed",  # missent
    "OF": "out_for_delivery",  # out for delivery
    "14": "ready_for_pickup",  # arrival at pick-up point
    "16": "ready_for_pickup",  # available for pickup
    "01": "delivered",  # delivered
    "02": "delivery_failed",  # notice left
    "04": "delivery_failed",  # refused
    "05": "delivery_failed",  # undeliverable as addressed
    "51": "delivery_failed",  # business closed
    "52": "delivery_failed",  # no secure location available
    "53": "delivery_failed",  # receptacle blocked
    "54": "delivery_failed",  # receptacle full, or item oversized
    "55": "delivery_failed",  # no authorized recipient available
    "09": "return_to_sender",  # return to sender
    "21": "return_to_sender",  # no such number
    "22": "return_to_sender",  # insufficient address
    "23": "return_to_sender",  # moved, left no address
    "24": "return_to_sender",  # forward expired
    "25": "return_to_sender",  # addressee unknown
    "26": "return_to_sender",  # vacant
    "27": "return_to_sender",  # unclaimed
    "28": "return_to_sender",  # deceased
}

REASONS: Mapping[str, str] = {
    "02": "consignee_not_home",
    "04": "consignee_refused",
    "05": "consignee_incorrect_address",
    "08": "carrier_sorting_error",
    "21": "consignee_incorrect_address",
    "22": "consignee_incorrect_address",
    "23": "consignee_incorrect_address",
    "24": "consignee_incorrect_address",
    "25": "carrier_address_not_found",
    "26": "consignee_incorrect_address",
    "27": "consignee_not_available",
    "51": "consignee_business_closed",
    "52": "consignee_safe_place_unavailable",
    "53": "consignee_access_restricted",
    "54": "consignee_safe_place_unavailable",
    "55": "consignee_not_available",
}

ERRORS: Mapping[str, ErrorCode] = {
    "400": "invalid_request",
    "401": "authentication_failed",
    "403": "authentication_failed",
    "429": "rate_limited",
    "500": "carrier_down",
    "503": "carrier_down",
    "INVALID_CLIENT": "authentication_failed",
    "UNAUTHORIZED_CLIENT": "authentication_failed",
    "SHIPPING_SDK_ORIGIN_NOT_SERVICED_ERROR": "lane_not_served",
    "SHIPPING_SDK_DESTINATION_NOT_SERVICED_ERROR": "lane_not_served",
}
"""USPS's error object has the HTTP status for a code, and sentences."""

MARKED_BATTERIES = {"usps_hazardous_materials_class_9_marked_lithium_batteries": True}
GROUND_BATTERIES = {"usps_hazardous_materials_class_9_lithium_battery_marked_ground_only": True}

OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "signature_confirmation:signature": {"usps_signature_confirmation": True},
    "signature_confirmation:adult": {"usps_adult_signature_required": True},
    "dangerous_good:true": {"usps_hazardous_materials": True},
    "dangerous_good:3": {"usps_hazardous_materials_class_3_flammable_and_combustible_liquids": True},
    "dangerous_good:4.1": {"usps_hazardous_materials_division_4_1_mailable_flammable_solids_and_safety_matches": True},
    "dangerous_good:5.1": {"usps_hazardous_materials_division_5_1_oxidizers": True},
    "dangerous_good:5.2": {"usps_hazardous_materials_division_5_2_organic_peroxides": True},
    "dangerous_good:6.1": {"usps_hazardous_materials_division_6_1_toxic_materials": True},
    "dangerous_good:6.2": {"usps_hazardous_materials_division_6_2_biological_materials": True},
    "dangerous_good:7": {"usps_hazardous_materials_class_7_radioactive_materials": True},
    "dangerous_good:8": {"usps_hazardous_materials_class_8_air_eligible_corrosive_materials": True},
    "dangerous_good:ion_alone": GROUND_BATTERIES,
    "dangerous_good:metal_alone": GROUND_BATTERIES,
    "dangerous_good:ion_with_equipment": MARKED_BATTERIES,
    "dangerous_good:metal_with_equipment": MARKED_BATTERIES,
    "dangerous_good:ion_in_equipment": MARKED_BATTERIES,
    "dangerous_good:metal_in_equipment": MARKED_BATTERIES,
}
"""Insurance is not here: the connector asks for its price without the value to insure."""


def event_times(body: bytes) -> Iterable[datetime]:
    """Return the events' instants in a tracking answer, in its order: local time and `GMTOffset` apart.

    An event whose time cannot be read, as with an offset of `:`, has none.
    """
    with suppress(ValueError):
        answer = json.loads(body)
        events = answer.get("trackingEvents") if isinstance(answer, dict) else None
        for event in events if isinstance(events, list) else ():
            with suppress(AttributeError, TypeError, ValueError):
                yield from _instant(event.get("eventTimestamp"), event.get("GMTOffset"))


def _instant(local: str | None, offset: str | None) -> Iterator[datetime]:
    if local and offset and not local.endswith("Z"):
        instant = datetime.fromisoformat(f"{local}{offset}")
        if instant.tzinfo is not None:
            yield instant


def cancelled_before(bodies: Sequence[bytes]) -> RefundStatus | None:
    """Return `submitted` where a raw answer to a void says that the label was cancelled before.

    USPS has no code for it, and documents no sentence: one that says `already` and `cancel` is meant.
    """
    told = (body[:LONGEST_REFUSAL] for body in bodies)
    return "submitted" if any(CANCELLED_BEFORE.search(body) for body in told) else None


CANCELLED_BEFORE = re.compile(rb"\balready\b[^\".]{0,100}\bcancell?ed\b", re.IGNORECASE)
LONGEST_REFUSAL = 4000
"""Bytes of an answer that are read for it: the rest of a longer one is no sentence."""

PROFILE = Profile(
    carrier_name="usps",
    connector="usps",
    display_name="USPS",
    integration_status="production-ready",
    capabilities=frozenset({"rating", "shipping", "voiding", "tracking", "returns", "multi_parcel"}),
    live_urls=("https://apis.usps.com",),
    test_urls=("https://apis-tem.usps.com",),
    labels=(
        LabelFormat("PDF", "4x6", "PDF"),
        LabelFormat("ZPL", "4x6", "ZPL203DPI", dpi=203),
        LabelFormat("ZPL", "4x6", "ZPL300DPI", dpi=300),
    ),
    options=OPTIONS,
    statuses=STATUSES,
    reasons=REASONS,
    errors=ERRORS,
    tracking_errors={"404": "unknown_tracking_number"},
    weight_step=Weight.of(Decimal("0.01"), "LB"),
    most_parcels=10,
    sells_parcels_apart=True,
    void_days=30,
    account_number_for=frozenset({"rating", "shipping", "voiding", "returns"}),
    account_country_code="US",
    required=("parcels.length", "parcels.width", "parcels.height"),
    home_only="carries within the United States alone: connect usps_international for what leaves them",
    sold_price="sum",
    refund_in=cancelled_before,
    invoice_category="receipt",
    return_operation="ship",
    zoned_times=event_times,
    longest_address_line=50,
    amended=amended,
    readable=readable,
    completed=completed,
    credentials_from=(
        "Make an app at https://developers.usps.com for the client id and secret; account number, CRID and mailer ids "
        "(MID, manifest MID) stand in the Business Customer Gateway under the enterprise payment account."
    ),
    notes=(
        "This is mail within the United States; parcels that leave it go with `usps_international`.",
        "Labels want an enterprise payment account (EPS) with CRID, MID and manifest MID; rates want the account only.",
        "Each parcel of a shipment is a label of its own: all are bought, one after the other, or none is kept.",
        "Of several parcels `shipment_identifier` lists their tracking numbers, with commas between them.",
        (
            "Prices are commercial ones, which labels cost that an account pays for. The option usps_price_type asks "
            "for others: `COMMERCIAL`, `CONTRACT` (an account's own contract) or `RETAIL` (over the counter). A label "
            "costs what the account has to pay, whatever was quoted."
        ),
        "Rates and labels want each parcel's length, width and height.",
        "A label that is not used can be cancelled within 30 days; its postage is credited to the account later.",
        "A return label is a label in the other direction, paid when it is bought.",
        "Batteries alone go by ground only, and every hazardous parcel must be marked as Publication 52 wants it.",
    ),
)
