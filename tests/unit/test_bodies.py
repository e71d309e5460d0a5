"""Bodies: only what RFC 8259 leaves no doubt about is read, and every fault is told at its path."""

import contextlib
import json
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from chalicelib.api.bodies import DEEPEST, MOST_FAULTS, checked, parameters, parsed_json, refuse, without_nulls
from chalicelib.domain.errors import InvalidRequest

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def nested(levels: int) -> bytes:
    """An object that holds lists, `levels` of containers in all."""
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


class TestParsedJson:
    @given(st.dictionaries(texts, trees, max_size=5))
    def test_an_object_is_read_as_it_was_written(self, tree: dict[str, Any]) -> None:
        assert parsed_json(json.dumps(tree).encode()) == tree
        assert parsed_json(json.dumps(tree, ensure_ascii=False).encode()) == tree

    @pytest.mark.parametrize("raw", [b"", b" ", b"\n\t\r "])
    def test_no_body_is_an_empty_object(self, raw: bytes) -> None:
        assert parsed_json(raw) == {}

    def test_a_number_with_a_fraction_is_exact(self) -> None:
        assert parsed_json(b'{"a": 0.10, "b": 1e2, "c": 12}') == {"a": Decimal("0.10"), "b": Decimal("1E+2"), "c": 12}

    @pytest.mark.parametrize(
        "raw",
        [
            b"{",
            b"}",
            b'{"a"}',
            b'{"a":}',
            b'{"a":1,}',
            b'{"a":1 "b":2}',
            b"{'a':1}",
            b"{a:1}",
            b'{"a":1} {}',
            b'{"a":1}x',
            b'{"a":+1}',
            b'{"a":01}',
            b'{"a":.5}',
            b'{"a":1.}',
            b'{"a":0x10}',
            b'{"a":"b}',
            b'{"a":"\n"}',
            b'{"a":"\\x"}',
            b'{"a":"\\u12"}',
            b'{"a":True}',
            b'{"a":undefined}',
            b'{"a":1}//',
            b"a=b&c=d",
            b"<a/>",
            b"\x00",
            b"\xef\xbb\xbf{}",
        ],
    )
    def test_what_is_not_json_is_refused(self, raw: bytes) -> None:
        with pytest.raises(InvalidRequest, match="not valid JSON"):
            parsed_json(raw)

    @pytest.mark.parametrize("raw", [b"\xff", b'{"a":"\xe9"}', b'{"a":"\xed\xa0\x80"}', '{"a":1}'.encode("utf-16")])
    def test_what_is_not_utf_8_is_refused(self, raw: bytes) -> None:
        with pytest.raises(InvalidRequest, match="not UTF-8"):
            parsed_json(raw)

    @pytest.mark.parametrize("raw", [b"[]", b"null", b"1", b'"a"', b"true", b"[{}]"])
    def test_what_is_no_object_is_refused(self, raw: bytes) -> None:
        with pytest.raises(InvalidRequest, match="must be a JSON object"):
            parsed_json(raw)

    @pytest.mark.parametrize(
        "number", ["NaN", "Infinity", "-Infinity", "1e99999999999999999999", "-1E-99999999999999999999"]
    )
    def test_what_is_no_finite_number_is_refused(self, number: str) -> None:
        with pytest.raises(InvalidRequest, match="not valid JSON"):
            parsed_json(b'{"a":[%s]}' % number.encode())

    @pytest.mark.parametrize("raw", [b'{"a":1,"a":1}', b'{"b":[{"a":1,"c":2,"\\u0061":null}]}'])
    def test_a_name_given_twice_is_refused_by_its_name(self, raw: bytes) -> None:
        with pytest.raises(InvalidRequest, match="'a' is given twice"):
            parsed_json(raw)

    def test_a_huge_integer_is_refused_without_pythons_own_words(self) -> None:
        with pytest.raises(InvalidRequest) as caught:
            parsed_json(b'{"a":' + b"9" * 10_000 + b"}")

        assert "too many digits" in caught.value.message
        assert "sys" not in caught.value.message

    @pytest.mark.parametrize("levels", [DEEPEST + 1, 1_000, 100_000])
    def test_deep_nesting_is_refused(self, levels: int) -> None:
        with pytest.raises(InvalidRequest, match="nests deeper than 32 levels"):
            parsed_json(nested(levels))

    def test_the_deepest_nesting_is_read(self) -> None:
        assert parsed_json(nested(DEEPEST))

    @pytest.mark.parametrize(
        "character", ["\x00", "\x08", "\x0b", "\x1f", "\x7f", "\x80", "\x9f", "\ud800", chr(0xDFFF)]
    )
    def test_control_characters_and_half_characters_are_refused_by_path(self, character: str) -> None:
        tree = {"shipper": {"city": f"a{character}b"}, "parcels": [{}, {"content": character}], "ok": "\t\r\n"}

        with pytest.raises(InvalidRequest) as caught:
            parsed_json(json.dumps(tree).encode())

        assert caught.value.details.keys() == {"shipper.city", "parcels.1.content"}

    def test_a_name_with_control_characters_is_refused_without_repeating_it(self) -> None:
        with pytest.raises(InvalidRequest) as caught:
            parsed_json(b'{"a":{"b\\u0000c":1}}')

        assert caught.value.details == {"a.b\N{REPLACEMENT CHARACTER}c": "Remove the control characters"}

    def test_faults_do_not_add_up_to_more_than_an_answer_can_hold(self) -> None:
        body = json.dumps({"n" * 5_000: ["\u0001"] * 27_000}).encode()

        with pytest.raises(InvalidRequest) as caught:
            parsed_json(body)

        assert len(caught.value.details) == MOST_FAULTS
        assert sum(map(len, caught.value.details)) < 100_000

    @pytest.mark.parametrize(
        "text", ["\N{EM SPACE}", "\N{PILE OF POO}", "e\N{COMBINING ACUTE ACCENT}", "\N{ARABIC LETTER ALEF}"]
    )
    def test_any_other_unicode_is_welcome(self, text: str) -> None:
        assert parsed_json(json.dumps({"a": text}).encode()) == {"a": text}

    @given(st.binary(max_size=60))
    def test_no_bytes_do_anything_but_be_read_or_refused(self, raw: bytes) -> None:
        with contextlib.suppress(InvalidRequest):
            assert isinstance(parsed_json(raw), dict)


class TestWithoutNulls:
    def test_null_members_are_left_out_at_any_depth(self) -> None:
        tree = {"a": None, "b": {"c": None, "d": [None, {"e": None, "f": 0}]}, "g": False}

        assert without_nulls(tree) == {"b": {"d": [None, {"f": 0}]}, "g": False}

    def test_metadata_keeps_its_nulls_so_that_they_are_refused(self) -> None:
        tree = {"metadata": {"a": None, "metadata": None}, "parcels": [{"metadata": None, "width": None}]}

        assert without_nulls(tree) == {"metadata": {"a": None, "metadata": None}, "parcels": [{}]}


class Item(BaseModel):
    """An item of a body."""

    model_config = ConfigDict(extra="forbid")

    weight: Annotated[int, Field(gt=0)]


class Body(BaseModel):
    """A body."""

    model_config = ConfigDict(extra="forbid")

    name: str
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=3)]


class TestChecked:
    def faults(self, tree: dict[str, Any]) -> dict[str, str]:
        with pytest.raises(InvalidRequest) as caught:
            checked(Body, tree, "The body could not be read")
        self.message = caught.value.message
        return caught.value.details

    def test_what_is_right_is_returned(self) -> None:
        assert checked(Body, {"name": "x", "items": [{"weight": 1}]}, "no").items == (Item(weight=1),)

    def test_only_missing_fields_are_called_missing(self) -> None:
        assert self.faults({"items": [{}]}) == {
            "name": "This field is required",
            "items.0.weight": "This field is required",
        }
        assert self.message == "The body could not be read due to missing required fields"

    def test_all_faults_come_at_once_each_at_its_path(self) -> None:
        faults = self.faults({"naem": "x", "items": [{"weight": 0}, 5, {"weight": 1, "size": 2}]})

        assert faults == {
            "name": "This field is required",
            "naem": "Unknown field",
            "items.0.weight": "Must be more than 0",
            "items.1": "Must be an object",
            "items.2.size": "Unknown field",
        }
        assert self.message == "The body could not be read due to invalid fields"

    @pytest.mark.parametrize(
        ("items", "told"),
        [
            ([], "Must not be empty"),
            ([{"weight": 1}] * 4, "Must have at most 3 items"),
            ({}, "Must be a list"),
            ("x", "Must be a list"),
        ],
    )
    def test_a_lists_own_faults_are_told_in_json_words(self, items: object, told: str) -> None:
        assert self.faults({"name": "x", "items": items}) == {"items": told}

    def test_a_list_whose_only_item_is_wrong_is_not_called_too_short(self) -> None:
        assert self.faults({"name": "x", "items": [{}]}).keys() == {"items.0.weight"}

    def test_a_body_of_nothing_but_faults_does_not_fill_the_answer(self) -> None:
        faults = self.faults({"name": "x", **{f"unknown{index}": 1 for index in range(20_000)}})

        assert len(faults) == MOST_FAULTS

    def test_refusing_by_hand_reads_the_same(self) -> None:
        with pytest.raises(InvalidRequest, match=r"^Nothing was done due to invalid fields$"):
            refuse({"a": "This field is required", "b": "is odd"}, "Nothing was done")


class TestParameters:
    def test_each_parameter_is_given_once(self) -> None:
        assert parameters({"limit": ["5"], "status": ["draft"]}) == {"limit": "5", "status": "draft"}
        assert parameters(None) == {}

    def test_one_given_twice_is_refused_by_its_name(self) -> None:
        with pytest.raises(InvalidRequest) as caught:
            parameters({"limit": ["5", "6"], "status": ["draft"], "cursor": ["a", "a"]})

        assert caught.value.details.keys() == {"limit", "cursor"}
