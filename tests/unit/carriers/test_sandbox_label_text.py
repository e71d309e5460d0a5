"""What is to be read on a sandbox label: everything, whole, and nothing that a customer can smuggle in."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.carriers.sandbox.label_layout import (
    PAPERS,
    SPECIMEN,
    Paper,
    Text,
    parcel_shapes,
    sale_shapes,
)
from chalicelib.carriers.sandbox.label_pdf import character_widths as pdf_widths
from chalicelib.carriers.sandbox.label_png import character_widths as png_widths
from chalicelib.carriers.sandbox.label_zpl import character_widths as zpl_widths
from chalicelib.carriers.sandbox.labels import parcel_labels, sale_label
from chalicelib.carriers.sandbox.printable import Measure, printable, width_of
from chalicelib.carriers.sandbox.services import SERVICES
from chalicelib.domain.options import Options
from chalicelib.domain.ports import Document, Sale
from tests.builders import a_parcel, a_recipient, an_address
from tests.sandbox_cases import Shop, a_fixed_sale, a_request, a_request_abroad

MEASURES: dict[str, Measure] = {"PDF": pdf_widths, "PNG": png_widths, "ZPL": zpl_widths}


def a_sale(label_type: str, parcels: int = 1, **changes: Any) -> Sale:
    shop = Shop()
    request = a_request(parcels=tuple(a_parcel() for _ in range(parcels)), **changes)
    return shop.buy(shop.order(request, label_type=label_type))


def text_of(document: Document) -> list[str]:
    """A PDF's text, by page."""
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(document.content)]


def fields(zpl: bytes) -> list[str]:
    """The field data of a ZPL document as the printer reads it."""
    return [
        re.sub(rb"_([0-9A-F]{2})", lambda match: bytes.fromhex(match[1].decode()), data).decode()
        for data in re.findall(rb"\^FD(.*?)\^FS", zpl)
    ]


class TestText:
    def test_all_that_a_carrier_prints_is_on_the_label(self) -> None:
        sale = Shop().bought(
            parcels=(a_parcel(), a_parcel(weight=Decimal("2.30"), reference_number="BOX 2")),
            options=Options(signature_confirmation=True, cash_on_delivery=Decimal(20)),
            return_address=an_address(company_name="Returns Desk", person_name=None),
        )

        page = text_of(sale.documents[0])[1]

        for text in (
            "Ada Byron",
            "350 5th Avenue",
            "Charles Babbage",
            "San Francisco CA 94103",
            "UNITED STATES",
            "US 94103",
            sale.rate.meta["service_name"] if sale.rate.meta else "",
            "2.3 kg",
            "2 of 2",
            "2026-11-24",
            "REF order 100-2041 / BOX 2",
            "SIGNATURE / COD 20.00 USD",
            "IF UNDELIVERABLE Returns Desk",
            sale.tracking_numbers[1],
            SPECIMEN,
        ):
            assert text in page

    def test_the_same_is_on_the_zpl_label(self) -> None:
        sale = a_sale("ZPL")

        assert {
            "Charles Babbage",
            "1455 Market Street",
            "US 94103",
            "1 of 1",
            SPECIMEN,
            sale.tracking_numbers[0],
        } <= set(fields(sale.documents[0].content))

    def test_a_return_is_sent_by_the_recipient(self) -> None:
        sale = Shop().bought(is_return=True)

        (page,) = text_of(sale.documents[0])

        assert sale.documents[0].category == "return_label"
        assert page.index("Charles Babbage") < page.index("SHIP TO") < page.index("Ada Byron")
        assert "RETURN LABEL" in page

    @pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
    @pytest.mark.parametrize("service", [service.name for service in SERVICES])
    def test_the_services_name_is_printed_whole(self, service: str, measure: Measure) -> None:
        label = replace(sale_label(a_fixed_sale("ZPL")), service=service)

        texts = [shape for shape in sale_shapes(label, measure, Paper()) if isinstance(shape, Text)]

        (line,) = [shape for shape in texts if shape.text == service]

        assert width_of(service, measure(line.style)) <= line.width
        assert line.style.size >= 24

    def test_across_borders_the_recipients_telephone_is_printed(self) -> None:
        shop = Shop()

        page = text_of(shop.buy(shop.order(a_request_abroad())).documents[0])[0]

        assert "Tel. +1 212 555 0147" in page
        assert "10115 Berlin" in page

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("Zo\u00eb M\u00fcller \u20ac", "Zo\u00eb M\u00fcller \u20ac"),
            ("Zoe\u0308", "Zo\u00eb"),
            ("\u0418\u0432\u0430\u043d", "Ivan"),
            ("\u0141\u00f3d\u017a", "L\u00f3dz"),
            ("a\tb\r\nc\u0000\u202ed\u00a0e", "a b c d e"),
            ("  ", ""),
        ],
    )
    def test_text_is_shown_in_the_characters_that_the_fonts_have(self, text: str, shown: str) -> None:
        assert printable(text) == shown

    @given(st.text(max_size=200))
    def test_printable_text_is_short_and_has_no_control_characters(self, text: str) -> None:
        shown = printable(text)

        assert len(shown) <= 120
        assert shown.encode("cp1252").decode("cp1252") == shown
        assert shown.isprintable()
        assert printable(shown) == shown

    @pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
    @pytest.mark.parametrize("label_type", ["PDF", "PNG", "ZPL"])
    @settings(max_examples=20, deadline=None)
    @given(
        texts=st.lists(
            st.text(st.sampled_from("WMi -\u00df\u5c71\U0001f4e6a"), min_size=60, max_size=100), min_size=6, max_size=6
        )
    )
    def test_no_text_leaves_its_place_however_long_it_is(self, label_type: str, paper: Paper, texts: list[str]) -> None:
        person, company, street, more, city, reference = texts
        party = {"person_name": person, "company_name": company, "address_line1": street, "address_line2": more}
        request = a_request(
            shipper=an_address(**party, city=city[:50]),
            recipient=a_recipient(**party, city=city[:50]),
            return_address=an_address(**party),
            reference=reference,
        )
        shop = Shop()
        sale = shop.record(shop.order(request, label_type="ZPL"))

        measure = MEASURES[label_type]
        common = sale_shapes(sale_label(sale), measure, paper)
        own = parcel_shapes(parcel_labels(sale)[0], measure, paper)
        lines = [shape for shape in (*common, *own) if isinstance(shape, Text)]

        for line in lines:
            assert line.x >= 0
            assert line.x + line.width <= paper.width
            assert line.y <= paper.height
            assert width_of(line.text, measure(line.style)) <= line.width + 0.001  # sums of floats
        indent = {812: 0, 839: 13}[paper.width]
        sender = [line.y for line in lines if line.x == 24 + indent and 140 < line.y < 340]
        receiver = [line.y for line in lines if line.x == 44 + indent]
        assert max(sender) <= 310
        assert max(receiver) <= {1218: 640, 1183: 605}[paper.height]
        assert len(receiver) >= 6


class TestSmuggling:
    @settings(max_examples=50)
    @given(st.text(max_size=60) | st.text(st.sampled_from("^~_\\&:;XZFSFDFHCC,0 5E"), max_size=60))
    def test_no_text_can_hold_a_zpl_command(self, text: str) -> None:
        sale = a_sale("ZPL", recipient=a_recipient(person_name=f"A{text}", company_name=text), reference=text)
        harmless = a_sale("ZPL", recipient=a_recipient(person_name="A", company_name=None), reference=None)

        commands = set(re.findall(rb"[\^~][A-Z0-9@]{0,2}", sale.documents[0].content))

        assert sale.documents[0].content.isascii()
        assert commands == set(re.findall(rb"[\^~][A-Z0-9@]{0,2}", harmless.documents[0].content))
        assert re.findall(rb"\^X[AZ]", sale.documents[0].content) == [b"^XA", b"^XZ"]

    @pytest.mark.parametrize("text", ["^XZ^XA^FO0,0^GFA", "~JR", "_5EXZ", "^FS^FD", "\\&", "^CC~"])
    def test_a_command_in_a_name_is_printed_as_text(self, text: str) -> None:
        sale = a_sale("ZPL", recipient=a_recipient(person_name=text))

        assert text in fields(sale.documents[0].content)
