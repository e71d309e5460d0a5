"""Sandbox labels as documents: barcodes that scan, paper of the right size, the same bytes again."""

import re
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib.carriers.sandbox.label_layout import (
    HEIGHT,
    QUIET_ZONE,
    WIDTH,
    Barcode,
    Paper,
    parcel_shapes,
)
from chalicelib.carriers.sandbox.label_zpl import character_widths as zpl_widths
from chalicelib.carriers.sandbox.labels import parcel_labels
from chalicelib.domain.ports import Document, Sale
from tests.builders import a_parcel, a_recipient
from tests.sandbox_cases import Shop, a_fixed_sale, a_request

NAMES = (
    "Zo\u00eb M\u00fcller-L\u00fcdenscheidt",
    "\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432",
    "\u5c71\u7530\u592a\u90ce",
    "\u0645\u062d\u0645\u062f \u0639\u0644\u064a",
    "\U0001f4e6\u200d\U0001f600 \u202eDNA\u202c \u0000\u0007tab\there",
)
A_LABEL = parcel_labels(a_fixed_sale("ZPL"))[0]


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

        (barcode,) = [shape for shape in parcel_shapes(label, zpl_widths, Paper()) if isinstance(shape, Barcode)]

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


class TestCost:
    def test_the_same_sale_prints_the_same_bytes_in_another_process(self) -> None:
        script = (
            "from hashlib import sha256\n"
            "from tests.sandbox_cases import A_CONNECTION, a_fixed_sale\n"
            "from chalicelib.carriers.sandbox.selling import handed_over\n"
            "for label_type in ('PDF', 'PNG', 'ZPL'):\n"
            "    for document in handed_over(A_CONNECTION, a_fixed_sale(label_type)).documents:\n"
            "        print(document.category, document.format, sha256(document.content).hexdigest())"
        )

        command = [sys.executable, "-c", script]
        printed = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]  # noqa: S603 - our own script

        assert printed[0] == printed[1]
        assert len(set(printed[0].splitlines())) == 4  # three labels, and the same invoice each time

    def test_rates_and_journeys_import_nothing_that_draws(self) -> None:
        script = (
            "import sys, chalicelib.carriers.sandbox.carrier\n"
            "print([name for name in ('PIL', 'reportlab', 'barcode', 'anyascii') if name in sys.modules])"
        )

        command = [sys.executable, "-c", script]
        printed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own script

        assert printed.stdout.strip() == "[]"
