"""What an idempotency key may be, what tells two requests apart, and which answers are given again."""

from decimal import Decimal
from typing import Any

import pytest

from chalicelib.api.errors import status_of
from chalicelib.domain import errors
from chalicelib.domain.idempotency import is_key, is_remembered, told_apart


class TestKeys:
    @pytest.mark.parametrize("key", ["k", "!~", "k" * 255, "order/7"])
    def test_1_to_255_visible_ascii_characters_are_a_key(self, key: str) -> None:
        assert is_key(key)

    @pytest.mark.parametrize("key", ["", "k" * 256, "with space", "tab\t", "k\n", "é", "\x7f"])
    def test_anything_else_is_none(self, key: str) -> None:
        assert not is_key(key)


class TestRequests:
    def test_the_order_of_names_and_the_spelling_of_numbers_make_no_other_request(self) -> None:
        one = told_apart("POST", "/v1/rates", {"a": 1, "b": {"c": Decimal("2.50"), "d": 3, "e": Decimal("0.0")}})
        other = told_apart("POST", "/v1/rates", {"b": {"e": 0, "d": Decimal("3.0"), "c": Decimal("2.5")}, "a": 1})

        assert one == other

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("PUT", "/v1/rates", {"a": 1}),
            ("POST", "/v1/shipments", {"a": 1}),
            ("POST", "/v1/rates", {"a": 2}),
            ("POST", "/v1/rates", {"a": Decimal("1.00000000000001")}),
            ("POST", "/v1/rates", {"b": 1}),
            ("POST", "/v1/rates", {}),
        ],
    )
    def test_another_method_path_or_body_is_another_request(self, method: str, path: str, body: dict[str, Any]) -> None:
        assert told_apart(method, path, body) != told_apart("POST", "/v1/rates", {"a": 1})

    @pytest.mark.parametrize(("number", "text"), [(Decimal("2.5"), "2.5"), (Decimal("3.0"), "3"), (1, "1")])
    def test_a_number_is_another_value_than_its_text(self, number: object, text: str) -> None:
        assert told_apart("POST", "/v1/rates", {"metadata": {"a": number}}) != told_apart(
            "POST", "/v1/rates", {"metadata": {"a": text}}
        )

    @pytest.mark.parametrize("exponent", ["1e5000", "-1e99999", "1e-999999999"])
    def test_a_number_with_a_huge_exponent_is_not_written_out(self, exponent: str) -> None:
        assert len(told_apart("POST", "/v1/rates", {"a": Decimal(exponent)})) < 500


@pytest.mark.parametrize(
    ("error", "remembered"),
    [
        (None, True),
        (errors.InvalidRequest("no"), True),
        (errors.NotFound("no"), True),
        (errors.CarrierRejected("no"), True),
        (errors.Conflict("no"), True),
        (errors.ChangedMeanwhile("no"), False),
        (errors.PurchaseInProgress("no", 1), False),
        (errors.PurchaseUnconfirmed("no"), False),
        (errors.RateUnavailable("no"), False),
        (errors.Forbidden("no"), False),
        (errors.DrayError("no"), False),
        (errors.CarrierUnavailable("no"), False),
        (errors.Unavailable("no"), False),
        (errors.CarrierTimeout("no"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_remembered(error: errors.DrayError | None, remembered: bool) -> None:  # noqa: FBT001 - a table's column
    status = 201 if error is None else status_of(type(error))

    assert is_remembered(status, error) is remembered


def test_an_unforeseen_error_is_not_remembered() -> None:
    assert not is_remembered(500, None)
