"""Options: what is sent is what is stored, of each kind; what asks for nothing is not asked."""

import json
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.api.bodies import checked, parsed_json
from chalicelib.api.schemas.options import OptionsData, faults_of_own
from chalicelib.carriers.catalogue import known_options
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.options import DangerousGood, Options

OWN: dict[type, str] = {
    kind: next(name for name, known in known_options().items() if known is kind) for kind in (bool, str, float)
}
"""An option of some carrier's own, by the type of its value."""


def sent(tree: dict[str, Any]) -> Options:
    return checked(OptionsData, tree, "The shipment could not be created").options()


def stored(options: Options) -> Options:
    return Options.model_validate_json(options.model_dump_json())


def faults(tree: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        sent(tree)
    return caught.value.details


def test_an_instant_keeps_its_offset_from_the_request_through_the_store() -> None:
    tree = {"shipping_date": "2026-12-05T23:30:00-05:00"}

    assert stored(sent(tree)).model_dump(mode="json") == tree


class TestKinds:
    @pytest.mark.parametrize(
        "tree",
        [
            {"signature_confirmation": True},
            {"signature_confirmation": False},
            {"signature_confirmation": "none"},
            {"signature_confirmation": "adult"},
            {"dangerous_good": True},
            {"dangerous_good": {"class": "2.1", "lithium": None}},
            {"dangerous_good": {"class": "9", "lithium": "metal_in_equipment"}},
            {"label_size": "A6", "label_dpi": 300},
        ],
        ids=str,
    )
    def test_what_is_sent_is_stored_and_answered_as_it_came(self, tree: dict[str, Any]) -> None:
        without_nulls = {
            name: {key: part for key, part in value.items() if part} if isinstance(value, dict) else value
            for name, value in tree.items()
        }

        options = sent(without_nulls)

        assert stored(options) == options
        assert stored(options).model_dump(mode="json") == tree

    @pytest.mark.parametrize(
        ("tree", "path", "told"),
        [
            ({"signature_confirmation": "maybe"}, "signature_confirmation", "'direct'"),
            ({"signature_confirmation": 1}, "signature_confirmation", "true, false"),
            ({"signature_confirmation": {"a": 1}}, "signature_confirmation", "true, false"),
            ({"dangerous_good": "9"}, "dangerous_good", "object with class"),
            ({"dangerous_good": {}}, "dangerous_good.class", "required"),
            ({"dangerous_good": {"class": "9.1"}}, "dangerous_good.class", "'2.1'"),
            ({"dangerous_good": {"class": 9}}, "dangerous_good.class", "Use"),
            ({"dangerous_good": {"hazard_class": "9", "class": "9"}}, "dangerous_good.hazard_class", "Unknown field"),
            ({"dangerous_good": {"class": "3", "lithium": "ion_alone"}}, "dangerous_good.lithium", "class 9"),
            ({"dangerous_good": {"class": "9", "lithium": "ion"}}, "dangerous_good.lithium", "'ion_alone'"),
            ({"label_size": "a6"}, "label_size", "'A6'"),
            ({"label_dpi": 204}, "label_dpi", "203, 300 or 600"),
            ({"label_dpi": "203"}, "label_dpi", "203, 300 or 600"),
            ({"label_dpi": True}, "label_dpi", "203, 300 or 600"),
        ],
        ids=str,
    )
    def test_what_is_none_of_the_kinds_is_told_once_at_its_path(
        self, tree: dict[str, Any], path: str, told: str
    ) -> None:
        found = faults(tree)

        assert found.keys() == {path}
        assert told in found[path]

    def test_faults_inside_an_option_are_told_with_those_beside_it(self) -> None:
        tree = {"dangerous_good": {"class": "3", "lithium": "ion_alone"}, "insurance": -1, "label_size": "B5"}

        assert faults(tree).keys() == {"dangerous_good.lithium", "insurance", "label_size"}

    def test_a_number_of_dots_may_be_written_with_a_point(self) -> None:
        assert sent(parsed_json(b'{"label_dpi": 203.0}')).label_dpi == 203


class TestAsked:
    @pytest.mark.parametrize(
        ("options", "asked"),
        [
            ({"signature_confirmation": "none"}, ""),
            ({"signature_confirmation": False, "dangerous_good": False, "insurance": Decimal(0)}, ""),
            ({"signature_confirmation": "direct"}, "signature_confirmation"),
            ({"dangerous_good": DangerousGood(hazard_class="3")}, "dangerous_good"),
            ({"label_size": "A6"}, "label_size"),
            ({"own_flag": True, "own_text": "x", "own_number": Decimal(2)}, "own_flag own_text own_number"),
            ({"own_flag": False, "own_text": "", "own_number": Decimal(0)}, ""),
        ],
        ids=str,
    )
    def test_false_none_zero_and_empty_ask_for_nothing(self, options: dict[str, Any], asked: str) -> None:
        assert Options(**options).asked() == set(asked.split())

    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            (None, "none"),
            (False, "none"),
            ("none", "none"),
            (True, "signature"),
            ("signature", "signature"),
            ("adult", "adult"),
            ("direct", "direct"),
        ],
    )
    def test_true_asks_for_the_plain_signature(self, value: Any, kind: str) -> None:
        assert Options(signature_confirmation=value).signature() == kind


class TestCarriersOwn:
    @pytest.mark.parametrize(
        ("kind", "value", "kept"),
        [
            (bool, True, True),
            (str, "x" * 500, "x" * 500),
            (float, Decimal("2.5"), Decimal("2.5")),
            (float, 2, Decimal(2)),
        ],
    )
    def test_an_option_that_a_carrier_publishes_is_kept_with_its_value(
        self, kind: type, value: object, kept: object
    ) -> None:
        options = sent({OWN[kind]: value, "label_size": "A6"})

        assert options.carrier_options() == {OWN[kind]: kept}
        assert stored(options) == options
        assert stored(options).carrier_options() == {OWN[kind]: kept}
        assert OWN[kind] in options.asked()

    def test_numbers_among_them_are_numbers_on_the_wire(self) -> None:
        options = sent({OWN[float]: Decimal("2.5"), OWN[bool]: False})

        assert options.model_dump(mode="json") == {OWN[float]: 2.5, OWN[bool]: False}

    @pytest.mark.parametrize(
        ("kind", "value", "told"),
        [
            (bool, "yes", "Must be true or false"),
            (bool, 1, "Must be true or false"),
            (str, 5, "Must be a string"),
            (str, True, "Must be a string"),
            (float, "2.5", "Must be a number"),
            (float, True, "Must be a number"),
            (str, "x" * 501, "Must have at most 500 characters"),
            (bool, {"a": 1}, "Must be a string, a number or a boolean"),
            (bool, [True], "Must be a string, a number or a boolean"),
        ],
        ids=str,
    )
    def test_a_value_of_another_type_is_refused_at_its_path(self, kind: type, value: object, told: str) -> None:
        assert faults({OWN[kind]: value}) == {OWN[kind]: told}

    @pytest.mark.parametrize(
        ("value", "fits"),
        [
            (Decimal(3), True),
            (Decimal("3.0"), True),
            (None, True),
            (Decimal("1.5"), False),
            (True, False),
            ("3", False),
        ],
        ids=str,
    )
    def test_a_whole_number_is_just_that(self, value: Any, fits: bool) -> None:  # noqa: FBT001
        found = faults_of_own({"pieces": value}, {"pieces": int})

        assert found == ({} if fits else {"pieces": "Must be a whole number"})

    @pytest.mark.parametrize("kind", [list, dict])
    def test_what_is_no_plain_value_cannot_be_sent(self, kind: type) -> None:
        assert faults_of_own({"several": "x"}, {"several": kind}).keys() == {"several"}

    def test_a_name_that_no_carrier_publishes_is_refused_with_all_else_that_is_wrong(self) -> None:
        tree = {"insurence": 5, OWN[bool]: "yes", "label_size": "B5", OWN[str]: "fine"}

        found = faults(tree)

        assert found.keys() == {"insurence", OWN[bool], "label_size"}
        assert found["insurence"] == "Unknown field"

    def test_there_may_be_50_options_and_no_more(self) -> None:
        names = [name for name, kind in known_options().items() if kind is bool and name not in Options.model_fields]

        assert len(sent(dict.fromkeys(names[:50], True)).asked()) == 50
        with pytest.raises(InvalidRequest, match="invalid fields"):
            sent(dict.fromkeys(names[:51], True))

    def test_a_typed_option_is_nobodys_own(self) -> None:
        assert Options(label_size="A6", insurance=Decimal(5)).carrier_options() == {}


@pytest.mark.parametrize(
    "written",
    [
        '{"signature_confirmation":true,"dangerous_good":true,"insurance":100,"currency":"USD"}',
        '{"signature_confirmation":false,"sandbox_scenario":"void_late"}',
        "{}",
    ],
)
def test_what_earlier_versions_stored_is_read_and_written_the_same(written: str) -> None:
    assert json.loads(Options.model_validate_json(written).model_dump_json()) == json.loads(written)
