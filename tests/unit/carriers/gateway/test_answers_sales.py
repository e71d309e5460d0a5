"""A sold label is whole, or it is said what is missing of what was paid for."""

from decimal import Decimal
from typing import Any

import pytest

from chalicelib.carriers.profiles.profile import Profile
from chalicelib.domain.errors import CarrierUnavailable
from tests.builders import NOW
from tests.sale_cases import a_purchase, sell
from tests.sdk_cases import (
    PDF,
    ZPL,
    a_profile,
    a_told_label,
    a_told_rate,
    a_word,
    encoded,
    model,
)

LABELS = {"label": encoded(PDF)}


def test_a_sale_is_typed() -> None:
    purchase = a_purchase()

    sale = sell(purchase, a_told_label())

    assert (sale.purchase_id, sale.sold_at) == (purchase.order.purchase_id, NOW)
    assert (sale.tracking_numbers, sale.shipment_identifier) == (("T1",), "SHIP-1")
    assert sale.rate == purchase.order.rate
    assert sale.tracking_url == "https://acme.example/track/T1"
    label = sale.documents[0]
    assert (label.category, label.format, label.content, label.print_format) == ("shipping_label", "PDF", PDF, "4x6")
    assert sale.parcel_labels == ()
    assert sale.meta == {"carrier_tracking_link": "https://acme.example/track/T1", "service_name": "Ground"}


def test_a_label_is_the_identifier_where_the_carrier_tells_no_other() -> None:
    assert sell(a_purchase(), a_told_label(shipment_identifier=None)).shipment_identifier == "T1"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"docs": {"label": None}}, "is missing"),
        ({"docs": {"label": encoded(PDF[:20])}}, "without its end"),
        ({"docs": {"label": "not base64 !"}}, "not in base64"),
        ({"docs": {"label": encoded(b"<html/>")}}, "neither PDF"),
        ({"tracking_number": None}, "no tracking number"),
        ({"tracking_number": "  "}, "no tracking number"),
    ],
)
def test_a_sale_that_is_not_whole_may_be_done_and_is_not_lost(changes: dict[str, Any], why: str) -> None:
    purchase = a_purchase()

    with pytest.raises(CarrierUnavailable, match=why) as lost:
        sell(purchase, a_told_label(**changes))

    assert lost.value.maybe_done
    message = lost.value.messages[0]
    assert message.code == "sale_incomplete"
    assert message.details["shipment_identifier"] == "SHIP-1"
    assert message.details["purchase_id"] == purchase.order.purchase_id
    assert message.details.get("tracking_number") == (None if "tracking_number" in changes else "T1")


def test_an_answer_of_an_unforeseen_shape_is_not_lost_either() -> None:
    told = a_told_label() | {"docs": {"label": encoded(PDF), "extra_documents": ["?"]}}

    with pytest.raises(CarrierUnavailable, match="cannot be understood") as lost:
        sell(a_purchase(), told)

    assert lost.value.maybe_done
    assert lost.value.messages[0].details["tracking_number"] == "T1"


class TestParcels:
    @pytest.mark.parametrize(
        ("meta", "numbers"),
        [
            ({"tracking_numbers": ["T1", "T2", "T3"]}, ("T1", "T2", "T3")),
            ({"tracking_numbers": ["T2", "T1", "T3"]}, ("T1", "T2", "T3")),
            ({"tracking_numbers": ["T1", "T2", "T1", "T3"]}, ("T1", "T2", "T3")),
            ({"package_tracking_numbers": ["JD1", "JD2", "JD3"]}, ("JD1", "JD2", "JD3")),
            ({"tracking_numbers": ["T1", "T2", "T3", "T4"]}, ("T1", "T2", "T3")),
            ({"tracking_numbers": ["T1", "T2"]}, ("T1", "T2")),
            ({}, ("T1",)),
        ],
    )
    def test_numbers_are_in_order_and_the_masters_is_the_first_unless_each_parcel_has_its_own(
        self, meta: dict[str, Any], numbers: tuple[str, ...]
    ) -> None:
        sale = sell(a_purchase(3), a_told_label(meta=meta))

        assert (sale.tracking_number, sale.tracking_numbers) == ("T1", numbers)

    def test_a_single_parcel_has_its_own_number_too(self) -> None:
        sale = sell(a_purchase(), a_told_label(meta={"package_tracking_numbers": ["JD1"]}))

        assert (sale.tracking_number, sale.tracking_numbers) == ("T1", ("JD1",))
        assert "package_tracking_numbers" not in (sale.meta or {})

    def test_a_profile_reads_the_numbers_that_the_sdk_drops(self) -> None:
        profile = a_profile(parcel_numbers=lambda bodies: bodies[0].decode().split())

        sale = sell(a_purchase(2, profile), a_told_label(), bodies=(b"T1 T7",))

        assert sale.tracking_numbers == ("T1", "T7")

    def test_too_few_numbers_with_an_error_beside_them_are_not_a_whole_sale(self) -> None:
        with pytest.raises(CarrierUnavailable, match="1 of 2 parcels"):
            sell(a_purchase(2), a_told_label(), a_word())

    def test_too_few_numbers_with_a_remark_beside_them_are(self) -> None:
        assert sell(a_purchase(2), a_told_label(), a_word(level="warning")).tracking_numbers == ("T1",)

    def test_zpl_of_one_label_for_two_parcels_is_not_whole(self) -> None:
        with pytest.raises(CarrierUnavailable, match="1 of 2 labels"):
            sell(a_purchase(2, label_type="ZPL"), a_told_label(docs={"label": encoded(ZPL)}))

    def test_zpl_is_taken_apart(self) -> None:
        told = a_told_label(docs={"label": encoded(ZPL + b"\n" + ZPL)}, meta={"tracking_numbers": ["T1", "T2"]})

        sale = sell(a_purchase(2, label_type="ZPL"), told)

        assert [(label.format, label.content) for label in sale.parcel_labels] == [("ZPL", ZPL), ("ZPL", ZPL)]


class TestPrices:
    def sold_for(self, profile: Profile | None = None, **price: Any) -> Any:
        told = a_told_label(selected_rate=model("RateDetails", **a_told_rate(**price)))
        return sell(a_purchase(profile=profile), told).rate

    def test_the_price_that_the_carrier_took_is_told_under_the_chosen_rates_id(self) -> None:
        purchase = a_purchase()
        told = a_told_label(selected_rate=model("RateDetails", **a_told_rate(total_charge=11.11, currency="CAD")))

        rate = sell(purchase, told).rate

        assert (rate.total_charge, rate.currency) == (Decimal("11.11"), "CAD")
        assert (rate.id, rate.service) == (purchase.order.rate.id, purchase.order.rate.service)

    @pytest.mark.parametrize(("kind", "total"), [("total", "9.00"), ("sum", "10.50"), ("untold", "10.00")])
    def test_the_profile_says_what_is_the_price(self, kind: Any, total: str) -> None:
        charges = [model("ChargeDetails", name=name, amount=amount) for name, amount in (("A", 9.0), ("TAX", 1.5))]

        rate = self.sold_for(a_profile(sold_price=kind), total_charge=9.0, extra_charges=charges)

        assert rate.total_charge == Decimal(total)
        assert sum(line.amount for line in rate.extra_charges) == rate.total_charge

    @pytest.mark.parametrize("price", [{"total_charge": 0.0}, {"total_charge": -3.0}, {"currency": None}])
    def test_a_price_that_cannot_be_meant_leaves_the_chosen_one(self, price: dict[str, Any]) -> None:
        assert self.sold_for(**price).total_charge == Decimal("10.00")

    def test_the_same_price_without_charges_keeps_the_chosen_rates(self) -> None:
        rate = self.sold_for(total_charge=10.0)

        assert len(rate.extra_charges) == 5


class TestPapers:
    def test_the_invoice_and_other_papers_follow_the_label(self) -> None:
        extra = [model("ShippingDocument", category="cod_document", base64=encoded(PDF))]
        docs = LABELS | {"invoice": encoded(PDF), "extra_documents": extra}

        sale = sell(a_purchase(), a_told_label(docs=docs))

        assert [document.category for document in sale.documents] == [
            "shipping_label",
            "commercial_invoice",
            "cod_document",
        ]

    def test_a_profile_says_what_the_invoice_really_is(self) -> None:
        purchase = a_purchase(profile=a_profile(invoice_category="receipt"))

        sale = sell(purchase, a_told_label(docs=LABELS | {"invoice": encoded(PDF)}))

        assert sale.documents[1].category == "receipt"

    @pytest.mark.parametrize("paper", [{"base64": "?"}, {"url": "https://acme.example/paper"}])
    def test_a_paper_that_cannot_be_read_is_a_warning_and_fails_no_sale(self, paper: dict[str, str]) -> None:
        extra = [model("ShippingDocument", category="cod_document", **paper)]

        sale = sell(a_purchase(), a_told_label(docs=LABELS | {"extra_documents": extra}))

        assert len(sale.documents) == 1
        assert [(message.code, message.level) for message in sale.messages] == [("document_unreadable", "warning")]

    def test_a_returns_label_says_so(self) -> None:
        sale = sell(a_purchase(shipment={"is_return": True}), a_told_label())

        assert sale.documents[0].category == "return_label"

    def test_a_label_in_another_format_than_asked_says_which(self) -> None:
        sale = sell(a_purchase(label_type="ZPL"), a_told_label())

        assert (sale.documents[0].format, sale.documents[0].print_format) == ("PDF", None)


class TestMeta:
    def test_a_return_label_beside_the_label_is_told(self) -> None:
        returned = model("ReturnShipment", tracking_number="R1")

        meta = sell(a_purchase(), a_told_label(return_shipment=returned)).meta

        assert (meta or {})["return_shipment"] == {"tracking_number": "R1"}

    @pytest.mark.parametrize("link", ["javascript:alert(1)", "", None, 7])
    def test_only_an_address_is_a_link(self, link: Any) -> None:
        assert sell(a_purchase(), a_told_label(meta={"carrier_tracking_link": link})).tracking_url is None

    def test_the_carriers_words_go_with_the_sale(self) -> None:
        sale = sell(a_purchase(), a_told_label(), a_word("W-1", "Bring it before noon", level="warning"))

        assert [(message.code, message.level) for message in sale.messages] == [("W-1", "warning")]
