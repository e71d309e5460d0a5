"""Examples in the document are what they say: requests that are taken, answers that are given."""

from typing import Any

import pytest

from chalicelib.api.operations import OPERATIONS, Operation
from chalicelib.api.schemas import examples
from chalicelib.api.schemas.error_examples import examples as error_examples
from chalicelib.domain.errors import CarrierError, DrayError
from tests.contract.answers import faults_of
from tests.contract.documents import answer_contents, named, request_contents, the_document

Json = dict[str, Any]

WITH_BODY = [operation for operation in OPERATIONS if operation.body is not None]
IN_JSON = {
    **{name: content for name, content in answer_contents().items() if " 20" in name and name.endswith("json")},
    **{
        f"{name} {media_type}": content
        for name, answer in the_document()["components"]["responses"].items()
        for media_type, content in answer["content"].items()
    },
}
"""Successes by operation, and errors, which operations share."""


def error_classes(base: type[DrayError]) -> set[type[DrayError]]:
    return {base}.union(*(error_classes(below) for below in base.__subclasses__()))


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_a_request_has_an_example_that_its_model_takes(operation: Operation):
    example = examples.REQUESTS[operation.name]

    assert operation.body is not None
    assert operation.body.model_validate(example)


@pytest.mark.parametrize("name", request_contents())
def test_a_requests_example_is_as_its_schema_says(name: str):
    content = request_contents()[name]

    assert faults_of(the_document(), content["schema"], content["example"]) == []


@pytest.mark.parametrize("name", IN_JSON)
def test_an_answer_in_json_has_an_example_that_is_as_its_schema_says(name: str):
    content = IN_JSON[name]
    shown = content.get("examples") or {"": {"value": content["example"]}}

    for example in shown.values():
        assert faults_of(the_document(), content["schema"], example["value"]) == []


def test_an_example_belongs_to_an_operation():
    names = {operation.name for operation in OPERATIONS}

    assert set(examples.REQUESTS) | set(examples.answers("http://dray.example")) <= names


def test_the_story_of_the_examples_is_one():
    bought = named("purchase_shipment")["responses"]["200"]["content"]["application/json"]["example"]
    drafted = named("create_shipment")["responses"]["201"]["content"]["application/json"]["example"]

    assert bought["id"] == drafted["id"]
    assert bought["selected_rate"] in drafted["rates"]
    assert [rate["total_charge"] for rate in drafted["rates"]] == [
        sum(round(charge["amount"] * 100) for charge in rate["extra_charges"]) / 100 for rate in drafted["rates"]
    ]


def test_every_error_has_an_example_of_its_own():
    codes = {error.code for error in error_classes(DrayError) - {CarrierError}}

    assert sorted(error.code for error in error_examples()) == sorted(codes)
