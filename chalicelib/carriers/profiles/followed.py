"""Followed carriers: through the SDK as it is, their parcels can be followed, and no more; the notes say why not more.

Each was tried against a recording transport: what is listed here calls the carrier itself, at the addresses listed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from chalicelib.carriers.profiles.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.domain.trackers import TrackerStatus

_follows = partial(Profile, integration_status="beta", capabilities=frozenset({"tracking"}))

RATE_SHEET = "Its connector prices from a list in the settings and asks the carrier nothing, so no rates are offered."
NO_LABEL = "Its connector gets no label to print, so none is sold."
LABEL_ELSEWHERE = "A label lies at an address that only the answer tells, which Dray does not fetch: no label is sold."

UNREAD = "Its codes are told as they come, for the connector reads none of them: a status is `delivered` or `unknown`."

LA_POSTE: Mapping[str, TrackerStatus] = {
    **dict.fromkeys(("DR1", "DR2"), "pending"),  # announced by the sender
    **dict.fromkeys(("PC1", "PC2"), "picked_up"),
    **dict.fromkeys(("ET1", "ET2", "ET3", "ET4", "EP1"), "in_transit"),  # in either country, or on the way
    **dict.fromkeys(("DO1", "DO2", "PB2"), "in_transit"),  # into and out of customs; a problem is solved
    "DO3": "on_hold",  # held by customs
    "PB1": "delivery_delayed",
    "MD2": "out_for_delivery",
    "ND1": "delivery_failed",
    "AG1": "ready_for_pickup",
    "DI1": "delivered",
    **dict.fromkeys(("DI2", "RE1"), "return_to_sender"),
}
"""Source: La Poste, "Suivi v2", table of events (developer.laposte.fr)."""

DHL_UNIFIED: Mapping[str, TrackerStatus] = {
    "PRE-TRANSIT": "pending",
    "TRANSIT": "in_transit",
    "DELIVERED": "delivered",
    "FAILURE": "delivery_failed",
    "UNKNOWN": "unknown",
}
"""Source: DHL, "Shipment Tracking - Unified", `statusCode` (developer.dhl.com)."""

FOLLOWED: tuple[Profile, ...] = (
    _follows(
        carrier_name="allied_express",
        connector="allied_express",
        display_name="Allied Express",
        live_urls=("https://3plapi.com/",),
        test_urls=(),
        credentials_from="Allied Express gives them to account holders: https://www.alliedexpress.com.au",
        notes=(
            "Its connector counts each commodity of a parcel as a parcel, so neither rates nor labels are offered.",
        ),
    ),
    _follows(
        carrier_name="asendia",
        connector="asendia",
        display_name="Asendia",
        live_urls=("https://www.asendia-sync.com/api/",),
        test_urls=(),
        credentials_from="Asendia gives users of Asendia Sync a name and password: https://www.asendia.com",
        notes=("Its connector has no rates, so no labels are sold.",),
    ),
    _follows(
        carrier_name="australiapost",
        connector="australiapost",
        display_name="Australia Post",
        live_urls=("https://digitalapi.auspost.com.au/shipping/",),
        test_urls=("https://digitalapi.auspost.com.au/test/shipping/",),
        credentials_from=(
            "Holders of an eParcel or StarTrack contract register for the Shipping and Tracking API at "
            "https://developers.auspost.com.au"
        ),
        notes=(LABEL_ELSEWHERE,),
    ),
    _follows(
        carrier_name="bpost",
        connector="bpost",
        display_name="bpost",
        live_urls=("https://api.parcel.bpost.cloud/services/trackedmail/",),
        test_urls=(),
        credentials_from="In bpost's Shipping Manager, under Admin: https://www.bpost.be",
        notes=(RATE_SHEET,),
    ),
    _follows(
        carrier_name="canpar",
        connector="canpar",
        display_name="Canpar Express",
        live_urls=("https://canship.canpar.com/canshipws/",),
        test_urls=("https://sandbox.canpar.com/canshipws/",),
        statuses={"DEL": "delivered"},
        credentials_from="Canpar gives account holders a web services login: https://www.canpar.com",
        notes=("Its connector tells sizes in centimetres as inches, so neither rates nor labels are offered.",),
    ),
    _follows(
        carrier_name="colissimo",
        connector="colissimo",
        display_name="Colissimo",
        live_urls=("https://api.laposte.fr/suivi/",),
        test_urls=(),
        statuses=LA_POSTE,
        credentials_from="Make an app for the Suivi API at https://developer.laposte.fr; its key is laposte_api_key",
        notes=(RATE_SHEET,),
    ),
    _follows(
        carrier_name="dhl_parcel_de",
        connector="dhl_parcel_de",
        display_name="DHL Parcel Germany",
        live_urls=("https://api-eu.dhl.com/parcel/de/",),
        test_urls=("https://api-sandbox.dhl.com/parcel/de/",),
        credentials_from="Make an app for Parcel DE Tracking at https://developer.dhl.com; DHL names the user for it",
        notes=(RATE_SHEET, "In test mode DHL's public sandbox user is asked, whatever username and password say."),
    ),
    _follows(
        carrier_name="dhl_poland",
        connector="dhl_poland",
        display_name="DHL Parcel Poland",
        live_urls=("https://dhl24.com.pl/webapi2/",),
        test_urls=("https://sandbox.dhl24.com.pl/webapi2/",),
        credentials_from="Ask for a WebAPI account at DHL24: https://dhl24.com.pl",
        notes=(RATE_SHEET, UNREAD),
    ),
    _follows(
        carrier_name="dhl_universal",
        connector="dhl_universal",
        display_name="DHL (unified tracking)",
        live_urls=("https://api-eu.dhl.com/track/",),
        test_urls=(),
        statuses=DHL_UNIFIED,
        credentials_from="Make an app for Shipment Tracking - Unified at https://developer.dhl.com",
        notes=("DHL's own API for this follows parcels of all its divisions, and does no more.",),
    ),
    _follows(
        carrier_name="dicom",
        connector="dicom",
        display_name="Dicom (GLS Canada)",
        live_urls=("https://smart4i.dicom.com/v1/",),
        test_urls=("https://sandbox-smart4i.dicom.com/v1/",),
        credentials_from="GLS Canada, which Dicom is now, gives them to account holders: https://gls-canada.com",
        notes=(UNREAD,),
    ),
    _follows(
        carrier_name="dpd",
        connector="dpd",
        display_name="DPD (Belgium, Netherlands)",
        live_urls=("https://wsshipper.dpd.be/", "https://wsshipper.dpd.nl/"),
        test_urls=("https://shipperadmintest.dpd.be/PublicApi/", "https://shipperadmintest.dpd.nl/PublicApi/"),
        credentials_from="The Delis id and password of DPD's shipper web service: https://integrations.dpd.nl",
        notes=(RATE_SHEET, "`account_country_code` NL or BE decides whose service is asked."),
    ),
    _follows(
        carrier_name="geodis",
        connector="geodis",
        display_name="GEODIS",
        live_urls=("https://espace-client.geodis.com/services/api/",),
        test_urls=("https://espace-client.geodis.com/services/services-mock/",),
        credentials_from="In Espace client, under Services Web: https://espace-client.geodis.com",
        notes=(RATE_SHEET, UNREAD),
    ),
    _follows(
        carrier_name="gls",
        connector="gls",
        display_name="GLS Group",
        live_urls=("https://api.gls-group.net/",),
        test_urls=("https://api-sandbox.gls-group.net/",),
        credentials_from="Make an app at https://dev-portal.gls-group.net",
        notes=(RATE_SHEET,),
    ),
    _follows(
        carrier_name="hay_post",
        connector="hay_post",
        display_name="HayPost",
        live_urls=("https://identity.haypost.am/", "https://order.haypost.am/"),
        test_urls=("https://dev-identity.haypost.am/", "https://dev-order.haypost.am/"),
        credentials_from="HayPost gives them to business customers: https://www.haypost.am",
        notes=(NO_LABEL,),
    ),
    _follows(
        carrier_name="hermes",
        connector="hermes",
        display_name="Hermes Germany",
        live_urls=("https://authme.myhermes.de/", "https://de-api.hermesworld.com/"),
        test_urls=("https://authme-int.myhermes.de/", "https://de-api-int.hermesworld.com/"),
        credentials_from="Hermes gives business customers access to its HSI interface: https://www.myhermes.de",
        notes=(RATE_SHEET,),
    ),
    _follows(
        carrier_name="landmark",
        connector="landmark",
        display_name="Landmark Global",
        live_urls=("https://api.landmarkglobal.com/v2/",),
        test_urls=(),
        credentials_from="Landmark Global gives them to its customers: https://landmarkglobal.com",
        notes=(RATE_SHEET,),
    ),
    _follows(
        carrier_name="laposte",
        connector="laposte",
        display_name="La Poste",
        live_urls=("https://api.laposte.fr/suivi/",),
        test_urls=(),
        statuses=LA_POSTE,
        credentials_from="Make an app for the Suivi API at https://developer.laposte.fr",
    ),
    _follows(
        carrier_name="locate2u",
        connector="locate2u",
        display_name="Locate2u",
        live_urls=("https://id.locate2u.com/", "https://api.locate2u.com/"),
        test_urls=(),
        credentials_from="In Locate2u, under Settings, API: https://www.locate2u.com",
        notes=(RATE_SHEET, "Its tracking numbers are the ids of stops."),
    ),
    _follows(
        carrier_name="nationex",
        connector="nationex",
        display_name="Nationex",
        live_urls=("https://api.nationex.com/api/",),
        test_urls=("https://apidev.nationex.com/api/",),
        credentials_from="Nationex gives account holders a key for its API: https://www.nationex.com",
        notes=(NO_LABEL,),
    ),
    _follows(
        carrier_name="parcelone",
        connector="parcelone",
        display_name="PARCEL.ONE",
        live_urls=("https://api.parcel.one/v1/",),
        test_urls=("https://sandboxapi.parcel.one/v1/",),
        credentials_from="PARCEL.ONE gives them to its customers: https://parcel.one",
        notes=(
            "It has prices only for shipments that were made: its connector makes one to ask, so none are offered.",
        ),
    ),
    _follows(
        carrier_name="roadie",
        connector="roadie",
        display_name="Roadie",
        live_urls=("https://connect.roadie.com/v1/",),
        test_urls=(),
        credentials_from="Roadie gives them to its business customers: https://www.roadie.com",
        notes=(NO_LABEL,),
    ),
    _follows(
        carrier_name="royalmail",
        connector="royalmail",
        display_name="Royal Mail",
        live_urls=("https://api.royalmail.net/mailpieces/",),
        test_urls=(),
        credentials_from="Make an app for the Tracking API at https://developer.royalmail.net",
        notes=(UNREAD,),
    ),
    _follows(
        carrier_name="smartkargo",
        connector="smartkargo",
        display_name="SmartKargo",
        live_urls=("https://ihub.smartkargo.com/ihub-prod-mt-api-function/",),
        test_urls=("https://uatihub.smartkargo.com/ihub-uat-mt-api-function/",),
        credentials_from="SmartKargo gives them to its partners: https://www.smartkargo.com",
        notes=(LABEL_ELSEWHERE,),
    ),
    _follows(
        carrier_name="spring",
        connector="spring",
        display_name="Spring GDS",
        live_urls=("https://mtapi.net/",),
        test_urls=(),
        credentials_from="Spring gives customers a key for its XBS API: https://www.spring-gds.com",
        notes=(RATE_SHEET,),
    ),
    _follows(
        carrier_name="tnt",
        connector="tnt",
        display_name="TNT",
        live_urls=("https://necta.az.fxei.fedex.com/ectrack/",),
        test_urls=(),
        credentials_from="A user of ExpressConnect, which TNT gives to account holders: https://www.tnt.com",
        notes=(
            "Its connector books a collection with each label and counts each commodity as a piece: none are sold.",
        ),
    ),
    _follows(
        carrier_name="zoom2u",
        connector="zoom2u",
        display_name="Zoom2u",
        live_urls=("https://api.zoom2u.com/api/",),
        test_urls=(),
        credentials_from="In Zoom2u, under Account, API: https://www.zoom2u.com",
        notes=(NO_LABEL,),
    ),
)
"""Sorted by name."""
