"""Sandbox labels: barcodes that scan, text that fits, and nothing that a customer can smuggle in."""

import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib.carriers.sandbox.label_layout import HEIGHT, QUIET_ZONE, SPECIMEN, WIDTH, Barcode, Text, shapes
from chalicelib.carriers.sandbox.label_pdf import _width as pdf_width
from chalicelib.carriers.sandbox.label_png import _width as png_width
from chalicelib.carriers.sandbox.label_zpl import _width as zpl_width
from chalicelib.carriers.sandbox.labels import parcel_labels
from chalicelib.carriers.sandbox.printable import printable
from chalicelib.domain.options import Options
from chalicelib.domain.ports import Document, Sale
from tests.builders import a_parcel, a_recipient, an_address
from tests.sandbox_cases import Shop, a_fixed_sale, a_request, a_request_abroad

NAMES = (
    "Zo\u00eb M\u00fcller-L\u00fcdenscheidt",
    "\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432",
    "\u5c71\u7530\u592a\u90ce",
    "\u0645\u062d\u0645\u062f \u0639\u0644\u064a",
    "\U0001f4e6\u200d\U0001f600 \u202eDNA\u202c \u0000\u0007tab\there",
)
A_LABEL = parcel_labels(a_fixed_sale("ZPL"))[0]
MEASURES = {"PDF": pdf_width, "PNG": png_width, "ZPL": zpl_width}


def a_sale(label_type: str, parcels: int = 1, **changes: Any) -> Sale:
    shop = Shop()
    request = a_request(parcels=tuple(a_parcel() for _ in range(parcels)), **changes)
    return shop.buy(shop.order(request, label_type=label_type))


def pictures(document: Document) -> list[Image.Image]:
    """The labels as a scanner sees them, each by itself."""
    if document.format == "PNG":
        stack = Image.open(BytesIO(document.content))
        return [stack.crop((0, top, WIDTH, top + HEIGHT)) for top in range(0, stack.height, HEIGHT)]
    return [page.render(scale=203 / 72).to_pil() for page in pypdfium2.PdfDocument(document.content)]


def scanned(picture: Image.Image) -> list[tuple[str, str]]:
    return [(str(code.format), code.text) for code in zxingcpp.read_barcodes(picture.convert("L"))]


def text_of(document: Document) -> list[str]:
    """A PDF's text, by page."""
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(document.content)]


def fields(zpl: bytes) -> list[str]:
    """The field data of a ZPL document as the printer reads it."""
    return [
        re.sub(rb"_([0-9A-F]{2})", lambda match: bytes.fromhex(match[1].decode()), data).decode()
        for data in re.findall(rb"\^FD(.*?)\^FS", zpl)
    ]


class TestBarcodes:
    @pytest.mark.parametrize("label_type", ["PNG", "PDF"])
    @pytest.mark.parametrize("parcels", [1, 3])
    def test_each_label_has_one_code_128_which_is_its_parcels_number(self, label_type: str, parcels: int) -> None:
        sale = a_sale(label_type, parcels)

        found = [scanned(picture) for picture in pictures(sale.documents[0])]

        assert found == [[("Code 128", number)] for number in sale.tracking_numbers]

    @pytest.mark.parametrize("label_type", ["PNG", "PDF"])
    def test_each_parcel_has_a_label_of_its_own_where_there_are_several(self, label_type: str) -> None:
        sale = a_sale(label_type, 3)

        found = [scanned(picture) for label in sale.parcel_labels for picture in pictures(label)]

        assert found == [[("Code 128", number)] for number in sale.tracking_numbers]
        assert a_sale(label_type, 1).parcel_labels == ()

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("label_type", ["PNG", "PDF"])
    def test_whatever_the_recipient_is_called_the_label_scans(self, label_type: str, name: str) -> None:
        sale = a_sale(label_type, recipient=a_recipient(person_name=name, company_name=(name * 9)[:100]))

        assert scanned(pictures(sale.documents[0])[0]) == [("Code 128", sale.tracking_numbers[0])]

    @given(st.integers(0, 10**14 - 1))
    def test_the_barcode_of_any_number_has_its_quiet_zones(self, serial: int) -> None:
        label = replace(A_LABEL, tracking_number=f"SBX{serial:014}0")

        (barcode,) = [shape for shape in shapes(label, zpl_width) if isinstance(shape, Barcode)]

        assert barcode.x >= QUIET_ZONE
        assert barcode.x + len(barcode.modules) * 4 <= WIDTH - QUIET_ZONE

    def test_the_printer_of_a_zpl_label_is_told_the_number_itself(self) -> None:
        sale = a_sale("ZPL", 2)

        printed = re.findall(rb"\^BY4\^BCN,\d+,N,N,N,A\^FD(.*?)\^FS", sale.documents[0].content)

        assert [number.decode() for number in printed] == list(sale.tracking_numbers)


class TestPaper:
    @pytest.mark.parametrize("parcels", [1, 3])
    def test_a_pdf_has_pages_of_4_by_6_inches(self, parcels: int) -> None:
        pages = list(pypdfium2.PdfDocument(a_sale("PDF", parcels).documents[0].content))

        assert [page.get_size() for page in pages] == [(288, 432)] * parcels

    @pytest.mark.parametrize("parcels", [1, 3])
    def test_a_png_stacks_labels_of_812_by_1218_dots_at_203_dpi_in_black_and_white(self, parcels: int) -> None:
        picture = Image.open(BytesIO(a_sale("PNG", parcels).documents[0].content))

        assert (picture.mode, picture.size) == ("1", (812, 1218 * parcels))
        assert round(picture.info["dpi"][0]) == 203

    def test_a_zpl_document_is_one_format_after_the_other(self) -> None:
        zpl = a_sale("ZPL", 3).documents[0].content

        assert re.findall(rb"\^X[AZ]", zpl) == [b"^XA", b"^XZ"] * 3
        assert zpl.count(b"^CI28") == zpl.count(b"^PW812\n^LL1218") == 3

    @pytest.mark.parametrize("label_type", ["PDF", "PNG", "ZPL"])
    def test_the_document_says_what_it_is(self, label_type: str) -> None:
        (label,) = a_sale(label_type).documents

        assert (label.category, label.format, label.print_format) == ("shipping_label", label_type, "4x6")


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
        assert shown.encode("cp1252")
        assert shown.isprintable() if shown else True
        assert printable(shown) == shown

    @pytest.mark.parametrize("label_type", ["PDF", "PNG", "ZPL"])
    @settings(max_examples=40, deadline=None)
    @given(
        texts=st.lists(
            st.text(st.sampled_from("WMi -\u00df\u5c71\U0001f4e6a"), min_size=60, max_size=100), min_size=6, max_size=6
        )
    )
    def test_no_text_leaves_its_place_however_long_it_is(self, label_type: str, texts: list[str]) -> None:
        person, company, street, more, city, reference = texts
        party = {"person_name": person, "company_name": company, "address_line1": street, "address_line2": more}
        request = a_request(
            shipper=an_address(**party, city=city[:50]),
            recipient=a_recipient(**party, city=city[:50]),
            return_address=an_address(**party),
            reference=reference,
        )
        shop = Shop()
        (label,) = parcel_labels(shop.record(shop.order(request, label_type="ZPL")))

        measure = MEASURES[label_type]
        lines = [shape for shape in shapes(label, measure) if isinstance(shape, Text)]

        for line in lines:
            assert line.x >= 0
            assert line.x + line.width <= WIDTH
            assert measure(line.text, line.style) <= line.width
        sender = [line.y for line in lines if line.x == 24 and 140 < line.y < 340]
        receiver = [line.y for line in lines if line.x == 44]
        assert max(sender) <= 310
        assert max(receiver) <= 640
        assert len(receiver) >= 6


class TestSmuggling:
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


class TestCost:
    @pytest.mark.parametrize("label_type", ["PDF", "PNG", "ZPL"])
    def test_the_same_sale_prints_the_same_bytes_in_another_process(self, label_type: str) -> None:
        script = (
            "import os, hashlib\n"
            "from tests.sandbox_cases import a_fixed_sale\n"
            "from chalicelib.carriers.sandbox.selling import handed_over\n"
            f"sale = handed_over(a_fixed_sale({label_type!r}))\n"
            "print(hashlib.sha256(b''.join(document.content for document in sale.documents)).hexdigest())"
        )

        command = [sys.executable, "-c", script]
        printed = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]  # noqa: S603 - our own script

        assert printed[0] == printed[1] != ""

    def test_rates_and_journeys_import_nothing_that_draws(self) -> None:
        script = (
            "import sys, chalicelib.carriers.sandbox.carrier\n"
            "print([name for name in ('PIL', 'reportlab', 'barcode', 'anyascii') if name in sys.modules])"
        )

        command = [sys.executable, "-c", script]
        printed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own script

        assert printed.stdout.strip() == "[]"
