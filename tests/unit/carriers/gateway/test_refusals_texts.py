"""What a carrier would cut, or has one place for, is said before it is called."""

import pytest

from chalicelib.carriers.gateway.refusals import Refusals
from chalicelib.carriers.profiles.profile import Profile
from chalicelib.domain.addresses import AddressFields
from chalicelib.domain.messages import Message
from chalicelib.domain.options import Options
from chalicelib.domain.rates import RateRequest
from tests.builders import an_address
from tests.sandbox_cases import a_request, a_request_abroad, some_customs
from tests.sdk_cases import a_connection, a_dialect, a_profile

LINES, NAMES = a_profile(longest_address_line=35), a_profile(longest_name=35)
ONE_PLACE = a_profile(options={name: {"declared_value": ...} for name in ("declared_value", "insurance")})


def quoting(request: RateRequest, profile: Profile) -> list[Message]:
    return Refusals(a_connection(), a_dialect(profile)).of_rates(request)


@pytest.mark.parametrize(
    ("request_", "profile", "code", "field"),
    [
        (
            a_request(recipient=an_address(address_line2="Rear entrance, third floor on the left")),
            LINES,
            "address_line_too_long",
            "recipient.address_line2",
        ),
        (
            a_request(return_address=an_address(street_number="100A", address_line1="A" * 31)),
            LINES,
            "address_line_too_long",
            "return_address.address_line1",
        ),
        (
            a_request_abroad(
                customs=some_customs(
                    duty_billing_address=AddressFields(country_code="DE", address_line1="A" * 36, city="Ulm")
                )
            ),
            LINES,
            "address_line_too_long",
            "customs.duty_billing_address.address_line1",
        ),
        (a_request(recipient=an_address(person_name="A" * 36)), NAMES, "name_too_long", "recipient.person_name"),
        (a_request(shipper=an_address(company_name="A" * 36)), NAMES, "name_too_long", "shipper.company_name"),
    ],
)
def test_a_text_that_would_be_cut_is_refused(request_: RateRequest, profile: Profile, code: str, field: str) -> None:
    (refusal,) = quoting(request_, profile)

    assert (refusal.code, refusal.details) == (code, {field: "At most 35 characters"})


def test_texts_that_just_fit_are_not_refused() -> None:
    lines = {"street_number": "100", "address_line1": "A" * 31, "address_line2": "B" * 35}
    fitting = an_address(person_name="A" * 35, company_name="B" * 35, **lines)

    for profile in (LINES, NAMES):
        assert quoting(a_request(shipper=fitting, billing_address=fitting), profile) == []


def test_two_amounts_for_one_place_are_refused() -> None:
    (refusal,) = quoting(a_request(options=Options(declared_value=5, insurance=6)), ONE_PLACE)

    assert (refusal.code, refusal.details) == (
        "options_contradict",
        {
            "options.declared_value": "Not with another insurance",
            "options.insurance": "Not with another declared_value",
        },
    )


def test_the_same_amount_twice_is_no_contradiction() -> None:
    assert quoting(a_request(options=Options(declared_value=5, insurance=5)), ONE_PLACE) == []
