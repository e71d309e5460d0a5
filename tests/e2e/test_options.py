"""Options and packagings over HTTP: kept as they were sent, honoured by the sandbox or refused in words, printed."""

from typing import Any

import pypdfium2
import pytest

from chalicelib.carriers.catalogue import known_options
from tests.e2e.client import COMMODITY, PARCEL, Shop, done, order, refused

ANOTHER_CARRIERS = next(name for name, kind in known_options().items() if kind is bool)


def path_of(shipment: dict[str, Any]) -> str:
    return f"/v1/shipments/{shipment['id']}"


def pages_of(shop: Shop, shipment: dict[str, Any]) -> list[Any]:
    return list(pypdfium2.PdfDocument(shop.get(f"{path_of(shipment)}/label").content))


@pytest.mark.parametrize(
    "options",
    [
        {"signature_confirmation": "adult"},
        {"signature_confirmation": "none"},
        {"dangerous_good": {"class": "9", "lithium": "ion_in_equipment"}},
        {"label_size": "A6", "label_dpi": 203},
        {ANOTHER_CARRIERS: False},
    ],
    ids=str,
)
def test_options_are_answered_as_they_were_sent_and_may_be_sent_again(shop: Shop, options: dict[str, Any]):
    shipment = shop.draft(options=options, parcels=[PARCEL | {"options": options}])

    assert (shipment["options"], shipment["parcels"][0]["options"]) == (options, options)
    assert shipment["rates"]
    again = done(shop.patch(path_of(shipment), {"parcels": shipment["parcels"], "options": shipment["options"]}))
    assert again["options"] == options


def test_another_carriers_option_is_refused_by_the_sandbox_in_words(shop: Shop):
    shipment = shop.draft(options={ANOTHER_CARRIERS: True})

    assert shipment["rates"] == []
    assert [(told["code"], told["details"]["option"]) for told in shipment["messages"]] == [
        ("option_not_supported", ANOTHER_CARRIERS)
    ]


@pytest.mark.parametrize("path", ["/v1/rates", "/v1/shipments"])
def test_what_is_no_option_of_anybody_is_refused_by_its_path(shop: Shop, path: str):
    parcel = PARCEL | {"options": {"gift_wrap": True}}

    details = refused(shop.post(path, order(options={"insurence": 5}, parcels=[parcel])), 400, "invalid_request")

    assert details.keys() == {"options.insurence", "parcels.0.options.gift_wrap"}


def test_a_label_size_that_a_draft_was_given_later_is_printed(shop: Shop):
    shipment = shop.draft(options={"insurance": 50})
    changed = done(shop.patch(path_of(shipment), {"options": {"label_size": "A6"}}))

    bought = done(shop.post(f"{path_of(shipment)}/purchase", {"service": "sandbox_ground"}))

    assert changed["options"] == bought["options"] == {"insurance": 50, "label_size": "A6"}
    assert bought["shipping_documents"][0]["print_format"] == "A6"
    (page,) = pages_of(shop, bought)
    assert page.get_size() == pytest.approx((297.6, 419.5), abs=0.1)


def test_a_label_size_that_the_type_does_not_come_in_is_refused_and_the_draft_stays(shop: Shop):
    shipment = shop.draft(options={"label_size": "A4"}, label_type="ZPL")

    answer = shop.post(f"{path_of(shipment)}/purchase", {"service": "sandbox_ground"})

    refused(answer, 422, "carrier_rejected")
    assert [told["code"] for told in answer.json()["error"]["messages"]] == ["label_size_not_supported"]
    assert done(shop.get(path_of(shipment)))["status"] == "draft"


def test_a_return_label_says_so_and_goes_the_other_way(shop: Shop):
    shipment = shop.bought(is_return=True)

    (page,) = pages_of(shop, shipment)

    text = page.get_textpage().get_text_bounded()
    assert shipment["shipping_documents"][0]["category"] == "return_label"
    assert "RETURN LABEL" in text
    assert text.index("Ada Nilsen") < text.index("SHIP TO") < text.index("Blue Barn Goods")
    assert shipment["shipper"]["company_name"] == "Blue Barn Goods"


@pytest.mark.parametrize(
    ("parcel", "code"),
    [
        ({"package_preset": "small_box"}, None),
        ({"package_preset": "small_box", "weight": 6}, "preset_too_heavy"),
    ],
    ids=str,
)
def test_the_sandboxs_own_packagings_have_their_limits(shop: Shop, parcel: dict[str, Any], code: str | None):
    shipment = shop.draft(parcels=[PARCEL | parcel])

    assert {told["code"] for told in shipment["messages"]} == ({code} if code else set())
    assert bool(shipment["rates"]) == (code is None)


def test_a_commoditys_numbers_are_kept_and_its_gtin_checked(shop: Shop):
    numbers = {"gtin": "4006381333931", "manufacturer_product_id": "M-1"}
    wrong = order(parcels=[PARCEL | {"items": [COMMODITY | {"gtin": "4006381333932"}]}])

    shipment = shop.draft(parcels=[PARCEL | {"items": [COMMODITY | numbers]}])

    assert shipment["parcels"][0]["items"][0].items() >= numbers.items()
    assert refused(shop.post("/v1/shipments", wrong), 400, "invalid_request").keys() == {"parcels.0.items.0.gtin"}
