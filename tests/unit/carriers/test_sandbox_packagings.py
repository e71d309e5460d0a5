"""The sandbox's own packagings: their sizes are billed, their greatest weight is kept, others are unknown."""

from decimal import Decimal

import pytest

from chalicelib.carriers.sandbox.load import billed_weight
from chalicelib.carriers.sandbox.presets import PRESETS
from chalicelib.domain.messages import Message
from chalicelib.domain.parcels import Parcel
from tests.builders import a_parcel
from tests.sandbox_cases import DEADLINE, Shop, a_request


def refusals(parcel: Parcel) -> tuple[Message, ...]:
    shop = Shop()
    return shop.carrier.rate(shop.connection, a_request(parcels=(parcel,)), DEADLINE).messages


@pytest.mark.parametrize(("preset", "kilograms"), [("small_box", "1"), ("medium_box", "5")])
def test_a_packagings_own_size_is_billed_whatever_the_parcel_tells(preset: str, kilograms: str) -> None:
    without = a_parcel(package_preset=preset, weight=Decimal("0.4"), length=None, width=None, height=None)
    with_others = a_parcel(package_preset=preset, weight=Decimal("0.4"), length=Decimal(90))

    billed = {billed_weight(parcel).grams for parcel in (without, with_others)}

    assert billed == {Decimal(kilograms) * 1000}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_packaging_holds_its_greatest_weight_and_no_more(preset: str) -> None:
    most = PRESETS[preset].heaviest.grams

    full = a_parcel(package_preset=preset, weight=most, weight_unit="G")
    over = a_parcel(package_preset=preset, weight=most + 1, weight_unit="G")

    assert refusals(full) == ()
    (message,) = refusals(over)
    assert (message.code, message.details) == ("preset_too_heavy", {"parcels.0.weight": f"{most + 1} G"})


def test_a_packaging_that_is_not_the_sandboxs_is_refused_and_named() -> None:
    (message,) = refusals(a_parcel(package_preset="fedex_pak"))

    assert (message.code, message.level) == ("unknown_package_preset", "error")
    assert message.details == {"parcels.0.package_preset": "fedex_pak"}
    assert "small_box" in message.message
