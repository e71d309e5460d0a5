"""The OpenAPI document tells everything that the API does, and nothing that it does not."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import app
from chalicelib.api import openapi
from chalicelib.api.errors import PROBLEM, STATUS, status_of
from chalicelib.api.openapi_headers import RATE_LIMIT
from chalicelib.api.operations import OPERATIONS, Operation
from chalicelib.domain.errors import CarrierError, DrayError
from tests.contract.answers import resolved
from tests.contract.documents import named, operations, the_document

ROOT = Path(__file__).parents[2]
PUBLIC = {"get_health", "get_openapi", "get_references", "get_docs", "get_docs_asset", "get_file"}


def error_classes(base: type[DrayError]) -> set[type[DrayError]]:
    return {base}.union(*(error_classes(below) for below in base.__subclasses__()))


def codes_of(answer: dict[str, object]) -> set[str]:
    return set(re.findall(r"- `(\w+)`:", str(resolved(the_document(), answer)["description"])))


def test_the_document_is_valid_openapi():
    assert list(OpenAPIV31SpecValidator(the_document()).iter_errors()) == []


def test_every_route_is_in_it_and_nothing_else():
    routes = {
        f"{method} {path}"
        for path, entries in app.app.routes.items()
        for method, entry in entries.items()
        if not entry.view_name.startswith("fallback")
    }

    assert set(operations()) == routes


def test_an_operation_is_called_by_verb_and_noun_once():
    names = [operation["operationId"] for operation in operations().values()]

    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []


@pytest.mark.parametrize("operation", operations().values(), ids=operations().keys())
def test_an_operation_says_what_it_does_and_belongs_to_one_described_noun(operation: dict[str, object]):
    described = {tag["name"] for tag in the_document()["tags"] if tag["description"]}

    assert operation["summary"]
    assert operation["description"]
    assert set(operation["tags"]) <= described  # type: ignore[call-overload]
    assert len(operation["tags"]) == 1  # type: ignore[arg-type]


def test_the_version_is_the_projects():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert the_document()["info"]["version"] == project["version"]


def test_only_public_operations_need_no_key():
    without = {operation["operationId"] for operation in operations().values() if operation.get("security") == []}

    assert without == PUBLIC
    assert the_document()["security"] == [{"bearerAuth": []}]
    assert the_document()["components"]["securitySchemes"]["bearerAuth"]["scheme"] == "bearer"


def test_every_error_is_an_answer_of_some_operation():
    told = {
        (int(status), code)
        for operation in operations().values()
        for status, answer in operation["responses"].items()
        for code in codes_of(answer)
    }
    told.add((405, "method_not_allowed"))

    all_errors = {(status_of(error), error.code) for error in error_classes(DrayError) - {CarrierError}}
    assert all_errors - told == set()
    assert {str(status) for status, _ in told} >= {str(status) for status in STATUS.values()}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_tells_each_error_that_its_route_names(operation: Operation):
    responses = named(operation.name)["responses"]

    for error in operation.raises:
        assert error.code in codes_of(responses[str(status_of(error))])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_tells_the_errors_of_its_kind(operation: Operation):
    expected = {400, 500}
    expected |= set() if operation.access == "public" else {401, 429, 503}
    expected |= {403} if operation.access in ("standard", "admin") else set()
    expected |= {413, 415} if operation.body else set()
    expected |= {404} if "{" in operation.path else set()
    expected |= {409, 422} if operation.method == "POST" else set()

    assert {int(status) for status in named(operation.name)["responses"]} >= expected


def test_an_unknown_method_is_told_once_for_all_paths():
    answer = the_document()["components"]["responses"]["MethodNotAllowed"]

    assert "Allow" in answer["headers"]
    assert "405" in the_document()["info"]["description"]


@pytest.mark.parametrize("name", the_document()["components"]["responses"])
def test_an_error_is_told_in_both_spellings(name: str):
    content = the_document()["components"]["responses"][name]["content"]

    assert content["application/json"]["schema"]["$ref"].endswith("/ErrorEnvelope")
    assert content[PROBLEM]["schema"]["$ref"].endswith("/Problem")


@pytest.mark.parametrize(
    ("status", "header"), [(401, "WWW-Authenticate"), (429, "Retry-After"), (503, "Retry-After"), (201, "Location")]
)
def test_an_answer_names_the_headers_of_its_status(status: int, header: str):
    answers = [operation["responses"].get(str(status)) for operation in operations().values()]

    for answer in filter(None, answers):
        assert header in resolved(the_document(), answer)["headers"]


@pytest.mark.parametrize("name", operations())
def test_every_answer_names_its_request_id_and_a_keys_limits(name: str):
    operation = operations()[name]
    wanted = {"Request-Id"} | (set() if operation.get("security") == [] else set(RATE_LIMIT))

    for status, answer in operation["responses"].items():
        headers = set(resolved(the_document(), answer)["headers"])
        assert headers >= (wanted - set(RATE_LIMIT) if status == "401" else wanted), status


def test_every_post_takes_an_idempotency_key():
    takers = {
        name
        for name, operation in operations().items()
        if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ()))
    }

    assert takers == {name for name in operations() if name.startswith("POST ")}


@pytest.mark.parametrize("status", ["200", "400", "404", "409", "422"])
def test_an_answer_that_is_remembered_may_be_a_replay(status: str):
    answer = named("purchase_shipment")["responses"][status]

    assert "Idempotency-Replayed" in resolved(the_document(), answer)["headers"]


@pytest.mark.parametrize("name", operations())
def test_every_parameter_is_described_and_every_path_parameter_named(name: str):
    parameters = operations()[name].get("parameters", [])

    assert [parameter["name"] for parameter in parameters if not parameter["description"]] == []
    in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", name))


def test_an_id_in_a_path_has_a_pattern_that_its_example_meets():
    parameters = [parameter for operation in operations().values() for parameter in operation.get("parameters", ())]
    ids = [parameter for parameter in parameters if parameter["name"].endswith("_id") and parameter["in"] == "path"]

    assert ids
    for parameter in ids:
        assert re.fullmatch(parameter["schema"]["pattern"], parameter["example"])


def test_a_body_that_may_be_empty_is_not_required():
    assert named("create_shipment")["requestBody"]["required"] is True
    assert named("rate_shipment")["requestBody"]["required"] is False


def test_links_in_the_document_begin_with_the_address_that_was_asked():
    content = openapi.document_bytes('http://dray.example/"stage')

    assert rb'"servers":[{"url":"http://dray.example/\"stage"' in content
    assert openapi.SOMEWHERE.encode() not in content


def test_the_document_is_made_when_asked_for_and_not_at_import():
    program = "import app, sys; sys.exit('chalicelib.api.openapi' in sys.modules)"

    outcome = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)  # noqa: S603 - our own program

    assert outcome.returncode == 0
