"""The first step to AWS: the package that `make package` makes, and a label bought through its API Gateway.

AWS is an emulator here, but the zip, the template, the roles and their policies are the real ones: a Lambda finds only
the packages of its zip and may do only what its policy allows.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from local.gateway_responses import EXTENSION, gateway_responses
from tests.e2e.emulator import Emulator
from tests.e2e.packaging import Package, packaged_once
from tests.e2e.stack import (
    ThisMachine,
    address_of,
    create_stack,
    dray,
    make_data_resources,
    new_key,
    settings_of,
)
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("packaged")  # one test process makes the package for all

AWAKE_S = 120.0

WORDS = "Send a valid API key: Authorization: Bearer dray_…"
HEADERS = {
    "Content-Type": "application/json",
    "WWW-Authenticate": 'Bearer realm="dray"',
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}

REFERENCE = "order-1001"
SHIPMENT = {
    "shipper": {
        "person_name": "Ada Nilsen",
        "address_line1": "350 Fifth Avenue",
        "city": "New York",
        "state_code": "NY",
        "postal_code": "10001",
        "country_code": "US",
    },
    "recipient": {
        "company_name": "Blue Barn Goods",
        "address_line1": "425 Market Street",
        "city": "San Francisco",
        "state_code": "CA",
        "postal_code": "94105",
        "country_code": "US",
    },
    "parcels": [{"weight": 2, "weight_unit": "LB"}],
    "reference": REFERENCE,
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return packaged_once(tmp_path_factory.getbasetemp())


def test_the_gateway_remembers_the_authorizers_answer_for_a_minute(package: Package) -> None:
    api = package.template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]

    authorizers = api["securityDefinitions"].values()
    assert [one["x-amazon-apigateway-authorizer"]["authorizerResultTtlInSeconds"] for one in authorizers] == [60]


def test_the_stack_answers_in_our_words_where_the_app_is_not_reached(package: Package) -> None:
    api = package.template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]

    assert api[EXTENSION] == gateway_responses()
    assert api["paths"]["/v1/shipments"]


@dataclass(frozen=True)
class Deployed:
    """The app in AWS: where it answers, and a key."""

    url: str
    key: str
    emulator: Emulator

    @contextmanager
    def without_rights_to_keys(self) -> Iterator[None]:
        """Take the authorizer's policies from its role, for as long as the block runs."""
        iam = self.emulator.client("iam")
        names = [role["RoleName"] for role in iam.list_roles()["Roles"]]
        (role,) = [name for name in names if "authorize" in name.lower()]
        policies = {
            name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        }
        assert policies
        for name in policies:
            iam.delete_role_policy(RoleName=role, PolicyName=name)
        try:
            yield
        finally:
            for name, document in policies.items():
                iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {} if key == "" else {"Authorization": f"Bearer {key or self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, transport=ThisMachine())


@pytest.fixture(scope="module")
def deployed(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with Emulator(tmp_path_factory.mktemp("aws")) as emulator:
        settings = settings_of(package.template)
        make_data_resources(emulator, settings)
        api_id = create_stack(emulator, package)
        assert set(dray(emulator, "gateway", "--api-id", api_id)["changed"]) == set(gateway_responses())
        assert dray(emulator, "gateway", "--api-id", api_id)["changed"] == []
        app = Deployed(address_of(emulator, api_id), new_key(emulator), emulator)
        until(lambda: _is_awake(app), AWAKE_S, emulator.words)
        yield app


def _is_awake(deployed: Deployed) -> bool:
    """Whether a request passes authorizer and app: on a busy machine a Lambda's first start may last too long."""
    with deployed.client() as client:
        return client.get("/v1/shipments").status_code == 200


@pytest.fixture
def client(deployed: Deployed) -> Iterator[httpx.Client]:
    with deployed.client() as opened:
        yield opened


def _bought(client: httpx.Client) -> dict[str, Any]:
    created = client.post("/v1/shipments", json=SHIPMENT).raise_for_status()
    bought = client.post(f"/v1/shipments/{created.json()['id']}/purchase", json={"rate": "cheapest"})
    assert bought.status_code == 200, bought.text
    return dict(bought.json())


def test_a_key_compares_rates(client: httpx.Client) -> None:
    answer = client.post("/v1/rates", json=SHIPMENT)

    assert answer.status_code == 200, answer.text
    assert len({rate["service"] for rate in answer.json()["rates"]}) >= 4


def test_a_key_creates_a_shipment_and_buys_its_label(client: httpx.Client) -> None:
    shipment = _bought(client)

    assert shipment["status"] == "created"
    assert client.get(f"/v1/trackers/{shipment['tracker_id']}").json()["tracking_number"] == shipment["tracking_number"]


def test_the_label_comes_from_the_bucket_to_whoever_has_its_link(deployed: Deployed, client: httpx.Client) -> None:
    shipment = _bought(client)

    with deployed.client(key="") as anybody:
        answer = anybody.get(str(shipment["label_url"]), follow_redirects=True)

    assert [hop.status_code for hop in answer.history] == [302]
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")


def test_the_label_comes_from_the_bucket_to_the_key(client: httpx.Client) -> None:
    shipment = _bought(client)

    answer = client.get(f"/v1/shipments/{shipment['id']}/label", follow_redirects=True)

    assert answer.content.startswith(b"%PDF")


def test_links_carry_the_stage(deployed: Deployed, client: httpx.Client) -> None:
    created = client.post("/v1/shipments", json=SHIPMENT)

    shipment_id = created.json()["id"]
    assert created.headers["Location"] == f"{deployed.url}/v1/shipments/{shipment_id}"
    assert str(_bought(client)["label_url"]).startswith(f"{deployed.url}/v1/files/")


def test_what_else_the_app_does_is_allowed_by_its_policy(client: httpx.Client) -> None:
    shipment = _bought(client)
    tracker = {"tracking_number": shipment["tracking_number"], "carrier_name": "sandbox"}

    answers = {
        "look up": client.get("/v1/shipments", params={"reference": REFERENCE}),
        "list": client.get("/v1/shipments", params={"limit": 1}),
        "change": client.patch(f"/v1/shipments/{shipment['id']}", json={"metadata": {"gift": True}}),
        "follow": client.post("/v1/trackers", json=tracker),
        "stop": client.delete(f"/v1/trackers/{shipment['tracker_id']}"),
        "void": client.delete(f"/v1/shipments/{shipment['id']}"),
        "new key": client.post("/v1/api_keys", json={"name": "Shop", "role": "standard"}),
        "keys": client.get("/v1/api_keys"),
    }

    assert {name: answer.text for name, answer in answers.items() if not answer.is_success} == {}
    assert shipment["id"] in [found["id"] for found in answers["look up"].json()["results"]]


def test_a_key_that_was_revoked_is_refused_at_once_though_the_gateway_remembers_it(
    deployed: Deployed, client: httpx.Client
) -> None:
    new = client.post("/v1/api_keys", json={"name": "Shop", "role": "standard"}).json()

    with deployed.client(new["key"]) as shop:
        before = shop.get("/v1/shipments").status_code
        client.delete(f"/v1/api_keys/{new['id']}").raise_for_status()
        after = shop.get("/v1/shipments")

    assert (before, after.status_code) == (200, 401)
    assert after.json()["error"]["code"] == "unauthorized"


@pytest.mark.parametrize("key", ["", "dray_test_nobody"])
def test_the_gateway_itself_refuses_who_has_no_valid_key_in_our_words(deployed: Deployed, key: str) -> None:
    with deployed.client(key) as stranger:
        answer = stranger.get("/v1/shipments")

    assert (answer.status_code, answer.json()) == (
        401,
        {"error": {"code": "unauthorized", "message": WORDS, "details": {}}},
    )
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Request-Id"] == answer.headers["x-amzn-RequestId"]


def test_an_unknown_path_is_answered_in_our_words(deployed: Deployed) -> None:
    with deployed.client(key="") as anybody:
        answer = anybody.get("/v1/nowhere/at/all")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert answer.headers["Request-Id"]


def test_a_wrong_method_is_answered_in_our_words(client: httpx.Client) -> None:
    answer = client.put("/v1/shipments", json={})

    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}


def test_keys_that_the_gateway_cannot_check_are_worth_another_try(deployed: Deployed, client: httpx.Client) -> None:
    new = client.post("/v1/api_keys", json={"name": "Shop", "role": "standard"}).json()

    with deployed.without_rights_to_keys(), deployed.client(new["key"]) as shop:
        answer = shop.get("/v1/shipments")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("1", "no-store")
