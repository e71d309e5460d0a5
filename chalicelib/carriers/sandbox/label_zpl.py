"""Labels as ZPL II for label printers of 203 dpi: one format after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.label_layout import (
    BARCODE_HEIGHT,
    MODULE,
    PAPERS,
    Box,
    Printed,
    Text,
    parcel_shapes,
    sale_shapes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.carriers.sandbox.label_layout import Paper, ParcelLabel, SaleLabel, Shape
    from chalicelib.carriers.sandbox.printable import Style, Widths
    from chalicelib.domain.options import LabelSize

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,-/()#")
"""All others are written as `_` and two hex digits a byte (^FH), so that no text can hold a command."""

_NARROW = frozenset("iljtfrI.,:;'!|()[]- ")
_WIDE = frozenset("mwMW@%&")
_NARROW_SHARE, _USUAL_SHARE, _WIDE_SHARE = 0.36, 0.62, 0.92
"""Widths of characters against the font's height: no less than those of the printer's font 0."""


def zpl(sale: SaleLabel, parcels: Sequence[ParcelLabel], size: LabelSize) -> Printed:
    """Return one format (^XA to ^XZ) for each parcel, together one after the other."""
    paper = PAPERS[size]
    common = [_field(shape) for shape in sale_shapes(sale, character_widths, paper)]
    each = tuple(_format(common, parcel, paper) for parcel in parcels)
    return Printed(b"".join(each), each)


def _format(common: Sequence[str], parcel: ParcelLabel, paper: Paper) -> bytes:
    fields = [*common, *(_field(shape) for shape in parcel_shapes(parcel, character_widths, paper))]
    start = ("^XA", "^CI28", f"^PW{paper.width}", f"^LL{paper.height}", "^LH0,0")
    return "\n".join((*start, *fields, "^XZ", "")).encode("ascii")


def character_widths(style: Style) -> Widths:
    """Return how wide characters are at most in the printer's font 0, in dots."""
    return lambda character: _share(character) * style.size


def _share(character: str) -> float:
    if character in _NARROW:
        return _NARROW_SHARE
    return _WIDE_SHARE if character in _WIDE else _USUAL_SHARE


def _field(shape: Shape) -> str:
    if isinstance(shape, Text):
        reverse = "^FR" if shape.white else ""
        aligned = "" if shape.align == "left" else f"^FB{shape.width},1,0,{shape.align[0].upper()}"
        font = f"^A0N,{shape.style.size},{shape.style.size}"
        return f"^FT{shape.x},{shape.y}{reverse}{font}{aligned}^FH^FD{_escaped(shape.text)}^FS"
    if isinstance(shape, Box):
        thickness = min(shape.width, shape.height)  # as thick as it is high: filled
        return f"^FO{shape.x},{shape.y}^GB{shape.width},{shape.height},{thickness}^FS"
    # Mode A lets the printer choose the subsets, as the layout did when it worked out the width.
    return f"^FO{shape.x},{shape.y}^BY{MODULE}^BCN,{BARCODE_HEIGHT},N,N,N,A^FD{shape.text}^FS"


def _escaped(text: str) -> str:
    return "".join(
        character if character in _PLAIN else "".join(f"_{byte:02X}" for byte in character.encode())
        for character in text
    )
