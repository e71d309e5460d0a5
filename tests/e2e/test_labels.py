"""Labels and papers: whole or a parcel's, in each format, by key or by signed link, with a barcode that scans."""

import base64
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from tests.e2e.client import PARCEL, RECIPIENT, SHIPPER, Operator, Shop, done, order_abroad, refused

MEDIA_TYPES = {"PDF": "application/pdf", "PNG": "image/png", "ZPL": "application/zpl"}
MAGIC = {"PDF": b"%PDF-", "PNG": b"\x89PNG", "ZPL": b"^XA"}

HARD_TO_PRINT = {
    "wide": "W" * 100,
    "Chinese": "漢字" * 50,
    "emoji": "😀" * 100,
    "a ligature": "ﷺ" * 100,
    "combined": "e\u0301" * 50,
    "right to left": "שלום עולם " * 10,
    "an override": "\u202eabc" * 25,
    "invisible": "\u200b" * 100,
    "no characters at all": "\ufffe\uffff",
    "line ends": "a\tb\nc\r\nd",
    "ZPL": "^XZ^XA^FO~JR~HI" * 6,
    "PDF": "(){}\\%%EOF endobj " * 5,
    "XML": "&<>\"'</para><b>" * 6,
}


def label(shop: Shop, shipment: dict[str, Any], query: str = "", **headers: str) -> httpx.Response:
    answer = shop.get(f"/v1/shipments/{shipment['id']}/label{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


def scanned(content: bytes) -> list[str]:
    """The barcodes of a label in PDF or PNG, page by page."""
    if content.startswith(MAGIC["PNG"]):
        pages = [Image.open(io.BytesIO(content))]
    else:
        pages = [page.render(scale=3).to_pil() for page in pypdfium2.PdfDocument(content)]
    code_128 = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128])
    return [found.text for page in pages for found in zxingcpp.read_barcodes(page, formats=code_128)]


@pytest.mark.parametrize("label_type", ["PDF", "PNG", "ZPL"])
def test_a_label_has_its_format_and_its_number(shop: Shop, label_type: str):
    shipment = shop.bought(label_type=label_type)

    answer = label(shop, shipment)

    assert answer.headers["Content-Type"] == MEDIA_TYPES[label_type]
    assert answer.content.startswith(MAGIC[label_type])
    if label_type == "ZPL":
        assert shipment["tracking_number"].encode() in answer.content
    else:
        assert scanned(answer.content) == [shipment["tracking_number"]]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html", "image/png", "application/pdf;q=0", ""])
def test_a_label_is_answered_whatever_accept_says(shop: Shop, accept: str):
    assert label(shop, shop.bought(), Accept=accept).content.startswith(b"%PDF-")


@pytest.mark.parametrize("label_type", ["PDF", "PNG", "ZPL"])
@pytest.mark.parametrize("what", HARD_TO_PRINT)
def test_names_in_any_script_are_kept_and_the_label_still_prints(shop: Shop, label_type: str, what: str):
    text = HARD_TO_PRINT[what]
    names = {"person_name": text, "company_name": text, "address_line1": text, "address_line2": text, "city": text[:50]}

    shipment = shop.bought(
        shipper=SHIPPER | names,
        recipient=RECIPIENT | names,
        reference=text[:100],
        label_type=label_type,
        parcels=[PARCEL | {"description": text, "reference_number": text}],
    )

    assert {name: shipment["recipient"][name] for name in names} == names
    content = label(shop, shipment).content
    if label_type == "ZPL":
        assert (content.count(b"^XA"), content.count(b"^XZ"), content.count(b"~")) == (1, 1, 0)
    else:
        assert scanned(content) == [shipment["tracking_number"]]


def test_several_parcels_have_one_document_and_one_label_each(shop: Shop):
    shipment = shop.bought(parcels=[PARCEL, PARCEL | {"weight": 2}, PARCEL])

    numbers = shipment["meta"]["tracking_numbers"]
    assert len(set(numbers)) == 3
    assert shipment["tracking_number"] == numbers[0]
    assert [parcel["meta"]["tracking_number"] for parcel in shipment["parcels"]] == numbers
    assert scanned(label(shop, shipment).content) == numbers
    assert [scanned(label(shop, shipment, f"?parcel={index}").content) for index in range(3)] == [[n] for n in numbers]
    refused(shop.get(f"/v1/shipments/{shipment['id']}/label?parcel=3"), 404, "not_found")


def test_each_parcels_number_finds_the_shipment_and_its_one_tracker(shop: Shop):
    shipment = shop.bought(parcels=[PARCEL, PARCEL])

    for number in shipment["meta"]["tracking_numbers"]:
        found = done(shop.get(f"/v1/shipments?tracking_number={number}"))["results"]
        followed = done(shop.get(f"/v1/trackers?tracking_number={number}"))["results"]
        assert [one["id"] for one in found] == [shipment["id"]]
        assert [one["id"] for one in followed] == [shipment["tracker_id"]]
    assert done(shop.get("/v1/trackers"))["count"] == 1


def test_the_only_parcel_is_parcel_0(shop: Shop):
    shipment = shop.bought()

    assert label(shop, shipment, "?parcel=0").content == label(shop, shipment).content


@pytest.mark.parametrize("parcel", ["1", "9", "99999999999999999999"])
def test_a_parcel_that_is_not_there_has_no_label(shop: Shop, parcel: str):
    refused(shop.get(f"/v1/shipments/{shop.bought()['id']}/label?parcel={parcel}"), 404, "not_found")


@pytest.mark.parametrize("query", ["parcel=-1", "parcel=a", "parcel=", "parcel=0.5", "page=1", "parcel=0&parcel=1"])
def test_a_parcel_is_a_number(shop: Shop, query: str):
    answer = shop.get(f"/v1/shipments/{shop.bought()['id']}/label?{query}")

    assert refused(answer, 400, "invalid_request").keys() == {query.partition("=")[0]}


def test_a_draft_has_no_label(shop: Shop):
    shipment = shop.draft()

    assert refused(shop.get(f"/v1/shipments/{shipment['id']}/label"), 409, "conflict") == {}
    assert (shipment["label_url"], shipment["shipping_documents"]) == (None, [])


def test_an_international_label_comes_with_its_invoice(shop: Shop, anybody: httpx.Client):
    shipment = done(shop.post("/v1/shipments", order_abroad(service="sandbox_international_economy")), 201)

    invoice = anybody.get(shipment["invoice_url"])

    assert [paper["category"] for paper in shipment["shipping_documents"]] == ["shipping_label", "commercial_invoice"]
    assert invoice.headers["Content-Type"] == "application/pdf"
    text = pypdfium2.PdfDocument(invoice.content)[0].get_textpage().get_text_range()
    assert "Brass gear" in text
    assert "848340" in text


def test_a_domestic_label_has_none(shop: Shop):
    assert shop.bought()["invoice_url"] is None


@pytest.mark.parametrize("path", ["?inline=true", "/purchase?inline=true"])
def test_inline_documents_are_the_documents(shop: Shop, path: str):
    shipment = shop.bought()
    target = f"/v1/shipments/{shipment['id']}{path}"

    told = done(shop.get(target) if path.startswith("?") else shop.post(target, {}))

    paper = told["shipping_documents"][0]
    assert base64.b64decode(paper["base64"]) == label(shop, shipment).content
    assert (paper["format"], paper["print_format"], paper["category"]) == ("PDF", "4x6", "shipping_label")
    assert done(shop.get(f"/v1/shipments/{shipment['id']}"))["shipping_documents"][0]["base64"] is None


def test_a_signed_link_needs_no_key(shop: Shop, anybody: httpx.Client):
    shipment = shop.bought()

    answer = anybody.get(shipment["label_url"])

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.content == label(shop, shipment).content
    assert shipment["shipping_documents"][0]["url"] == shipment["label_url"]


def test_a_signed_link_says_when_it_expires(shop: Shop):
    expires_at = datetime.fromisoformat(shop.bought()["meta"]["label_url_expires_at"])

    assert timedelta(days=6, hours=23) < expires_at - datetime.now(UTC) <= timedelta(days=7)


def test_a_signed_link_is_for_get_alone(shop: Shop, anybody: httpx.Client):
    url = shop.bought()["label_url"]

    for method in ("PUT", "DELETE", "POST"):
        refused(anybody.request(method, url), 405, "method_not_allowed")


@pytest.mark.parametrize("at", [0, 10, 30, 60, -1])
def test_a_tampered_link_leads_nowhere(shop: Shop, anybody: httpx.Client, at: int):
    address, _, token = shop.bought()["label_url"].rpartition("/")
    characters = list(token)
    characters[at] = "A" if characters[at] != "A" else "B"

    assert refused(anybody.get(f"{address}/{''.join(characters)}"), 404, "not_found") == {}


@pytest.mark.parametrize("token", ["x", "%00", "..%2F..%2Fkey", "a" * 3000, "%C3%A9", "=", "shp_1/label.pdf"])
def test_what_was_never_signed_leads_nowhere(shop: Shop, token: str):
    refused(shop.get(f"/v1/files/{token}"), 404, "not_found")


def test_an_expired_link_leads_nowhere(shop: Shop, operator: Operator):
    shipment = shop.bought()
    record = operator.services.shipments.get(shop.tenant, shipment["id"])
    key, now = record.documents[0].object_key, datetime.now(UTC)
    sign = operator.services.signed_links.file_token

    expired, valid = (sign(shop.tenant, key, now + timedelta(seconds=seconds)) for seconds in (-1, 60))

    refused(shop.get(f"/v1/files/{expired}"), 404, "not_found")
    assert shop.get(f"/v1/files/{valid}").content.startswith(b"%PDF-")


def test_a_cursor_is_no_link(shop: Shop):
    for _ in range(2):
        shop.draft()
    cursor = done(shop.get("/v1/shipments?limit=1"))["next_cursor"]

    refused(shop.get(f"/v1/files/{cursor}"), 404, "not_found")
