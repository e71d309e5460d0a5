"""Unneeded: what of the installed packages is never loaded in Lambda, and so is left out of the deployment package."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

AWS_SERVICES = ("dynamodb", "kms", "s3")
"""The services whose description botocore needs; it comes with those of all others, 15 MB zipped."""

PATTERNS = {
    "*/__pycache__/*": "compiled by whoever ran it here",
    "*.pyi": "for type checkers, as are `lxml-stubs`",
    "lxml-stubs/*": "",
    "tests/*": "python-barcode's and connectors' own tests and papers, strewn over the top of the package",
    "docs/*": "",
    "modules/*": "",
    "vendors/*": "",
    "*.data/*": "programs for a terminal",
    "karrio/core/tests/*": "",
    "phonenumbers/geodata/*": "where a number is from: the SDK only writes numbers in their format",
    "phonenumbers/carrierdata/*": "",
    "phonenumbers/tzdata/*": "",
    "lxml/objectify*": "the connectors read XML by `lxml.etree` alone",
    "lxml/isoschematron/*": "",
    "lxml/includes/*": "",
    "lxml/sax*": "",
    "lxml/builder*": "",
    "lxml/*.pyx": "",
    "lxml/*.px[di]": "",
    "PIL/_avif*": "no carrier and no label has AVIF images, and its codec is half of Pillow",
    "pillow.libs/libavif*": "",
    "PIL/_imagingtk*": "there is no window",
    "reportlab/fonts/*": "labels use the fonts that every PDF reader has",
}
"""By pattern of a path: why it is not needed, told once for those that follow without a word."""

_CONNECTOR = re.compile(r"karrio/(?:mappers|plugins|providers|schemas)/(\w+)/")
_USED = re.compile(rb"karrio\.(?:mappers|plugins|providers|schemas)\.(\w+)")
_AWS_SERVICE = re.compile(r"botocore/data/([\w-]+)/")


def is_unneeded(path: str, connectors: Collection[str]) -> bool:
    """Return whether a file can be left out where these connectors are offered."""
    if connector := _CONNECTOR.match(path):
        return connector[1] not in connectors or fnmatchcase(path, "*/__pycache__/*")
    if service := _AWS_SERVICE.match(path):
        return service[1] not in AWS_SERVICES
    return any(fnmatchcase(path, pattern) for pattern in PATTERNS)


def with_those_they_use(connectors: Collection[str], files: Mapping[str, bytes]) -> frozenset[str]:
    """Return the connectors and, as some build on another, those too; `files` are the SDK's, by path."""
    uses: dict[str, set[str]] = {}
    for path, content in files.items():
        if connector := _CONNECTOR.match(path):
            uses.setdefault(connector[1], set()).update(name.decode() for name in _USED.findall(content))
    needed: set[str] = set()
    waiting = set(connectors)
    while waiting:
        needed |= waiting
        waiting = {used for connector in waiting for used in uses.get(connector, ())} - needed
    return frozenset(needed)
