"""Buying and voiding: sent once, and what may have been done although no answer came is said to be."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.carriers.gateway.sdk import SdkOperation
from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable
from tests.gateway_cases import CANADA_POST, RATE, SHIP_PATH, TOKEN_PATH, Ups, a_call, a_connection, failure
from tests.stand_ins.server import (
    Fault,
    Reply,
    StandIn,
    answer_lost,
    answers,
    cut_short,
    drips,
    empty,
    hangs_after_doing,
    html,
    huge,
    json_reply,
    redirect,
    reset,
    truncated,
)

MAYBE: dict[str, Fault] = {
    "500": html(500),
    "502": empty(502),
    "503": html(503),
    "504": html(504),
    "408": answers(json_reply({"response": {"errors": [{"code": "1", "message": "late"}]}}, 408)),
    "200 as a page": html(200),
    "200 and empty": empty(200),
    "half as the whole": cut_short,
    "truncated": truncated,
    "reset": reset,
    "answer lost": answer_lost,
    "late": hangs_after_doing,
    "dripping": drips,
    "20 MB": huge,
    "sent on": redirect("https://elsewhere.example/", 303),
    "says nothing": answers(json_reply({})),
}
SURELY_NOT: dict[str, Fault] = {
    "503 until later": answers(Reply(503, headers={"Retry-After": "30"})),
    "501": empty(501),
    "429": empty(429),
    "401": empty(401),
    "403": empty(403),
    "404 as a page": html(404),
    "400 and empty": empty(400),
}


@pytest.mark.parametrize("operation", ["ship", "return"])
@pytest.mark.parametrize("fault", MAYBE.values(), ids=MAYBE)
def test_a_lost_sale_may_be_done_and_is_not_tried_again(operation: SdkOperation, fault: Fault):
    with Ups() as ups:
        ups.will(fault, at=SHIP_PATH)

        error = failure(lambda: a_call(ups.url, operation, seconds=0.5))

        assert len(ups.asked("POST", SHIP_PATH)) == 1
    assert error.maybe_done
    assert error.message.endswith("Whether it did what was asked is not known.")


@pytest.mark.parametrize("operation", ["ship", "return"])
@pytest.mark.parametrize("fault", SURELY_NOT.values(), ids=SURELY_NOT)
def test_a_refused_sale_is_surely_not_done_and_is_not_tried_again(operation: SdkOperation, fault: Fault):
    with Ups() as ups:
        ups.will(fault, at=SHIP_PATH)

        error = failure(lambda: a_call(ups.url, operation))

        assert len(ups.asked("POST", SHIP_PATH)) == 1
    assert not error.maybe_done


@pytest.mark.parametrize("fault", [*MAYBE.values(), *SURELY_NOT.values()], ids=[*MAYBE, *SURELY_NOT])
def test_without_a_token_nothing_is_sold(fault: Fault):
    with Ups() as ups:
        ups.will(fault, at=TOKEN_PATH)

        error = failure(lambda: a_call(ups.url, "ship", seconds=0.5))

        assert ups.asked("POST", SHIP_PATH) == []
    assert not error.maybe_done


@pytest.mark.parametrize("fault", [html(500), answer_lost, hangs_after_doing, html(200)])
def test_a_lost_void_may_be_done(fault: Fault):
    with Ups() as ups:
        ups.will(fault, at="/api/.*void.*")

        error = failure(lambda: a_call(ups.url, "cancel", seconds=0.5))

        assert len(ups.asked("DELETE", ".*")) == 1
    assert error.maybe_done


@pytest.mark.parametrize("operation", ["rate", "track"])
def test_a_lost_look_has_done_nothing(operation: SdkOperation):
    with Ups() as ups:
        ups.will(html(500), at="/api/.*")

        assert not failure(lambda: a_call(ups.url, operation)).maybe_done


def test_a_refusal_that_looks_like_a_sale_is_a_refusal():
    with Ups() as ups:
        ups.will(answers(Reply(400, ups.ship().body)), at=SHIP_PATH)

        error = failure(lambda: a_call(ups.url, "ship"))

    assert type(error) is CarrierRejected
    assert not error.maybe_done


SENTRY = """
import contextlib

class Span:
    def set_data(self, name, value): pass

@contextlib.contextmanager
def start_span(**_):
    yield Span()

def get_isolation_scope(): pass
"""

SOLD_WITH_SENTRY = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.gateway_cases import *
from tests.stand_ins.server import answers, html, json_reply
refusal = json_reply({"response": {"errors": [{"code": "1", "message": "no"}]}}, 400)
with Ups() as ups:
    ups.will(html(500), answers(refusal), at=SHIP_PATH)
    failure(lambda: a_call(ups.url, "ship"))
    a_call(ups.url, "ship")
    print(len(ups.asked("POST", SHIP_PATH)))
"""


def test_a_post_is_sent_once_also_where_sentry_is_installed(tmp_path: Path):
    (tmp_path / "sentry_sdk.py").write_text(SENTRY)

    outcome = subprocess.run(  # noqa: S603
        [sys.executable, "-c", SOLD_WITH_SENTRY, tmp_path], capture_output=True, text=True, check=True
    )

    assert outcome.stdout.split() == ["2"]


CANADIAN = {
    "postal_code": "V6M2V9",
    "city": "Vancouver",
    "state_code": "BC",
    "country_code": "CA",
    "person_name": "Ann Otter",
    "address_line1": "5840 Oak Street",
    "phone_number": "6045550100",
}
BOUGHT = """<shipment-info xmlns="http://www.canadapost.ca/ws/shipment-v8"><shipment-id>340531309186521749</shipment-id>
<tracking-pin>1234567890</tracking-pin><links><link rel="label" href="{label}"
media-type="application/pdf"/></links></shipment-info>"""


def a_canadian_sale(url: str, operation: SdkOperation = "ship", parcels: int = 1):
    connection = a_connection(
        url,
        carrier_name="canadapost",
        credentials={"username": "the-user", "password": "the-password", "customer_number": "2004381"},
    )
    parcel = {"weight": 1, "weight_unit": "KG"}
    request = RATE | {"shipper": CANADIAN, "recipient": CANADIAN, "parcels": [parcel] * parcels}
    more = {"service": "canadapost_expedited_parcel", "payment": {"paid_by": "sender"}, "label_type": "PDF"}
    asked = {"shipment_identifier": "340531309186521749"} if operation == "cancel" else request | more
    return a_call(url, operation, asked, connection=connection, profile=CANADA_POST)


class CanadaPost(StandIn):
    """Sells what is asked for; its label lies at `label`."""

    def __init__(self) -> None:
        super().__init__()
        self.label = ""
        self.route("POST", "/rs/.*/shipment", lambda _: self.bought())
        self.route("GET", "/label", lambda _: Reply(200, b"%PDF-1.4 and so on %%EOF", "application/pdf"))

    def bought(self) -> Reply:
        body = BOUGHT.format(label=self.label or f"{self.url}/label").encode()
        return Reply(200, body, "application/vnd.cpc.shipment-v8+xml")


def test_a_label_that_a_link_leads_to_is_fetched():
    with CanadaPost() as carrier:
        answer = a_canadian_sale(carrier.url)

    assert answer.result["tracking_number"] == "1234567890"
    assert answer.statuses == (200, 200)


def test_credentials_follow_no_label_link_to_another_host_and_the_sale_may_be_done():
    with CanadaPost() as carrier, CanadaPost() as other:
        carrier.label = f"{other.url}/label"

        answer = a_canadian_sale(carrier.url)

        assert other.requests == []
    assert answer.result["tracking_number"] == "1234567890"
    assert [remark.code for remark in answer.remarks] == ["address_refused"]


def test_what_is_known_of_a_sale_whose_label_fails_is_told():
    with CanadaPost() as carrier:
        carrier.will(html(503), html(503), at="/label")

        answer = a_canadian_sale(carrier.url)

        assert (len(carrier.asked("POST", "/rs/.*")), len(carrier.asked("GET", "/label"))) == (1, 2)
    assert (answer.result["tracking_number"], answer.statuses) == ("1234567890", (200, 503, 503))
    assert [(remark.code, remark.level) for remark in answer.remarks] == [("carrier_down", "warning")]


def test_a_label_that_credentials_do_not_open_is_asked_for_once():
    with CanadaPost() as carrier:
        carrier.will(empty(403), at="/label")

        answer = a_canadian_sale(carrier.url)

        assert len(carrier.asked("GET", "/label")) == 1
    assert [remark.code for remark in answer.remarks] == ["authentication_failed"]


def test_a_parcel_that_was_sold_is_not_hidden_by_one_that_was_refused():
    refusal = b"<messages><message><code>9108</code><description>No.</description></message></messages>"
    with CanadaPost() as carrier:
        carrier.will(answers(Reply(400, refusal, "application/xml")), at="/rs/.*")

        error = failure(lambda: a_canadian_sale(carrier.url, parcels=2))

    assert error.maybe_done


def test_half_an_xml_answer_is_not_mended():
    with CanadaPost() as carrier:
        carrier.will(cut_short, at="/rs/.*")

        error = failure(lambda: a_canadian_sale(carrier.url))

    assert error.message.startswith("Canada Post sent broken XML")
    assert error.maybe_done


@pytest.mark.parametrize("fault", [html(503), html(200)])
def test_a_void_that_was_answered_with_a_page_is_none(fault: Fault):
    with CanadaPost() as carrier:
        carrier.will(fault, at="/rs/.*")

        error = failure(lambda: a_canadian_sale(carrier.url, "cancel"))

    assert isinstance(error, CarrierUnavailable)


@pytest.mark.parametrize("body", [b'{"error": "no such path"}', b"<messages/>"], ids=["JSON", "no message"])
def test_a_refusal_that_the_connector_holds_for_a_void_is_a_refusal(body: bytes):
    kind = "application/json" if body.startswith(b"{") else "application/xml"
    with CanadaPost() as carrier:
        carrier.will(*[answers(Reply(404, body, kind))] * 2, at="/rs/.*")

        error = failure(lambda: a_canadian_sale(carrier.url, "cancel"))

    assert type(error) is CarrierRejected
    assert not error.maybe_done


def test_what_the_carrier_does_not_offer_is_refused_before_any_call():
    with StandIn() as carrier:
        connection = a_connection(carrier.url, credentials={"consumer_key": "key", "consumer_secret": "of-the-account"})
        profile = replace(CANADA_POST, connector="dhl_universal", display_name="DHL")

        error = failure(lambda: a_call(carrier.url, "ship", connection=connection, profile=profile))

        assert carrier.requests == []
    assert isinstance(error, CarrierRejected)
    assert error.message == "DHL does not offer this."
