"""Customs: needed between customs territories, but for documents alone."""

from typing import Any

import pytest

from chalicelib.domain.customs import CustomsOptions, Payment, needs_customs
from tests.builders import a_parcel, an_address

US = {"country_code": "US", "postal_code": "10118"}
PARIS = {"country_code": "FR", "postal_code": "75001"}
BERLIN = {"country_code": "DE", "postal_code": "10115"}
ZURICH = {"country_code": "CH", "postal_code": "8001"}
TENERIFE = {"country_code": "ES", "postal_code": "38001"}
MADRID = {"country_code": "ES", "postal_code": "28001"}
MONACO = {"country_code": "MC", "postal_code": "98000"}
HONG_KONG = {"country_code": "HK", "postal_code": None}

GOODS = a_parcel()
PAPERS = a_parcel(is_document=True)


@pytest.mark.parametrize(
    ("origin", "destination", "needed"),
    [
        (US, US, False),
        (BERLIN, PARIS, False),
        (PARIS, MONACO, False),
        (BERLIN, ZURICH, True),
        (ZURICH, BERLIN, True),
        (US, BERLIN, True),
        (MADRID, TENERIFE, True),
        (TENERIFE, BERLIN, True),
        (TENERIFE, TENERIFE, False),
        (HONG_KONG, US, True),
    ],
)
def test_goods_need_customs_between_territories(
    origin: dict[str, Any],
    destination: dict[str, Any],
    needed: bool,  # noqa: FBT001 - a column
) -> None:
    assert needs_customs(an_address(**origin), an_address(**destination), [GOODS]) is needed


def test_documents_alone_need_none() -> None:
    here, there = an_address(**BERLIN), an_address(**ZURICH)

    assert not needs_customs(here, there, [PAPERS, PAPERS])
    assert needs_customs(here, there, [PAPERS, GOODS])


def test_only_the_numbers_that_were_given_are_answered() -> None:
    assert CustomsOptions(eori_number="DE1").model_dump() == {"eori_number": "DE1"}


def test_the_sender_pays_unless_somebody_else_does() -> None:
    assert Payment().paid_by == "sender"
