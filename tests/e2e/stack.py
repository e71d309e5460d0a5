"""The packaged app in the emulator's account: as docs/deploy.md has it, data resources first, then the stack."""

import json
import time
from typing import Any

from chalicelib.storage.schema import all_tables, create_tables
from chalicelib.storage.tables import TableSettings
from tests.e2e.emulator import ACCOUNT, REGION, Emulator
from tests.e2e.packaging import STAGE, Package

ARTIFACTS = "artifacts"
CODE = "deployment.zip"
TEMPLATE = "template.json"
NAME = f"dray-{STAGE}"
TIMEOUT_S = 60.0
POLL_S = 0.1


def tables_of(emulator: Emulator) -> TableSettings:
    """Return where the stage's tables are."""
    return TableSettings(f"dray-{STAGE}-", REGION, emulator.endpoint)


def made_data_resources(emulator: Emulator, settings: dict[str, str]) -> None:
    """Make what has to be there before the app: tables, a bucket, a KMS key with the alias that the app calls it by."""
    create_tables(tables_of(emulator), all_tables())
    place = {"LocationConstraint": REGION}
    emulator.client("s3").create_bucket(Bucket=settings["LABEL_BUCKET"], CreateBucketConfiguration=place)
    kms = emulator.client("kms")
    key_id = kms.create_key(Description="Dray")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=settings["KMS_KEY_ID"], TargetKeyId=key_id)


def created_stack(emulator: Emulator, package: Package) -> str:
    """Create the package's stack, and return the id of its REST API."""
    s3, formation = emulator.client("s3"), emulator.client("cloudformation")
    s3.create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=ARTIFACTS, Key=CODE, Body=package.zip.read_bytes())
    s3.put_object(Bucket=ARTIFACTS, Key=TEMPLATE, Body=_as_understood(package.template))
    formation.create_stack(
        StackName=NAME,
        TemplateURL=f"{emulator.endpoint}/{ARTIFACTS}/{TEMPLATE}",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    stack = _finished(formation)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return str(outputs["RestAPIId"])


def functions_of(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the properties of a template's Lambdas by their name in it."""
    resources = template["Resources"].items()
    return {name: made["Properties"] for name, made in resources if made["Type"] == "AWS::Serverless::Function"}


def _as_understood(template: dict[str, Any]) -> bytes:
    """Return the template with its zip where CloudFormation can fetch it (what `aws cloudformation package` does).

    Policies say in the emulator's words what its IAM would not understand: it knows no variables, and for a call by
    alias it looks at the alias itself, where AWS looks at the key and at the condition `kms:RequestAlias`.
    """
    for function in functions_of(template).values():
        function["CodeUri"] = f"s3://{ARTIFACTS}/{CODE}"
    text = json.dumps(template).replace("${aws:PrincipalAccount}", ACCOUNT)
    text = text.replace(f', "kms:RequestAlias": "alias/{NAME}"', "")
    return text.replace("arn:aws:kms:*:*:key/*", f"arn:aws:kms:*:*:alias/{NAME}").encode()


def _finished(formation: Any) -> dict[str, Any]:
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        stack: dict[str, Any] = formation.describe_stacks(StackName=NAME)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS") or time.monotonic() > deadline:
            return stack
        time.sleep(POLL_S)
