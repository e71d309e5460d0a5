"""The commercial invoice: what crosses the border, on as many pages as it takes."""

from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.carriers.sandbox.invoice import invoice, totals
from chalicelib.domain.customs import CustomsOptions, Duty
from chalicelib.domain.money import Money
from chalicelib.domain.options import Options
from chalicelib.domain.ports import Document
from chalicelib.domain.rates import RateRequest
from tests.builders import a_parcel, a_recipient, an_address
from tests.sandbox_cases import DEADLINE, Shop, a_commodity, a_request, a_request_abroad, some_customs


def an_invoice(request: RateRequest) -> Document | None:
    shop = Shop()
    return invoice(shop.record(shop.order(request, label_type="ZPL")))


def pages(document: Document | None) -> list[str]:
    assert document is not None
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(document.content)]


def test_a_label_across_a_customs_border_comes_with_an_invoice() -> None:
    shop = Shop()

    label, paper = shop.buy(shop.order(a_request_abroad())).documents

    assert label.category == "shipping_label"
    assert (paper.category, paper.format, paper.print_format) == ("commercial_invoice", "PDF", "letter")


@pytest.mark.parametrize(
    "request_",
    [
        a_request(),
        a_request_abroad(parcels=(a_parcel(is_document=True),)),
        a_request_abroad(
            shipper=an_address(country_code="FR", postal_code="75001", state_code=None), customs=some_customs()
        ),
    ],
    ids=["domestic", "documents", "customs union"],
)
def test_without_a_customs_border_there_is_none(request_: RateRequest) -> None:
    assert an_invoice(request_) is None


def test_a_domestic_lane_between_customs_territories_has_one() -> None:
    madrid = an_address(country_code="ES", state_code=None, postal_code="28001", city="Madrid")
    canaries = a_recipient(country_code="ES", state_code=None, postal_code="35001", city="Las Palmas")

    assert an_invoice(a_request(shipper=madrid, recipient=canaries, customs=some_customs())) is not None


def test_everything_that_a_customs_officer_needs_is_on_it() -> None:
    customs = some_customs(
        commodities=(
            a_commodity(),
            a_commodity(title=None, description=None, sku="SKU-9", value_amount=None),
            a_commodity(value_currency="JPY", value_amount=Decimal(500), quantity=2),
        ),
        invoice="INV-77",
        content_description="Gears",
        duty=Duty(paid_by="recipient"),
        options=CustomsOptions(eori_number="GB123456789000"),
    )
    request = a_request_abroad(customs=customs, options=Options(shipping_charges=Decimal("12.50"), currency="USD"))

    (page,) = pages(an_invoice(request))

    for text in (
        "COMMERCIAL INVOICE",
        "Ada Byron",
        "GERMANY",
        "Invalidenstra\u00dfe 1",
        "INV-77",
        "2026-11-24",
        "DAP",
        "merchandise",
        "Gears",
        "recipient",
        "GB123456789000",
        "Gear: Brass gear",
        "SKU-9",
        "8483.90",
        "19.90 USD",
        "59.70 USD",
        "1,000 JPY",
        "59.70 USD + 1,000 JPY",
        "12.50 USD",
        "2.800 kg",
        "Page 1 of 1",
    ):
        assert text in page


DECLARATION = "I declare"
SIGNATURE = "Signed by"


@pytest.mark.parametrize(
    ("told", "shown", "hidden"),
    [
        ({}, [], [DECLARATION, SIGNATURE, "Ada Lovelace"]),
        ({"certify": False, "signer": "Ada Lovelace"}, [], [DECLARATION, SIGNATURE, "Ada Lovelace"]),
        ({"signer": "Ada Lovelace"}, [], [DECLARATION, SIGNATURE, "Ada Lovelace"]),
        ({"certify": True}, [DECLARATION], [SIGNATURE]),
        ({"certify": True, "signer": "Ada Lovelace"}, [DECLARATION, SIGNATURE, "Ada Lovelace"], []),
    ],
    ids=["nothing", "not certified", "a signer alone", "nobody by name", "certified"],
)
def test_nothing_is_declared_or_signed_but_what_the_customer_vouches_for(
    told: dict[str, Any], shown: list[str], hidden: list[str]
) -> None:
    (page,) = pages(an_invoice(a_request_abroad(customs=some_customs(**{"signer": None} | told))))

    assert all(text in page for text in shown)
    assert not any(text in page for text in hidden)


def test_what_nobody_stated_is_not_made_up() -> None:
    customs = some_customs(
        content_type=None,
        commodities=(
            a_commodity(title=None, description=None, sku=None),
            a_commodity(title=None, description="", sku="SKU-9", value_amount=None),
        ),
    )

    (page,) = pages(an_invoice(a_request_abroad(customs=customs)))

    text = " ".join(page.split())
    assert "Reason for export not stated" in text
    assert "1 not stated 8483.90" in text
    assert "2 not stated (SKU SKU-9) 8483.90 GB 3 not stated not stated" in text
    assert "59.70 USD + not stated" in text
    assert "merchandise" not in text


@pytest.mark.parametrize(("wanted", "made"), [(None, True), (True, True), (False, False)])
def test_an_invoice_is_made_unless_none_is_wanted(wanted: bool | None, made: bool) -> None:  # noqa: FBT001
    paper = an_invoice(a_request_abroad(customs=some_customs(commercial_invoice=wanted)))

    assert (paper is not None) == made


def test_a_label_is_sold_although_customs_lack_something_and_a_warning_names_it() -> None:
    commodities = (
        a_commodity(),
        a_commodity(title=None, description=""),
        a_commodity(title=None, value_amount=None, value_currency=None),
        a_commodity(description=None, value_currency=None),
        a_commodity(value_amount=Decimal(0)),
    )
    shop = Shop()
    order = shop.order(a_request_abroad(customs=some_customs(commodities=commodities)))

    sale = shop.buy(order)

    (message,) = sale.messages
    assert (message.code, message.level, message.carrier_name) == ("customs_incomplete", "warning", "sandbox")
    assert list(message.details) == [
        "customs.commodities.1.description",
        "customs.commodities.2.value_amount",
        "customs.commodities.3.value_currency",
    ]
    assert shop.carrier.find_purchase(shop.connection, order.purchase_id, DEADLINE) == sale


@pytest.mark.parametrize(
    "request_",
    [
        a_request_abroad(),
        a_request(customs=some_customs(commodities=(a_commodity(value_amount=None),))),
    ],
    ids=["complete", "domestic"],
)
def test_customs_that_lack_nothing_or_are_not_needed_bring_no_warning(request_: RateRequest) -> None:
    shop = Shop()

    assert shop.buy(shop.order(request_)).messages == ()


def test_a_return_is_exported_by_the_recipient() -> None:
    (page,) = pages(an_invoice(a_request_abroad(is_return=True)))

    assert page.index("GERMANY") < page.index("UNITED STATES")


def test_what_looks_like_markup_is_text() -> None:
    customs = some_customs(commodities=(a_commodity(title="<b>&amp;", description="</para><img src='x'/>"),))

    (page,) = pages(an_invoice(a_request_abroad(customs=customs)))

    assert "<b>&amp;: </para><img src='x'/>" in page.replace("\r\n", " ")


def test_100_commodities_take_several_pages_each_with_the_headings_and_its_number() -> None:
    commodities = tuple(a_commodity(title=f"Gear {at}", quantity=at) for at in range(1, 101))

    found = pages(an_invoice(a_request_abroad(customs=some_customs(commodities=commodities))))

    assert len(found) > 2
    for at, page in enumerate(found, start=1):
        assert f"Page {at} of {len(found)}" in page
    assert sum(page.count("HS code") for page in found) >= len(found) - 1
    whole = "\n".join(found)
    assert all(f"Gear {at}: Brass gear" in whole for at in range(1, 101))
    assert "5050" in whole


def test_totals_are_kept_apart_by_currency() -> None:
    commodities = [
        a_commodity(value_amount=Decimal("0.10"), quantity=3, value_currency="EUR"),
        a_commodity(value_amount=Decimal("0.70"), quantity=1, value_currency="EUR"),
        a_commodity(value_amount=Decimal(5), quantity=2, value_currency="JPY"),
        a_commodity(value_amount=None),
    ]

    assert totals(commodities) == {"EUR": Money(Decimal("1.00"), "EUR"), "JPY": Money(Decimal(10), "JPY")}


def test_a_cell_that_would_fill_more_than_a_page_is_cut() -> None:
    commodity = a_commodity(hs_code="\ufdfa" * 100)  # a whole sentence each, once it is spelled out

    found = pages(an_invoice(a_request_abroad(customs=some_customs(commodities=(commodity, a_commodity())))))

    assert "8483.90" in "".join(found)


WIDE = st.text(st.sampled_from("W@\U0001f9d1\U0001f3ff \u5c71<&"), min_size=80, max_size=100)


@settings(max_examples=10, deadline=None)
@given(words=st.lists(WIDE, min_size=6, max_size=6), many=st.booleans())
def test_no_text_is_too_long_for_a_page(words: list[str], many: bool) -> None:  # noqa: FBT001
    name, street, thing, code, number, phone = words
    party: dict[str, Any] = {
        "person_name": name,
        "company_name": name,
        "address_line1": street,
        "street_number": street,
        "address_line2": street,
        "city": street[:50],
        "phone_number": phone[:50],
        "federal_tax_id": phone[:50],
    }
    commodity = a_commodity(
        title=thing * 2, description=thing * 2, hs_code=code, quantity=1_000_000, value_amount=Decimal(100_000_000)
    )
    request = a_request_abroad(
        shipper=an_address(**party),
        recipient=an_address(**party, country_code="DE", postal_code="10115", state_code=None),
        parcels=tuple(a_parcel() for _ in range(50 if many else 1)),
        customs=some_customs(
            commodities=(commodity,) * 3, content_description=thing * 2, invoice=number[:50], signer=name[:50]
        ),
        reference=number,
    )

    assert pages(an_invoice(request))
