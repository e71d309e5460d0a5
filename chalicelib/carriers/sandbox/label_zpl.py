"""Labels as ZPL II for label printers of 203 dpi: one format after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.carriers.sandbox.label_layout import BARCODE_HEIGHT, HEIGHT, MODULE, WIDTH, Box, Text, shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.carriers.sandbox.label_layout import ParcelLabel, Shape
    from chalicelib.carriers.sandbox.printable import Style

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,-/()#")
"""All others are written as `_` and two hex digits a byte (^FH), so that no text can hold a command."""

_NARROW = frozenset("iljtfrI.,:;'!|()[]- ")
_WIDE = frozenset("mwMW@%&")
_NARROW_SHARE, _USUAL_SHARE, _WIDE_SHARE = 0.36, 0.62, 0.92
"""Widths of characters against the font's height: no less than those of the printer's font 0."""


def zpl(labels: Sequence[ParcelLabel]) -> bytes:
    """Return one format (^XA to ^XZ) for each label."""
    return "".join(_label(label) for label in labels).encode("ascii")


def _label(label: ParcelLabel) -> str:
    fields = "\n".join(_field(shape) for shape in shapes(label, _width))
    return f"^XA\n^CI28\n^PW{WIDTH}\n^LL{HEIGHT}\n^LH0,0\n{fields}\n^XZ\n"


def _width(text: str, style: Style) -> float:
    shares = (
        _NARROW_SHARE if character in _NARROW else _WIDE_SHARE if character in _WIDE else _USUAL_SHARE
        for character in text
    )
    return sum(shares) * style.size


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
