"""The packaged app in the emulator's account, as docs/deploy.md has it: what holds data first, then the app's stack."""

import json
import os
import subprocess
import sys
from typing import Any

import httpx

from tests.e2e.emulator import ACCOUNT, HOST, OWNER, REGION, Emulator
from tests.e2e.packaging import ROOT, STAGE, Package
from tests.waiting import until

NAME = f"dray-{STAGE}"
ARTIFACTS = "artifacts"
CODE = "deployment.zip"
TEMPLATE = "template.json"
TIMEOUT_S = 60.0


def functions_of(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the properties of a template's Lambdas by their name in it."""
    resources = template["Resources"].items()
    return {name: made["Properties"] for name, made in resources if made["Type"] == "AWS::Serverless::Function"}


def settings_of(template: dict[str, Any]) -> dict[str, str]:
    """Return the settings of the app's Lambda."""
    settings: dict[str, str] = functions_of(template)["APIHandler"]["Environment"]["Variables"]
    return settings


def dray(emulator: Emulator, *words: str) -> Any:
    """Return what the operator's command line answers, on the stage's tables."""
    there = ("--stage", STAGE, "--region", REGION, "--endpoint", emulator.endpoint)
    command = [sys.executable, "-m", "cli.main", *words, *there, "--json"]
    owner = dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), OWNER, strict=True))
    done = subprocess.run(  # noqa: S603 - our own program and words
        command, cwd=ROOT, env=os.environ | owner, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def new_key(emulator: Emulator) -> str:
    """Return an admin's key for test mode, of a new account."""
    account = dray(emulator, "accounts", "create", "--name", "Blue Barn Goods")["id"]
    terms = ("--mode", "test", "--role", "admin", "--plan", "self_hosted")
    return str(dray(emulator, "keys", "create", "--account", account, *terms)["key"])


def make_data_resources(emulator: Emulator, settings: dict[str, str]) -> None:
    """Make tables, bucket and KMS key as the app's settings name them."""
    dray(emulator, "tables", "create")
    place = {"LocationConstraint": REGION}
    emulator.client("s3").create_bucket(Bucket=settings["LABEL_BUCKET"], CreateBucketConfiguration=place)
    kms = emulator.client("kms")
    key_id = kms.create_key(Description="Dray")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=settings["KMS_KEY_ID"], TargetKeyId=key_id)


def create_stack(emulator: Emulator, package: Package) -> str:
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

    def status() -> str:
        return str(formation.describe_stacks(StackName=NAME)["Stacks"][0]["StackStatus"])

    until(lambda: not status().endswith("IN_PROGRESS"), TIMEOUT_S, emulator.words)
    stack = formation.describe_stacks(StackName=NAME)["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    return next(str(output["OutputValue"]) for output in stack["Outputs"] if output["OutputKey"] == "RestAPIId")


def address_of(emulator: Emulator, api_id: str) -> str:
    """Return where the stage's API answers: a host of its own, and the stage as the first part of each path."""
    return f"http://{api_id}.execute-api.localhost:{emulator.port}/{STAGE}"


class ThisMachine(httpx.HTTPTransport):
    """Finds each `….localhost` here, also where the resolver does not know that name."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to this machine, with its own `Host`; it stays as it is, for redirects look at it."""
        url = request.url.copy_with(host=HOST) if request.url.host.endswith(".localhost") else request.url
        here = httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )
        return super().handle_request(here)


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
