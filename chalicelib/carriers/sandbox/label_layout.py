"""A parcel's label as shapes on 4x6 inches, or A6, of paper; the painters turn them into PDF, PNG or ZPL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from chalicelib.carriers.sandbox.printable import Measure, Style, one_line, width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chalicelib.domain.options import LabelSize

DOTS_PER_INCH = 203
WIDTH, HEIGHT = 4 * DOTS_PER_INCH, 6 * DOTS_PER_INCH
"""4x6 inches in dots of a common label printer."""

USUAL_SIZE: LabelSize = "4x6"
"""The paper where the customer names none."""

MARGIN = 24
INSIDE = WIDTH - 2 * MARGIN
MODULE = 4
"""Dots of the narrowest bar: 0.5 mm."""
BARCODE_HEIGHT = 210
QUIET_ZONE = 10 * MODULE
"""White on both sides of a Code 128: ten modules at least (ISO/IEC 15417)."""

FACTS_AT, FACTS_WIDTH = 560, WIDTH - MARGIN - 560
"""The column of date, weight and number, right of the sender."""
LARGEST_PLAIN = 26
"""Larger text is bold."""

SPECIMEN = "SANDBOX \u2013 NOT FOR CARRIAGE"

Align = Literal["left", "centre", "right"]


@dataclass(frozen=True)
class Text:
    """A line of text between `x` and `x + width`, standing on `y`."""

    x: int
    y: int
    width: int
    text: str
    style: Style
    align: Align = "left"
    white: bool = False


@dataclass(frozen=True)
class Box:
    """A black rectangle whose upper left corner is at `x` and `y`."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Barcode:
    """A Code 128, whose upper left bar begins at `x` and `y`."""

    x: int
    y: int
    text: str
    modules: str
    """One character a module: 1 is black."""


Shape = Text | Box | Barcode


@dataclass(frozen=True)
class Paper:
    """A label's paper, in dots: the shapes stand in its middle, and close up where it is less high."""

    width: int = WIDTH
    height: int = HEIGHT

    @property
    def missing(self) -> int:
        """How much less high than usual it is."""
        return HEIGHT - self.height

    def placed(self, above: Iterable[Shape], below: Iterable[Shape]) -> tuple[Shape, ...]:
        """Return shapes at their places: `below` are those under the recipient, whose room is what gives way."""
        indent = (self.width - WIDTH) // 2
        upper = (replace(shape, x=shape.x + indent) for shape in above)
        lower = (replace(shape, x=shape.x + indent, y=shape.y - self.missing) for shape in below)
        return (*upper, *lower)


PAPERS: Mapping[LabelSize, Paper] = {"4x6": Paper(), "A6": Paper(839, 1183)}
"""Papers that a label fills; A6 is 105 by 148 mm (ISO 216)."""


@dataclass(frozen=True)
class SaleLabel:
    """What is to be read on all parcels of a sale."""

    service: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    routing: str
    shipped_on: str
    marks: str
    return_to: str
    is_return: bool


@dataclass(frozen=True)
class ParcelLabel:
    """What is to be read on one parcel alone."""

    tracking_number: str
    weight: str
    position: str
    reference: str


@dataclass(frozen=True)
class Printed:
    """The labels of a sale as documents of one format."""

    together: bytes
    """All labels in order."""
    each: tuple[bytes, ...]
    """Each label by itself."""


def sale_shapes(label: SaleLabel, measure: Measure, paper: Paper) -> tuple[Shape, ...]:
    """Return what is the same on all parcels' labels."""
    above = (*_header(label, measure), *_parties(label, measure, paper.missing))
    return paper.placed(above, (*_routing(label, measure), *_foot(label, measure)))


def parcel_shapes(label: ParcelLabel, measure: Measure, paper: Paper) -> tuple[Shape, ...]:
    """Return what is on one parcel's label beside that."""
    return paper.placed(_parcel_facts(label, measure), (*_number(label), *_reference(label, measure)))


def code_128(text: str) -> str:
    """Return the modules of a Code 128, quiet zones left to the layout."""
    from barcode.codex import Code128  # noqa: PLC0415 - only a purchase needs it

    return str(Code128(text).build()[0])


def _rule(y: int) -> Box:
    return Box(MARGIN, y, INSIDE, 3)


def _header(label: SaleLabel, measure: Measure) -> Iterator[Shape]:
    yield Text(MARGIN, 82, 300, "SANDBOX", Style(60, bold=True))
    yield _shrunk(Text(MARGIN + 310, 60, INSIDE - 310, label.service, Style(38, bold=True), "right"), measure)
    kind = "RETURN LABEL" if label.is_return else "SHIPPING LABEL"
    yield Text(MARGIN + 310, 94, INSIDE - 310, kind, Style(24), "right")
    yield _rule(110)


def _parties(label: SaleLabel, measure: Measure, missing: int) -> Iterator[Shape]:
    yield Text(MARGIN, 140, 200, "FROM", Style(22, bold=True))
    yield from _block(label.sender, Area(MARGIN, 148, 500, 158), (26, 24, 22, 20, 18, 16), measure)
    yield from _fact("SHIP DATE", label.shipped_on, 0, measure)
    yield _rule(314)
    yield Text(MARGIN, 346, 200, "SHIP TO", Style(22, bold=True))
    area = Area(MARGIN + 20, 354, INSIDE - 20, 284 - missing)
    yield from _block(label.recipient, area, (42, 38, 34, 30, 26, 22, 20), measure)
    yield _rule(646 - missing)


def _routing(label: SaleLabel, measure: Measure) -> Iterator[Shape]:
    yield _line(Text(MARGIN, 724, INSIDE, label.routing, Style(76, bold=True)), measure)
    yield _rule(748)


def _foot(label: SaleLabel, measure: Measure) -> Iterator[Shape]:
    yield _rule(1044)
    if label.marks:
        yield _line(Text(MARGIN, 1112, INSIDE, label.marks, Style(26)), measure)
    if label.return_to:
        text = f"IF UNDELIVERABLE {label.return_to}"
        yield _line(Text(MARGIN, 1148, INSIDE, text, Style(26)), measure)
    yield Box(0, HEIGHT - 56, WIDTH, 56)
    yield Text(0, HEIGHT - 16, WIDTH, SPECIMEN, Style(34, bold=True), "centre", white=True)


def _parcel_facts(label: ParcelLabel, measure: Measure) -> Iterator[Shape]:
    yield from _fact("WEIGHT", label.weight, 1, measure)
    yield from _fact("PARCEL", label.position, 2, measure)


def _number(label: ParcelLabel) -> Iterator[Shape]:
    modules = code_128(label.tracking_number)
    yield Barcode((WIDTH - len(modules) * MODULE) // 2, 776, label.tracking_number, modules)
    yield Text(MARGIN, 776 + BARCODE_HEIGHT + 42, INSIDE, label.tracking_number, Style(38, bold=True), "centre")


def _reference(label: ParcelLabel, measure: Measure) -> Iterator[Shape]:
    if label.reference:
        yield _line(Text(MARGIN, 1076, INSIDE, f"REF {label.reference}", Style(26, bold=True)), measure)


def _fact(name: str, value: str, row: int, measure: Measure) -> Iterator[Shape]:
    yield Text(FACTS_AT, 136 + 58 * row, FACTS_WIDTH, name, Style(18))
    yield _line(Text(FACTS_AT, 164 + 58 * row, FACTS_WIDTH, value, Style(28, bold=True)), measure)


def _shrunk(text: Text, measure: Measure) -> Text:
    """Return a text in the largest style, from its own downwards, in which it fits."""
    style = text.style
    while width_of(text.text, measure(style)) > text.width:
        style = replace(style, size=style.size - 1)
    return replace(text, style=style)


def _line(text: Text, measure: Measure) -> Text:
    """Return a text cut to its width."""
    return replace(text, text=one_line(text.text, measure(text.style), text.width))


@dataclass(frozen=True)
class Area:
    """A place for several lines, whose upper left corner is at `x` and `y`."""

    x: int
    y: int
    width: int
    height: int


def _block(texts: Sequence[str], area: Area, sizes: Sequence[int], measure: Measure) -> Iterator[Shape]:
    """Yield the texts, one below the other, in the largest size in which all of them fit."""
    for size in sizes:
        style = Style(size, bold=size > LARGEST_PLAIN)
        widths = measure(style)
        lines = [line for text in texts for line in wrapped(text, widths, area.width)]
        if len(lines) * _line_height(size) <= area.height:
            break
    else:  # not even the smallest: cut each text, so that none is missing
        lines = [one_line(text, widths, area.width) for text in texts]
    for row, line in enumerate(lines, start=1):
        yield Text(area.x, area.y + row * _line_height(size) - size // 5, area.width, line, style)


def _line_height(size: int) -> int:
    return size + size // 6
