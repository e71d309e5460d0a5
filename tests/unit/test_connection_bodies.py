"""Bodies of connections: what is taken, what a patch leaves, and that nothing of them shows a secret."""

import traceback
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.api.bodies import checked, patch_of, without_nulls
from chalicelib.api.schemas.connections import (
    MOST_CHARACTERS,
    MOST_CONFIG_BYTES,
    CarrierConnectionData,
    PatchedCarrierConnectionData,
    changed,
)
from chalicelib.domain.errors import InvalidRequest
from chalicelib.services.connections import ConnectionWish
from tests.builders import a_connection
from tests.connection_cases import SECRET

Json = dict[str, Any]

BODY: Json = {"carrier_name": "ups", "carrier_id": "ups-berlin", "credentials": {"client_secret": SECRET, "pin": 7}}


def taken(**changes: Any) -> ConnectionWish:
    """The wish that a POST's body becomes."""
    body = checked(CarrierConnectionData, without_nulls(BODY | changes), "It could not be created")
    return body.wish(body.credentials)


def patched(patch: Json, **record: Any) -> ConnectionWish:
    """The wish that a PATCH becomes, its body checked as the wrapper does."""
    checked(PatchedCarrierConnectionData, patch_of(patch), "It could not be updated")
    return changed(a_connection(**record), patch)


def faults_of(refusal: pytest.ExceptionInfo[InvalidRequest]) -> set[str]:
    told = "".join(traceback.format_exception(refusal.value)) + str(refusal.value.details)
    assert SECRET not in told
    return set(refusal.value.details)


class TestPosts:
    def test_what_is_left_out_has_its_default(self):
        wish = taken()

        assert (wish.capabilities, wish.config, wish.metadata, wish.active) == ((), {}, {}, True)
        assert wish.credentials is not None
        assert wish.credentials.reveal() == {"client_secret": SECRET, "pin": 7}

    def test_null_means_left_out(self):
        wish = taken(config=None, active=None, capabilities=None, credentials={"client_secret": SECRET, "pin": None})

        assert (wish.config, wish.active, wish.capabilities) == ({}, True, ())
        assert wish.credentials is not None
        assert wish.credentials.reveal() == {"client_secret": SECRET}

    @pytest.mark.parametrize("carrier_id", ["a", "9", "ups_berlin-1.2", "x" * 100])
    def test_a_name_is_of_letters_digits_and_three_signs(self, carrier_id: str):
        assert taken(carrier_id=carrier_id).carrier_id == carrier_id

    @pytest.mark.parametrize("carrier_id", ["", "a b", "ü", "x" * 101, "a/b", "a\n", "#1", 5, ["a"]])
    def test_no_other_name_is_taken(self, carrier_id: Any):
        with pytest.raises(InvalidRequest) as refusal:
            taken(carrier_id=carrier_id)

        assert faults_of(refusal) == {"carrier_id"}

    @pytest.mark.parametrize(
        ("value", "path"),
        [
            (SECRET, "credentials"),
            ([SECRET], "credentials"),
            ({"a": [SECRET]}, "credentials.a"),
            ({"a": {"b": SECRET}}, "credentials.a"),
            ({"a": True}, "credentials.a"),
            ({"a": Decimal("1.5")}, "credentials.a"),
            ({"a": ""}, "credentials.a"),
            ({"a": SECRET * MOST_CHARACTERS}, "credentials.a"),
            ({"a": f"{SECRET}\n"}, "credentials.a"),
            ({"a": f"{SECRET}\t"}, "credentials.a"),
        ],
    )
    def test_credentials_are_texts_and_whole_numbers_and_no_fault_repeats_one(self, value: Any, path: str):
        with pytest.raises(InvalidRequest) as refusal:
            taken(credentials=value)

        assert faults_of(refusal) == {path}

    @pytest.mark.parametrize(
        "body",
        [
            {"credentials": {"client_secret": SECRET}},
            BODY | {"client_secret": SECRET},
            BODY | {"carrier_id": SECRET * 50},
            BODY | {"metadata": {"a": [SECRET]}},
            BODY | {"config": SECRET},
            BODY | {"active": SECRET},
            BODY | {"capabilities": SECRET},
        ],
    )
    def test_a_secret_in_a_wrong_place_is_not_repeated(self, body: Json):
        for model in (CarrierConnectionData, PatchedCarrierConnectionData):
            if model is PatchedCarrierConnectionData and len(body) == 1:
                continue
            with pytest.raises(InvalidRequest) as refusal:
                checked(model, body, "It could not be stored")

            assert faults_of(refusal)

    def test_settings_are_json_with_its_own_numbers(self):
        config = taken(config={"cost": Decimal("1.5"), "count": 3, "deep": {"list": [True, "x"]}}).config

        assert config == {"cost": 1.5, "count": 3, "deep": {"list": [True, "x"]}}
        assert isinstance(config["cost"], float)

    @pytest.mark.parametrize("config", [{"a": "x" * MOST_CONFIG_BYTES}, {"a": Decimal("1e400")}, [], "x"])
    def test_other_settings_are_refused(self, config: Any):
        with pytest.raises(InvalidRequest) as refusal:
            taken(config=config)

        assert faults_of(refusal) == {"config"}

    def test_a_capability_is_meant_once(self):
        assert taken(capabilities=["rating", "rating"]).capabilities == ("rating",)
        with pytest.raises(InvalidRequest):
            taken(capabilities=[])


class TestPatches:
    def test_what_is_left_out_stays(self):
        wish = patched({}, carrier_id="mine", capabilities=("rating",), active=False)

        assert (wish.carrier_name, wish.carrier_id, wish.credentials) == ("ups", "mine", None)
        assert (wish.capabilities, wish.active) == (("rating",), False)
        assert (wish.config, wish.metadata) == ({"label_type": "ZPL"}, {"warehouse": "Berlin"})

    def test_settings_and_metadata_merge(self):
        patch = {"config": {"a": {"b": 1}, "label_type": None}, "metadata": {"warehouse": None, "n": 2}}

        wish = patched(patch, config={"label_type": "ZPL", "a": {"c": 2}})

        assert (wish.config, wish.metadata) == ({"a": {"b": 1, "c": 2}}, {"n": 2})

    def test_null_clears(self):
        wish = patched({"config": None, "metadata": None, "capabilities": None}, capabilities=("rating",))

        assert (wish.config, wish.metadata, wish.capabilities) == ({}, {}, ())

    def test_credentials_replace_the_whole_set(self):
        wish = patched({"credentials": {"client_secret": SECRET, "pin": None}})

        assert wish.credentials is not None
        assert wish.credentials.reveal() == {"client_secret": SECRET}

    @pytest.mark.parametrize(
        ("patch", "path"),
        [
            ({"credentials": None}, "credentials"),
            ({"credentials": SECRET}, "credentials"),
            ({"credentials": {"a": [SECRET]}}, "credentials.a"),
            ({"carrier_id": None}, "carrier_id"),
            ({"carrier_name": None}, "carrier_name"),
            ({"metadata": {"a": [SECRET]}}, "metadata.a"),
            ({"credential": {"a": SECRET}}, "credential"),
            ({"id": "con_1"}, "id"),
        ],
    )
    def test_what_cannot_be_is_refused(self, patch: Json, path: str):
        with pytest.raises(InvalidRequest) as refusal:
            patched(patch)

        assert faults_of(refusal) == {path}


class TestSecrecy:
    def test_no_repr_of_a_body_tells_a_secret(self):
        body = checked(CarrierConnectionData, BODY, "It could not be created")
        patch = checked(PatchedCarrierConnectionData, BODY, "It could not be updated")

        shown = [
            repr(thing) + str(thing) for thing in (body, patch, taken(), patched({"credentials": BODY["credentials"]}))
        ]

        assert SECRET not in "".join(shown)

    def test_a_body_cannot_be_dumped_with_its_secrets(self):
        body = checked(CarrierConnectionData, BODY, "It could not be created")

        assert SECRET not in str(body.model_dump())
        with pytest.raises(Exception, match="serialize") as failure:
            body.model_dump_json()
        assert SECRET not in str(failure.value)
