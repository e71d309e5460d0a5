"""Options in the words of the SDK: each mapped by the profile, the carrier's own passed through."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.carriers.gateway.options import not_honoured, sdk_options
from chalicelib.carriers.gateway.requests import rate_request
from chalicelib.domain.options import DangerousGood, Options
from tests.builders import a_parcel, an_address
from tests.sandbox_cases import a_request
from tests.sdk_cases import a_dialect, a_profile, an_entry


def translated(options: Options) -> dict[str, Any]:
    return sdk_options(options, a_profile(), an_entry(), "CA")


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"saturday_delivery": True}, {"saturday_delivery": True}),
        ({"saturday_delivery": False}, {}),
        ({"signature_confirmation": True}, {"acme_signature": "S"}),
        ({"signature_confirmation": "signature"}, {"acme_signature": "S"}),
        ({"signature_confirmation": "adult"}, {"acme_signature": "A"}),
        ({"signature_confirmation": "none"}, {}),
        ({"dangerous_good": DangerousGood(hazard_class="9", lithium="ion_in_equipment")}, {"acme_battery": "3481"}),
        (
            {"insurance": Decimal("19.90"), "currency": "EUR"},
            {"currency": "EUR", "acme_cover": 19.9, "acme_covered": True},
        ),
        ({"label_size": "4x6", "label_dpi": 203, "is_return": True}, {}),
        ({"acme_own": True, "acme_text": "x"}, {"acme_own": True, "acme_text": "x"}),
        ({"acme_own": False}, {}),
        ({"fedex_own": True}, {}),
    ],
)  # fmt: skip
def test_an_option_becomes_what_the_profile_says(asked: dict[str, Any], sent: dict[str, Any]) -> None:
    assert translated(Options(**asked)) == sent


def test_a_whole_number_stays_one() -> None:
    assert repr(translated(Options(acme_count=Decimal("2.0")))["acme_count"]) == "2"


def test_amounts_without_a_currency_are_in_the_origins() -> None:
    assert translated(Options(insurance=Decimal(5)))["currency"] == "CAD"


def test_the_currency_of_a_returns_amounts_is_that_of_where_it_starts() -> None:
    request = a_request(
        is_return=True,
        recipient=an_address(country_code="CA", state_code="ON", postal_code="K1A 0B1"),
        options=Options(insurance=Decimal(5)),
    )

    assert rate_request(request, a_dialect())["options"]["currency"] == "CAD"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"shipment_date": date(2026, 11, 30)}, ("2026-11-30", "2026-11-30T12:00")),
        ({"shipping_date": datetime(2026, 11, 30, 9, 5, tzinfo=UTC)}, ("2026-11-30", "2026-11-30T09:05")),
    ],
)
def test_whatever_day_is_asked_both_of_the_sdks_dates_are_told(asked: dict[str, Any], sent: tuple[str, str]) -> None:
    found = translated(Options(**asked))

    assert (found["shipment_date"], found["shipping_date"]) == sent


def test_an_address_among_the_options_is_told_whole() -> None:
    profile = a_profile(options={"hold_at_location_address": {"acme_place": ...}})
    options = Options(hold_at_location_address=an_address())

    found = sdk_options(options, profile, an_entry(), "US")

    assert found["acme_place"]["city"] == "New York"


def test_a_parcels_own_options_stay_with_it() -> None:
    parcels = (a_parcel(options=Options(saturday_delivery=True)), a_parcel())

    request = rate_request(a_request(parcels=parcels), a_dialect())

    assert [parcel["options"] for parcel in request["parcels"]] == [{"saturday_delivery": True}, {}]
    assert request["options"] == {}


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"sunday_delivery": True}, ["sunday_delivery"]),
        ({"sunday_delivery": False}, []),
        ({"signature_confirmation": "direct"}, ["signature_confirmation:direct"]),
        ({"signature_confirmation": "none"}, []),
        ({"dangerous_good": True}, ["dangerous_good"]),
        ({"dangerous_good": DangerousGood(hazard_class="3")}, []),
        ({"dangerous_good": DangerousGood(hazard_class="8")}, ["dangerous_good:8"]),
        ({"dangerous_good": DangerousGood(hazard_class="9", lithium="metal_alone")}, ["dangerous_good:metal_alone"]),
        ({"fedex_own": True}, ["fedex_own"]),
        ({"acme_own": True}, []),
        ({"sandbox_scenario": "rate_late"}, ["sandbox_scenario"]),
        ({"currency": "EUR", "label_size": "4x6", "label_dpi": 203, "is_return": True}, []),
        ({"shipment_date": date(2026, 11, 30)}, []),
        ({"shipment_note": "Ring twice"}, ["shipment_note"]),
    ],
)
def test_what_the_carrier_has_nothing_for_is_not_honoured(asked: dict[str, Any], refused: list[str]) -> None:
    assert list(not_honoured(Options(**asked), a_profile(), an_entry())) == refused


def test_an_adults_signature_is_not_taken_for_a_plain_one() -> None:
    profile = a_profile(options={"signature_confirmation": {"acme_signature": True}})

    assert list(not_honoured(Options(signature_confirmation="adult"), profile, an_entry())) == [
        "signature_confirmation:adult"
    ]
    assert list(not_honoured(Options(signature_confirmation=True), profile, an_entry())) == []
