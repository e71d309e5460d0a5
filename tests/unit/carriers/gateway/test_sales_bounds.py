"""What a carrier says of a sale is kept within bounds, and nothing that it says loses the sale."""

import json
from typing import Any

import pytest

from chalicelib.carriers.gateway.bounds import LARGEST_META_BYTES, bounded_meta
from chalicelib.carriers.gateway.messages import MOST, translated
from chalicelib.domain.errors import CarrierUnavailable
from tests.sale_cases import a_purchase, sell
from tests.sdk_cases import (
    a_connection,
    a_dialect,
    a_profile,
    a_told_label,
    a_told_rate,
    a_word,
    codes_of,
    encoded,
    model,
)


def lost(told: Any, parcels: int = 1) -> CarrierUnavailable:
    with pytest.raises(CarrierUnavailable) as error:
        sell(a_purchase(parcels), told)
    assert error.value.maybe_done
    assert codes_of(error.value.messages)[0] == "sale_incomplete"
    return error.value


@pytest.mark.parametrize("told", ["1Z 999 AA1", "1z999aa1", " 1Z999AA1\n", "1Z999\u00a0AA1"])
def test_numbers_are_spelt_as_trackers_spell_them(told: str) -> None:
    sale = sell(a_purchase(2), a_told_label(tracking_number=told, meta={"tracking_numbers": [told, "t 2"]}))

    assert sale.tracking_numbers == ("1Z999AA1", "T2")


@pytest.mark.parametrize("number", ["1" * 101, "1Z\x009", "1Z\ud8009", "1Zé9"])
def test_a_number_that_no_tracker_can_have_is_told_with_what_can_be_shown(number: str) -> None:
    error = lost(a_told_label(tracking_number=number))

    assert "a tracking number that cannot be used" in error.message
    shown = error.messages[0].details["tracking_number"]
    assert 0 < len(shown) <= 100
    assert shown.isprintable()
    assert error.messages[0].details["shipment_identifier"] == "SHIP-1"


def test_a_parcels_number_that_no_tracker_can_have_loses_the_masters_not() -> None:
    error = lost(a_told_label(meta={"tracking_numbers": ["T1", "9" * 500]}), parcels=2)

    assert error.messages[0].details["tracking_number"] == "T1"


@pytest.mark.parametrize("identifier", ["S" * 101, "S\x001"])
def test_an_identifier_that_cannot_be_kept_is_said(identifier: str) -> None:
    error = lost(a_told_label(shipment_identifier=identifier))

    assert "an identifier that cannot be used" in error.message
    assert len(error.messages[0].details["shipment_identifier"]) <= 100


def test_an_identifier_keeps_the_carriers_spelling() -> None:
    assert sell(a_purchase(), a_told_label(shipment_identifier=" ship/1 a ")).shipment_identifier == "ship/1 a"


class TestMeta:
    def test_what_is_too_much_is_left_out_and_the_rest_stays_in_order(self) -> None:
        meta = {"a": 1, "page": "x" * 9000, "service_name": "Ground", "b": {"c": [True, None]}}

        assert list(bounded_meta(meta).items()) == [("a", 1), ("service_name", "Ground"), ("b", {"c": [True, None]})]

    def test_the_services_name_is_kept_before_all_else(self) -> None:
        meta = {str(index): "x" * 100 for index in range(200)} | {"service_name": "Ground"}

        kept = bounded_meta(meta)

        assert kept["service_name"] == "Ground"
        assert LARGEST_META_BYTES - 200 < len(json.dumps(kept)) <= LARGEST_META_BYTES

    @pytest.mark.parametrize("value", [float("nan"), b"bytes", object()])
    def test_what_is_no_json_is_left_out(self, value: object) -> None:
        assert bounded_meta({"a": value, "b": 1}) == {"b": 1}

    def test_what_no_text_can_hold_becomes_a_space(self) -> None:
        kept = bounded_meta({"a\x00": ["\ud800 half", {"b\x1f": "tab\tstays"}]})

        assert kept == {"a ": ["  half", {"b ": "tab\tstays"}]}

    def test_a_sales_meta_is_bounded(self) -> None:
        sale = sell(a_purchase(), a_told_label(meta={"page": "x" * 9000, "a": 1}))

        assert sale.meta == {"a": 1, "service_name": "Ground"}


@pytest.mark.parametrize("link", ["https://a.example/" + "x" * 2000, "https://a.example/\x00"])
def test_an_address_that_cannot_be_kept_is_none(link: str) -> None:
    assert sell(a_purchase(), a_told_label(meta={"carrier_tracking_link": link})).tracking_url is None


def test_messages_are_bounded() -> None:
    words = [a_word(f"E-{index}", "a\x00b\ud800c", details={"x" * 300: "y" * 3000}) for index in range(80)]

    told = translated(a_connection(), a_dialect(a_profile()), words)

    assert len(told) == MOST
    assert told[0].message == "a b c"
    assert max(len(name) for name in told[0].details) == 100
    assert max(len(value) for value in told[0].details.values()) == 1000


@pytest.mark.parametrize("error", [IndexError, ZeroDivisionError, AssertionError, LookupError])
def test_whatever_goes_wrong_after_the_sale_what_is_known_of_it_is_told(error: type[Exception]) -> None:
    class Odd(dict[str, Any]):
        def get(self, *_: object) -> Any:
            raise error

    told = a_told_label() | {"docs": Odd(label="x")}

    assert lost(told).messages[0].details["tracking_number"] == "T1"


def test_a_label_whose_pages_cannot_be_told_apart_is_sold_as_one() -> None:
    broken = b"%PDF-1.3\nxref\n0 0\ntrailer\n<< /Root 3 0 R >>\nstartxref\n9\n%%EOF"

    sale = sell(a_purchase(2), a_told_label(docs={"label": encoded(broken)}))

    assert (sale.documents[0].content, sale.parcel_labels) == (broken, ())


class TestPrices:
    def sale_for(self, **price: Any) -> Any:
        return sell(a_purchase(), a_told_label(selected_rate=model("RateDetails", **a_told_rate(**price))))

    @pytest.mark.parametrize("price", [{"currency": None}, {"currency": "XXX"}, {"total_charge": -3.0}])
    def test_that_a_price_cannot_be_read_is_said(self, price: dict[str, Any]) -> None:
        [message] = self.sale_for(**price).messages

        assert (message.code, message.level) == ("price_untold", "warning")
        assert message.details == {"quoted": "10.00 USD"}

    def test_that_another_currency_was_taken_than_quoted_is_said(self) -> None:
        [message] = self.sale_for(total_charge=10.0, currency="GBP").messages

        assert (message.code, message.level) == ("price_changed", "warning")
        assert message.details == {"quoted": "10.00 USD", "taken": "10.00 GBP"}

    @pytest.mark.parametrize("price", [{"total_charge": 12.0}, {"total_charge": 0.0, "currency": None}])
    def test_a_price_in_the_same_currency_and_none_at_all_need_no_word(self, price: dict[str, Any]) -> None:
        assert self.sale_for(**price).messages == ()
