"""`./dray gateway`: what API Gateway answers where the app is not reached."""

import json
from typing import Any

import botocore.session
import click
from botocore.config import Config

from cli.output import print_json, sentences
from cli.target import STAGES, stage_config
from local.gateway_responses import gateway_responses

DEPLOYED = STAGES.with_name("deployed")

RETRIES = {"mode": "standard", "total_max_attempts": 10}
"""API Gateway takes one deployment in five seconds of an account, and `chalice deploy` has just made one."""


@click.command()
@click.option("--stage", required=True, help="The stage in AWS (dev, prod).")
@click.option("--region", envvar="AWS_REGION", help="The AWS region; default: that of your AWS profile.")
@click.option("--endpoint", help="Another API Gateway than that of AWS.")
@click.option("--api-id", help="The REST API's id; default: the one that `chalice deploy` made for the stage.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def gateway(  # noqa: PLR0913 - one argument an option
    stage: str, region: str | None, endpoint: str | None, api_id: str | None, *, as_json: bool
) -> None:
    """Have API Gateway answer in Dray's words where the app is not reached.

    That is for missing and refused keys, time-outs and the like. Run it after each `chalice deploy`, which `make
    deploy` does; it can be run again at any time.
    """
    with sentences():
        gateway_stage = stage_config(stage)["api_gateway_stage"]
        rest_api_id = api_id or _deployed_api(stage)
        client = botocore.session.get_session().create_client(
            "apigateway", region_name=region, endpoint_url=endpoint, config=Config(retries=RETRIES)
        )
        changed = set_responses(client, rest_api_id, gateway_stage)
    if as_json:
        print_json({"changed": changed})
    else:
        click.echo(f"API Gateway answers in Dray's words ({len(changed)} changed).")


def set_responses(client: Any, api_id: str, gateway_stage: str) -> list[str]:
    """Set what is not as it should be, and return which; then deploy, whoever set it: an earlier run may have died."""
    found = {one["responseType"]: one for one in client.get_gateway_responses(restApiId=api_id, limit=500)["items"]}
    changed = []
    for kind, response in gateway_responses().items():
        if any(found.get(kind, {}).get(name) != value for name, value in response.items()):
            client.put_gateway_response(restApiId=api_id, responseType=kind, **response)
            changed.append(kind)
    client.create_deployment(restApiId=api_id, stageName=gateway_stage, description="Dray's gateway responses")
    return changed


def _deployed_api(stage: str) -> str:
    """Return the id of the API that Chalice made, as it noted it."""
    try:
        resources = json.loads((DEPLOYED / f"{stage}.json").read_text(encoding="utf-8"))["resources"]
    except FileNotFoundError:
        resources = []
    for one in resources:
        if one["resource_type"] == "rest_api":
            return str(one["rest_api_id"])
    raise click.ClickException(
        f"Nothing was deployed to {stage} from here: run `make deploy STAGE={stage}`, or name the API by --api-id."
    )
