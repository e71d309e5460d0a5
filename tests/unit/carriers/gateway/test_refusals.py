"""What a carrier cannot do is said before it is called."""

from decimal import Decimal
from typing import Any

import pytest

from chalicelib.carriers.gateway.refusals import Refusals, label_format
from chalicelib.carriers.profiles.profile import LabelFormat, Profile
from chalicelib.domain.customs import Payment
from chalicelib.domain.messages import Message
from chalicelib.domain.options import Options
from chalicelib.domain.parcels import Parcel
from chalicelib.domain.rates import RateRequest
from tests.builders import a_parcel, an_address
from tests.sandbox_cases import a_request, a_request_abroad
from tests.sdk_cases import EVERYTHING, a_connection, a_dialect, a_profile, an_acme_rate, an_order, codes_of


def quoting(request: RateRequest, profile: Profile | None = None, **connection: Any) -> list[Message]:
    return Refusals(a_connection(**connection), a_dialect(profile)).of_rates(request)


def selling(request: RateRequest, profile: Profile | None = None, **order: Any) -> list[Message]:
    return Refusals(a_connection(), a_dialect(profile)).of_purchase(an_order(request, **order))


def without(*capabilities: str) -> Profile:
    return a_profile(capabilities=EVERYTHING - set(capabilities))


REFUSED: dict[str, tuple[RateRequest, Profile, str, dict[str, str]]] = {
    "an option": (
        a_request(options=Options(sunday_delivery=True)),
        a_profile(),
        "option_not_supported",
        {"option": "sunday_delivery"},
    ),
    "a parcel's option": (
        a_request(parcels=(a_parcel(options=Options(sunday_delivery=True)),)),
        a_profile(),
        "option_not_supported",
        {"option": "sunday_delivery"},
    ),
    "another carrier's option": (
        a_request(options=Options(fedex_one_rate=True)),
        a_profile(),
        "option_not_supported",
        {"option": "fedex_one_rate"},
    ),
    "a preset": (
        a_request(parcels=(a_parcel(), a_parcel(package_preset="fedex_pak"))),
        a_profile(),
        "preset_not_supported",
        {"parcels.1.package_preset": "fedex_pak"},
    ),
    "a packaging type": (
        a_request(parcels=(a_parcel(packaging_type="fedex_tube"),)),
        a_profile(),
        "packaging_not_supported",
        {"parcels.0.packaging_type": "fedex_tube"},
    ),
    "a label's size": (
        a_request(options=Options(label_size="A6")),
        a_profile(),
        "label_not_supported",
        {"label": "A6", "printed": "PDF 4x6, PDF letter, ZPL 4x6 203 dpi, ZPL 4x6 300 dpi"},
    ),
    "a label's density": (
        a_request(options=Options(label_dpi=600)),
        a_profile(),
        "label_not_supported",
        {"label": "600 dpi", "printed": "PDF 4x6, PDF letter, ZPL 4x6 203 dpi, ZPL 4x6 300 dpi"},
    ),
    "too many parcels": (
        a_request(parcels=tuple(a_parcel() for _ in range(4))),
        a_profile(),
        "too_many_parcels",
        {"parcels": "4"},
    ),
    "two parcels of a carrier of single ones": (
        a_request(parcels=(a_parcel(), a_parcel())),
        without("multi_parcel"),
        "too_many_parcels",
        {"parcels": "2"},
    ),
    "a return": (a_request(is_return=True), without("returns"), "returns_not_supported", {}),
    "customs": (a_request_abroad(), without("customs"), "customs_not_supported", {}),
    "a missing declaration": (
        a_request_abroad(customs=None),
        a_profile(),
        "customs_required",
        {"customs": "This field is required"},
    ),
    "an unknown payer's account": (
        a_request(payment=Payment(paid_by="third_party")),
        a_profile(),
        "account_number_required",
        {"payment.account_number": "This field is required"},
    ),
    "another origin": (
        a_request(),
        a_profile(account_country_code="CA"),
        "origin_not_served",
        {"shipper.country_code": "US"},
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_the_carrier_cannot_do_is_refused_in_rates(
    case: tuple[RateRequest, Profile, str, dict[str, str]],
) -> None:
    request, profile, code, details = case

    refusals = quoting(request, profile)

    assert codes_of(refusals) == [code]
    assert refusals[0].details == details
    assert (refusals[0].carrier_name, refusals[0].carrier_id) == ("ups", "acme-main")
    assert refusals[0].message.startswith("Acme Parcels ")


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_the_carrier_cannot_do_is_refused_at_a_purchase(
    case: tuple[RateRequest, Profile, str, dict[str, str]],
) -> None:
    request, profile, code, _ = case

    assert codes_of(selling(request, profile)) == [code]


@pytest.mark.parametrize("make", [a_request, a_request_abroad])
def test_what_the_carrier_can_do_is_not_refused(make: Any) -> None:
    request = make(
        parcels=tuple(a_parcel(package_preset="acme_small_box", packaging_type="acme_bag") for _ in range(3)),
        options=Options(saturday_delivery=True, label_size="4x6", label_dpi=203, acme_own=True),
        is_return=True,
        payment=Payment(paid_by="recipient", account_number="R-1"),
    )

    assert quoting(request) == []
    assert selling(request, label_type="ZPL") == []


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"dimension_unit": None}, "parcels.0.dimension_unit"),
        ({"weight_unit": "STONE"}, "parcels.0.weight_unit"),
        ({"weight_unit": None}, "parcels.0.weight_unit"),
        ({"weight": None}, "parcels.0.weight_unit"),
    ],
)
def test_a_measure_without_its_unit_is_refused(broken: dict[str, Any], field: str) -> None:
    fields = dict(a_parcel()) | broken
    parcel = Parcel.model_construct(**fields)
    request = a_request().model_copy(update={"parcels": (parcel,)})

    refusals = quoting(request)

    assert codes_of(refusals) == ["missing_unit"]
    assert refusals[0].details == {field: "This field is required"}


def test_a_request_without_parcels_is_refused() -> None:
    assert codes_of(quoting(a_request(parcels=()))) == ["no_parcels"]


def test_a_parcel_of_unknown_size_needs_no_unit_for_it() -> None:
    assert quoting(a_request(parcels=(a_parcel(length=None, width=None, height=None, dimension_unit=None),))) == []


def test_none_of_the_wanted_services_is_the_carriers() -> None:
    refusals = quoting(a_request(services=("fedex_ground", "dhl_worldwide")))

    assert codes_of(refusals) == ["unknown_service"]
    assert refusals[0].details == {"services": "fedex_ground, dhl_worldwide"}


def test_services_of_other_carriers_beside_the_carriers_own_are_not_its_business() -> None:
    assert quoting(a_request(services=("fedex_ground", "acme_air"))) == []


def test_an_unknown_service_is_not_bought() -> None:
    refusals = selling(a_request(), rate=an_acme_rate(service="nope"))

    assert codes_of(refusals) == ["unknown_service"]
    assert refusals[0].details == {"service": "nope"}


def test_a_service_that_the_carrier_offered_may_be_bought_although_it_is_not_listed() -> None:
    assert selling(a_request(), rate=an_acme_rate(service="346", meta={"unlisted_service": True})) == []


@pytest.mark.parametrize("capability", ["rating", "shipping"])
def test_the_accounts_number_is_wanted_where_the_carrier_needs_it(capability: Any) -> None:
    profile = a_profile(account_number_for=frozenset({capability}))
    refusals = Refusals(a_connection(credentials={"client_id": "x"}), a_dialect(profile))

    said = refusals.of_rates(a_request()) if capability == "rating" else refusals.of_purchase(an_order())

    assert codes_of(said) == ["account_number_required"]
    assert said[0].details == {"credentials.account_number": "This field is required"}
    assert quoting(a_request(), profile) == []


def test_the_credentials_country_is_that_of_the_account() -> None:
    credentials = {"account_country_code": "DE"}

    assert codes_of(quoting(a_request(), credentials=credentials)) == ["origin_not_served"]
    assert quoting(a_request(shipper=an_address(country_code="DE", state_code=None, postal_code="10115"),
                             recipient=an_address(country_code="DE", state_code=None, postal_code="10117")),
                   credentials=credentials) == []  # fmt: skip


def test_a_return_to_the_accounts_country_is_the_merchants_business() -> None:
    request = a_request_abroad(is_return=True)

    assert quoting(request, a_profile(account_country_code="US")) == []


@pytest.mark.parametrize(
    ("capability", "code"), [("rating", "rating_not_supported"), ("voiding", "void_not_supported")]
)
def test_what_a_carrier_does_not_do_at_all_is_said(capability: Any, code: str) -> None:
    refusals = Refusals(a_connection(), a_dialect(without(capability))).of_capability(capability)

    assert codes_of(refusals) == [code]


@pytest.mark.parametrize(
    ("label_type", "options", "sdk_label_type"),
    [
        ("PDF", {}, "PDF_4x6"),
        ("PDF", {"label_size": "letter"}, "PDF_8_5x11"),
        ("ZPL", {"label_dpi": 300}, "ZPL_300"),
        ("ZPL", {}, "ZPL_203"),
    ],
)
def test_the_label_is_the_wanted_one_or_the_carriers_usual_one(
    label_type: Any, options: dict[str, Any], sdk_label_type: str
) -> None:
    found = label_format(a_profile(), an_order(a_request(options=Options(**options)), label_type=label_type))

    assert isinstance(found, LabelFormat)
    assert found.sdk_label_type == sdk_label_type


@pytest.mark.parametrize(
    ("label_type", "options"), [("PNG", {}), ("PDF", {"label_dpi": 300}), ("ZPL", {"label_size": "letter"})]
)
def test_a_label_of_another_kind_is_not_bought(label_type: Any, options: dict[str, Any]) -> None:
    refusals = selling(a_request(options=Options(**options)), label_type=label_type)

    assert codes_of(refusals) == ["label_not_supported"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    request = a_request_abroad(
        customs=None, options=Options(sunday_delivery=True), parcels=(a_parcel(weight=Decimal(1)),) * 4
    )

    assert codes_of(quoting(request)) == ["too_many_parcels", "option_not_supported", "customs_required"]
