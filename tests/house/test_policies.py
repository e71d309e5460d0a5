"""What `.chalice/` says: complete settings in each stage, and policies that allow what the app does and no more."""

import ast
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from app import app
from chalicelib.config import Settings

ROOT = Path(__file__).parents[2]
CHALICE = ROOT / ".chalice"
STAGES_IN_AWS = ("dev", "prod")

NO_CALLS = {"capacity.py", "expiry.py", "schema.py", "tables.py"}
"""Modules of storage that name calls which Lambdas don't make: they count, sweep on one machine, or make tables."""

CALLS = {
    "BatchGetItem": {"BatchGetItem"},
    "ConditionCheck": {"ConditionCheckItem"},
    "Delete": {"DeleteItem"},
    "DeleteItem": {"DeleteItem"},
    "GetItem": {"GetItem"},
    "Put": {"PutItem"},
    "PutItem": {"PutItem"},
    "Query": {"Query"},
    "Scan": {"Scan"},
    "Update": {"UpdateItem"},
    "UpdateItem": {"UpdateItem"},
}
"""By a word of DynamoDB's API, alone or inside a transaction: the permission that it needs."""


def _config() -> dict[str, Any]:
    config: dict[str, Any] = json.loads((CHALICE / "config.json").read_text(encoding="utf-8"))
    return config


def _environment(stage: str) -> dict[str, str]:
    config = _config()
    environment: dict[str, str] = config["environment_variables"] | config["stages"][stage]["environment_variables"]
    return environment


def _policy(name: str) -> dict[str, Any]:
    statements = json.loads((CHALICE / name).read_text(encoding="utf-8"))["Statement"]
    return {statement["Sid"]: statement for statement in statements}


@pytest.mark.parametrize("stage", _config()["stages"])
def test_the_settings_of_a_stage_are_complete_and_known(stage: str) -> None:
    environment = _environment(stage)

    known = {field.name.upper() for field in dataclasses.fields(Settings)} | {"AWS_DEFAULT_REGION"}
    assert environment.keys() - known == set()
    Settings.read({"AWS_REGION": "eu-central-1"} | environment)


def test_the_stages_in_aws_differ_by_name_alone() -> None:
    for policy in ("policy-{}.json", "policy-{}-authorizer.json"):
        dev, prod = ((CHALICE / policy.format(stage)).read_text(encoding="utf-8") for stage in STAGES_IN_AWS)

        assert dev.replace("dray-dev", "dray-prod") == prod
    assert _environment("prod") == {name: value.replace("dev", "prod") for name, value in _environment("dev").items()}


def test_the_policy_allows_the_calls_that_storage_makes_and_no_others() -> None:
    modules = [path for path in (ROOT / "chalicelib/storage").glob("*.py") if path.name not in NO_CALLS]
    nodes = [node for path in modules for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]

    words = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    needed = set().union(*(CALLS[word] for word in words & CALLS.keys()))
    assert {action.partition(":")[2] for action in _policy("policy-dev.json")["Tables"]["Action"]} == needed


def test_the_authorizer_may_read_keys_and_mark_them_used_and_no_more() -> None:
    policy = _policy("policy-dev-authorizer.json")

    assert policy.keys() == {"Keys", "Logs", "Traces"}
    assert policy["Keys"]["Action"] == ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    assert policy["Keys"]["Resource"].endswith(":table/dray-dev-api_keys")


def test_every_job_has_a_time_and_keeps_its_logs_for_a_while() -> None:
    config = _config()

    jobs = {source.name for source in app.event_sources}
    for stage in STAGES_IN_AWS:
        of_stage = config["stages"][stage]["lambda_functions"]
        assert jobs <= {name for name, told in of_stage.items() if told["log_retention_in_days"]}
        assert of_stage.keys() <= app.handler_map.keys()
    assert jobs <= {name for name, told in config["lambda_functions"].items() if told["lambda_timeout"] > 60}


@pytest.mark.parametrize("stage", STAGES_IN_AWS)
def test_a_policy_reaches_the_stages_own_things_and_those_of_no_other_account(stage: str) -> None:
    policy, settings = _policy(f"policy-{stage}.json"), _environment(stage)

    own = {"aws:ResourceAccount": "${aws:PrincipalAccount}"}
    alias = {"kms:RequestAlias": settings["KMS_KEY_ID"]}
    assert policy["Labels"]["Resource"] == f"arn:aws:s3:::{settings['LABEL_BUCKET']}*/*"
    assert all(f":table/{settings['TABLE_PREFIX']}*" in place for place in policy["Tables"]["Resource"])
    assert [policy[name]["Condition"] for name in ("Tables", "Labels")] == [{"StringEquals": own}] * 2
    assert policy["EncryptionAtRest"]["Condition"] == {"StringEquals": own | alias}
