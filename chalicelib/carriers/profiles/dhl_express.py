"""DHL Express by its MyDHL API, which the SDK's connector `mydhl` speaks.

Sources: DHL Developer Portal, "DHL Express - MyDHL API", reference and user guide (addresses, errors, label templates,
limits); DHL Express, "XML Services" reference data, the table of tracking event codes, which are the `typeCode` of an
event in the MyDHL API too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.carriers.profiles.dhl_express_mending import amended, completed, prepared, readable
from chalicelib.carriers.profiles.dhl_express_products import SERVICES
from chalicelib.carriers.profiles.profile import LabelFormat, Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.carriers.profiles.profile import ErrorCode
    from chalicelib.domain.trackers import TrackerStatus

API = "https://express.api.dhl.com/mydhlapi"
PATHS = ("rates", "shipments", "tracking")
"""What is called. Live addresses are listed with them: the test addresses begin with the live ones."""

STATUSES: Mapping[str, TrackerStatus] = {
    "SD": "pending",  # shipment details received
    "PU": "picked_up",  # shipment pick up
    "SA": "picked_up",  # shipment acceptance
    "AF": "in_transit",  # arrived facility
    "AR": "in_transit",  # arrival in delivery facility
    "BN": "in_transit",  # customer broker notified
    "BR": "in_transit",  # broker release
    "CI": "in_transit",  # facility check-in
    "CR": "in_transit",  # clearance release
    "CU": "in_transit",  # confirm uplift
    "DF": "in_transit",  # depart facility
    "ES": "in_transit",  # entry submitted
    "FD": "in_transit",  # forward destination
    "IC": "in_transit",  # in clearance processing
    "PD": "in_transit",  # partial delivery: some pieces are still on their way
    "PL": "in_transit",  # processed at location
    "PO": "in_transit",  # processed at origin
    "PY": "in_transit",  # payment
    "RR": "in_transit",  # response received
    "RW": "in_transit",  # weigh and dimension
    "SC": "in_transit",  # service changed
    "SI": "in_transit",  # shipment inspection
    "SM": "in_transit",  # scheduled movement
    "TP": "in_transit",  # forwarded to a third party
    "TR": "in_transit",  # record of transfer
    "UV": "in_transit",  # unload vehicle
    "WC": "out_for_delivery",  # with delivering courier
    "CC": "ready_for_pickup",  # awaiting consignee collection
    "OK": "delivered",  # delivery
    "DD": "delivered",  # delivered damaged
    "AD": "on_hold",  # agreed delivery, on another day
    "HP": "on_hold",  # held for payment
    "OH": "on_hold",  # on hold
    "SS": "on_hold",  # shipment stopped
    "ST": "on_hold",  # shipment intercept
    "TI": "on_hold",  # trace initiated
    "CD": "delivery_delayed",  # controllable clearance delay
    "MC": "delivery_delayed",  # miscode
    "MD": "delivery_delayed",  # missed delivery cycle
    "MS": "delivery_delayed",  # missort
    "NA": "delivery_delayed",  # not arrived
    "TD": "delivery_delayed",  # transport delay
    "UD": "delivery_delayed",  # uncontrollable clearance delay
    "BA": "delivery_failed",  # bad address
    "CA": "delivery_failed",  # closed on arrival
    "CM": "delivery_failed",  # customer moved
    "DS": "delivery_failed",  # destroyed or disposed of
    "ND": "delivery_failed",  # not delivered
    "NH": "delivery_failed",  # not home
    "RD": "delivery_failed",  # refused delivery
    "RT": "return_to_sender",  # returned to consignor
}
"""`CS` (closed shipment) and `TT` (trace terminated) say nothing of where a parcel is, so they stay unknown."""

REASONS: Mapping[str, str] = {
    "BA": "consignee_incorrect_address",
    "CA": "consignee_business_closed",
    "CD": "customs_delay",
    "CM": "consignee_incorrect_address",
    "DD": "carrier_damaged_parcel",
    "HP": "customs_duties_unpaid",
    "MC": "carrier_sorting_error",
    "MD": "carrier_not_enough_time",
    "MS": "carrier_sorting_error",
    "NH": "consignee_not_home",
    "RD": "consignee_refused",
    "SI": "security_issue",
    "TI": "parcel_being_researched",
    "UD": "customs_delay",
}

ERRORS: Mapping[str, ErrorCode] = {
    "400": "invalid_request",
    "401": "authentication_failed",
    "415": "invalid_request",
    "422": "invalid_request",
    "429": "rate_limited",
    "500": "carrier_down",
}
"""DHL's error object has the HTTP status for a code; its numbers (`8009: …`) are in the sentences, which are kept. 404
is not here: it tells an unknown number when tracking and an unserved lane when rating."""

PROFILE = Profile(
    carrier_name="dhl_express",
    connector="mydhl",
    display_name="DHL Express",
    integration_status="production-ready",
    capabilities=frozenset({"rating", "shipping", "tracking", "returns", "multi_parcel", "customs"}),
    live_urls=tuple(f"{API}/{path}" for path in PATHS),
    test_urls=tuple(f"{API}/test/{path}" for path in PATHS),
    services=SERVICES,
    labels=(
        LabelFormat("PDF", "4x6", "PDF_4x6"),
        LabelFormat("PDF", "A6", "PDF_A6"),
        LabelFormat("PDF", "A4", "PDF_A4"),
        LabelFormat("ZPL", "4x6", "ZPL_4x6_300", dpi=300),
        LabelFormat("ZPL", "4x6", "ZPL_4x6_200", dpi=203),
        LabelFormat("ZPL", "A6", "ZPL_A6_300", dpi=300),
        LabelFormat("ZPL", "A6", "ZPL_A6_200", dpi=203),
    ),
    options={"declared_value": {"declared_value": ...}},
    statuses=STATUSES,
    reasons=REASONS,
    errors=ERRORS,
    tracking_errors={"404": "unknown_tracking_number"},
    most_parcels=50,
    account_number_for=frozenset({"rating", "shipping", "returns"}),
    required=("shipper.city", "recipient.city", "parcels.length", "parcels.width", "parcels.height"),
    check_number="1234567890",
    return_operation="ship",
    longest_address_line=45,
    customs_currency="one",
    prepared=prepared,
    amended=amended,
    readable=readable,
    completed=completed,
    credentials_from=(
        "Ask for access to “DHL Express - MyDHL API” at https://developer.dhl.com; DHL sends user name and password by "
        "app, for the test and the live service, and the account number stands in the contract."
    ),
    notes=(
        "DHL has no call that voids a label: one that is not used is not billed, and `?force=true` closes it here.",
        "Labels are printed by DHL's templates ECOM26_64_001 (4x6), ECOM26_A6_002 (A6) and ECOM26_84_A4_001 (A4).",
        "Prices are what the account pays, in its billing currency.",
        "No additional service can be booked yet: signature, insurance and dangerous goods are refused.",
        "Rates and labels want the city of shipper and recipient, and each parcel's length, width and height.",
        "No invoice comes with a label: print your own where customs or the recipient want one.",
        "A return is a shipment in the other direction; across a border DHL wants an import account for it.",
        (
            "A shipment has one number, by which it is tracked: `tracking_number`. Each parcel has its piece's number "
            "(`JD…`) in `parcels[i].meta.tracking_number`, and `meta.tracking_numbers` lists these in order."
        ),
    ),
)
