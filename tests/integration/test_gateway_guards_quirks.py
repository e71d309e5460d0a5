"""Quirks of single connectors that the gateway keeps in check."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.gateway_cases import FEDEX, RATE_PATH, UPS, Ups, a_call, a_connection
from tests.stand_ins.server import Received, Reply, StandIn, json_reply

NUMBER = "794843185271"


class Fedex(StandIn):
    """Knows one parcel, which was delivered."""

    def __init__(self) -> None:
        super().__init__()
        self.route("POST", "/oauth/token", lambda _: json_reply({"access_token": "t", "expires_in": 3600}))
        self.route("POST", "/track/v1/trackingnumbers", self.tracked)

    def tracked(self, _: Received) -> Reply:
        event = {"eventType": "DL", "eventDescription": "Delivered", "date": "2026-11-24T09:26:00-07:00"}
        known = {
            "trackingNumberInfo": {"trackingNumber": NUMBER},
            "latestStatusDetail": {"code": "DL", "derivedCode": "DL", "statusByLocale": "Delivered"},
            "scanEvents": [event],
        }
        results = [{"trackingNumber": NUMBER, "trackResults": [known]}]
        return json_reply({"output": {"completeTrackResults": results}})


def test_the_picture_of_a_fedex_signature_is_not_asked_for():
    with Fedex() as fedex:
        connection = a_connection(
            fedex.url,
            carrier_name="fedex",
            credentials={"track_api_key": "the-key", "track_secret_key": "the-secret"},
        )

        answer = a_call(fedex.url, "track", {"tracking_numbers": [NUMBER]}, connection=connection, profile=FEDEX)

        assert fedex.asked("POST", ".*documents") == []
    assert answer.result[0]["delivered"]
    assert answer.statuses == (200,)


def amended(operation: str, worded: Any, asked: Mapping[str, Any]) -> Any:
    worded["RateRequest"]["Amended"] = f"{operation} of {len(asked['parcels'])}"
    return worded


def readable(operation: str, status: int, body: bytes) -> bytes:
    assert (operation, status) == ("rate", 200)
    return body.replace(b"13.45", b"17.00")


def test_a_profile_puts_right_what_its_connector_sends_and_reads():
    with Ups() as ups:
        answer = a_call(ups.url, profile=replace(UPS, amended=amended, readable=readable))

        assert ups.asked("POST", RATE_PATH)[0].json()["RateRequest"]["Amended"] == "rate of 1"
    assert answer.result[0]["total_charge"] == 17
    assert b"13.45" in answer.bodies[0]
